"""A prepared set in, a vocoder out: reconstruction first, adversarial last; checkpoints, resume, data-parallel.

    python recipes/vocoder/train.py --work DIR --name NAME --minutes 60
    python recipes/vocoder/train.py --work DIR --name NAME --minutes 30 --adversarial
    torchrun --nproc-per-node 8 recipes/vocoder/train.py --work DIR --name NAME --minutes 60 --set train.batch=64

`--minutes` is this call's budget: processor time on a CPU, wall time on CUDA. A run that exists goes on. The
learning rate is held until the last share of the budget and then falls; `held.pt` is the state before it fell,
from which the next call goes on, `latest.pt` the state after it, which is the one to use.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from material import Batch, Material
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from vocalkit.nn.discriminators import Judges, deceiving_loss, judges_loss, likeness_loss
from vocalkit.nn.losses import SpectralDistance, log_mel, mel_distance, phase_distance
from vocalkit.nn.spectral import Spectrum
from vocalkit.nn.vocoder import HarmonicVocoder, VocoderShape
from vocalkit.synth.mel import MelContract, mel_filterbank

SHOW_EVERY = 20
EDGE_FRAMES = 4
VALID_BATCHES = 2


class Reconstruction(nn.Module):
    """The vocoder and what its copies lack: a module, so that gradients of several machines can be averaged."""

    def __init__(self, vocoder: HarmonicVocoder, settings: dict[str, Any]) -> None:
        super().__init__()
        self.vocoder, self.settings, self.distance = vocoder, settings, SpectralDistance()

    def forward(self, batch: Batch, seed: int) -> tuple[Tensor, dict[str, Tensor]]:
        """The copy (batch, samples) without its edges, which lack a neighbour, and the parts of the loss."""
        vocoder, floor, hop = self.vocoder, self.vocoder.shape.mel_floor, self.vocoder.shape.hop
        sound, f0_hz, cycles, singer, sung = batch
        true = vocoder.stft(sound)
        mel = torch.where(sung[:, None, None], singer, log_mel(true, vocoder.mel_basis, floor=floor))
        first = torch.arange(len(sound), device=sound.device) * sound.shape[1]
        with torch.autocast(sound.device.type, torch.bfloat16, enabled=self.settings["bfloat16"]):
            asked = vocoder.spectrum(mel, f0_hz, cycles, first, seed=seed)
        made = vocoder.stft.inverse(vocoder.refined(asked, self.settings["refinements"]))
        heard = made[:, EDGE_FRAMES * hop : -EDGE_FRAMES * hop]
        return heard, {
            "stft": self.distance(heard, sound[:, EDGE_FRAMES * hop : -EDGE_FRAMES * hop]),
            "mel": mel_distance(inside(vocoder.stft(made)), inside(true), vocoder.mel_basis, floor=floor),
            "phase": phase_distance(inside(asked), inside(true)),
        }


def on(device: torch.device, batch: Batch) -> Batch:
    sound, f0_hz, cycles, singer, sung = (part.to(device, non_blocking=True) for part in batch)
    return sound, f0_hz, cycles, singer, sung


def inside(spectrum: Spectrum) -> Spectrum:
    return spectrum[0][..., EDGE_FRAMES:-EDGE_FRAMES], spectrum[1][..., EDGE_FRAMES:-EDGE_FRAMES]


@dataclass
class State:
    """All that a run needs to go on."""

    vocoder: HarmonicVocoder
    judges: Judges
    average: dict[str, Tensor]
    learner: torch.optim.Optimizer
    judging: torch.optim.Optimizer
    step: int = 0
    seconds: float = 0.0
    adversarial_steps: int = 0

    @classmethod
    def fresh(cls, shape: VocoderShape, mel: MelContract, settings: dict[str, Any], device: torch.device) -> State:
        vocoder = HarmonicVocoder(shape, torch.from_numpy(mel_filterbank(mel))).to(device)
        judges = Judges(channels=settings["judge_channels"]).to(device)
        average = {name: value.detach().clone() for name, value in vocoder.state_dict().items()}
        rate = settings["learning_rate"]
        learner = torch.optim.AdamW(vocoder.parameters(), rate, betas=(0.9, 0.99), weight_decay=0.01)
        judging = torch.optim.AdamW(judges.parameters(), settings["judge_rate"], betas=(0.8, 0.9), weight_decay=0.01)
        return cls(vocoder, judges, average, learner, judging)

    def save(self, path: Path) -> None:
        """Whole or not at all. The judges travel once they have learnt something."""
        kept = {
            "model": self.vocoder.state_dict(), "average": self.average, "optimizer": self.learner.state_dict(),
            "step": self.step, "seconds": self.seconds, "adversarial_steps": self.adversarial_steps,
            "about": {"shape": asdict(self.vocoder.shape)},
        }  # fmt: skip
        if self.adversarial_steps:
            kept |= {"judges": self.judges.state_dict(), "judging": self.judging.state_dict()}
        partial = path.with_suffix(".partial")
        torch.save(kept, partial)
        partial.replace(path)

    def load(self, path: Path, device: torch.device) -> None:
        kept = torch.load(path, map_location=device, weights_only=True)
        self.vocoder.load_state_dict(kept["model"])
        self.average = {name: value.clone() for name, value in kept["average"].items()}
        self.learner.load_state_dict(kept["optimizer"])
        self.step, self.seconds = kept["step"], kept["seconds"]
        self.adversarial_steps = kept.get("adversarial_steps", 0)
        if self.adversarial_steps:
            self.judges.load_state_dict(kept["judges"])
            self.judging.load_state_dict(kept["judging"])

    def start(self, weights: dict[str, Tensor]) -> None:
        """From stored weights, as `export.py` writes them, with a fresh optimizer."""
        self.vocoder.load_state_dict({name: value.float() for name, value in weights.items()})
        self.average = {name: value.detach().clone() for name, value in self.vocoder.state_dict().items()}

    @torch.no_grad()
    def follow(self, keep: float) -> None:
        """Move the averaged weights towards the present ones; at first quickly."""
        keep = min(keep, (self.step + 1) / (self.step + 10))
        for name, value in self.vocoder.state_dict().items():
            self.average[name].lerp_(value, 1.0 - keep)


class Budget:
    """How much of this call's time is spent, the same on every machine."""

    def __init__(self, minutes: float, device: torch.device, together: bool) -> None:
        self.clock = time.process_time if device.type == "cpu" else time.monotonic
        self.whole_s, self.device, self.together, self.started = minutes * 60.0, device, together, self.clock()

    def spent_s(self) -> float:
        return self.clock() - self.started

    def share(self) -> float:
        value = torch.tensor([self.spent_s() / self.whole_s], device=self.device)
        if self.together:
            torch.distributed.broadcast(value, 0)
        return float(value)


