"""The states of a grant's case, and which may follow which. Pure.

A case is opened before there is anything to sign and outlives everything personal in it::

    draft → challenged → recorded → verified → active ⇄ suspended, disputed
                                                 │
                                  expired, revoked → shredded

``revoked`` and ``shredded`` never lead back: who wants the voice again signs a new grant.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

from vocalkit.consent.reasons import Reason, refuse
from vocalkit.errors import ConsentError, InputError

State = Literal[
    "draft",
    "challenged",
    "recorded",
    "verified",
    "active",
    "suspended",
    "expired",
    "disputed",
    "revoked",
    "shredded",
]
Cause = Literal[
    "asked_by_artist",
    "asked_by_estate",
    "asked_by_host",
    "breach",
    "dispute",
    "key_lost",
    "settled",
    "step_done",
    "term_ended",
    "try_again",
]
"""Why a state changed; ``step_done`` for every step of enrolment."""

TRANSITIONS: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        "draft": frozenset[State]({"challenged", "revoked", "shredded"}),
        # A challenge that ran out, or a recording that was refused, is answered by another challenge.
        "challenged": frozenset[State]({"challenged", "recorded", "revoked", "shredded"}),
        "recorded": frozenset[State]({"challenged", "verified", "revoked", "shredded"}),
        "verified": frozenset[State]({"challenged", "active", "revoked", "shredded"}),
        "active": frozenset[State]({"suspended", "disputed", "expired", "revoked"}),
        "suspended": frozenset[State]({"active", "disputed", "expired", "revoked"}),
        "disputed": frozenset[State]({"active", "suspended", "expired", "revoked"}),
        "expired": frozenset[State]({"revoked", "shredded"}),
        "revoked": frozenset[State]({"shredded"}),
        "shredded": frozenset[State](),
    }
)
ENROLMENT: tuple[State, ...] = ("challenged", "recorded", "verified")
"""The steps between opening a case and signing it."""
LIVE: frozenset[State] = frozenset({"active", "suspended", "disputed"})
"""States of a grant that may sing, now or after a resumption."""

_REFUSALS: Mapping[State, tuple[Reason, str]] = MappingProxyType(
    {
        "draft": ("not_active", "is not signed yet"),
        "challenged": ("not_active", "is not signed yet"),
        "recorded": ("not_active", "is not signed yet"),
        "verified": ("not_active", "is not signed yet"),
        "suspended": ("suspended", "is suspended; `vocalkit consent resume` lifts that"),
        "expired": ("expired", "has run out; ask for a new one"),
        "disputed": ("disputed", "is disputed, and rests until that is settled"),
        "revoked": ("revoked", "was revoked"),
        "shredded": ("shredded", "was revoked, and its records were erased"),
    }
)


def check_transition(grant_id: str, state: State, to: State) -> None:
    """Raises ConsentError (``wrong_state``) unless a case may go from `state` to `to`."""
    if to not in get_args(State):
        raise InputError(f"unknown state {to!r}; known: {', '.join(get_args(State))}")
    if to not in TRANSITIONS[state]:
        following = ", ".join(sorted(TRANSITIONS[state])) or "nothing"
        raise refuse("wrong_state", f"grant {grant_id} is {state} and cannot become {to}; what may follow: {following}")


def check_cause(cause: Cause) -> Cause:
    """`cause`, if it is one. Raises InputError."""
    if cause not in get_args(Cause):
        raise InputError(f"unknown cause {cause!r}; known: {', '.join(get_args(Cause))}")
    return cause


def refusal(grant_id: str, state: State) -> ConsentError:
    """The error for singing under a grant in a state other than ``active``."""
    reason, message = _REFUSALS[state]
    return refuse(reason, f"grant {grant_id} {message}")
