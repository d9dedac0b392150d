"""Clips before they are enrolled: what is wrong with each, which phonemes they hold, and what to say next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from vocalkit.errors import AudioError, BackendUnavailable, InputError, OutputError
from vocalkit.pipelines.enrolment_clips import SpokenClip, phonemes_of, read_clips
from vocalkit.pipelines.publish import staged_file
from vocalkit.protocols import Aligner, Progress, silent
from vocalkit.resources import locate
from vocalkit.voice.coverage import PhonemeCount, choose, count_phonemes, coverage

MOST_PROMPTS = 12
GOOD_S, FULL_S = 30.0, 300.0
"""From how much clean speech a voice can be made at all, and well."""
NOT_FOUND = "its words were not found in it: read its text again, or correct it"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A sentence to read aloud. name: what to call its recording, without the suffix."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class ClipReport:
    """One clip's measures, as `vocalkit.voice.quality.ClipQuality` has them, and its faults in plain words."""

    name: str
    text: str
    measures: Mapping[str, float]
    faults: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ClipsReport:
    """What was found. good_s: seconds without a fault; coverage: of those; prompts: what fills its gaps best."""

    language: str
    clips: tuple[ClipReport, ...]
    good_s: float
    coverage: tuple[PhonemeCount, ...]
    prompts: tuple[Prompt, ...]

    @property
    def redo(self) -> tuple[ClipReport, ...]:
        """The clips that have to be recorded again."""
        return tuple(clip for clip in self.clips if clip.faults)

    def to_dict(self) -> dict[str, Any]:
        """JSON values."""
        return asdict(self)


def prompt_languages() -> tuple[str, ...]:
    """The languages there are sentences for, sorted."""
    return tuple(sorted(path.stem for path in (locate("consent") / "prompts").glob("*.txt")))


def read_prompts(language: str) -> tuple[Prompt, ...]:
    """The sentences of a language (``es`` or ``es-419``), numbered. InputError lists the languages there are."""
    stem = language.split("-")[0]
    if stem not in prompt_languages():
        raise InputError(f"there are no sentences for {language!r}; known: {', '.join(prompt_languages())}")
    lines = (locate("consent") / "prompts" / f"{stem}.txt").read_text(encoding="utf-8").split("\n")
    return tuple(Prompt(f"{stem}-{n:02d}", line.strip()) for n, line in enumerate(filter(None, lines), 1))


def check_clips(
    folder: Path,
    transcripts: Path | None,
    *,
    language: str,
    aligner: Aligner | None,
    progress: Progress = silent,
) -> ClipsReport:
    """Measure the clips of a folder and look for their words. aligner: None looks for no words.

    Raises what `read_clips` raises; a fault of a clip is part of the report, not an error.
    """
    clips = read_clips(folder, transcripts, language=language)
    reports = []
    for number, clip in enumerate(clips):
        progress("check", number / len(clips))
        reports.append(_report(clip, aligner))
    progress("check", 1.0)
    good = [clip for clip, report in zip(clips, reports, strict=True) if not report.faults]
    said = count_phonemes(clip.words for clip in good)
    prompts, wanted = _prompts_for(language)
    chosen = choose([words for _, words in prompts], said, most=MOST_PROMPTS) if prompts else []
    return ClipsReport(
        language,
        tuple(reports),
        round(sum(clip.audio.duration_s for clip in good), 2),
        coverage(said, wanted),
        tuple(prompts[index][0] for index in chosen),
    )


def _report(clip: SpokenClip, aligner: Aligner | None) -> ClipReport:
    measures = asdict(clip.quality)
    faults = list(measures.pop("faults"))
    if aligner is not None and not faults:
        try:
            aligner.align(clip.audio, clip.words)
        except AudioError:
            faults.append(NOT_FOUND)
    return ClipReport(clip.name, clip.text, measures, tuple(faults))


def _prompts_for(language: str) -> tuple[list[tuple[Prompt, Any]], tuple[str, ...]]:
    """The sentences of a language with their phonemes, and all of these; nothing where there are no sentences."""
    if language.split("-")[0] not in prompt_languages():
        return [], ()
    prompts = read_prompts(language)
    words = phonemes_of({prompt.name: prompt.text for prompt in prompts}, language=language)
    wanted = count_phonemes(words.values())
    return [(prompt, words[prompt.name]) for prompt in prompts], tuple(s for s, n in wanted.items() if n > 1)


def save_coverage(report: ClipsReport, path: Path) -> None:
    """Write a PNG: a bar a phoneme, how often it was said and how often it should be."""
    if path.suffix.lower() != ".png":
        raise OutputError(f"the picture is written as PNG; name it {path.stem or 'coverage'}.png")
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BackendUnavailable("a picture needs matplotlib: pip install 'vocalkit[demo]'") from None
    entries = sorted(report.coverage, key=lambda entry: -entry.count)
    figure = Figure(figsize=(max(6.0, 0.28 * len(entries)), 3.0), dpi=100, layout="constrained")
    axis = figure.subplots()
    places = range(len(entries))
    axis.bar(places, [entry.count for entry in entries], color="#9ec9e8", edgecolor="#2f6f9f", label="said")
    axis.bar(
        places, [entry.missing for entry in entries], bottom=[entry.count for entry in entries], color="#f4b8a5",
        edgecolor="#c2410c", label="still missing",
    )  # fmt: skip
    axis.set_xticks(list(places), [entry.symbol for entry in entries], fontsize=8)
    axis.set_ylabel("times", fontsize=8)
    axis.legend(fontsize=8)
    with staged_file(path) as staging:
        figure.savefig(staging, format="png")
