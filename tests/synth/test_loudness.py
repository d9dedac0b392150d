"""Loudness: phrases arch, accents and sections stand out, only the ends of phrases are steep."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from vocalkit.synth.durations import phoneme_spans
from vocalkit.synth.loudness import REST_LOUDNESS_DBFS, loudness_curve
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Note, Score, SectionSpan, Syllable, TempoMap
from vocalkit.units import REFERENCE_LOUDNESS_DBFS

HOP_S = 0.005
TEMPO = TempoMap.constant(120.0, duration_s=30.0)


def loudness(notes: list[Note], *sections: SectionSpan, settings: PerformSettings | None = None) -> NDArray[np.float32]:
    score = Score(tuple(notes), TEMPO, sections=sections)
    frames = round(score.end_s / HOP_S) + 20
    return loudness_curve(score, phoneme_spans(notes), frames, hop_s=HOP_S, settings=settings or PerformSettings())


def phrase(start_s: float, *pitches_midi: float, stress: int = 1, ending: str = "") -> list[Note]:
    last = len(pitches_midi) - 1
    return [
        Note(
            start_s + 0.5 * k,
            start_s + 0.5 * (k + 1),
            pitch,
            Syllable("la", ("l", "a", *((ending,) if ending and k == last else ())), stress),
        )
        for k, pitch in enumerate(pitches_midi)
    ]


def at(curve: NDArray[np.float32], time_s: float) -> float:
    return float(curve[round(time_s / HOP_S)])


def test_a_phrase_rises_then_falls_around_the_reference() -> None:
    curve = loudness(phrase(1.0, *[60.0] * 8))
    start, top, end = at(curve, 1.1), at(curve, 2.75), at(curve, 4.85)
    assert top > start + 1.5
    assert top > end + 1.5
    sung = curve[220:960]
    assert abs(float(np.median(sung)) - REFERENCE_LOUDNESS_DBFS) < 3.0


def test_higher_notes_and_stressed_ones_are_louder() -> None:
    high = loudness(phrase(1.0, 60.0, 60.0, 67.0, 60.0, 60.0))
    flat = loudness(phrase(1.0, 60.0, 60.0, 60.0, 60.0, 60.0))
    assert at(high, 2.25) > at(flat, 2.25) + 0.5
    stressed = loudness(phrase(1.0, 60.0, 60.0, stress=2))
    weak = loudness(phrase(1.0, 60.0, 60.0, stress=0))
    assert at(stressed, 1.6) == pytest.approx(at(weak, 1.6) + 1.3, abs=0.1)


def test_downbeats_are_accented() -> None:
    on_downbeat, off_beat = phrase(2.0, 60.0), phrase(2.25, 60.0)
    assert at(loudness(on_downbeat), 2.25) > at(loudness(off_beat), 2.5) + 0.3


def test_energetic_sections_are_louder() -> None:
    notes = phrase(1.0, 60.0, 60.0)
    quiet = loudness(notes, SectionSpan(0.0, 10.0, "verse", 0.1))
    loud = loudness(notes, SectionSpan(0.0, 10.0, "chorus", 0.9))
    assert at(loud, 1.5) - at(quiet, 1.5) == pytest.approx(4.8, abs=0.1)


def test_rests_are_silent_and_entries_and_ends_fade() -> None:
    curve = loudness([*phrase(1.0, 60.0, 60.0), *phrase(4.0, 60.0, 60.0)])
    assert at(curve, 0.2) == pytest.approx(REST_LOUDNESS_DBFS)
    assert at(curve, 3.0) == pytest.approx(REST_LOUDNESS_DBFS)
    ending = curve[round(1.9 / HOP_S) : round(2.0 / HOP_S)]
    assert np.all(np.diff(ending) <= 0.1)
    assert ending[0] - ending[-1] > 20.0


def test_a_final_obstruent_is_not_faded_away() -> None:
    open_end, closed_end = loudness(phrase(1.0, 60.0, 60.0)), loudness(phrase(1.0, 60.0, 60.0, ending="t"))
    assert at(closed_end, 1.965) > at(open_end, 1.965) + 3.0


def test_changes_are_smooth_apart_from_the_fades() -> None:
    rng = np.random.default_rng(4)
    notes = [
        Note(1.0 + 0.25 * k, 1.25 + 0.25 * k, float(rng.integers(50, 76)), Syllable("a", ("a",), int(rng.integers(3))))
        for k in range(60)
    ]
    curve = loudness(notes, SectionSpan(0.0, 8.0, "verse", 0.0), SectionSpan(8.0, 30.0, "chorus", 1.0))
    sung = curve[round(1.05 / HOP_S) : round(15.85 / HOP_S)]
    assert np.abs(np.diff(sung)).max() < 1.0


def test_settings_shift_and_flatten() -> None:
    notes = phrase(1.0, 60.0, 67.0, 60.0)
    usual, louder = loudness(notes), loudness(notes, settings=PerformSettings(loudness_db=6.0))
    assert at(louder, 1.7) == pytest.approx(at(usual, 1.7) + 6.0, abs=1e-4)
    flat = loudness(notes, settings=PerformSettings(dynamics=0.0))[round(1.1 / HOP_S) : round(2.3 / HOP_S)]
    np.testing.assert_allclose(flat, REFERENCE_LOUDNESS_DBFS, atol=1e-4)
