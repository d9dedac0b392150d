"""A hummed, sung or whistled idea to notes: F0, evidence, cuts, and the pitches that were meant."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal, get_args

import numpy as np

from vocalkit.audio import resample
from vocalkit.errors import AudioError, InputError
from vocalkit.melody.hum_check import hum_warnings
from vocalkit.melody.hum_f0 import RATE_HZ, track_f0
from vocalkit.melody.hum_features import hum_features
from vocalkit.melody.hum_net import Frames, note_evidence
from vocalkit.melody.hum_notes import HumNote, SegmentSettings, find_notes
from vocalkit.melody.hum_pitch import WrittenTune, corrected, write_pitches
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio, F0Curve, Key

PitchStyle = Literal["sung", "semitone", "key"]
PITCH_STYLES: tuple[PitchStyle, ...] = get_args(PitchStyle)

SHORTEST_S, LONGEST_S = 0.3, 600.0


@dataclass(frozen=True, slots=True)
class HumSettings:
    """What is known about a hum, and how its pitches are written.

    pitch: ``sung`` leaves them as they are; ``semitone`` writes the semitone that was meant, where key and
    neighbourhood decide what is unclear; ``key`` puts every note on the scale. key: None where it is to be heard.
    tuning_cents: of the backing that was hummed to; None: the singer's own is heard, and taken out.
    """

    pitch: PitchStyle = "semitone"
    key: Key | None = None
    tuning_cents: float | None = None
    segments: SegmentSettings = field(default_factory=SegmentSettings)

    def __post_init__(self) -> None:
        if self.pitch not in PITCH_STYLES:
            raise InputError(f"unknown way to write pitches {self.pitch!r}; known: {', '.join(PITCH_STYLES)}")


@dataclass(frozen=True, slots=True, eq=False)
class HumTranscription:
    """What was hummed. sung: the notes as they were; notes: as asked for, one for each of `sung`.

    f0: the voice itself, on a hop of 5 ms from 0 s. warnings: what was assumed, one line each.
    """

    sung: tuple[HumNote, ...]
    notes: tuple[HumNote, ...]
    tune: WrittenTune
    f0: F0Curve
    warnings: tuple[str, ...]


def transcribe_hum(
    audio: Audio,
    settings: HumSettings = HumSettings(),
    *,
    progress: Progress = silent,
) -> HumTranscription:
    """Notes, tuning and key of one voice alone: 0.3 s to 10 min, any rate, two channels taken as one.

    A consonant sits before its note's start, as in every score here. Raises AudioError where the recording is
    too short or too long, or where nothing in it can be taken for a sung note.
    """
    if not SHORTEST_S <= audio.duration_s <= LONGEST_S + 0.5:
        raise AudioError(
            f"a hum must be {SHORTEST_S:g} s to {LONGEST_S / 60:.0f} min long, got {audio.duration_s:.2f} s; "
            "cut out the part with the tune"
        )
    mono = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0]
    progress("hum", 0.1)
    pitched = track_f0(mono)
    progress("hum", 0.6)
    features = hum_features(mono, pitched)
    evidence = note_evidence(features, _weights())
    progress("hum", 0.8)
    sung = find_notes(evidence, pitched, settings.segments)
    if not sung:
        raise AudioError(
            "no sung notes were found in the recording; hum or sing one line alone, close to the microphone"
        )
    tune = write_pitches(sung, key=settings.key, tuning_cents=settings.tuning_cents, strict=settings.pitch == "key")
    home = settings.tuning_cents if settings.tuning_cents is not None else 0.0
    notes = sung if settings.pitch == "sung" else corrected(sung, tune, tuning_cents=home)
    progress("hum", 1.0)
    return HumTranscription(sung, notes, tune, pitched.f0, hum_warnings(pitched, sung, tune, audio.duration_s))


@lru_cache(maxsize=1)
def _weights() -> dict[str, Frames]:
    """The network's weights, checked against their manifest."""
    from vocalkit.resources import locate
    from vocalkit.weights import read_manifest, read_weights

    tensors = read_weights(read_manifest(locate("pretrained") / "hum" / "hum.toml"))
    return {name: np.asarray(tensor, np.float32) for name, tensor in tensors.items()}
