"""What an instrumental is made of: the one function other stages call."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from vocalkit.backing import beats, chords, chroma, downbeats, sections, tempo, tuning
from vocalkit.backing.features import GATE_DB, Features, extract
from vocalkit.backing.key import find_key
from vocalkit.backing.lead_voice import lead_voice
from vocalkit.backing.onsets import ONSET_RATE_HZ
from vocalkit.backing.pitches import PITCH_RATE_HZ
from vocalkit.errors import AudioError, InputError
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio, Backing, Key, SectionSpan, TempoMap

SHORTEST_S = 1.0
"""Less sound than this holds no beat and no harmony to speak of."""

BEATLESS = 0.4
"""Beat confidence under which the grid is an assumption rather than something heard."""

_TEMPO_RANGE_BPM = (20.0, 400.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Harmony:
    """Pitch classes of every span between `edges_s`. treble, bass: float64 (n, 12)."""

    edges_s: NDArray[np.float64]
    spectra: NDArray[np.float64]
    treble: NDArray[np.float64]
    bass: NDArray[np.float64]


def analyze(
    audio: Audio, *, tempo_bpm: float | None = None, key: Key | None = None, progress: Progress = silent
) -> Backing:
    """Tempo, beats, bars, key, chords, sections, tuning and a lead voice, if any, of a track.

    tempo_bpm: the tempo if known, which is then followed; key: the key if known, which the chords then follow.
    Where no beat is heard the grid is a steady one at the given or an assumed tempo and `beat_confidence` is low.
    Raises AudioError for a track under one second or with samples that are not finite, InputError for a tempo
    outside 20 to 400 BPM. Memory grows by about 0.1 MB for a second of sound, whatever the sample rate.
    """
    if audio.duration_s < SHORTEST_S:
        raise AudioError(f"the track is {audio.duration_s:.2f} s long; at least {SHORTEST_S:g} s is needed")
    if tempo_bpm is not None and not _TEMPO_RANGE_BPM[0] <= tempo_bpm <= _TEMPO_RANGE_BPM[1]:
        raise InputError(f"tempo must be 20 to 400 BPM, got {tempo_bpm}")
    with threadpool_limits(limits=1):
        return _analyze(audio, tempo_bpm, key, progress)


def _analyze(audio: Audio, tempo_bpm: float | None, key: Key | None, progress: Progress) -> Backing:
    features = extract(audio, progress=progress)
    cents = tuning.tuning_cents(features.pitches)
    semitones = tuning.to_semitones(features.pitches, cents)
    beats_s, confidence = _grid(features, semitones, tempo_bpm)
    progress("listen", 0.85)
    harmony = _harmony(semitones, beats_s, features.duration_s)
    beats_per_bar, first_span = downbeats.find_metre(_accents(features, harmony))
    first_beat = first_span - int(beats_s[0] > chords.EDGE_S)
    tempo_map = TempoMap(beats_s, beats_per_bar, first_beat % beats_per_bar)
    loud = _loud(features, harmony.edges_s)
    key = key or find_key(harmony.treble[loud], harmony.bass[loud])
    bar = chords.Bar(beats_per_bar, first_span)
    path = chords.decode_chords(harmony.treble, harmony.bass, loud, key=key, bar=bar)
    progress("listen", 0.95)
    return Backing(
        duration_s=audio.duration_s,
        tempo_map=tempo_map,
        key=key,
        chords=chords.chord_spans(path, tempo_map, audio.duration_s),
        sections=_sections(features, semitones, tempo_map),
        tuning_cents=cents,
        beat_confidence=confidence,
        lead_voice=lead_voice(features.voice),
    )


def _grid(
    features: Features, semitones: NDArray[np.float64], tempo_bpm: float | None
) -> tuple[NDArray[np.float64], float]:
    """Beat times over the whole track and how sure they are."""
    envelope = tempo.onset_envelope(features.onsets)
    if features.silent or not np.any(envelope):
        steady = TempoMap.constant(tempo_bpm or tempo.ASSUMED_BPM, duration_s=features.duration_s)
        return steady.beats_s, 0.0
    curve = tempo.follow_tempo(envelope, tempo_bpm=tempo_bpm)
    bands = np.stack([tempo.onset_envelope(features.onsets, band=band) for band in range(3)])
    found = beats.find_beats(envelope, curve)
    if tempo_bpm is None and beats.is_every_other_beat(found, bands, float(np.median(curve.bpm))):
        curve = curve.twice()
        found = beats.find_beats(envelope, curve)
    found = beats.choose_phase(found, bands[0], envelope, _novelty(semitones, envelope.size))
    times_s = beats.cover(beats.settle(found, envelope), curve, features.duration_s)
    confidence = beats.confidence(times_s, envelope, curve, features.onsets)
    if confidence < BEATLESS:
        steady = TempoMap.constant(tempo_bpm or tempo.ASSUMED_BPM, duration_s=features.duration_s)
        return steady.beats_s, confidence
    return times_s, confidence


def _novelty(semitones: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    """How much the notes change around every onset frame, about unit deviation."""
    values = chroma.change(np.sqrt(semitones), width=max(1, round(0.35 * PITCH_RATE_HZ)))
    at = np.interp(np.arange(frames) / ONSET_RATE_HZ, np.arange(values.size) / PITCH_RATE_HZ, values)
    return np.asarray(at / (np.std(at) + 1e-9))


def _harmony(semitones: NDArray[np.float64], beats_s: NDArray[np.float64], duration_s: float) -> _Harmony:
    edges_s = chords.span_edges(beats_s, duration_s)
    spectra = chroma.per_span(semitones, edges_s)
    notes = chroma.note_strengths(spectra)
    return _Harmony(edges_s, spectra, chroma.fold(notes), chroma.fold(notes, bass=True))


def _accents(features: Features, harmony: _Harmony) -> NDArray[np.float64]:
    frames = np.round(harmony.edges_s[:-1] * ONSET_RATE_HZ).astype(int)
    low, full = features.onsets[0], features.onsets.sum(axis=0)
    strongest = [[float(curve[max(0, f - 3) : f + 5].max()) for f in frames] for curve in (low, full)]
    return downbeats.beat_accents(harmony.treble, harmony.bass, np.array(strongest[0]), np.array(strongest[1]))


def _loud(features: Features, edges_s: NDArray[np.float64]) -> NDArray[np.bool_]:
    """Whether anything sounds in each span: at least a quarter of it is above the gate."""
    above = np.concatenate([[0.0], np.cumsum(features.level_db > GATE_DB)])
    frames = np.clip(np.round(edges_s * ONSET_RATE_HZ).astype(int), 0, above.size - 1)
    return np.asarray(np.diff(above[frames]) > 0.25 * np.maximum(np.diff(frames), 1))


def _sections(features: Features, semitones: NDArray[np.float64], tempo_map: TempoMap) -> tuple[SectionSpan, ...]:
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


def _means(curve: NDArray[np.float64], frames: NDArray[np.intp]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(curve)])
    return np.asarray((total[frames[1:]] - total[frames[:-1]]) / np.maximum(np.diff(frames), 1))
