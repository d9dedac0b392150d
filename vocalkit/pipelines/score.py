"""Scores from one format to another, and looked over before they are sung."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from vocalkit.errors import OutputError, ScoreError
from vocalkit.pipelines.pictures import RollNote, save_piano_roll
from vocalkit.pipelines.publish import staged_file
from vocalkit.pipelines.voices import choose_voice
from vocalkit.pipelines.words import guessed_words
from vocalkit.score import Reading, Sheet, in_seconds, read_sheet
from vocalkit.score.check import Finding, check_sheet
from vocalkit.score.read import read_timed_lyrics
from vocalkit.score.write import WRITERS, write_score

if TYPE_CHECKING:
    from vocalkit.lyrics import Lexicon


@dataclass(frozen=True, slots=True)
class Converted:
    """What was written. losses: what the new format cannot carry; warnings: what the old file's reader left out."""

    notes: int
    syllables: int
    duration_s: float
    losses: tuple[str, ...]
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found in a score, and what it holds."""

    title: str
    notes: int
    syllables: int
    duration_s: float
    low_midi: float
    high_midi: float
    findings: tuple[Finding, ...]
    warnings: tuple[str, ...]


def convert_score(
    source: Path,
    target: Path,
    *,
    reading: Reading = Reading(),  # noqa: B008  (frozen)
    lexicon: Lexicon | None = None,
) -> Converted:
    """Read one format and write another, each by its suffix.

    Words are pronounced where the format needs phonemes; lexicon: the user's own pronunciations.
    """
    suffix = target.suffix.lower()
    if suffix not in WRITERS:
        raise OutputError(f"cannot tell the format of {target.name}; name it {', '.join(WRITERS)}")
    if source.suffix.lower() == ".lrc" and suffix == ".lrc":
        return _convert_words(source, target)
    sheet = read_sheet(source, reading)
    if suffix == ".ds":
        sheet = _pronounced(sheet, lexicon)
    written = write_score(sheet, suffix)
    with staged_file(target) as staging:
        staging.write_bytes(written.data)
    end_s = in_seconds(sheet).notes[-1].end_s
    return Converted(len(sheet.notes), len(sheet.syllables), end_s, written.losses, sheet.warnings)


def _convert_words(source: Path, target: Path) -> Converted:
    from vocalkit.score.lrc import write_lrc

    lyrics = read_timed_lyrics(source)
    with staged_file(target) as staging:
        staging.write_bytes(write_lrc(lyrics))
    return Converted(0, sum(len(line.words) for line in lyrics.lines), lyrics.lines[-1].end_s, (), ())


def _pronounced(sheet: Sheet, lexicon: Lexicon | None) -> Sheet:
    """The sheet with phonemes on every syllable, and a warning of words whose sound is a guess."""
    from vocalkit.lyrics import Lexicon, read_underlay

    words = in_seconds(sheet).words
    if not words:
        raise ScoreError("the score has no words, and a .ds file needs phonemes; lay words under its notes first")
    underlay = read_underlay(words, language=sheet.language, lexicon=lexicon or Lexicon())
    syllables = iter([syllable for word in underlay.words for syllable in word])
    notes = [replace(n, phonemes=next(syllables).phonemes) if n.text is not None else n for n in sheet.notes]
    guessed = guessed_words([text for text, _ in underlay.unknown])
    return replace(sheet, notes=tuple(notes), warnings=(*sheet.warnings, *guessed))


def check_score(
    path: Path,
    *,
    reading: Reading = Reading(),  # noqa: B008  (frozen)
    voice: str | None = None,
    picture: Path | None = None,
) -> Checked:
    """Look a score over, for a voice where one is named, and draw it with what was found marked."""
    if picture is not None and picture.suffix.lower() != ".png":
        raise OutputError(f"the picture is written as PNG; name it {picture.stem or 'score'}.png")
    profile = None if voice is None else choose_voice(voice)
    sheet = read_sheet(path, reading)
    findings = check_sheet(
        sheet,
        low_midi=profile.low_midi if profile else None,
        high_midi=profile.high_midi if profile else None,
    )
    score = in_seconds(sheet)
    pitches = [note.pitch_midi for note in score.notes]
    if picture is not None:
        marked = {round(finding.time_s, 6) for finding in findings}
        notes = [
            RollNote(note.start_s, note.end_s, note.pitch_midi, note.text, round(note.start_s, 6) in marked)
            for note in score.notes
        ]
        with staged_file(picture) as staging:
            save_piano_roll(notes, staging)
    return Checked(
        sheet.title, len(sheet.notes), len(sheet.syllables), score.notes[-1].end_s, min(pitches), max(pitches),
        findings, score.warnings,
    )  # fmt: skip
