"""Erasing a person: everything about them goes, and the ledger stays as verifiable as it was."""

from __future__ import annotations

from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry.cases import move, require_case
from vocalkit.consent.registry.keys import destroy_key
from vocalkit.consent.registry.ledger import Writer
from vocalkit.consent.registry.people import erase_person
from vocalkit.consent.registry.states import LIVE


def shred(writer: Writer, grant_id: str) -> None:
    """Take a grant to ``shredded``: key destroyed, name, salt, grant, challenges and the voice's name removed.

    Doing it again changes nothing. Raises ConsentError (``wrong_state``) for a built-in voice.
    """
    case = require_case(writer.connection, grant_id)
    if case.kind == "builtin":
        raise refuse("wrong_state", "a built-in voice has no singer whose records could be erased; revoke it instead")
    if case.state in LIVE:
        move(writer, grant_id, "revoked", "asked_by_artist")
    destroy_key(writer, grant_id)
    erase_person(writer.connection, grant_id)
    if case.state != "shredded":
        move(writer, grant_id, "shredded", "asked_by_artist")
