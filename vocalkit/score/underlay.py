"""Words under notes: a file's own words once pronounced, or lyrics laid on a tune."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from vocalkit.errors import ScoreError
from vocalkit.score.imported import ImportedNote, ImportedScore
from vocalkit.types import Lyrics, Note, Score, Syllable


def lay_words(imported: ImportedScore, words: Sequence[Sequence[Syllable]]) -> Score:
    """The score with its own words. words: for each of `imported.words` its syllables, one a part.

    Notes before the first word have nothing to sing and are left out. ScoreError where the score has
    no words, or where the syllables are not as many as its parts.
    """
    if not imported.has_words:
        raise ScoreError("the score has no words; give lyrics as well, to lay under its notes")
    counts = [len(parts) for parts in imported.words]
    if [len(syllables) for syllables in words] != counts:
        given = sum(len(syllables) for syllables in words)
        raise ScoreError(f"the score has {sum(counts)} syllables in {len(counts)} words; got {given} in {len(words)}")
    syllables = iter([syllable for word in words for syllable in word])
    return _sung(imported, [next(syllables) if note.text is not None else None for note in imported.notes])


def lay_lyrics(score: ImportedScore | Score, lyrics: Lyrics) -> Score:
    """The tune with these lyrics in place of its own words, one syllable on each note that can begin one.

    Slurred and tied notes take no syllable. ScoreError, with both counts, where they differ.
    """
    begins = _begins(score)
    syllables = [s for section in lyrics.sections for line in section.lines for s in line.syllables]
    if len(syllables) != sum(begins):
        more = "more notes than syllables" if sum(begins) > len(syllables) else "more syllables than notes"
        raise ScoreError(
            f"{more}: the score has {sum(begins)} notes to begin a syllable on, the lyrics have "
            f"{len(syllables)} syllables; slur or divide notes, or change the words"
        )
    coming = iter(syllables)
    laid = [next(coming) if begin else None for begin in begins]
    return replace(_sung(score, laid), language=lyrics.language)


def _begins(score: ImportedScore | Score) -> list[bool]:
    if isinstance(score, Score):
        return [note.syllable is not None for note in score.notes]
    begins = [not note.continues for note in score.notes]
    if begins:
        begins[0] = True
    return begins


def _sung(score: ImportedScore | Score, syllables: Sequence[Syllable | None]) -> Score:
    tune: Sequence[ImportedNote | Note] = score.notes
    notes = [
        Note(note.start_s, note.end_s, note.pitch_midi, syllable, note.expression)
        for note, syllable in zip(tune, syllables, strict=True)
    ]
    first = next((index for index, note in enumerate(notes) if note.syllable is not None), len(notes))
    if first == len(notes):
        raise ScoreError("the score has no notes to sing")
    return Score(
        tuple(notes[first:]), score.tempo_map, score.key, score.chords, score.sections, score.language, score.title
    )
