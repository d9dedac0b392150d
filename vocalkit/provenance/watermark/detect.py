"""Look for a mark, whatever was done to the sound since."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.protocols import Progress, silent
from vocalkit.provenance.watermark.code import MARK_BITS, Code, Word, code_of
from vocalkit.provenance.watermark.search import HYPOTHESES, SCALES, Scene, candidates, scene
from vocalkit.provenance.watermark.tiles import spectrogram, stand_out
from vocalkit.types import Audio

SPAN_S = 60.0
"""Marks are looked for in spans of this length, which overlap by half."""
MAX_FALSE_ALARM = 1e-6
_SURE_SCORE = 13.0
"""From here on nothing better is looked for; the bound on false alarms is then under 1e-20."""
_LEAST_EXPONENT = -690.0
"""Where a double nearly runs out: what is below is as sure."""
_LEAST_MARGIN = 0.5
"""Of a mark before the next likely one, in units of noise."""
_SHORTEST_S = 1.0


@dataclass(frozen=True, slots=True)
class Detection:
    """A mark that was found.

    score: correlation with the mark's pattern in units of its noise. false_alarm: an upper bound of the
    chance that a search like this one finds any mark in sound that was not marked with these keys
    (Hoeffding's inequality, times every alignment, mark, key and span tried). start_s, end_s: the
    stretch of sound it was read from. tempo, pitch: how much faster and higher than when it was marked.
    """

    mark: int
    key_name: str
    score: float
    false_alarm: float
    start_s: float
    end_s: float
    tempo: float
    pitch: float


def detect(audio: Audio, *, keys: Mapping[str, bytes], progress: Progress = silent) -> Detection | None:
    """The mark in a sound, or None where there is none that is sure.

    audio: a vocal or a mix, any rate, one or two channels; tempo and pitch may have changed by 6 % since
    it was marked. keys: by name. Stops at the first span that leaves no doubt. Memory beyond the
    sound is that of one span. Raises InputError without keys, or for samples that are not finite.
    """
    if not keys:
        raise InputError("looking for a watermark needs at least one key")
    codes = {name: code_of(key) for name, key in keys.items()}
    spans = tuple(_spans(audio.duration_s))
    best: Detection | None = None
    for number, (start_s, end_s) in enumerate(spans):
        progress("watermark", number / len(spans))
        for here in scenes(audio, start_s, end_s):
            for name, code in codes.items():
                found = read_best(here, code)
                if found is not None and (best is None or found.word.score > best.score):
                    best = _detection(found, name, start_s, end_s, tries=len(spans) * len(keys))
            if best is not None and best.score >= _SURE_SCORE:
                progress("watermark", 1.0)
                return best
    progress("watermark", 1.0)
    return best if best is not None and best.false_alarm <= MAX_FALSE_ALARM else None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch of sound spells under a key, right or not, and where its pattern lies."""

    word: Word
    tempo: float
    pitch: float


def scenes(audio: Audio, start_s: float, end_s: float) -> Iterator[Scene]:
    """What the search needs of a stretch of sound, whatever the key: as it is, for most is, then at other pitches."""
    spectra = spectrogram(audio, start_s, end_s)
    for scales in ((1.0,), tuple(scale for scale in SCALES if scale != 1.0)):
        yield scene(scales, [stand_out(spectra, scale) for scale in scales])


def read_best(here: Scene, code: Code) -> Reading | None:
    """The best reading of the likeliest alignments, or the first that leaves no doubt."""
    best: Reading | None = None
    for alignment, folded in candidates(here, code):
        word = code.read(folded)
        if word is None or word.mark == 0 or word.margin < _LEAST_MARGIN:
            continue
        if best is None or word.score > best.word.score:
            best = Reading(word, 1.0 / alignment.stretch, here.scales[alignment.pitch])
        if word.score >= _SURE_SCORE:
            break
    return best


def _detection(found: Reading, name: str, start_s: float, end_s: float, *, tries: int) -> Detection:
    score = found.word.score
    chance = false_alarm(score, tries=tries)
    return Detection(found.word.mark, name, score, chance, start_s, end_s, found.tempo, found.pitch)


def false_alarm(score: float, *, tries: int) -> float:
    """Upper bound of the chance of such a score without a mark; tries: keys times spans.

    Without a mark, the score of one mark at one alignment is a sum of fair signs with weights of unit
    energy: it passes `score` with a chance of at most exp(-score^2 / 2) (Hoeffding, 1963).
    """
    exponent = math.log(tries * HYPOTHESES) + MARK_BITS * math.log(2.0) - 0.5 * score**2
    return math.exp(max(_LEAST_EXPONENT, min(0.0, exponent))) if score > 0.0 else 1.0


def _spans(duration_s: float) -> Iterator[tuple[float, float]]:
    """Spans that overlap by half; the last one ends with the sound."""
    if duration_s < _SHORTEST_S:
        return
    start_s = 0.0
    while start_s + SPAN_S < duration_s:
        yield start_s, start_s + SPAN_S
        start_s += SPAN_S / 2
    yield max(0.0, duration_s - SPAN_S), duration_s
