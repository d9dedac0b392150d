"""The composers there are, by name; each is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.errors import InputError
from vocalkit.protocols import Composer


def _load_rules() -> Composer:
    from vocalkit.melody.compose import RuleComposer

    return RuleComposer()


def _load_learned() -> Composer:
    from vocalkit.melody.learned import LearnedComposer

    return LearnedComposer()


COMPOSERS: dict[str, Callable[[], Composer]] = {"rules": _load_rules, "learned": _load_learned}


def check_composer(name: str) -> None:
    """Raises InputError, listing the known composers, for another name."""
    if name not in COMPOSERS:
        raise InputError(f"unknown composer {name!r}; known: {', '.join(sorted(COMPOSERS))}")


def load_composer(name: str) -> Composer:
    """The composer of that name; InputError lists the known ones."""
    check_composer(name)
    return COMPOSERS[name]()
