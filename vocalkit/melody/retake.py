"""Some syllables of a tune written again; every other note stays exactly as it was."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from vocalkit.errors import ScoreError
from vocalkit.melody.form import likeness
from vocalkit.melody.infill import Gap, fill
from vocalkit.melody.quality import TakeReport
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.takes import MOST_TAKES, take_seed
from vocalkit.types import Backing, Note, Score

BORDER_S = 0.2
"""Least rest between a part that is written again and its neighbours in other lines."""

NEW_ENOUGH = 0.3
"""Least distance of a part to what it was, where that can be had."""


@dataclass(frozen=True, slots=True, eq=False)
class Task:
    """What is to be written again.

    score: the tune there is; syllables: the range of those to be set anew, counted from 0 over the whole tune;
    lines: syllables of each line, in order; low_midi, high_midi: of the voice; settings: of the part.
    """

    score: Score
    backing: Backing
    syllables: range
    lines: tuple[int, ...]
    low_midi: float
    high_midi: float
    settings: ComposeSettings


@dataclass(frozen=True, slots=True, eq=False)
class Retaken:
    """The tune with its new part. notes: range of the new notes in it; seed: of the take; distance: to the old part."""

    score: Score
    notes: range
    seed: int
    distance: float
    report: TakeReport


def retake(
    task: Task, write: Callable[[int], Score], judge: Callable[[Score], TakeReport], *, seed: int, best_of: int
) -> Retaken:
    """Write a part again: the best of several that differ from what was there.

    write: a whole take for the same words from a seed: whole lines come from it, at their new times where these fit
    between what stays; parts of lines are filled in between their neighbours. More than `best_of` takes are tried, 16
    at most, until one differs.
    """
    tried: list[Retaken] = []
    for number in range(MOST_TAKES):
        own = take_seed(seed, number)
        tried.append(_rewritten(task, write, judge, own))
        if number + 1 >= best_of and any(one.distance >= NEW_ENOUGH for one in tried):
            break
    fresh = [one for one in tried if one.distance >= NEW_ENOUGH] or [max(tried, key=lambda one: one.distance)]
    return max(fresh, key=lambda one: one.report.mark)


def groups(notes: Sequence[Note]) -> list[range]:
    """Notes of each syllable: it and what it is slurred over."""
    firsts = [at for at, note in enumerate(notes) if note.syllable is not None]
    return [range(a, b) for a, b in itertools.pairwise([*firsts, len(notes)])]


def _rewritten(task: Task, write: Callable[[int], Score], judge: Callable[[Score], TakeReport], seed: int) -> Retaken:
    notes, sung = task.score.notes, groups(task.score.notes)
    first, last = sung[task.syllables[0]][0], sung[task.syllables[-1]][-1] + 1
    rng = np.random.default_rng([seed, 1])
    written: list[Note] = []
    for run, is_whole in _runs(task):
        take = _taken(task, run, write(seed), written) if is_whole else None
        written += take if take is not None else _filled(task, run, written, rng)
    score = replace(task.score, notes=(*notes[:first], *written, *notes[last:]))
    # With the notes beside it: how the part is reached and left is part of it.
    ahead, behind = notes[max(0, first - 1) : first], notes[last : last + 1]
    beside = (*ahead, *notes[first:last], *behind), (*ahead, *written, *behind)
    apart = 1.0 - likeness(*beside, beat_s=60.0 / score.tempo_map.bpm)
    return Retaken(score, range(first, first + len(written)), seed, apart, judge(score))


def _runs(task: Task) -> list[tuple[list[range], bool]]:
    """The part in runs of lines: whole ones together, a piece of a line by itself. Syllables of each line."""
    starts = list(itertools.accumulate(task.lines, initial=0))
    runs: list[tuple[list[range], bool]] = []
    for a, b in itertools.pairwise(starts):
        inside = range(max(a, task.syllables.start), min(b, task.syllables.stop))
        if not inside:
            continue
        is_whole = len(inside) == b - a
        if is_whole and runs and runs[-1][1]:
            runs[-1][0].append(inside)
        else:
            runs.append(([inside], is_whole))
    return runs


def _taken(task: Task, run: list[range], take: Score, written: list[Note]) -> list[Note] | None:
    """The run's notes in a take of the whole song, None where they do not fit between what stays."""
    sung, old = groups(take.notes), groups(task.score.notes)
    if len(sung) != len(old):
        raise ScoreError(f"the take has {len(sung)} syllables where the song has {len(old)}; render the song again")
    found = list(take.notes[sung[run[0][0]][0] : sung[run[-1][-1]][-1] + 1])
    before = written[-1] if written else _note_before(task, run[0][0])
    after = _note_after(task, run[-1][-1])
    fits = (before is None or found[0].start_s >= before.end_s + BORDER_S) and (
        after is None or found[-1].end_s <= after.start_s - BORDER_S
    )
    return found if fits else None


def _filled(task: Task, run: list[range], written: list[Note], rng: np.random.Generator) -> list[Note]:
    """The run's lines, each within the time it had."""
    notes, sung = task.score.notes, groups(task.score.notes)
    ends = set(itertools.accumulate(task.lines))
    found: list[Note] = []
    for line in run:
        old = notes[sung[line[0]][0] : sung[line[-1]][-1] + 1]
        begins_line, ends_line = line[0] == 0 or line[0] in ends, line[-1] + 1 in ends
        after = _note_after(task, line[-1])
        last = (found or written)[-1] if found or written else _note_before(task, line[0])
        gap = Gap(
            old,
            start_s=old[0].start_s,
            until_s=old[-1].end_s if ends_line or after is None else after.start_s,
            before=None if begins_line else last,
            after=None if ends_line else after,
            ends_line=ends_line,
        )
        found += fill(
            gap, task.backing, settings=task.settings, low_midi=task.low_midi, high_midi=task.high_midi, rng=rng
        )
    return found


def _note_before(task: Task, syllable: int) -> Note | None:
    first = groups(task.score.notes)[syllable][0]
    return task.score.notes[first - 1] if first else None


def _note_after(task: Task, syllable: int) -> Note | None:
    """The first note after a syllable."""
    after = groups(task.score.notes)[syllable][-1] + 1
    return task.score.notes[after] if after < len(task.score.notes) else None
