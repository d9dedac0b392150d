"""Points in time as grants and ledgers write them: RFC 3339, UTC, whole seconds."""

from __future__ import annotations

import re
from datetime import datetime, timedelta, timezone

from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError

_FORM = re.compile(r"2[01][0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z")


def utc_now() -> datetime:
    """The clock to pass where the present is meant."""
    return datetime.now(timezone.utc)


def parse_moment(text: str, *, what: str) -> datetime:
    """``2026-11-21T08:00:00Z`` and nothing else; years 2000 to 2199."""
    if _FORM.fullmatch(text):
        try:
            return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc)
        except ValueError:
            pass
    raise refuse("bad_value", f"{what}: must look like 2026-11-21T08:00:00Z, got {text[:40]!r}")


def format_moment(moment: datetime) -> str:
    """The inverse of `parse_moment`; fractions of a second are cut off."""
    return check_aware(moment).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def check_aware(moment: datetime) -> datetime:
    """`moment`, if it knows its time zone: a naive one would mean different times on different machines."""
    if not isinstance(moment, datetime) or moment.utcoffset() is None:
        raise InputError(f"a clock must return a datetime with a time zone, got {moment!r}")
    return moment


def years_after(moment: datetime, years: int) -> datetime:
    """The same day `years` later; 29 February becomes 1 March where there is none."""
    try:
        return moment.replace(year=moment.year + years)
    except ValueError:
        return (moment - timedelta(days=1)).replace(year=moment.year + years) + timedelta(days=1)
