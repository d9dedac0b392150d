"""A render's folder read back, so that a part of it can be sung again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast, get_args

import numpy as np

from vocalkit.audio import read
from vocalkit.consent.registry import Registry
from vocalkit.errors import InputError, VocalkitError
from vocalkit.pipelines.credits import Material
from vocalkit.pipelines.labelling import sha256_of
from vocalkit.pipelines.publish import is_render
from vocalkit.pipelines.report import SungSection
from vocalkit.provenance import read_tags
from vocalkit.synth.performance_json import performance_from_json
from vocalkit.types import (
    PITCH_NAMES,
    Audio,
    Backing,
    ChordSpan,
    Key,
    KeySpan,
    Line,
    Lyrics,
    LyricSection,
    Performance,
    Provenance,
    Score,
    SectionSpan,
    SoundFormat,
    TempoMap,
    VoicePlace,
)

LOSSLESS: tuple[SoundFormat, ...] = ("wav", "flac")


@dataclass(frozen=True, slots=True, eq=False)
class Earlier:
    """What a render left. report: report.json; dry: as released; sections: of its words, where they were set here."""

    folder: Path
    report: Mapping[str, Any]
    performance: Performance
    backing: Backing
    sections: tuple[SungSection, ...]
    dry: Audio
    form: SoundFormat
    provenance: Provenance
    materials: tuple[Material, ...]

    @property
    def arguments(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.report["arguments"]
        return found

    @property
    def is_composed(self) -> bool:
        """Whether tune and rhythm were written here, not handed in."""
        timed = str(self.arguments.get("lyrics") or "").lower().endswith(".lrc")
        return self.arguments.get("score") is None and bool(self.sections) and not timed

    @property
    def score(self) -> Score:
        """The tune as it was sung, its sections those of the words."""
        spans = tuple(
            SectionSpan(s.start_s, s.end_s, s.label, _energy_at(self.backing, 0.5 * (s.start_s + s.end_s)))
            for s in self.sections
        )
        backing = self.backing
        return Score(
            self.performance.notes,
            backing.tempo_map,
            backing.key,
            backing.chords,
            spans or backing.sections,
            self.performance.language,
        )

    @property
    def lyrics(self) -> Lyrics:
        """The words as they were sung, with their sounds."""
        coming = iter([note.syllable for note in self.performance.notes if note.syllable is not None])
        sections = []
        for section in self.sections:
            lines = []
            for count, ends_stanza in zip(section.lines, section.stanza_ends, strict=True):
                syllables = tuple(next(coming) for _ in range(count))
                lines.append(Line(" ".join(syllable.text for syllable in syllables), syllables, ends_stanza))
            sections.append(LyricSection(section.label, tuple(lines)))
        return Lyrics(tuple(sections), self.performance.language)


def read_render(folder: Path, registry: Registry) -> Earlier:
    """A render with a mix, as `add-vocals` left it on this machine.

    Raises InputError where the folder is no such render, was changed by hand, holds no lossless stems, or was made
    elsewhere: what is kept of it must be what was released, under a grant that this machine knows.
    """
    if not is_render(folder):
        raise InputError(f"{folder} holds no render; give a folder that `vocalkit add-vocals` wrote")
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
        if report.get("heard") is None:
            raise InputError(f"{folder} was sung without an instrumental; sing its score again with `vocalkit sing`")
        _check_one_voice(report["arguments"], folder)
        form = _form(folder)
        performance = performance_from_json((folder / "performance.json").read_text(encoding="utf-8"))
        sections = tuple(_section(values) for values in report.get("sections", ()))
        backing = backing_of(report["heard"])
        handed_in = json.loads((folder / "credits.json").read_text(encoding="utf-8"))["authorship"]["handed_in"]
        materials = tuple(Material(**values) for values in handed_in)
    except VocalkitError:
        raise
    except (OSError, ValueError, TypeError, KeyError, IndexError, AttributeError) as error:
        raise InputError(f"the render in {folder} is damaged ({error}); render the song again") from None
    path = folder / f"vocals_dry.{form}"
    provenance = _released(path, form, report, registry)
    dry = read(path, min_duration_s=0.0, max_duration_s=float("inf"))
    sung = sum(note.syllable is not None for note in performance.notes)
    if report["arguments"].get("score") is not None:
        # Lines of words laid under somebody's own notes may have been fitted to them.
        sections = ()
    elif sum(sum(section.lines) for section in sections) != sung:
        raise InputError(f"performance.json in {folder} has other syllables than its report; render the song again")
    return Earlier(folder, report, performance, backing, sections, dry, form, provenance, materials)


def _check_one_voice(arguments: Mapping[str, Any], folder: Path) -> None:
    harmony = arguments.get("harmony") or {}
    if harmony.get("voices") or harmony.get("doubles"):
        raise InputError(
            f"{folder} was sung in several voices, and a part is sung again by the lead alone; render the song again"
        )


def backing_of(heard: Mapping[str, Any]) -> Backing:
    """What was heard in the instrumental, from ``heard`` in report.json: the very grid the render was made on."""
    beats, downbeats = np.array(heard["beats_s"], np.float64), heard["downbeats_s"]
    at = [int(np.argmin(np.abs(beats - time_s))) for time_s in downbeats[:2]]
    beats_per_bar = at[1] - at[0] if len(at) == 2 else 4
    return Backing(
        duration_s=heard["duration_s"],
        tempo_map=TempoMap(beats, beats_per_bar, at[0] if at else 0),
        key=Key.parse(heard["key"]),
        keys=tuple(KeySpan(start_s, end_s, Key.parse(name)) for start_s, end_s, name in heard["keys"]),
        chords=tuple(_chord(*values) for values in heard["chords"]),
        sections=tuple(SectionSpan(*values) for values in heard["sections"]),
        tuning_cents=heard["tuning_cents"],
        beat_confidence=heard["beat_confidence"],
        lead_voice=heard["lead_voice"],
        pulse_beats=3 if heard["metre"].endswith("/8") else 1,
        voice_places=tuple(VoicePlace(*values) for values in heard["voice_places"]),
        lead_voice_at=tuple((start_s, end_s) for start_s, end_s in heard["lead_voice_at"]),
        assumed=tuple(heard["assumed"]),
    )


def _chord(start_s: float, end_s: float, name: str) -> ChordSpan:
    root, _, quality = name.partition(":")
    return (
        ChordSpan(start_s, end_s, None) if root == "N" else ChordSpan(start_s, end_s, PITCH_NAMES.index(root), quality)
    )


def _section(values: Mapping[str, Any]) -> SungSection:
    return SungSection(
        values["label"], values["start_s"], values["end_s"], tuple(values["lines"]), tuple(values["stanza_ends"])
    )


def _energy_at(backing: Backing, time_s: float) -> float:
    return next((s.energy for s in backing.sections if s.start_s <= time_s < s.end_s), 0.5)


def _form(folder: Path) -> SoundFormat:
    found = [form for form in get_args(SoundFormat) if (folder / f"vocals_dry.{form}").is_file()]
    if not found:
        raise InputError(f"{folder} has no vocals_dry; render the song again")
    form = cast(SoundFormat, found[0])
    if form not in LOSSLESS:
        raise InputError(
            f"the stems in {folder} are {form.upper()}, which cannot be kept sample for sample; render the song again "
            "as --format wav or flac, with its seed"
        )
    return form


def _released(path: Path, form: SoundFormat, report: Mapping[str, Any], registry: Registry) -> Provenance:
    """What the dry stem says of itself, once the ledger has vouched for its very bytes."""
    with path.open("rb") as file:
        claim, digest = read_tags(file, form), sha256_of(file)
    mark = None if claim is None else claim.provenance.mark
    known = None if mark is None else registry.find_mark(mark)
    released = known is not None and any(
        digest in export.files and export.render_id == report.get("render_id") and not export.abandoned
        for export in known.exports
    )
    if claim is None or not released:
        raise InputError(
            f"{path} is not as it was released on this machine; retake a render where it was made, and unchanged"
        )
    return claim.provenance
