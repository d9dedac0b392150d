"""Pitches for a line: forward filtering and backward sampling over pairs of pitches.

The energy of a line is a sum of: chord tones by metrical weight and length, tessitura and contour,
cadence, likeness to an earlier line, interval frequencies counted in the public-domain lead sheets,
and what follows a leap. Sampling from exp(-energy / temperature) keeps the counted variety of
intervals, which the single best path would flatten into steps; of a few samples the one with the
least energy and the least monotony is kept.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.melody.grid import STRONG
from vocalkit.melody.harmony import NoteHarmony

SAMPLES, USUAL_TEMPERATURE = 6, 0.7
INTERVAL_COSTS = (1.9, 1.05, 1.05, 1.5, 1.9, 1.7, 6.0, 1.6, 3.6, 3.0, 5.5, 9.0, 2.8)
"""Cost of moving by 0 to 12 semitones; more is not sung."""


@dataclass(frozen=True, slots=True, eq=False)
class Slot:
    """One note to find a pitch for. weight: metrical, 0 to 1; length: in felt pulses.

    target_midi: where the contour wants it; cadence: bonus per pitch class, float64 (12,);
    reference_midi: the pitch at this place in the line it repeats, None if free;
    reference_gain: how much that counts; slur: it continues the syllable before.
    """

    harmony: NoteHarmony
    weight: float
    length: float
    target_midi: float
    cadence: NDArray[np.float64]
    reference_midi: int | None = None
    reference_gain: float = 0.0
    slur: bool = False


def sing_line(
    slots: list[Slot], pitches: NDArray[np.intp], *, before: int | None, temperature: float, rng: np.random.Generator
) -> list[int]:
    """A pitch per slot, out of `pitches` (MIDI, rising). before: last pitch of the line before."""
    places = np.stack([_place_energy(slot, pitches) for slot in slots])
    steps = [_step_energy(left, right, pitches) for left, right in itertools.pairwise(slots)]
    if before is not None:
        places[0] += 0.5 * np.array(INTERVAL_COSTS)[np.minimum(np.abs(pitches - before), 12)]
    triples = _triple_energy(pitches)
    # The best of many is a plain line: who wants a wayward one gets fewer to choose from.
    samples = min(2 * SAMPLES, max(2, round(SAMPLES * USUAL_TEMPERATURE / temperature)))
    draws = [_sample(places, steps, triples, temperature, rng) for _ in range(samples)]

    def ill(path: list[int]) -> float:
        return _energy(path, places, steps, triples) + _monotony(pitches[path]) + _foreign(slots, pitches[path])

    best = min(draws, key=ill)
    return [int(pitches[i]) for i in best]


def _place_energy(slot: Slot, pitches: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (pitches,): how ill each pitch suits its place, whatever surrounds it."""
    classes = pitches % 12
    member, onset = slot.harmony.member[classes], slot.harmony.onset[classes]
    energy: NDArray[np.float64] = (1.0 - member) * (0.2 + 1.15 * min(slot.length, 2.5))
    energy = energy + np.where(onset, 0.0, 6.0 if slot.weight >= STRONG else 1.2 * slot.weight)
    energy = energy + 0.5 * ((pitches - slot.target_midi) / 3.0) ** 2
    energy = energy - slot.cadence[classes]
    if slot.reference_midi is not None:
        distance = np.abs(pitches - slot.reference_midi)
        energy = energy - slot.reference_gain * np.exp(-distance / 1.2) * np.where(onset, 1.0, 0.4)
    # An out-of-scale pitch must stay possible in principle, or a narrow range could leave no path.
    return energy + np.where(slot.harmony.allowed[classes], 0.0, 30.0)


