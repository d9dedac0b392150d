"""The track bar by bar: its sections, and the bars that leave place for a voice."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from vocalkit.backing import chroma, sections
from vocalkit.backing.features import GATE_DB, Features
from vocalkit.backing.lead_voice import SURE, Window
from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.backing.voice_cues import CUE_RATE_HZ
from vocalkit.types import SectionSpan, TempoMap, VoicePlace

_SHORTEST_PLACE_BARS = 2
_SOUNDING_SHARE = 0.5


def find_parts(features: Features, semitones: NDArray[np.float64], tempo_map: TempoMap) -> tuple[SectionSpan, ...]:
    """Sections on bar lines, from the first sound to the last; silence around them is named."""
    sounding = np.nonzero(features.level_db > GATE_DB)[0]
    if sounding.size == 0:
        return (SectionSpan(0.0, features.duration_s, sections.SILENCE, 0.0),)
    start_s, end_s = sounding[0] / ONSET_RATE_HZ, (sounding[-1] + 1) / ONSET_RATE_HZ
    start_s = start_s if start_s > 0.5 else 0.0
    end_s = min(end_s, features.duration_s) if features.duration_s - end_s > 0.5 else features.duration_s
    inside = tempo_map.downbeats_s
    inside = inside[(inside > start_s + 0.25) & (inside < end_s - 0.25)]
    edges_s = np.concatenate([[start_s], inside, [end_s]])
    spectra = chroma.per_span(semitones, edges_s)
    octaves = np.log1p(10.0 * spectra.reshape(len(spectra), -1, 12).sum(axis=2))
    frames = np.clip(np.round(edges_s * ONSET_RATE_HZ).astype(int), 0, features.level_db.size - 1)
    flux = np.stack([_means(np.asarray(band, np.float64), frames) for band in features.onsets], axis=1)
    level_db = 10.0 * np.log10(_means(np.power(10.0, features.level_db / 10.0), frames) + 1e-12)
    timbre = np.concatenate([octaves, flux, level_db[:, None] / 6.0], axis=1)
    bars = sections.Bars(edges_s, sections.bar_sound(chroma.fold(spectra), timbre), level_db)
    return sections.find_sections(bars, features.duration_s)


def voice_places(
    features: Features, tempo_map: TempoMap, found: Sequence[SectionSpan], cues: Sequence[Window]
) -> tuple[VoicePlace, ...]:
    """Runs of bars that sound, lie in no silence, intro or outro, and where nobody leads already.

    A stretch ends where a section does. Its room is how far the partials between 300 and 3500 Hz stay under the
    track's busiest moments.
    """
    downs = tempo_map.downbeats_s
    downs = downs[(downs >= 0) & (downs <= features.duration_s)]
    if downs.size < 2:
        return ()
    busy = features.voice[:, 0].astype(np.float64)
    busiest = float(np.percentile(busy, 95)) + 1e-9 if busy.size else 1.0
    section_edges = np.array([s.start_s for s in found])
    places: list[VoicePlace] = []
    run: list[float] = []
    room: list[float] = []
    for low, high in itertools.pairwise(downs):
        new_part = bool(np.any((section_edges > low - 0.1) & (section_edges < low + 0.1)))
        if run and (new_part or not _fits(features, found, cues, low, high)):
            places += _place(run, room)
            run, room = [], []
        if _fits(features, found, cues, low, high):
            run += [float(low), float(high)]
            bar = busy[int(low * CUE_RATE_HZ) : max(int(low * CUE_RATE_HZ) + 1, int(high * CUE_RATE_HZ))]
            room.append(1.0 - min(1.0, float(bar.mean()) / busiest) if bar.size else 1.0)
    return (*places, *_place(run, room))


def _place(run: list[float], room: list[float]) -> tuple[VoicePlace, ...]:
    if len(room) < _SHORTEST_PLACE_BARS:
        return ()
    return (VoicePlace(run[0], run[-1], float(np.mean(room))),)


def _fits(
    features: Features, found: Sequence[SectionSpan], cues: Sequence[Window], low_s: float, high_s: float
) -> bool:
    middle_s = 0.5 * (low_s + high_s)
    label = next((s.label for s in found if s.start_s <= middle_s < s.end_s), "")
    if label.lower() in (sections.SILENCE, sections.INTRO, sections.OUTRO):
        return False
    level = features.level_db[int(low_s * ONSET_RATE_HZ) : int(high_s * ONSET_RATE_HZ) + 1]
    if not level.size or float(np.mean(level > GATE_DB)) < _SOUNDING_SHARE:
        return False
    return not any(w.sung >= SURE and w.start_s < high_s and w.end_s > low_s for w in cues)


def _means(curve: NDArray[np.float64], frames: NDArray[np.intp]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(curve)])
    return np.asarray((total[frames[1:]] - total[frames[:-1]]) / np.maximum(np.diff(frames), 1))
