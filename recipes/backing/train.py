"""Train the two networks on the takes that prepare.py made.

    python recipes/backing/train.py pulse   --work work/backing
    python recipes/backing/train.py harmony --work work/backing

One thread; writes a checkpoint after every epoch and goes on from it. One take in ten is kept for validation: what is
tuned is tuned on those, and the held-out scores are not looked at.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from examples import HarmonyExample, PulseExample, harmony_examples, pulse_examples
from networks import Network, harmony_network, pulse_network
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy

from vocalkit.backing.harmony import QUALITIES

BATCH = 8
PEAK_RATE = {"pulse": 1e-2, "harmony": 4e-3}
EPOCHS = {"pulse": 16, "harmony": 22}
CROP_FRAMES = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("network", choices=("pulse", "harmony"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--epochs", type=int)
    args = parser.parse_args()
    torch.set_num_threads(1)
    torch.manual_seed(0)
    if args.network == "pulse":
        examples, network, loss = pulse_examples(args.work), pulse_network(), pulse_loss
    else:
        examples, network, loss = harmony_examples(args.work), harmony_network(), harmony_loss
    train = [e for number, e in enumerate(examples) if number % 10]
    valid = [e for number, e in enumerate(examples) if not number % 10]
    size = sum(p.numel() for p in network.parameters())
    print(f"{len(train)} takes to learn from, {len(valid)} to validate, {size} parameters", flush=True)
    fit(
        network,
        loss,
        train,
        valid,
        args.work / f"{args.network}.pt",
        args.epochs or EPOCHS[args.network],
        PEAK_RATE[args.network],
    )


def fit(network: Network, loss, train: list, valid: list, path: Path, epochs: int, peak_rate: float) -> None:
    """AdamW under a one-cycle rate; the weights of the last epoch are kept."""
    steps = -(-len(train) // BATCH)
    optimizer = torch.optim.AdamW(network.parameters(), lr=peak_rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, peak_rate, epochs=epochs, steps_per_epoch=steps)
    first = 0
    if path.exists():
        state = torch.load(path, weights_only=True)
        if state["epochs"] == epochs and state["takes"] == len(train):
            network.load_state_dict(state["network"])
            optimizer.load_state_dict(state["optimizer"])
            schedule.load_state_dict(state["schedule"])
            first = state["epoch"] + 1
    for epoch in range(first, epochs):
        began_s = time.process_time()
        rng = np.random.default_rng([3, epoch])
        order = rng.permutation(len(train))
        network.train()
        total = 0.0
        for step in range(steps):
            batch = [train[i] for i in order[step * BATCH : (step + 1) * BATCH]]
            value = loss(network, batch, rng)
            optimizer.zero_grad()
            value.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimizer.step()
            schedule.step()
            total += float(value)
        network.eval()
        with torch.no_grad():
            judged = [float(loss(network, valid[i : i + BATCH], None)) for i in range(0, len(valid), BATCH)]
        spent_s = time.process_time() - began_s
        print(f"epoch {epoch}: train {total / steps:.4f} valid {np.mean(judged):.4f} ({spent_s:.0f} s)", flush=True)
        state = {
            "network": network.state_dict(),
            "optimizer": optimizer.state_dict(),
            "epochs": epochs,
            "schedule": schedule.state_dict(),
            "epoch": epoch,
            "takes": len(train),
        }
        torch.save(state, path)


def pulse_loss(network: Network, batch: list[PulseExample], rng: np.random.Generator | None) -> Tensor:
    """Cross entropy of beats and downbeats (frames beside one count half), and of two or three on the beats."""
    inputs, targets = [], []
    for example in batch:
        frames = len(example.inputs)
        start = 0 if rng is None else int(rng.integers(0, max(1, frames - CROP_FRAMES + 1)))
        x, y = example.inputs[start : start + CROP_FRAMES], example.targets[start : start + CROP_FRAMES]
        short = CROP_FRAMES - len(x)
        x = np.pad(x, ((0, short), (0, 0)))
        if rng is not None:
            x = x * np.exp(rng.normal(0, 0.15, (1, x.shape[1])))
        inputs.append(x)
        targets.append(np.pad(y, ((0, short), (0, 0)), constant_values=-1.0))
    x = torch.from_numpy(np.stack(inputs).astype(np.float32)).transpose(1, 2)
    y = torch.from_numpy(np.stack(targets).astype(np.float32)).transpose(1, 2)
    out = network(x)
    known = (y[:, 0] >= 0).float()
    weight = known * (1.0 + 4.0 * (y[:, 0] > 0.9).float())
    beat = binary_cross_entropy_with_logits(out[:, 0], y[:, 0].clamp(0, 1), weight=weight)
    weight = known * (1.0 + 8.0 * (y[:, 1] > 0.9).float())
    downbeat = binary_cross_entropy_with_logits(out[:, 1], y[:, 1].clamp(0, 1), weight=weight)
    on = known * (y[:, 0] > 0.9).float()
    compound = binary_cross_entropy_with_logits(out[:, 2], y[:, 2].clamp(0, 1), weight=on)
    return beat + downbeat + 2.0 * compound


def harmony_loss(network: Network, batch: list[HarmonyExample], rng: np.random.Generator | None) -> Tensor:
    """Cross entropy over all chords (where known) and all keys (where known). Takes are joined end to end."""
    total: list[Tensor] = []
    for example in batch:
        x = torch.from_numpy(example.inputs).transpose(1, 2)
        if rng is not None:
            x = x * torch.from_numpy(np.exp(rng.normal(0, 0.1, (1, 1, x.shape[2]))).astype(np.float32))
        out = network(x).transpose(1, 2)
        count, n = len(QUALITIES), out.shape[1]
        chords = out[:, :, :count].permute(1, 2, 0).reshape(n, 12 * count)
        chords = torch.cat([chords, out[:, :, count].mean(0)[:, None]], dim=1)
        keys = out[:, :, count + 1 :].permute(1, 2, 0).reshape(n, 24)
        chord, key = torch.from_numpy(example.chords), torch.from_numpy(example.keys)
        if (chord >= 0).any():
            total.append(cross_entropy(chords[chord >= 0], chord[chord >= 0]))
        if (key >= 0).any():
            total.append(0.5 * cross_entropy(keys[key >= 0], key[key >= 0]))
    return torch.stack(total).sum() / len(batch)


if __name__ == "__main__":
    main()
