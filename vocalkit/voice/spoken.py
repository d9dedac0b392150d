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
from vocalkit.voice.recogniser import FRAME_S, RATE_HZ, Heard, Recogniser, SpokenWord, to_pcm

LONGEST_S = 120.0
SHORTEST_S = 2.0
_AROUND_S = 0.15
_LONG_WORD = 3
"""Phonemes from which on a word of the statement counts: *of* and *my* are too short to be told from anything."""

Presence = Literal["heard", "unsure", "missing"]
_PRESENCE: dict[Outcome, Presence] = {"accepted": "heard", "unsure": "unsure", "refused": "missing"}


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


_NOT_FOUND: Outcome = "refused"


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
    recogniser = Recogniser(vocabulary, english=english)
    asked = range(len(words))
    others = range(len(words), len(vocabulary) - len(statement))
    found = recogniser.in_order(to_pcm(mono), tuple(asked))
    if found is None:
        missing = tuple(WordMatch(word.text, "missing", None, None, None, 0.0, 0.0) for word in words)
        return WordsVerdict(missing, _NOT_FOUND, 0.0 if statement else 1.0, _NOT_FOUND if statement else "accepted")
    matches = []
    for place in found:
        rivals = [*others, *(number for number in asked if vocabulary[number].text != vocabulary[place.number].text)]
        matches.append(_weigh(mono, place, rivals, recogniser, vocabulary, limits))
    share = 1.0
    if statement:
        before = mono[: round(found[0].start_s * RATE_HZ)]
        share = _statement_share(
            before, range(len(vocabulary) - len(statement), len(vocabulary)), recogniser, vocabulary, limits
        )
    outcome = least(*(_outcome(match.margin, match.fit, limits) for match in matches))
    return WordsVerdict(tuple(matches), outcome, share, limits.statement.judge(share) if statement else "accepted")


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
    mono: NDArray[np.float32],
    place: Heard,
    rivals: Sequence[int],
    recogniser: Recogniser,
    vocabulary: Sequence[SpokenWord],
    limits: WordBounds,
) -> WordMatch:
    """One word where it was found, against the rivals and against any phones."""
    pcm, frames = _piece(mono, place)
    text = vocabulary[place.number].text
    asked, best = recogniser.one_of(pcm, [place.number]), recogniser.one_of(pcm, rivals)
    if asked is None:
        return WordMatch(text, "missing", None, None, None, place.start_s, place.end_s)
    margin = None if best is None else asked.score - best.score
    fit = (asked.score - recogniser.any_sounds(pcm)) / frames
    instead = vocabulary[best.words[0].number].text if best is not None and best.words else None
    return WordMatch(text, _PRESENCE[_outcome(margin, fit, limits)], margin, fit, instead, place.start_s, place.end_s)


def _outcome(margin: float | None, fit: float | None, limits: WordBounds) -> Outcome:
    if fit is None:
        return "refused"
    # Without any decoy that fits at all there is none that could win.
    return least("accepted" if margin is None else limits.margin.judge(margin), limits.fit.judge(fit))


def _piece(mono: NDArray[np.float32], place: Heard) -> tuple[bytes, float]:
    """The sound around a word, and how many frames the word itself has."""
    start, end = place.start_s - _AROUND_S, place.end_s + _AROUND_S
    piece = mono[max(0, round(start * RATE_HZ)) : round(end * RATE_HZ)]
    return to_pcm(piece), max(1.0, (place.end_s - place.start_s) / FRAME_S)


def _statement_share(
    mono: NDArray[np.float32],
    numbers: Sequence[int],
    recogniser: Recogniser,
    vocabulary: Sequence[SpokenWord],
    limits: WordBounds,
) -> float:
    """The share of the statement's long words that fit the sound where they should be."""
    if len(mono) < SHORTEST_S * RATE_HZ:
        return 0.0
    found = recogniser.in_order(to_pcm(mono), numbers)
    if found is None:
        return 0.0
    fits = []
    for place in found:
        if max(map(len, vocabulary[place.number].phonemes)) < _LONG_WORD:
            continue
        pcm, frames = _piece(mono, place)
        said = recogniser.one_of(pcm, [place.number])
        fits.append(said is not None and (said.score - recogniser.any_sounds(pcm)) / frames >= limits.statement_fit)
    return float(np.mean(fits)) if fits else 0.0
