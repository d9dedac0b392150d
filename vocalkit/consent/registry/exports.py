"""Marks, seconds and exports: what was sung under a grant, and the number that leads back from a file to it."""

from __future__ import annotations

import math
import re
import secrets
from dataclasses import dataclass
from typing import Any, get_args

from sqlalchemy import Connection, insert, select

from vocalkit.consent.grant import ConsentGrant, Purpose, check_grant_id
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.cases import check_standing, find_case, know
from vocalkit.consent.registry.chain import Entry
from vocalkit.consent.registry.ledger import Writer, entry_of, latest
from vocalkit.consent.registry.states import State, refusal
from vocalkit.errors import InputError

MARK_BITS = 32
_MOST_FILES = 100
_DIGEST = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Export:
    """A finished render about to be released.

    render_id: a random UUID, never used twice; seconds_sung: as charged phrase by phrase; files:
    SHA-256 of each file as released; authorship_sha256: of the record of prompt, seed and edits;
    kept_marks: of earlier renders under the same grant, of which sound was kept.
    """

    render_id: str
    grant: ConsentGrant
    mark: int
    purposes: tuple[Purpose, ...]
    seconds_sung: float
    files: tuple[str, ...]
    authorship_sha256: str
    kept_marks: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        check_grant_id(self.render_id)
        milliseconds(self.seconds_sung)
        if not self.purposes or not set(self.purposes) <= set(get_args(Purpose)):
            raise InputError(f"an export has purposes, of: {', '.join(get_args(Purpose))}")
        if not 0 < len(self.files) <= _MOST_FILES:
            raise InputError(f"an export has 1 to {_MOST_FILES} files")
        if not all(_DIGEST.fullmatch(digest) for digest in (*self.files, self.authorship_sha256)):
            raise InputError("files and authorship are named by SHA-256 in lower-case hex")


@dataclass(frozen=True, slots=True)
class Exported:
    """An export as the ledger tells it. files: their SHA-256; abandoned: never released after all."""

    render_id: str
    time: str
    files: tuple[str, ...]
    abandoned: bool


@dataclass(frozen=True, slots=True)
class Marked:
    """Whose mark this is. voice_id: None once erased; state: of the grant now; exports: with this mark."""

    mark: int
    grant_id: str
    voice_id: str | None
    reserved: str
    state: State
    exports: tuple[Exported, ...]


def milliseconds(seconds: float) -> int:
    """Sung seconds in whole milliseconds, rounded up. Raises InputError unless positive and finite."""
    if not (math.isfinite(seconds) and 0 < seconds < 1e9):
        raise InputError(f"sung seconds must be positive, got {seconds}")
    return math.ceil(round(seconds * 1000, 6))


def charge(writer: Writer, grant: ConsentGrant, seconds: float) -> None:
    """Book `seconds` against the grant's limit. Raises ConsentError, booking nothing, where they exceed it."""
    wanted = milliseconds(seconds)
    check_standing(writer.connection, grant, writer.now)
    before = latest(writer.connection, grant.grant_id, "charged")
    total = (0 if before is None else _number(before, "total")) + wanted
    _within_limit(grant, total, wanted)
    writer.append("charged", grant.grant_id, {"milliseconds": wanted, "total": total})


def reserve_mark(writer: Writer, grant_id: str, voice_id: str) -> int:
    """A random number, not 0 and never given out before, for the watermark of one render."""
    case = know(writer, grant_id, voice_id)
    if case.state != "active":
        raise refusal(grant_id, case.state)
    if case.voice_id != voice_id:
        raise refuse("wrong_voice", f"grant {grant_id} is not for the voice {voice_id!r}")
    table = schema.marks
    while True:
        mark = secrets.randbelow(2**MARK_BITS - 1) + 1
        if writer.connection.execute(select(table.c.mark).where(table.c.mark == mark)).scalar() is None:
            break
    writer.connection.execute(insert(table).values(mark=mark, grant_id=grant_id, time=writer.time))
    return mark


