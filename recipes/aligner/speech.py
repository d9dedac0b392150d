"""Recorded sentences with their words, to learn from or to be measured on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from vocalkit.audio import read
from vocalkit.lyrics import parse_lyrics
from vocalkit.types import Audio

HELD_OUT = {"kathleen": 40, "kerstin": 12}
"""The last so many clips are never trained on."""
Words = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    name: str
    text: str
    words: Words
    audio: Audio


def words_of(texts: list[str], language: str) -> list[Words]:
    """The phonemes of each word of each text."""
    lyrics = parse_lyrics("\n".join(" ".join(text.split()) for text in texts), language=language)
    lines = [line for section in lyrics.sections for line in section.lines]
    if len(lines) != len(texts):
        raise SystemExit("a text holds nothing that can be said")
    found = []
    for line in lines:
        words: list[tuple[str, ...]] = []
        for syllable in line.syllables:
            if syllable.position in ("single", "begin") or not words:
                words.append(syllable.phonemes)
            else:
                words[-1] += syllable.phonemes
        found.append(tuple(words))
    return found


def corpus(speech: Path, name: str, *, held_out: bool) -> list[Spoken]:
    """Kathleen or Kerstin: LJSpeech's metadata.csv."""
    rows = [line.split("|")[:2] for line in (speech / name / "metadata.csv").read_text("utf-8").splitlines()]
    rows = [row for row in rows if (speech / name / f"{row[0]}.flac").is_file()]
    rows = rows[-HELD_OUT[name] :] if held_out else rows[: -HELD_OUT[name]]
    words = words_of([text for _, text in rows], "de" if name == "kerstin" else "en-us")
    return [
        Spoken(stem, text, said, read(speech / name / f"{stem}.flac"))
        for (stem, text), said in zip(rows, words, strict=True)
    ]


def librispeech(speech: Path) -> list[Spoken]:
    """One sentence each of many speakers."""
    folder = speech / "librispeech" / "train-clean-100"
    table = dict(line.split(" ", 1) for line in (folder / "transcripts.txt").read_text().splitlines())
    paths = [path for path in sorted(folder.glob("*.flac")) if path.stem in table]
    texts = [table[path.stem].lower() for path in paths]
    return [
        Spoken(path.stem, text, said, read(path))
        for path, text, said in zip(paths, texts, words_of(texts, "en-us"), strict=True)
    ]


def speech_clips(speech: Path, *, many: bool) -> list[Spoken]:
    """What may be learned from. many: LibriSpeech's 70 speakers too."""
    found = [clip for name in HELD_OUT for clip in corpus(speech, name, held_out=False)]
    return found + librispeech(speech) if many else found
