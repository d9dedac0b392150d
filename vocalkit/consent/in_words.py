"""A grant in words: what an artist reads before signing, and how amounts are typed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal

from vocalkit.consent.grant import ANY, ConsentGrant, Royalty
from vocalkit.errors import InputError

RIGHTS: dict[str, str] = {
    "mix": "mix it with other sound",
    "pitch": "change its pitch and timing",
    "train": "train models on what it sings",
    "derive": "make another voice from it",
    "resell": "sell the voice or access to it",
}
"""What each right allows, in words."""

_AMOUNT = re.compile(r"(?P<rate>[0-9.]+) ?(?P<currency>[A-Z]{3}) per (?P<unit>second|render)")
_SHARE = re.compile(r"(?P<rate>[0-9.]+) ?(%|percent)( of revenue)?")


def royalty_from_words(text: str) -> Royalty:
    """``none``, ``0.05 EUR per second``, ``2 EUR per render`` or ``10 percent``. Raises InputError."""
    words = " ".join(text.split())
    if words == "none":
        return Royalty("none", "0", None)
    if amount := _AMOUNT.fullmatch(words):
        return Royalty("per_second" if amount["unit"] == "second" else "per_render", amount["rate"], amount["currency"])
    if (share := _SHARE.fullmatch(words)) and re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,6})?", share["rate"]):
        return Royalty("revenue_share", f"{(Decimal(share['rate']) / 100).normalize():f}", None)
    raise InputError(
        f"cannot read the royalty {text[:60]!r}; write none, 0.05 EUR per second, 2 EUR per render or 10 percent"
    )


def royalty_in_words(royalty: Royalty) -> str:
    """The inverse of `royalty_from_words`."""
    if royalty.basis == "none":
        return "none"
    if royalty.basis == "revenue_share":
        return f"{(Decimal(royalty.rate) * 100).normalize():f} percent of revenue"
    return f"{royalty.rate} {royalty.currency} per {'second' if royalty.basis == 'per_second' else 'render'}"


def grant_in_words(grant: ConsentGrant) -> tuple[tuple[str, str], ...]:
    """What a grant says, as (what, value) pairs in plain English, nothing left out."""
    allowed = [words for right, words in RIGHTS.items() if getattr(grant.rights, right)]
    denied = [words for right, words in RIGHTS.items() if not getattr(grant.rights, right)]
    limit = "no limit" if grant.max_seconds is None else f"at most {grant.max_seconds} seconds in all"
    user = "anyone" if grant.grantee.key is None else f"{grant.grantee.name} (key {grant.grantee.key.thumbprint})"
    return (
        ("voice", f"{grant.voice_id}, {'built in' if grant.kind == 'builtin' else 'enrolled'}"),
        ("given by", f"{grant.grantor.name} (key {grant.grantor.key.thumbprint})"),
        ("given to", user),
        ("for", _purposes(grant.uses)),
        ("never for", _purposes(grant.excluded_uses)),
        ("languages", _listed(grant.languages)),
        ("kinds of music", _listed(grant.genres)),
        ("countries", _listed(grant.territories)),
        ("made with", _listed(grant.renderers)),
        ("from", grant.not_before),
        ("until", grant.expires),
        ("amount", limit),
        ("they may", ", ".join(allowed) or "nothing beyond singing"),
        ("they may not", ", ".join(denied) or "nothing is withheld"),
        ("royalty", royalty_in_words(grant.royalty)),
        ("credit", grant.credit_line),
        ("label", grant.label_text),
        ("grant id", grant.grant_id),
        ("model", grant.model_sha256),
        ("terms", grant.terms_sha256),
        ("recording", grant.recording_commitment or "none: a voice that no living person lent"),
    )


def _purposes(purposes: Iterable[str]) -> str:
    return ", ".join(purpose.replace("_", " ") for purpose in purposes)


def _listed(values: tuple[str, ...]) -> str:
    return "all" if values == (ANY,) else ", ".join(values)