def _step_energy(left: Slot, right: Slot, pitches: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (pitches, pitches): interval, treatment of tones foreign to the chord, slurs by step."""
    moves = pitches[None, :] - pitches[:, None]
    sizes = np.abs(moves)
    energy = np.where(sizes <= 12, np.array(INTERVAL_COSTS)[np.minimum(sizes, 12)], 60.0)
    classes = pitches % 12
    leaves = ~left.harmony.onset[classes]
    enters = ~right.harmony.onset[classes]
    energy = energy + np.where(leaves[:, None] & (sizes > 2), 2.5, 0.0)
    energy = energy + np.where(enters[None, :] & (sizes > 2), 1.6, 0.0)
    if right.slur:
        energy = energy + np.where((sizes == 0) | (sizes > 4), 12.0, 0.0)
    if left.reference_midi is not None and right.reference_midi is not None:
        wanted = right.reference_midi - left.reference_midi
        energy = energy - 0.4 * right.reference_gain * np.exp(-np.abs(moves - wanted) / 1.0)
    return energy


def _triple_energy(pitches: NDArray[np.intp]) -> NDArray[np.float64]:
    """float64 (pitches, pitches, pitches): a leap wants a step back; no third repeat, no trill."""
    first = (pitches[None, :] - pitches[:, None])[:, :, None]
    second = (pitches[None, :] - pitches[:, None])[None, :, :]
    leap = np.abs(first) >= 5
    turned = np.sign(first) == -np.sign(second)
    stepped = np.abs(second) <= 2
    energy = np.where(leap & ~turned, np.where(second == 0, 0.7, 2.0), 0.0)
    energy = energy + np.where(leap & turned & ~stepped, 0.6, 0.0)
    energy = energy + np.where((np.abs(first + second) > 12) & (first != 0) & (second != 0), 4.0, 0.0)
    energy = energy + np.where((first == 0) & (second == 0), 1.8, 0.0)
    total: NDArray[np.float64] = energy + np.where((first + second == 0) & (first != 0), 0.35, 0.0)
    return total


def _sample(
    places: NDArray[np.float64],
    steps: list[NDArray[np.float64]],
    triples: NDArray[np.float64],
    temperature: float,
    rng: np.random.Generator,
) -> list[int]:
    """Indices of one path drawn from exp(-energy / temperature)."""
    if len(places) == 1:
        return [_draw(-places[0] / temperature, rng)]
    forward = [-(places[0][:, None] + places[1][None, :] + steps[0]) / temperature]
    for place, step in zip(places[2:], steps[1:], strict=True):
        terms = forward[-1][:, :, None] - triples / temperature
        top = terms.max(axis=0)
        total = top + np.log(np.exp(terms - top).sum(axis=0))
        forward.append(total - (place[None, :] + step) / temperature)
    size = places.shape[1]
    last = _draw(forward[-1].ravel(), rng)
    path = [last // size, last % size]
    for table in reversed(forward[:-1]):
        path.insert(0, _draw(table[:, path[0]] - triples[:, path[0], path[1]] / temperature, rng))
    return path


def _draw(logits: NDArray[np.float64], rng: np.random.Generator) -> int:
    chances = np.exp(logits - logits.max())
    return min(int(np.searchsorted(np.cumsum(chances), rng.random() * chances.sum())), logits.size - 1)


def _energy(
    path: list[int], places: NDArray[np.float64], steps: list[NDArray[np.float64]], triples: NDArray[np.float64]
) -> float:
    total = float(places[np.arange(len(path)), path].sum())
    total += sum(float(step[a, b]) for step, a, b in zip(steps, path, path[1:], strict=False))
    return total + sum(float(triples[a, b, c]) for a, b, c in zip(path, path[1:], path[2:], strict=False))


def _monotony(line: NDArray[np.intp]) -> float:
    """Energy added for a line that stays on few pitches."""
    if line.size < 5:
        return 0.0
    repeats = float(np.mean(np.diff(line) == 0))
    few = max(0, 4 - np.unique(line).size)
    return 1.5 * few + 8.0 * max(0.0, repeats - 0.3)


def _foreign(slots: list[Slot], line: NDArray[np.intp]) -> float:
    """Energy added for a line of which less than 84 % lies on chord tones."""
    lengths = np.array([slot.length for slot in slots])
    members = np.array([slot.harmony.member[pitch % 12] for slot, pitch in zip(slots, line, strict=True)])
    return 30.0 * max(0.0, 0.84 - float((members * lengths).sum() / lengths.sum()))
