"""Marks, limits, exports and statements."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.consent import Royalty
from vocalkit.consent.registry import Registry
from vocalkit.consent.registry.exports import milliseconds
from vocalkit.consent.registry.statements import amount_owed
from vocalkit.errors import InputError


def test_a_mark_leads_back_to_its_render(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    marks = {registry.reserve_mark(grant.grant_id, "ada", house.now) for _ in range(5)}
    assert len(marks) == 5 and all(0 < mark < 2**32 for mark in marks)
    export = house.export(registry, grant)
    found = registry.find_mark(export.mark)
    assert found is not None and found.exports == ()
    registry.commit_export(export, house.now)
    found = registry.find_mark(export.mark)
    assert found is not None
    assert (found.grant_id, found.voice_id, found.state) == (grant.grant_id, "ada", "active")
    (exported,) = found.exports
    assert (exported.render_id, exported.files, exported.abandoned) == (export.render_id, export.files, False)
    free = next(mark for mark in range(1, 100) if mark not in marks | {export.mark})
    assert registry.find_mark(free) is None


def test_seconds_are_booked_up_to_the_limit(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry, max_seconds=10)
    for _ in range(3):
        registry.charge(grant, 3.0, house.now)
    with refused("seconds_exhausted"):
        registry.charge(grant, 1.001, house.now)
    registry.charge(grant, 1.0, house.now)
    with refused("seconds_exhausted"):
        registry.charge(grant, 0.001, house.now)
    charged = [entry.facts() for entry in registry.entries() if entry.kind == "charged"]
    assert [(facts["milliseconds"], facts["total"]) for facts in charged] == [
        (3000, 3000), (3000, 6000), (3000, 9000), (1000, 10000),
    ]  # fmt: skip


def test_exports_stay_within_the_limit_even_unbooked(house: Any, registry: Registry, refused: Any) -> None:
    grant = house.active(registry, max_seconds=20)
    registry.commit_export(house.export(registry, grant), house.now)
    before = house.kinds(registry)
    with refused("seconds_exhausted"):
        registry.commit_export(house.export(registry, grant), house.now)
    assert house.kinds(registry) == before


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("nan"), float("inf"), 1e12])
def test_seconds_that_are_none(seconds: float) -> None:
    with pytest.raises(InputError, match="positive"):
        milliseconds(seconds)


@given(st.floats(1e-9, 1e6))
def test_nothing_is_sung_for_free(seconds: float) -> None:
    assert milliseconds(seconds) >= 1
    assert -1e-5 <= milliseconds(seconds) / 1000 - seconds <= 0.001 + 1e-5


def test_a_refused_export_leaves_nothing(house: Any, registry: Registry, refused: Any) -> None:
    grant, other = house.active(registry), house.active(registry, voice_id="bob")
    export = house.export(registry, grant)
    registry.commit_export(export, house.now)
    before = house.kinds(registry)
    again = house.export(registry, grant, render_id=export.render_id)
    with refused("already_exported"):
        registry.commit_export(again, house.now)
    with refused("forged"):
        registry.commit_export(house.export(registry, grant, mark=export.mark ^ 1), house.now)
    with refused("forged"):
        registry.commit_export(house.export(registry, other, mark=export.mark), house.now)
    with refused("use_not_granted"):
        registry.commit_export(house.export(registry, grant, purposes=("political",)), house.now)
    late = house.export(registry, grant)
    assert house.kinds(registry) == before
    registry.revoke(grant.grant_id, "asked_by_artist", house.now)
    before = house.kinds(registry)
    with refused("revoked"):
        registry.commit_export(late, house.now)
    assert house.kinds(registry) == before
    assert registry.find_mark(late.mark).exports == ()  # type: ignore[union-attr]
    assert [len(line.renders) for line in registry.statement().lines] == [1]


@pytest.mark.parametrize(
    "change",
    [
        {"render_id": "one"},
        {"files": ()},
        {"files": ("aa",)},
        {"files": ("AA" * 32,)},
        {"purposes": ()},
        {"purposes": ("singing",)},
        {"authorship_sha256": "x"},
        {"seconds_sung": 0.0},
    ],
)
def test_exports_that_make_no_sense(house: Any, registry: Registry, change: dict[str, Any]) -> None:
    grant = house.builtin()
    export = house.export(registry, grant)
    with pytest.raises(InputError):
        replace(export, **change)


def test_an_abandoned_export_is_not_paid(house: Any, registry: Registry) -> None:
    grant = house.active(registry)
    kept, gone = (house.export(registry, grant) for _ in range(2))
    for export in (kept, gone):
        registry.commit_export(export, house.now)
    for _ in range(2):
        registry.abandon_export(gone.render_id, house.now)
    assert house.kinds(registry).count("abandoned") == 1
    (line,) = registry.statement().lines
    assert [render.render_id for render in line.renders] == [kept.render_id]
    assert registry.find_mark(gone.mark).exports[0].abandoned  # type: ignore[union-attr]
    with pytest.raises(InputError, match="no export"):
        registry.abandon_export(str(uuid.uuid4()), house.now)


def test_a_statement_by_voice_and_period(house: Any, registry: Registry) -> None:
    ada = house.active(registry)
    bob = house.active(registry, voice_id="bob", royalty=Royalty("per_render", "1.333", "EUR"))
    cleo = house.active(registry, voice_id="cleo", royalty=Royalty("revenue_share", "0.2", None))
    free = house.builtin()
    start = house.now
    for grant in (ada, bob, cleo, free):
        registry.commit_export(house.export(registry, grant), house.now)
    registry.commit_export(house.export(registry, bob), house.forward(days=2))
    amounts = {line.voice_id: line.amount for line in registry.statement().lines}
    assert amounts == {"ada": Decimal("0.63"), "bob": Decimal("2.67"), "cleo": None, "clara": Decimal(0)}
    (line,) = registry.statement(voice_id="bob").lines
    assert (line.seconds, len(line.renders), line.artist) == (Decimal("25.000"), 2, "Ada Ferreira-Lindqvist")
    assert [line.voice_id for line in registry.statement(since=start + timedelta(days=1)).lines] == ["bob"]
    (early,) = registry.statement(voice_id="bob", until=start + timedelta(days=1)).lines
    assert early.amount == Decimal("1.33")
    assert registry.statement(voice_id="nobody").lines == ()


@pytest.mark.parametrize(
    ("basis", "rate", "currency", "seconds", "renders", "amount"),
    [
        ("per_second", "0.05", "EUR", "12.5", 1, "0.63"),
        ("per_second", "0.05", "EUR", "12.499", 1, "0.62"),
        ("per_second", "0.00000001", "EUR", "0.001", 1, "0.00"),
        ("per_second", "999999999.99999999", "EUR", "9007199254740.991", 9, "9007199254740990909928.01"),
        ("per_second", "0.1", "JPY", "15", 1, "2"),
        ("per_second", "0.0005", "KWD", "1", 1, "0.001"),
        ("per_render", "1.005", "USD", "100", 1, "1.01"),
        ("per_render", "0.335", "EUR", "100", 3, "1.01"),
        ("none", "0", None, "100", 3, "0"),
        ("revenue_share", "0.5", None, "100", 3, None),
    ],
)
def test_amounts(basis: str, rate: str, currency: Any, seconds: str, renders: int, amount: Any) -> None:
    owed = amount_owed(basis, rate, currency, seconds=Decimal(seconds), renders=renders)
    assert owed == (None if amount is None else Decimal(amount))


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30))
def test_a_sum_is_rounded_once(sung_ms: list[int]) -> None:
    seconds = sum((Decimal(ms).scaleb(-3) for ms in sung_ms), Decimal(0))
    owed = amount_owed("per_second", "0.0333", "EUR", seconds=seconds, renders=len(sung_ms))
    assert owed is not None
    assert abs(owed - Decimal("0.0333") * sum(sung_ms) / 1000) <= Decimal("0.005")


def test_what_is_kept_of_earlier_renders_is_written_down(house: Any, registry: Registry, refused: Any) -> None:
    grant, other = house.active(registry), house.active(registry, voice_id="bob")
    first, foreign = house.export(registry, grant), house.export(registry, other)
    registry.commit_export(first, house.now)
    registry.commit_export(foreign, house.now)
    for mark in (foreign.mark, first.mark ^ 1):
        with refused("forged"):
            registry.commit_export(house.export(registry, grant, kept_marks=(mark,)), house.now)
    again = house.export(registry, grant, kept_marks=(first.mark,))
    registry.commit_export(again, house.now)
    entries = [entry.facts() for entry in registry.entries() if entry.kind == "exported"]
    assert [facts.get("kept") for facts in entries] == [None, None, [first.mark]]
    registry.verify_ledger()
