"""Three answers instead of two: what is neither clearly so nor clearly not goes to a human."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from vocalkit.errors import InputError

Outcome = Literal["accepted", "unsure", "refused"]
_ORDER: tuple[Outcome, ...] = ("refused", "unsure", "accepted")


@dataclass(frozen=True, slots=True)
class Bounds:
    """A score of at least `accept` is accepted, one below `refuse` refused; in between it is unsure."""

    accept: float
    refuse: float

    def __post_init__(self) -> None:
        if not (math.isfinite(self.accept) and math.isfinite(self.refuse) and self.refuse <= self.accept):
            raise InputError(f"bounds must be finite, refuse <= accept, got {self.refuse} and {self.accept}")

    def judge(self, score: float) -> Outcome:
        return "accepted" if score >= self.accept else "unsure" if score >= self.refuse else "refused"


def least(*outcomes: Outcome) -> Outcome:
    """The most doubtful of several answers."""
    return min(outcomes, key=_ORDER.index)
