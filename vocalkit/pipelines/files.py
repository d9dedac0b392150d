"""From file names to finished folders: what the command line and the demo call.

Everything cheap is checked first (the output folder, the voice, the words), so that a slip shows
before the long work, not after it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from vocalkit.audio import check_encodable, read, write_wav
from vocalkit.errors import ChartError, LyricsError, OutputError, ScoreError, VocalkitError
from vocalkit.pipelines.add_vocals import (
    AddVocals,
    Choices,
    Render,
    add_vocals,
    listen,
    set_words,
)
from vocalkit.pipelines.credits import Material, Part, material
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.publish import check_target, staged_file
from vocalkit.pipelines.render_folder import Release, publish, with_read_stage
from vocalkit.pipelines.report import Report
from vocalkit.pipelines.sing_score import SingScore, sing_score
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.voices import choose_voice
from vocalkit.pipelines.words import read_words_and_score
from vocalkit.protocols import Progress, silent
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Audio, Backing, Key, Performance, Score, SoundFormat, TimedLyrics

LARGEST_TEXT_BYTES = 1_000_000
LARGEST_PERFORMANCE_BYTES = 200_000_000
WRITTEN_SCORES = (".musicxml", ".xml", ".mid", ".midi")


def add_vocals_to_file(
    instrumental: Path,
    out: Path,
    *,
    lyrics: Path | None = None,
    score: Path | None = None,
    choices: Choices = Choices(),  # noqa: B008  (frozen)
    form: SoundFormat = "wav",
    progress: Progress = silent,
) -> tuple[Render, Report]:
    """Read an instrumental and words or a score, sing, and write the folder `out`. form: of its sounds."""
    check_target(out)
    choose_voice(choices.voice)
    clock = StageClock(progress)
    with clock.stage("read"):
        words = None if lyrics is None else read_words_or_times(lyrics)
        own = None if score is None else read_own_score(score, choices.language)
        request = AddVocals(read(instrumental), words, own, choices)
        check_encodable(form, request.backing.sample_rate)
        materials = _materials({"instrumental": instrumental, "lyrics": lyrics, "melody": score}, words)
    render = with_read_stage(add_vocals(request, progress=progress), clock)
    arguments = {"command": "add-vocals", "instrumental": instrumental, "lyrics": lyrics, "score": score}
    release = Release(form, materials, _in_json(arguments, choices) | {"format": form})
    return render, publish(render, out, release, desk=open_desk(), progress=progress)


def sing_file(
    source: Path,
    out: Path,
    *,
    lyrics: Path | None = None,
    choices: Choices = Choices(),  # noqa: B008  (frozen)
    form: SoundFormat = "wav",
    progress: Progress = silent,
) -> tuple[Render, Report]:
    """Read a score or a performance.json, sing it dry, and write the folder `out`. form: of its sound."""
    check_target(out)
    choose_voice(choices.voice)
    clock = StageClock(progress)
    with clock.stage("read"):
        words = None if lyrics is None else read_words(lyrics)
        request = SingScore(_read_music(source, choices.language), words, choices)
        part: Part = "performance" if isinstance(request.source, Performance) else "melody"
        materials = _materials({part: source, "lyrics": lyrics}, words)
    render = with_read_stage(sing_score(request, progress=progress), clock)
    arguments = {"command": "sing", "score": source, "lyrics": lyrics}
    release = Release(form, materials, _in_json(arguments, choices) | {"format": form})
    return render, publish(render, out, release, desk=open_desk(), progress=progress)


def analyze_file(track: Path, choices: Choices, *, progress: Progress = silent) -> Backing:
    """What is heard in a recording."""
    from threadpoolctl import threadpool_limits

    clock = StageClock(progress)
    with clock.stage("read"):
        audio = read(track)
    with threadpool_limits(1):
        return listen(audio, choices, clock)


def compose_file(
    instrumental: Path, lyrics: Path, output: Path, *, choices: Choices, progress: Progress = silent
) -> Score:
    """Set words to a melody on an instrumental and write the score: MusicXML or MIDI by its suffix."""
    suffix = output.suffix.lower()
    if suffix not in WRITTEN_SCORES:
        raise OutputError(f"cannot tell the format of {output.name}; name it .musicxml or .mid")
    profile = choose_voice(choices.voice)
    clock = StageClock(progress)
    with clock.stage("read"):
        words = read_words_or_times(lyrics)
        audio = read(instrumental)
        AddVocals(audio, words, None, choices)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        parsed = read_words_and_score(words, None, language=choices.language, lexicon=choices.lexicon, clock=clock)
        score, _ = set_words(listen(audio, choices, clock), parsed, profile, choices, clock)
    from vocalkit.score import to_midi, to_musicxml

    data = to_midi(score) if suffix in (".mid", ".midi") else to_musicxml(score).encode("utf-8")
    with staged_file(output) as staging:
        staging.write_bytes(data)
    return score


def render_chart_file(chart: Path, output: Path, *, seed: int = 0) -> Audio:
    """Play a chord chart with the project's own band and write it as WAV."""
    if output.suffix.lower() != ".wav":
        raise OutputError(f"a backing is written as WAV; name it {output.stem or 'backing'}.wav")
    from vocalkit.band import parse_chart, render_chart

    audio = render_chart(parse_chart(_read_text(chart, ChartError)), seed=seed)
    with staged_file(output) as staging:
        write_wav(staging, audio)
    return audio


