"""What a render says about itself: everything needed to repeat it and to judge it."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from importlib import metadata
from typing import TYPE_CHECKING, Any

from vocalkit import __version__
from vocalkit.consent import Use
from vocalkit.pipelines.stages import StageClock, StageTime, peak_memory_bytes
from vocalkit.types import Backing, Lyrics, Mix, Provenance, Score

if TYPE_CHECKING:
    from vocalkit.melody.quality import TakeReport

RENDER_FORMAT = "vocalkit-render/1"
"""Marks a folder's report.json as ours, so that a render may replace an earlier one and nothing else."""

_LIBRARIES = ("numpy", "scipy", "soundfile", "soxr", "pyworld", "pedalboard", "pyloudnorm", "phonemizer")


@dataclass(frozen=True, slots=True)
class Heard:
    """What the analysis found. tempo_bpm: of the felt pulse; beats_s, downbeats_s: seconds; keys: (start s, end s,
    name); chords: (start s, end s, Harte name); sections: (start s, end s, label, energy); voice_places: (start s,
    end s, room); lead_voice_at: (start s, end s); assumed: what could not be heard.
    """

    duration_s: float
    tempo_bpm: float
    metre: str
    key: str
    tuning_cents: float
    beat_confidence: float
    lead_voice: float
    beats_s: tuple[float, ...]
    downbeats_s: tuple[float, ...]
    keys: tuple[tuple[float, float, str], ...]
    chords: tuple[tuple[float, float, str], ...]
    sections: tuple[tuple[float, float, str, float], ...]
    voice_places: tuple[tuple[float, float, float], ...]
    lead_voice_at: tuple[tuple[float, float], ...]
    assumed: tuple[str, ...]

    @classmethod
    def of(cls, backing: Backing) -> Heard:
        """Times rounded to a tenth of a millisecond: finer than any beat tracker means."""
        grid = backing.tempo_map
        return cls(
            duration_s=round(backing.duration_s, 4),
            tempo_bpm=round(backing.tempo_bpm, 3),
            metre=backing.metre,
            key=backing.key.name,
            tuning_cents=round(backing.tuning_cents, 2),
            beat_confidence=round(backing.beat_confidence, 3),
            lead_voice=round(backing.lead_voice, 3),
            beats_s=tuple(round(float(beat), 4) for beat in grid.beats_s),
            downbeats_s=tuple(round(float(beat), 4) for beat in grid.downbeats_s),
            chords=tuple((round(c.start_s, 4), round(c.end_s, 4), c.name) for c in backing.chords),
            keys=tuple((round(k.start_s, 4), round(k.end_s, 4), k.key.name) for k in backing.keys),
            sections=tuple(
                (round(s.start_s, 4), round(s.end_s, 4), s.label, round(s.energy, 4)) for s in backing.sections
            ),
            voice_places=tuple(
                (round(place.start_s, 3), round(place.end_s, 3), round(place.room, 3)) for place in backing.voice_places
            ),
            lead_voice_at=tuple((round(a, 3), round(b, 3)) for a, b in backing.lead_voice_at),
            assumed=backing.assumed,
        )


@dataclass(frozen=True, slots=True)
class Loudness:
    """Levels of the mix. backing_gain: g in mix = g * backing + vocals when nothing was mastered."""

    lufs: float
    true_peak_dbtp: float
    vocal_lift_lu: float
    backing_gain: float
    mastered: bool

    @classmethod
    def of(cls, mix: Mix) -> Loudness:
        # backing_gain stays unrounded: who subtracts the stems needs every digit of it.
        return cls(
            lufs=round(mix.lufs, 3),
            true_peak_dbtp=round(mix.true_peak_dbtp, 3),
            vocal_lift_lu=round(mix.vocal_lift_lu, 3),
            backing_gain=mix.backing_gain,
            mastered=mix.mastered,
        )


@dataclass(frozen=True, slots=True)
class SungSection:
    """One section of the words as sung. lines: syllables of each; stanza_ends: whether a blank line follows each."""

    label: str
    start_s: float
    end_s: float
    lines: tuple[int, ...]
    stanza_ends: tuple[bool, ...]

    @classmethod
    def of(cls, score: Score, lyrics: Lyrics) -> tuple[SungSection, ...]:
        """The sections of words under a score; those of whose words only a part is sung, without the rest."""
        firsts = [at for at, note in enumerate(score.notes) if note.syllable is not None]
        found: list[SungSection] = []
        at = 0
        for section in lyrics.sections:
            lines = tuple(line for line in section.lines if line.syllables)
            count = sum(len(line.syllables) for line in lines)
            if not count or at + count > len(firsts):
                continue
            after = firsts[at + count] if at + count < len(firsts) else len(score.notes)
            notes = score.notes[firsts[at] : after]
            found.append(
                cls(
                    section.label,
                    round(notes[0].start_s, 6),
                    round(notes[-1].end_s, 6),
                    tuple(len(line.syllables) for line in lines),
                    tuple(line.ends_stanza for line in lines),
                )
            )
            at += count
        return tuple(found)


@dataclass(frozen=True, slots=True)
class Report:
    """The report of one render.

    use: what the voice was licensed for; dry_gain: on the dry stem, below 1 where the voice sang past full scale;
    sections: of the words, as sung; quality: of the tune, None where nothing was set to a backing;
    retake: which part was sung again, over which earlier render.
    """

    seed: int
    provenance: Provenance
    language: str
    notes: int
    use: Use
    stages: tuple[StageTime, ...]
    peak_memory_bytes: int | None
    heard: Heard | None = None
    loudness: Loudness | None = None
    dry_gain: float = 1.0
    warnings: tuple[str, ...] = ()
    sections: tuple[SungSection, ...] = ()
    quality: TakeReport | None = None
    retake: Mapping[str, Any] | None = None

    def timed(self, clock: StageClock) -> Report:
        """The same report with a later clock's stages added and memory measured anew."""
        return replace(self, stages=self.stages + clock.times, peak_memory_bytes=peak_memory_bytes())

    def to_dict(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """JSON values. arguments: what the user asked for, in their own words."""
        heard = asdict(self.heard) if self.heard else None
        return {
            "format": RENDER_FORMAT,
            "versions": versions(),
            "arguments": dict(arguments),
            "seed": self.seed,
            "voice": self.provenance.voice_id,
            "label": self.provenance.label,
            "credit": self.provenance.credit,
            "grant_id": self.provenance.grant_id,
            "models": {"acoustic": self.provenance.model_sha256},
            "language": self.language,
            "use": asdict(self.use),
            "tempo_bpm": heard["tempo_bpm"] if heard else None,
            "key": heard["key"] if heard else None,
            "notes": self.notes,
            **(asdict(self.loudness) if self.loudness else {}),
            "dry_gain": self.dry_gain,
            "stages_s": {stage.name: round(stage.seconds, 4) for stage in self.stages},
            "total_s": round(sum(stage.seconds for stage in self.stages), 4),
            "peak_memory_bytes": self.peak_memory_bytes,
            "warnings": list(self.warnings),
            "sections": [asdict(section) for section in self.sections],
            "quality": None if self.quality is None else self.quality.to_dict(),
            **({} if self.retake is None else {"retake": dict(self.retake)}),
            "heard": heard,
        }


def versions() -> dict[str, str]:
    """Versions of vocalkit, Python and the libraries that shape the sound."""
    found = {"vocalkit": __version__, "python": platform.python_version()}
    for name in _LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found
