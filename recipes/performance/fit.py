"""Consonant lengths learned from PJS's singer: the numbers in `vocalkit/synth/durations.py`.

    python recipes/performance/fit.py --data ../shared/data/singing/pjs

fits log length = what the consonant has by itself + a power of the time from the vowel before + a power of the time
to the next nucleus, by least absolute deviations, on the songs that are not held out. What follows a rest knows no
vowel before. A consonant with a glide (kj, ɾj) is the consonant and a constant.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path

import numpy as np
from pjs import songs, sung_notes

IPA_OF = {
    "k": "k", "r": "ɾ", "t": "t", "n": "n", "s": "s", "sh": "ɕ", "m": "m", "d": "d", "g": "ɡ", "b": "b", "w": "w",
    "h": "h", "j": "dʑ", "ch": "tɕ", "y": "j", "p": "p", "ts": "ts", "f": "ɸ", "z": "z",
}  # fmt: skip
USUAL_S = 0.25
FEWEST = 15


def rows_of(data: Path, names: list[str]) -> list[tuple[str, float, float | None, float]]:
    """(label, length, time from the nucleus before or None, time to the next or to the end) of single consonants."""
    rows = []
    for name in names:
        before = None
        for one in sung_notes(data, name):
            last, before = before, one
            if len(one.onset) != 1 or not 0.005 < one.onset_s < 0.5:
                continue
            start_s = one.nucleus.start_s
            since_s = None if last is None or one.after_rest else start_s - last.nucleus.start_s
            rows.append((one.onset[0].symbol, one.onset_s, since_s, (one.next_s or one.nucleus.end_s) - start_s))
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    args = parser.parse_args()
    rows = rows_of(args.data, songs(args.data)[0])
    counts = Counter(row[0] for row in rows)
    symbols = sorted((s for s in counts if counts[s] >= FEWEST), key=lambda s: -counts[s])
    kept = [row for row in rows if row[0] in symbols]
    table = np.array([_features(row, symbols) for row in kept])
    target = np.log([row[1] for row in kept])
    weights = np.linalg.lstsq(table, target, rcond=None)[0]
    for _ in range(40):
        trust = 1.0 / np.maximum(np.abs(target - table @ weights), 0.03)
        weighted = table * trust[:, None]
        weights = np.linalg.solve(weighted.T @ table + 1e-3 * np.eye(len(weights)), weighted.T @ target)
    print(f"{len(kept)} consonants; power of the time before {weights[-3]:.3f}, after {weights[-2]:.3f}, "
          f"factor after a rest {np.exp(weights[-1]):.3f}")  # fmt: skip
    for symbol, weight in zip(symbols, weights, strict=False):
        if symbol in IPA_OF:
            print(f"{IPA_OF[symbol]:>3} {1000 * np.exp(weight):4.0f} ms of {counts[symbol]}")
    lengths = dict(zip(symbols, np.exp(weights), strict=False))
    glides = [f"{s} {1000 * (lengths[s] - lengths[s[0]]):+.0f}" for s in symbols if len(s) == 2 and s[1] == "y"]
    print("the glide of a pair takes, ms:", ", ".join(glides))


def _features(row: tuple[str, float, float | None, float], symbols: list[str]) -> list[float]:
    symbol, _, since_s, until_s = row
    before = 0.0 if since_s is None else np.log(np.clip(since_s, 0.1, 1.0) / USUAL_S)
    return [
        *(float(symbol == s) for s in symbols),
        before,
        np.log(np.clip(until_s, 0.1, 1.0) / USUAL_S),
        since_s is None,
    ]


if __name__ == "__main__":
    main()