def read_words(path: Path) -> str:
    """The text of a lyrics file: UTF-8, or UTF-16 with its mark."""
    return _read_text(path, LyricsError)


def read_words_or_times(path: Path) -> str | TimedLyrics:
    """The words of a lyrics file; with their times where it is an LRC file."""
    if path.suffix.lower() != ".lrc":
        return read_words(path)
    if not path.is_file():
        raise LyricsError(f"there is no file {path}")
    from vocalkit.score import read_timed_lyrics

    return read_timed_lyrics(path)


def read_own_score(path: Path, language: str) -> ImportedScore:
    """The sung line of a user's MusicXML or MIDI file; language: of its words."""
    if not path.is_file():
        raise ScoreError(f"there is no file {path}")
    from vocalkit.score import read_score

    return read_score(path, language=language)


def _read_music(path: Path, language: str) -> ImportedScore | Performance:
    if path.suffix.lower() != ".json":
        return read_own_score(path, language)
    from vocalkit.synth.performance_json import performance_from_json

    return performance_from_json(_read_text(path, ScoreError, limit=LARGEST_PERFORMANCE_BYTES))


def _read_text(path: Path, fault: type[VocalkitError], *, limit: int = LARGEST_TEXT_BYTES) -> str:
    try:
        if path.is_dir():
            raise fault(f"{path} is a folder, not a text file")
        if path.exists() and path.stat().st_size > limit:
            raise fault(f"{path.name} is far too large for a text ({path.stat().st_size:,} bytes)")
        data = path.read_bytes()
    except FileNotFoundError:
        raise fault(f"there is no file {path}") from None
    except OSError as error:
        raise fault(f"cannot read {path}: {error.strerror or error}") from None
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise fault(f"{path.name} is not text that can be read; save it as UTF-8") from None
    if "\0" in text:
        raise fault(f"{path.name} is a binary file, not text")
    if not text.strip():
        raise fault(f"{path.name} is empty")
    return text


def _materials(files: Mapping[Part, Path | None], words: str | TimedLyrics | None) -> tuple[Material, ...]:
    """What was handed in, for the credits; the words in full."""
    text = "\n".join(line.text for line in words.lines) if isinstance(words, TimedLyrics) else words
    return tuple(
        material(part, path, text=text if part == "lyrics" else None)
        for part, path in files.items()
        if path is not None
    )


def _in_json(arguments: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    values = {name: str(value) if isinstance(value, Path) else value for name, value in arguments.items()}
    chosen = asdict(replace(choices, lexicon=None))
    if choices.lexicon is not None:
        chosen["lexicon"] = sorted(choices.lexicon.entries)
    if isinstance(choices.key, Key):
        chosen["key"] = choices.key.name
    return values | chosen
