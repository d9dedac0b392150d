"""A performance with some of its notes sung anew, and its sound with the new part in it.

Every phoneme of a note that stays keeps its place, its curves and, outside the stretch that is told, every sample.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.phones import is_vowel
from vocalkit.synth.sing import PAD_S, PHRASE_GAP_S
from vocalkit.types import Audio, Expression, F0Curve, Performance, PhonemeSpan

CROSSFADE_S = 0.03
"""From the old sound into the new and back, inside the stretch."""

_BEND_S = 0.08
_LEAST_PHONEME_S = 0.02
_MARGIN_S = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Spliced:
    """The performance as it now is, and the stretch outside which nothing changed."""

    performance: Performance
    start_s: float
    end_s: float


def splice(old: Performance, new: Performance, *, before: int, after: int) -> Spliced:
    """`old` with the notes between its first `before` and its last `after` notes as `new` sings them.

    new: of the whole tune with its new notes, on the same hop; its first `before` and last `after` notes are those of
    `old`. Where the new part joins a note without a rest its consonants take the time that is left between the
    phonemes that stay, and pitch and loudness lead over to theirs. Raises InputError where the two do not fit.
    """
    if not np.isclose(old.hop_s, new.hop_s) or before + after >= len(new.notes):
        raise InputError("the new performance is not of the same song")
    kept_end, shift = len(old.notes) - after, len(new.notes) - len(old.notes)
    head = [span for span in old.spans if span.note is not None and span.note < before]
    tail = [span for span in old.spans if span.note is not None and span.note >= kept_end]
    gone = [span for span in old.spans if span.note is not None and before <= span.note < kept_end]
    part = [span for span in new.spans if span.note is not None and before <= span.note < len(new.notes) - after]
    if not part or not gone:
        raise InputError("there is nothing to sing in the new part")
    low_s = head[-1].end_s if head else None
    high_s = tail[0].start_s if tail else None
    joined = low_s is not None and gone[0].start_s - low_s <= PHRASE_GAP_S
    joins = high_s is not None and high_s - gone[-1].end_s <= PHRASE_GAP_S
    part = _placed(part, low_s, high_s, joined=joined, joins=joins)
    edges = min(gone[0].start_s, part[0].start_s), max(gone[-1].end_s, part[-1].end_s)
    start_s = low_s if joined and low_s is not None else _outer(low_s, edges[0], -1.0)
    end_s = high_s if joins and high_s is not None else _outer(high_s, edges[1], 1.0)
    stretch = _Stretch(max(0.0, start_s), end_s, joined, joins)
    moved = [replace(span, note=(span.note or 0) + shift) for span in tail]
    curves = _Curves(old, new, stretch, is_last=not tail)
    return Spliced(
        Performance(
            new.notes,
            (*head, *part, *moved),
            curves.f0(),
            curves.of(old.loudness_dbfs, new.loudness_dbfs),
            Expression(
                *(
                    curves.of(getattr(old.expression, name), getattr(new.expression, name))
                    for name in ("breathiness", "tension", "gender")
                )
            ),
            old.language,
        ),
        stretch.start_s,
        stretch.end_s,
    )


def splice_sound(old: Audio, new: Audio, *, start_s: float, end_s: float) -> Audio:
    """`old` with what `new` has between two times; outside them every sample of `old`, inside crossfades at both ends.

    Mono, one rate; as long as the longer of them, or as `new` where that ends inside the stretch.
    """
    rate = old.sample_rate
    if new.sample_rate != rate or old.channels != 1 or new.channels != 1:
        raise InputError("both sounds must be mono and of one sample rate")
    start, stop = round(start_s * rate), round(end_s * rate)
    frames = max(old.frames, min(stop, new.frames))
    samples = np.zeros(frames, np.float32)
    samples[: old.frames] = old.samples[0]
    stop = min(stop, frames)
    inside = np.zeros(stop - start, np.float32)
    known = new.samples[0, start : min(stop, new.frames)]
    inside[: known.size] = known
    weight = np.ones(inside.size, np.float32)
    fade = min(round(CROSSFADE_S * rate), inside.size // 2)
    ramp = (0.5 - 0.5 * np.cos(np.pi * (np.arange(fade) + 0.5) / max(fade, 1))).astype(np.float32)
    weight[:fade] = ramp
    weight[inside.size - fade :] = ramp[::-1]
    samples[start:stop] = weight * inside + (np.float32(1.0) - weight) * samples[start:stop]
    samples.flags.writeable = False
    return Audio(samples[None, :], rate)


def _outer(neighbour_s: float | None, edge_s: float, side: float) -> float:
    """Where silence is cut: beyond all that the part's own edge rings into, but not where a neighbour still rings."""
    wanted = edge_s + side * (PAD_S + _MARGIN_S)
    if neighbour_s is None:
        return wanted
    limit = neighbour_s - side * PAD_S
    return max(wanted, limit) if side < 0 else min(wanted, limit)


