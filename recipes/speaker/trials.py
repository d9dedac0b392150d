"""Trials of the speaker gate from prints: own clips in an own enrolment, foreign clips slipped into it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.voice.prints import unit, windows
from vocalkit.voice.speaker import MIN_CONSENT_S, SpeakerSettings, judge_prints

Prints = NDArray[np.float32]
CONSENT_READINGS = 20
"""About 15 s of voice: a statement and six words."""
LEAST_READINGS = 3
"""One window of three seconds; clips with less are too short to be counted here."""
CLIPS_A_STRANGER = 5


@dataclass(frozen=True)
class Clip:
    speaker: str
    part: str
    kind: str
    name: str
    prints: Prints


@dataclass(frozen=True)
class Enrolment:
    """One person's consent recording and clips. kind: how the clips are voiced."""

    speaker: str
    kind: str
    consent: Prints
    clips: tuple[Clip, ...]


@dataclass(frozen=True)
class Scores:
    """Lowest windows of clips: alone and together as in ClipMatch. whole: one for each enrolment."""

    alone: NDArray[np.float64]
    together: NDArray[np.float64]
    whole: NDArray[np.float64]


def load(work: Path) -> list[Clip]:
    with np.load(work / "prints.npz") as data:
        ends = np.cumsum(data["count"])
        pieces = np.split(data["prints"], ends[:-1])
        columns = zip(data["speaker"], data["part"], data["kind"], data["name"], pieces, strict=True)
        return [Clip(str(s), str(p), str(k), str(n), prints) for s, p, k, n, prints in columns]


def cohort_mean(clips: list[Clip]) -> tuple[float, ...]:
    """The middle of the cohort: one mean print a speaker, every speaker counting once."""
    means = [unit(windows(clip.prints).mean(axis=0)) for clip in clips if clip.part == "cohort"]
    return tuple(round(float(value), 5) for value in np.mean(means, axis=0))


def enrolments(clips: list[Clip], part: str) -> Iterator[Enrolment]:
    """Every speaker of a part: with several clips the first 15 s consent, with one its first half."""
    speakers = sorted({clip.speaker for clip in clips if clip.part == part})
    for speaker in speakers:
        own = [clip for clip in clips if clip.speaker == speaker and len(clip.prints) >= LEAST_READINGS]
        spoken = [clip for clip in own if clip.kind == "spoken"]
        judged = [clip for clip in own if clip.part == part]
        for kind in sorted({clip.kind for clip in judged}):
            made = _enrolment(speaker, kind, spoken or judged, [clip for clip in judged if clip.kind == kind])
            if made is not None:
                yield made


def _enrolment(speaker: str, kind: str, sources: list[Clip], judged: list[Clip]) -> Enrolment | None:
    if len(sources) == 1:
        only = sources[0]
        half = len(only.prints) // 2
        # Two readings overlap their neighbours by 1.6 s: none is shared between the halves.
        rest = Clip(only.speaker, only.part, only.kind, only.name, only.prints[half + 3 :])
        if half * 0.7 + 0.9 < MIN_CONSENT_S or len(rest.prints) < LEAST_READINGS or judged != sources:
            return None
        return Enrolment(speaker, kind, only.prints[:half], (rest,))
    used: list[Clip] = []
    for clip in sources:
        if sum(len(each.prints) for each in used) < CONSENT_READINGS:
            used.append(clip)
    left = tuple(clip for clip in judged if clip not in used)
    return Enrolment(speaker, kind, np.concatenate([clip.prints for clip in used]), left) if left else None


def own_scores(enrolment: Enrolment, settings: SpeakerSettings) -> Scores:
    """Each own clip among the others."""
    verdict = judge_prints(enrolment.consent, [clip.prints for clip in enrolment.clips], settings=settings)
    return Scores(
        np.array([match.alone for match in verdict.clips]),
        np.array([match.together for match in verdict.clips]),
        np.array([verdict.whole]),
    )


def foreign_scores(enrolment: Enrolment, strangers: list[Clip], settings: SpeakerSettings) -> Scores:
    """Each stranger's clip, slipped into the enrolment as one more; whole: theirs in place of the own clips."""
    own = [clip.prints for clip in enrolment.clips]
    alone, together = [], []
    for stranger in strangers:
        match = judge_prints(enrolment.consent, [*own, stranger.prints], settings=settings).clips[-1]
        alone.append(match.alone)
        together.append(match.together)
    names = sorted({clip.speaker for clip in strangers})
    whole = [
        judge_prints(
            enrolment.consent, [clip.prints for clip in strangers if clip.speaker == name], settings=settings
        ).whole
        for name in names
    ]
    return Scores(np.array(alone), np.array(together), np.array(whole))


def strangers_of(enrolment: Enrolment, clips: list[Clip], part: str) -> list[Clip]:
    """Up to five clips of everybody else in the part."""
    taken: dict[str, int] = {}
    chosen = []
    for clip in clips:
        if clip.part != part or clip.speaker == enrolment.speaker or len(clip.prints) < LEAST_READINGS:
            continue
        taken[clip.speaker] = taken.get(clip.speaker, 0) + 1
        if taken[clip.speaker] <= CLIPS_A_STRANGER:
            chosen.append(clip)
    return chosen
