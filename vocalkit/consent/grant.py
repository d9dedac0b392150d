"""What a singer allows: a `ConsentGrant`, validated to the letter when made.

A grant is never edited; a change is a new grant. Its payload is RFC 8785 JSON without fractions,
so that a grant has one spelling and one digest. `SignedGrant` is that payload in its envelope as
somebody handed it over: bytes that nobody has verified yet.
"""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal, get_args

from vocalkit.consent.canonical import MAX_INTEGER, canonical, parse
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.moments import parse_moment, years_after
from vocalkit.consent.reasons import refuse
from vocalkit.consent.trust import GrantKind
from vocalkit.errors import InputError
from vocalkit.resources import build

Purpose = Literal[
    "advertising",
    "biometric_identification",
    "commercial_music",
    "deception",
    "demo",
    "education",
    "film_and_games",
    "fraud",
    "harassment",
    "impersonation",
    "live_performance",
    "noncommercial_music",
    "political",
    "research",
    "sexual_content",
]
NEVER_GRANTED: tuple[Purpose, ...] = (
    "biometric_identification",
    "deception",
    "fraud",
    "harassment",
    "impersonation",
)
"""Purposes that every grant must exclude by name."""

MAX_TERM_YEARS = 10
ANY = "any"

_SHA256 = re.compile(r"[0-9a-f]{64}")
_VOICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(-[a-z0-9]{2,8})*")
_TERRITORY = re.compile(r"[A-Z]{2}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_DECIMAL = re.compile(r"(0|[1-9][0-9]{0,8})(\.[0-9]{1,8})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")


def _bad(field: str, message: str) -> InputError:
    return InputError(f"{field} {message}")


def _matches(field: str, pattern: re.Pattern[str], value: str) -> None:
    if not pattern.fullmatch(value):
        raise _bad(field, f"has an impossible value: {value[:80]!r}")


def check_text(field: str, value: str, *, most: int) -> None:
    """Raises InputError unless it is readable text: one spelling (NFC), no control or invisible characters."""
    if not 1 <= len(value) <= most or value != value.strip() or unicodedata.normalize("NFC", value) != value:
        raise _bad(field, f"must be 1 to {most} characters of NFC text without spaces at its ends")
    if any(unicodedata.category(char) in ("Cc", "Cf", "Cs", "Zl", "Zp") for char in value):
        raise _bad(field, "must not hold control or invisible characters")


def check_voice_id(voice_id: str) -> str:
    """`voice_id`, if it can name a voice and its files. Raises InputError."""
    _matches("voice_id", _VOICE_ID, voice_id)
    return voice_id


def check_digest(field: str, value: str) -> None:
    """Raises InputError unless `value` is a SHA-256 in lower-case hex."""
    _matches(field, _SHA256, value)


def check_language(code: str) -> None:
    """Raises InputError unless `code` looks like ``en`` or ``en-us``."""
    _matches("languages", _LANGUAGE, code)


def check_territory(code: str) -> None:
    """Raises InputError unless `code` looks like an ISO 3166 alpha-2 code, such as ``DE``."""
    _matches("territories", _TERRITORY, code)


def check_genre(slug: str) -> None:
    """Raises InputError unless `slug` is words in lower case joined by dashes, such as ``hip-hop``."""
    _matches("genres", _SLUG, slug)


def check_thumbprint(text: str) -> None:
    """Raises InputError unless `text` looks like the RFC 7638 thumbprint of a key, as `consent keygen` prints it."""
    _matches("key", _THUMBPRINT, text)


def check_purposes(field: str, purposes: tuple[str, ...]) -> None:
    """Raises InputError unless `purposes` is a non-empty sorted set of known ones."""
    if not purposes or list(purposes) != sorted(set(purposes)):
        raise _bad(field, "must be sorted, without repeats and not empty")
    if not set(purposes) <= set(get_args(Purpose)):
        raise _bad(field, "names an unknown purpose")


def _set_of(field: str, values: tuple[str, ...], check: Callable[[str], object]) -> None:
    """A non-empty set, written sorted; or exactly ``("any",)``."""
    if values == (ANY,):
        return
    if not values or list(values) != sorted(set(values)) or ANY in values:
        raise _bad(field, 'must be sorted, without repeats and not empty, or be just "any"')
    for value in values:
        check(value)


@dataclass(frozen=True, slots=True)
class Grantor:
    """Whose voice it is. key: the one that must have signed."""

    name: str
    key: PublicJwk

    def __post_init__(self) -> None:
        check_text("grantor.name", self.name, most=200)


@dataclass(frozen=True, slots=True)
class Grantee:
    """Who may use it: a key holder, or anyone (name ``anyone``, no key)."""

    name: str
    key: PublicJwk | None

    def __post_init__(self) -> None:
        check_text("grantee.name", self.name, most=200)
        if (self.key is None) != (self.name == "anyone"):
            raise _bad("grantee", "needs a key, unless it is anyone")


@dataclass(frozen=True, slots=True)
class Rights:
    """What may be done beyond singing.

    train: train models on what the voice sings (false becomes the do-not-train assertion in files);
    mix: mix it with other sound; pitch: change its pitch and timing; resell: sell the voice or
    access to it; derive: make another voice from this one, by adapting or blending.
    """

    train: bool
    mix: bool
    pitch: bool
    resell: bool
    derive: bool


@dataclass(frozen=True, slots=True)
class Royalty:
    """What is owed. rate: decimal string; for a revenue share a fraction of 1 and no currency."""

    basis: Literal["none", "per_second", "per_render", "revenue_share"]
    rate: str
    currency: str | None

    def __post_init__(self) -> None:
        _matches("royalty.rate", _DECIMAL, self.rate)
        if (self.currency is not None) != (self.basis in ("per_second", "per_render")):
            raise _bad("royalty.currency", "belongs to amounts per second or per render, and only to those")
        if self.currency is not None:
            _matches("royalty.currency", _CURRENCY, self.currency)
        if self.basis == "none" and self.rate != "0":
            raise _bad("royalty.rate", 'must be "0" when nothing is owed')
        if self.basis == "revenue_share" and Decimal(self.rate) > 1:
            raise _bad("royalty.rate", "must be at most 1 for a revenue share")


@dataclass(frozen=True, slots=True)
class ConsentGrant:
    """One permission. Times RFC 3339 UTC; digests SHA-256 hex; max_seconds: sung in all, or None.

    model_sha256: of the voice model in the clear; terms_sha256: of the text the singer was shown;
    recording_commitment: salted digest of the spoken consent, None only for built-in voices, which
    have no living grantor to record.
    """

    format: Literal["vocalkit-grant"]
    version: Literal[2]
    kind: GrantKind
    grant_id: str
    voice_id: str
    model_sha256: str
    grantor: Grantor
    grantee: Grantee
    uses: tuple[Purpose, ...]
    excluded_uses: tuple[Purpose, ...]
    languages: tuple[str, ...]
    territories: tuple[str, ...]
    genres: tuple[str, ...]
    renderers: tuple[str, ...]
    rights: Rights
    royalty: Royalty
    max_seconds: int | None
    not_before: str
    expires: str
    credit_line: str
    label_text: str
    terms_sha256: str
    recording_commitment: str | None

    def __post_init__(self) -> None:
        self._check_names()
        self._check_scope()
        self._check_term()

    def _check_names(self) -> None:
        check_grant_id(self.grant_id)
        check_voice_id(self.voice_id)
        check_digest("model_sha256", self.model_sha256)
        check_digest("terms_sha256", self.terms_sha256)
        check_text("credit_line", self.credit_line, most=300)
        check_text("label_text", self.label_text, most=200)
        if self.recording_commitment is not None:
            check_digest("recording_commitment", self.recording_commitment)
        if (self.recording_commitment is None) != (self.kind == "builtin"):
            raise _bad("recording_commitment", "must be there for an enrolled voice, and null for a built-in one")

    def _check_scope(self) -> None:
        check_purposes("uses", self.uses)
        check_purposes("excluded_uses", self.excluded_uses)
        if set(self.uses) & set(self.excluded_uses):
            raise _bad("uses", "and excluded_uses contradict each other")
        if not set(NEVER_GRANTED) <= set(self.excluded_uses):
            raise _bad("excluded_uses", f"must name {', '.join(NEVER_GRANTED)}")
        _set_of("languages", self.languages, check_language)
        _set_of("territories", self.territories, check_territory)
        _set_of("genres", self.genres, check_genre)
        _set_of("renderers", self.renderers, lambda value: _matches("renderers", _SLUG, value))
        if self.max_seconds is not None and not 0 < self.max_seconds <= MAX_INTEGER // 1000:
            raise _bad("max_seconds", f"must be positive and countable in milliseconds, got {self.max_seconds}")

    def _check_term(self) -> None:
        start, end = self.starts_at(), self.ends_at()
        if end <= start:
            raise _bad("expires", "must be later than not_before")
        if end > years_after(start, MAX_TERM_YEARS):
            raise refuse("term_too_long", f"a grant lasts at most {MAX_TERM_YEARS} years, this one ends {self.expires}")

    def starts_at(self) -> datetime:
        return parse_moment(self.not_before, what="not_before")

    def ends_at(self) -> datetime:
        return parse_moment(self.expires, what="expires")

    def to_payload(self) -> bytes:
        """The one spelling of this grant: RFC 8785 JSON."""
        return canonical(asdict(self))

    @classmethod
    def from_payload(cls, payload: bytes) -> ConsentGrant:
        """The grant that `payload` spells. Raises ConsentError with the reason of its first fault."""
        grant, faults = build(cls, parse(payload, what="grant"))
        if grant is None:
            raise refuse(faults[0].kind, f"grant refused: {'; '.join(map(str, faults))}")
        return grant


def check_grant_id(grant_id: str) -> str:
    """`grant_id`, if it is a version 4 UUID in its usual lower-case spelling."""
    try:
        parsed = uuid.UUID(grant_id)
    except ValueError:
        raise _bad("grant_id", f"must be a UUID, got {grant_id[:80]!r}") from None
    if parsed.version != 4 or str(parsed) != grant_id:
        raise _bad("grant_id", f"must be a random (version 4) UUID in lower case, got {grant_id!r}")
    return grant_id


@dataclass(frozen=True, slots=True)
class SignedGrant:
    """A grant in its envelope as it was received: untrusted until the gate verified it."""

    data: bytes