def _placed(
    part: Sequence[PhonemeSpan], low_s: float | None, high_s: float | None, *, joined: bool, joins: bool
) -> list[PhonemeSpan]:
    """The part's phonemes between those that stay: its first consonants and its last ones give way, then its vowels."""
    vowels = [at for at, span in enumerate(part) if is_vowel(span.symbol)]
    opening = vowels[0] if vowels else 0
    closing = len(part) - 1 - vowels[-1] if vowels else 0
    first_s, last_s = part[0].start_s, part[-1].end_s
    vowel_s, coda_s = part[opening].start_s, part[len(part) - 1 - closing].end_s
    to_first = first_s if low_s is None else low_s if joined else max(first_s, low_s)
    to_last = last_s if high_s is None else high_s if joins else min(last_s, high_s)
    to_vowel = max(vowel_s, to_first + _LEAST_PHONEME_S * opening)
    to_coda = min(coda_s, to_last - _LEAST_PHONEME_S * closing) if closing else to_last
    knots, places = [first_s, vowel_s, coda_s, last_s], [to_first, to_vowel, to_coda, to_last]
    if to_coda - to_vowel < _LEAST_PHONEME_S:
        knots, places = [first_s, last_s], [to_first, to_last]
    if places[-1] - places[0] < _LEAST_PHONEME_S * len(part):
        raise InputError(f"there is no room to sing the new part at {first_s:.2f} s; choose a larger one")
    known = _rising(knots, places)

    def move(time_s: float) -> float:
        return float(np.interp(time_s, *known))

    return [replace(span, start_s=move(span.start_s), end_s=move(span.end_s)) for span in part]


def _rising(knots: list[float], places: list[float]) -> tuple[list[float], list[float]]:
    """The map without knots that fall together."""
    kept = [at for at in range(len(knots)) if at == 0 or knots[at] > knots[at - 1] + 1e-9]
    chosen = [places[at] for at in kept]
    chosen[-1] = places[-1]
    return [knots[at] for at in kept], chosen


@dataclass(frozen=True, slots=True)
class _Stretch:
    """What changes, from start_s to end_s. joined, joins: whether it follows, or leads to, a note without a rest."""

    start_s: float
    end_s: float
    joined: bool
    joins: bool


class _Curves:
    """Curves of the old performance with those of the new one in a stretch, led over where the two join."""

    def __init__(self, old: Performance, new: Performance, stretch: _Stretch, *, is_last: bool) -> None:
        hop_s, start_s, end_s = old.hop_s, stretch.start_s, stretch.end_s
        self._old, self._new = old, new
        frames = new.f0.hz.size if is_last else max(old.f0.hz.size, round(end_s / hop_s) + 1)
        times_s = np.arange(frames) * hop_s
        weight = ((times_s >= start_s) & (times_s <= end_s)).astype(np.float64)
        if stretch.joined:
            weight *= np.clip((times_s - start_s) / _BEND_S, 0.0, 1.0)
        if stretch.joins:
            weight *= np.clip((end_s - times_s) / _BEND_S, 0.0, 1.0)
        self._weight = weight

    def of(self, old: NDArray[np.float32], new: NDArray[np.float32]) -> NDArray[np.float32]:
        """float32 (frames,)."""
        before, after = self._filled(old), self._filled(new)
        mixed = before + self._weight * (after - before)
        return np.where(self._weight == 0.0, before, mixed).astype(np.float32)

    def f0(self) -> F0Curve:
        """Led over in pitch, not in hertz; voiced as either side is."""
        old, new = self._old.f0, self._new.f0
        before, after = (np.log2(np.maximum(self._filled(curve.hz), 1.0)) for curve in (old, new))
        hz = np.exp2(before + self._weight * (after - before)).astype(np.float32)
        kept = self._weight == 0.0
        hz[kept] = self._filled(old.hz)[kept]
        voiced = np.where(kept, self._filled(old.voiced), self._filled(new.voiced)).astype(np.bool_)
        return F0Curve(hz, voiced, old.hop_s)

    def _filled(self, curve: NDArray[np.generic]) -> NDArray[np.float64]:
        """The curve as long as the whole: its last value goes on."""
        values = np.asarray(curve, np.float64)[: self._weight.size]
        return np.pad(values, (0, self._weight.size - values.size), mode="edge")
