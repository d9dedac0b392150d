"""Signs that a recording is not what it seems: reported, and where they are grave a human is asked.

None of them proves anything. Digital silence inside a take comes from cutting, from synthesis or from
a noise gate; a low ceiling from a telephone, a codec or a loudspeaker; backgrounds of honest takes
differ too, so that a jump is only noted. What these signs cannot tell: a synthesis with a natural
background, or a splice with long fades over one background.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from vocalkit.types import Audio
from vocalkit.voice.duplicates import fingerprint, same_recordings
from vocalkit.voice.signs import Signs, measure_signs

RiskName = Literal[
    "digital_silence",
    "no_background",
    "cut_ends",
    "uneven_background",
    "narrow_band",
    "consent_reused",
    "duplicate_clips",
]
Gravity = Literal["note", "unsure", "refuse"]

ZERO_S = 0.02
FLOOR_DB = -85.0
CUT_ENDS = 0.6
SPREAD_DB = 35.0
NARROW_HZ = 4_200.0


@dataclass(frozen=True, slots=True)
class RiskFlag:
    """One sign. clips: the enrolment clips it is about, none where it is about the consent recording alone.

    gravity: a note is written down, an unsure one asks for a witness, a refusing one ends the enrolment.
    """

    name: RiskName
    gravity: Gravity
    detail: str
    clips: tuple[int, ...] = ()


def risk_flags(consent: Audio, clips: Sequence[Audio]) -> tuple[RiskFlag, ...]:
    """Every sign in the consent recording and the clips, the gravest first."""
    found = [*_consent_flags(measure_signs(consent)), *_copies(consent, clips)]
    narrow = tuple(index for index, clip in enumerate(clips) if measure_signs(clip).ceiling_hz < NARROW_HZ)
    if narrow:
        found.append(RiskFlag("narrow_band", "note", f"{len(narrow)} clips sound like a telephone", narrow))
    order: tuple[Gravity, ...] = ("refuse", "unsure", "note")
    return tuple(sorted(found, key=lambda flag: order.index(flag.gravity)))


def _consent_flags(signs: Signs) -> list[RiskFlag]:
    found = []
    if signs.zero_s >= ZERO_S:
        detail = f"{1000 * signs.zero_s:.0f} ms without any sound: cut, synthesised or gated"
        found.append(RiskFlag("digital_silence", "refuse", detail))
    if signs.floor_db < FLOOR_DB:
        detail = f"the background is {-signs.floor_db:.0f} dB below the voice: no room is that quiet"
        found.append(RiskFlag("no_background", "refuse", detail))
    if signs.cut_ends >= CUT_ENDS:
        found.append(RiskFlag("cut_ends", "unsure", f"{signs.cut_ends:.1f} sounds a second end as if cut"))
    if signs.pause_spread_db is not None and signs.pause_spread_db >= SPREAD_DB:
        detail = f"the background of its pauses differs by {signs.pause_spread_db:.0f} dB"
        found.append(RiskFlag("uneven_background", "note", detail))
    if signs.ceiling_hz < NARROW_HZ:
        found.append(RiskFlag("narrow_band", "note", f"nothing above {signs.ceiling_hz:.0f} Hz"))
    return found


def _copies(consent: Audio, clips: Sequence[Audio]) -> list[RiskFlag]:
    """The consent recording among the clips (old material as consent), and clips given twice."""
    pairs = list(same_recordings([fingerprint(consent), *(fingerprint(clip) for clip in clips)]))
    reused = tuple(sorted(later - 1 for earlier, later in pairs if earlier == 0))
    twice = tuple(sorted({index - 1 for earlier, later in pairs if earlier > 0 for index in (earlier, later)}))
    found = []
    if reused:
        found.append(RiskFlag("consent_reused", "unsure", "parts of the consent recording are enrolment clips", reused))
    if twice:
        found.append(RiskFlag("duplicate_clips", "note", f"{len(twice)} clips hold the same recording", twice))
    return found
