"""`performance.json`: a performance as text that people and programs can read, edit and sing again.

Keys: `format`, `version`, `language`, `hop_s`, `notes` `[{start_s, end_s, midi, syllable}]` (syllable:
its text, null for a slur; with a text also `syllable_phonemes`, `stress`, `position` and, where it is not
that of the song, `language`), `phonemes` `[{symbol, start_s, end_s, note}]`, `f0_hz` (null where
unvoiced), `loudness_dbfs`, and `expression` with `breathiness`, `tension` and `gender`. A curve that
never changes may be one number. A note may be given an `expression` object: what to change about it, by the names
and in the units of `vocalkit.types.NoteExpression`. It is worked into the curves when the file is read, and no longer
stands on the note when the performance is written again. Times are rounded to 1e-6 s, F0 to 1e-3 Hz, levels to 1e-2 dB,
expression to 1e-3.
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import Any, NoReturn

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.synth.retouch import retouch
from vocalkit.types import (
    EXPRESSION_RANGES,
    NEUTRAL,
    Expression,
    F0Curve,
    Note,
    NoteExpression,
    Performance,
    PhonemeSpan,
    Syllable,
)
from vocalkit.units import midi_to_hz

FORMAT, VERSION = "vocalkit.performance", 1
_POSITIONS = ("single", "begin", "middle", "end")
_CURVES = ("breathiness", "tension", "gender")
_MAX_FRAMES = 10_000_000


def performance_to_json(performance: Performance) -> str:
    """The text of `performance.json`, ending in a line break; equal performances give equal text."""
    hz = np.round(performance.f0.hz.astype(np.float64), 3).tolist()
    voiced = performance.f0.voiced.tolist()
    document = {
        "format": FORMAT,
        "version": VERSION,
        "language": performance.language,
        "hop_s": performance.hop_s,
        "notes": [_note_out(note) for note in performance.notes],
        "phonemes": [
            {"symbol": s.symbol, "start_s": round(s.start_s, 6), "end_s": round(s.end_s, 6), "note": s.note}
            for s in performance.spans
        ],
        "f0_hz": [value if sounds else None for value, sounds in zip(hz, voiced, strict=True)],
        "loudness_dbfs": _curve_out(performance.loudness_dbfs, 2),
        "expression": {name: _curve_out(getattr(performance.expression, name), 3) for name in _CURVES},
    }
    return json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n"


def performance_from_json(text: str) -> Performance:
    """Read what `performance_to_json` wrote, also after edits by hand.

    F0 in unvoiced frames is interpolated in pitch between the voiced ones. Raises InputError that
    says which entry is wrong.
    """
    document = _object(_parse(text), "performance.json")
    if document.get("format", FORMAT) != FORMAT or document.get("version", VERSION) != VERSION:
        raise InputError(f"performance.json: not a {FORMAT} file of version {VERSION}")
    hop_s = _number(document, "hop_s", "performance.json")
    notes = tuple(_note_in(entry, f"notes[{i}]") for i, entry in enumerate(_list(document, "notes")))
    spans = tuple(_span_in(entry, f"phonemes[{i}]") for i, entry in enumerate(_list(document, "phonemes")))
    f0 = _f0_in(_list(document, "f0_hz"), hop_s, notes)
    frames = f0.hz.size
    expression = _object(document.get("expression"), "expression")
    curves = [_curve_in(expression, name, frames) for name in _CURVES]
    loudness = _curve_in(document, "loudness_dbfs", frames)
    language = _text(document, "language", "performance.json")
    performance = Performance(notes, spans, f0, loudness, Expression(*curves), language)
    changes = [note.expression for note in notes]
    return performance if all(change == NEUTRAL for change in changes) else retouch(performance, changes)


def _note_out(note: Note) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "start_s": round(note.start_s, 6),
        "end_s": round(note.end_s, 6),
        "midi": round(note.pitch_midi, 4),
        "syllable": None,
    }
    if note.syllable is not None:
        entry["syllable"] = note.syllable.text
        entry["syllable_phonemes"] = list(note.syllable.phonemes)
        entry["stress"] = note.syllable.stress
        entry["position"] = note.syllable.position
        if note.syllable.language is not None:
            entry["language"] = note.syllable.language
    return entry


def _curve_out(curve: NDArray[np.float32], digits: int) -> float | list[float]:
    values = np.round(curve.astype(np.float64), digits)
    if values.size and np.all(values == values[0]):
        return float(values[0])
    listed: list[float] = values.tolist()
    return listed


def _parse(text: str) -> Any:
    def refuse(word: str) -> NoReturn:
        raise InputError(f"performance.json: {word} is not a number that can be sung")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise InputError(f"performance.json is not JSON: {error.msg} at line {error.lineno}") from error
    except (RecursionError, ValueError) as error:
        raise InputError(f"performance.json cannot be read: {error}") from error


def _object(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f"{where} must be a JSON object")
    return value


def _list(document: dict[str, Any], key: str) -> list[Any]:
    value = document.get(key)
    if not isinstance(value, list):
        raise InputError(f"performance.json: {key!r} must be a list")
    return value


def _text(entry: dict[str, Any], key: str, where: str) -> str:
    value = entry.get(key)
    if not isinstance(value, str):
        raise InputError(f"{where}: {key!r} must be text")
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e12


def _number(entry: dict[str, Any], key: str, where: str) -> float:
    value = entry.get(key)
    if not _is_number(value) or value is None:
        raise InputError(f"{where}: {key!r} must be a number, got {value!r:.40}")
    return float(value)


def _note_in(value: Any, where: str) -> Note:
    entry = _object(value, where)
    start_s, end_s, midi = (_number(entry, key, where) for key in ("start_s", "end_s", "midi"))
    syllable = None
    if entry.get("syllable") is not None:
        phonemes = entry.get("syllable_phonemes")
        if not isinstance(phonemes, list) or not all(isinstance(p, str) and p for p in phonemes):
            raise InputError(f"{where}: 'syllable_phonemes' must be a list of IPA symbols")
        position = entry.get("position", "single")
        if position not in _POSITIONS:
            raise InputError(f"{where}: 'position' must be one of {', '.join(_POSITIONS)}")
        stress = entry.get("stress", 0)
        if not _is_number(stress):
            raise InputError(f"{where}: 'stress' must be 0, 1 or 2")
        language = _text(entry, "language", where) if "language" in entry else None
        stress = int(stress) if stress in (0, 1, 2) else -1
        syllable = Syllable(_text(entry, "syllable", where), tuple(phonemes), stress, position, language)
    try:
        return Note(start_s, end_s, midi, syllable, _change_in(entry.get("expression"), "'expression'"))
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _change_in(value: Any, where: str) -> NoteExpression:
    """What to change about a note."""
    if value is None:
        return NEUTRAL
    wishes = _object(value, where)
    unknown = sorted(set(wishes) - set(EXPRESSION_RANGES))
    if unknown:
        raise InputError(f"{where} cannot change {unknown[0]!r:.40}; known: {', '.join(EXPRESSION_RANGES)}")
    numbers: dict[str, Any] = {name: _number(wishes, name, where) for name in wishes}
    return NoteExpression(**numbers)


def _span_in(value: Any, where: str) -> PhonemeSpan:
    entry = _object(value, where)
    note = entry.get("note")
    if note is not None and (isinstance(note, bool) or not isinstance(note, int)):
        raise InputError(f"{where}: 'note' must be the index of a note or null")
    symbol, start_s, end_s = _text(entry, "symbol", where), *(_number(entry, k, where) for k in ("start_s", "end_s"))
    try:
        return PhonemeSpan(symbol, start_s, end_s, note)
    except InputError as error:
        raise InputError(f"{where}: {error}") from error


def _f0_in(values: list[Any], hop_s: float, notes: Sequence[Note]) -> F0Curve:
    if len(values) > _MAX_FRAMES:
        raise InputError(f"performance.json: more than {_MAX_FRAMES} frames of F0")
    for i, value in enumerate(values):
        if value is not None and not (_is_number(value) and value > 0):
            raise InputError(f"f0_hz[{i}] must be a frequency above 0 Hz, or null where unvoiced, got {value!r:.40}")
    voiced = np.array([value is not None for value in values], np.bool_)
    hz = np.array([math.nan if value is None else value for value in values], np.float64)
    if voiced.any():
        frames = np.arange(hz.size)
        hz[~voiced] = np.exp2(np.interp(frames[~voiced], frames[voiced], np.log2(hz[voiced])))
    else:  # nothing to interpolate from: the pitch of the first note is as good as any
        hz[:] = midi_to_hz(notes[0].pitch_midi) if notes else midi_to_hz(69.0)
    return F0Curve(hz.astype(np.float32), voiced, hop_s)


def _curve_in(entry: dict[str, Any], key: str, frames: int) -> NDArray[np.float32]:
    value = entry.get(key)
    if _is_number(value) and value is not None:
        return np.full(frames, value, np.float32)
    if not isinstance(value, list) or len(value) != frames:
        raise InputError(f"performance.json: {key!r} must be one number or a list as long as 'f0_hz' ({frames})")
    bad = next((i for i, v in enumerate(value) if not _is_number(v)), None)
    if bad is not None:
        raise InputError(f"{key}[{bad}] must be a number, got {value[bad]!r:.40}")
    return np.array(value, np.float32)
