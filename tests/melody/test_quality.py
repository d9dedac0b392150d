"""The quality report: faults of known tunes, and a mark that falls where a tune is damaged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from melody_songs import BALLAD, FREE, make_backing, make_lyrics

from vocalkit.melody import RuleComposer
from vocalkit.melody.form import likeness
from vocalkit.melody.quality import take_report
from vocalkit.types import Backing, Note, Score, Syllable

LA = Syllable("la", ("l", "a"), 1)


def tune(backing: Backing, notes: list[tuple[float, float, float]]) -> Score:
    """notes: start beat, length in beats, pitch."""
    time_at = backing.tempo_map.time_at
    return Score(tuple(Note(time_at(b), time_at(b + n), p, LA) for b, n, p in notes), backing.tempo_map)


def composed(seed: int = 0) -> tuple[Score, Backing]:
    backing = make_backing(100, duration_s=180.0)
    lyrics = make_lyrics(BALLAD)
    return RuleComposer().compose(backing, lyrics, low_midi=55, high_midi=74, start_s=None, seed=seed), backing


def faults(score: Score, backing: Backing, **voice: float) -> list[str]:
    return [finding.fault for finding in take_report(score, backing, **voice).faults]


def test_a_good_tune_has_no_fault() -> None:
    score, backing = composed()
    report = take_report(score, backing, low_midi=55, high_midi=74)
    assert report.form == "ABAB"
    assert report.returning_rate == 1.0
    assert report.chorus_lift_semitones > 1.5
    assert "loop" not in faults(score, backing)
    assert report.mark > 70
    assert report.lines[0].startswith("quality ")


def test_each_fault_is_found_where_it_is() -> None:
    backing = make_backing(120, chords=((0, "maj"),))
    loop = tune(backing, [(i, 1, (60, 64, 67, 64)[i % 4]) for i in range(16)])
    assert faults(loop, backing) == ["loop"]
    assert faults(tune(backing, [(i, 1, 60) for i in range(8)]), backing) == ["drone"]
    clash = take_report(tune(backing, [(0, 1, 60), (1, 1, 64), (2, 2, 65), (4, 2, 64)]), backing).faults
    assert [(f.fault, round(f.start_s - 0.3, 3)) for f in clash] == [("clash", 1.0)]
    fast = tune(backing, [(i / 4, 0.25, 60 + i % 3) for i in range(9)])
    assert "too fast" in faults(fast, backing)
    assert faults(tune(backing, [(0, 1, 60), (1, 1, 79)]), backing, high_midi=74.0) == ["out of range"]


def test_a_passing_note_is_no_clash() -> None:
    backing = make_backing(120, chords=((0, "maj"),))
    assert faults(tune(backing, [(0, 1, 64), (1, 0.5, 65), (1.5, 0.5, 67)]), backing) == []


@pytest.mark.parametrize("seed", range(3))
def test_damage_costs_marks(seed: int) -> None:
    score, backing = composed(seed)
    rng = np.random.default_rng(seed)

    def with_pitches(pitches: list[float]) -> Score:
        notes = zip(score.notes, pitches, strict=True)
        return replace(score, notes=tuple(replace(note, pitch_midi=pitch) for note, pitch in notes))

    own = [note.pitch_midi for note in score.notes]
    mark = take_report(score, backing).mark
    for pitches in (rng.permutation(own).tolist(), [p + 1 for p in own], [own[i % 4] for i in range(len(own))]):
        assert take_report(with_pitches(pitches), backing).mark < mark - 10


def test_likeness_is_of_the_tune_not_of_its_place() -> None:
    score, _ = composed()
    moved = tuple(
        replace(n, start_s=n.start_s + 3, end_s=n.end_s + 3, pitch_midi=n.pitch_midi + 2) for n in score.notes
    )
    assert likeness(score.notes, moved, beat_s=0.6) == pytest.approx(1.0)
    other, _ = composed(5)
    assert likeness(score.notes, other.notes, beat_s=0.6) == pytest.approx(
        likeness(other.notes, score.notes, beat_s=0.6)
    )
    assert likeness(score.notes, score.notes[:40], beat_s=0.6) < 0.5
    assert likeness((), (), beat_s=0.6) == 1.0


def test_a_form_without_sections_is_empty() -> None:
    backing = make_backing(100, duration_s=180.0)
    score = RuleComposer().compose(backing, make_lyrics(FREE), low_midi=55, high_midi=74, start_s=None, seed=0)
    report = take_report(replace(score, sections=()), backing)
    assert (report.form, report.returning_rate, report.chorus_lift_semitones) == ("", None, None)
    assert take_report(score, backing).form == "AB"
