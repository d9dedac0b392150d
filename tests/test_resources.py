"""Packaged data is found in a checkout and in an installation; tables are read strictly."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit import resources
from vocalkit.errors import InputError
from vocalkit.resources import build, locate, read_toml


def test_a_checkout() -> None:
    root = Path(__file__).resolve().parent.parent
    assert locate("consent") == root / "consent"
    assert locate("pretrained") == root / "pretrained"


def _install(tmp_path: Path) -> Path:
    package = tmp_path / "site" / "vocalkit"
    package.mkdir(parents=True)
    for name in ("__init__.py", "errors.py", "resources.py"):
        shutil.copy(Path(resources.__file__).with_name(name), package / name)
    return package


def _locate_there(package: Path) -> subprocess.CompletedProcess[str]:
    # -I: nothing of the checkout leaks into the interpreter that looks.
    script = f"import sys; sys.path.insert(0, {str(package.parent)!r}); from vocalkit.resources import locate; "
    return subprocess.run(
        [sys.executable, "-I", "-c", script + "print(locate('consent'))"], capture_output=True, text=True, check=False
    )


def test_an_installation(tmp_path: Path) -> None:
    package = _install(tmp_path)
    # A folder beside an installed package is somebody else's, and not our trust roots.
    (package.parent / "consent").mkdir()
    missing = _locate_there(package)
    assert missing.returncode != 0
    assert "'consent' data is missing" in missing.stderr and "reinstall" in missing.stderr
    (package / "data" / "consent").mkdir(parents=True)
    assert _locate_there(package).stdout.strip() == str((package / "data" / "consent").resolve())


def test_no_other_folder() -> None:
    with pytest.raises(InputError, match="known: consent, pretrained"):
        locate("docs")  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Inner:
    level: float
    mode: Literal["a", "b", 1] = "a"


@dataclass(frozen=True, slots=True)
class Outer:
    folder: Path
    name: str
    count: int
    on: bool
    inner: Inner
    many: tuple[Inner, ...] = ()
    pair: tuple[float, float] = (0.0, 1.0)
    limit: int | None = None

    def __post_init__(self) -> None:
        if self.count < 0:
            raise InputError("count must not be negative")


GOOD = {"name": "x", "count": 1, "on": True, "inner": {"level": 1}}
GIVEN = {"folder": Path("here")}


def test_a_whole_table() -> None:
    more = {"many": [{"level": 0.5, "mode": "b"}], "pair": [1, 2.5], "limit": 3}
    built, faults = build(Outer, GOOD | more, given=GIVEN)
    assert faults == ()
    assert built == Outer(Path("here"), "x", 1, True, Inner(1.0), (Inner(0.5, "b"),), (1.0, 2.5), 3)
    assert type(built.inner.level) is float
    assert build(Outer, GOOD, given=GIVEN)[0] == Outer(Path("here"), "x", 1, True, Inner(1.0))


@pytest.mark.parametrize(
    ("change", "kind", "where"),
    [
        ({"extra": 1}, "unknown_field", "extra"),
        ({"folder": "elsewhere"}, "unknown_field", "folder"),
        ({"inner": {"level": 1, "odd": 2}}, "unknown_field", "inner.odd"),
        ({"inner": {}}, "missing_field", "inner.level"),
        ({"inner": 3}, "bad_value", "inner"),
        ({"name": 1}, "bad_value", "name"),
        ({"name": None}, "bad_value", "name"),
        ({"count": True}, "bad_value", "count"),
        ({"count": 1.0}, "bad_value", "count"),
        ({"count": -1}, "bad_value", "Outer"),
        ({"on": 1}, "bad_value", "on"),
        ({"inner": {"level": float("nan")}}, "bad_value", "inner.level"),
        ({"inner": {"level": True}}, "bad_value", "inner.level"),
        ({"inner": {"level": 1, "mode": "c"}}, "bad_value", "inner.mode"),
        ({"inner": {"level": 1, "mode": True}}, "bad_value", "inner.mode"),
        ({"many": {"level": 1}}, "bad_value", "many"),
        ({"many": [{"level": 1}, {"level": "x"}]}, "bad_value", "many[1].level"),
        ({"pair": [1]}, "bad_value", "pair"),
        ({"pair": "12"}, "bad_value", "pair"),
        ({"limit": "1"}, "bad_value", "limit"),
    ],
)
def test_one_fault(change: dict[str, object], kind: str, where: str) -> None:
    built, faults = build(Outer, GOOD | change, given=GIVEN)
    assert built is None
    assert [(fault.kind, fault.where) for fault in faults] == [(kind, where)]


def test_all_faults_at_once() -> None:
    _, faults = build(Outer, {"nmae": "x", "count": "1", "inner": {"levle": 1}}, given=GIVEN)
    assert {fault.where for fault in faults} == {"nmae", "name", "count", "on", "inner.levle", "inner.level"}


@settings(max_examples=80)
@given(
    st.dictionaries(
        st.sampled_from(["name", "count", "on", "inner", "many", "pair", "limit", "odd"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
            lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2),
            max_leaves=4,
        ),
    )
)
def test_either_a_value_or_faults(table: dict[str, object]) -> None:
    built, faults = build(Outer, table, given=GIVEN)
    assert (built is None) == bool(faults)


def test_read_toml(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no such file"):
        read_toml(tmp_path / "none.toml")
    for content in (b"a = ", b"\xff\xfe", b"a = 1\na = 2"):
        (tmp_path / "bad.toml").write_bytes(content)
        with pytest.raises(InputError, match=r"bad\.toml"):
            read_toml(tmp_path / "bad.toml")
