"""Were these words said? Each asked word is found in the recording and weighed against all the others.

A word is compared twice where it was found: with the best of the decoys (the rest of the word list),
and with the best run of any phones at all, which stands for words that are in no list. It is heard
if it wins both by a margin, missing if it clearly loses either, and otherwise unsure: then a human
witness is asked instead of a guess. The bounds come from words cut out of read speech
(recipes/spoken/evaluate.py); docs/spoken-consent.md has the error rates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import InputError
from vocalkit.types import Audio
from vocalkit.voice.bounds import Bounds, Outcome, least
from vocalkit.voice.listenable import check_listenable
from vocalkit.voice.recogniser import RATE_HZ, Heard, Recogniser, SpokenWord, to_pcm

LONGEST_S = 120.0
SHORTEST_S = 2.0
_AROUND_S = 0.15
_SHORTEST_WORD_S = 0.15
_LONG_WORD = 3
"""Phonemes from which on a word of the statement counts: *of* and *my* are too short to be told from anything."""

Presence = Literal["heard", "unsure", "missing"]
_PRESENCE: dict[Outcome, Presence] = {"accepted": "heard", "unsure": "unsure", "refused": "missing"}
_OUTCOME: dict[Presence, Outcome] = {presence: outcome for outcome, presence in _PRESENCE.items()}


@dataclass(frozen=True, slots=True)
class WordBounds:
    """margin: nats by which a word beats the best decoy; fit: nats a frame by which it beats any phones at all.

    statement: the share of the statement's long words whose fit reaches `statement_fit`.
    """

    margin: Bounds = field(default_factory=lambda: Bounds(accept=10.0, refuse=-20.0))
    fit: Bounds = field(default_factory=lambda: Bounds(accept=-1.0, refuse=-2.4))
    statement_fit: float = -1.0
    statement: Bounds = field(default_factory=lambda: Bounds(accept=0.8, refuse=0.5))


@dataclass(frozen=True, slots=True)
class WordMatch:
    """One asked word. margin, fit: as in WordBounds, None where the word was not found; instead: the best decoy."""

    text: str
    presence: Presence
    margin: float | None
    fit: float | None
    instead: str | None
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True)
class WordsVerdict:
    """statement_share: of the statement's long words that were found, 1.0 where no statement was asked for."""

    words: tuple[WordMatch, ...]
    words_outcome: Outcome
    statement_share: float
    statement_outcome: Outcome

    @property
    def outcome(self) -> Outcome:
        return least(self.words_outcome, self.statement_outcome)


def check_words(
    audio: Audio,
    words: Sequence[SpokenWord],
    *,
    decoys: Sequence[SpokenWord],
    statement: Sequence[SpokenWord] = (),
    english: bool = True,
    bounds: WordBounds | None = None,
) -> WordsVerdict:
    """Whether the recording holds the statement and then the words, in order.

    decoys: the whole list the words are from. Raises AudioError for a recording that is too short,
    too long, silent or not finite; BackendUnavailable without the `align` extra.
    """
    if not words:
        raise InputError("there are no words to listen for")
    limits = bounds or WordBounds()
    check_take(audio)
    mono: NDArray[np.float32] = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0]
    texts = {word.text for word in words}
    vocabulary = (*words, *(decoy for decoy in decoys if decoy.text not in texts), *statement)
    asked, said = range(len(words)), range(len(vocabulary) - len(statement), len(vocabulary))
    recogniser = Recogniser(vocabulary, english=english)
    pcm = to_pcm(mono)
    sounds = recogniser.any_sounds(pcm)
    found = {place.number: place for place in recogniser.in_order(pcm, said, asked)}
    share = _share(statement, [found.get(number) for number in said], sounds, limits) if statement else 1.0
    about_statement = limits.statement.judge(share) if statement else "accepted"
    if about_statement == "refused":
        # A statement that is not there must not hide words that are.
        found = {place.number: place for place in recogniser.in_order(pcm, (), asked)}
    listened = _Listened(mono, sounds, recogniser, vocabulary[: said.start])
    matches = tuple(
        _weigh(found[number], listened, limits)
        if number in found
        else _look_again(number, _gap(number, found, said, asked, audio.duration_s), listened, limits)
        for number in asked
    )
    return WordsVerdict(matches, least(*(_OUTCOME[match.presence] for match in matches)), share, about_statement)


