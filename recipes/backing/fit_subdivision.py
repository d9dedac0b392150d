"""Fit the five weights of vocalkit/backing/subdivision.py on the training takes.

    python recipes/backing/fit_subdivision.py --work work/backing

Prints them, and how often compound takes are recognised and others mistaken, on the takes kept for validation too.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from examples import takes
from render import Truth

from vocalkit.backing.subdivision import describe

STEPS, RATE, SHRINK = 3000, 0.3, 1e-2


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    rows, compound, swung = [], [], []
    for path in takes(args.work):
        truth = Truth.load(path.with_suffix(".json"))
        if len(truth.beats_s) >= 8:
            rows.append(describe(np.load(path)["bands"], np.array(truth.beats_s)))
            compound.append(truth.compound)
            swung.append(truth.swung)
    x, y, swing = np.array(rows), np.array(compound), np.array(swung)
    valid = np.arange(len(y)) % 10 == 0
    mean, deviation = x[~valid].mean(axis=0), x[~valid].std(axis=0)
    z = np.column_stack([(x - mean) / deviation, np.ones(len(x))])
    weights = fit(z[~valid], y[~valid])
    found = z @ weights > 0
    for name, part in (("train", ~valid), ("valid", valid)):
        print(
            f"{name}: {found[part & y].mean():.2f} of {np.sum(part & y)} compound takes, "
            f"wrongly {found[part & ~y].mean():.2f} of the others, {found[part & ~y & swing].mean():.2f} of swung ones"
        )
    print("mean", mean.round(3), "deviation", deviation.round(3), "weights", weights.round(3))


def fit(z: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Logistic regression by gradient descent, both classes weighing alike."""
    weights = np.zeros(z.shape[1])
    balance = np.where(y, 0.5 / y.mean(), 0.5 / (1.0 - y.mean()))
    for _ in range(STEPS):
        error = balance * (1.0 / (1.0 + np.exp(-z @ weights)) - y)
        weights -= RATE * (z.T @ error / len(y) + SHRINK * np.append(weights[:-1], 0.0))
    return weights


if __name__ == "__main__":
    main()
