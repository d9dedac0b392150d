"""What is owed to whom: a statement as JSON values and as a table for a spreadsheet."""

from __future__ import annotations

import csv
import io
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from vocalkit.consent.registry import Line, Statement
from vocalkit.pipelines.consent.files import check_free, write_new
from vocalkit.pipelines.desk import Desk

COLUMNS = (
    "artist",
    "voice",
    "grant_id",
    "basis",
    "rate",
    "currency",
    "renders",
    "seconds",
    "amount",
    "since",
    "until",
)


def make_report(
    *, voice: str | None, since: datetime | None, until: datetime | None, table: Path | None, desk: Desk
) -> dict[str, Any]:
    """The statement of a voice or of all. until: the last day that counts; table: a new CSV file."""
    if table is not None:
        check_free(table)
    end = None if until is None else until + timedelta(days=1)
    statement = desk.registry.statement(voice_id=voice, since=since, until=end)
    if table is not None:
        write_new(table, to_csv(statement).encode("utf-8"))
    return to_json(statement)


def to_json(statement: Statement) -> dict[str, Any]:
    """Amounts, rates and seconds are decimal strings: they are exact."""
    return {
        "since": statement.since,
        "until": statement.until,
        "lines": [
            _facts(line)
            | {
                "exports": [
                    {
                        "render_id": render.render_id,
                        "time": render.time,
                        "seconds": str(render.seconds),
                        "purposes": list(render.purposes),
                        "files_sha256": list(render.files),
                    }
                    for render in line.renders
                ]
            }
            for line in statement.lines
        ],
    }


def to_csv(statement: Statement) -> str:
    """One row per grant, as RFC 4180 writes it."""
    file = io.StringIO()
    writer = csv.DictWriter(file, COLUMNS, lineterminator="\r\n")
    writer.writeheader()
    for line in statement.lines:
        row = _facts(line) | {"since": statement.since, "until": statement.until}
        writer.writerow({name: "" if row[name] is None else _cell(row[name]) for name in COLUMNS})
    return file.getvalue()


def _facts(line: Line) -> dict[str, Any]:
    return {
        "artist": line.artist,
        "voice": line.voice_id,
        "grant_id": line.grant_id,
        "basis": line.basis,
        "rate": line.rate,
        "currency": line.currency,
        "renders": len(line.renders),
        "seconds": str(line.seconds),
        "amount": None if line.amount is None else str(line.amount),
    }


def _cell(value: object) -> str:
    """Text that no spreadsheet takes for a formula: a name may begin with anything."""
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
