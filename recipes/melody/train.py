"""Songs in, the composer's two networks out.

    python recipes/melody/train.py --work WORK [--minutes 10] [--out pretrained]

Each network is trained until `--minutes` (both together) are spent or its loss on the validation songs has not fallen
for some epochs; the best epoch's weights are kept. A run that was stopped goes on from `WORK/<name>.pt`.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import numpy as np
import torch
from lessons import grid_of, pitch_lesson, rhythm_lesson
from networks import PitchNet, RhythmNet
from songs import read_songs
from torch import Tensor, nn
from torch.nn import functional as F

from vocalkit.melody.encode import REACH, STYLES
from vocalkit.weights import Source, WeightsManifest, write_manifest, write_weights

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

JUDGED_AT_ONCE = 16
Arrays = dict[str, np.ndarray[Any, Any]]


def load(path: Path, split: str, network: str) -> list[Arrays]:
    """Lessons for a network from every song of a split whose rhythm lies on a grid."""
    lesson_of = {"pitch": pitch_lesson, "rhythm": rhythm_lesson}[network]
    made = []
    for song in read_songs(path, split):
        grid = grid_of(song)
        if grid is not None:
            lesson = lesson_of(song, grid, style=song.corpus)
            made.append({field.name: getattr(lesson, field.name) for field in fields(lesson)})
    return made


@dataclass(frozen=True, slots=True)
class Task:
    """One network's lessons. styles: as in `NETWORKS`; loss: of a padded batch and its mask."""

    name: str
    net: nn.Module
    lessons: list[Arrays]
    unseen: list[Arrays]
    styles: int
    loss: Callable[[nn.Module, dict[str, Tensor], Tensor], Tensor]


def pitch_loss(net: nn.Module, batch: dict[str, Tensor], mask: Tensor) -> Tensor:
    logits = net(batch["columns"], batch["pitches"])
    lost = F.cross_entropy(logits.transpose(1, 2), batch["pitches"] + REACH, reduction="none")
    return (lost * mask).sum() / mask.sum()


def rhythm_loss(net: nn.Module, batch: dict[str, Tensor], mask: Tensor) -> Tensor:
    slurs, logits = net(batch)
    lost = F.cross_entropy(logits.transpose(1, 2), batch["ratios"], reduction="none")
    # Whether a line's last note is slurred is no question: it closes.
    lost = lost + (1.0 - batch["closes"]) * F.binary_cross_entropy_with_logits(slurs, batch["slurs"], reduction="none")
    return (lost * mask).sum() / mask.sum()


def batch_of(rows: list[Arrays]) -> tuple[dict[str, Tensor], Tensor]:
    """Songs padded to one length, and where they are real."""
    longest = max(len(row["columns"]) for row in rows)
    made = {}
    for name in rows[0]:
        padded = [np.pad(row[name], [(0, longest - len(row[name]))] + [(0, 0)] * (row[name].ndim - 1)) for row in rows]
        made[name] = torch.from_numpy(np.stack(padded))
    mask = torch.tensor([[1.0] * len(row["columns"]) + [0.0] * (longest - len(row["columns"])) for row in rows])
    return made, mask


def varied(row: Arrays, task: Task, settings: dict[str, Any], rng: random.Random) -> Arrays:
    """A stretch of a song: sometimes without its style, sometimes with the anchor an octave off."""
    length = len(row["columns"])
    start = rng.randrange(max(1, length - settings["crop"] + 1))
    row = {name: value[start : start + settings["crop"]].copy() for name, value in row.items()}
    if rng.random() < settings["style_dropout"]:
        row["columns"][:, task.styles : task.styles + len(STYLES)] = 0.0
    if "pitches" in row:
        centre = 6.0 * float(row["columns"][0, -1])
        shift = -12 if centre > 0 else 12
        if abs(centre + shift) <= 8.5 and rng.random() < 0.4 and np.abs(row["pitches"] + shift).max() <= REACH:
            row["pitches"] += shift
            row["columns"][:, -1] += shift / 6.0
    return row


def judge(task: Task) -> float:
    """Mean loss a note on songs that are not trained on, their style not told."""
    task.net.eval()
    total = notes = 0.0
    with torch.no_grad():
        unseen = [{name: value.copy() for name, value in row.items()} for row in task.unseen]
        for row in unseen:
            row["columns"][:, task.styles : task.styles + len(STYLES)] = 0.0
        unseen.sort(key=lambda row: len(row["columns"]))
        for at in range(0, len(unseen), JUDGED_AT_ONCE):
            batch, mask = batch_of(unseen[at : at + JUDGED_AT_ONCE])
            total += float(task.loss(task.net, batch, mask)) * float(mask.sum())
            notes += float(mask.sum())
    task.net.train()
    return total / max(notes, 1.0)


