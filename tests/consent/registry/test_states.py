"""Which state may follow which."""

from __future__ import annotations

from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.consent.reasons import Reason
from vocalkit.consent.registry.states import (
    ENROLMENT,
    LIVE,
    TRANSITIONS,
    State,
    check_cause,
    check_transition,
    refusal,
)
from vocalkit.errors import ConsentError, InputError

STATES: tuple[State, ...] = get_args(State)


def reachable(start: State) -> set[State]:
    found: set[State] = set()
    waiting = [start]
    while waiting:
        for following in TRANSITIONS[waiting.pop()] - found:
            found.add(following)
            waiting.append(following)
    return found


def test_the_table_is_whole() -> None:
    assert set(TRANSITIONS) == set(STATES)
    assert reachable("draft") == set(STATES) - {"draft"}


def test_what_is_taken_back_never_sings_again() -> None:
    assert reachable("revoked") == {"shredded"}
    assert reachable("shredded") == set()
    assert not reachable("expired") & LIVE


def test_everything_can_be_taken_back_and_erased() -> None:
    for state in set(STATES) - {"revoked", "shredded"}:
        assert "revoked" in TRANSITIONS[state]
        assert "shredded" in reachable(state)


@given(st.lists(st.sampled_from(STATES), max_size=12))
def test_no_way_to_active_leaves_out_a_step(steps: list[State]) -> None:
    state: State = "draft"
    been: list[State] = [state]
    for step in steps:
        try:
            check_transition("g", state, step)
        except ConsentError as error:
            assert error.reason == "wrong_state"
            assert step not in TRANSITIONS[state]
            continue
        state = step
        been.append(state)
    if "active" in been:
        first = been.index("active")
        assert list(dict.fromkeys(been[:first])) == ["draft", *ENROLMENT]
        assert been[first - 1] == "verified"


@pytest.mark.parametrize("state", sorted(set(STATES) - {"active"}))
def test_every_other_state_refuses_with_a_known_reason(state: State) -> None:
    error = refusal("an id", state)
    assert error.reason in get_args(Reason)
    assert "an id" in str(error)


def test_words_that_are_none() -> None:
    unknown: Any = "singing"
    with pytest.raises(InputError, match="unknown state"):
        check_transition("g", "draft", unknown)
    with pytest.raises(InputError, match="unknown cause"):
        check_cause(unknown)
