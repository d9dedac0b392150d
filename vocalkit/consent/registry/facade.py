"""The registry as everybody else sees it: one object, one transaction a method, the time always passed in.

Every method that finds the ledger damaged, set back or out of reach raises ConsentError, and so
nothing is licensed. Methods that only take permission away, or tell, work with a wrong clock too;
their entries then have the time of the entry before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from vocalkit.consent.grant import ConsentGrant, check_grant_id
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.moments import check_aware, format_moment
from vocalkit.consent.registry import audit as auditing
from vocalkit.consent.registry import (
    cases,
    challenges,
    checkpoints,
    erasure,
    exports,
    facts,
    keys,
    people,
    proofs,
    statements,
)
from vocalkit.consent.registry.audit import Audit
from vocalkit.consent.registry.cases import Case
from vocalkit.consent.registry.chain import Entry
from vocalkit.consent.registry.checkpoints import Checkpoint, Witness, check_witness
from vocalkit.consent.registry.engine import Database, open_database
from vocalkit.consent.registry.exports import Export, Marked
from vocalkit.consent.registry.ledger import Writer, check_clock, open_writer, read_head, stored_entries
from vocalkit.consent.registry.people import Person
from vocalkit.consent.registry.proofs import ConsistencyProof, InclusionProof
from vocalkit.consent.registry.statements import Statement
from vocalkit.consent.registry.states import ENROLMENT, Cause, State
from vocalkit.errors import ConsentError, InputError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from vocalkit.consent.host import Host

CHECKPOINT_FILE = "checkpoint.json"


def open_registry(url: str, *, witness: Witness | None = None) -> Registry:
    """The registry at `url` (``sqlite:///…`` or ``postgresql+psycopg://…``), made where there is none.

    witness: signs checkpoints by itself and remembers the newest outside the database. Raises
    InputError, ConsentError (``registry_version``, ``ledger_damaged``, ``ledger_unavailable``).
    """
    return Registry(open_database(url), witness)


def host_registry(host: Host, folder: Path) -> Registry:
    """The registry of a host in `folder`, which is its witness: the newest checkpoint lies beside the host's key."""
    return open_registry(host.registry_url, witness=Witness(host.signing_key, folder / "host" / CHECKPOINT_FILE))


class Registry:
    """Cases, keys, marks, usage and the ledger of one database. Cheap to make; safe to share between threads."""

    __slots__ = ("_database", "_witness")

    def __init__(self, database: Database, witness: Witness | None) -> None:
        self._database = database
        self._witness = witness

    # Cases, from the first word to the last.

    def open_case(self, grant_id: str, voice_id: str, person: Person, now: datetime) -> None:
        """Begin a case in the state ``draft``."""
        with self._writing(now) as writer:
            cases.open_case(writer, grant_id, voice_id, person)

    def advance(self, grant_id: str, to: State, cause: Cause, now: datetime) -> None:
        """Take the next step of enrolment. Raises ConsentError (``wrong_state``); `activate` takes the last."""
        if to not in ENROLMENT:
            raise InputError(f"a case becomes {to} by a method of its own; steps: {', '.join(ENROLMENT)}")
        with self._writing(now) as writer:
            cases.move(writer, grant_id, to, cause)

    def state(self, grant_id: str) -> State | None:
        """The state of a grant, None where it is unknown here."""
        with self._reading() as connection:
            case = cases.find_case(connection, check_grant_id(grant_id))
        return None if case is None else case.state

    def cases(self, voice_id: str | None = None) -> tuple[Case, ...]:
        """Every case, or those of one voice."""
        with self._reading() as connection:
            return cases.every_case(connection, voice_id=voice_id)

    def person(self, grant_id: str) -> Person | None:
        """Whose grant it is, None for built-in voices and once erased."""
        with self._reading() as connection:
            return people.find_person(connection, check_grant_id(grant_id))

    def add_challenge(self, grant_id: str, challenge_id: str, payload: bytes, expires: datetime, now: datetime) -> None:
        """Issue a challenge: the case's only open one. The case becomes ``challenged``."""
        with self._writing(now) as writer:
            challenges.add_challenge(writer, grant_id, challenge_id, payload, check_aware(expires))

    def take_challenge(self, challenge_id: str, now: datetime) -> bytes:
        """A challenge's bytes, once. Raises ConsentError ``challenge_unknown``, ``_used`` or ``_expired``."""
        with self._writing(now) as writer:
            return challenges.take_challenge(writer, challenge_id)

    def answered_challenge(self, challenge_id: str) -> bytes | None:
        """A challenge's bytes if it was taken before: a witness speaks of a recording that was heard already."""
        with self._reading() as connection:
            return challenges.find_answered(connection, challenge_id)

    def record(self, grant_id: str, facts_found: Mapping[str, str], now: datetime) -> None:
        """Write down what enrolment found: digests (committed to with salt), numbers, words of a fixed list."""
        with self._writing(now) as writer:
            facts.record(writer, grant_id, facts_found)

    def confirm(self, grant_id: str, facts_told: Mapping[str, str]) -> None:
        """Raises ConsentError (``not_as_enrolled``) unless each fact is what was last recorded under its name."""
        with self._reading() as connection:
            facts.confirm(connection, check_grant_id(grant_id), facts_told)

    def activate(self, grant_id: str, envelope: bytes, grant: ConsentGrant, now: datetime) -> None:
        """Keep a signed grant, whose envelope the caller has verified, and let the voice sing."""
        with self._writing(now, seal=True) as writer:
            cases.activate(writer, grant_id, envelope, grant)

    def envelope(self, grant_id: str) -> bytes:
        """The signed grant. Raises ConsentError (``unknown_grant``)."""
        with self._reading() as connection:
            return people.find_envelope(connection, check_grant_id(grant_id))

    # Keys.

    def put_key(self, grant_id: str, wrapped: bytes, now: datetime) -> None:
        """Keep the wrapped key of a sealed model."""
        with self._writing(now) as writer:
            keys.put_key(writer, grant_id, wrapped)

    def key(self, grant_id: str) -> bytes:
        """The wrapped key. Raises ConsentError: ``revoked`` and its like, or ``key_destroyed``."""
        with self._reading() as connection:
            return keys.find_key(connection, check_grant_id(grant_id))

    def destroy_key(self, grant_id: str, now: datetime) -> None:
        """Destroy the key, where there is one."""
        with self._writing(now, any_clock=True) as writer:
            cases.require_case(writer.connection, grant_id)
            keys.destroy_key(writer, grant_id)
        self._forget_soon()

    # What the gate asks.

    def check(self, grant: ConsentGrant, now: datetime) -> None:
        """Raises ConsentError unless the grant may be sung under now."""
        with self._noticing_the_end(grant.grant_id, now), self._reading() as connection:
            head = read_head(connection)
            check_clock(head, check_aware(now))
            cases.check_standing(connection, grant, now)

    def charge(self, grant: ConsentGrant, seconds: float, now: datetime) -> None:
        """Book `seconds` against the grant's limit. Raises ConsentError (``seconds_exhausted``), booking nothing."""
        with self._noticing_the_end(grant.grant_id, now), self._writing(now) as writer:
            exports.charge(writer, grant, seconds)

    def reserve_mark(self, grant_id: str, voice_id: str, now: datetime) -> int:
        """A watermark for one render: 32 bits, not 0, never given out before."""
        with self._writing(now) as writer:
            return exports.reserve_mark(writer, grant_id, voice_id)

    def refused(self, grant_id: str | None, voice_id: str | None, reason: str, now: datetime) -> None:
        """Write down that somebody was refused. May itself raise; the caller's own error matters more."""
        with self._writing(now, any_clock=True) as writer:
            facts.refused(writer, grant_id, voice_id, reason)
        if reason == "expired" and grant_id is not None:
            self.notice_the_end(grant_id, now)

    # Exports.

    def find_mark(self, mark: int) -> Marked | None:
        """Whose watermark it is, None where it was not given out here."""
        with self._reading() as connection:
            return exports.find_mark(connection, mark)

    def commit_export(self, export: Export, now: datetime) -> None:
        """Write down a finished render if its grant still stands; where it raises, nothing is written."""
        with self._noticing_the_end(export.grant.grant_id, now), self._writing(now, seal=True) as writer:
            exports.commit_export(writer, export)

    def abandon_export(self, render_id: str, now: datetime) -> None:
        """Say that a committed render was never released: nothing is owed for it."""
        with self._writing(now, any_clock=True) as writer:
            exports.abandon_export(writer, render_id)

    def statement(
        self, voice_id: str | None = None, since: datetime | None = None, until: datetime | None = None
    ) -> Statement:
        """What was sung in a period and what is owed."""
        start, end = (None if moment is None else format_moment(moment) for moment in (since, until))
        with self._reading() as connection:
            return statements.make_statement(connection, voice_id=voice_id, since=start, until=end)

    # Taking back.

    def suspend(self, grant_id: str, cause: Cause, now: datetime) -> None:
        """Let the voice rest: every render stops at its next phrase."""
        self._move(grant_id, "suspended", cause, now)

    def dispute(self, grant_id: str, cause: Cause, now: datetime) -> None:
        """Let the voice rest because somebody says the grant is not right."""
        self._move(grant_id, "disputed", cause, now)

    def resume(self, grant_id: str, cause: Cause, now: datetime) -> None:
        """End a suspension or a dispute."""
        with self._writing(now, seal=True) as writer:
            cases.resume(writer, grant_id, cause)

    def revoke(self, grant_id: str, cause: Cause, now: datetime) -> None:
        """Take the grant back for good and destroy the model's key. Running renders stop at their next phrase."""
        self._move(grant_id, "revoked", cause, now)

    def notice_the_end(self, grant_id: str, now: datetime) -> None:
        """Write down that a grant has run out, if it has. Its end is in the grant; the gate needs no such entry."""
        with self._writing(now) as writer:
            cases.expire(writer, check_grant_id(grant_id))

    def erase(self, grant_id: str, now: datetime) -> None:
        """Remove everything personal: names, salts, grant, challenges, key, the voice's name; revoked first if live.

        Raises ConsentError (``ledger_unavailable``) while another program keeps old pages of the
        database in use: erased again, it finishes.
        """
        with self._writing(now, any_clock=True, seal=True) as writer:
            erasure.shred(writer, grant_id)
        self._database.scrub(again=f"run: vocalkit consent erase {grant_id} --yes")

    # The ledger.

    def entries(self, start: int = 0, grant_id: str | None = None) -> Iterator[Entry]:
        """The ledger's entries, oldest first."""
        with self._reading() as connection:
            for entry, _ in stored_entries(connection, start=start):
                if grant_id is None or entry.grant_id == grant_id:
                    yield entry

    def verify_ledger(self, signers: Iterable[PublicJwk] = (), known: Iterable[Checkpoint] = ()) -> Audit:
        """Verify all of it, the witness's memory included. Raises ConsentError (``ledger_damaged``)."""
        keys_asked = list(signers)
        if self._witness is not None:
            keys_asked.append(self._witness.signer)
        # What the witness remembers is among the stored checkpoints, or `_reading` has raised.
        with self._reading() as connection:
            return auditing.audit(connection, signers=keys_asked, known=known)

    def checkpoint(self, signing_key: Ed25519PrivateKey, now: datetime) -> bytes:
        """The ledger as it is, signed; also kept in the registry, and by its witness in the file outside."""
        with self._writing(now, seal=True) as writer:
            return checkpoints.add_checkpoint(writer, signing_key)

    def prove_inclusion(self, sequence: int, tree_size: int | None = None) -> InclusionProof:
        """That an entry is in the ledger, of its present size or an earlier one."""
        with self._reading() as connection:
            size = read_head(connection).size if tree_size is None else tree_size
            return proofs.prove_inclusion(connection, sequence, size)

    def prove_consistency(self, old_size: int, tree_size: int | None = None) -> ConsistencyProof:
        """That the ledger, now or at `tree_size`, begins with its first `old_size` entries."""
        with self._reading() as connection:
            size = read_head(connection).size if tree_size is None else tree_size
            return proofs.prove_consistency(connection, old_size, size)

    def _move(self, grant_id: str, to: State, cause: Cause, now: datetime) -> None:
        with self._writing(now, any_clock=True, seal=True) as writer:
            # A built-in voice's grant may be taken back before anybody ever sang with it.
            cases.know(writer, grant_id, None)
            cases.move(writer, grant_id, to, cause)
            if to == "revoked":
                keys.destroy_key(writer, grant_id)
        if to == "revoked":
            self._forget_soon()

    def _forget_soon(self) -> None:
        # The key is overwritten and gone from every later read; where another program still reads the old
        # pages, the files drop them at its end. That must not look like a revocation that failed.
        with suppress(ConsentError):
            self._database.scrub(again="revoke again")

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with self._database.reading() as connection:
            if self._witness is not None:
                # First of all: the file is read before the transaction's view of the database is fixed, so that
                # a checkpoint which another process makes meanwhile is not missed in it.
                check_witness(connection, self._witness)
            yield connection

    @contextmanager
    def _writing(self, now: datetime, *, any_clock: bool = False, seal: bool = False) -> Iterator[Writer]:
        """One transaction; seal: a witness signs a checkpoint at its end in any case."""
        signed = None
        with self._database.writing() as connection:
            writer = open_writer(connection, check_aware(now), any_clock=any_clock)
            if self._witness is not None:
                check_witness(connection, self._witness)
            yield writer
            if self._witness is not None and (seal or checkpoints.is_due(writer, self._witness)):
                signed = checkpoints.add_checkpoint(writer, self._witness.key)
        # Only what is committed may be remembered: the other way round, a stop in between would look like a loss.
        if signed is not None and self._witness is not None:
            self._witness.keep(signed)

    @contextmanager
    def _noticing_the_end(self, grant_id: str, now: datetime) -> Iterator[None]:
        try:
            yield
        except ConsentError as error:
            if error.reason == "expired":
                self.notice_the_end(grant_id, now)
            raise
