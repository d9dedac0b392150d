"""The composers there are, by name; each is loaded only when it is asked for."""

from __future__ import annotations

from collections.abc import Callable

from vocalkit.errors import InputError
from vocalkit.melody.settings import ComposeSettings
from vocalkit.protocols import Composer


def _load_rules(settings: ComposeSettings | None) -> Composer:
    from vocalkit.melody.compose import RuleComposer

    return RuleComposer(settings)


COMPOSERS: dict[str, Callable[[ComposeSettings | None], Composer]] = {"rules": _load_rules}


def load_composer(name: str, settings: ComposeSettings | None = None) -> Composer:
    """The composer of that name, with these settings, None for its defaults; InputError lists the known ones."""
    if name not in COMPOSERS:
        raise InputError(f"unknown composer {name!r}; known: {', '.join(sorted(COMPOSERS))}")
    return COMPOSERS[name](settings)
