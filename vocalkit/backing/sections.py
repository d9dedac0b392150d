"""Sections: where the sound of the bars changes, which parts sound alike, and how loud each is.

Novelty by a checkerboard kernel along the diagonal of the bars' self-similarity (Foote, ICME 2000).
"""

from __future__ import annotations

import itertools
import string
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from vocalkit.types import SectionSpan

SILENCE, INTRO, OUTRO = "silence", "intro", "outro"
"""Labels of a silent part, and of a first or last part that is quieter than the rest and never comes again."""

_KERNEL_BARS = 4
_SHORTEST_BARS = 4
_ALIKE = 0.72
_QUIETER_DB = 3.0


@dataclass(frozen=True, slots=True, eq=False)
class Bars:
    """The track bar by bar. edges_s: float64 (n + 1,) from the first sound to the last; sound: float64 (n, d),
    what each bar sounds like, columns of about equal weight; level_db: float64 (n,).
    """

    edges_s: NDArray[np.float64]
    sound: NDArray[np.float64]
    level_db: NDArray[np.float64]


def bar_sound(chroma: NDArray[np.float64], timbre: NDArray[np.float64]) -> NDArray[np.float64]:
    """Columns for `Bars.sound`: chroma (n, 12) and standardized timbre (n, d), the latter with more weight."""
    deviation = timbre.std(axis=0)
    standard = (timbre - timbre.mean(axis=0)) / np.where(deviation > 1e-9, deviation, 1.0)
    return np.concatenate([chroma - chroma.mean(axis=0), 1.5 * standard / np.sqrt(max(1, timbre.shape[1]))], axis=1)


def find_sections(bars: Bars, duration_s: float) -> tuple[SectionSpan, ...]:
    """Spans from 0 s to the end, labelled A, B, ... in order of appearance, parts that sound alike alike."""
    likeness = _likeness(bars.sound)
    cuts = _boundaries(likeness)
    letters = _labels(bars.sound, cuts)
    level_db = np.array([_mean_db(bars.level_db[a:b]) for a, b in itertools.pairwise(cuts)])
    labels = _name_ends(letters, level_db)
    order = level_db.argsort(kind="stable").argsort(kind="stable")
    energy = order / (order.size - 1) if order.size > 1 else np.full(order.size, 0.5)
    spans = [
        SectionSpan(float(bars.edges_s[a]), float(bars.edges_s[b]), label, float(rank))
        for a, b, label, rank in zip(cuts[:-1], cuts[1:], labels, energy, strict=True)
    ]
    if bars.edges_s[0] > 0.0:
        spans.insert(0, SectionSpan(0.0, float(bars.edges_s[0]), SILENCE, 0.0))
    if bars.edges_s[-1] < duration_s:
        spans.append(SectionSpan(float(bars.edges_s[-1]), duration_s, SILENCE, 0.0))
    return tuple(spans)


def _likeness(sound: NDArray[np.float64]) -> NDArray[np.float64]:
    """Likeness of every bar to every other within kernel reach, by rows of the band: (n, n) is never built."""
    reach = 2 * _KERNEL_BARS
    out = np.zeros((len(sound), 2 * reach + 1))
    for offset in range(-reach, reach + 1):
        low, high = max(0, -offset), min(len(sound), len(sound) - offset)
        if high > low:
            distance = np.linalg.norm(sound[low:high] - sound[low + offset : high + offset], axis=1)
            out[low:high, offset + reach] = np.exp(-distance)
    return out


def _novelty(likeness: NDArray[np.float64]) -> NDArray[np.float64]:
    """Likeness within the bars before and after each edge, less that across it: float64 (n,)."""
    reach = likeness.shape[1] // 2
    count = len(likeness)
    out = np.zeros(count)
    for edge in range(2, count - 1):
        size = min(_KERNEL_BARS, edge, count - edge)
        before, after = range(edge - size, edge), range(edge, edge + size)
        within = [likeness[i, j - i + reach] for side in (before, after) for i in side for j in side if i != j]
        across = [likeness[i, j - i + reach] for i in before for j in after]
        out[edge] = float(np.mean(within)) - float(np.mean(across)) if within else 0.0
    return out


def _boundaries(likeness: NDArray[np.float64]) -> list[int]:
    """Bars that open a section, 0 and the number of bars included."""
    count = len(likeness)
    novelty = _novelty(likeness)
    threshold = max(0.06, float(np.mean(novelty) + 0.5 * np.std(novelty))) if count else 0.0
    chosen = [0, count]
    for edge in novelty.argsort(kind="stable")[::-1]:
        if novelty[edge] < threshold:
            break
        if all(abs(int(edge) - other) >= _SHORTEST_BARS for other in chosen):
            chosen.append(int(edge))
    return sorted(chosen)


def _labels(sound: NDArray[np.float64], cuts: list[int]) -> list[str]:
    """A letter for each section; one that is close to an earlier one takes its letter."""
    centres: list[NDArray[np.float64]] = []
    letters = []
    for a, b in itertools.pairwise(cuts):
        mean = sound[a:b].mean(axis=0)
        alike = [float(np.exp(-np.linalg.norm(mean - centre))) for centre in centres]
        if alike and max(alike) > _ALIKE:
            letters.append(_letter(int(np.argmax(alike))))
        else:
            centres.append(mean)
            letters.append(_letter(len(centres) - 1))
    return letters


def _letter(index: int) -> str:
    alphabet = string.ascii_uppercase
    return alphabet[index % 26] * (1 + index // 26)


def _name_ends(letters: list[str], level_db: NDArray[np.float64]) -> list[str]:
    labels = list(letters)
    if len(labels) < 3:
        return labels
    usual_db = float(np.median(level_db))
    for index, name in ((0, INTRO), (len(labels) - 1, OUTRO)):
        if level_db[index] < usual_db - _QUIETER_DB and letters.count(letters[index]) == 1:
            labels[index] = name
    return labels


def _mean_db(level_db: NDArray[np.float64]) -> float:
    return float(10.0 * np.log10(np.mean(np.power(10.0, level_db / 10.0)) + 1e-20))
