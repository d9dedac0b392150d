"""The rules of `vocalkit.synth` beside PJS's singer: consonant lengths, F0, vibrato, glides.

    python recipes/performance/evaluate.py --data ../shared/data/singing/pjs

prints, for the held-out songs of recipes/vocoder/config.toml (`--fit` for the others), how far the rules are from the
singer on the same notes, whose starts and ends are put where the singer's vowels are, so that nothing but the rules is
judged. `--seeds` takes of the rules are averaged.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from f0_measures import HOP_S, Curve, glides, irregularity, sung_cents, vibrato_of
from pjs import SungNote, on_singers_time, songs, sung_notes

from vocalkit.synth.durations import phoneme_spans
from vocalkit.synth.f0 import f0_curve
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Note
from vocalkit.units import hz_to_midi


@dataclass
class Habits:
    """What a singer, or the rules, did over all songs."""

    long_notes: int = 0
    vibrato: list[tuple[float, float, float]] = field(default_factory=list)
    glide_s: list[float] = field(default_factory=list)
    overshoot: list[float] = field(default_factory=list)
    fine: list[float] = field(default_factory=list)
    drift: list[float] = field(default_factory=list)

    def add(self, cents: Curve, notes: Sequence[Note]) -> None:
        held = [note for note in notes if note.duration_s >= 0.45]
        self.long_notes += len(held)
        self.vibrato += [found for note in held if (found := vibrato_of(cents, note)) is not None]
        times, over = glides(cents, notes)
        self.glide_s += times
        self.overshoot += over
        fine, drift = irregularity(cents, notes)
        self.fine += fine
        self.drift += drift

    def row(self) -> list[str]:
        depth, rate, delay = np.array(self.vibrato).T if self.vibrato else (np.full(1, np.nan),) * 3
        share = 100.0 * len(self.vibrato) / max(self.long_notes, 1)
        glide_ms = 1000.0 * np.array(self.glide_s)
        columns = (
            (depth, 0),
            (rate, 2),
            (delay, 2),
            (glide_ms, 0),
            (self.overshoot, 0),
            (self.fine, 1),
            (self.drift, 1),
        )
        middle = [
            f"{np.median(v):.{d}f} ({np.percentile(v, 25):.{d}f}-{np.percentile(v, 75):.{d}f})" for v, d in columns
        ]
        return [f"{share:.0f} % of {self.long_notes}", *middle]


def onset_errors_s(sung: Sequence[SungNote]) -> tuple[list[float], list[float]]:
    """Planned and real lengths of what stands before each nucleus, for notes where both have something."""
    planned, real = [], []
    notes = on_singers_time(list(sung))
    by_start = {note.start_s: k for k, note in enumerate(notes)}
    spans = phoneme_spans(notes)
    starts: dict[int, float] = {}
    for span in spans:
        note = notes[span.note] if span.note is not None else None
        if note is not None and span.end_s <= note.start_s + 1e-6 and span.note is not None:
            starts.setdefault(span.note, span.start_s)
    ends: dict[int, float] = {}
    for span in spans:  # a closed syllable's coda counts to the consonants before the next vowel, as labels have it
        if span.note is not None and span.start_s < notes[span.note].start_s + 1e-6 < span.end_s:
            ends[span.note] = span.end_s
    for one in sung:
        k = by_start.get(one.nucleus.start_s)
        if k is None or not one.onset:
            continue
        begin_s = starts.get(k, one.nucleus.start_s)
        if not one.after_rest and k > 0 and one.onset[0].symbol == "cl":
            begin_s = min(begin_s, ends.get(k - 1, begin_s))
        planned.append(notes[k].start_s - begin_s)
        real.append(one.onset_s)
    return planned, real


def rule_cents(notes: tuple[Note, ...], frames: int, seed: int) -> Curve:
    spans = phoneme_spans(notes)
    curve = f0_curve(notes, spans, frames, hop_s=HOP_S, seed=seed, settings=PerformSettings())
    cents: Curve = np.where(curve.voiced, 100.0 * hz_to_midi(curve.hz.astype(np.float64)), np.nan)
    return cents


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--fit", action="store_true", help="the songs to fit on instead of those held out")
    parser.add_argument("--seeds", type=int, default=3)
    args = parser.parse_args()
    fit, held = songs(args.data)
    planned: list[float] = []
    real: list[float] = []
    errors: list[Curve] = []
    singer, rules = Habits(), Habits()
    for name in fit if args.fit else held:
        sung = sung_notes(args.data, name)
        ours, theirs = onset_errors_s(sung)
        planned, real = planned + ours, real + theirs
        notes = on_singers_time(sung)
        cents = sung_cents(args.data / name / f"{name}_song.flac")
        cents -= np.nanmedian(cents - _written(notes, cents.size))  # the singer's own tuning
        singer.add(cents, notes)
        for seed in range(args.seeds):
            made = rule_cents(notes, cents.size, seed)
            rules.add(made, notes)
            inside = ~np.isnan(_written(notes, cents.size)) & ~np.isnan(cents) & ~np.isnan(made)
            apart = made[inside] - cents[inside]
            errors.append(apart[np.abs(apart) < 600.0])  # beyond, the tracker has lost the octave
    _print(np.array(planned), np.array(real), np.concatenate(errors), singer, rules)


def _written(notes: Sequence[Note], frames: int) -> Curve:
    """The written pitch over the notes, NaN between them."""
    cents = np.full(frames, np.nan)
    for note in notes:
        cents[round(note.start_s / HOP_S) : round(note.end_s / HOP_S)] = 100.0 * note.pitch_midi
    return cents


def _print(planned: Curve, real: Curve, errors: Curve, singer: Habits, rules: Habits) -> None:
    apart = 1000.0 * (planned - real)
    print(
        f"consonants before {real.size} vowels: mean error {np.abs(apart).mean():.1f} ms, median "
        f"{np.median(np.abs(apart)):.1f}, bias {apart.mean():+.1f}, correlation {np.corrcoef(planned, real)[0, 1]:.2f}"
    )
    print(
        f"F0 in {errors.size} frames: median error {np.median(np.abs(errors)):.1f} cents, RMSE "
        f"{np.sqrt(np.mean(errors**2)):.1f}, within 50 cents {100 * np.mean(np.abs(errors) <= 50):.1f} %"
    )
    names = ("vibrato on long notes", "depth cents", "rate Hz", "delay s", "glide ms", "overshoot cents", "fine cents",
             "drift cents")  # fmt: skip
    print(f"| median (quartiles) | {' | '.join(names)} |")
    for who, habits in (("singer", singer), ("rules", rules)):
        print(f"| {who} | {' | '.join(habits.row())} |")


if __name__ == "__main__":
    main()
