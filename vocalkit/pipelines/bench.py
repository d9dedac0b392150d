"""The whole chain on a folder of tracks: every track sung twice in fresh processes, then measured."""

from __future__ import annotations

import fnmatch
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vocalkit.audio import read
from vocalkit.errors import AudioError, InputError, LyricsError, VocalkitError
from vocalkit.pipelines import figures
from vocalkit.pipelines.publish import check_target
from vocalkit.pipelines.voices import every_voice
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio, TempoMap

AUDIO_SUFFIXES = (".wav", ".flac", ".mp3", ".ogg", ".oga")


@dataclass(frozen=True, slots=True)
class Trial:
    """One track of the bench. words: its lyrics file; voice: who sings."""

    track: Path
    words: Path
    voice: str
    duration_s: float


@dataclass(frozen=True, slots=True)
class Outcome:
    """A trial and its figures, or the line it failed with."""

    trial: Trial
    figures: Mapping[str, Any]
    error: str | None = None

    def to_dict(self) -> dict[str, Any]:
        trial = {**asdict(self.trial), "track": str(self.trial.track), "words": self.trial.words.name}
        return {**trial, "error": self.error, **self.figures}


def plan(folder: Path, lyrics: Path, *, skip: Sequence[str] = (), voice: str | None = None) -> tuple[Trial, ...]:
    """Every audio file under `folder` with a lyric of its own: the longest words on the longest track.

    skip: patterns of paths to leave out; voice: None lets the voices take turns.
    """
    if not folder.is_dir():
        raise InputError(f"{folder} is not a folder of tracks")
    files = sorted(path for path in folder.rglob("*") if path.suffix.lower() in AUDIO_SUFFIXES)
    files = [path for path in files if not any(fnmatch.fnmatch(str(path), pattern) for pattern in skip)]
    texts = sorted(lyrics.glob("*.txt"), key=lambda path: (path.stat().st_size, path.name)) if lyrics.is_dir() else []
    if not files:
        raise AudioError(f"no WAV, FLAC, MP3 or OGG files under {folder}")
    if not texts:
        raise LyricsError(f"no .txt lyrics in {lyrics}; name a folder that has some with --lyrics")
    timed = sorted((_duration_s(path), path) for path in files)
    voices = [profile.id for profile in every_voice()] if voice is None else [voice]
    return tuple(
        Trial(path, texts[index * len(texts) // len(timed)], voices[index % len(voices)], duration_s)
        for index, (duration_s, path) in enumerate(timed)
    )


def run_bench(trials: Sequence[Trial], *, out: Path | None = None, progress: Progress = silent) -> Iterator[Outcome]:
    """Sing and measure each trial in turn. out: keep the renders there (default: nowhere)."""
    if out is not None:
        check_target(out / "bench")
    for index, trial in enumerate(trials):
        progress("bench", index / len(trials))
        with tempfile.TemporaryDirectory(prefix="vocalkit-bench-") as scratch:
            home = Path(scratch) if out is None else out
            try:
                yield _measured(trial, home)
            except VocalkitError as error:
                yield Outcome(trial, {}, str(error))
    progress("bench", 1.0)


def _measured(trial: Trial, home: Path) -> Outcome:
    name = trial.track.stem.replace(" ", "_")
    mastered, plain = home / name, home / f"{name}-no-master"
    # Different thread counts on purpose: the two runs must give the same take.
    runs = [_sing(trial, mastered, threads=None), _sing(trial, plain, "--no-master", threads=1)]
    failed = next((error for error, _ in runs if error), None)
    if failed:
        return Outcome(trial, {}, failed)
    report = figures.load_report(mastered)
    costs = {
        "stages_s": report["stages_s"],
        "real_time_factor": report["total_s"] / trial.duration_s,
        "process_s": runs[0][1],
        "peak_memory_bytes": max(figures.load_report(folder)["peak_memory_bytes"] for folder in (mastered, plain)),
    }
    return Outcome(trial, {**_quality(trial, mastered, plain), **costs, "warnings": report["warnings"]})


def _sing(trial: Trial, out: Path, *options: str, threads: int | None) -> tuple[str | None, float]:
    """Run add-vocals in a process of its own; its error line (None: it worked) and its seconds."""
    command = [sys.executable, "-m", "vocalkit", "add-vocals", str(trial.track), "--lyrics", str(trial.words)]
    command += ["--voice", trial.voice, "--out", str(out), *options]
    environment = dict(os.environ)
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        environment.pop(variable, None)
        if threads is not None:
            environment[variable] = str(threads)
    began_s = time.perf_counter()
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    took_s = time.perf_counter() - began_s
    if done.returncode == 0:
        return None, took_s
    lines = done.stderr.strip().splitlines() or [f"exit code {done.returncode}"]
    return lines[-1].removeprefix("vocalkit: "), took_s


def _quality(trial: Trial, mastered: Path, plain: Path) -> dict[str, Any]:
    backing, report = read(trial.track), figures.load_report(plain)
    performance = figures.load_performance(plain)
    mix, vocals, dry = (figures.sound(plain / name) for name in ("mix.wav", "vocals.wav", "vocals_dry.wav"))
    gain = report["backing_gain"]
    found: dict[str, Any] = {
        "notes": report["notes"],
        "tempo_bpm": report["tempo_bpm"],
        "key": report["key"],
        "aligned": figures.aligned(backing, mix, vocals, dry),
        "longer_than_backing_s": (mix.frames - backing.frames) / backing.sample_rate,
        "residual_dbfs": figures.residual_dbfs(mix, backing, vocals, backing_gain=gain),
        "vocal_lift_lu": figures.vocal_lift_lu(vocals, backing, performance, backing_gain=gain),
        "on_grid": figures.on_grid(performance, TempoMap(np.asarray(report["heard"]["beats_s"]))),
        "pitch": asdict(figures.pitch_figures(dry, performance)),
        "onsets_planned": asdict(figures.planned_onsets(performance)),
        "onsets_sung": asdict(figures.sung_onsets(dry, performance)),
    }
    del mix, vocals
    master = figures.sound(mastered / "mix.wav")
    found["master_lufs"], found["master_dbtp"] = figures.levels(master)
    found["master_vocal_lift_lu"] = figures.load_report(mastered)["vocal_lift_lu"]
    found["same_on_other_threads"] = _same_song(mastered, plain, dry)
    return found


def _same_song(mastered: Path, plain: Path, dry: Audio) -> bool:
    """Whether two runs are one take: score and performance to the byte, stems but for their watermarks."""
    names = ("score.musicxml", "performance.json")
    if any((mastered / name).read_bytes() != (plain / name).read_bytes() for name in names):
        return False
    other = figures.sound(mastered / "vocals_dry.wav")
    return figures.same_but_for_marks(dry, other)


def _duration_s(path: Path) -> float:
    import soundfile

    try:
        return float(soundfile.info(str(path)).duration)
    except soundfile.LibsndfileError:
        return 0.0


def as_json(outcomes: Sequence[Outcome]) -> str:
    """The figures of every track, as JSON."""
    return json.dumps([outcome.to_dict() for outcome in outcomes], indent=2, ensure_ascii=False)
