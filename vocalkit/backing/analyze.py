"""What an instrumental is made of: the one function other stages call."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from vocalkit.backing import chart, chords, chroma, key, lead_voice, parts, tuning
from vocalkit.backing.features import GATE_DB, Features, extract
from vocalkit.backing.grid import Grid, check_tempo_map, hear_grid
from vocalkit.backing.harmony import Likely, hear_harmony
from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.errors import AudioError
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio, Backing, ChordSpan, Given, Key, KeySpan, TempoMap

SHORTEST_S = 1.0
"""Less sound than this holds no beat and no harmony to speak of."""

_PITCHLESS = 0.1
"""Strength of the four strongest semitones that last from frame to frame, under which nothing is pitched. On rendered
takes: at most 0.08 for drums alone, at least 0.14 for everything with an instrument.
"""


@dataclass(frozen=True, slots=True, eq=False)
class _Harmony:
    """Spans between `edges_s`, one a pulse. loud: bool (n,), does anything sound there; pitched: any tone at all."""

    edges_s: NDArray[np.float64]
    treble: NDArray[np.float64]
    bass: NDArray[np.float64]
    likely: Likely
    loud: NDArray[np.bool_]
    pitched: bool


def analyze(
    audio: Audio,
    *,
    tempo_bpm: float | None = None,
    key: Key | None = None,
    given: Given = Given(),  # noqa: B008  (frozen)
    progress: Progress = silent,
) -> Backing:
    """Tempo, beats, bars, keys, chords, sections, tuning, places for a voice and a lead voice, if any, of a track.

    given: whatever is known already; the rest is heard and follows it. tempo_bpm, key: the same two for short.
    Where no beat is heard the grid is a steady one at the given or an assumed tempo and `beat_confidence` is low;
    what was assumed is told in `Backing.assumed`.
    Raises AudioError for a track under one second or with samples that are not finite, InputError for a tempo
    outside 20 to 400 BPM or for something given beyond the track's end. Memory grows by about 0.1 MB for a second of
    sound, whatever the sample rate.
    """
    if audio.duration_s < SHORTEST_S:
        raise AudioError(f"the track is {audio.duration_s:.2f} s long; at least {SHORTEST_S:g} s is needed")
    tempo_bpm = given.tempo_bpm if tempo_bpm is None else tempo_bpm
    given = replace(given, tempo_bpm=tempo_bpm, key=given.key if key is None else key)
    given.check_length(audio.duration_s)
    if given.tempo_map is not None:
        check_tempo_map(given.tempo_map, audio.duration_s)
    with threadpool_limits(limits=1):
        return _analyze(audio, given, progress)


def _analyze(audio: Audio, given: Given, progress: Progress) -> Backing:
    features = extract(audio, progress=progress)
    cents = tuning.tuning_cents(features.pitches) if given.tuning_cents is None else given.tuning_cents
    semitones = tuning.to_semitones(features.pitches, cents)
    grid = hear_grid(features, semitones, given)
    progress("listen", 0.95)
    pulses = _pulses(grid)
    harmony = _harmony(features, semitones, pulses)
    home, keys = _keys(harmony, given)
    heard = _chords(harmony, pulses, given.key, audio.duration_s) if given.chords is None else given.chords
    layout = chart.lay_out(given, grid.tempo_map, features, heard, audio.duration_s)
    cues = lead_voice.windows(features.voice)
    found = given.sections or layout.sections or parts.find_parts(features, semitones, grid.tempo_map)
    return Backing(
        duration_s=audio.duration_s,
        tempo_map=grid.tempo_map,
        key=home,
        chords=layout.chords,
        sections=found,
        tuning_cents=cents,
        beat_confidence=grid.confidence,
        lead_voice=lead_voice.lead_voice(features.voice),
        keys=keys,
        pulse_beats=grid.pulse_beats,
        voice_places=parts.voice_places(features, grid.tempo_map, found, cues),
        lead_voice_at=lead_voice.sung_spans(cues),
        assumed=(*grid.assumed, *_pitch_doubts(harmony, given), *layout.assumed),
    )


def _pulses(grid: Grid) -> TempoMap:
    """The felt pulses as a tempo map of their own: what harmony is heard on."""
    beats, size = grid.tempo_map, grid.pulse_beats
    start = beats.first_downbeat % size
    return TempoMap(beats.beats_s[start::size], beats.beats_per_bar // size, beats.first_downbeat // size)


def _harmony(features: Features, semitones: NDArray[np.float64], pulses: TempoMap) -> _Harmony:
    edges_s = chords.span_edges(pulses.beats_s, features.duration_s)
    notes = chroma.note_strengths(chroma.per_span(semitones, edges_s))
    treble, bass = chroma.fold(notes), chroma.fold(notes, bass=True)
    likely = hear_harmony(treble, bass)
    return _Harmony(edges_s, treble, bass, likely, _loud(features, edges_s), _lasting(semitones) > _PITCHLESS)


def _lasting(semitones: NDArray[np.float64]) -> float:
    """How strong what lasts from one frame to the next is, where anything sounds: a drum does not."""
    lasting = np.sort(np.minimum(semitones[1:], semitones[:-1])[:, 12:72], axis=1)[:, -4:].mean(axis=1)
    sounding = semitones[1:].sum(axis=1) > 0.0
    return float(lasting[sounding].mean()) if np.any(sounding) else 0.0


def _keys(harmony: _Harmony, given: Given) -> tuple[Key, tuple[KeySpan, ...]]:
    """The home key and the key of every stretch: the given ones, else as heard."""
    weight = harmony.loud & harmony.pitched
    home = given.key or key.home_key(harmony.likely.keys[weight], harmony.treble[weight], harmony.bass[weight])
    if given.keys is not None:
        return home, given.keys
    return home, key.key_spans(harmony.likely.keys, harmony.edges_s, weight, given.key)


def _chords(harmony: _Harmony, pulses: TempoMap, known: Key | None, duration_s: float) -> tuple[ChordSpan, ...]:
    bar = chords.Bar(pulses.beats_per_bar, pulses.first_downbeat + int(pulses.beats_s[0] > chords.EDGE_S))
    sounding = harmony.loud & harmony.pitched
    path = chords.decode_chords(harmony.likely.chords, sounding, key=known, bar=bar)
    return chords.chord_spans(path, harmony.edges_s)


def _pitch_doubts(harmony: _Harmony, given: Given) -> tuple[str, ...]:
    if harmony.pitched or not np.any(harmony.loud) or given.key or given.chords or given.chart:
        return ()
    return ("nothing pitched is heard: C major and no chords are assumed; give --key or --chords",)


def _loud(features: Features, edges_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether anything sounds in each span: at least a quarter of it is above the gate."""
    above = np.concatenate([[0.0], np.cumsum(features.level_db > GATE_DB)])
    frames = np.clip(np.round(edges_s * ONSET_RATE_HZ).astype(int), 0, above.size - 1)
    return np.asarray(np.diff(above[frames]) > 0.25 * np.maximum(np.diff(frames), 1))
