"""Harmonies and doubles of a sung score: their notes, their takes, and each one's place in the mix.

Every voice is sung by the lead's licensed voice: one licence, one watermark, one entry in the ledger for the whole
render. Other throats are hinted at by formants, breath and vibrato; who wants another singer sings a part of
``harmony.musicxml`` by themselves.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from vocalkit.audio import resample
from vocalkit.errors import InputError
from vocalkit.melody.harmonize import MOST_VOICES, harmonize, places_for
from vocalkit.melody.harmonize_chords import chords_under
from vocalkit.melody.harmonize_singing import TEXTS, Spread, Text, spread_take, sung_line
from vocalkit.mix import Harmony
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.voices import Singer
from vocalkit.synth.perform_settings import PerformSettings
from vocalkit.types import Audio, Performance, Score, Vocal, VoiceProfile

MOST_DOUBLES = 4
HIGHEST_DRY_PEAK = 0.98
_GAIN_DB: dict[Text, float] = {"words": -4.0, "oohs": -6.0, "aahs": -6.0}
_DOUBLE_GAIN_DB = -7.0
_HARMONY_STREAM, _DOUBLE_STREAM = 101, 211


@dataclass(frozen=True, slots=True)
class HarmonyChoices:
    """voices: harmony voices beside the lead, 0 to 3; doubles: further takes of the lead, 0 to 4; text: what
    harmonies sing; width: how far voices stand apart, 0 (all in the middle) to 1; spread: in time and pitch."""

    voices: int = 0
    doubles: int = 0
    text: Text = "words"
    width: float = 0.7
    spread: Spread = field(default_factory=Spread)

    def __post_init__(self) -> None:
        if not 0 <= self.voices < MOST_VOICES:
            raise InputError(f"a tune takes up to {MOST_VOICES - 1} harmony voices, got {self.voices}")
        if not 0 <= self.doubles <= MOST_DOUBLES:
            raise InputError(f"a tune takes up to {MOST_DOUBLES} doubles, got {self.doubles}")
        if self.text not in TEXTS:
            raise InputError(f"unknown text {self.text!r} for harmony voices; known: {', '.join(TEXTS)}")
        if not 0.0 <= self.width <= 1.0:
            raise InputError(f"the width must be 0 to 1, got {self.width}")


@dataclass(frozen=True, slots=True, eq=False)
class OtherTake:
    """A voice beside the lead as it leaves. name: of its files; dry: mono, as long as the mix, or as sung."""

    name: str
    score: Score
    performance: Performance
    dry: Audio


@dataclass(frozen=True, slots=True, eq=False)
class OtherVoice:
    """A voice beside the lead as it was sung. written: its notes; score: as taken, a little off in time and pitch."""

    name: str
    written: Score
    score: Score
    placed: Harmony

    def take(self, sample_rate: int, frames: int | None = None) -> OtherTake:
        audio = resample(self.placed.vocal.audio, sample_rate)
        dry, _ = dry_stem(audio, audio.frames if frames is None else frames)
        return OtherTake(self.name, self.written, self.placed.performance, dry)


def sing_others(
    score: Score, profile: VoiceProfile, singer: Singer, choices: HarmonyChoices, *, seed: int, clock: StageClock
) -> tuple[tuple[OtherVoice, ...], tuple[str, ...]]:
    """Harmonies, then doubles, sung; and warnings. Nothing where none were asked for.

    Raises ScoreError that names the notes beside which the voice's range leaves no room.
    """
    if not (choices.voices or choices.doubles):
        return (), ()
    parts, notices = other_parts(score, profile, choices)
    voices = []
    for number, (name, written) in enumerate(parts):
        stream = seed + (number + 1) * (_HARMONY_STREAM if name.startswith("harmony") else _DOUBLE_STREAM)
        with clock.stage(name):
            taken = spread_take(written, seed=stream, spread=choices.spread)
            performance, vocal = _sung(taken, singer, stream)
        gain_db = _GAIN_DB[choices.text] if name.startswith("harmony") else _DOUBLE_GAIN_DB
        pan = choices.width * _pans(len(parts))[number]
        voices.append(OtherVoice(name, written, taken, Harmony(vocal, performance, gain_db, pan)))
    return tuple(voices), notices


def other_parts(
    score: Score, profile: VoiceProfile, choices: HarmonyChoices
) -> tuple[list[tuple[str, Score]], tuple[str, ...]]:
    """The written score of every voice beside the lead, by its name; and warnings."""
    parts: list[tuple[str, Score]] = []
    notices: tuple[str, ...] = ()
    if choices.voices:
        chords, key, notices = chords_under(score)
        places = places_for(choices.voices, profile.low_midi, profile.high_midi, score)
        lines = harmonize(score, chords, key, places)
        parts += [(f"harmony_{n}", sung_line(line, score, choices.text)) for n, line in enumerate(lines, 1)]
    parts += [(f"double_{n}", score) for n in range(1, choices.doubles + 1)]
    return parts, notices


def _sung(score: Score, singer: Singer, seed: int) -> tuple[Performance, Vocal]:
    from vocalkit.synth.perform import perform
    from vocalkit.synth.sing import sing

    performance = perform(score, seed=seed, settings=_throat(seed))
    return performance, sing(performance, singer.voice, singer.model, singer.vocoder, seed=seed)


def _throat(seed: int) -> PerformSettings:
    """Another singer's habits: less vibrato and scoop than a lead, other formants, a little more breath."""
    rng = np.random.default_rng([seed, 23])
    return PerformSettings(
        breathiness=float(rng.uniform(0.0, 0.2)),
        gender=float(rng.uniform(-0.2, 0.2)),
        vibrato_depth_cents=float(rng.uniform(25.0, 45.0)),
        vibrato_rate_hz=float(rng.uniform(5.1, 6.1)),
        vibrato_onset_s=float(rng.uniform(0.3, 0.5)),
        scoop_cents=float(rng.uniform(15.0, 45.0)),
        dynamics=0.8,
    )


def _pans(count: int) -> list[float]:
    """Places for `count` voices about a lead in the middle, left and right in turn, the outer ones last."""
    steps = (count + 1) // 2
    return [(-1.0 if number % 2 == 0 else 1.0) * (0.5 + 0.5 * (number // 2 + 1) / steps) for number in range(count)]


def dry_stem(audio: Audio, frames: int) -> tuple[Audio, float]:
    """The sung sound cut or filled to `frames` samples, and the gain that keeps its peaks under full scale.

    A voice may sing past full scale before anything has mixed it, and PCM files cannot hold that;
    the gain is 1 where it fits.
    """
    peak = float(np.max(np.abs(audio.samples), initial=0.0))
    gain = min(1.0, HIGHEST_DRY_PEAK / peak) if peak > 0 else 1.0
    samples = np.zeros((audio.channels, frames), np.float32)
    kept = min(frames, audio.frames)
    np.multiply(audio.samples[:, :kept], np.float32(gain), out=samples[:, :kept])
    samples.flags.writeable = False
    return Audio(samples, audio.sample_rate), gain
