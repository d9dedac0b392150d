"""An analysis as JSON: written to be read, corrected by hand and given back.

What a corrected file leaves out is heard again and follows what it says: delete ``chords`` after mending the beats, and
the chords are heard on the mended beats.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, TypeVar

import numpy as np

from vocalkit.errors import InputError
from vocalkit.pipelines.report import Heard
from vocalkit.types import PITCH_NAMES, Backing, ChordSpan, Given, Key, KeySpan, Metre, SectionSpan, TempoMap

ANALYSIS_FORMAT = "vocalkit-analysis/1"
T = TypeVar("T")

_READ = ("metre", "tempo_bpm", "beats_s", "downbeats_s", "key", "keys", "tuning_cents", "chords", "sections")
_HEARD_AGAIN = (
    "format", "track", "duration_s", "beat_confidence", "lead_voice", "lead_voice_at", "voice_places", "assumed",
    "warnings",
)  # fmt: skip
_NEAR_S = 0.05
_TEMPO_AGREES = 0.02
_MOST_SPANS = 100_000


def analysis_dict(backing: Backing, track: str, warnings: tuple[str, ...]) -> dict[str, Any]:
    """JSON values of an analysis; track: name of the file."""
    return {"format": ANALYSIS_FORMAT, "track": track, **asdict(Heard.of(backing)), "warnings": list(warnings)}


def analysis_text(backing: Backing, track: str, warnings: tuple[str, ...]) -> str:
    """One line for every chord, key and section, so that an editor shows them like a table."""
    lines = []
    for name, value in analysis_dict(backing, track, warnings).items():
        shown = json.dumps(value, ensure_ascii=False, allow_nan=False)
        if isinstance(value, tuple) and value and isinstance(value[0], tuple):
            rows = ",\n".join(f"    {json.dumps(row, ensure_ascii=False)}" for row in value)
            shown = f"[\n{rows}\n  ]"
        lines.append(f"  {json.dumps(name)}: {shown}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


def given_of_analysis(text: str) -> Given:
    """What a corrected analysis says. InputError, naming the field, for what cannot be."""
    table = _table(text)
    metre = Metre.parse(_text(table, "metre")) if "metre" in table else None
    tempo_bpm = _number(table["tempo_bpm"], "tempo_bpm") if "tempo_bpm" in table else None
    downbeats = _times(table, "downbeats_s")
    beats = _times(table, "beats_s")
    key = Key.parse(_text(table, "key")) if "key" in table else None
    keys = _spans(table, "keys", 3, _key_span)
    if key is not None and keys and key not in [span.key for span in keys]:
        raise InputError(f"analysis: key is {key.name}, which is none of keys; mend keys as well or delete it")
    common: dict[str, Any] = {
        "key": key,
        "keys": keys,
        "chords": _spans(table, "chords", 3, _chord),
        "sections": _spans(table, "sections", 4, _section),
        "tuning_cents": _number(table["tuning_cents"], "tuning_cents") if "tuning_cents" in table else None,
    }
    if beats is None:
        first = downbeats[0] if downbeats else None
        return Given(tempo_bpm=tempo_bpm, metre=metre, first_downbeat_s=first, **common)
    metre = metre or Metre(4, 4)
    tempo_map = _tempo_map(beats, downbeats, metre)
    heard_bpm = tempo_map.bpm / metre.pulse_beats
    if tempo_bpm is not None and abs(tempo_bpm / heard_bpm - 1.0) > _TEMPO_AGREES:
        raise InputError(
            f"analysis: tempo_bpm is {tempo_bpm:g}, but beats_s go at {heard_bpm:.2f}; delete whichever is wrong"
        )
    return Given(metre=metre, tempo_map=tempo_map, pulse_beats=metre.pulse_beats, **common)


def given_in_json(given: Given) -> dict[str, Any]:
    """What was given, for a report: short values as they are, long ones by how many there were."""
    found: dict[str, Any] = {}
    if given.tempo_bpm is not None:
        found["tempo_bpm"] = given.tempo_bpm
    if given.first_downbeat_s is not None:
        found["first_downbeat_s"] = given.first_downbeat_s
    if given.metre is not None:
        found["metre"] = f"{given.metre.count}/{given.metre.unit}"
    if given.key is not None:
        found["key"] = given.key.name
    if given.chart is not None:
        found["chart_beats"] = given.chart.end_beat
    if given.tempo_map is not None:
        found["beats"] = int(given.tempo_map.beats_s.size)
    for name in ("keys", "chords", "sections"):
        spans = getattr(given, name)
        if spans is not None:
            found[name] = len(spans)
    return found


def _table(text: str) -> dict[str, Any]:
    try:
        table = json.loads(text)
    except (json.JSONDecodeError, RecursionError) as error:
        raise InputError(f"analysis: not JSON ({error}); mend it or write it anew with `vocalkit analyze -o`") from None
    if not isinstance(table, dict) or table.get("format") != ANALYSIS_FORMAT:
        raise InputError(f"analysis: 'format' is not {ANALYSIS_FORMAT!r}; write the file with `vocalkit analyze -o`")
    unknown = sorted(set(table) - {*_READ, *_HEARD_AGAIN})
    if unknown:
        raise InputError(f"analysis: unknown field {unknown[0]!r}; what is read: {', '.join(_READ)}")
    return table


def _tempo_map(beats: list[float], downbeats: list[float] | None, metre: Metre) -> TempoMap:
    try:
        plain = TempoMap(np.array(beats), metre.count)
    except InputError as error:
        raise InputError(f"analysis: beats_s: {error}") from None
    if not downbeats:
        return plain
    at = [round(plain.beat_at(time_s)) for time_s in downbeats]
    for time_s, beat in zip(downbeats, at, strict=True):
        if abs(plain.time_at(beat) - time_s) > _NEAR_S:
            raise InputError(f"analysis: downbeats_s: {time_s:g} s is on none of beats_s; move it or the beat")
        if (beat - at[0]) % metre.count:
            raise InputError(
                f"analysis: downbeats_s: the bars up to {time_s:g} s do not all have {metre.count} beats; "
                "one downbeat is enough, the others are counted from it"
            )
    return TempoMap(np.array(beats), metre.count, at[0])


def _times(table: Mapping[str, Any], name: str) -> list[float] | None:
    if name not in table:
        return None
    values = table[name]
    if not isinstance(values, list) or len(values) > _MOST_SPANS:
        raise InputError(f"analysis: {name} must be a list of seconds")
    return [_number(value, f"{name}[{index}]") for index, value in enumerate(values)]


def _spans(
    table: Mapping[str, Any], name: str, width: int, make: Callable[[list[Any], str], T]
) -> tuple[T, ...] | None:
    if name not in table:
        return None
    rows = table[name]
    if not isinstance(rows, list) or len(rows) > _MOST_SPANS:
        raise InputError(f"analysis: {name} must be a list")
    found = []
    for index, row in enumerate(rows):
        at = f"{name}[{index}]"
        if not isinstance(row, list) or len(row) != width:
            raise InputError(f"analysis: {at} must have {width} values, got {row!r:.80}")
        times = [_number(value, at) for value in row[:2]]
        try:
            found.append(make([*times, *row[2:]], at))
        except InputError as error:
            raise InputError(f"analysis: {at}: {str(error).removeprefix('analysis: ')}") from None
    return tuple(found)


def _key_span(row: list[Any], at: str) -> KeySpan:
    return KeySpan(row[0], row[1], Key.parse(_word(row[2], at)))


def _section(row: list[Any], at: str) -> SectionSpan:
    return SectionSpan(row[0], row[1], _word(row[2], at), _share(row[3], at))


def _chord(row: list[Any], at: str) -> ChordSpan:
    name = _word(row[2], at)
    if name == "N":
        return ChordSpan(row[0], row[1], None)
    root, colon, quality = name.partition(":")
    if root not in PITCH_NAMES:
        raise InputError(f"cannot read the chord {name!r}; write it like C:maj, F#:min7 or N")
    return ChordSpan(row[0], row[1], PITCH_NAMES.index(root), quality if colon else "maj")


def _text(table: Mapping[str, Any], name: str) -> str:
    return _word(table[name], name)


def _word(value: Any, at: str) -> str:
    if not isinstance(value, str):
        raise InputError(f"analysis: {at} must be text, got {value!r:.80}")
    return value


def _number(value: Any, at: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        raise InputError(f"analysis: {at} must be a number, got {value!r:.80}")
    return float(value)


def _share(value: Any, at: str) -> float:
    number = _number(value, at)
    if not 0.0 <= number <= 1.0:
        raise InputError(f"{at}: an energy is 0 to 1, got {number:g}")
    return number
