"""Is it one person? The consent recording against every enrolment clip, in windows of three seconds.

A score is the cosine of two voice prints after the mean of many strangers' prints is taken away.
Each clip is compared twice: with the consent recording alone, and with the consent recording
together with all the *other* clips, which knows the voice far better. The lowest window of a clip is
its score, and the lowest clip is the verdict's: a mean would let one foreign clip hide among two
hundred. That the clips as a whole are the consenting person is asked first, so that foreign clips
cannot vouch for each other.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import AudioError, ConfigError, InputError
from vocalkit.protocols import Progress, silent
from vocalkit.resources import build, read_toml
from vocalkit.types import Audio
from vocalkit.voice.bounds import Bounds, Outcome, least
from vocalkit.voice.prints import SHORTEST_S, WINDOW_S, Encoder, readings, unit, windows

MAX_CLIPS = 5000
MIN_CONSENT_S = 6.0
"""Voice that a consent recording must hold: a print of less is too noisy to compare with."""


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """What calibration found. mean: float (256,), the middle of many strangers' prints.

    whole: for all clips together against the consent; alone: for a clip's lowest window against the
    consent; together: for it against the consent and the other clips.
    """

    whole: Bounds
    alone: Bounds
    together: Bounds
    mean: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class ClipMatch:
    """One clip's lowest windows. index: of the clip; at_s: where the lowest is, in seconds of voice."""

    index: int
    alone: float
    together: float
    at_s: float
    outcome: Outcome


@dataclass(frozen=True, slots=True)
class SpeakerVerdict:
    """minimum: the lowest window of all, threshold: what it had to reach; whole: all clips against the consent."""

    outcome: Outcome
    whole: float
    minimum: float
    threshold: float
    clips: tuple[ClipMatch, ...]

    @property
    def accepted(self) -> bool:
        return self.outcome == "accepted"

    def worst(self) -> tuple[ClipMatch, ...]:
        """The clips that were not accepted, the least like the consent first."""
        return tuple(sorted((clip for clip in self.clips if clip.outcome != "accepted"), key=lambda c: c.together))


def read_speaker_settings(path: Path) -> SpeakerSettings:
    """The calibration in ``consent/speaker.toml``. Raises ConfigError."""
    settings, faults = build(SpeakerSettings, read_toml(path))
    if settings is None:
        raise ConfigError(f"{path}: {'; '.join(map(str, faults))}")
    return settings


def compare_speakers(
    reference: Audio,
    clips: Sequence[Audio],
    *,
    encoder: Encoder,
    settings: SpeakerSettings,
    progress: Progress = silent,
) -> SpeakerVerdict:
    """The consent recording `reference` against every clip; nothing is averaged away.

    Raises AudioError for a clip without enough voice, InputError for no clips or too many.
    """
    if not 1 <= len(clips) <= MAX_CLIPS:
        raise InputError(f"give 1 to {MAX_CLIPS} enrolment clips, got {len(clips)}")
    consent = readings(reference, encoder, what="the consent recording")
    if (seconds := SHORTEST_S + 0.7 * (len(consent) - 1)) < MIN_CONSENT_S:
        raise AudioError(f"the consent recording holds {seconds:.1f} s of voice; read all of it, {MIN_CONSENT_S:g} s")
    prints = []
    for number, clip in enumerate(clips):
        progress("voices", number / len(clips))
        prints.append(readings(clip, encoder, what=f"clip {number + 1}"))
    return judge_prints(consent, prints, settings=settings)


def judge_prints(
    consent: NDArray[np.float32], clips: Sequence[NDArray[np.float32]], *, settings: SpeakerSettings
) -> SpeakerVerdict:
    """The verdict on readings: float32 (readings, 256) of the consent recording and of each clip."""
    mean = np.asarray(settings.mean, np.float32)
    spread = [unit(windows(clip) - mean) for clip in clips]
    # 1. All clips together must be the person who consented.
    own = unit(unit(windows(consent) - mean).mean(axis=0))
    centres = np.stack([unit(each.mean(axis=0)) for each in spread])
    total = centres.sum(axis=0)
    whole = float(own @ unit(total))
    # 2. Each window of each clip must be, by the consent alone and by the consent with the other clips.
    matches = []
    for index, (each, centre) in enumerate(zip(spread, centres, strict=True)):
        others = unit(total - centre) if len(clips) > 1 else own
        near, far = each @ unit(own + others), each @ own
        lowest = int(near.argmin())
        outcome = least(settings.together.judge(float(near.min())), settings.alone.judge(float(far.min())))
        matches.append(
            ClipMatch(index, float(far.min()), float(near.min()), lowest * (WINDOW_S - SHORTEST_S) / 2, outcome)
        )
    # 3. The lowest decides.
    return SpeakerVerdict(
        outcome=least(settings.whole.judge(whole), *(match.outcome for match in matches)),
        whole=whole,
        minimum=min(match.together for match in matches),
        threshold=settings.together.accept,
        clips=tuple(matches),
    )
