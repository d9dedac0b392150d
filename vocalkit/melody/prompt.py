"""A few words of a musician's own onto the sliders: ``hopeful, soaring chorus, laid-back verse``.

Commas part the wishes. A wish that names a kind of section is about those sections, any other about the whole song.
Whatever is not understood, and wishes that pull a slider both ways, come back as warnings.
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.melody.vocabulary import DEGREES, FEELS, SILENT, WORDS
from vocalkit.types import Feel, Sliders, Wishes
from vocalkit.types.control import KIND_WORDS, SLIDERS

LONGEST_PROMPT = 500
_MARKS = "\"'()[]!?:–—"
AGAINST = 0.3
"""Words that move a slider at least so far to either side contradict each other."""


@dataclass(frozen=True, slots=True)
class PromptReading:
    """What a prompt was taken to mean. understood: (kind of section or ``song``, the word); warnings: one line each."""

    wishes: Wishes
    understood: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Pull:
    """One word's pull on the sliders."""

    word: str
    sliders: Sliders


def read_prompt(text: str) -> PromptReading:
    """The wishes in a prompt, in English. Raises InputError for one of more than 500 characters."""
    if len(text) > LONGEST_PROMPT:
        raise InputError(
            f"a prompt has at most {LONGEST_PROMPT} characters, got {len(text)}; name the main wishes only"
        )
    pulls: dict[str, list[_Pull]] = {}
    unknown: list[str] = []
    feel: Feel | None = None
    for wish in re.split(r"[,;.\n]|\band then\b|\bbut\b", _joined(text.lower())):
        words = [word.strip(_MARKS) for word in wish.split()]
        kinds = list(dict.fromkeys(KIND_WORDS[word] for word in words if word in KIND_WORDS)) or ["song"]
        found, strange = _pulls([word for word in words if word not in KIND_WORDS])
        for kind in kinds:
            pulls.setdefault(kind, []).extend(found)
        feel = next((FEELS[pull.word] for pull in found if pull.word in FEELS), feel)
        unknown += strange
    warnings = [_unknown(unknown)] if unknown else []
    sums: dict[str, Sliders] = {}
    for kind, found in pulls.items():
        sums[kind] = _rounded(sum((pull.sliders for pull in found), Sliders()))
        warnings += _contradictions(kind, found, sums[kind])
    if feel is not None and not any(pull.word in FEELS for pull in pulls.get("song", [])):
        warnings.append("beats are split the same way in all of a song; the prompt's swing is taken for all of it")
    song = sums.pop("song", Sliders())
    wishes = Wishes(song, tuple(sums.items()), feel)
    understood = tuple((kind, pull.word) for kind, found in pulls.items() for pull in found)
    if not understood:
        warnings.append("the prompt changed nothing; try words such as hopeful, soaring, laid-back, sparse, catchy")
    return PromptReading(wishes, understood, tuple(warnings))


def _rounded(sliders: Sliders) -> Sliders:
    return Sliders(*(round(getattr(sliders, name), 3) for name in SLIDERS))


def _joined(text: str) -> str:
    """The text with known words of several parts in one: ``laid back`` → ``laid-back``, ``pre chorus`` likewise."""
    for known in (*WORDS, *KIND_WORDS):
        if "-" in known or " " in known:
            parts = re.split(r"[- ]", known)
            target = known if " " not in known else next(k for k in KIND_WORDS.values() if k == KIND_WORDS[known])
            text = re.sub(rf"\b{'[- ]?'.join(map(re.escape, parts))}\b", target, text)
    return re.sub(r"\b(verse|chorus|refrain|hook|bridge)e?s\b", r"\1", text)


def _pulls(words: list[str]) -> tuple[list[_Pull], list[str]]:
    """The pulls of the words of one wish, and the words that are not known."""
    pulls, unknown, degree = [], [], 1.0
    for word in words:
        if word in DEGREES:
            degree *= DEGREES[word]
        elif word in WORDS:
            sliders = WORDS[word]
            scaled = (min(1.0, max(-1.0, degree * getattr(sliders, name))) for name in SLIDERS)
            pulls.append(_Pull(word, Sliders(*scaled)))
            degree = 1.0
        elif word and word not in SILENT:
            unknown.append(word)
    return pulls, unknown


def _unknown(words: list[str]) -> str:
    near = [f"{word} ({', '.join(close)}?)" if (close := _like(word)) else word for word in dict.fromkeys(words)]
    return f"the prompt's words that are not known were left out: {', '.join(near)}; `--help` names the sliders"


def _like(word: str) -> list[str]:
    return difflib.get_close_matches(word, WORDS, n=2, cutoff=0.75)


def _contradictions(kind: str, pulls: list[_Pull], total: Sliders) -> list[str]:
    """One line for each slider that words pull both ways."""
    found = []
    for name in SLIDERS:
        up = [pull.word for pull in pulls if getattr(pull.sliders, name) >= AGAINST]
        down = [pull.word for pull in pulls if getattr(pull.sliders, name) <= -AGAINST]
        if up and down:
            where = "" if kind == "song" else f" of the {kind}"
            found.append(
                f"{up[0]} and {down[0]} pull the {name}{where} apart; taken in between, {getattr(total, name):+.1f}"
            )
    return found
