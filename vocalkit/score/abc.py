"""ABC tunes → `Sheet`: voices, words under ``w:`` lines, repeats and endings, as they are played.

Ours because the parsers that exist lose ``w:`` verses or voices (docs/scores.md has figures).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from fractions import Fraction

from vocalkit.errors import ScoreError
from vocalkit.score.abc_fields import default_length
from vocalkit.score.abc_voice import Setting, VoiceWalk
from vocalkit.score.abc_words import align
from vocalkit.score.reading import Reading
from vocalkit.score.repeats import play_order
from vocalkit.score.sheet import Sheet
from vocalkit.score.sung_line import sheet_notes, sung_line
from vocalkit.score.texts import clean, decoded, lines_of
from vocalkit.score.unfold import Playing

_FIELD = re.compile(r"([A-Za-z+]):(.*)$")
_VOICE = re.compile(r"\[V:\s*([^\s\]]+)[^\]]*\]")
_MAX_VOICES = 64


@dataclass
class _Tune:
    """One tune's lines, each with its number in the file."""

    title: str = ""
    lines: list[tuple[int, str]] = field(default_factory=list)


@dataclass
class _Body:
    """Voices while a tune is read. current: the voice that lines belong to."""

    setting: Setting
    walks: dict[str, VoiceWalk] = field(default_factory=dict)
    current: str = "1"
    verse: int = 0

    def voice(self) -> VoiceWalk:
        """The walk of the current voice, begun where it is new."""
        if self.current not in self.walks:
            if len(self.walks) >= _MAX_VOICES:
                raise ScoreError(f"more than {_MAX_VOICES} voices")
            self.walks[self.current] = VoiceWalk(replace(self.setting, key=dict(self.setting.key)))
        return self.walks[self.current]


def tune_titles(data: bytes) -> tuple[str, ...]:
    """Titles of the tunes of an ABC file, in order; `Reading.song` counts them from 1."""
    return tuple(tune.title for tune in _tunes(data))


def parse_abc(data: bytes, reading: Reading = Reading()) -> Sheet:  # noqa: B008  (frozen)
    """One voice of one tune. ScoreError, with the line, for what cannot be read."""
    tunes = _tunes(data)
    if not tunes:
        raise ScoreError("line 1: not an ABC file (no X: field)")
    if reading.song > len(tunes):
        raise ScoreError(f"song {reading.song} does not exist; the file has {len(tunes)}")
    tune = tunes[reading.song - 1]
    walks = list(_read(tune).values())
    noted = [walk for walk in walks if walk.part.notes]
    if not noted:
        raise ScoreError(f"the tune {tune.title!r} has no notes")
    if reading.part is not None and reading.part > len(noted):
        raise ScoreError(f"part {reading.part} does not exist; the tune has {len(noted)} voices")
    worded = next((i for i, walk in enumerate(noted) if any(note.lyrics for note in walk.part.notes)), 0)
    chosen = noted[reading.part - 1 if reading.part else worded]
    chosen.part.tempos = chosen.part.tempos or noted[0].part.tempos
    chosen.part.chords = chosen.part.chords or noted[0].part.chords
    return _played(chosen, tune.title, reading)


def _played(walk: VoiceWalk, title: str, reading: Reading) -> Sheet:
    starts = [*walk.starts, walk.now] if walk.now > walk.starts[-1] else walk.starts
    marks = walk.marks[: len(starts) - 1]
    order = play_order(marks) if reading.repeats else list(range(len(starts) - 1))
    playing = Playing(starts, order)
    part = playing.part(walk.part)
    line, warnings = sung_line(part.notes, verse=reading.verse, voice=reading.voice)
    if not line:
        raise ScoreError("the tune has no notes")
    return Sheet(
        notes=sheet_notes(line),
        end=max(playing.end, line[-1].end),
        tempos=tuple(sorted(dict(part.tempos).items())),
        signatures=tuple(sorted(dict(part.signatures).items())),
        bars=playing.bars,
        keys=tuple(sorted(dict(part.keys).items(), key=lambda mark: mark[0])),
        chords=tuple(sorted(part.chords, key=lambda chord: chord.start)),
        marks=tuple(sorted(dict(part.rehearsals).items())),
        language=reading.language,
        title=title,
        warnings=(*warnings, *(f"{count} {what} are left out" for what, count in part.lost.items())),
    )


