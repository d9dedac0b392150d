"""How notes of an OpenUtau project are to be sung, read and written.

From a note: `vibrato` (a length of 0 leaves it to the singer), the length of a `pitch` line of two points, and `vol`,
`bre` and `gen` of its first phoneme. From its part: the curves `dyn` (tenths of a dB), `brec`, `tenc` and `genc`, over
each note. OpenUtau counts gender the other way round: up is a larger singer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from math import log10
from typing import Any

import numpy as np

from vocalkit.errors import ScoreError
from vocalkit.types import EXPRESSION_RANGES, NEUTRAL, NoteExpression

STANDARD_PITCH_MS = 80.0
_RISE_OF_SINE = 0.59  # share of half a sine between 10 and 90 %
_CURVES = {"dyn": 10.0, "brec": 100.0, "tenc": 100.0, "genc": -100.0}
"""Curve → units of it in 1 of ours."""
_GRID = 5
_MAX_POINTS = 1_000_000
_EARLY, _LATE = 0.1, 0.85


class PartCurves:
    """The curves of one voice part, by name; ticks from its start."""

    def __init__(self, part: Mapping[str, Any]) -> None:
        self._curves: dict[str, tuple[list[float], list[float]]] = {}
        for curve in part.get("curves") or []:
            name = curve.get("abbr") if isinstance(curve, Mapping) else None
            if name not in _CURVES:
                continue
            xs, ys = _numbers(curve.get("xs"), name), _numbers(curve.get("ys"), name)
            if len(xs) != len(ys) or any(b < a for a, b in pairwise(xs)):
                raise ScoreError(f"curve {name}: xs must rise and be as many as ys")
            if xs:
                self._curves[name] = (xs, ys)

    def over(self, name: str, start: int, stop: int) -> tuple[float, float]:
        """Value at a note's start and end in our units: the straight line through what it has early and late."""
        if name not in self._curves:
            return 0.0, 0.0
        places = [start + share * (stop - start) for share in (_EARLY, _LATE)]
        early, late = (float(v) / _CURVES[name] for v in np.interp(places, *self._curves[name], left=0.0, right=0.0))
        slope = (late - early) / (_LATE - _EARLY)
        return early - _EARLY * slope, late + (1.0 - _LATE) * slope


def note_expression(
    note: Mapping[str, Any], curves: PartCurves, span: tuple[int, int], duration_s: float
) -> NoteExpression:
    """What a note of the part is to be sung like. span: ticks in the part. ScoreError for what is no number."""
    own = _phoneme_values(note)
    start_db, end_db = curves.over("dyn", *span)
    wishes: dict[str, Any] = {"swell_db": round(end_db - start_db, 2)}
    wishes["loudness_db"] = round(start_db, 2) + (20.0 * log10(max(own["vol"], 1.0) / 100.0) if "vol" in own else 0.0)
    for name, curve, value in (
        ("breathiness", "brec", own.get("bre", 0.0) / 100.0),
        ("tension", "tenc", 0.0),
        ("gender", "genc", -own.get("gen", 0.0) / 100.0),
    ):
        wishes[name] = round(sum(curves.over(curve, *span)) / 2.0 + value, 3)
    wishes |= _vibrato(note, duration_s) | _portamento(note)
    kept = {name: min(max(v, EXPRESSION_RANGES[name][0]), EXPRESSION_RANGES[name][1]) for name, v in wishes.items()}
    made = NoteExpression(**kept)
    return made if made.wishes else NEUTRAL


def _phoneme_values(note: Mapping[str, Any]) -> dict[str, float]:
    found: dict[str, float] = {}
    for entry in note.get("phoneme_expressions") or []:
        if isinstance(entry, Mapping) and entry.get("index", 0) == 0 and entry.get("abbr") in ("vol", "bre", "gen"):
            found[str(entry["abbr"])] = _number(entry.get("value"), str(entry["abbr"]))
    return found