def _share(
    statement: Sequence[SpokenWord],
    places: Sequence[Heard | None],
    sounds: NDArray[np.float64],
    limits: WordBounds,
) -> float:
    """The share of the statement's long words that fit the sound where they were found."""
    counted = [
        place is not None and _fit(place, sounds) >= limits.statement_fit
        for word, place in zip(statement, places, strict=True)
        if max(map(len, word.phonemes)) >= _LONG_WORD
    ]
    return sum(counted) / max(1, len(counted))


def check_take(audio: Audio) -> None:
    """Raises AudioError for a consent recording that is too short, too long, silent or not finite."""
    check_listenable(audio, "the consent recording", shortest_s=SHORTEST_S, longest_s=LONGEST_S)


@dataclass(frozen=True, slots=True, eq=False)
class _Listened:
    """One recording. mono: float32 (n,) at 16 kHz; sounds: as `Recogniser.any_sounds`; words: asked ones and decoys."""

    mono: NDArray[np.float32]
    sounds: NDArray[np.float64]
    recogniser: Recogniser
    words: tuple[SpokenWord, ...]


def _weigh(place: Heard, listened: _Listened, limits: WordBounds) -> WordMatch:
    """One word against its rivals and against any phones, where it was found."""
    margin, instead = _margin(place, listened)
    fit = _fit(place, listened.sounds)
    # Where no rival could be followed to its end there is nothing to compare with.
    against = limits.margin.judge(margin) if margin is not None else "unsure"
    presence = _PRESENCE[least(against, limits.fit.judge(fit))]
    return WordMatch(listened.words[place.number].text, presence, margin, fit, instead, place.start_s, place.end_s)


def _gap(
    number: int, found: Mapping[int, Heard], said: range, asked: range, duration_s: float
) -> tuple[float, float] | None:
    """Where a word that was left out would be, in seconds; None unless the words beside it were found."""
    if (number > asked.start and number - 1 not in found) or (number + 1 in asked and number + 1 not in found):
        return None
    before = [found[n].end_s for n in ((number - 1,) if number > asked.start else said) if n in found]
    after = found[number + 1].start_s if number + 1 in found else duration_s
    return max(before, default=0.0), after


def _look_again(number: int, gap: tuple[float, float] | None, listened: _Listened, limits: WordBounds) -> WordMatch:
    """A word that the search left out, looked for where it should be: missing, or said so badly that it is unsure."""
    text = listened.words[number].text
    missing = WordMatch(text, "missing", None, None, None, 0.0, 0.0)
    if gap is None or gap[1] - gap[0] < _SHORTEST_WORD_S:
        return missing
    pcm = to_pcm(listened.mono[round(gap[0] * RATE_HZ) : round(gap[1] * RATE_HZ)])
    path = listened.recogniser.one_of(pcm, [number])
    if path is None or not path.words:
        return missing
    within = path.words[0]
    fit = _fit(within, listened.recogniser.any_sounds(pcm))
    place = Heard(number, gap[0] + within.start_s, gap[0] + within.end_s, within.score)
    margin, instead = _margin(place, listened)
    least_likely = margin is None or limits.margin.judge(margin) == "refused" or limits.fit.judge(fit) == "refused"
    return WordMatch(text, "missing" if least_likely else "unsure", margin, fit, instead, place.start_s, place.end_s)


def _margin(place: Heard, listened: _Listened) -> tuple[float | None, str | None]:
    """Nats by which a word beats the best rival where it was found, and that rival; -inf where it does not fit."""
    start, end = place.start_s - _AROUND_S, place.end_s + _AROUND_S
    pcm = to_pcm(listened.mono[max(0, round(start * RATE_HZ)) : round(end * RATE_HZ)])
    text = listened.words[place.number].text
    asked = listened.recogniser.one_of(pcm, [place.number])
    best = listened.recogniser.one_of(pcm, [n for n, word in enumerate(listened.words) if word.text != text])
    if asked is None:
        return -np.inf, None
    if best is None or not best.words:
        return None, None
    return asked.score - best.score, listened.words[best.words[0].number].text


def _fit(place: Heard, sounds: NDArray[np.float64]) -> float:
    """Nats a frame by which a word beats any phones at all, where it was found."""
    free = sounds[place.frames]
    return float((place.score - free.sum()) / max(1, len(free)))
