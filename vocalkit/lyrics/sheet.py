"""A lyrics sheet → sections, lines, words and syllables. Conventions: headings in square brackets on a line of
their own (``[Verse 1]``, ``[Chorus]:``, ``[Chorus] x2``); one line is one phrase; a blank line ends a stanza.
What may be marked inside a line is in `vocalkit.lyrics.markup`.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field, replace

from vocalkit.errors import LyricsError
from vocalkit.lyrics.espeak import check_language
from vocalkit.lyrics.language_table import tagged_language
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.lyrics.markup import Token, read_line
from vocalkit.lyrics.text import MAX_CHARACTERS, check_text
from vocalkit.lyrics.words import SungWord, say_lines
from vocalkit.types import Line, Lyrics, LyricSection, Syllable

_HEADING = re.compile(
    r"^\[\s*([^\[\]]*?)\s*:?\s*\]\s*:?\s*(?:[x×*(]*\s*[x×*]?\s*(\d{1,2})\s*[x×)]?)?\s*:?$", re.IGNORECASE
)
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9-]+)*")
_DEFAULT_LABEL = "Verse 1"
_MAX_REPEATS = 16
_NO_LEXICON = Lexicon()


@dataclass(frozen=True, slots=True)
class SheetLine:
    """One written line. number: in the file, from 1; words: as they are sung."""

    number: int
    text: str
    words: tuple[SungWord, ...]


@dataclass(frozen=True, slots=True)
class LyricSheet:
    """A sheet read in full. lyrics: in singing order, ready for a melody; lines: each written line once."""

    lyrics: Lyrics
    lines: tuple[SheetLine, ...]

    @property
    def unknown(self) -> tuple[tuple[int, SungWord], ...]:
        """Words whose sound is a guess, each once, with the line where it first stands."""
        found: dict[tuple[str, str], tuple[int, SungWord]] = {}
        for line in self.lines:
            for word in line.words:
                if word.unknown:
                    found.setdefault((word.text.lower(), word.language), (line.number, word))
        return tuple(found.values())


@dataclass
class _Written:
    """A line as written: its text, its words, and whether it ends a stanza."""

    number: int
    text: str
    tokens: list[Token]
    ends_stanza: bool = False


@dataclass
class _Draft:
    """A section as written."""

    label: str
    times: int = 1
    lines: list[_Written] = field(default_factory=list)


def phonemize_sheet(text: str, *, language: str = "en-us", lexicon: Lexicon = _NO_LEXICON) -> LyricSheet:
    """Everything about a lyrics sheet: its lines, words, syllables, phonemes, stress and unknown words.

    text: as typed, any line ends; language: espeak code; lexicon: the user's own pronunciations. A heading
    without lines repeats the words last under that heading. Raises LyricsError, naming the line, for text that
    is empty, only headings or punctuation, not plain text, in another script, wrongly marked, or too long; and
    for an unknown language. BackendUnavailable where a script needs an extra that is not installed.
    """
    check_language(language)
    plain = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    check_text(plain)
    written = _read_sections(plain, language=language)
    if not any(draft.lines for draft in written):
        raise LyricsError(
            "the lyrics hold no words to sing, only headings or punctuation"
            if plain.strip()
            else "the lyrics are empty"
        )
    lines = [line for draft in written for line in draft.lines]
    said = say_lines([line.tokens for line in lines], lexicon=lexicon)
    sung = {
        line.number: SheetLine(line.number, line.text, tuple(words)) for line, words in zip(lines, said, strict=True)
    }
    return LyricSheet(Lyrics(_sections(_resolve_repeats(written), sung, language), language), tuple(sung.values()))


def _read_sections(text: str, *, language: str) -> list[_Draft]:
    drafts: list[_Draft] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = " ".join(raw.split())
        try:
            draft = _heading(line)
            tokens = [] if draft else read_line(line, language=language)
        except LyricsError as error:
            raise LyricsError(f"line {number}: {error}") from None
        if draft:
            drafts.append(draft)
        elif tokens:
            if not drafts:
                drafts.append(_Draft(_DEFAULT_LABEL))
            drafts[-1].lines.append(_Written(number, line, tokens))
        elif not line and drafts and drafts[-1].lines:
            drafts[-1].lines[-1].ends_stanza = True
    return drafts


def _heading(line: str) -> _Draft | None:
    match = _HEADING.match(line)
    if match is None:
        return None
    label, times = match.group(1) or _DEFAULT_LABEL, int(match.group(2) or 1)
    if not 1 <= times <= _MAX_REPEATS:
        raise LyricsError(f"a section can be sung 1 to {_MAX_REPEATS} times, not {times}")
    if _TAG.fullmatch(label) and _is_language(label):
        raise LyricsError(f"[{label}] stands alone; write it before the words of a line, as in [{label}] la la la")
    return _Draft(label, times)


def _is_language(label: str) -> bool:
    try:
        tagged_language(label)
    except LyricsError:
        return False
    return True


def _resolve_repeats(drafts: list[_Draft]) -> list[_Draft]:
    """Sections in singing order: empty headings take the earlier words, ``x2`` sings twice, stanzas end."""
    earlier: dict[str, _Draft] = {}
    sung: list[_Draft] = []
    for draft in drafts:
        name = draft.label.casefold()
        if draft.lines:
            draft.lines[-1].ends_stanza = True
            earlier[name] = draft
        elif name in earlier:
            draft.lines = earlier[name].lines
        else:
            continue  # an instrumental part such as [Solo] has nothing to sing
        sung.extend([draft] * draft.times)
    if sum(len(line.text) for draft in sung for line in draft.lines) > 2 * MAX_CHARACTERS:
        raise LyricsError(f"with its repeats the song has over {2 * MAX_CHARACTERS} characters: shorten it")
    return sung


def _sections(drafts: list[_Draft], sung: dict[int, SheetLine], language: str) -> tuple[LyricSection, ...]:
    return tuple(
        LyricSection(
            draft.label,
            tuple(
                Line(line.text, line_syllables(sung[line.number].words, language), line.ends_stanza)
                for line in draft.lines
            ),
        )
        for draft in drafts
    )


def line_syllables(words: tuple[SungWord, ...], language: str) -> tuple[Syllable, ...]:
    """The syllables of a line, each with its language where that is not the song's: consent asks for all of them."""
    return tuple(
        syllable if word.language == language else replace(syllable, language=word.language)
        for word in words
        for syllable in word.syllables
    )
