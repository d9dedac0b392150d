"""Settings are read whole or refused with every fault named."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from vocalkit.config import config_from_table, parse_config, read_config
from vocalkit.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Reverb:
    wet_db: float = -12.0
    decay_s: float = 1.2


@dataclass(frozen=True, slots=True)
class Settings:
    voice: str
    reverb: Reverb = field(default_factory=Reverb)
    languages: tuple[str, ...] = ("en-us",)


def test_a_file(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text('voice = "alto"\nlanguages = ["de"]\n[reverb]\nwet_db = -9\n')
    assert read_config(tmp_path / "s.toml", Settings) == Settings("alto", Reverb(-9.0), ("de",))


def test_defaults() -> None:
    assert parse_config('voice = "alto"', Settings) == Settings("alto")
    assert config_from_table({"voice": "alto"}, Settings) == Settings("alto")


def test_every_fault_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text('vioce = "alto"\n[reverb]\nwet_db = "loud"\nsize = 3\n')
    with pytest.raises(ConfigError) as caught:
        read_config(path, Settings)
    message = str(caught.value)
    assert all(word in message for word in (str(path), "vioce", "voice: missing", "reverb.wet_db", "reverb.size"))
    assert "\n" not in message


@pytest.mark.parametrize("text", ["voice = ", "voice = 'a'\nvoice = 'b'", "[voice"])
def test_not_toml(tmp_path: Path, text: str) -> None:
    with pytest.raises(ConfigError, match="settings: not TOML"):
        parse_config(text, Settings)
    (tmp_path / "s.toml").write_text(text)
    with pytest.raises(ConfigError, match="as TOML"):
        read_config(tmp_path / "s.toml", Settings)


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="no such file"):
        read_config(tmp_path / "none.toml", Settings)
