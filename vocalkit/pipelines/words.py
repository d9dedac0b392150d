"""The words of a song: text into syllables and phonemes, and these, or a score's own words, under its notes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocalkit.errors import ScoreError
from vocalkit.pipelines.stages import StageClock
from vocalkit.score.fit import Way
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Lyrics, Score, SyllableSpan, TimedLyrics

if TYPE_CHECKING:
    from vocalkit.lyrics import Lexicon, LyricSheet

SHOWN_UNKNOWN = 5
FAST_SYLLABLES_PER_S = 8.0


@dataclass(frozen=True, slots=True)
class Words:
    """What will be sung: lyrics to be set, or a score with its words.

    warnings: words whose sound is a guess; given: bars that the melody goes on from, sung to the first lyrics; spans:
    when the syllables of each line are sung, where the lyrics say it.
    """

    lyrics: Lyrics | None
    score: Score | None
    warnings: tuple[str, ...] = ()
    given: ImportedScore | None = None
    spans: tuple[tuple[SyllableSpan, ...], ...] | None = None


def read_words_and_score(
    text: str | TimedLyrics | None,
    score: ImportedScore | Score | None,
    *,
    language: str,
    lexicon: Lexicon | None = None,
    fit: tuple[Way, ...] = (),
    clock: StageClock,
) -> Words:
    """Stage `parse`. lexicon: the user's own pronunciations; fit: how lyrics may give way to the notes of a score."""
    with clock.stage("parse"):
        from vocalkit.lyrics import Lexicon, phonemize_sheet, read_underlay
        from vocalkit.score import fit_lyrics, lay_lyrics, lay_words

        own = Lexicon() if lexicon is None else lexicon
        if isinstance(text, TimedLyrics):
            return _timed_words(text, score, language=language, lexicon=own)
        sheet = None if text is None else phonemize_sheet(text, language=language, lexicon=own)
        guessed = () if sheet is None else _guessed(sheet)
        if score is None:
            return Words(None if sheet is None else sheet.lyrics, None, guessed)
        if sheet is not None and fit:
            fitted = fit_lyrics(score, sheet.lyrics, fit)
            return Words(sheet.lyrics, fitted.score, (*guessed, *fitted.report))
        if sheet is not None:
            return Words(sheet.lyrics, lay_lyrics(score, sheet.lyrics), guessed)
        if isinstance(score, Score):
            return Words(None, score)
        underlay = read_underlay(score.words, language=score.language, lexicon=own)
        return Words(None, lay_words(score, underlay.words), guessed_words([text for text, _ in underlay.unknown]))


def _timed_words(timed: TimedLyrics, score: ImportedScore | Score | None, *, language: str, lexicon: Lexicon) -> Words:
    if score is not None:
        raise ScoreError("timed lyrics bring their own rhythm; give them without a score, or the words as plain text")
    from vocalkit.lyrics.timed import phonemize_timed

    found = phonemize_timed(timed, language=language, lexicon=lexicon)
    fast = [line[0].start_s for line in found.spans if len(line) > FAST_SYLLABLES_PER_S * _length_s(line)]
    warnings = _guessed(found.sheet)
    if fast:
        warnings += (f"the words at {fast[0]:.1f} s are timed faster than they can be sung well; check the file",)
    return Words(found.lyrics, None, warnings, spans=found.spans)


def _length_s(line: tuple[SyllableSpan, ...]) -> float:
    return line[-1].end_s - line[0].start_s


def _guessed(sheet: LyricSheet) -> tuple[str, ...]:
    shown = [f"{word.text} (line {number})" for number, word in sheet.unknown]
    return guessed_words(shown, or_else=f", or as {sheet.unknown[0][1].text}{{…}}" if shown else "")


def guessed_words(words: Sequence[str], *, or_else: str = "") -> tuple[str, ...]:
    """A warning that tells which words are said as well as can be, if there are any."""
    if not words:
        return ()
    more = f" and {len(words) - SHOWN_UNKNOWN} more" if len(words) > SHOWN_UNKNOWN else ""
    shown = ", ".join(words[:SHOWN_UNKNOWN])
    return (f"how these words sound is a guess: {shown}{more}; write them in a --lexicon{or_else}",)
