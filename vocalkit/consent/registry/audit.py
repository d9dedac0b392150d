"""Reading the whole ledger again and believing nothing: chain, tree, checkpoints, states, sums."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from sqlalchemy import Connection, select

from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.reasons import refuse
from vocalkit.consent.registry import schema
from vocalkit.consent.registry.chain import GENESIS, Entry, damaged, verify_link
from vocalkit.consent.registry.checkpoints import Checkpoint, read_checkpoint
from vocalkit.consent.registry.ledger import read_head, stored_entries
from vocalkit.consent.registry.merkle import Frontier
from vocalkit.consent.registry.states import TRANSITIONS, Cause, State
from vocalkit.errors import ConsentError

_START = "2000-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Audit:
    """A ledger that held. root_hash: hex; checkpoints: met on the way; signers: those asked for who signed one."""

    entries: int
    root_hash: str
    first: str | None
    last: str | None
    checkpoints: int
    signers: int
    newest_checkpoint: int


@dataclass(slots=True)
class _Replay:
    """What the entries so far add up to."""

    states: dict[str, State] = field(default_factory=dict)
    totals: dict[tuple[str, str], int] = field(default_factory=dict)
    exports: dict[str, int] = field(default_factory=dict)

    def follow(self, entry: Entry, facts: Mapping[str, Any]) -> None:
        if entry.kind == "state":
            self._state(entry, facts)
        elif entry.kind in ("charged", "exported"):
            self._sum(entry, facts)
        if entry.kind == "exported":
            render = facts.get("render")
            if not isinstance(render, str) or render in self.exports:
                raise damaged(entry.sequence, "exports a render a second time")
            self.exports[render] = entry.sequence

    def _state(self, entry: Entry, facts: Mapping[str, Any]) -> None:
        grant_id = entry.grant_id or ""
        to: Any = facts.get("to")
        # A case begins as a draft; a built-in voice's, without enrolment, as active.
        before = self.states.get(grant_id, "active" if facts.get("from") else None)
        if facts.get("from") != before or facts.get("cause") not in get_args(Cause):
            raise damaged(entry.sequence, "changes a state that the grant was not in")
        following: frozenset[State] = frozenset({"draft"}) if before is None else TRANSITIONS[before]
        if to not in following:
            raise damaged(entry.sequence, "changes a state in a way that cannot be")
        self.states[grant_id] = to

    def _sum(self, entry: Entry, facts: Mapping[str, Any]) -> None:
        about, sung = (entry.grant_id or "", entry.kind), facts.get("milliseconds")
        if type(sung) is not int or sung <= 0 or facts.get("total") != self.totals.get(about, 0) + sung:
            raise damaged(entry.sequence, "does not add up with those before it")
        self.totals[about] = facts["total"]


def audit(connection: Connection, *, signers: Iterable[PublicJwk], known: Iterable[Checkpoint]) -> Audit:
    """Verify everything. Raises ConsentError (``ledger_damaged``) at the first thing that is not right.

    signers: keys whose newest checkpoint must carry their signature;
    known: checkpoints kept elsewhere, which the ledger must contain. Memory does not grow with it,
    but for one word per grant and one id per export.
    """
    expected, checkpoints, signed = _expected(connection, signers, known)
    newest_checkpoint = max(expected, default=0)
    frontier, previous, time, first = Frontier(), GENESIS, _START, None
    replay = _Replay()
    _check_roots(expected, frontier)
    for entry, digest in stored_entries(connection):
        facts = verify_link(entry, digest, sequence=frontier.size, previous=previous, not_before=time)
        replay.follow(entry, facts)
        frontier, previous, time = frontier.add(bytes.fromhex(digest)), digest, entry.time
        first = first or time
        _check_roots(expected, frontier)
    if expected:
        raise refuse("ledger_damaged", f"the consent ledger was cut: {max(expected)} entries were signed for")
    head = read_head(connection)
    if (head.size, head.newest, head.time, head.frontier) != (frontier.size, previous, time, frontier):
        raise refuse("ledger_damaged", "the head of the consent ledger does not fit its entries")
    _check_exports(connection, replay.exports)
    root = frontier.root().hex()
    return Audit(frontier.size, root, first, time if first else None, checkpoints, signed, newest_checkpoint)


def _expected(
    connection: Connection, signers: Iterable[PublicJwk], known: Iterable[Checkpoint]
) -> tuple[dict[int, set[str]], int, int]:
    """(roots by tree size that must come out, checkpoints stored, signers among `signers` who signed one).

    Every stored root is compared; of signatures each signer's newest is checked, which covers all before it.
    """
    table = schema.checkpoints.c
    roots: dict[int, set[str]] = {}
    stored = 0
    for row in connection.execute(select(table.tree_size, table.root)):
        stored += 1
        roots.setdefault(row.tree_size, set()).add(row.root)
    signed = sum(_check_newest(connection, signer) for signer in signers)
    for checkpoint in known:
        roots.setdefault(checkpoint.tree_size, set()).add(checkpoint.root_hash)
    return roots, stored, signed


def _check_newest(connection: Connection, signer: PublicJwk) -> bool:
    """Whether there is a checkpoint of this signer. Raises ConsentError where its newest is not what it signed."""
    table = schema.checkpoints
    row = connection.execute(
        select(table).where(table.c.signer == signer.thumbprint).order_by(table.c.tree_size.desc()).limit(1)
    ).one_or_none()
    if row is None:
        return False
    try:
        checkpoint = read_checkpoint(bytes(row.signed), signer)
    except ConsentError as error:
        raise refuse("ledger_damaged", f"the checkpoint at {row.tree_size} entries was changed: {error}") from error
    if (checkpoint.tree_size, checkpoint.root_hash) != (row.tree_size, row.root):
        raise refuse("ledger_damaged", f"the checkpoint at {row.tree_size} entries is not the one that was signed")
    return True


def _check_roots(expected: dict[int, set[str]], frontier: Frontier) -> None:
    roots = expected.pop(frontier.size, None)
    if roots and roots != {frontier.root().hex()}:
        raise refuse("ledger_damaged", f"the first {frontier.size} entries are not those that were signed for")


def _check_exports(connection: Connection, told: Mapping[str, int]) -> None:
    """The index of exports is the one that the ledger tells."""
    stored = {row.render_id: row.sequence for row in connection.execute(select(schema.exports))}
    if stored != told:
        raise refuse("ledger_damaged", "the exports do not fit the consent ledger")
