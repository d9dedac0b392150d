"""Lyrics under a tune with more notes than syllables, or fewer: notes slurred, notes split, or what is over dropped.

Where there are as many phrases (notes between rests) as lines, each line is fitted to its phrase; else all to all.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from vocalkit.errors import ScoreError
from vocalkit.score.imported import ImportedNote, ImportedScore
from vocalkit.score.lines import LINE_REST_S
from vocalkit.types import Lyrics, Note, NoteExpression, Score, Syllable

Way = Literal["slur", "split", "drop"]
WAYS: tuple[Way, ...] = ("slur", "split", "drop")
SHORTEST_S = 0.12
"""No note is split into halves shorter than this."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """The score with the lyrics, and how many notes and syllables gave way."""

    score: Score
    slurred: int = 0
    split: int = 0
    dropped_notes: int = 0
    dropped_syllables: int = 0

    @property
    def report(self) -> tuple[str, ...]:
        """One line for each thing that was done."""
        told = {
            "notes carry on the syllable before them": self.slurred,
            "notes are split in two": self.split,
            "notes are left out": self.dropped_notes,
            "syllables are left out": self.dropped_syllables,
        }
        return tuple(f"{count} {what}" for what, count in told.items() if count)


@dataclass
class _Sung:
    start_s: float
    end_s: float
    pitch_midi: float
    syllable: Syllable | None
    expression: NoteExpression


def fit_lyrics(score: ImportedScore | Score, lyrics: Lyrics, ways: Collection[Way]) -> Fitted:
    """The tune with these lyrics in place of its words, fitted in the given ways.

    slur: the shortest of the notes too many carry on the syllable before. split: the longest of the notes too few are
    halved. drop: what is still over, notes or syllables, is left out at the end. ScoreError, with the line and both
    counts, where these ways do not suffice.
    """
    unknown = [way for way in ways if way not in WAYS]
    if unknown:
        raise ScoreError(f"unknown way to fit lyrics {unknown[0]!r}; known: {', '.join(WAYS)}")
    groups = _syllable_groups(score)
    lines = [list(line.syllables) for section in lyrics.sections for line in section.lines]
    phrases = _phrases(groups)
    if len(phrases) != len(lines):
        phrases, lines = [groups], [[syllable for line in lines for syllable in line]]
    counts = {"slurred": 0, "split": 0, "dropped_notes": 0, "dropped_syllables": 0}
    notes: list[_Sung] = []
    for number, (phrase, syllables) in enumerate(zip(phrases, lines, strict=True), 1):
        notes += _fit(phrase, syllables, ways, counts, f"line {number}" if len(phrases) > 1 else "the lyrics")
    if not notes:
        raise ScoreError("the score has no notes to sing")
    made = tuple(Note(n.start_s, n.end_s, n.pitch_midi, n.syllable, n.expression) for n in notes)
    sung = Score(made, score.tempo_map, score.key, score.chords, score.sections, lyrics.language, score.title)
    return Fitted(sung, **counts)


def _syllable_groups(score: ImportedScore | Score) -> list[list[_Sung]]:
    """Notes that a slur or tie holds together: each group can begin one syllable."""
    groups: list[list[_Sung]] = []
    tune: Sequence[Note | ImportedNote] = score.notes
    for note in tune:
        carried = note.continues if isinstance(note, ImportedNote) else note.syllable is None
        sung = _Sung(note.start_s, note.end_s, note.pitch_midi, None, note.expression)
        if carried and groups:
            groups[-1].append(sung)
        else:
            groups.append([sung])
    return groups


def _phrases(groups: list[list[_Sung]]) -> list[list[list[_Sung]]]:
    phrases = [groups[:1]] if groups else []
    for before, after in pairwise(groups):
        if after[0].start_s - before[-1].end_s >= LINE_REST_S:
            phrases.append([])
        phrases[-1].append(after)
    return phrases


def _fit(
    groups: list[list[_Sung]], syllables: list[Syllable], ways: Collection[Way], counts: dict[str, int], where: str
) -> list[_Sung]:
    given = f"{where}: {len(groups)} notes to begin a syllable on, {len(syllables)} syllables"
    groups = [list(group) for group in groups]
    while len(groups) > len(syllables) >= 1 and "slur" in ways:
        at = min(range(1, len(groups)), key=lambda i: groups[i][-1].end_s - groups[i][0].start_s)
        groups[at - 1] += groups.pop(at)
        counts["slurred"] += 1
    while 0 < len(groups) < len(syllables) and "split" in ways:
        at = max(range(len(groups)), key=lambda i: groups[i][0].end_s - groups[i][0].start_s)
        first = groups[at][0]
        if first.end_s - first.start_s < 2 * SHORTEST_S:
            break
        middle_s = (first.start_s + first.end_s) / 2
        halves = [replace(first, end_s=middle_s), replace(first, start_s=middle_s)]
        groups[at : at + 1] = [[halves[0]], [halves[1], *groups[at][1:]]]
        counts["split"] += 1
    if len(groups) != len(syllables):
        if "drop" not in ways:
            more = "slur or drop notes" if len(groups) > len(syllables) else "split notes or drop syllables"
            raise ScoreError(f"{given}; {more}, or change the words")
        counts["dropped_notes"] += max(0, len(groups) - len(syllables))
        counts["dropped_syllables"] += max(0, len(syllables) - len(groups))
    for group, syllable in zip(groups, syllables, strict=False):
        group[0].syllable = syllable
    return [note for group in groups[: len(syllables)] for note in group]
