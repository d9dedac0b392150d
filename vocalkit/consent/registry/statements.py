"""What was sung and what is owed for it, by the terms that stood in the grant when it was exported.

Amounts are exact decimals, summed over the period and rounded once per grant, half up, to the
currency's smallest unit (ISO 4217). A share of revenue has no amount: vocalkit does not know the
revenue, so rate and seconds are stated for whoever does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, localcontext
from typing import Any

from sqlalchemy import Connection, select

from vocalkit.consent.registry import schema
from vocalkit.consent.registry.chain import Entry
from vocalkit.consent.registry.ledger import stored_entries
from vocalkit.consent.registry.people import find_person

_WHOLE = ("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "UYI", "VND", "VUV", "XAF")
_THOUSANDTHS = ("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND")
_DECIMALS = dict.fromkeys((*_WHOLE, "XOF", "XPF"), 0) | dict.fromkeys(_THOUSANDTHS, 3)
"""Decimals of the currencies that have not two (ISO 4217)."""


@dataclass(frozen=True, slots=True)
class Render:
    """One export in a statement. time: RFC 3339; files: SHA-256."""

    render_id: str
    time: str
    seconds: Decimal
    purposes: tuple[str, ...]
    files: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """What one grant earned. artist, voice_id: None once erased or for a voice nobody sang for.

    amount: None for a share of revenue, and without a currency where nothing is owed.
    """

    artist: str | None
    voice_id: str | None
    grant_id: str
    basis: str
    rate: str
    currency: str | None
    seconds: Decimal
    amount: Decimal | None
    renders: tuple[Render, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines by artist and voice. since, until: RFC 3339, the second exclusive; None is open."""

    since: str | None
    until: str | None
    lines: tuple[Line, ...]


def make_statement(connection: Connection, *, voice_id: str | None, since: str | None, until: str | None) -> Statement:
    """The statement for one voice or all, over the exports released in the period."""
    cases = {row.grant_id: row.voice_id for row in connection.execute(select(schema.cases))}
    by_terms: dict[tuple[str, ...], list[Render]] = {}
    for entry in _released(connection):
        grant_id = entry.grant_id or ""
        if voice_id is not None and cases.get(grant_id) != voice_id:
            continue
        if (since is not None and entry.time < since) or (until is not None and entry.time >= until):
            continue
        facts = entry.facts()
        royalty = facts["royalty"]
        terms = (grant_id, royalty["basis"], royalty["rate"], royalty["currency"] or "")
        by_terms.setdefault(terms, []).append(_render(entry, facts))
    lines = [_line(connection, cases, terms, renders) for terms, renders in by_terms.items()]
    lines.sort(key=lambda line: (line.artist or "", line.voice_id or "", line.grant_id))
    return Statement(since, until, tuple(lines))


def amount_owed(basis: str, rate: str, currency: str | None, *, seconds: Decimal, renders: int) -> Decimal | None:
    """What `seconds` in `renders` earn, rounded; None for a share of a revenue that nobody told us."""
    if basis == "revenue_share":
        return None
    if basis == "none" or currency is None:
        return Decimal(0)
    with localcontext() as context:
        # Rates have 17 digits and milliseconds 16: their product is exact, and rounded once.
        context.prec = 50
        owed = Decimal(rate) * (seconds if basis == "per_second" else Decimal(renders))
        return owed.quantize(_smallest_unit(currency), rounding=ROUND_HALF_UP)


def _smallest_unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-_DECIMALS.get(currency, 2))


def _released(connection: Connection) -> Iterable[Entry]:
    gone = {entry.facts()["render"] for entry, _ in stored_entries(connection, "abandoned")}
    for entry, _ in stored_entries(connection, "exported"):
        if entry.facts()["render"] not in gone:
            yield entry


def _render(entry: Entry, facts: dict[str, Any]) -> Render:
    seconds = Decimal(facts["milliseconds"]).scaleb(-3)
    return Render(facts["render"], entry.time, seconds, tuple(facts["purposes"]), tuple(facts["files"]))


def _line(connection: Connection, cases: dict[str, str | None], terms: tuple[str, ...], renders: list[Render]) -> Line:
    grant_id, basis, rate, code = terms
    currency = code or None
    person = find_person(connection, grant_id)
    seconds = sum((render.seconds for render in renders), Decimal(0))
    return Line(
        artist=None if person is None else person.name,
        voice_id=cases.get(grant_id),
        grant_id=grant_id,
        basis=basis,
        rate=rate,
        currency=currency,
        seconds=seconds,
        amount=amount_owed(basis, rate, currency, seconds=seconds, renders=len(renders)),
        renders=tuple(renders),
    )
