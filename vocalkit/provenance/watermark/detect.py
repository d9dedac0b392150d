"""Look for a mark, whatever was done to the sound since."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.protocols import Progress, silent
from vocalkit.provenance.watermark.code import MARK_BITS, Code, code_of
from vocalkit.provenance.watermark.search import BENT, UNBENT, Scene, candidates, scene
from vocalkit.provenance.watermark.tiles import spectrogram, stand_out
from vocalkit.types import Audio

SPAN_S = 60.0
"""Marks are looked for in spans of this length, which overlap by half."""
MAX_FALSE_ALARM = 1e-6
_SEARCHES = (UNBENT, BENT)
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
                if found is not None and (best is None or found.score > best.score):
                    chance = false_alarm(found.score, alignments=here.bends.alignments, tries=len(spans) * len(keys))
                    if chance <= MAX_FALSE_ALARM:
                        tempo, pitch = found.tempo, found.pitch
                        best = Detection(found.mark, name, found.score, chance, start_s, end_s, tempo, pitch)
            if best is not None and best.score >= _SURE_SCORE:
                progress("watermark", 1.0)
                return best
    progress("watermark", 1.0)
    return best


@dataclass(frozen=True, slots=True)
class Reading:
    """What a stretch of sound spells under a key, right or not, and how it was bent if it is right."""

    mark: int
    score: float
    tempo: float
    pitch: float


def scenes(audio: Audio, start_s: float, end_s: float) -> Iterator[Scene]:
    """What the search needs of a stretch of sound, whatever the key: as it is, for most is, then bent.

    A search of few alignments finds weaker marks, so sound that nobody bent has one of its own.
    """
    spectra = spectrogram(audio, start_s, end_s)
    for bends in _SEARCHES:
        yield scene(bends, [stand_out(spectra, scale) for scale in bends.scales])


def read_best(here: Scene, code: Code) -> Reading | None:
    """The best reading of the likeliest alignments, or the first that leaves no doubt."""
    best: Reading | None = None
    for near in candidates(here, code):
        word = code.read(near[0].tiles)
        if word is None or word.mark == 0 or word.margin < _LEAST_MARGIN:
            continue
        # The whole pattern tells better than the pilot which of these alignments is the true one.
        score, index = max((code.score(word.mark, one.tiles), index) for index, one in enumerate(near))
        if best is None or score > best.score:
            alignment = near[index].alignment
            best = Reading(word.mark, score, 1.0 / alignment.stretch, here.bends.scales[alignment.pitch])
        if score >= _SURE_SCORE:
            break
    return best


def false_alarm(score: float, *, alignments: int, tries: int) -> float:
    """Upper bound of the chance of such a score without a mark.

    alignments: of the search that found it; tries: keys times spans. Without a mark, the score of one
    mark at one alignment is a sum of fair signs with weights of unit energy: it passes `score` with a
    chance of at most exp(-score^2 / 2) (Hoeffding, 1963). Each search may use an equal part of the whole.
    """
    if score <= 0.0:
        return 1.0
    exponent = math.log(len(_SEARCHES) * tries * alignments) + MARK_BITS * math.log(2.0) - 0.5 * score**2
    return math.exp(max(_LEAST_EXPONENT, min(0.0, exponent)))


def _spans(duration_s: float) -> Iterator[tuple[float, float]]:
    """Spans that overlap by half; the last one ends with the sound."""
    if duration_s < _SHORTEST_S:
        return
    start_s = 0.0
    while start_s + SPAN_S < duration_s:
        yield start_s, start_s + SPAN_S
        start_s += SPAN_S / 2
    yield max(0.0, duration_s - SPAN_S), duration_s
