"""DiffSinger `.ds` read: a JSON list of phrases, notes and their lengths in seconds from each phrase's offset.

It has no tempo and no bars: notes are put on a steady 120 quarters a minute, where a quarter lasts half a second.
"""

from __future__ import annotations

import json
import re
from dataclasses import replace
from fractions import Fraction
from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.score.harmony import STEPS
from vocalkit.score.lines import one_at_a_time, overlap_warning, with_words
from vocalkit.score.reading import Reading
from vocalkit.score.sheet import Sheet, barred
from vocalkit.score.texts import clean, decoded, has_words
from vocalkit.types import NEUTRAL, NoteExpression

QUARTERS_PER_S = 2
RESTS = ("rest", "SP", "AP")
SILENCES = ("SP", "AP")
"""What a silence is called among notes, and among words."""
_MAX_NOTES = 200_000
_MICRO = 1_000_000
_NAME = re.compile(r"([A-Ga-g])([#♯b♭]{0,2})(-?\d{1,2})([+-]\d{1,3}(?:\.\d+)?)?")


def parse_ds(data: bytes, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """The notes of a `.ds` file. ScoreError, with the phrase, for what cannot be read.

    Words come from `text` where it has one for every note that is no slur; else from the phonemes.
    """
    try:
        phrases = json.loads(decoded(data))
    except (ValueError, RecursionError) as error:
        raise ScoreError(f"not a .ds file ({' '.join(str(error).split())[:100]})") from error
    phrases = [phrases] if isinstance(phrases, dict) else phrases
    if not isinstance(phrases, list) or not all(isinstance(phrase, dict) for phrase in phrases):
        raise ScoreError("not a .ds file: it must hold a list of phrases")
    spans: list[tuple[Fraction, Fraction, float]] = []
    texts: list[str | None] = []
    genders: list[NoteExpression] = []
    for number, phrase in enumerate(phrases, 1):
        try:
            _phrase(phrase, spans, texts)
            genders += _genders(phrase, spans[len(genders) :])
        except ScoreError as error:
            raise ScoreError(f"phrase {number}: {error}") from error
    kept, ends, clashes = one_at_a_time(spans)  # notes without length among them
    if not kept:
        raise ScoreError("the .ds file has no notes")
    line = [(start, stop, spans[index][2]) for index, (start, stop) in zip(kept, ends, strict=True)]
    words = [texts[index] for index in kept]
    hyphened = [text is not None and text.endswith("-") for text in words]
    bars, end = barred((), ends[-1][1])
    sung = with_words(line, [text.strip("-") if text else None for text in words], hyphened)
    return Sheet(
        notes=tuple(replace(note, expression=genders[index]) for note, index in zip(sung, kept, strict=True)),
        end=end, tempos=((Fraction(0), 60.0 * QUARTERS_PER_S),), bars=bars, language=reading.language,
        warnings=overlap_warning(clashes), overlaps=clashes,
    )  # fmt: skip


def _phrase(phrase: dict[str, Any], spans: list[tuple[Fraction, Fraction, float]], texts: list[str | None]) -> None:
    names = str(phrase.get("note_seq") or "").split()
    lengths = _numbers(phrase, "note_dur") or _numbers(phrase, "note_dur_seq")
    slurs = _numbers(phrase, "note_slur") or _numbers(phrase, "is_slur_seq") or [Fraction(0)] * len(names)
    if not names or not len(names) == len(lengths) == len(slurs):
        raise ScoreError(f"note_seq, note_dur and note_slur have {len(names)}, {len(lengths)}, {len(slurs)} values")
    if len(spans) + len(names) > _MAX_NOTES:
        raise ScoreError(f"more than {_MAX_NOTES:,} notes")
    sounding = [name not in RESTS for name in names]
    words = _words(phrase, sounding, [slur == 0 for slur in slurs])
    now = _offset(phrase)
    for index, (name, length) in enumerate(zip(names, lengths, strict=True)):
        if length < 0:
            raise ScoreError(f"note {index + 1} lasts {float(length):g} s")
        if sounding[index]:
            if now < 0:
                raise ScoreError(f"note {index + 1} starts before 0 s")
            spans.append((now * QUARTERS_PER_S, (now + length) * QUARTERS_PER_S, _pitch(name, index)))
            texts.append(words[index])
        now += length


def _genders(phrase: dict[str, Any], spans: list[tuple[Fraction, Fraction, float]]) -> list[NoteExpression]:
    """The mean of the `gender` curve over each note. The other curves are levels of a model's own and are not read."""
    curve = [float(value) for value in _numbers(phrase, "gender")]
    step_s = float((_numbers(phrase, "gender_timestep") or [Fraction(0)])[0])
    if not curve or step_s <= 0:
        return [NEUTRAL] * len(spans)
    found = []
    for start, stop, _ in spans:
        first, last = (float(at / QUARTERS_PER_S - _offset(phrase)) / step_s for at in (start, stop))
        part = curve[max(int(first), 0) : max(int(last), int(first) + 1)] or [0.0]
        found.append(NoteExpression(gender=min(max(round(sum(part) / len(part), 3), -1.0), 1.0)))
    return found


def _offset(phrase: dict[str, Any]) -> Fraction:
    value = phrase.get("offset", 0)
    return _exact(str(value), "offset")


def _numbers(phrase: dict[str, Any], name: str) -> list[Fraction]:
    return [_exact(word, name) for word in str(phrase.get(name) or "").split()]


def _exact(word: str, name: str) -> Fraction:
    """Seconds to the microsecond."""
    try:
        value = float(word) if len(word) < 40 else float("nan")
    except ValueError:
        value = float("nan")
    if not abs(value) <= 100_000:
        raise ScoreError(f"{name} holds {word[:40]!r}, which is no number of seconds")
    return Fraction(round(value * _MICRO), _MICRO)


def _pitch(name: str, index: int) -> float:
    found = _NAME.fullmatch(name)
    if not found:
        raise ScoreError(f"note {index + 1} has the pitch {name[:20]!r}; write it like C4, F#3 or rest")
    letter, signs, octave, cents = found.groups()
    alter = sum(1 if sign in "#♯" else -1 for sign in signs)
    pitch = 12 * (int(octave) + 1) + STEPS[letter.upper()] + alter + float(cents or 0) / 100.0
    if not 0 <= pitch <= 127:
        raise ScoreError(f"note {index + 1} has the pitch {name[:20]!r}, which is out of range")
    return pitch


def _words(phrase: dict[str, Any], sounding: list[bool], begins: list[bool]) -> list[str | None]:
    """A word for every note that begins one: `text` has one for every note and rest, or for every note."""
    given = [clean(word.replace("\u00a0", " ")) for word in str(phrase.get("text") or "").split(" ")]
    given = [word for word in given if word]
    places = [index for index, begin in enumerate(begins) if begin]
    if len(given) != len(places):
        given = [word for word in given if word not in SILENCES]
        places = [index for index in places if sounding[index]]
    words: list[str | None] = [None] * len(begins)
    if len(given) == len(places):
        for place, word in zip(places, given, strict=True):
            words[place] = word if word not in SILENCES and has_words(word) and sounding[place] else None
    return words
