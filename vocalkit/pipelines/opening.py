"""Given first bars under the first of the words, on the beats of the backing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from vocalkit.errors import ScoreError
from vocalkit.pipelines.place import fit_range, place_score, transpose
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Backing, Lyrics, Score, VoiceProfile

if TYPE_CHECKING:
    from vocalkit.melody.continuation import Cut


@dataclass(frozen=True, slots=True, eq=False)
class Opening:
    """The bars that stay, placed and with their syllables; the lyrics cut after them; what was assumed."""

    kept: Score
    cut: Cut
    warnings: tuple[str, ...]


def lay_opening(
    given: ImportedScore, lyrics: Lyrics, backing: Backing, profile: VoiceProfile, start_s: float | None
) -> Opening:
    """Lay as many of the first syllables under the given notes as these can begin.

    A score's own words say only how many that are. Raises ScoreError where nothing is left to go on with.
    """
    from vocalkit.melody.continuation import cut_lyrics
    from vocalkit.score import lay_lyrics

    if not given.notes:
        raise ScoreError("the given bars have no notes to go on from")
    if given.has_words:
        first = next(at for at, note in enumerate(given.notes) if note.text is not None)
        # With words, a note without a syllable of its own carries the one before.
        notes = tuple(replace(note, continues=note.text is None) for note in given.notes[first:])
        given = replace(given, notes=notes)
    count = sum(not note.continues for note in given.notes[1:]) + 1
    cut = cut_lyrics(lyrics, count)
    placed = place_score(lay_lyrics(given, cut.given), backing, start_s=start_s)
    moved, octaves = fit_range(placed, low_midi=profile.low_midi, high_midi=profile.high_midi)
    kept = transpose(moved, backing.tuning_cents / 100.0)
    told = [f"the given bars are sung to the first {count} syllables, up to {kept.end_s:.1f} s"]
    if octaves:
        told.append(f"the given bars are sung {octaves:+d} octaves from where they are written, to suit {profile.id}")
    if given.has_words and not _agree(given, cut.given):
        told.append("the words of the given bars are not those that the lyrics begin with; the lyrics are sung")
    return Opening(kept, cut, (*given.warnings, *told))


def _agree(given: ImportedScore, lyrics: Lyrics) -> bool:
    written = "".join("".join(parts) for parts in given.words)
    sung = "".join(s.text for section in lyrics.sections for line in section.lines for s in line.syllables)
    return _letters(written) == _letters(sung)


def _letters(text: str) -> str:
    return "".join(filter(str.isalpha, text.casefold()))
