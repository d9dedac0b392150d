"""A lyrics sheet → sections, lines and syllables. Conventions: headings in square brackets on a line of
their own (``[Verse 1]``, ``[Chorus]:``, ``[Chorus] x2``); one line is one phrase; a blank line ends a stanza.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from vocalkit.errors import LyricsError
from vocalkit.lyrics.espeak import check_language
from vocalkit.lyrics.phonemize import phonemize_lines
from vocalkit.lyrics.symbols import Phone
from vocalkit.lyrics.text import MAX_CHARACTERS, check_text, decode_text, find_words
from vocalkit.lyrics.underlaid import divide_word
from vocalkit.types import Line, Lyrics, LyricSection, Syllable

_HEADING = re.compile(
    r"^\[\s*([^\[\]]*?)\s*:?\s*\]\s*:?\s*(?:[x×*(]*\s*[x×*]?\s*(\d{1,2})\s*[x×)]?)?\s*:?$", re.IGNORECASE
)
_DEFAULT_LABEL = "Verse 1"
_MAX_REPEATS = 16
_MAX_BYTES = 4 * MAX_CHARACTERS + 4


@dataclass
class _Draft:
    """A section as written. lines: (text, its words, ends its stanza)."""

    label: str
    number: int
    times: int = 1
    lines: list[tuple[str, list[str], bool]] = field(default_factory=list)


def read_lyrics(path: Path, *, language: str = "en-us") -> Lyrics:
    """Read a lyrics file: UTF-8, or UTF-16 with its byte-order mark. See `parse_lyrics`."""
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except OSError as error:
        raise LyricsError(f"cannot read the lyrics {path}: {error.strerror or error}") from error
    if len(data) > _MAX_BYTES:
        raise LyricsError(f"{path.name}: too large for lyrics; at most {MAX_CHARACTERS} characters are read")
    text = decode_text(data, name=path.name)
    try:
        return parse_lyrics(text, language=language)
    except LyricsError as error:
        raise LyricsError(f"{path.name}: {error}") from error


def parse_lyrics(text: str, *, language: str = "en-us") -> Lyrics:
    """Sections, lines and syllables of a lyrics sheet.

    text: as typed, any line ends. language: espeak code. A heading without lines repeats the words last
    under that heading. Raises LyricsError, naming the line, for text that is empty, only headings or
    punctuation, not plain text, in another script, or too long; and for an unknown language.
    """
    check_language(language)
    plain = unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
    check_text(plain, language=language)
    drafts = _resolve_repeats(_read_sections(plain, language=language))
    if not any(draft.lines for draft in drafts):
        raise LyricsError(
            "the lyrics hold no words to sing, only headings or punctuation"
            if plain.strip()
            else "the lyrics are empty"
        )
    return Lyrics(_with_phonemes(drafts, language=language), language)


def _read_sections(text: str, *, language: str) -> list[_Draft]:
    drafts: list[_Draft] = []
    for number, raw in enumerate(text.splitlines(), 1):
        line = " ".join(raw.split())
        heading = _HEADING.match(line)
        if heading:
            label, times = heading.group(1) or _DEFAULT_LABEL, int(heading.group(2) or 1)
            if not 1 <= times <= _MAX_REPEATS:
                raise LyricsError(f"line {number}: a section can be sung 1 to {_MAX_REPEATS} times, not {times}")
            drafts.append(_Draft(label, number, times))
            continue
        words = [word for _, word in find_words(line, language=language)]
        if words:
            if not drafts:
                drafts.append(_Draft(_DEFAULT_LABEL, number))
            drafts[-1].lines.append((line, words, False))
        elif not line and drafts and drafts[-1].lines:
            drafts[-1].lines[-1] = (*drafts[-1].lines[-1][:2], True)
    return drafts


def _resolve_repeats(drafts: list[_Draft]) -> list[_Draft]:
    """Sections in singing order: empty headings take the earlier words, ``x2`` sings twice, stanzas end."""
    earlier: dict[str, _Draft] = {}
    sung: list[_Draft] = []
    for draft in drafts:
        name = draft.label.casefold()
        if draft.lines:
            draft.lines[-1] = (*draft.lines[-1][:2], True)
            earlier[name] = draft
        elif name in earlier:
            draft.lines = earlier[name].lines
        else:
            continue  # an instrumental part such as [Solo] has nothing to sing
        sung.extend([draft] * draft.times)
    if sum(len(line[0]) for draft in sung for line in draft.lines) > 2 * MAX_CHARACTERS:
        raise LyricsError(f"with its repeats the song has over {2 * MAX_CHARACTERS} characters: shorten it")
    return sung


def _with_phonemes(drafts: list[_Draft], *, language: str) -> tuple[LyricSection, ...]:
    spoken = iter(phonemize_lines([line[1] for draft in drafts for line in draft.lines], language=language))
    sections: list[LyricSection] = []
    divided: dict[tuple[str, tuple[Phone, ...]], tuple[Syllable, ...]] = {}  # words come back often
    for draft in drafts:
        lines: list[Line] = []
        for text, words, ends_stanza in draft.lines:
            syllables: list[Syllable] = []
            for key in zip(words, next(spoken), strict=True):
                if key not in divided:
                    divided[key] = divide_word(*key, language=language)
                syllables.extend(divided[key])
            lines.append(Line(text, tuple(syllables), ends_stanza))
        sections.append(LyricSection(draft.label, tuple(lines)))
    return tuple(sections)
