"""The files of a render's other voices: the parts as one score, and how each was sung."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from vocalkit.score.notated import READABLE, sheet_of
from vocalkit.score.parts import parts_to_midi, parts_to_musicxml
from vocalkit.score.sheet import Sheet

if TYPE_CHECKING:
    from vocalkit.pipelines.add_vocals import Render


def write_parts(render: Render, folder: Path) -> None:
    """harmony.musicxml and harmony.mid with a part for every voice, lead first, and a performance for each other."""
    from vocalkit.synth.performance_json import performance_to_json

    for take in render.others:
        (folder / f"{take.name}.json").write_text(performance_to_json(take.performance), encoding="utf-8")
    if render.score is None:
        return
    parts = {"lead": render.score} | {take.name: take.score for take in render.others}
    sheets: dict[str, Sheet] = {}
    for name, score in parts.items():
        sheet = sheet_of(score, parts=READABLE, tempo_tolerance_s=0.002)
        # One set of chord symbols and section names is enough, above the lead.
        sheets[name] = sheet if not sheets else replace(sheet, chords=(), marks=())
    (folder / "harmony.musicxml").write_text(parts_to_musicxml(sheets), encoding="utf-8")
    (folder / "harmony.mid").write_bytes(parts_to_midi(sheets))
