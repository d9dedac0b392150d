"""Vocoders side by side on voices they never heard: one run, one table, spectrogram pictures.

    python recipes/vocoder/evaluate.py --data ../shared/data --out DIR
    python recipes/vocoder/evaluate.py --data ../shared/data --out DIR --checkpoint trial=WORK/runs/trial/latest.pt

Every vocoder makes each clip of `[[tests]]` again from what it reads of it (`vocalkit.synth.copying`):
WORLD its own source and filter, the others mel and F0. Means over clips, and over clips of each kind.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
import soxr
import torch

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from measures import (
    RATE,
    Pitch,
    Samples,
    cepstral_distortion_db,
    excess_db,
    naturalness,
    nisqa,
    pesq_wb,
    pitch_figures,
    pitch_of,
    stft_distance,
)
from pictures import picture, whistle_picture

from vocalkit.protocols import Vocoder
from vocalkit.synth.backends import load_vocoder
from vocalkit.synth.copying import copy
from vocalkit.synth.mel_vocoder import MelVocoder
from vocalkit.synth.neural import NeuralVocoder
from vocalkit.synth.torch_engine import TorchEngine, build_network
from vocalkit.types import Audio, SourceFilter

TRANSPOSED = (-7.0, 7.0)


def clips_of(test: dict[str, Any], data: Path) -> list[Path]:
    """The first so many recordings of a test set, by name."""
    paths = sorted(path for path in (data / test["folder"]).rglob("*") if path.suffix in (".wav", ".flac"))
    chosen = [path for path in paths if re.search(test.get("match", ""), path.name)]
    step = max(1, len(chosen) // test["files"])
    return chosen[::step][: test["files"]]


def load(path: Path, longest_s: float) -> Samples:
    """So much of a recording, from a quarter of a second before its voice comes in."""
    samples, rate = soundfile.read(path, always_2d=True)
    mono = samples.mean(axis=1)
    blocks = np.abs(mono[: len(mono) // (rate // 10) * (rate // 10)]).reshape(-1, rate // 10).max(axis=1, initial=0.0)
    loud = np.flatnonzero(blocks > 0.1 * blocks.max(initial=0.0))
    start = max(0, int(loud[0] * (rate // 10) - rate // 4)) if loud.size else 0
    part = mono[start : start + int(longest_s * rate)]
    return np.ascontiguousarray(soxr.resample(part, rate, RATE), np.float32)


def from_checkpoint(path: Path, refinements: int | None) -> Vocoder:
    """The averaged weights of a training run, refined as often as it was made for or so many times."""
    kept = torch.load(path, map_location="cpu", weights_only=True)
    shape = kept["about"]["shape"] | ({} if refinements is None else {"refinements": refinements})
    network = build_network(shape)
    network.load_state_dict(kept["average"])
    return NeuralVocoder(TorchEngine(network))


class FromSourceFilter:
    """A mel vocoder as the singing chain uses it: it reads the mel of source and filter, not of the recording."""

    def __init__(self, vocoder: MelVocoder) -> None:
        self.vocoder = vocoder

    def synthesize(self, features: SourceFilter, *, seed: int) -> Audio:
        return self.vocoder.synthesize(features, seed=seed)


def figures_of(true: Samples, pitch: Pitch, vocoder: Vocoder, *, judge: bool, transpose: bool) -> dict[str, Any]:
    """Every measure of one clip made again by one vocoder; `made` is the sound itself, `excess` a curve."""
    audio = Audio(true[None], RATE)
    started = time.process_time()
    made = copy(audio, vocoder, semitones=0.0, seed=0).samples[0]
    figures: dict[str, Any] = {"cpu_s": time.process_time() - started, "made": made}
    figures |= pitch_figures(pitch, pitch_of(made))
    figures["pesq"] = pesq_wb(true, made)
    figures["stft"], figures["mcd_db"] = stft_distance(true, made), cepstral_distortion_db(true, made)
    figures["excess"] = excess_db(true, made, pitch)
    figures["whistle_db"] = float(figures["excess"].max())
    if judge:
        figures["dnsmos"] = naturalness(made)
    if transpose:
        for semitones in TRANSPOSED:
            ratio = 2.0 ** (semitones / 12.0)
            other = copy(audio, vocoder, semitones=semitones, seed=0).samples[0]
            figures[f"cents_{semitones:+.0f}"] = pitch_figures(pitch, pitch_of(other), ratio=ratio)["cents"]
    return figures


def mean(rows: list[dict[str, Any]], name: str) -> float:
    values = [row[name] for row in rows if name in row and not math.isnan(row[name])]
    return float(np.mean(values)) if values else math.nan


COLUMNS = (
    "pesq",
    "stft",
    "mcd_db",
    "periodicity",
    "vuv_f1",
    "cents",
    "cents_-7",
    "cents_+7",
    "whistle_db",
    "dnsmos",
    "nisqa_tts",
    "nisqa",
    "rtf",
)


def table(rows: list[dict[str, Any]], vocoders: list[str], title: str) -> str:
    """A Markdown table of means, and of the worst whistle."""
    lines = [f"### {title}", "", "| vocoder | " + " | ".join(COLUMNS) + " |", "|---" * (len(COLUMNS) + 1) + "|"]
    for name in vocoders:
        mine = [row for row in rows if row["vocoder"] == name]
        cells = [f"{mean(mine, column):.3f}" if column != "pesq" else f"{mean(mine, column):.2f}" for column in COLUMNS]
        lines.append(f"| {name} ({len(mine)}) | " + " | ".join(cells) + " |")
    return "\n".join(lines) + "\n"


def size_of(vocoder: NeuralVocoder) -> str:
    """Parameters, and multiply-adds for each second of sound in matrices and convolutions (spectra come on top)."""
    tensors = vocoder.engine.shape.tensors().values()
    weights = sum(math.prod(sizes) for sizes in tensors if len(sizes) > 1)
    every = sum(math.prod(sizes) for sizes in tensors)
    return f"{every / 1e6:.2f} M parameters, {weights * RATE / vocoder.contract.hop / 1e9:.2f} G multiply-adds a second"


def measure(
    vocoders: dict[str, Vocoder], config: dict[str, Any], arguments: argparse.Namespace
) -> list[dict[str, Any]]:
    """A row for every clip and vocoder; the copies and their pictures in the output folder."""
    clips, judged = arguments.out / "clips", arguments.judge or arguments.nisqa is not None
    clips.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, Any]] = []
    curves: dict[tuple[str, str], list[Any]] = {}
    for test in config["tests"]:
        if arguments.tests is not None and test["name"] not in arguments.tests:
            continue
        for number, path in enumerate(clips_of(test, arguments.data)[: arguments.files]):
            true, wav = load(path, arguments.seconds), f"{test['name']}-{number}"
            pitch, sounds = pitch_of(true), {"recording": true}
            about = {name: test[name] for name in ("kind", "unseen")} | {"test": test["name"], "wav": wav}
            if judged:
                rows.append({**about, "vocoder": "recording"})
                rows[-1] |= {"dnsmos": naturalness(true)} if arguments.judge else {}
            for name, vocoder in vocoders.items():
                found = figures_of(true, pitch, vocoder, judge=arguments.judge, transpose=arguments.transpose)
                sounds[name] = found.pop("made")
                curves.setdefault((name, test["kind"]), []).append(found.pop("excess"))
                rows.append({**about, "vocoder": name, "rtf": found.pop("cpu_s") * RATE / len(true), **found})
                print(json.dumps(rows[-1]), flush=True)
            if number == 0:
                picture(sounds, arguments.out / f"{test['name']}.png")
            for name, samples in sounds.items():
                soundfile.write(clips / f"{wav}@{name}.wav", np.clip(samples, -1, 1), RATE)
    whistle_picture(curves, arguments.out / "whistle.png")
    if arguments.nisqa is not None:
        for column, weights in (("nisqa_tts", "nisqa_tts.tar"), ("nisqa", "nisqa.tar")):
            scores = nisqa(clips, arguments.nisqa, weights)
            for row in rows:
                row[column] = scores[f"{row['wav']}@{row['vocoder']}.wav"]
    return rows


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--vocoders", nargs="*", default=["world", "griffinlim"])
    parser.add_argument("--checkpoint", action="append", default=[], metavar="NAME=PATH")
    parser.add_argument("--refinements", type=int, default=None, help="phase refinements of checkpoints")
    parser.add_argument("--tests", nargs="*", default=None, help="names of test sets (default: all)")
    parser.add_argument("--files", type=int, default=None, help="at most so many of each set")
    parser.add_argument("--seconds", type=float, default=9.0, help="at most so much of each recording")
    parser.add_argument("--judge", action="store_true", help="also DNSMOS (pip install speechmos)")
    parser.add_argument("--nisqa", type=Path, metavar="DIR", help="also NISQA, from a copy of its project")
    parser.add_argument("--transpose", action="store_true", help="also F0 seven semitones up and down")
    parser.add_argument("--source-filter", action="store_true", help="also mel vocoders as the singing chain uses them")
    parser.add_argument("--threads", type=int, default=2)
    return parser.parse_args()


def main() -> None:
    arguments = parsed()
    config = tomllib.loads(arguments.config.read_text())
    vocoders: dict[str, Vocoder] = {name: load_vocoder(name) for name in arguments.vocoders}
    for entry in arguments.checkpoint:
        name, _, path = entry.partition("=")
        vocoders[name] = from_checkpoint(Path(path), arguments.refinements)
    torch.set_num_threads(arguments.threads)
    if arguments.source_filter:
        readers = {name: vocoder for name, vocoder in vocoders.items() if isinstance(vocoder, MelVocoder)}
        vocoders |= {f"{name} on WORLD's features": FromSourceFilter(vocoder) for name, vocoder in readers.items()}
    rows = measure(vocoders, config, arguments)
    (arguments.out / "figures.json").write_text(json.dumps(rows, indent=1))
    for name, vocoder in vocoders.items():
        if isinstance(vocoder, NeuralVocoder):
            print(f"{name}: {size_of(vocoder)}")
    names = list(dict.fromkeys(row["vocoder"] for row in rows))
    for title, chosen in (
        ("speech, unseen speakers", [row for row in rows if row["kind"] == "speech" and row["unseen"]]),
        ("singing, unseen singers", [row for row in rows if row["kind"] == "singing" and row["unseen"]]),
        ("singing, unseen songs of a singer trained on", [row for row in rows if not row["unseen"]]),
    ):
        if chosen:
            print(table(chosen, names, title))


if __name__ == "__main__":
    main()
