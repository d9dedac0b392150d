"""PJS's hand labels, and which songs are held out."""

from __future__ import annotations

import sys
from pathlib import Path

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NO_AUDIO = ("pjs022", "pjs062")
IPA_OF = {
    "a": "a", "i": "i", "u": "ɯ", "e": "e", "o": "o", "N": "ɴ", "k": "k", "r": "ɾ", "t": "t", "n": "n", "s": "s",
    "sh": "ɕ", "m": "m", "d": "d", "g": "ɡ", "b": "b", "w": "w", "h": "h", "j": "dʑ", "ch": "tɕ", "y": "j", "p": "p",
    "ts": "ts", "f": "ɸ", "z": "z", "pau": "_",
}  # fmt: skip
"""Labels that are one phoneme of ours; pairs such as ky, and cl, are two or part of one."""


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.glob("pjs*") if path.is_dir() and path.name not in NO_AUDIO)


def held_out(config: Path = Path("recipes/vocoder/config.toml")) -> list[str]:
    corpora = tomllib.loads(config.read_text())["corpora"]
    found: list[str] = next(corpus["held_out"] for corpus in corpora if corpus["name"] == "pjs")
    return found


def labels(folder: Path, name: str) -> list[tuple[str, float, float]]:
    """(symbol, start s, end s) in order."""
    rows = (line.split() for line in (folder / name / f"{name}.lab").read_text().splitlines())
    return [(symbol, int(start) / 1e7, int(end) / 1e7) for start, end, symbol in rows]
