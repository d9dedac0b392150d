"""The bench as Markdown tables: what was reached, and what it cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from vocalkit.pipelines.bench import Outcome

Figures = Mapping[str, Any]
Column = tuple[str, Callable[[Figures], str]]

_QUALITY: tuple[Column, ...] = (
    ("notes", lambda f: str(f["notes"])),
    ("aligned", lambda f: "yes" if f["aligned"] else "NO"),
    ("longer s", lambda f: f"{f['longer_than_backing_s']:.2f}"),
    ("residual dBFS", lambda f: f"{f['residual_dbfs']:.1f}"),
    ("on grid %", lambda f: f"{100 * f['on_grid']:.1f}"),
    ("within 50 cents %", lambda f: f"{100 * f['pitch']['in_tune']:.1f}"),
    ("octave frames / notes", lambda f: f"{f['pitch']['octave_frames']} / {f['pitch']['octave_notes']}"),
    ("onset plan ms (median / p95)", lambda f: _onsets(f["onsets_planned"])),
    (
        "onset sung ms (median / p95, bias)",
        lambda f: _onsets(f["onsets_sung"]) + f", {f['onsets_sung']['bias_ms']:+.0f}",
    ),
    ("LUFS", lambda f: f"{f['master_lufs']:.2f}"),
    ("dBTP", lambda f: f"{f['master_dbtp']:.2f}"),
    ("lift LU (plain / master)", lambda f: f"{f['vocal_lift_lu']:+.1f} / {f['master_vocal_lift_lu']:+.1f}"),
    ("same take", lambda f: "yes" if f["same_on_other_threads"] else "NO"),
)
_COST: tuple[Column, ...] = (
    ("real-time factor", lambda f: f"{f['real_time_factor']:.3f}"),
    ("process s", lambda f: f"{f['process_s']:.1f}"),
    ("peak MB", lambda f: f"{f['peak_memory_bytes'] / 1e6:.0f}"),
    ("stages s", lambda f: ", ".join(f"{name} {seconds:.1f}" for name, seconds in f["stages_s"].items())),
)


def tables(outcomes: Sequence[Outcome]) -> str:
    """Two Markdown tables, one row a track, and a line for each track that failed."""
    done = [outcome for outcome in outcomes if outcome.error is None]
    parts = [_table(done, _QUALITY), _table(done, _COST)] if done else []
    parts += [f"FAILED {outcome.trial.track.name}: {outcome.error}" for outcome in outcomes if outcome.error]
    return "\n\n".join(parts)


def _table(outcomes: Sequence[Outcome], columns: tuple[Column, ...]) -> str:
    names = ("track", "s", "voice", "words", *(name for name, _ in columns))
    lines = [_row(names), _row(("---",) * len(names))]
    for outcome in outcomes:
        trial = outcome.trial
        fixed = (trial.track.stem, f"{trial.duration_s:.0f}", trial.voice, trial.words.stem)
        lines.append(_row((*fixed, *(show(outcome.figures) for _, show in columns))))
    return "\n".join(lines)


def _row(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _onsets(figures: Figures) -> str:
    return f"{figures['median_ms']:.0f} / {figures['p95_ms']:.0f}"
