"""Train the hum network: where notes begin and where they sound.

    python recipes/hum/train.py --work work/hum --out pretrained/hum

Needs the `neural` extra. One thread, a few minutes. The state with the best loss on the dev part is
written with its manifest; an interrupted run goes on from ``checkpoint.pt``.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from torch import nn

from vocalkit.melody.hum_f0 import RATE_HZ
from vocalkit.melody.hum_features import SIZE
from vocalkit.melody.hum_net import DILATIONS, TAPS
from vocalkit.weights import Source, WeightsManifest, write_manifest, write_weights

WIDTH = 32
SECONDS = 6.0
BATCH = 8
FRAMES = round(SECONDS / 0.01)
PJS = Source(
    "PJS: phoneme-balanced Japanese singing-voice corpus",
    "J. Koguchi, S. Takamichi",
    "CC-BY-SA-4.0",
    "https://sites.google.com/site/shinnosuketakamichi/research-topics/pjs_corpus",
)
OWN_VOICES = Source(
    "Tunes sung by vocalkit's voices Clara and Bruno, made from Voice Dataset (Kathleen)",
    "rhasspy, dataset-voice-kathleen",
    "CC0-1.0",
    "https://github.com/rhasspy/dataset-voice-kathleen",
)
_ONSET_WEIGHT = 3.0


class HumNet(nn.Module):
    """features (batch, t, SIZE) to logits (batch, t, 2); the same sums as `vocalkit.melody.hum_net`."""

    def __init__(self, width: int = WIDTH) -> None:
        super().__init__()
        for layer, dilation in enumerate(DILATIONS):
            conv = nn.Conv1d(width if layer else SIZE, width, TAPS, dilation=dilation, padding=dilation * (TAPS // 2))
            setattr(self, f"conv{layer}", conv)
        self.out = nn.Linear(width, 2)
        self.drop = nn.Dropout(0.05)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        hidden = features.transpose(1, 2)
        for layer in range(len(DILATIONS)):
            made = torch.relu(getattr(self, f"conv{layer}")(self.drop(hidden)))
            hidden = made + hidden if layer else made
        return self.out(hidden.transpose(1, 2))


def load(work: Path, part: str) -> list[dict[str, np.ndarray]]:
    return [dict(np.load(path)) for path in sorted(work.glob(f"{part}-*.npz"))]


def draw(clips: list[dict[str, np.ndarray]], rng: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    features, wanted = [], []
    lengths = np.array([len(clip["onset"]) for clip in clips], float)
    for pick in rng.choice(len(clips), BATCH, p=lengths / lengths.sum()):
        clip = clips[pick]
        first = int(rng.integers(0, max(1, len(clip["onset"]) - FRAMES)))
        window = slice(first, first + FRAMES)
        short = FRAMES - len(clip["onset"][window])
        frames = np.pad(clip["features"][window], ((0, short), (0, 0)))
        # What a microphone adds to every band, and a band or two that it lacks.
        frames[:, :40] += rng.normal(0.0, 0.06, 40).astype(np.float32) + np.float32(rng.normal(0.0, 0.08))
        if rng.random() < 0.3:
            frames[:, : int(rng.integers(1, 5))] = 0.0
        features.append(frames)
        wanted.append(np.stack([np.pad(clip[name][window], (0, short)) for name in ("onset", "sounding")], axis=1))
    return torch.from_numpy(np.stack(features)), torch.from_numpy(np.stack(wanted))


def loss_of(net: nn.Module, features: torch.Tensor, wanted: torch.Tensor) -> torch.Tensor:
    costs = nn.functional.binary_cross_entropy_with_logits(net(features), wanted, reduction="none")
    onset, sounding = costs[..., 0], costs[..., 1]
    return (onset * (1.0 + _ONSET_WEIGHT * wanted[..., 0])).mean() + 0.3 * sounding.mean()


def judge(net: nn.Module, clips: list[dict[str, np.ndarray]]) -> float:
    net.eval()
    with torch.no_grad():
        losses = [
            float(loss_of(net, torch.from_numpy(c["features"])[None],
                          torch.from_numpy(np.stack([c["onset"], c["sounding"]], axis=1))[None]))
            for c in clips
        ]  # fmt: skip
    net.train()
    return float(np.mean(losses))


def write(out: Path, state: dict[str, torch.Tensor]) -> None:
    """hum.safetensors and its manifest."""
    out.mkdir(parents=True, exist_ok=True)
    digest, size = write_weights(
        out / "hum.safetensors", {name: tensor.numpy().astype(np.float32) for name, tensor in state.items()}
    )
    write_manifest(
        WeightsManifest(
            out, "hum", "hum.safetensors", digest, size, "CC-BY-SA-4.0", RATE_HZ, (PJS, OWN_VOICES), "hum.md"
        )
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--steps", type=int, default=1600)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(args.seed)
    rng = np.random.default_rng(args.seed)
    clips, dev = load(args.work, "train"), load(args.work, "dev")
    net = HumNet()
    optimizer = torch.optim.AdamW(net.parameters(), lr=2e-3, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=args.steps)
    checkpoint, first, best = args.work / "checkpoint.pt", 0, np.inf
    if checkpoint.exists():
        kept = torch.load(checkpoint, weights_only=True)
        if kept["steps"] == args.steps:
            net.load_state_dict(kept["net"])
            optimizer.load_state_dict(kept["optimizer"])
            schedule.load_state_dict(kept["schedule"])
            first, best = kept["step"], kept["best"]
    began = time.time()
    for step in range(first, args.steps):
        loss = loss_of(net, *draw(clips, rng))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        schedule.step()
        if (step + 1) % 100 == 0:
            now = judge(net, dev)
            print(f"{step + 1}: train {float(loss):.4f} dev {now:.4f} ({time.time() - began:.0f} s)", flush=True)
            if now < best:
                best = now
                write(args.out, net.state_dict())
            kept = {"net": net, "optimizer": optimizer, "schedule": schedule}
            states = {name: part.state_dict() for name, part in kept.items()}
            torch.save(states | {"step": step + 1, "best": best, "steps": args.steps}, checkpoint)


if __name__ == "__main__":
    main()
