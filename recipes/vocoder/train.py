"""A prepared set in, a vocoder out: reconstruction first, adversarial last; checkpoints, resume, data-parallel.

    python recipes/vocoder/train.py --work DIR --run NAME --minutes 60
    torchrun --nproc-per-node 8 recipes/vocoder/train.py --work DIR --run NAME --minutes 60

`--minutes` is this run's budget: processor time on a CPU, wall time on CUDA. The rate is held until its
last fifth and then falls; `--resume` goes on from the checkpoint that was kept before it fell.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from vocalkit.nn.losses import SpectralDistance, mel_distance, phase_distance
from vocalkit.nn.source import cycles_at_frames
from vocalkit.nn.vocoder import HarmonicVocoder, VocoderShape
from vocalkit.synth.mel import MelContract, mel_filterbank


class Material:
    """Random segments of a prepared set."""

    def __init__(self, folder: Path, mel: MelContract, settings: dict[str, Any]) -> None:
        self.mel, self.settings = mel, settings
        self.index = json.loads((folder / "index.json").read_text())
        self.audio: NDArray[np.int16] = np.memmap(folder / "audio.i16", np.int16, mode="r")
        self.frames: NDArray[np.float32] = np.memmap(folder / "frames.f32", np.float32, mode="r").reshape(-1, 2)
        lengths = np.array([clip["frames"] for clip in self.index])
        self.longest = lengths.max()
        # Long enough clips, in proportion to their length.
        self.share = np.where(lengths > settings["segment_frames"], lengths, 0) / lengths.sum()
        self.share = self.share / self.share.sum()

    def batch(self, random: np.random.Generator, size: int) -> tuple[Tensor, Tensor, Tensor]:
        """Sound (size, samples), F0 and cycles (size, frames)."""
        rows = [self._segment(random) for _ in range(size)]
        sound, f0_hz, cycles = (np.stack(column) for column in zip(*rows, strict=True))
        return torch.from_numpy(sound), torch.from_numpy(f0_hz), torch.from_numpy(cycles)

    def _segment(self, random: np.random.Generator) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        clip = self.index[random.choice(len(self.index), p=self.share)]
        count, hop = self.settings["segment_frames"], self.mel.hop
        start = clip["first"] + int(random.integers(0, clip["frames"] - count))
        gain = 10.0 ** (random.uniform(self.settings["quietest_db"], 0.0) / 20.0)
        sound = self.audio[start * hop : (start + count) * hop].astype(np.float32) * np.float32(gain / 32767)
        frames = np.array(self.frames[start : start + count])
        f0_hz, cycles = frames[:, 0], frames[:, 1].astype(np.float64)
        if random.uniform() < self.settings["filled_share"]:
            f0_hz, cycles = filled(f0_hz, cycles, self.mel.hop_s)
        return sound, f0_hz, cycles


def filled(
    f0_hz: NDArray[np.float32], cycles: NDArray[np.float64], hop_s: float
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """F0 carried through unvoiced frames, as editors of the DiffSinger world hand it over."""
    voiced = np.flatnonzero(f0_hz > 0)
    if not voiced.size:
        return f0_hz, cycles
    everywhere = np.interp(np.arange(f0_hz.size), voiced, f0_hz[voiced]).astype(np.float32)
    run = cycles_at_frames(torch.from_numpy(everywhere)[None], hop_s)[0].numpy()
    last = voiced[np.maximum(np.searchsorted(voiced, np.arange(f0_hz.size), side="right") - 1, 0)]
    return everywhere, (cycles[last] + run - run[last]) % 1.0


@dataclass
class State:
    """All that a run needs to go on."""

    model: HarmonicVocoder
    average: dict[str, Tensor]
    optimizer: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0

    def save(self, path: Path, about: dict[str, Any]) -> None:
        kept = {
            "model": self.model.state_dict(), "average": self.average, "optimizer": self.optimizer.state_dict(),
            "step": self.step, "seconds": self.seconds, "about": about,
        }  # fmt: skip
        partial = path.with_suffix(".partial")
        torch.save(kept, partial)
        partial.replace(path)

    def load(self, path: Path, device: torch.device) -> None:
        kept = torch.load(path, map_location=device, weights_only=True)
        self.model.load_state_dict(kept["model"])
        self.average = {name: value.clone() for name, value in kept["average"].items()}
        self.optimizer.load_state_dict(kept["optimizer"])
        self.step, self.seconds = kept["step"], kept["seconds"]


def losses(
    model: HarmonicVocoder, distance: SpectralDistance, batch: tuple[Tensor, Tensor, Tensor], settings: dict[str, Any],
    *, floor: float, seed: int,
) -> dict[str, Tensor]:  # fmt: skip
    """The parts of the reconstruction loss of one batch; frames at the edges, which lack a neighbour, do not count."""
    sound, f0_hz, cycles = batch
    true = model.stft(sound)
    mel = torch.log(torch.clamp(model.mel_basis @ true.abs(), min=floor))
    first = torch.arange(len(sound), device=sound.device) * sound.shape[1]
    with torch.autocast(sound.device.type, torch.bfloat16, enabled=settings.get("bfloat16", True)):
        made = model.spectrum(mel, f0_hz, cycles, first, seed=seed)
    inside, hop = slice(4, -4), model.shape.hop
    heard = slice(4 * hop, -4 * hop)
    waveform = model.stft.inverse(model.refined(made, settings["refinements"]))
    return {
        "stft": distance(waveform[:, heard], sound[:, heard]),
        "mel": mel_distance(model.stft(waveform)[..., inside], true[..., inside], model.mel_basis, floor=floor),
        "phase": phase_distance(made[..., inside], true[..., inside]),
    }


def rate_at(step: int, share: float, settings: dict[str, Any]) -> float:
    """Factor on the learning rate: warm up, hold, and fall to a hundredth over the last share of the budget."""
    warm = min(1.0, (step + 1) / settings["warm_up_steps"])
    left = min(1.0, max(0.0, 1.0 - share) / settings["decay_share"])
    return warm * max(left, 0.01)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--run", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    config = tomllib.loads(arguments.config.read_text())
    for entry in arguments.set:
        name, _, value = entry.partition("=")
        section, _, key = name.partition(".")
        config[section][key] = tomllib.loads(f"value = {value}")["value"]
    mel, settings = MelContract(**config["mel"]), config["train"]
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    clock = time.process_time if device.type == "cpu" else time.monotonic
    shape = VocoderShape(**config["shape"])
    torch.manual_seed(arguments.seed)
    model = HarmonicVocoder(shape, torch.from_numpy(mel_filterbank(mel))).to(device)
    optimizer = torch.optim.AdamW(model.parameters(), settings["learning_rate"], betas=(0.9, 0.99), weight_decay=0.01)
    state = State(model, {k: v.detach().clone() for k, v in model.state_dict().items()}, optimizer)
    folder = arguments.work / "runs" / arguments.run
    folder.mkdir(parents=True, exist_ok=True)
    checkpoint, held = folder / "latest.pt", folder / "held.pt"
    if checkpoint.exists():
        state.load(held if held.exists() else checkpoint, device)
    material = Material(arguments.work / "train", mel, settings)
    distance = SpectralDistance().to(device)
    log = (folder / "log.tsv").open("a")
    about = {"shape": asdict(shape)}
    started, saved, decaying = clock() - 0.0, clock(), False
    sums: dict[str, float] = {}
    begun = state.seconds
    while True:
        spent = clock() - started
        share = spent / (arguments.minutes * 60)
        if share >= 1.0:
            break
        if share > 1.0 - settings["decay_share"] and not decaying:
            state.save(held, about)
            decaying = True
        factor = rate_at(state.step, share, settings)
        for group in optimizer.param_groups:
            group["lr"] = settings["learning_rate"] * factor
        random = np.random.default_rng([arguments.seed, state.step])
        batch = tuple(part.to(device) for part in material.batch(random, settings["batch"]))
        parts = losses(model, distance, batch, settings, floor=mel.floor, seed=state.step)
        loss = parts["stft"] + settings["mel_weight"] * parts["mel"] + settings["phase_weight"] * parts["phase"]
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        state.step += 1
        keep = min(settings["average"], state.step / (state.step + 10))
        with torch.no_grad():
            for name, value in model.state_dict().items():
                state.average[name].lerp_(value, 1.0 - keep)
        for name, value in {**parts, "norm": norm}.items():
            sums[name] = sums.get(name, 0.0) + value.item()
        state.seconds = begun + clock() - started
        if state.step % 20 == 0:
            shown = (f"{name} {value / 20:.4f}" for name, value in sums.items())
            print(state.step, f"{state.seconds:.0f}", *shown, sep="\t", file=log, flush=True)
            sums = {}
        if clock() - saved > 120:
            state.save(checkpoint, about)
            saved = clock()
    state.save(checkpoint, about)


if __name__ == "__main__":
    main()
