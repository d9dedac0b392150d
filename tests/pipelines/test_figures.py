"""The measures find what is wrong, and only that, on sound whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from vocalkit.pipelines import figures
from vocalkit.pipelines.onset_trial import describe, run_trial
from vocalkit.pipelines.onsets import ExpectedVowel, Manner, expected_vowels, vowel_onsets
from vocalkit.types import Audio, Expression, F0Curve, Note, Performance, PhonemeSpan, Syllable, TempoMap

RATE = 44_100
HOP_S = 0.005
LA = Syllable("sa", ("s", "ɑ"))


def harmonics(f0_hz: np.ndarray, *, count: int = 12) -> np.ndarray:
    phase = 2 * np.pi * np.cumsum(f0_hz) / RATE
    return sum(np.sin(n * phase) / n for n in range(1, count + 1)) * 0.1


def performance_at(starts_s: list[float], midi: float = 57.0, length_s: float = 0.4) -> Performance:
    """A hiss and a vowel on every note, at A3 unless told."""
    notes = tuple(Note(start, start + length_s, midi, LA) for start in starts_s)
    spans = []
    for index, start in enumerate(starts_s):
        spans += [PhonemeSpan("s", start - 0.08, start, index), PhonemeSpan("ɑ", start, start + length_s, index)]
    frames = round((starts_s[-1] + 1) / HOP_S)
    time_s = np.arange(frames) * HOP_S
    voiced = np.any([(time_s >= s) & (time_s < s + length_s) for s in starts_s], axis=0)
    hz = np.full(frames, 440 * 2 ** ((midi - 69) / 12), np.float32)
    return Performance(
        notes, tuple(spans), F0Curve(hz, voiced, HOP_S), np.full(frames, -20.0), Expression.neutral(frames)
    )


def sing(performance: Performance, *, cents: float = 0.0, late_s: float = 0.0) -> Audio:
    """What `performance` asks for, out of tune or late on purpose."""
    rng = np.random.default_rng(0)
    samples = 1e-5 * rng.standard_normal(round(performance.duration_s * RATE))
    tone = harmonics(np.full(samples.size, performance.f0.hz[0] * 2 ** (cents / 1200)))
    hiss = 0.03 * np.diff(rng.standard_normal(samples.size + 1))
    for note in performance.notes:
        low, high = (round((time_s + late_s) * RATE) for time_s in (note.start_s, note.end_s))
        samples[low:high] += tone[low:high]
        samples[low - round(0.08 * RATE) : low] += hiss[: round(0.08 * RATE)]
    return Audio(samples[None].astype(np.float32), RATE)


STARTS = [0.5, 1.25, 2.0, 2.8, 3.5]


@pytest.mark.parametrize(
    ("cents", "in_tune", "octaves"), [(0, True, False), (40, True, False), (-60, False, False), (1200, False, True)]
)
def test_pitch(cents: float, in_tune: bool, octaves: bool) -> None:
    pytest.importorskip("parselmouth", reason="needs praat-parselmouth (the `bench` extra)")
    performance = performance_at(STARTS)
    found = figures.pitch_figures(sing(performance, cents=cents), performance)
    assert found.frames > 200
    assert found.in_tune > 0.98 if in_tune else found.in_tune < 0.05
    assert found.octave_notes == (len(STARTS) if octaves else 0)
    assert (found.octave_frames > 200) == octaves


def test_silence_is_not_in_tune() -> None:
    pytest.importorskip("parselmouth", reason="needs praat-parselmouth (the `bench` extra)")
    performance = performance_at(STARTS)
    silence = Audio(np.zeros((1, 4 * RATE), np.float32), RATE)
    assert figures.pitch_figures(silence, performance).in_tune == 0.0


@pytest.mark.parametrize("late_ms", [-30.0, 0.0, 20.0, 60.0])
def test_onsets_are_heard_where_they_are(late_ms: float) -> None:
    performance = performance_at(STARTS)
    found = figures.sung_onsets(sing(performance, late_s=late_ms / 1e3), performance)
    assert found.count == len(STARTS)
    assert found.bias_ms == pytest.approx(late_ms, abs=6)
    assert found.p95_ms == pytest.approx(abs(late_ms), abs=10)


def test_planned_onsets_are_those_of_the_file() -> None:
    performance = performance_at(STARTS)
    assert figures.planned_onsets(performance) == figures.OnsetFigures(len(STARTS), 0.0, 0.0, 0.0)
    notes = tuple(replace(note, start_s=note.start_s + 0.03) for note in performance.notes)
    assert figures.planned_onsets(replace(performance, notes=notes)).bias_ms == pytest.approx(-30)


def test_a_vowel_after_a_vowel_is_not_looked_for() -> None:
    syllables = (Syllable("so", ("s", "oʊ")), Syllable("a", ("ə",)), Syllable("na", ("n", "ɑ")))
    notes = tuple(Note(0.5 + i, 1.5 + i, 60.0, syllable) for i, syllable in enumerate(syllables))
    spans = (
        PhonemeSpan("s", 0.4, 0.5, 0), PhonemeSpan("oʊ", 0.5, 1.5, 0), PhonemeSpan("ə", 1.5, 2.4, 1),
        PhonemeSpan("n", 2.4, 2.5, 2), PhonemeSpan("ɑ", 2.5, 3.5, 2),
    )  # fmt: skip
    curve = F0Curve(np.full(800, 200.0), np.ones(800, bool), HOP_S)
    performance = Performance(notes, spans, curve, np.full(800, -20.0), Expression.neutral(800))
    assert expected_vowels(performance) == (ExpectedVowel(0.5, "unvoiced"), ExpectedVowel(2.5, "nasal"))


@pytest.mark.parametrize("after", ["pause", "nasal", "unvoiced"])
def test_a_search_beside_the_onset_still_finds_it(after: Manner) -> None:
    rng = np.random.default_rng(3)
    samples = 1e-4 * rng.standard_normal(3 * RATE)
    tone = harmonics(np.full(samples.size, 150.0), count=25)
    samples[round(1.5 * RATE) :] += tone[round(1.5 * RATE) :]
    if after == "nasal":
        samples[round(1.38 * RATE) : round(1.5 * RATE)] += 0.1 * np.sin(
            2 * np.pi * 150 * np.arange(round(0.12 * RATE)) / RATE
        )
    if after == "unvoiced":
        samples[round(1.4 * RATE) : round(1.5 * RATE)] += 0.05 * np.diff(rng.standard_normal(round(0.1 * RATE) + 1))
    audio = Audio(samples[None].astype(np.float32), RATE)
    for beside_s in (-0.05, 0.0, 0.05):
        assert vowel_onsets(audio, [ExpectedVowel(1.5 + beside_s, after)])[0] == pytest.approx(1.5, abs=0.008)


def test_the_residual_is_what_the_stems_do_not_explain() -> None:
    rng = np.random.default_rng(0)
    backing = Audio(0.2 * rng.standard_normal((2, 3 * RATE)).astype(np.float32), RATE)
    vocals = Audio(0.1 * rng.standard_normal((2, 4 * RATE)).astype(np.float32), RATE)
    mixed = vocals.samples.copy()
    mixed[:, : backing.frames] += np.float32(0.5) * backing.samples
    assert figures.residual_dbfs(Audio(mixed, RATE), backing, vocals, backing_gain=0.5) < -130
    mixed[0, 1000] += 0.001
    assert figures.residual_dbfs(Audio(mixed, RATE), backing, vocals, backing_gain=0.5) == pytest.approx(-60, abs=0.1)
    late = Audio(np.roll(mixed, 1, axis=1), RATE)
    assert figures.residual_dbfs(late, backing, vocals, backing_gain=0.5) > -20
    assert figures.aligned(backing, vocals, late)
    assert not figures.aligned(vocals, backing, backing)
    assert not figures.aligned(backing, vocals, Audio(vocals.samples, 48_000))


def test_the_grid_share() -> None:
    grid = TempoMap.constant(120, duration_s=10)
    on = performance_at([0.5, 0.875, 1.5, 2.0 + 0.5 / 3], length_s=0.1)
    off = performance_at([0.54, 1.07], length_s=0.1)
    assert figures.on_grid(on, grid) == 1.0
    assert figures.on_grid(off, grid) == 0.0


def test_the_lift_is_measured_where_someone_sings() -> None:
    performance = performance_at([float(i) for i in range(1, 9)], length_s=0.9)
    rng = np.random.default_rng(0)
    noise = rng.standard_normal((1, 10 * RATE)).astype(np.float32)
    backing = noise.copy() * 0.1
    backing[:, : RATE // 2] *= 8.0  # a loud intro that no vocal is over
    lift = figures.vocal_lift_lu(
        Audio(noise * 0.1, RATE), Audio(backing, RATE), performance, backing_gain=10 ** (-2 / 20)
    )
    assert lift == pytest.approx(2.0, abs=0.1)


@pytest.mark.slow
def test_the_onset_estimator_on_recorded_singing(shared_data: Path) -> None:
    """Its bias and spread on PJS stay what docs/benchmarks.md says, labels' own errors included."""
    folders = sorted(path for path in (shared_data / "singing" / "pjs").iterdir() if path.is_dir())
    result = run_trial(folders[::4])
    ms = 1e3 * result.errors_s
    deviation = np.abs(ms - np.median(ms))
    assert ms.size > 400
    assert -40 < np.median(ms) < -10
    assert np.median(deviation) < 25
    assert "| all |" in describe(result)
