"""Variations that differ, the best of several, a part written again, and a tune that goes on."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from melody_songs import BALLAD, FREE, make_backing, make_lyrics

from vocalkit.errors import InputError, LyricsError, ScoreError
from vocalkit.melody import ComposeSettings, RuleComposer
from vocalkit.melody.continuation import cut_lyrics, go_on
from vocalkit.melody.form import likeness, section_notes
from vocalkit.melody.quality import TakeReport, take_report
from vocalkit.melody.retake import BORDER_S, Retaken, Task, groups, retake
from vocalkit.melody.takes import MIN_DISTANCE, distance, write_takes
from vocalkit.types import Lyrics, Score

BACKING = make_backing(100, duration_s=180.0, tuning_cents=12.0)
LYRICS = make_lyrics(BALLAD)
LOW, HIGH = 55.0, 74.0


def write(seed: int, lyrics: Lyrics = LYRICS, start_s: float | None = None) -> Score:
    return RuleComposer().compose(BACKING, lyrics, low_midi=LOW, high_midi=HIGH, start_s=start_s, seed=seed)


def judge(score: Score) -> TakeReport:
    return take_report(score, BACKING, low_midi=LOW, high_midi=HIGH)


def test_variations_truly_differ_and_the_best_comes_first() -> None:
    takes = write_takes(write, judge, seed=3, count=3, best_of=2)
    assert takes.warnings == ()
    assert takes.written >= 6
    for one, other in itertools.combinations(takes.chosen, 2):
        assert distance(one.score, other.score) >= MIN_DISTANCE
    marks = [take.report.mark for take in takes.chosen]
    assert marks[0] == max(marks)
    assert all(write(take.seed).notes == take.score.notes for take in takes.chosen)


def test_one_take_is_the_seed_asked_for_and_more_are_never_worse() -> None:
    only = write_takes(write, judge, seed=4)
    assert [take.seed for take in only.chosen] == [4]
    best = write_takes(write, judge, seed=4, best_of=5)
    assert best.written == 5
    assert best.chosen[0].report.mark >= only.chosen[0].report.mark


def test_takes_that_cannot_differ_are_told() -> None:
    takes = write_takes(lambda seed: write(0), judge, seed=0, count=2)
    assert len(takes.chosen) == 2
    assert "no 2 truly different takes" in takes.warnings[0]
    with pytest.raises(InputError, match="variations must be 1 to 16"):
        write_takes(write, judge, seed=0, count=17)


def rewritten(score: Score, syllables: range, seed: int, parts: tuple = BALLAD) -> Retaken:
    lines = tuple(len(line) for _, lines in parts for line in lines)
    task = Task(score, BACKING, syllables, lines, LOW, HIGH, ComposeSettings())
    lyrics = make_lyrics(parts)
    return retake(task, lambda own: write(own, lyrics), judge, seed=seed, best_of=2)


@pytest.mark.parametrize(
    "syllables", [range(28, 55), range(3, 12), range(8, 14), range(5), range(105, 110), range(9, 10)]
)
@pytest.mark.parametrize("seed", [1, 2])
def test_a_retake_changes_its_part_and_no_other_note(syllables: range, seed: int) -> None:
    score = write(0)
    again = rewritten(score, syllables, seed)
    old, new = groups(score.notes), groups(again.score.notes)
    first, last = old[syllables[0]][0], old[syllables[-1]][-1] + 1
    after = len(score.notes) - last
    assert again.score.notes[:first] == score.notes[:first]
    assert after == 0 or again.score.notes[-after:] == score.notes[last:]
    assert again.score.notes[first : len(again.score.notes) - after] != score.notes[first:last]
    assert again.notes == range(first, len(again.score.notes) - after)
    assert [n.syllable for n in again.score.notes if n.syllable] == [n.syllable for n in score.notes if n.syllable]
    assert len(new) == len(old)
    assert all(LOW <= note.pitch_midi <= HIGH for note in again.score.notes)
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in itertools.pairwise(again.score.notes))


def test_a_retaken_section_is_a_new_tune_with_room_to_breathe() -> None:
    score = write(0)
    again = rewritten(score, range(28, 55), 7)
    assert again.distance >= 0.3
    parts = section_notes(again.score)
    assert parts[1][0].start_s - parts[0][-1].end_s >= BORDER_S
    assert likeness(parts[1], parts[3], beat_s=0.6) < 0.8
    assert rewritten(score, range(28, 55), 7).score.notes == again.score.notes


def go(count: int, lyrics: Lyrics = LYRICS, seed: int = 9) -> tuple[Score, Score]:
    """The given bars, and the tune that goes on from them."""
    full = write(0, lyrics)
    kept = replace(full, notes=full.notes[: groups(full.notes)[count - 1][-1] + 1], sections=())
    cut = cut_lyrics(lyrics, count)
    return kept, go_on(kept, cut, BACKING, lambda part, start_s: write(seed, part, start_s))


@pytest.mark.parametrize("count", [1, 5, 28, 60, 109])
def test_a_tune_goes_on_and_keeps_what_was_given(count: int) -> None:
    kept, whole = go(count)
    assert whole.notes[: len(kept.notes)] == kept.notes
    words = [s for section in LYRICS.sections for line in section.lines for s in line.syllables]
    assert [note.syllable for note in whole.notes if note.syllable is not None] == words
    assert [section.label for section in whole.sections] == [section.label for section in LYRICS.sections]
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in itertools.pairwise(whole.notes))
    assert whole.end_s <= BACKING.duration_s


def test_a_later_verse_takes_up_the_given_one() -> None:
    _, whole = go(28)
    verse, _, second, _ = section_notes(whole)
    assert likeness(verse, second, beat_s=0.6) == pytest.approx(1.0)


def test_what_cannot_go_on_is_refused() -> None:
    with pytest.raises(ScoreError, match="nothing is left to go on with"):
        cut_lyrics(LYRICS, LYRICS.syllable_count)
    with pytest.raises(ScoreError, match="no notes"):
        cut_lyrics(LYRICS, 0)
    full = write(0, make_lyrics(FREE))
    short = make_backing(100, duration_s=full.end_s + 0.1)
    with pytest.raises(LyricsError, match="no room"):
        go_on(full, cut_lyrics(LYRICS, 10), short, lambda part, start_s: write(0, part, start_s))
