"""Cases: one per grant, and the state each is in. The newest ``state`` entry of the ledger is the state.

There is no column to change: who wants another state in the registry has to write it into the
ledger. A built-in voice's grant has no enrolment; it is active until an entry says otherwise.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, insert, select, update

from vocalkit.consent.grant import ConsentGrant, check_grant_id
from vocalkit.consent.moments import parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.ledger import Writer
from vocalkit.consent.registry.people import Person, add_person, keep_envelope
from vocalkit.consent.registry.states import LIVE, TRANSITIONS, Cause, State, check_cause, check_transition, refusal
from vocalkit.consent.trust import GrantKind

_told = schema.ledger.alias("told")
_newest = (
    select(func.max(_told.c.sequence))
    .where(_told.c.grant_id == schema.cases.c.grant_id, _told.c.kind == "state")
    .correlate(schema.cases)
    .scalar_subquery()
)
_CASES = select(schema.cases, schema.ledger.c.body).select_from(
    schema.cases.outerjoin(schema.ledger, schema.ledger.c.sequence == _newest)
)
"""Every case with the body of its newest ``state`` entry."""
_CASE = _CASES.where(schema.cases.c.grant_id == bindparam("wanted"))


@dataclass(frozen=True, slots=True)
class Case:
    """A grant as the registry knows it. voice_id: None once erased; expires: None until signed."""

    grant_id: str
    kind: GrantKind
    voice_id: str | None
    state: State
    expires: str | None


def find_case(connection: Connection, grant_id: str) -> Case | None:
    """The case of a grant, if the registry has one."""
    row = connection.execute(_CASE, {"wanted": grant_id}).one_or_none()
    return None if row is None else _case(row)


def require_case(connection: Connection, grant_id: str) -> Case:
    """The case of a grant. Raises ConsentError (``unknown_grant``)."""
    case = find_case(connection, check_grant_id(grant_id))
    if case is None:
        raise refuse("unknown_grant", f"this registry knows no grant {grant_id}")
    return case


def every_case(connection: Connection, *, voice_id: str | None = None) -> tuple[Case, ...]:
    """All cases, or those of one voice, by voice and id."""
    wanted = _CASES.order_by(schema.cases.c.voice_id, schema.cases.c.grant_id)
    if voice_id is not None:
        wanted = wanted.where(schema.cases.c.voice_id == voice_id)
    return tuple(_case(row) for row in connection.execute(wanted))


def open_case(writer: Writer, grant_id: str, voice_id: str, person: Person) -> None:
    """Begin a case for an artist, in the state ``draft``."""
    if find_case(writer.connection, check_grant_id(grant_id)) is not None:
        raise refuse("wrong_state", f"grant {grant_id} has a case already; every grant has an id of its own")
    _add(writer.connection, grant_id, "enrolled", voice_id)
    committed = add_person(writer.connection, grant_id, voice_id, person)
    facts = {"cause": "step_done", "from": None, "person": committed, "to": "draft"}
    writer.append("state", grant_id, facts)


def know(writer: Writer, grant_id: str, voice_id: str | None) -> Case:
    """The case of a grant, made where there is none: grants without enrolment are those of built-in voices."""
    case = find_case(writer.connection, check_grant_id(grant_id))
    if case is None:
        _add(writer.connection, grant_id, "builtin", voice_id)
        return Case(grant_id, "builtin", voice_id, "active", None)
    if case.kind == "builtin" and case.voice_id is None and voice_id is not None:
        # It was taken back by its id before anybody sang with it, and given again.
        mine = schema.cases.c.grant_id == grant_id
        writer.connection.execute(update(schema.cases).where(mine).values(voice_id=voice_id))
        return replace(case, voice_id=voice_id)
    return case


def move(writer: Writer, grant_id: str, to: State, cause: Cause) -> None:
    """Put a case into another state. Raises ConsentError (``wrong_state``, ``unknown_grant``)."""
    case = require_case(writer.connection, grant_id)
    check_transition(grant_id, case.state, to)
    writer.append("state", grant_id, {"cause": check_cause(cause), "from": case.state, "to": to})


def activate(writer: Writer, grant_id: str, envelope: bytes, grant: ConsentGrant) -> None:
    """Keep the signed grant and let its voice sing. The caller has verified the envelope."""
    case = require_case(writer.connection, grant_id)
    if (grant.grant_id, grant.kind) != (grant_id, case.kind):
        raise refuse("wrong_voice", f"this grant is not that of case {grant_id}")
    if grant.voice_id != case.voice_id:
        raise refuse("wrong_voice", f"case {grant_id} is about the voice {case.voice_id!r}, not {grant.voice_id!r}")
    check_transition(grant_id, case.state, "active")
    if case.state != "verified":
        raise refuse("wrong_state", f"grant {grant_id} is {case.state}; only a verified case is signed")
    facts = {"envelope": keep_envelope(writer.connection, grant_id, envelope), "expires": grant.expires}
    writer.append("granted", grant_id, facts | {"max_seconds": grant.max_seconds})
    writer.connection.execute(
        update(schema.cases).where(schema.cases.c.grant_id == grant_id).values(expires=grant.expires)
    )
    move(writer, grant_id, "active", "step_done")


def resume(writer: Writer, grant_id: str, cause: Cause) -> None:
    """End a suspension or a dispute. Raises ConsentError (``wrong_state``) for a case that is in neither."""
    case = require_case(writer.connection, grant_id)
    if case.state not in ("suspended", "disputed"):
        raise refuse("wrong_state", f"grant {grant_id} is {case.state}; only a suspended or disputed one is resumed")
    move(writer, grant_id, "active", cause)


def expire(writer: Writer, grant_id: str) -> None:
    """Write down that a signed grant has run out, if it has and that is not written yet."""
    case = find_case(writer.connection, grant_id)
    if case is not None and case.state in LIVE and _is_over(case, writer.now):
        move(writer, grant_id, "expired", "term_ended")


def check_standing(connection: Connection, grant: ConsentGrant, now: datetime) -> None:
    """Raises ConsentError unless `grant` may be sung under now, as far as the registry knows."""
    case = find_case(connection, grant.grant_id)
    if case is None:
        if grant.kind == "builtin":
            return
        raise refuse("unknown_grant", f"this registry knows no grant {grant.grant_id}; was it signed on another host?")
    if case.kind != grant.kind:
        raise refuse("wrong_voice", f"grant {grant.grant_id} is not of the kind {grant.kind}")
    if case.state != "active":
        raise refusal(grant.grant_id, case.state)
    if now >= grant.ends_at() or _is_over(case, now):
        raise refusal(grant.grant_id, "expired")


def _is_over(case: Case, now: datetime) -> bool:
    return case.expires is not None and now >= parse_moment(case.expires, what="expires")


def _add(connection: Connection, grant_id: str, kind: GrantKind, voice_id: str | None) -> None:
    connection.execute(insert(schema.cases).values(grant_id=grant_id, kind=kind, voice_id=voice_id))


def _case(row: Row[Any]) -> Case:
    untold: Any = "active" if row.kind == "builtin" else None
    state: Any = untold if row.body is None else json.loads(row.body).get("to")
    if state not in TRANSITIONS:
        raise refuse("ledger_damaged", f"the consent ledger tells no state of grant {row.grant_id}")
    return Case(row.grant_id, row.kind, row.voice_id, state, row.expires)
