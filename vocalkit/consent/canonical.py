"""JSON with exactly one spelling (RFC 8785), read without forgiveness.

Two parsers that disagree about one text are how forged documents pass. So a text is accepted only
if it is byte for byte what RFC 8785 makes of its own value: no white space, no duplicate keys, no
other key order. Numbers are integers within 2^53 (RFC 7493); amounts travel as decimal strings.
"""

from __future__ import annotations

import json
from typing import Any, NoReturn

import rfc8785

from vocalkit.consent.reasons import refuse

MAX_INTEGER = 2**53 - 1


def canonical(value: Any) -> bytes:
    """The RFC 8785 form of a JSON value. Raises ConsentError for what has none."""
    try:
        return rfc8785.dumps(value)
    except (rfc8785.CanonicalizationError, RecursionError) as error:
        raise refuse("malformed", f"not representable as canonical JSON: {error}") from error


def parse(data: bytes, *, what: str) -> dict[str, Any]:
    """The JSON object that `data` canonically spells; what: names it in errors."""

    def pairs(items: list[tuple[str, Any]]) -> dict[str, Any]:
        table = dict(items)
        if len(table) != len(items):
            raise refuse("duplicate_key", f"{what} names a key twice")
        return table

    def integer(text: str) -> int:
        # Length first: turning a million digits into an int is a way to stall a verifier.
        if len(text) > 17 or abs(int(text)) > MAX_INTEGER:
            raise refuse("number_range", f"{what} holds an integer beyond 2^53 - 1")
        return int(text)

    def fraction(text: str) -> NoReturn:
        raise refuse("number_range", f"{what} holds {text[:24]}; numbers must be whole, amounts are strings")

    def constant(text: str) -> NoReturn:
        raise refuse("not_a_number", f"{what} holds {text}, which is not JSON")

    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=pairs,
            parse_int=integer,
            parse_float=fraction,
            parse_constant=constant,
        )
    except (UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise refuse("malformed", f"{what} is not JSON: {type(error).__name__}") from error
    if not isinstance(value, dict):
        raise refuse("malformed", f"{what} must be a JSON object")
    if canonical(value) != data:
        raise refuse("not_canonical", f"{what} is not in its canonical form (RFC 8785)")
    return value