def _vibrato(note: Mapping[str, Any], duration_s: float) -> dict[str, float]:
    vibrato = note.get("vibrato")
    length = _number(vibrato.get("length", 0), "vibrato") if isinstance(vibrato, Mapping) else 0.0
    if not isinstance(vibrato, Mapping) or length <= 0:
        return {}
    period_ms = max(_number(vibrato.get("period", 175), "vibrato"), 1.0)
    return {
        "vibrato_depth_cents": _number(vibrato.get("depth", 25), "vibrato"),
        "vibrato_rate_hz": 1000.0 / period_ms,
        "vibrato_onset_s": round((1.0 - min(length, 100.0) / 100.0) * duration_s, 4),
    }


def _portamento(note: Mapping[str, Any]) -> dict[str, float]:
    pitch = note.get("pitch")
    points = (pitch.get("data") or []) if isinstance(pitch, Mapping) else []
    if len(points) != 2 or not all(isinstance(point, Mapping) for point in points):
        return {}
    whole_ms = _number(points[1].get("x"), "pitch") - _number(points[0].get("x"), "pitch")
    if abs(whole_ms - STANDARD_PITCH_MS) < 1.0 or whole_ms <= 0:
        return {}
    return {"portamento_s": round(_RISE_OF_SINE * whole_ms / 1000.0, 4)}


def write_vibrato(expression: NoteExpression, duration_s: float) -> dict[str, float]:
    """A note's `vibrato`; without a wish the editor's own, of length 0."""
    plain: dict[str, float] = {
        "length": 0,
        "period": 175,
        "depth": 25,
        "in": 10,
        "out": 10,
        "shift": 0,
        "drift": 0,
        "vol_link": 0,
    }
    if not expression.shapes_vibrato:
        return plain
    onset_s = 0.3 if expression.vibrato_onset_s is None else expression.vibrato_onset_s
    depth = 60.0 if expression.vibrato_depth_cents is None else expression.vibrato_depth_cents
    rate_hz = 5.6 if expression.vibrato_rate_hz is None else expression.vibrato_rate_hz
    length = round(100.0 * min(max(1.0 - onset_s / duration_s, 0.01), 1.0), 3)
    return plain | {"length": length, "period": round(1000.0 / rate_hz, 3), "depth": round(depth, 2)}


def write_pitch_ms(expression: NoteExpression) -> float:
    """How long the pitch line into a note is."""
    return STANDARD_PITCH_MS if expression.portamento_s is None else 1000.0 * expression.portamento_s / _RISE_OF_SINE


def write_curves(expressions: Sequence[NoteExpression], spans: Sequence[tuple[int, int]]) -> list[dict[str, Any]]:
    """The curves of a part whose notes wish for loudness, breath, tension or gender."""
    fields = {"dyn": "loudness_db", "brec": "breathiness", "tenc": "tension", "genc": "gender"}
    curves = []
    for abbr, name in fields.items():
        swells = [own.swell_db if abbr == "dyn" else 0.0 for own in expressions]
        values = [getattr(own, name) for own in expressions]
        if not any(values) and not any(swells):
            continue
        xs: list[int] = []
        ys: list[int] = []
        for (start, stop), value, swell in zip(spans, values, swells, strict=True):
            ends = ((start, value), (max(stop - _GRID, start + 1), value + swell))
            if xs and start - xs[-1] > 3 * _GRID:  # nothing is wished for in a rest
                xs += [xs[-1] + _GRID, start - _GRID]
                ys += [0, 0]
            xs += [at for at, _ in ends]
            ys += [round(level * _CURVES[abbr]) for _, level in ends]
        curves.append({"xs": xs, "ys": ys, "abbr": abbr})
    return curves


def _numbers(values: Any, name: str) -> list[float]:
    if values is None:
        return []
    if not isinstance(values, list) or len(values) > _MAX_POINTS:
        raise ScoreError(f"curve {name}: xs and ys must be lists")
    return [_number(value, f"curve {name}") for value in values]


def _number(value: Any, name: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e9:
        raise ScoreError(f"{name} holds {str(value)[:40]!r}, which is no number")
    return float(value)
