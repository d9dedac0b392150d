"""The composers there are, by name; each is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.errors import InputError
from vocalkit.melody.settings import ComposeSettings
from vocalkit.protocols import Composer


def _load_rules(settings: ComposeSettings | None) -> Composer:
    from vocalkit.melody.compose import RuleComposer

    return RuleComposer(settings)


def _load_learned(settings: ComposeSettings | None) -> Composer:
    from vocalkit.melody.learned import LearnedComposer

    return LearnedComposer(settings)


COMPOSERS: dict[str, Callable[[ComposeSettings | None], Composer]] = {"rules": _load_rules, "learned": _load_learned}


def check_composer(name: str) -> None:
    """Raises InputError, listing the known composers, for another name."""
    if name not in COMPOSERS:
        raise InputError(f"unknown composer {name!r}; known: {', '.join(sorted(COMPOSERS))}")


def load_composer(name: str, settings: ComposeSettings | None = None) -> Composer:
    """The composer of that name, with these settings, None for its defaults; InputError lists the known ones."""
    check_composer(name)
    return COMPOSERS[name](settings)
