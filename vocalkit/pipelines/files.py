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
from vocalkit.errors import ChartError, OutputError
from vocalkit.pipelines.add_vocals import (
    AddVocals,
    Render,
    add_variations,
    add_vocals,
    listen,
    set_takes,
    warnings_about,
)
from vocalkit.pipelines.analysis_json import analysis_text, given_in_json
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.control import Asked, with_control
from vocalkit.pipelines.credits import Material, Part, material
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.inputs import (
    check_nothing_chosen,
    read_music,
    read_own_score,
    read_text,
    read_words,
    read_words_or_times,
)
from vocalkit.pipelines.publish import check_target, is_render, staged_file
from vocalkit.pipelines.render_folder import Release, publish, with_read_stage
from vocalkit.pipelines.report import Report
from vocalkit.pipelines.sing_score import SingScore, sing_score
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.tunes import Tune
from vocalkit.pipelines.voices import choose_voice
from vocalkit.pipelines.words import read_words_and_score
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio, Backing, Given, Key, Performance, Score, SoundFormat, TimedLyrics

WRITTEN_SCORES = (".musicxml", ".xml", ".mid", ".midi")


def add_vocals_to_file(
    instrumental: Path,
    out: Path,
    *,
    lyrics: Path | None = None,
    score: Path | None = None,
    given: Path | None = None,
    choices: Choices = Choices(),  # noqa: B008  (frozen)
    asked: Asked = Asked(),  # noqa: B008  (frozen)
    form: SoundFormat = "wav",
    progress: Progress = silent,
) -> tuple[Render, Report]:
    """Read an instrumental and words or a score, sing, and write the folder `out`.

    given: a score of the first bars, from which the melody goes on; form: of the sounds.
    """
    check_target(out)
    request, release, clock = _song_request(
        {"instrumental": instrumental, "lyrics": lyrics, "score": score, "given": given},
        choices,
        asked,
        form=form,
        progress=progress,
    )
    render = with_read_stage(add_vocals(request, progress=progress), clock)
    return render, publish(render, out, release, desk=open_desk(), progress=progress)


def add_variations_to_folder(
    instrumental: Path,
    out: Path,
    count: int,
    *,
    lyrics: Path | None = None,
    given: Path | None = None,
    choices: Choices = Choices(),  # noqa: B008  (frozen)
    asked: Asked = Asked(),  # noqa: B008  (frozen)
    form: SoundFormat = "wav",
    progress: Progress = silent,
) -> tuple[Report, ...]:
    """As `add_vocals_to_file`: `count` truly different takes in ``out/take-1`` (the best), ``out/take-2`` and so on."""
    if is_render(out):
        raise OutputError(f"{out} holds a render already; choose another --out for the takes")
    folders = [out / f"take-{number}" for number in range(1, count + 1)]
    for folder in folders:
        check_target(folder)
    request, release, clock = _song_request(
        {"instrumental": instrumental, "lyrics": lyrics, "score": None, "given": given},
        choices,
        asked,
        form=form,
        progress=progress,
    )
    reports = []
    for render, folder in zip(add_variations(request, count, progress=progress), folders, strict=True):
        own = replace(release, arguments={**release.arguments, "seed": render.report.seed})
        reports.append(publish(with_read_stage(render, clock), folder, own, desk=open_desk(), progress=progress))
    return tuple(reports)


def _song_request(
    files: Mapping[str, Path | None], choices: Choices, asked: Asked, *, form: SoundFormat, progress: Progress
) -> tuple[AddVocals, Release, StageClock]:
    """What was asked for, read and understood; and how it will be released. files: by the command's names for them."""
    choose_voice(choices.voice)
    clock = StageClock(progress)
    choices = with_control(choices, asked, clock)
    instrumental, lyrics, score, given = (files[name] for name in ("instrumental", "lyrics", "score", "given"))
    if instrumental is None:
        raise OutputError("an instrumental is needed to sing on")
    if score is None and given is None:
        check_nothing_chosen(choices.reading, "give --score")
    with clock.stage("read"):
        words = None if lyrics is None else read_words_or_times(lyrics)
        own = None if score is None else read_music(score, choices.reading)
        first = None if given is None else read_own_score(given, choices.reading)
        played = own if isinstance(own, Performance) else None
        melody = None if isinstance(own, Performance) else own
        request = AddVocals(read(instrumental), words, melody, choices, given=first, performance=played)
        check_encodable(form, request.backing.sample_rate)
        parts: dict[Part, Path | None] = {"instrumental": instrumental, "lyrics": lyrics, "first bars": given}
        materials = materials_of(parts | {"melody" if played is None else "performance": score}, words)
    arguments = {"command": "add-vocals", **files}
    return request, Release(form, materials, choices_in_json(arguments, choices) | {"format": form}), clock


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
        request = SingScore(read_music(source, choices.reading), words, choices)
        part: Part = "performance" if isinstance(request.source, Performance) else "melody"
        materials = materials_of({part: source, "lyrics": lyrics}, words)
    render = with_read_stage(sing_score(request, progress=progress), clock)
    arguments = {"command": "sing", "score": source, "lyrics": lyrics}
    release = Release(form, materials, choices_in_json(arguments, choices) | {"format": form})
    return render, publish(render, out, release, desk=open_desk(), progress=progress)