def train(task: Task, settings: dict[str, Any], folder: Path, minutes: float, seed: int) -> None:
    """Train; `<name>.pt` keeps the weights of the epoch that did best on the validation songs."""
    rng = random.Random(seed)
    learner = torch.optim.AdamW(task.net.parameters(), lr=settings["rate"], weight_decay=settings["decay"])
    saved = folder / f"{task.name}.pt"
    state: dict[str, Any] = {"epoch": 0, "spent_s": 0.0, "best": float("inf"), "since": 0}
    if saved.exists():
        state = torch.load(saved, weights_only=False)
        task.net.load_state_dict(state["net"])
        learner.load_state_dict(state["learner"])
        rng.seed(seed + state["epoch"])
    began, before_s = time.monotonic(), state["spent_s"]
    while state["spent_s"] < 60.0 * minutes and state["since"] < settings["patience"]:
        share = min(1.0, state["spent_s"] / (60.0 * minutes))
        for group in learner.param_groups:
            group["lr"] = settings["rate"] * (1.0 - 0.95 * share)
        rows = [varied(row, task, settings, rng) for row in task.lessons]
        rows.sort(key=lambda row: len(row["columns"]) + rng.random() * 40)
        batches = [rows[at : at + settings["batch"]] for at in range(0, len(rows), settings["batch"])]
        rng.shuffle(batches)
        lost = 0.0
        for rows in batches:
            loss = task.loss(task.net, *batch_of(rows))
            learner.zero_grad(set_to_none=True)
            loss.backward()
            nn.utils.clip_grad_norm_(task.net.parameters(), 1.0)
            learner.step()
            lost += float(loss.detach()) / len(batches)
        judged = judge(task)
        state |= {
            "epoch": state["epoch"] + 1,
            "since": state["since"] + 1,
            "spent_s": before_s + time.monotonic() - began,
        }
        if judged < state["best"]:
            kept = {name: value.clone() for name, value in task.net.state_dict().items()}
            state |= {"best": judged, "since": 0, "kept": kept}
        print(
            f"{task.name}\t{state['epoch']}\t{state['spent_s']:.0f} s\ttrain {lost:.4f}\tvalid {judged:.4f}", flush=True
        )
        torch.save(state | {"net": task.net.state_dict(), "learner": learner.state_dict()}, saved)


NETWORKS: dict[str, tuple[Callable[[dict[str, Any]], nn.Module], int, Callable[..., Tensor]]] = {
    "rhythm": (RhythmNet, 8, rhythm_loss),
    "pitch": (PitchNet, -5, pitch_loss),
}
"""Each network, the first column of the style, and its loss. Rhythm columns open with the song's (metre in eight,
style in three), pitch columns close with them and two more."""


def export(weights: dict[str, dict[str, Tensor]], config: dict[str, Any], folder: Path) -> None:
    """Both networks in one file, half precision, with their manifest. The card is written by hand."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {
        f"{net}.{name}": v.numpy().astype(np.float16) for net, kept in weights.items() for name, v in kept.items()
    }
    digest, size = write_weights(folder / "composer.safetensors", tensors)
    sources = tuple(Source(**source) for source in config["sources"])
    about = config["weights"]
    write_manifest(
        WeightsManifest(
            folder=folder, name="composer", file="composer.safetensors", sha256=digest, bytes=size,
            licence=about["licence"], sample_rate=about["sample_rate"], sources=sources, card="composer.md",
        )
    )  # fmt: skip
    print(f"{sum(t.size for t in tensors.values()) / 1e6:.2f} M parameters, {size / 1e6:.2f} MB")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--networks", nargs="+", choices=("rhythm", "pitch"), default=["rhythm", "pitch"])
    parser.add_argument("--minutes", type=float, default=20.0)
    parser.add_argument("--out", type=Path, default=None, metavar="DIR", help="where weights and manifest go")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(arguments.seed)
    config = tomllib.loads(arguments.config.read_text())
    scores = arguments.work / "songs.jsonl"
    for name in arguments.networks:
        make, styles, loss = NETWORKS[name]
        lessons, unseen = (load(scores, split, name) for split in ("train", "valid"))
        task = Task(name, make(config[name]), lessons, unseen, styles, loss)
        share = config["train"][f"{name}_share"]
        train(task, config["train"], arguments.work, arguments.minutes * share, arguments.seed)
    if arguments.out is not None:
        weights = {name: torch.load(arguments.work / f"{name}.pt", weights_only=False)["kept"] for name in NETWORKS}
        export(weights, config, arguments.out)


if __name__ == "__main__":
    main()
