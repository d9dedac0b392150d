"""Lengths as notation writes them: note values with dots, in tuplets, tied where one is not enough."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

TYPES = ("breve", "whole", "half", "quarter", "eighth", "16th", "32nd", "64th", "128th", "256th", "512th", "1024th")
_TUPLETS = ((1, 1), (3, 2), (5, 4), (7, 4), (9, 8), (11, 8), (13, 8))
_LONGEST = Fraction(12)
_PLAIN = sorted(
    (Fraction(8, 2**level) * share for level in range(9) for share in (Fraction(1), Fraction(3, 2))), reverse=True
)
"""Plain and dotted values down to a 32nd of a quarter: what longer lengths are made up of."""


@dataclass(frozen=True, slots=True)
class Value:
    """A note value: name of its type, dots, and how many are played in the time of how many."""

    type: str
    dots: int
    actual: int = 1
    normal: int = 1


@lru_cache(maxsize=8192)
def value_of(quarters: Fraction) -> Value | None:
    """The single value of a length in quarters, None where notation has none."""
    for actual, normal in _TUPLETS:
        plain = quarters * actual / normal
        for dots, share in ((0, Fraction(1)), (1, Fraction(3, 2)), (2, Fraction(7, 4))):
            level = _level(plain / share)
            if level is not None and (actual == 1 or dots == 0):
                return Value(TYPES[level], dots, actual, normal)
    return None


def _level(plain: Fraction) -> int | None:
    """Index of the type that is so many quarters long."""
    top, bottom = plain.numerator, plain.denominator
    if top & (top - 1) or bottom & (bottom - 1) or top < 1:
        return None
    level = 4 - top.bit_length() + bottom.bit_length() - 1
    return level if 0 <= level < len(TYPES) else None


@lru_cache(maxsize=8192)
def pieces(quarters: Fraction, divisions: int) -> tuple[tuple[Fraction, Value], ...]:
    """A length as values tied together, the longest first; each is a whole number of divisions of a quarter.

    Their lengths add up to it exactly. Where a rest of it is no value at all, the last piece has the nearest's name.
    """
    found: list[tuple[Fraction, Value]] = []
    left = quarters
    while left > 0:
        value = value_of(left)
        if value is not None:
            found.append((left, value))
            break
        fitting = _largest(left, divisions)
        if fitting is None or len(found) >= 64:
            found.append((left, _nearest(left)))
            break
        found.append(fitting)
        left -= fitting[0]
    return tuple(found)


def _largest(left: Fraction, divisions: int) -> tuple[Fraction, Value] | None:
    """The longest plain or dotted value that fits, one that leaves a value over if there is such."""
    if left > _LONGEST:
        return _LONGEST, Value("breve", 1)
    fitting = [length for length in _PLAIN if length < left and (length * divisions).denominator == 1]
    best = next((length for length in fitting if value_of(left - length) is not None), fitting[0] if fitting else None)
    value = value_of(best) if best is not None else None
    return (best, value) if best is not None and value is not None else None


def _nearest(left: Fraction) -> Value:
    level = min(range(len(TYPES)), key=lambda index: abs(Fraction(8, 2**index) - left))
    return Value(TYPES[level], 0)
