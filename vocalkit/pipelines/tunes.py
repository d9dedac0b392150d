"""Tunes for words: several are written and judged, by the user's wishes, and the best is sung."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vocalkit.errors import InputError
from vocalkit.pipelines.opening import lay_opening
from vocalkit.pipelines.report import SungSection
from vocalkit.pipelines.words import Words
from vocalkit.types import Backing, Lyrics, Score, SectionSpan, VoiceProfile, Wishes
from vocalkit.types.control import family

if TYPE_CHECKING:
    from vocalkit.melody.quality import TakeReport
    from vocalkit.pipelines.choices import Choices
    from vocalkit.synth.perform_settings import PerformSettings

LOUDER_DB, MORE_DYNAMICS, TENSER = 4.0, 0.4, 0.35
LEAST_SUNG_SHARE = 0.25
"""Of the track; less is worth a word."""


@dataclass(frozen=True, slots=True, eq=False)
class Tune:
    """A score on the backing, ready to be sung.

    seed: it can be had again by; warnings: about it; distance: to the nearest take before it; notices: what was
    assumed of the wishes.
    """

    score: Score
    seed: int
    report: TakeReport
    sections: tuple[SungSection, ...] = ()
    warnings: tuple[str, ...] = ()
    distance: float | None = None
    notices: tuple[str, ...] = ()


def compose_tunes(
    backing: Backing, words: Words, profile: VoiceProfile, choices: Choices, *, count: int
) -> tuple[Tune, ...]:
    """`count` truly different tunes, best first, each the best of `choices.best_of`."""
    from vocalkit.melody.backends import load_composer
    from vocalkit.melody.continuation import go_on
    from vocalkit.melody.quality import take_report
    from vocalkit.melody.sliders import compose_settings
    from vocalkit.melody.takes import write_takes

    lyrics = words.lyrics
    if lyrics is None:
        raise InputError("nothing to sing: give lyrics, a score, or both")
    wishes = wishes_for(lyrics, choices)
    composer = load_composer(choices.composer, compose_settings(wishes))

    def set_to(part: Lyrics, start_s: float | None, seed: int) -> Score:
        return composer.compose(
            backing, part, low_midi=profile.low_midi, high_midi=profile.high_midi, start_s=start_s, seed=seed
        )

    opening = None if words.given is None else lay_opening(words.given, lyrics, backing, profile, choices.start_s)

    def write(seed: int) -> Score:
        if words.spans is not None:
            return composer.compose_timed(
                backing, lyrics, words.spans, low_midi=profile.low_midi, high_midi=profile.high_midi, seed=seed
            )
        if opening is None:
            return set_to(lyrics, choices.start_s, seed)
        return go_on(opening.kept, opening.cut, backing, lambda part, start_s: set_to(part, start_s, seed))

    def judge(score: Score) -> TakeReport:
        return take_report(score, backing, low_midi=profile.low_midi, high_midi=profile.high_midi)

    takes = write_takes(write, judge, seed=choices.seed, count=count, best_of=choices.best_of)
    told = (*words.warnings, *takes.warnings, *_missing_kinds(wishes, lyrics))
    told += () if opening is None else opening.warnings
    return tuple(
        Tune(
            with_energy(take.score, wishes),
            take.seed,
            take.report,
            SungSection.of(take.score, lyrics),
            (*told, *assumptions(take.score, take.report, backing)),
            take.distance,
            choices.notices,
        )
        for take in takes.chosen
    )


def own_tune(
    score: Score, backing: Backing, words: Words, profile: VoiceProfile, choices: Choices, notices: tuple[str, ...]
) -> Tune:
    """A user's own score as it will be sung."""
    from vocalkit.melody.quality import take_report

    report = take_report(score, backing, low_midi=profile.low_midi, high_midi=profile.high_midi)
    sections = () if words.lyrics is None else SungSection.of(score, words.lyrics)
    ignored: tuple[str, ...] = ()
    if choices.wishes != Wishes() or choices.reference is not None or choices.best_of > 1:
        ignored = ("the melody is your own: prompt and sliders shape only how it is sung",)
    return Tune(score, choices.seed, report, sections, (*words.warnings, *notices, *ignored))


def wishes_for(lyrics: Lyrics, choices: Choices) -> Wishes:
    """What was asked for, over what a reference has; sliders that were set count as they are."""
    if choices.reference is None:
        return choices.wishes
    from vocalkit.melody.reference import overridden, wishes_after

    return overridden(wishes_after(choices.reference, lyrics, choices.wishes), dict(choices.sliders))


def perform_settings(wishes: Wishes, expression: Mapping[str, float]) -> PerformSettings:
    """How energy is sung: louder, with more contrast and tension; softer, flatter and with breath.

    expression: what was set by name, which counts before what energy brings along.
    """
    from vocalkit.synth.perform_settings import settings_of

    energy = wishes.song.energy
    brought = {
        "loudness_db": LOUDER_DB * energy,
        "dynamics": 1.0 + MORE_DYNAMICS * energy,
        "tension": TENSER * energy,
        "breathiness": TENSER * max(0.0, -energy),
    }
    return settings_of({**brought, **expression})


def with_energy(score: Score, wishes: Wishes) -> Score:
    """The score with its sections as strong as their kinds were wished, beside the whole song."""
    extra = {kind: sliders.energy for kind, sliders in wishes.kinds if sliders.energy}
    if not extra:
        return score

    def moved(section: SectionSpan) -> SectionSpan:
        kind = family(section.label.rstrip("0123456789. ").strip().lower())
        return replace(section, energy=min(1.0, max(0.0, section.energy + 0.5 * extra.get(kind, 0.0))))

    return replace(score, sections=tuple(map(moved, score.sections)))


def assumptions(score: Score, report: TakeReport, backing: Backing) -> tuple[str, ...]:
    """What a user should know about words that fill the track badly."""
    found = []
    sung_s = sum(note.duration_s for note in score.notes)
    if sung_s < LEAST_SUNG_SHARE * backing.duration_s:
        found.append(
            f"the words fill {sung_s:.0f} s of a track of {backing.duration_s:.0f} s and the rest stays instrumental; "
            "write more, or repeat a section by its heading"
        )
    fast = [finding for finding in report.faults if finding.fault == "too fast"]
    if fast:
        found.append(
            f"{len(fast)} phrase{'s' if len(fast) > 1 else ''} have more syllables than can be sung clearly, the first "
            f"at {fast[0].start_s:.1f} s ({fast[0].text}); all are sung, shorten them to be understood"
        )
    return tuple(found)


def _missing_kinds(wishes: Wishes, lyrics: Lyrics) -> tuple[str, ...]:
    there = {family(section.kind) for section in lyrics.sections}
    missing = [kind for kind, _ in wishes.kinds if kind not in there]
    if not missing:
        return ()
    return (
        f"the prompt speaks of {', '.join(missing)}, which the words do not have; they have {', '.join(sorted(there))}",
    )