def analyze_file(
    track: Path,
    choices: Choices,
    *,
    output: Path | None = None,
    picture: Path | None = None,
    progress: Progress = silent,
) -> Backing:
    """What is heard in a recording. output: a .json to write it to, for hand and `--analysis`; picture: a .png."""
    from threadpoolctl import threadpool_limits

    check_suffix(output, ".json", "an analysis")
    check_suffix(picture, ".png", "a picture")
    clock = StageClock(progress)
    with clock.stage("read"):
        audio = read(track)
    with threadpool_limits(1):
        backing = listen(audio, choices, clock)
    if output is not None:
        with staged_file(output) as staging:
            staging.write_text(analysis_text(backing, track.name, warnings_about(backing, choices)), encoding="utf-8")
    if picture is not None:
        from vocalkit.pipelines.analysis_picture import save_analysis

        with clock.stage("draw"), staged_file(picture) as staging:
            save_analysis(backing, audio, staging, title=track.name)
    return backing


def check_suffix(path: Path | None, suffix: str, what: str) -> None:
    """Raises OutputError where a file is not named as what it will hold."""
    if path is not None and path.suffix.lower() != suffix:
        raise OutputError(f"{what} is written as {suffix}; name it {path.stem or 'song'}{suffix}")


def compose_file(
    instrumental: Path,
    lyrics: Path,
    output: Path,
    *,
    choices: Choices,
    asked: Asked = Asked(),  # noqa: B008  (frozen)
    variations: int = 1,
    given: Path | None = None,
    progress: Progress = silent,
) -> tuple[tuple[Path, Tune], ...]:
    """Set words to a melody on an instrumental and write the score: MusicXML or MIDI by its suffix.

    variations: so many truly different takes, the best first, into ``tune-1.musicxml`` and so on for ``tune.musicxml``;
    given: a score of the first bars, from which the melody goes on.
    """
    suffix = output.suffix.lower()
    if suffix not in WRITTEN_SCORES:
        raise OutputError(f"cannot tell the format of {output.name}; name it .musicxml or .mid")
    profile = choose_voice(choices.voice)
    clock = StageClock(progress)
    choices = with_control(choices, asked, clock)
    with clock.stage("read"):
        words = read_words_or_times(lyrics)
        audio = read(instrumental)
        first = None if given is None else read_own_score(given, choices.reading)
        AddVocals(audio, words, None, choices, first)
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        parsed = read_words_and_score(words, None, language=choices.language, lexicon=choices.lexicon, clock=clock)
        parsed = replace(parsed, given=first)
        backing = listen(audio, choices, clock)
        tunes = set_takes(backing, parsed, profile, choices, clock, count=variations)
    named = [output] if variations == 1 else [output.with_stem(f"{output.stem}-{n + 1}") for n in range(len(tunes))]
    for path, tune in zip(named, tunes, strict=True):
        _write_score(path, tune.score)
    return tuple(zip(named, tunes, strict=True))


def _write_score(path: Path, score: Score) -> None:
    from vocalkit.score import to_midi, to_musicxml

    data = to_midi(score) if path.suffix.lower() in (".mid", ".midi") else to_musicxml(score).encode("utf-8")
    with staged_file(path) as staging:
        staging.write_bytes(data)


def render_chart_file(chart: Path, output: Path, *, seed: int = 0) -> Audio:
    """Play a chord chart with the project's own band and write it as WAV."""
    if output.suffix.lower() != ".wav":
        raise OutputError(f"a backing is written as WAV; name it {output.stem or 'backing'}.wav")
    from vocalkit.band import parse_chart, render_chart

    audio = render_chart(parse_chart(read_text(chart, ChartError)), seed=seed)
    with staged_file(output) as staging:
        write_wav(staging, audio)
    return audio


def materials_of(files: Mapping[Part, Path | None], words: str | TimedLyrics | None) -> tuple[Material, ...]:
    """What was handed in, for the credits; the words in full."""
    text = "\n".join(line.text for line in words.lines) if isinstance(words, TimedLyrics) else words
    return tuple(
        material(part, path, text=text if part == "lyrics" else None)
        for part, path in files.items()
        if path is not None
    )


def choices_in_json(arguments: Mapping[str, Any], choices: Choices) -> dict[str, Any]:
    values = {name: str(value) if isinstance(value, Path) else value for name, value in arguments.items()}
    chosen = asdict(replace(choices, lexicon=None, known=Given()))
    chosen["known"] = given_in_json(choices.known)
    if choices.lexicon is not None:
        chosen["lexicon"] = sorted(choices.lexicon.entries)
    if isinstance(choices.key, Key):
        chosen["key"] = choices.key.name
    return values | chosen
