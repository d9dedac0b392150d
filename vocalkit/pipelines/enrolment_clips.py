"""The clips an artist hands in: read, measured, and their words found in them."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from vocalkit.audio import read
from vocalkit.errors import AudioError, InputError, LyricsError
from vocalkit.protocols import Aligner, Progress
from vocalkit.types import AlignedClip, Audio, Syllable
from vocalkit.voice.quality import ClipQuality, measure_clip
from vocalkit.voice.transcripts import parse_transcripts

SUFFIXES = (".wav", ".flac", ".mp3", ".ogg")
MOST_CLIPS = 2_000
LARGEST_TRANSCRIPTS_BYTES = 8 * 2**20
LEAST_S = 20.0
MOST_LEFT_OUT = 0.25
TEXTS_A_CALL = 200

Words = tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True, eq=False)
class SpokenClip:
    """A clip with what it says and how good it is. audio: mono; sha256: of its file."""

    name: str
    sha256: str
    text: str
    words: Words
    audio: Audio
    quality: ClipQuality


def read_clips(folder: Path, transcripts: Path | None, *, language: str) -> tuple[SpokenClip, ...]:
    """Every recording below `folder` with its text.

    The texts are in `transcripts`; without it in a ``.txt`` beside each recording, or in tables called
    ``metadata.csv`` or ``*.trans.txt``. Raises InputError for an empty folder, two recordings of one name
    or missing texts, AudioError and LyricsError naming the clip.
    """
    paths = recordings(folder)
    names = Counter(path.name for path in paths)
    if twice := [name for name, count in names.items() if count > 1]:
        raise InputError(f"two recordings are called {twice[0]}; give every clip a name of its own")
    texts = _texts(folder, paths, transcripts)
    words = phonemes_of(texts, language=language)
    clips = []
    for path in paths:
        # Two channels of one microphone say nothing more than one.
        sound = read(path, max_duration_s=120.0)
        mono = Audio(sound.mono()[None], sound.sample_rate)
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
        clips.append(SpokenClip(path.name, digest, texts[path.name], words[path.name], mono, measure_clip(sound)))
    return tuple(clips)


def recordings(folder: Path) -> tuple[Path, ...]:
    """The recordings below a folder, by path. Raises InputError for none or too many."""
    paths = sorted(p for p in folder.rglob("*") if p.suffix.lower() in SUFFIXES) if folder.is_dir() else []
    if not paths:
        raise InputError(f"{folder} holds no recordings ({', '.join(SUFFIXES)})")
    if len(paths) > MOST_CLIPS:
        raise InputError(f"{folder} holds {len(paths)} recordings; {MOST_CLIPS} are the most")
    return tuple(paths)


def usable(clips: Sequence[SpokenClip]) -> tuple[SpokenClip, ...]:
    """The clips without a fault. InputError, saying what to record again, where they are too little for a voice."""
    good = tuple(clip for clip in clips if not clip.quality.faults)
    seconds = sum(clip.audio.duration_s for clip in good)
    if seconds < LEAST_S:
        worst = "; ".join(f"{clip.name}: {clip.quality.faults[0]}" for clip in clips if clip.quality.faults)[:600]
        raise InputError(
            f"{seconds:.0f} s of good clips are too little: {LEAST_S:.0f} s are the least, five minutes make a voice"
            + (f" ({worst})" if worst else "")
        )
    return good


def align_clips(
    clips: Sequence[SpokenClip], aligner: Aligner, progress: Progress
) -> tuple[tuple[AlignedClip, ...], tuple[str, ...]]:
    """The clips with their phonemes in place, and the names of those whose words were not found.

    Raises InputError, naming them, where so many do not fit that the transcripts must be wrong.
    """
    from vocalkit.voice.analyse import aligned_clip, pitch_range

    floor_hz, ceiling_hz = pitch_range([clip.audio for clip in clips[:20]])
    aligned, lost = [], []
    for number, clip in enumerate(clips):
        progress("align", number / len(clips))
        try:
            aligned.append(aligned_clip(clip.audio, clip.words, aligner, floor_hz=floor_hz, ceiling_hz=ceiling_hz))
        except AudioError:
            lost.append(clip.name)
    progress("align", 1.0)
    if not aligned or len(lost) > MOST_LEFT_OUT * len(clips):
        raise InputError(
            f"{len(lost)} of {len(clips)} clips do not say what their transcripts say ({', '.join(lost[:5])} …); "
            "check the transcripts and the language"
        )
    return tuple(aligned), tuple(lost)


def _texts(folder: Path, paths: Sequence[Path], transcripts: Path | None) -> dict[str, str]:
    names = [path.name for path in paths]
    if transcripts is not None:
        return parse_transcripts(_read_text(transcripts), names)
    if tables := sorted((*folder.rglob("metadata.csv"), *folder.rglob("*.trans.txt"))):
        return parse_transcripts("\n".join(map(_read_text, tables)), names)
    texts = {}
    for path in paths:
        beside = path.with_suffix(".txt")
        if not beside.is_file():
            raise InputError(f"no transcript for {path.name}: give --transcripts, or a {beside.name} beside it")
        texts[path.name] = _read_text(beside).strip()
    return texts


def _read_text(path: Path) -> str:
    try:
        if path.stat().st_size > LARGEST_TRANSCRIPTS_BYTES:
            raise InputError(f"{path} is too large for transcripts")
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"cannot read {path} as UTF-8 text: {error}") from None


def phonemes_of(texts: dict[str, str], *, language: str) -> dict[str, Words]:
    """The phonemes of each word of each text, many texts a call: starting espeak is what takes long."""
    from vocalkit.lyrics import parse_lyrics

    said = {name: " ".join(text.split()) for name, text in texts.items()}
    names = list(said)
    found: dict[str, Words] = {}
    for start in range(0, len(names), TEXTS_A_CALL):
        part = names[start : start + TEXTS_A_CALL]
        lyrics = parse_lyrics("\n".join(said[name] for name in part), language=language)
        lines = [line for section in lyrics.sections for line in section.lines]
        if len(lines) != len(part):
            raise LyricsError("a transcript holds brackets, or nothing that can be said; each clip needs its words")
        found |= {name: _words_of(line.syllables) for name, line in zip(part, lines, strict=True)}
    return found


def _words_of(syllables: Sequence[Syllable]) -> Words:
    words: list[tuple[str, ...]] = []
    for syllable in syllables:
        if syllable.position in ("single", "begin") or not words:
            words.append(syllable.phonemes)
        else:
            words[-1] += syllable.phonemes
    return tuple(words)
