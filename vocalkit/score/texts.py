"""Text inside score files: its encoding found, its control characters taken out, its limits kept."""

from __future__ import annotations

import codecs
import re
import unicodedata
from collections.abc import Sequence

from vocalkit.errors import ScoreError

NO_LYRIC = "…"
"""The lyric of a note that has no word and carries none on, in the files of singing editors."""
MAX_TEXT_BYTES = 20_000_000
_LEFT_OUT = frozenset("\ufffe\uffff\ufeff\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
CONTINUATIONS = ("+", "+~", "+*", "-", "ー", "~")
"""Lyrics of singing editors that carry the syllable before on, instead of naming a new one."""


def decoded(data: bytes, *, fallbacks: Sequence[str] = ("cp1252",), declared: str | None = None) -> str:
    """The text of a file: by its byte-order mark, then as declared, then UTF-8, then the fallbacks.

    ScoreError, with the byte, where none of them fits, where the text holds NUL bytes, or where it is too long.
    """
    if len(data) > MAX_TEXT_BYTES:
        raise ScoreError(f"larger than {MAX_TEXT_BYTES // 1_000_000} MB; no text score needs that")
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        encodings = ["utf-16"]
    elif data[:3] == codecs.BOM_UTF8:
        encodings = ["utf-8-sig"]
    else:
        if b"\0" in data:
            raise ScoreError(f"byte {data.index(0)}: a NUL byte; this is no text, or UTF-16 without its mark")
        encodings = [*([declared] if declared else []), "utf-8", *fallbacks]
    fault: UnicodeDecodeError | None = None
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except LookupError:
            continue
        except UnicodeDecodeError as error:
            fault = fault or error
            continue
        if "\0" in text:
            raise ScoreError(f"character {text.index(chr(0))}: a NUL character; save the file as UTF-8 text")
        return text
    where = f"byte {fault.start}" if fault else "byte 0"
    raise ScoreError(f"{where}: the text is not {' nor '.join(encodings)}; save the file as UTF-8")


def lines_of(text: str) -> list[str]:
    """The lines of a text file. What else Unicode calls a line's end stands inside lyrics, and ends nothing."""
    return re.split(r"\r\n|\n|\r", text)


def clean(text: str) -> str:
    """The text without control characters, and with single spaces.

    Soft hyphens and marks that turn the direction of writing go too; joiners stay, which Persian and Hindi need.
    """
    kept = "".join(" " if char.isspace() else char for char in text if char.isspace() or _writable(char))
    return " ".join(kept.split())


def _writable(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cs", "Cn") and char not in _LEFT_OUT


def has_words(text: str) -> bool:
    """Text that can be sung holds a letter or a digit."""
    return any(char.isalnum() for char in text)


def joined_words(texts: Sequence[str | None], hyphened: Sequence[bool]) -> list[str]:
    """Syllabics (begin, middle, end or single) of the texts that are there. hyphened: the word goes on after it."""
    marks: list[str] = []
    open_word = False
    for text, goes_on in zip(texts, hyphened, strict=True):
        if text is None:
            continue
        marks.append(("middle" if goes_on else "end") if open_word else ("begin" if goes_on else "single"))
        open_word = goes_on
    return marks


def number(text: str, what: str, *, low: float, high: float) -> float:
    """A finite number within bounds, a comma for the point allowed; ScoreError otherwise."""
    try:
        value = float(text.strip().replace(",", ".")) if len(text) < 40 else float("nan")
    except ValueError:
        value = float("nan")
    if not low <= value <= high:
        raise ScoreError(f"{what} must be a number from {low:g} to {high:g}, got {text.strip()[:40]!r}")
    return value
