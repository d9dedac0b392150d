"""What is measured: `config.toml` as a value."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vocalkit.config import read_config


@dataclass(frozen=True)
class Plan:
    """See the comments in `config.toml`."""

    seed: int
    sung: int
    voices: tuple[str, ...]
    vowels: tuple[str, ...]
    first_pjs: int
    pjs: int
    spoken: int
    seconds: float
    shortest_s: float
    longest_s: float
    keys: int
    renders: int
    beyond_renders: int
    windows: int
    tuned_on: tuple[str, ...]


def read_plan() -> Plan:
    return read_config(Path(__file__).with_name("config.toml"), Plan)
