"""Results as tables: Markdown to read, JSON to keep."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

Line = dict[str, Any]


def write_tables(lines: list[Line], work: Path) -> None:
    summary = {part: _reads(line for line in lines if line["part"] == part) for part in ("promised", "beyond")}
    quality = [line for line in lines if line["part"] == "quality"]
    windows = [line for line in lines if line["part"] == "false"]
    whole = {**summary, "quality": _quality(quality), "false": _false(windows)}
    (work / "table.json").write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    text = [_table(summary[part], part) for part in summary if summary[part]]
    text += [f"{name}: {json.dumps(whole[name], ensure_ascii=False)}" for name in ("quality", "false") if whole[name]]
    (work / "table.md").write_text("\n\n".join(text) + "\n", encoding="utf-8")


def _reads(lines: Iterable[Line]) -> dict[str, dict[str, Any]]:
    rows: dict[str, dict[str, list[Line]]] = {}
    for line in lines:
        rows.setdefault(line["attack"], {}).setdefault(line["sound"], []).append(line)
    return {attack: {sound: _row(of) for sound, of in cells.items()} for attack, cells in rows.items()}


def _row(lines: list[Line]) -> dict[str, Any]:
    scores = [line["score"] for line in lines if line["right"]]
    return {
        "renders": len(lines),
        "right": sum(line["right"] for line in lines),
        "wrong": sum(line["wrong"] for line in lines),
        "median_score": round(float(np.median(scores)), 1) if scores else None,
        "missed": sorted({line["host"] for line in lines if not line["right"]}),
    }


def _table(rows: dict[str, dict[str, Any]], title: str) -> str:
    out = [f"| {title} | stem | mix | wrong id |", "|---|---|---|---|"]
    for attack, cells in rows.items():
        shown = [_cell(cells.get(sound)) for sound in ("stem", "mix")]
        out.append(f"| {attack} | {' | '.join(shown)} | {sum(cell['wrong'] for cell in cells.values())} |")
    return "\n".join(out)


def _cell(cell: dict[str, Any] | None) -> str:
    if cell is None:
        return "–"
    score = "" if cell["median_score"] is None else f" ({cell['median_score']})"
    return f"{100.0 * cell['right'] / cell['renders']:.1f} % of {cell['renders']}{score}"


def _quality(lines: list[Line]) -> dict[str, Any]:
    if not lines:
        return {}
    change = [line["change_db"] for line in lines]
    stems = [float(np.mean(line["pesq"])) for line in lines if line["pesq"]]
    pesq = [score for line in lines for score in line["pesq"]]
    return {
        "renders": len(lines),
        "change_db": {"least": round(min(change), 2), "mean": round(float(np.mean(change)), 2)},
        "pesq_20_s": {
            "excerpts": len(pesq),
            "least": round(min(pesq), 2),
            "first_percentile": round(float(np.percentile(pesq, 1)), 2),
            "mean": round(float(np.mean(pesq)), 2),
            "under_4.2": sum(score < 4.2 for score in pesq),
        },
        "pesq_mean_of_a_stem": {"stems": len(stems), "least": round(min(stems), 2)},
    }


def _false(lines: list[Line]) -> dict[str, Any]:
    if not lines:
        return {}
    scores = [score for line in lines for score in line["scores"]]
    return {
        "windows": len(scores),
        "sounds": len(lines),
        "false_ids": sum(line["alarms"] for line in lines),
        "highest_score": round(max(scores), 2),
    }