def _tunes(data: bytes) -> list[_Tune]:
    tunes: list[_Tune] = []
    for number, line in enumerate(lines_of(decoded(data, fallbacks=("latin-1",))), 1):
        line = line.lstrip("\ufeff")
        if re.match(r"X:\s*\d", line):
            tunes.append(_Tune())
        if not tunes or line.startswith("%"):
            continue
        if line.startswith("T:") and not tunes[-1].title:
            tunes[-1].title = clean(line[2:].split("%")[0])
        tunes[-1].lines.append((number, line))
    return tunes


def _read(tune: _Tune) -> dict[str, VoiceWalk]:
    """All voices, in the order of the tune."""
    body = _Body(Setting(Fraction(0), {}, None))
    opening = VoiceWalk(body.setting)  # reads the header's fields, so that they hold from the start of every voice
    in_header, pending = True, ""
    for number, line in tune.lines:
        where = f"line {number}"
        found = _FIELD.match(line)
        if found:
            letter, value = found.group(1), found.group(2)
            if in_header:
                _header_field(body, opening, letter, value, where)
                in_header = letter != "K"
            else:
                _body_field(body, letter, value, where)
            continue
        text = re.sub(r"(?<!\\)%.*", "", line).rstrip()
        if in_header or not text.strip():
            continue
        if text.endswith("\\"):
            pending += text[:-1]
            continue
        _music(body, pending + text, where)
        pending = ""
    for walk in body.walks.values():
        walk.part.keys[:0] = opening.part.keys
        walk.part.signatures[:0] = opening.part.signatures
        walk.part.tempos[:0] = opening.part.tempos
    return body.walks


def _header_field(body: _Body, opening: VoiceWalk, letter: str, value: str, where: str) -> None:
    setting = body.setting
    if letter == "V":
        _begin_voice(body, value)
    elif letter == "K" and setting.unit == 0:
        setting.unit = default_length(setting.signature)
    if letter in "LMKQ":
        opening.field(letter, value, where)
    if letter == "K":
        for walk in body.walks.values():
            walk.setting = replace(setting, key=dict(setting.key), semitones=walk.setting.semitones)


def _body_field(body: _Body, letter: str, value: str, where: str) -> None:
    if letter == "V":
        _begin_voice(body, value)
    elif letter == "w":
        body.verse += 1
        walk, goes_on = body.voice(), body.voice().open_words.get(body.verse, False)
        walk.open_words[body.verse] = align(walk.line, value, str(body.verse), walk.part, open_word=goes_on)
    elif letter in "LMKQP":
        body.voice().field(letter, value, where)


def _begin_voice(body: _Body, value: str) -> None:
    """``V:1 octave=-1 transpose=2``; a clef says how it looks, not how it sounds."""
    words = value.split("%")[0].split()
    body.current = words[0] if words else "1"
    walk = body.voice()
    for word in words[1:]:
        found = re.fullmatch(r"(octave|transpose)=(-?\d{1,2})", word)
        if found:
            walk.setting.semitones += int(found.group(2)) * (12 if found.group(1) == "octave" else 1)


def _music(body: _Body, text: str, where: str) -> None:
    """One line of music; ``[V:name]`` in it changes the voice."""
    body.verse = 0
    at = 0
    for found in _VOICE.finditer(text):
        if text[at : found.start()].strip():
            body.voice().read(text[at : found.start()], where)
        body.current = found.group(1)
        at = found.end()
    body.voice().read(text[at:], where)