def rate_at(step: int, share: float, settings: dict[str, Any]) -> float:
    """Factor on the learning rate: warm up, hold, and fall to a hundredth over the last share of the budget."""
    warm = min(1.0, (step + 1) / settings["warm_up_steps"])
    return max(0.01, warm * min(1.0, max(0.0, 1.0 - share) / settings["decay_share"]))


def learn(
    state: State, reconstruction: nn.Module, judges: nn.Module | None, batch: Batch, settings: dict[str, Any]
) -> dict[str, Tensor]:
    """One step on one batch, adversarial where there are judges; returns the parts of the loss."""
    made, parts = reconstruction(batch, state.step)
    loss = parts["stft"] + settings["mel_weight"] * parts["mel"] + settings["phase_weight"] * parts["phase"]
    if judges is not None:
        parts |= contend(state, judges, made, batch[0], settings)
        loss = loss + settings["deceive_weight"] * parts["deceive"] + settings["likeness_weight"] * parts["likeness"]
    state.learner.zero_grad(set_to_none=True)
    loss.backward()
    parts["norm"] = nn.utils.clip_grad_norm_(state.vocoder.parameters(), settings["largest_gradient"])
    state.learner.step()
    state.step += 1
    state.follow(settings["average"])
    return {name: value.detach() for name, value in parts.items()}


def contend(
    state: State, judges: nn.Module, made: Tensor, sound: Tensor, settings: dict[str, Any]
) -> dict[str, Tensor]:
    """The judges learn from a piece of each copy and recording, then say what they make of the copy."""
    length, edge = settings["judge_frames"] * state.vocoder.shape.hop, (sound.shape[1] - made.shape[1]) // 2
    start = state.step * 7919 % (made.shape[1] - length + 1)
    true, piece = sound[:, edge + start : edge + start + length], made[:, start : start + length]
    with torch.autocast(made.device.type, torch.bfloat16, enabled=settings["bfloat16"]):
        judged = judges_loss(judges(true), judges(piece.detach()))
        state.judging.zero_grad(set_to_none=True)
        judged.backward()
        state.judging.step()
        shown, seen = state.judges(piece), state.judges(true)
    state.adversarial_steps += 1
    return {"judges": judged, "deceive": deceiving_loss(shown), "likeness": likeness_loss(seen, shown)}


@torch.no_grad()
def validate(state: State, reconstruction: Reconstruction, material: Material, size: int) -> dict[str, float]:
    """The averaged weights on recordings that are not trained on, the same segments each time."""
    present = {name: value.clone() for name, value in state.vocoder.state_dict().items()}
    state.vocoder.load_state_dict(state.average)
    device, sums = next(state.vocoder.parameters()).device, {"stft": 0.0, "mel": 0.0, "phase": 0.0}
    for number in range(VALID_BATCHES):
        batch = on(device, material.batch([0, number], size))
        for name, value in reconstruction(batch, number)[1].items():
            sums[name] += float(value) / VALID_BATCHES
    state.vocoder.load_state_dict(present)
    return sums


