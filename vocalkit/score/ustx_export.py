"""`Sheet` → USTX 0.6, the project file of OpenUtau (later versions open it, and add what is new in them).

A word stands whole on its first note, ``+`` begins its next syllable, ``+~`` carries a syllable on: so OpenUtau's
phonemizers read it. How words are divided stands in the part's comment, so that reading it back loses nothing.
"""

from __future__ import annotations

from typing import Any

from vocalkit.errors import ScoreError
from vocalkit.score.lines import bar_counts, grid_spans
from vocalkit.score.sheet import Sheet, SheetNote, without_graces
from vocalkit.score.texts import NO_LYRIC
from vocalkit.score.timeline import DEFAULT_BPM, TempoLine
from vocalkit.score.ustx import QUARTER
from vocalkit.score.ustx_expression import write_curves, write_pitch_ms, write_vibrato
from vocalkit.score.word_division import SAFE_BRACKETS, whole_words, with_held_vowels

_TRACK: dict[str, Any] = {
    "phonemizer": "OpenUtau.Core.DefaultPhonemizer",
    "renderer_settings": {},
    "track_name": "Voice",
    "track_color": "Blue",
    "mute": False,
    "solo": False,
    "volume": 0,
    "pan": 0,
    "track_expressions": [],
    "voice_color_names": [""],
}


def write_ustx(sheet: Sheet) -> bytes:
    """The sheet as an OpenUtau project. ScoreError where it has no notes."""
    import yaml

    if not sheet.notes:
        raise ScoreError("a score without notes cannot be written")
    sheet = without_graces(sheet)
    spans = grid_spans(sheet.notes, QUARTER)
    counts = bar_counts(sheet)
    first = counts[0][1]
    tempos = [{"position": max(0, round(at * QUARTER)), "bpm": round(bpm, 6)} for at, bpm in sheet.tempos]
    if not tempos or tempos[0]["position"] > 0:
        tempos.insert(0, {"position": 0, "bpm": _opening_bpm(sheet)})
    project = {
        "name": sheet.title or "vocalkit",
        "comment": "",
        "output_dir": "Vocal",
        "cache_dir": "UCache",
        "ustx_version": "0.6",
        "bpm": tempos[0]["bpm"],
        "beat_per_bar": first.count,
        "beat_unit": first.unit,
        "expressions": {},
        "exp_selectors": ["dyn", "pitd", "clr", "eng", "vel", "vol", "atk", "dec", "gen", "bre"],
        "exp_primary": 0,
        "exp_secondary": 1,
        "key": sheet.keys[0][1].tonic if sheet.keys else 0,
        "time_signatures": [
            {"bar_position": bar, "beat_per_bar": made.count, "beat_unit": made.unit} for bar, made in counts
        ],
        "tempos": tempos,
        "tracks": [_TRACK],
        "voice_parts": [_part(sheet, spans)],
        "wave_parts": [],
    }
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    text: str = yaml.dump(project, Dumper=dumper, allow_unicode=True, sort_keys=False, default_flow_style=None)
    return text.encode("utf-8")


def _opening_bpm(sheet: Sheet) -> float:
    """What `TempoLine` takes before the first mark: a mark within a quarter counts from the start."""
    return sheet.tempos[0][1] if sheet.tempos and sheet.tempos[0][0] <= 1 else DEFAULT_BPM


def _part(sheet: Sheet, spans: list[tuple[int, int]]) -> dict[str, Any]:
    lyrics, divided = whole_words(sheet.notes)
    lyrics, held = with_held_vowels(lyrics, sheet.notes, spans)
    line = TempoLine(list(sheet.tempos))
    return {
        "duration": round(sheet.end * QUARTER) + QUARTER,
        "name": sheet.title or "Voice",
        "comment": f"{held}{divided}".translate(SAFE_BRACKETS),
        "track_no": 0,
        "position": 0,
        "notes": [
            _note(span, note, line, (lyric or ("+~" if note.continues else NO_LYRIC)).translate(SAFE_BRACKETS))
            for span, note, lyric in zip(spans, sheet.notes, lyrics, strict=True)
        ],
        "curves": write_curves([note.expression for note in sheet.notes], spans),
    }


def _note(span: tuple[int, int], sung: SheetNote, line: TempoLine, lyric: str) -> dict[str, Any]:
    tone = round(sung.pitch_midi)
    half_ms = round(write_pitch_ms(sung.expression) / 2.0, 3)
    note: dict[str, Any] = {"position": span[0], "duration": span[1] - span[0], "tone": tone, "lyric": lyric}
    note["pitch"] = {
        "data": [{"x": -half_ms, "y": 0.0, "shape": "io"}, {"x": half_ms, "y": 0.0, "shape": "io"}],
        "snap_first": True,
    }
    note["vibrato"] = write_vibrato(sung.expression, line.time_at(sung.end) - line.time_at(sung.start))
    tuning = round((sung.pitch_midi - tone) * 100)
    if tuning:
        note["tuning"] = tuning
    note["phoneme_expressions"] = []
    note["phoneme_overrides"] = []
    return note