def find_mark(connection: Connection, mark: int) -> Marked | None:
    """Whose mark it is, or None where this registry never gave it out."""
    marks, exports, ledger = schema.marks, schema.exports, schema.ledger
    row = connection.execute(select(marks).where(marks.c.mark == mark)).one_or_none()
    if row is None:
        return None
    case = find_case(connection, row.grant_id)
    if case is None:
        raise refuse("ledger_damaged", f"the case of mark {mark} is missing")
    found = connection.execute(
        select(ledger).join(exports, exports.c.sequence == ledger.c.sequence).where(exports.c.mark == mark)
    )
    gone = _abandoned(connection, row.grant_id)
    done = tuple(_exported(entry_of(entry), gone) for entry in found)
    return Marked(mark, row.grant_id, case.voice_id, row.time, case.state, done)


def commit_export(writer: Writer, export: Export) -> None:
    """Write down a render, if its grant still stands. Raises ConsentError, writing nothing, otherwise."""
    grant, connection = export.grant, writer.connection
    # 1. Nobody took the grant back and it has not run out since the last phrase.
    check_standing(connection, grant, writer.now)
    for purpose in export.purposes:
        if purpose not in grant.uses:
            raise refuse("use_not_granted", f"{grant.voice_id!r} was not licensed for {purpose.replace('_', ' ')}")
    # 2. The marks were given out under this grant, and the render is a new one.
    for mark in (export.mark, *export.kept_marks):
        owner = connection.execute(select(schema.marks.c.grant_id).where(schema.marks.c.mark == mark)).scalar()
        if owner != grant.grant_id:
            raise refuse("forged", f"the mark {mark} was not given out under grant {grant.grant_id}")
    if _sequence(connection, export.render_id) is not None:
        raise refuse("already_exported", f"render {export.render_id} was exported before")
    # 3. All renders together stay within the limit, whatever was booked on the way.
    before = latest(connection, grant.grant_id, "exported")
    sung = milliseconds(export.seconds_sung)
    total = (0 if before is None else _number(before, "total")) + sung
    _within_limit(grant, total, sung)
    entry = writer.append(
        "exported",
        grant.grant_id,
        {
            "authorship": export.authorship_sha256,
            "files": list(export.files),
            "mark": export.mark,
            "milliseconds": sung,
            "purposes": sorted(set(export.purposes)),
            "render": export.render_id,
            "royalty": {"basis": grant.royalty.basis, "currency": grant.royalty.currency, "rate": grant.royalty.rate},
            "total": total,
        }
        | ({"kept": list(export.kept_marks)} if export.kept_marks else {}),
    )
    connection.execute(
        insert(schema.exports).values(render_id=export.render_id, mark=export.mark, sequence=entry.sequence)
    )


def abandon_export(writer: Writer, render_id: str) -> None:
    """Say of an export that its files were never released. Once is enough: a second time changes nothing."""
    sequence = _sequence(writer.connection, check_grant_id(render_id))
    if sequence is None:
        raise InputError(f"no export of a render {render_id}")
    grant_id = writer.connection.execute(
        select(schema.ledger.c.grant_id).where(schema.ledger.c.sequence == sequence)
    ).scalar_one()
    if render_id not in _abandoned(writer.connection, grant_id):
        writer.append("abandoned", grant_id, {"render": render_id})


def _within_limit(grant: ConsentGrant, total: int, wanted: int) -> None:
    if grant.max_seconds is not None and total > grant.max_seconds * 1000:
        left = max(0, grant.max_seconds * 1000 - (total - wanted)) / 1000
        raise refuse("seconds_exhausted", f"the grant allows {grant.max_seconds} s in all; {left:.3f} s are left")


def _sequence(connection: Connection, render_id: str) -> int | None:
    table = schema.exports.c
    return connection.execute(select(table.sequence).where(table.render_id == render_id)).scalar()


def _abandoned(connection: Connection, grant_id: str) -> frozenset[str]:
    """The renders of a grant that were taken back."""
    table = schema.ledger.c
    rows = connection.execute(select(schema.ledger).where(table.grant_id == grant_id, table.kind == "abandoned"))
    return frozenset(str(entry_of(row).facts()["render"]) for row in rows)


def _exported(entry: Entry, gone: frozenset[str]) -> Exported:
    facts = entry.facts()
    return Exported(facts["render"], entry.time, tuple(facts["files"]), facts["render"] in gone)


def _number(entry: Entry, name: str) -> int:
    value: Any = entry.facts().get(name)
    if type(value) is not int or value < 0:
        raise refuse("ledger_damaged", f"entry {entry.sequence} of the consent ledger holds no {name}")
    return value
