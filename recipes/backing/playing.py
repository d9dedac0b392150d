"""What is played: lead sheets arranged for bass and chords, and drum patterns for every metre."""

from __future__ import annotations

import itertools

import numpy as np
from music import Piece, Played

from vocalkit.types import CHORD_INTERVALS

Hit = tuple[float, str, float]
"""Position in quarters, piece of the kit, strength."""

# One bar in steps of a quarter (simple) or a third (compound) of a pulse, by pulses a bar; strength 1 to 9.
_SIMPLE: dict[int, tuple[dict[str, str], ...]] = {
    4: (
        {"kick": "9.......8.......", "snare": "....8.......8...", "hat": "6.4.5.4.6.4.5.4."},
        {"kick": "9.....6.8.5.....", "snare": "....8.......8..2", "hat": "6.4.5.4.6.4.5.4."},
        {"kick": "9...8...9...8...", "snare": "....7.......7...", "open": "..6...6...6...6."},
        {"kick": "9.........7.....", "snare": "........8.......", "hat": "6...5...6...5..."},
        {"kick": "8.....5.8.....5.", "snare": "...5..5...5.....", "shaker": "5343534353435343"},
        {"kick": "7...5...7...5...", "ride": "7...7..57...7..5", "snare": "......2.......3."},
        {"kick": "9..6..6.8..6....", "snare": "....8.......8.3.", "hat": "5353535353535353"},
    ),
    3: (
        {"kick": "9...........", "snare": "....6...6...", "hat": "5.3.4.3.4.3."},
        {"kick": "8.......4...", "snare": "....7.......", "ride": "6...5...5..."},
        {"kick": "8...........", "hat": "....6...6..."},
    ),
    2: (
        {"kick": "9.......", "snare": "....8...", "hat": "5.4.5.4."},
        {"kick": "9...6...", "hat": "..6...6."},
        {"kick": "8.....5.", "snare": "....7...", "shaker": "53435343"},
    ),
}
_COMPOUND: dict[int, tuple[dict[str, str], ...]] = {
    2: (
        {"kick": "9.....", "snare": "...8..", "hat": "644544"},
        {"kick": "9....5", "snare": "...7..", "ride": "6.45.4"},
        {"kick": "8.....", "shaker": "645545"},
    ),
    3: ({"kick": "9........", "snare": "...6..6..", "hat": "644544544"},),
    4: (
        {"kick": "9.....8.....", "snare": "...8.....8..", "hat": "644544644544"},
        {"kick": "9....68.....", "snare": "...8.....8..", "ride": "6.45.46.45.4"},
    ),
}


def drums(piece: Piece, rng: np.random.Generator) -> list[Hit]:
    """One pattern through the piece with now and then a fill, a bar without, and human strength."""
    downs = np.nonzero(piece.downbeats)[0]
    per_bar = int(np.bincount(np.diff(downs)).argmax()) if downs.size > 1 else 4
    table = (_COMPOUND if piece.compound else _SIMPLE).get(per_bar, _SIMPLE[4])
    pattern = table[rng.integers(len(table))]
    steps = 3 if piece.compound else 4
    hits: list[Hit] = []
    for low, high in itertools.pairwise(downs):
        fill = rng.random() < 0.1
        for name, marks in pattern.items():
            for step, mark in enumerate(marks[: steps * (high - low)]):
                beat, part = low + step // steps, (step % steps) / steps
                if mark == "." or beat >= high or (fill and name == "snare"):
                    continue
                at = piece.beats[beat] + part * (piece.beats[beat + 1] - piece.beats[beat])
                hits.append((float(at), name, int(mark) / 9 * rng.uniform(0.8, 1.1)))
        if fill:
            last = high - 1
            for step in range(steps):
                at = piece.beats[last] + step / steps * (piece.beats[last + 1] - piece.beats[last])
                hits.append((float(at), rng.choice(["snare", "tom"]), rng.uniform(0.5, 0.9)))
    return hits


def accompany(piece: Piece, rng: np.random.Generator, *, melody: bool) -> list[Played]:
    """Bass and chords from the symbols of a lead sheet, in one of several feels; the tune only where asked."""
    notes = [n for n in piece.notes if n.part == "melody"] if melody else []
    feel = rng.choice(["held", "beats", "oompah", "arpeggio", "offbeats", "pushed"])
    bass_feel = rng.choice(["root", "fifths", "walking", "beats"])
    starts = [c[0] for c in piece.chords] + [piece.end]
    centre = 60 + int(rng.integers(-4, 5))
    downs = piece.beats[piece.downbeats]
    for (start, root, quality), end in zip(piece.chords, starts[1:], strict=True):
        if root is None or end <= start:
            continue
        tones = _voicing(root, CHORD_INTERVALS[quality], centre)
        low = 36 + (root - 36) % 12
        low -= 12 if low > 45 else 0
        inside = piece.beats[(piece.beats >= start - 1e-6) & (piece.beats < end - 1e-6)]
        spans = [float(b) for b in inside if b > start + 1e-6]
        spans = [start, *spans, end]
        notes += _bass(spans, low, bass_feel, downs, rng)
        notes += _chords(spans, tones, feel, downs, compound=piece.compound)
    return notes


def _voicing(root: int, steps: tuple[int, ...], centre: int) -> list[int]:
    return sorted(centre - 6 + (root + step - centre + 6) % 12 for step in steps)


def _bass(spans: list[float], low: int, feel: str, downs: np.ndarray, rng: np.random.Generator) -> list[Played]:
    out = []
    for turn, (a, b) in enumerate(itertools.pairwise(spans)):
        new_bar = bool(np.any(np.abs(downs - a) < 1e-6))
        if turn and not new_bar and (feel == "root" or (feel == "fifths" and turn % 2)):
            continue
        midi = low
        if feel == "fifths" and turn % 4 == 2:
            midi = low + 7
        if feel == "walking" and turn:
            midi = low + int(rng.choice([3, 4, 7, 5, 12, 2]))
        end = b if feel in ("walking", "beats") else min(spans[-1], a + 2 * (b - a))
        out.append(Played(a, end, midi, "bass"))
    return out


def _chords(spans: list[float], tones: list[int], feel: str, downs: np.ndarray, *, compound: bool) -> list[Played]:
    out: list[Played] = []
    parts = 3 if compound else 2
    for turn, (a, b) in enumerate(itertools.pairwise(spans)):
        new_bar = bool(np.any(np.abs(downs - a) < 1e-6))
        step = (b - a) / parts
        if feel == "held" and (turn == 0 or new_bar):
            out += [Played(a, spans[-1], t, "chords") for t in tones]
        elif feel == "beats" or (feel == "pushed" and turn % 2 == 0):
            out += [Played(a, b, t, "chords") for t in tones]
        elif feel == "oompah" and not new_bar:
            out += [Played(a, a + 0.6 * (b - a), t, "chords") for t in tones]
        elif feel == "arpeggio":
            order = [*range(len(tones)), *range(len(tones) - 2, 0, -1)]
            for k in range(parts):
                out.append(Played(a + k * step, b + (b - a), tones[order[(turn * parts + k) % len(order)]], "chords"))
        elif feel == "offbeats" or feel == "pushed":
            out += [Played(a + step, b, t, "chords") for t in tones]
    return out
