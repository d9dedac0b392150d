"""Small entries: what enrolment found, and who was refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import get_args

from sqlalchemy import Connection

from vocalkit.consent.grant import check_grant_id
from vocalkit.consent.reasons import Reason, refuse
from vocalkit.consent.registry.cases import every_case, require_case
from vocalkit.consent.registry.ledger import Writer, stored_entries
from vocalkit.consent.registry.people import commit
from vocalkit.errors import InputError

WORDS = frozenset({"accepted", "false", "found", "none", "refused", "true", "unsure", "witnessed"})
"""The words an enrolment fact may be; everything else is a digest or a number."""

_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,12})?")
_MOST = 50


def record(writer: Writer, grant_id: str, facts: Mapping[str, str]) -> None:
    """Write down what enrolment found. Digests are committed to under the case's salt, so that they can be erased."""
    require_case(writer.connection, grant_id)
    if not 0 < len(facts) <= _MOST:
        raise InputError(f"an entry records 1 to {_MOST} facts")
    told: dict[str, str] = {}
    for name, value in facts.items():
        if not _NAME.fullmatch(name):
            raise InputError(f"a fact's name is a short word in lower case, got {name[:60]!r}")
        if _DIGEST.fullmatch(value):
            told[name] = commit(writer.connection, grant_id, f"{name}:{value}".encode())
        elif value in WORDS or _NUMBER.fullmatch(value):
            told[name] = value
        else:
            raise InputError(f"{name}: a fact is a SHA-256, a number or one of {', '.join(sorted(WORDS))}")
    writer.append("recorded", grant_id, {"facts": told})


def confirm(connection: Connection, grant_id: str, facts: Mapping[str, str]) -> None:
    """Raises ConsentError (``not_as_enrolled``) unless each fact is what was last recorded under its name."""
    told: dict[str, object] = {}
    for entry, _ in stored_entries(connection, "recorded"):
        if entry.grant_id == grant_id:
            told |= entry.facts()["facts"]
    for name, value in facts.items():
        expected = commit(connection, grant_id, f"{name}:{value}".encode()) if _DIGEST.fullmatch(value) else value
        if told.get(name) != expected:
            raise refuse("not_as_enrolled", f"the {name} is not the one that enrolment recorded; enrol the voice again")


def refused(writer: Writer, grant_id: str | None, voice_id: str | None, reason: str) -> None:
    """Write down a refusal, under the grant if it is known by its id or by its voice."""
    if reason not in get_args(Reason):
        raise InputError(f"unknown reason {reason!r}")
    if grant_id is None and voice_id is not None:
        # The name of a voice may be its singer's, so it is not written; the case it belongs to is.
        cases = every_case(writer.connection, voice_id=voice_id)
        grant_id = cases[0].grant_id if len(cases) == 1 else None
    writer.append("refused", None if grant_id is None else check_grant_id(grant_id), {"reason": reason})
