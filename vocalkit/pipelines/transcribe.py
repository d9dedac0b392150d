"""A hum to a score: notes on a tempo grid, words under them, and the hum's own pitch to be sung."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from vocalkit.audio import read
from vocalkit.errors import InputError, OutputError
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.melody.hum import HumSettings, HumTranscription, PitchStyle, transcribe_hum
from vocalkit.pipelines.inputs import read_words
from vocalkit.pipelines.publish import staged_file
from vocalkit.pipelines.stages import StageClock
from vocalkit.protocols import Progress, silent
from vocalkit.score.fit import WAYS, Way, fit_lyrics
from vocalkit.score.imported import ImportedNote, ImportedScore
from vocalkit.score.notated import READABLE, sheet_of
from vocalkit.score.write import WRITERS, write_score
from vocalkit.types import Backing, F0Curve, Key, Note, Performance, Score, Syllable, TempoMap, frozen_array

ASSUMED_BPM = 120.0
_LAA = Syllable("la", ("l", "ɑ"), 1)
_BEND_S = 0.04
"""Over which a correction of pitch changes from one note to the next, so that nothing clicks."""


@dataclass(frozen=True, slots=True)
class HumChoices:
    """What a user may say about a hum. key, tempo_bpm: known better than heard; fit: how words may give way."""

    pitch: PitchStyle = "semitone"
    key: Key | None = None
    tempo_bpm: float | None = None
    language: str = "en-us"
    lexicon: Lexicon | None = None
    fit: tuple[Way, ...] = WAYS


@dataclass(frozen=True, slots=True, eq=False)
class Hummed:
    """What was made of a hum. score: with words a `Score`, without an `ImportedScore`.

    losses: what the file's format cannot carry; warnings: what was assumed.
    """

    transcription: HumTranscription
    score: Score | ImportedScore
    losses: tuple[str, ...] = ()
    warnings: tuple[str, ...] = field(default=())


def transcribe_file(
    hum: Path,
    output: Path,
    *,
    lyrics: Path | None = None,
    backing: Path | None = None,
    performance: Path | None = None,
    choices: HumChoices = HumChoices(),
    progress: Progress = silent,
) -> Hummed:
    """Read a hum, write its score by the suffix of `output`, and the performance with its own F0 where asked.

    backing: the track it was hummed to, from the same start: gives tempo, key, chords and tuning.
    """
    suffix = output.suffix.lower()
    if suffix not in WRITERS:
        raise OutputError(f"cannot tell the format of {output.name}; name it {', '.join(WRITERS)}")
    if performance is not None and performance.suffix.lower() != ".json":
        raise OutputError(f"a performance is written as JSON; name it {performance.stem or 'hum'}.json")
    from threadpoolctl import threadpool_limits

    from vocalkit.melody.hum import LONGEST_S, SHORTEST_S

    clock = StageClock(progress)
    with clock.stage("read"):
        words = None if lyrics is None else read_words(lyrics)
        audio = read(hum, min_duration_s=SHORTEST_S, max_duration_s=LONGEST_S)
        track = None if backing is None else read(backing)
    with threadpool_limits(1):
        heard = None
        if track is not None:
            with clock.stage("analyze") as relay:
                from vocalkit.backing import analyze

                heard = analyze(track, tempo_bpm=choices.tempo_bpm, key=choices.key, progress=relay)
        with clock.stage("hum") as relay:
            found = transcribe_hum(audio, _settings(choices, heard), progress=relay)
        with clock.stage("write"):
            made = make_score(found, words, choices, heard)
            sheet = sheet_of(made.score, parts=READABLE, tempo_tolerance_s=0.002)
            written = write_score(replace(sheet, title=hum.stem), suffix)
            follow = None if performance is None else follow_hum(made.score, found)
    with staged_file(output) as staging:
        staging.write_bytes(written.data)
    if performance is not None and follow is not None:
        from vocalkit.synth.performance_json import performance_to_json

        with staged_file(performance) as staging:
            staging.write_text(performance_to_json(follow), encoding="utf-8")
    return replace(made, losses=written.losses)


def make_score(
    found: HumTranscription, words: str | None, choices: HumChoices, backing: Backing | None = None
) -> Hummed:
    """The notes on a grid, with the words of a lyrics text under them where there is one."""
    grid, warnings = _grid(found, choices, backing)
    bare = ImportedScore(
        tuple(ImportedNote(note.start_s, note.end_s, note.pitch_midi) for note in found.notes),
        grid,
        key=backing.key if backing is not None else found.tune.key,
        chords=backing.chords if backing is not None else (),
        sections=backing.sections if backing is not None else (),
        language=choices.language,
    )
    told = (*found.warnings, *warnings)
    if words is None:
        return Hummed(found, bare, warnings=told)
    from vocalkit.lyrics import phonemize_sheet

    sheet = phonemize_sheet(words, language=choices.language, lexicon=choices.lexicon or Lexicon())
    fitted = fit_lyrics(bare, sheet.lyrics, choices.fit)
    return Hummed(found, fitted.score, warnings=(*told, *fitted.report))


def follow_hum(score: Score | ImportedScore, found: HumTranscription) -> Performance:
    """The score sung as it was hummed: its own slides, vibrato and drift, moved by what each note was corrected.

    Without words it is sung on ``la``. Where the hum was silent inside a note its pitch is carried across.
    """
    from vocalkit.synth.perform import perform

    if isinstance(score, ImportedScore):
        notes = tuple(Note(note.start_s, note.end_s, note.pitch_midi, _LAA) for note in score.notes)
        score = Score(notes, score.tempo_map, score.key, language="en-us", title=score.title)
    rule = perform(score, seed=0)
    if abs(rule.hop_s - found.f0.hop_s) > 1e-9:
        raise InputError(f"a hum has a hop of {found.f0.hop_s} s, a performance one of {rule.hop_s} s")
    frames = rule.f0.hz.size
    own = found.f0.hz[:frames]
    own = np.pad(own, (0, frames - own.size), mode="edge").astype(np.float64)
    hz = own * np.exp2(_corrections(found, frames, rule.hop_s) / 12.0)
    f0 = F0Curve(frozen_array(hz, np.float32), rule.f0.voiced, rule.hop_s)
    return replace(rule, f0=f0)


def _corrections(found: HumTranscription, frames: int, hop_s: float) -> np.ndarray:
    """Semitones to move every frame by: that of its note, joined smoothly: float64 (frames,)."""
    moves = np.array([note.pitch_midi - sung.pitch_midi for note, sung in zip(found.notes, found.sung, strict=True)])
    starts = np.array([note.start_s for note in found.sung])
    at = np.searchsorted(starts, np.arange(frames) * hop_s + 0.5 * _BEND_S, side="right") - 1
    steps = moves[np.maximum(at, 0)]
    width = max(1, round(_BEND_S / hop_s))
    padded = np.pad(steps, (width // 2, width - 1 - width // 2), mode="edge")
    return np.convolve(padded, np.ones(width) / width, mode="valid")


def _settings(choices: HumChoices, backing: Backing | None) -> HumSettings:
    if backing is None:
        return HumSettings(choices.pitch, choices.key)
    return HumSettings(choices.pitch, choices.key or backing.key, backing.tuning_cents)


def _grid(found: HumTranscription, choices: HumChoices, backing: Backing | None) -> tuple[TempoMap, tuple[str, ...]]:
    """The beats under the notes: heard in the backing, given, or assumed."""
    end_s = found.notes[-1].end_s + 1.0
    if backing is not None:
        late_s = found.notes[-1].end_s - backing.duration_s
        late = f"the hum goes on {late_s:.1f} s after the backing ends"
        return backing.tempo_map, (late,) if late_s > 0.5 else ()
    if choices.tempo_bpm is not None:
        return TempoMap.constant(choices.tempo_bpm, duration_s=end_s), ()
    notice = f"no beat was given: bars are counted at {ASSUMED_BPM:.0f} BPM and the notes keep their own times"
    return TempoMap.constant(ASSUMED_BPM, duration_s=end_s), (f"{notice}; give --tempo or --backing",)
