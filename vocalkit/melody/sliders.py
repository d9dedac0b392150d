"""From a musician's wishes to the settings of a composer."""

from __future__ import annotations

from dataclasses import replace

from vocalkit.melody.settings import ComposeSettings
from vocalkit.types import Sliders, Wishes

_ENDS: dict[str, tuple[str, tuple[float, float]]] = {
    "range_scale": ("range", (0.55, 1.6)),
    "register_semitones": ("energy", (-3.5, 3.5)),
    "chorus_lift_semitones": ("energy", (2.0, 5.0)),
    "variety": ("complexity", (0.25, 2.0)),
    "melisma": ("complexity", (0.0, 0.7)),
    "syllables_per_s": ("density", (1.2, 4.2)),
    "repetition": ("repetition", (-1.0, 1.0)),
    "syncopation": ("syncopation", (0.0, 1.0)),
}
"""Setting: the slider that moves it, and its values at -1 and 1; at 0 it stays as it is."""


def compose_settings(wishes: Wishes, base: ComposeSettings | None = None) -> ComposeSettings:
    """The settings that wishes make of `base`, the defaults if None; without wishes that is `base` itself."""
    start = base if base is not None else ComposeSettings()
    if wishes.feel is not None:
        start = replace(start, feel=wishes.feel)
    kinds = tuple((kind, _moved(start.of(kind), wishes.of(kind))) for kind, _ in wishes.kinds)
    return replace(_moved(start, wishes.song), kinds=kinds or start.kinds)


def _moved(start: ComposeSettings, sliders: Sliders) -> ComposeSettings:
    values: dict[str, float] = {}
    for name, (slider, (low, high)) in _ENDS.items():
        at, neutral = float(getattr(sliders, slider)), float(getattr(start, name))
        values[name] = neutral + abs(at) * ((high if at > 0 else low) - neutral)
    return replace(start, kinds=(), **values)  # type: ignore[arg-type]
