"""Were these words said? Each asked word is found in the recording and weighed against all the others.

A word is compared twice where it was found: with the best of the decoys (the rest of the word list),
and with the best run of any phones at all, which stands for words that are in no list. It is heard
if it wins both by a margin, missing if it clearly loses either, and otherwise unsure: then a human
witness is asked instead of a guess. The bounds come from words cut out of read speech
(recipes/spoken/evaluate.py); docs/spoken-consent.md has the error rates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import AudioError, InputError
from vocalkit.types import Audio
from vocalkit.voice.bounds import Bounds, Outcome, least
from vocalkit.voice.recogniser import RATE_HZ, Heard, Recogniser, SpokenWord, to_pcm

LONGEST_S = 120.0
SHORTEST_S = 2.0
_AROUND_S = 0.15
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

    margin: Bounds = field(default_factory=lambda: Bounds(accept=10.0, refuse=-30.0))
    fit: Bounds = field(default_factory=lambda: Bounds(accept=-0.7, refuse=-1.6))
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
    mono = _mono(audio)
    texts = {word.text for word in words}
    vocabulary = [*words, *(decoy for decoy in decoys if decoy.text not in texts), *statement]
    asked, said = range(len(words)), range(len(vocabulary) - len(statement), len(vocabulary))
    recogniser = Recogniser(vocabulary, english=english)
    pcm = to_pcm(mono)
    found = {place.number: place for place in recogniser.in_order(pcm, said, asked)}
    if statement and not any(number in found for number in asked):
        # A statement that is not there at all must not hide words that are.
        found = {place.number: place for place in recogniser.in_order(pcm, (), asked)}
    sounds = recogniser.any_sounds(pcm)
    matches = []
    for number in asked:
        rivals = [other for other in range(said.start) if vocabulary[other].text != vocabulary[number].text]
        matches.append(_weigh(number, found.get(number), mono, sounds, rivals, recogniser, vocabulary, limits))
    outcome = least(*(_OUTCOME[match.presence] for match in matches))
    if not statement:
        return WordsVerdict(tuple(matches), outcome, 1.0, "accepted")
    counted = [number for number in said if max(map(len, vocabulary[number].phonemes)) >= _LONG_WORD]
    fitting = [n for n in counted if n in found and _fit(found[n], sounds) >= limits.statement_fit]
    share = len(fitting) / max(1, len(counted))
    return WordsVerdict(tuple(matches), outcome, share, limits.statement.judge(share))


def _mono(audio: Audio) -> NDArray[np.float32]:
    if not SHORTEST_S <= audio.duration_s <= LONGEST_S:
        raise AudioError(
            f"the consent recording is {audio.duration_s:.0f} s long; it must be {SHORTEST_S:.0f} to {LONGEST_S:.0f} s"
        )
    if not np.isfinite(audio.samples).all():
        raise AudioError("the consent recording holds samples that are no numbers; export it again")
    mono: NDArray[np.float32] = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0]
    if float(np.abs(mono).max()) < 1e-4:
        raise AudioError("the consent recording is silent; check the microphone")
    return mono


def _weigh(
    number: int,
    place: Heard | None,
    mono: NDArray[np.float32],
    sounds: NDArray[np.float64],
    rivals: Sequence[int],
    recogniser: Recogniser,
    vocabulary: Sequence[SpokenWord],
    limits: WordBounds,
) -> WordMatch:
    """One word against its rivals and against any phones, where it was found."""
    text = vocabulary[number].text
    if place is None:
        return WordMatch(text, "missing", None, None, None, 0.0, 0.0)
    margin, instead = _margin(mono, place, rivals, recogniser)
    fit = _fit(place, sounds)
    # Where no rival fits at all there is none that could win.
    outcome = least("accepted" if margin is None else limits.margin.judge(margin), limits.fit.judge(fit))
    rival = None if instead is None else vocabulary[instead].text
    return WordMatch(text, _PRESENCE[outcome], margin, fit, rival, place.start_s, place.end_s)


def _margin(
    mono: NDArray[np.float32], place: Heard, rivals: Sequence[int], recogniser: Recogniser
) -> tuple[float | None, int | None]:
    """Nats by which a word beats the best rival where it was found, and that rival. -inf where it does not fit."""
    start, end = place.start_s - _AROUND_S, place.end_s + _AROUND_S
    pcm = to_pcm(mono[max(0, round(start * RATE_HZ)) : round(end * RATE_HZ)])
    asked, best = recogniser.one_of(pcm, [place.number]), recogniser.one_of(pcm, rivals)
    if asked is None:
        return -np.inf, None
    if best is None:
        return None, None
    return asked.score - best.score, best.words[0].number if best.words else None


def _fit(place: Heard, sounds: NDArray[np.float64]) -> float:
    """Nats a frame by which a word beats any phones at all, where it was found."""
    free = sounds[place.frames]
    return float((place.score - free.sum()) / max(1, len(free)))
