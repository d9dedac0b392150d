"""Lyrics as text: bytes decoded, unusable text refused with its line, lines cut into words."""

from __future__ import annotations

import re
import unicodedata

from vocalkit.errors import LyricsError

MAX_CHARACTERS = 100_000
MAX_LINE_CHARACTERS = 500

_SCRIPTS: dict[str, str] = {
    "CYRILLIC": "ru uk be bg mk sr kk ky tt ba cv mn sah tg",
    "GREEK": "el grc",
    "HEBREW": "he",
    "ARABIC": "ar fa ur ug sd ku",
    "DEVANAGARI": "hi mr ne kok sa",
    "CJK": "cmn yue hak ja ko",
    "HIRAGANA": "ja",
    "KATAKANA": "ja",
    "HANGUL": "ko",
    "THAI": "th",
    "ARMENIAN": "hy hyw",
    "GEORGIAN": "ka",
    "BENGALI": "bn as bpy",
    "TAMIL": "ta",
    "TELUGU": "te",
    "GUJARATI": "gu",
    "GURMUKHI": "pa",
    "KANNADA": "kn",
    "MALAYALAM": "ml",
    "ORIYA": "or",
    "SINHALA": "si",
    "MYANMAR": "my",
    "ETHIOPIC": "am ti",
    "CHEROKEE": "chr",
    "SHAVIAN": "en",
}
"""Which languages (first part of the espeak code) each script but Latin writes."""

_APOSTROPHE = dict.fromkeys("’‘ʼ`´′＇", "'")
_LETTERS = "[^\\W\\d_][\u0300-\u036f]*"
_WORD = re.compile(
    rf"(?:{_LETTERS}\.){{2,}}(?!\w)"  # U.S.A.
    rf"|[$€£¥]?\d+(?:[.,:]\d+)*(?:{_LETTERS})*(?:'(?:{_LETTERS})+)?[%°$€£¥]?"  # 1,000  3rd  9:30  100%  $5
    r"|&"
    rf"|'?(?:{_LETTERS}|\d)+(?:'(?:{_LETTERS}|\d)+)*'?"
)
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
_VOWEL_LETTER = re.compile(r"[aeiouyæœàâäáéèêëíîïóòôöúùûüý]", re.IGNORECASE)


def decode_text(data: bytes, *, name: str) -> str:
    """Text of a lyrics file in UTF-8 or, with its byte-order mark, UTF-16. LyricsError for anything else."""
    if data[:4] in (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff"):
        raise LyricsError(f"{name}: is UTF-32 text; save it as UTF-8")
    utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
    try:
        text = data.decode("utf-16" if utf16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        kind = "UTF-16" if utf16 else "UTF-8"
        hint = "save it as UTF-8 (it may be Latin-1 or Windows-1252), or check that it is a text file"
        raise LyricsError(f"{name}: line {line} is not {kind} text; {hint}") from error
    return text


def check_text(text: str) -> None:
    """Raise LyricsError, with the line, for text that is too long or no plain text."""
    if len(text) > MAX_CHARACTERS:
        raise LyricsError(f"lyrics are {len(text)} characters long; at most {MAX_CHARACTERS} are read: shorten them")
    for number, line in enumerate(text.splitlines(), 1):
        for char in line:
            if char == "\0" or (unicodedata.category(char) in ("Cc", "Cn", "Co", "Cs") and char != "\t"):
                raise LyricsError(f"line {number}: control character U+{ord(char):04X}; this is not plain text")
        if len(line) > MAX_LINE_CHARACTERS:
            raise LyricsError(f"line {number}: {len(line)} characters in one line; break it at the phrases")


def foreign_script(line: str, *, language: str) -> str | None:
    """Name of a script in the line that the language is not written in, None where there is none.

    Latin letters pass everywhere: other scripts borrow words in them.
    """
    code = language.split("-")[0]
    for char in line:
        if unicodedata.category(char) not in ("Lu", "Ll", "Lt", "Lo"):
            continue
        script = unicodedata.name(char, "UNKNOWN").removeprefix("HALFWIDTH ").removeprefix("FULLWIDTH ").split()[0]
        if script in ("LATIN", "FEMININE", "MASCULINE") or code in _SCRIPTS.get(script, "").split():
            continue
        return "Han" if script == "CJK" else script.title()
    return None


def drawn_in(word: str) -> str:
    """A word without the letters that only show how long it is held: ``sooooo`` so, ``freeee`` free."""
    return _DRAWN_OUT.sub(lambda match: match.group(1) * (2 if match.group(1) == "e" else 1), word)


def find_words(line: str, *, language: str) -> list[tuple[int, str]]:
    """Words of a line and where each begins; no punctuation or emoji, apostrophes stay, hyphens part words.

    Numbers keep their points and signs (``1,000``, ``100%``), abbreviations theirs (``U.S.A.``), and ``&`` is a word.
    """
    plain = "".join(_APOSTROPHE.get(char, char) for char in line)
    found: list[tuple[int, str]] = []
    for match in _WORD.finditer(plain):
        clitic = bool(found) and found[-1][1].endswith("'") and not _VOWEL_LETTER.search(found[-1][1])
        if clitic and not language.startswith("en"):
            at, text = found.pop()
            found.append((at, text + match.group().lstrip("'")))  # l' amour is sung as one word: l'amour
        else:
            found.append((match.start(), match.group()))
    return found
