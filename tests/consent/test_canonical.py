"""One spelling per value, and nothing else is read."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.consent.canonical import MAX_INTEGER, canonical, parse
from vocalkit.errors import ConsentError

TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(st.dictionaries(TEXT, VALUES, max_size=5))
def test_what_was_written_is_what_is_read(value: dict[str, Any]) -> None:
    data = canonical(value)
    assert parse(data, what="test") == value
    assert canonical(parse(data, what="test")) == data


@settings(max_examples=60)
@given(st.dictionaries(TEXT, VALUES, min_size=1, max_size=3), st.data())
def test_white_space_anywhere_is_refused(value: dict[str, Any], data: st.DataObject) -> None:
    text = canonical(value)
    at = data.draw(st.integers(0, len(text)))
    try:
        changed = parse(text[:at] + b" " + text[at:], what="test")
    except ConsentError:
        return
    assert changed != value  # the space fell inside a string, and made another value


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b'{"a":1,"a":1}', "duplicate_key"),
        (b'{"a":{"b":1,"b":2}}', "duplicate_key"),
        (b'{"a":NaN}', "not_a_number"),
        (b'{"a":-Infinity}', "not_a_number"),
        (b'{"a":9007199254740992}', "number_range"),
        (b'{"a":-9007199254740992}', "number_range"),
        (b'{"a":' + b"9" * 10_000 + b"}", "number_range"),
        (b'{"a":1.5}', "number_range"),
        (b'{"a":1e3}', "number_range"),
        (b'{"b":1,"a":1}', "not_canonical"),
        (b'{"a": 1}', "not_canonical"),
        (b'{"a":1}\n', "not_canonical"),
        (b'{"a":-0}', "not_canonical"),
        (b'{"a":"\\u0041"}', "not_canonical"),
        (b'{"a":"\\ud800"}', "malformed"),
        (b'\xef\xbb\xbf{"a":1}', "malformed"),
        (b'{"a":"\xff"}', "malformed"),
        (b'{"a":1', "malformed"),
        (b"", "malformed"),
        (b"[1]", "malformed"),
        (b"[" * 100_000, "malformed"),
    ],
)
def test_refusals(text: bytes, reason: str, refused: Any) -> None:
    with refused(reason):
        parse(text, what="test")


@pytest.mark.parametrize("value", [{"a": float("nan")}, {"a": MAX_INTEGER + 1}, {"a": object()}, {1: 2}])
def test_what_has_no_canonical_form_is_refused(value: Any, refused: Any) -> None:
    with refused("malformed"):
        canonical(value)
