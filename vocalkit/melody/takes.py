"""Several takes of one song: how far they are apart, and which to keep.

Takes come from seeds alone, so each can be had again by its own seed, without the others. The best one by its mark
is chosen first; every next one is the best of those far enough from all before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from vocalkit.errors import InputError
from vocalkit.melody.form import likeness
from vocalkit.melody.quality import TakeReport
from vocalkit.types import Score

MIN_DISTANCE = 0.35
"""Takes are told from each other from here on: more than a third of their steps differ."""

MOST_TAKES = 16
MOST_DRAWS = 48
SPARE = 3


@dataclass(frozen=True, slots=True, eq=False)
class Take:
    """One tune. seed: it can be had again by; distance: to the nearest take chosen before it, None for the first."""

    score: Score
    seed: int
    report: TakeReport
    distance: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Takes:
    """The takes chosen, best first, and how many were written to choose from."""

    chosen: tuple[Take, ...]
    written: int

    @property
    def warnings(self) -> tuple[str, ...]:
        near = [
            number
            for number, take in enumerate(self.chosen, 1)
            if take.distance is not None and take.distance < MIN_DISTANCE
        ]
        if not near:
            return ()
        which = ", ".join(map(str, near))
        return (
            f"no {len(self.chosen)} truly different takes were found among {self.written}: take {which} is nearer to "
            f"another than {MIN_DISTANCE:g}; longer words, or --complexity 1, give more to choose from",
        )


def distance(one: Score, other: Score) -> float:
    """How unlike two tunes for the same words are, 0 to 1: half of it intervals, half the times between syllables."""
    beat_s = 60.0 / one.tempo_map.bpm
    return 1.0 - likeness(one.notes, other.notes, beat_s=beat_s)


def write_takes(
    write: Callable[[int], Score], judge: Callable[[Score], TakeReport], *, seed: int, count: int = 1, best_of: int = 1
) -> Takes:
    """`count` takes that differ by `MIN_DISTANCE` or more, each the best of at least `best_of`.

    write: a score from a seed; judge: its report. The first seed is `seed` itself. Where the takes are too alike
    more are written, 48 at the most; then the farthest is taken and `Takes.warnings` says so.
    Raises InputError for counts outside 1 to 16, and whatever `write` raises.
    """
    for name, number in (("variations", count), ("best-of", best_of)):
        if not 1 <= number <= MOST_TAKES:
            raise InputError(f"--{name} must be 1 to {MOST_TAKES}, got {number}")
    pool: list[Take] = []
    limit = min(MOST_DRAWS, count * best_of)
    while True:
        while len(pool) < limit:
            own = take_seed(seed, len(pool))
            score = write(own)
            pool.append(Take(score, own, judge(score)))
        chosen = _choose(pool, count)
        apart = all(take.distance is None or take.distance >= MIN_DISTANCE for take in chosen)
        if (len(chosen) == count and apart) or limit >= MOST_DRAWS or len(pool) >= SPARE * count * best_of + 8:
            return Takes(chosen, len(pool))
        limit = min(MOST_DRAWS, limit + count)


def take_seed(seed: int, number: int) -> int:
    """The seed of the take of a number from 0; the first one's is `seed` itself."""
    if number == 0:
        return seed
    return int(np.random.SeedSequence([seed, number]).generate_state(1)[0])


def _choose(pool: list[Take], count: int) -> tuple[Take, ...]:
    chosen: list[Take] = []
    left = sorted(pool, key=lambda take: -take.report.mark)
    while left and len(chosen) < count:
        apart = [min((distance(take.score, other.score) for other in chosen), default=1.0) for take in left]
        at = next((i for i, value in enumerate(apart) if value >= MIN_DISTANCE), int(np.argmax(apart)))
        take = left.pop(at)
        chosen.append(replace(take, distance=apart[at] if chosen else None))
    return tuple(chosen)
