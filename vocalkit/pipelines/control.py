"""What a user asks for in words, sliders and recordings, made into choices with what had to be assumed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.stages import StageClock

OPPOSED = 0.3
"""A slider set this far against what the prompt says is worth a word."""


@dataclass(frozen=True, slots=True)
class Asked:
    """prompt: the user's words; sliders: of the whole song, by name; reference: a recording to take after."""

    prompt: str = ""
    sliders: Mapping[str, float] = field(default_factory=dict)
    reference: Path | None = None


def with_control(choices: Choices, asked: Asked, clock: StageClock) -> Choices:
    """The choices with what was asked for. Stage `reference`, where there is one.

    Raises InputError for a prompt that is too long, AudioError for a reference that cannot be read.
    """
    from vocalkit.melody.prompt import read_prompt
    from vocalkit.melody.reference import overridden

    wishes, notices = choices.wishes, choices.notices
    if asked.prompt:
        reading = read_prompt(asked.prompt)
        wishes, notices = reading.wishes, (*notices, *reading.warnings)
        notices += tuple(
            f"the prompt has {said:+.1f} for the {name}, --{name} {value:+.1f}; the slider counts"
            for name, value in asked.sliders.items()
            if (said := getattr(wishes.song, name)) * value < 0 and abs(said - value) >= OPPOSED
        )
    choices = replace(
        choices,
        wishes=overridden(wishes, asked.sliders),
        sliders=tuple(asked.sliders.items()),
        notices=notices,
        prompt=asked.prompt,
    )
    if asked.reference is None:
        return choices
    with clock.stage("reference") as progress:
        from threadpoolctl import threadpool_limits

        from vocalkit.audio import read
        from vocalkit.backing.reference import hear_reference
        from vocalkit.melody.reference import describe

        with threadpool_limits(1):
            reference = hear_reference(read(asked.reference), progress=progress)
    return replace(choices, notices=(*notices, describe(reference)), reference=reference)
