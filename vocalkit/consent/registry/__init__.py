"""What became of every grant: cases, keys, marks, usage, the ledger. See docs/adr/0005-registry.md."""

from __future__ import annotations

from vocalkit.consent.registry.audit import Audit
from vocalkit.consent.registry.cases import Case
from vocalkit.consent.registry.chain import Entry
from vocalkit.consent.registry.checkpoints import Checkpoint, Witness, read_checkpoint
from vocalkit.consent.registry.exports import Export, Exported, Marked
from vocalkit.consent.registry.facade import Registry, host_registry, open_registry
from vocalkit.consent.registry.people import Person
from vocalkit.consent.registry.proofs import ConsistencyProof, InclusionProof
from vocalkit.consent.registry.statements import Line, Render, Statement
from vocalkit.consent.registry.states import Cause, State

__all__ = [
    "Audit",
    "Case",
    "Cause",
    "Checkpoint",
    "ConsistencyProof",
    "Entry",
    "Export",
    "Exported",
    "InclusionProof",
    "Line",
    "Marked",
    "Person",
    "Registry",
    "Render",
    "State",
    "Statement",
    "Witness",
    "host_registry",
    "open_registry",
    "read_checkpoint",
]