class Log:
    """Means of what was learnt, as a table and, if asked, for TensorBoard. Silent on all machines but the first."""

    def __init__(self, folder: Path, tensorboard: bool, leading: bool) -> None:
        self.file = (folder / "log.tsv").open("a") if leading else None
        self.sums: dict[str, float] = {}
        self.board: Any = None
        if tensorboard and leading:
            from torch.utils.tensorboard import SummaryWriter

            self.board = SummaryWriter(str(folder))

    def add(self, parts: dict[str, Tensor], state: State) -> None:
        for name, value in parts.items():
            self.sums[name] = self.sums.get(name, 0.0) + float(value) / SHOW_EVERY
        if state.step % SHOW_EVERY == 0:
            self.show("train", self.sums, state)
            self.sums = {}

    def show(self, kind: str, values: dict[str, float], state: State) -> None:
        if self.file is not None:
            shown = (f"{name} {value:.4f}" for name, value in values.items())
            print(kind, state.step, f"{state.seconds:.0f}", *shown, sep="\t", file=self.file, flush=True)
        for name, value in values.items() if self.board is not None else ():
            self.board.add_scalar(f"{kind}/{name}", value, state.step)


def run(arguments: argparse.Namespace, config: dict[str, Any]) -> None:
    """Train until the budget is spent."""
    together, leading = "WORLD_SIZE" in os.environ, os.environ.get("RANK", "0") == "0"
    device = torch.device(f"cuda:{os.environ.get('LOCAL_RANK', 0)}" if torch.cuda.is_available() else "cpu")
    if together:
        torch.distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    mel, settings = MelContract(**config["mel"]), config["train"]
    torch.manual_seed(arguments.seed)
    state = State.fresh(VocoderShape(**config["shape"], mel_floor=mel.floor), mel, settings, device)
    folder = arguments.work / "runs" / arguments.name
    folder.mkdir(parents=True, exist_ok=True)
    latest, held = folder / "latest.pt", folder / "held.pt"
    if latest.exists():
        state.load(held if held.exists() else latest, device)
    elif arguments.weights is not None:
        state.start(load_file(arguments.weights))
    plain = Reconstruction(state.vocoder, settings).to(device)
    reconstruction: nn.Module = DistributedDataParallel(plain) if together else plain
    judges: nn.Module | None = state.judges if arguments.adversarial else None
    if judges is not None and together:
        judges = DistributedDataParallel(judges)
    material = Material(arguments.work / "train", mel, settings)
    unseen = Material(arguments.work / "valid", mel, {**settings, "filled_share": 0.0})
    log, budget = Log(folder, arguments.tensorboard, leading), Budget(arguments.minutes, device, together)
    seeds = [arguments.seed, int(os.environ.get("RANK", 0))]
    begun_s, saved_s, falling = state.seconds, 0.0, False
    for batch in material.batches(seeds, settings["batch"], first=state.step, ahead=settings["read_ahead"]):
        share = budget.share()
        if leading and (share >= 1.0 or budget.spent_s() - saved_s > arguments.save_every):
            log.show("valid", validate(state, plain, unseen, settings["batch"]), state)
            state.save(latest)
            saved_s = budget.spent_s()
        if share >= 1.0:
            break
        if share > 1.0 - settings["decay_share"] and not falling:
            falling = True
            if leading:
                state.save(held)
        factor = rate_at(state.step, share, settings)
        for optimizer, rate in ((state.learner, "learning_rate"), (state.judging, "judge_rate")):
            for group in optimizer.param_groups:
                group["lr"] = settings[rate] * factor
        parts = learn(state, reconstruction, judges, on(device, batch), settings)
        state.seconds = begun_s + budget.spent_s()
        log.add(parts, state)
    if together:
        torch.distributed.destroy_process_group()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--name", required=True)
    parser.add_argument("--minutes", type=float, required=True)
    parser.add_argument("--weights", type=Path, default=None, metavar="SAFETENSORS", help="weights of a new run")
    parser.add_argument("--adversarial", action="store_true", help="judges take part: last and short")
    parser.add_argument("--set", action="append", default=[], metavar="SECTION.KEY=VALUE")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--save-every", type=float, default=120.0, metavar="SECONDS")
    parser.add_argument("--tensorboard", action="store_true", help="also write for TensorBoard")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    config = tomllib.loads(arguments.config.read_text())
    for entry in arguments.set:
        name, _, value = entry.partition("=")
        section, _, key = name.partition(".")
        if key not in config[section]:
            parser.error(f"no setting {name}; {section} has {', '.join(config[section])}")
        config[section][key] = tomllib.loads(f"value = {value}")["value"]
    run(arguments, config)


if __name__ == "__main__":
    main()
