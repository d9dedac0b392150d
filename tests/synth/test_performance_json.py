"""`performance.json` keeps a performance, follows its published schema, and explains what is wrong in it."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import InputError
from vocalkit.synth.perform import PerformSettings, perform
from vocalkit.synth.performance_json import performance_from_json, performance_to_json
from vocalkit.types import Note, Performance, Score, Syllable, TempoMap


@st.composite
def performances(draw: st.DrawFn) -> Performance:
    time_s, notes = draw(st.floats(0.0, 1.0)), list[Note]()
    for _ in range(draw(st.integers(1, 6))):
        length_s = draw(st.floats(0.05, 1.5))
        onset = draw(st.sampled_from((("s",), ("b",), ())))
        text = draw(st.text(st.characters(exclude_categories=("Cs",)), max_size=4))
        stress, position = draw(st.integers(0, 2)), draw(st.sampled_from(("begin", "end")))
        syllable = Syllable(text, (*onset, "a"), stress, position, draw(st.sampled_from((None, "fr-fr"))))
        slur = bool(notes) and draw(st.booleans())
        notes.append(Note(time_s, time_s + length_s, draw(st.floats(40.0, 80.0)), None if slur else syllable))
        time_s += length_s + draw(st.sampled_from((0.0, 0.4)))
    score = Score(tuple(notes), TempoMap.constant(120.0, duration_s=10.0), language="de")
    wishes = PerformSettings(tension=draw(st.floats(-1.0, 1.0)), breathiness=draw(st.floats(-1.0, 1.0)))
    return perform(score, seed=draw(st.integers(0, 9)), settings=wishes)


def example() -> Performance:
    notes = (
        Note(0.5, 1.0, 60.0, Syllable("So", ("s", "oʊ"), 2)),
        Note(1.0, 1.5, 62.0),
        Note(2.0, 2.5, 64.0, Syllable("la", ("l", "a"), 1)),
    )
    return perform(Score(notes, TempoMap.constant(120.0, duration_s=3.0)), seed=0)


@settings(max_examples=30, deadline=None)
@given(performances())
def test_reading_gives_back_what_was_written(performance: Performance) -> None:
    text = performance_to_json(performance)
    read = performance_from_json(text)
    assert performance_to_json(read) == text
    assert [note.syllable for note in read.notes] == [note.syllable for note in performance.notes]
    assert read.languages == performance.languages
    assert [(s.symbol, s.note) for s in read.spans] == [(s.symbol, s.note) for s in performance.spans]
    for ours, theirs in zip((*read.notes, *read.spans), (*performance.notes, *performance.spans), strict=True):
        assert ours.start_s == pytest.approx(theirs.start_s, abs=1e-6)
        assert ours.end_s == pytest.approx(theirs.end_s, abs=1e-6)
    voiced = performance.f0.voiced
    np.testing.assert_array_equal(read.f0.voiced, voiced)
    np.testing.assert_allclose(read.f0.hz[voiced], performance.f0.hz[voiced], atol=1e-3)
    assert np.all(read.f0.hz > 0)
    np.testing.assert_allclose(read.loudness_dbfs, performance.loudness_dbfs, atol=6e-3)
    for name in ("breathiness", "tension", "gender"):
        np.testing.assert_allclose(getattr(read.expression, name), getattr(performance.expression, name), atol=6e-4)
    assert read.language == performance.language


def test_the_published_schema_is_kept() -> None:
    performance = example()
    document = json.loads(performance_to_json(performance))
    assert [note["syllable"] for note in document["notes"]] == ["So", None, "la"]
    assert {"start_s", "end_s", "midi", "syllable"} <= document["notes"][0].keys()
    assert document["phonemes"][0].keys() == {"symbol", "start_s", "end_s", "note"}
    assert document["hop_s"] == 0.005
    nulls = [value is None for value in document["f0_hz"]]
    assert nulls == (~performance.f0.voiced).tolist()


def test_unvoiced_frames_are_interpolated_between_voiced_ones() -> None:
    document = json.loads(performance_to_json(example()))
    frames = len(document["f0_hz"])
    document["f0_hz"] = [None, 100.0, None, 400.0, *[None] * (frames - 4)]
    hz = performance_from_json(json.dumps(document)).f0.hz
    np.testing.assert_allclose(hz[:6], [100.0, 100.0, 200.0, 400.0, 400.0, 400.0], rtol=1e-6)


def test_a_curve_may_be_one_number() -> None:
    document = json.loads(performance_to_json(example()))
    document["expression"]["tension"] = 0.5
    document["loudness_dbfs"] = -18
    read = performance_from_json(json.dumps(document))
    assert np.all(read.expression.tension == 0.5)
    assert np.all(read.loudness_dbfs == -18.0)


@pytest.mark.parametrize(
    ("path", "value", "message"),
    [
        (("hop_s",), 0, "hop"),
        (("hop_s",), True, "'hop_s' must be a number"),
        (("notes",), {}, "'notes' must be a list"),
        (("notes", 0), 3, r"notes\[0\] must be a JSON object"),
        (("notes", 2, "end_s"), 0.1, r"notes\[2\].*end after"),
        (("notes", 0, "midi"), "C4", r"notes\[0\].*'midi' must be a number"),
        (("notes", 0, "syllable"), 3, r"notes\[0\].*'syllable' must be text"),
        (("notes", 0, "syllable_phonemes"), None, "syllable_phonemes"),
        (("notes", 0, "stress"), 9, "stress"),
        (("notes", 0, "position"), "first", "position"),
        (("phonemes", 1, "note"), 77, "note that does not exist"),
        (("phonemes", 1, "note"), 1.5, r"phonemes\[1\].*index"),
        (("phonemes", 1, "start_s"), -3.0, "overlap"),
        (("f0_hz", 4), -1.0, r"f0_hz\[4\]"),
        (("f0_hz",), [100.0], "as long as 'f0_hz'"),
        (("loudness_dbfs", 3), "loud", r"loudness_dbfs\[3\]"),
        (("expression",), None, "expression must be a JSON object"),
        (("expression", "gender"), 2.0, "gender"),
        (("language",), None, "'language' must be text"),
        (("version",), 99, "version"),
    ],
)
def test_each_fault_is_named(path: tuple[str | int, ...], value: object, message: str) -> None:
    document: Any = json.loads(performance_to_json(example()))
    place = document
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = value
    with pytest.raises(InputError, match=message):
        performance_from_json(json.dumps(document))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", '{"hop_s": NaN}', "[" * 100_000, '{"hop_s": ' + "9" * 5000 + "}"]
)
def test_what_is_not_a_performance_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        performance_from_json(text)
