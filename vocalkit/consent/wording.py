"""What artists are asked to say, language by language: ``consent/statements`` and ``consent/words``."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

from vocalkit.consent.grant import NEVER_GRANTED, Purpose, check_purposes
from vocalkit.errors import InputError
from vocalkit.resources import read_toml

WORDS_IN_LIST = 256
_PLACES = ("{name}", "{voice}", "{uses}")
GRANTABLE: tuple[Purpose, ...] = tuple(purpose for purpose in get_args(Purpose) if purpose not in NEVER_GRANTED)


@dataclass(frozen=True, slots=True)
class Wording:
    """One language's texts. language: its code without region; words: 256, each one byte of chance.

    statement: with {name}, {voice} and {uses}; conjunction: joins the last two uses; uses: purpose to words.
    """

    language: str
    statement: str
    conjunction: str
    uses: Mapping[Purpose, str]
    words: tuple[str, ...]

    def __post_init__(self) -> None:
        if len(self.words) != WORDS_IN_LIST or len({word.lower() for word in self.words}) != WORDS_IN_LIST:
            raise InputError(f"the word list of {self.language!r} must hold {WORDS_IN_LIST} different words")
        if any(word != unicodedata.normalize("NFC", word.strip()) or not word.isalpha() for word in self.words):
            raise InputError(f"the word list of {self.language!r} must hold bare words in NFC")
        if any(self.statement.count(place) != 1 for place in _PLACES):
            raise InputError(f"the statement of {self.language!r} must hold {', '.join(_PLACES)} once each")
        if set(self.uses) != set(GRANTABLE):
            raise InputError(f"the statement of {self.language!r} must have words for {', '.join(GRANTABLE)}")

    def state(self, *, name: str, voice_id: str, uses: tuple[Purpose, ...]) -> str:
        """The statement as one person says it. Raises InputError for a purpose that nobody may allow."""
        check_purposes("uses", uses)
        if forbidden := [use for use in uses if use not in self.uses]:
            raise InputError(f"no voice may be used for {', '.join(forbidden)}; leave it out")
        said = [self.uses[use] for use in uses]
        listed = said[0] if len(said) == 1 else f"{', '.join(said[:-1])} {self.conjunction} {said[-1]}"
        # One pass over the template, so that a name with braces in it stays a name.
        filled = {"{name}": name, "{voice}": voice_id.replace("-", " "), "{uses}": listed}
        text = self.statement
        for place in sorted(_PLACES, key=self.statement.index, reverse=True):
            start = self.statement.index(place)
            text = text[:start] + filled[place] + text[start + len(place) :]
        return text


def read_wording(folder: Path, language: str) -> Wording:
    """The wording for a language code such as ``en-us``; folder: the packaged ``consent``.

    Raises InputError where there is none, listing those there are.
    """
    stem = language.split("-")[0].lower()
    known = languages(folder)
    if stem not in known:
        raise InputError(f"no consent statement in {language!r} yet; known: {', '.join(known)}")
    path = folder / "statements" / f"{stem}.toml"
    table = read_toml(path)
    if set(table) != {"statement", "and", "uses"} or not _texts(table):
        raise InputError(f"{path} must hold the texts statement, and, and a table of uses")
    words = (folder / "words" / f"{stem}.txt").read_text(encoding="utf-8").splitlines()
    return Wording(stem, table["statement"], table["and"], table["uses"], tuple(words))


def languages(folder: Path) -> tuple[str, ...]:
    """Languages that have a statement and a word list."""
    spoken = {path.stem for path in (folder / "statements").glob("*.toml")}
    return tuple(sorted(spoken & {path.stem for path in (folder / "words").glob("*.txt")}))


def _texts(table: Mapping[str, object]) -> bool:
    uses = table["uses"]
    values = [table["statement"], table["and"], *(uses.values() if isinstance(uses, Mapping) else [None])]
    return all(isinstance(value, str) for value in values)
