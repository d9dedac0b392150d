"""Words as composers divide them: straight from the XML of the CC0 lieder, language by language.

Nothing of vocalkit's importers is used here, so that what is measured against is independent of it.
"""

from __future__ import annotations

import hashlib
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

MARKS = {
    "en": "the and of to my thy with that thee thou you when her his is for in all not from they was",
    "de": "der die und das ich nicht ein du mir mein ist sie dem den mich dich wie im auf zu",
    "fr": "le les des une est et je dans qui sur mon ma pour tu du pas au ne il au dans vous",
    "it": "che il non di mi per del della è cor più amor mio con ti gli già ed nel dal",
    "es": "el los las y que en una con su por al mi yo lo",
    "pt": "que em um uma não do da os as meu minha com eu",
    "sv": "och jag det är som på av i så du en min",
}
"""Short words that tell the languages apart; a text belongs to the one with most of them, if clearly."""
LINE_WORDS = 12


@dataclass(frozen=True, slots=True)
class Song:
    """One verse of one sung part. lines: of words, each its parts as the composer divides it; held_out: not tuned on.

    Scores have no line breaks; poets' lines begin with a capital, so a line is begun before each.
    """

    file: str
    language: str
    held_out: bool
    lines: tuple[tuple[tuple[str, ...], ...], ...]


def songs(folder: Path) -> Iterator[Song]:
    """Every verse of every part whose language is clear. folder: with the ``.mxl`` files."""
    for path in sorted(folder.glob("*.mxl")):
        held_out = hashlib.sha256(path.name.encode()).digest()[0] % 2 == 1
        sung = dict.fromkeys(tuple(map(tuple, words)) for words in _verses(_root(path)))  # choirs sing the same words
        for words in sung:
            language = language_of(["".join(parts).lower() for parts in words])
            if language is not None:
                yield Song(path.name, language, held_out, _lines(words, language))


def _root(path: Path) -> ElementTree.Element:
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith((".xml", ".musicxml")) and "META" not in n)
        return ElementTree.fromstring(archive.read(name))


def _verses(root: ElementTree.Element) -> Iterator[list[list[str]]]:
    """Words of each verse and voice; a word whose marks contradict each other is left out."""
    for part in root.iter("part"):
        verses: dict[tuple[str, str], list[tuple[str, str]]] = {}
        for note in part.iter("note"):
            voice = note.findtext("voice") or "1"
            for lyric in note.findall("lyric"):
                verses.setdefault((voice, lyric.get("number") or "1"), []).extend(_texts(lyric))
        for texts in verses.values():
            yield _words(texts)


def _texts(lyric: ElementTree.Element) -> list[tuple[str, str]]:
    """(syllabic, text) of one note: several where words are elided on it."""
    found: list[tuple[str, str]] = []
    syllabic = "single"
    for child in lyric:
        if child.tag == "syllabic":
            syllabic = child.text or "single"
        elif child.tag == "text" and (child.text or "").strip():
            pieces = re.split(r"[\s\u00a0_‿]+", (child.text or "").strip())
            pieces = [piece for piece in pieces if piece]
            for index, piece in enumerate(pieces):
                opens = index > 0 or syllabic in ("single", "begin")
                closes = index < len(pieces) - 1 or syllabic in ("single", "end")
                kind = {(True, True): "single", (True, False): "begin", (False, True): "end"}.get((opens, closes))
                found.append((kind or "middle", piece))
    return found


def _words(texts: list[tuple[str, str]]) -> list[list[str]]:
    words: list[list[str]] = []
    here: list[str] | None = None
    for kind, text in texts:
        if kind in ("single", "begin"):
            here = [text]
        elif here is not None:
            here.append(text)
        if kind in ("single", "end"):
            if here is not None:
                words.append(here)
            here = None
    cleaned = [[re.sub(r"[^\w'’-]|[\d_]", "", part).replace("’", "'") for part in word] for word in words]
    return [word for word in cleaned if all(re.search(r"\w", part) for part in word)]


def _lines(words: tuple[tuple[str, ...], ...], language: str) -> tuple[tuple[tuple[str, ...], ...], ...]:
    lines: list[list[tuple[str, ...]]] = [[]]
    for word in words:
        capital = language != "de" and word[0][:1].isupper() and word[0] not in ("I", "I'm", "O")
        if capital or len(lines[-1]) >= LINE_WORDS:
            lines.append([])
        lines[-1].append(word)
    return tuple(tuple(line) for line in lines if line)


def language_of(words: list[str]) -> str | None:
    if len(words) < 20:
        return None
    shares = {code: sum(word in marks.split() for word in words) / len(words) for code, marks in MARKS.items()}
    first, second = sorted(shares, key=lambda code: -shares[code])[:2]
    return first if shares[first] > 0.08 and shares[first] > 1.4 * shares[second] else None
