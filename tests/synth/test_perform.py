"""A whole performance: reproducible, quick, consistent with its score, and clear about bad input."""

from __future__ import annotations

import time
import tracemalloc

import numpy as np
import pytest

from vocalkit.errors import InputError
from vocalkit.synth.perform import HOP_S, PerformSettings, perform
from vocalkit.types import Note, Performance, Score, Syllable, TempoMap


def song(length_s: float, seed: int = 0) -> Score:
    rng = np.random.default_rng(seed)
    words = (
        Syllable("star", ("s", "t", "ɑ", "ɹ"), 2),
        Syllable("light", ("l", "aɪ", "t"), 1),
        Syllable("a", ("ə",), 0),
    )
    notes, time_s = list[Note](), 1.0
    while time_s < length_s:
        note_s = float(rng.choice([0.25, 0.5, 0.5, 1.0, 2.0]))
        notes.append(Note(time_s, time_s + note_s, float(rng.integers(55, 70)), words[rng.integers(3)]))
        time_s += note_s + (0.5 if rng.random() < 0.15 else 0.0)
    return Score(tuple(notes), TempoMap.constant(120.0, duration_s=length_s), language="en-gb")


def arrays(performance: Performance) -> list[bytes]:
    expression = performance.expression
    curves = (performance.f0.hz, performance.f0.voiced, performance.loudness_dbfs, expression.breathiness)
    return [curve.tobytes() for curve in curves]


def test_a_performance_covers_its_score() -> None:
    score = song(20.0)
    performance = perform(score, seed=1)
    assert performance.hop_s == HOP_S
    assert performance.notes == score.notes
    assert performance.language == "en-gb"
    assert score.end_s + 0.05 < performance.duration_s < score.end_s + 0.2
    onsets = {span.note: span.start_s for span in performance.spans if span.symbol in ("ɑ", "aɪ", "ə")}
    errors_s = np.abs([onsets[k] - note.start_s for k, note in enumerate(score.notes)])
    assert np.median(errors_s) == 0.0
    assert np.percentile(errors_s, 95) <= 0.001


def test_the_seed_decides_and_nothing_else() -> None:
    score = song(10.0)
    assert arrays(perform(score, seed=5)) == arrays(perform(score, seed=5))
    assert perform(score, seed=5).spans == perform(score, seed=6).spans
    assert arrays(perform(score, seed=5)) != arrays(perform(score, seed=6))


def test_expression_is_neutral_but_for_breath_at_phrase_ends() -> None:
    score = song(6.0)
    plain = perform(score, seed=0).expression
    assert not plain.tension.any() and not plain.gender.any()
    last = score.notes[-1]
    assert plain.breathiness[round((last.end_s - 0.01) / HOP_S)] > 0.1
    assert plain.breathiness[round((score.notes[0].start_s + 0.05) / HOP_S)] == 0.0
    shaped = perform(score, seed=0, settings=PerformSettings(breathiness=0.9, tension=-0.5, gender=0.2)).expression
    assert shaped.breathiness.max() == 1.0
    assert np.all(shaped.tension == np.float32(-0.5)) and np.all(shaped.gender == np.float32(0.2))


def test_four_minutes_take_a_moment_and_fifteen_little_memory() -> None:
    score = song(240.0)
    perform(score, seed=0)
    begin_s = time.process_time()
    perform(score, seed=0)
    assert time.process_time() - begin_s < 1.0
    long_score = song(900.0)
    tracemalloc.start()
    perform(long_score, seed=0)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 60e6


@pytest.mark.parametrize(
    "notes",
    [
        [Note(0.0, 0.004, 60.0, Syllable("a", ("a",)))],
        [Note(0.0, 30.0, 0.0, Syllable("str", ("s", "t", "ɹ")))],
        [Note(0.3, 0.301, 127.0, Syllable("s", ("s", "a"))), Note(0.301, 0.302, 30.0), Note(0.302, 2.0, 60.0)],
        [Note(5.0, 6.0, 60.0, Syllable("t", ("t",)))],
    ],
)
def test_odd_scores_are_performed(notes: list[Note]) -> None:
    performance = perform(Score(tuple(notes), TempoMap.constant(90.0, duration_s=5.0)), seed=0)
    assert np.all(np.isfinite(performance.f0.hz)) and np.all(performance.f0.hz > 0)
    assert np.all(np.isfinite(performance.loudness_dbfs))
    assert performance.spans


def test_bad_input_says_what_is_wrong() -> None:
    with pytest.raises(InputError, match="no notes"):
        perform(Score((), TempoMap.constant(120.0, duration_s=10.0)), seed=0)
    with pytest.raises(InputError, match="seed"):
        perform(song(3.0), seed=-1)
    with pytest.raises(InputError, match=r"vibrato_rate_hz.*; portamento_s"):
        PerformSettings(vibrato_rate_hz=40.0, portamento_s=float("nan"))
