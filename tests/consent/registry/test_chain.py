"""One entry has one spelling, and a changed one is found."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import asdict, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.consent.canonical import canonical
from vocalkit.consent.registry.chain import GENESIS, Entry, spell, verify_link
from vocalkit.errors import ConsentError

WORD = st.from_regex(r"[a-z][a-z_]{0,12}", fullmatch=True)
VALUE = st.one_of(WORD, st.integers(0, 2**53 - 1), st.none(), st.lists(WORD, max_size=3))
BODIES = st.dictionaries(WORD, VALUE, max_size=4)
KINDS = st.sampled_from(["charged", "exported", "refused", "state"])


@given(BODIES, KINDS, st.booleans(), st.integers(0, 2**40))
def test_the_bytes_are_canonical(facts: dict[str, Any], kind: Any, about: bool, sequence: int) -> None:
    entry = Entry(sequence, "2027-03-01T12:00:00Z", kind, str(uuid.uuid4()) if about else None, spell(facts), "ab" * 32)
    assert entry.to_bytes() == canonical(asdict(entry) | {"body": facts})
    assert json.loads(entry.to_bytes())["body"] == facts == entry.facts()
    assert entry.digest() == hashlib.sha256(b"\x00" + entry.to_bytes()).hexdigest()


def first() -> Entry:
    return Entry(0, "2027-03-01T12:00:00Z", "refused", None, spell({"reason": "expired"}), GENESIS)


def verify(entry: Entry, digest: str) -> None:
    verify_link(entry, digest, sequence=0, previous=GENESIS, not_before="2027-03-01T12:00:00Z")


def test_an_entry_as_written_holds() -> None:
    verify(first(), first().digest())


CHANGES: list[dict[str, Any]] = [
    {"sequence": 1},
    {"time": "2027-03-01T11:59:59Z"},
    {"time": "2027-03-01T12:00:01"},
    {"time": "2027-13-01T12:00:00Z"},
    {"kind": "forgiven"},
    {"grant_id": "Ada"},
    {"grant_id": str(uuid.uuid4()).upper()},
    {"body": '{"reason":"revoked"}{}'},
    {"body": "[]"},
    {"body": '{"reason":"Zoë"}'},
    {"previous": "00" * 31 + "01"},
]


@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("with_its_digest", [False, True])
def test_a_changed_entry_is_found(change: dict[str, Any], with_its_digest: bool) -> None:
    """Whoever computes the digest anew still cannot write what no entry can be."""
    entry = replace(first(), **change)
    with pytest.raises(ConsentError) as caught:
        verify(entry, entry.digest() if with_its_digest else first().digest())
    assert caught.value.reason == "ledger_damaged"


@given(st.integers(0, 63))
def test_a_changed_digest_is_found(at: int) -> None:
    digest = first().digest()
    with pytest.raises(ConsentError):
        verify(first(), digest[:at] + ("0" if digest[at] != "0" else "1") + digest[at + 1 :])


@pytest.mark.parametrize("text", ["Zoë", "a/b", "ada@example.org", "tab\tbed", 'say "so"'])
def test_free_text_is_not_written(text: str) -> None:
    with pytest.raises(ConsentError, match="fixed lists"):
        spell({"name": text})
