"""Grid error on the real tracks, against the taps of taps.toml.

    python recipes/backing/tracks.py --shared ../shared/data

The tapped level is one choice among several, so each of our beats near the taps is judged by the nearest tap or, where
we count faster, the nearest point half-way or a third of the way between two; `level` is our tempo over the tapped one.
Prints a row for every track: error in milliseconds, the share of beats within 70 ms, tempo, metre, key, seconds spent.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path

import numpy as np
import tomllib

from vocalkit.audio import read
from vocalkit.backing import analyze


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args()
    taps = tomllib.loads(Path(__file__).with_name("taps.toml").read_text(encoding="utf-8"))["tracks"]
    print("| track | beats | median error | 90 % under | within 70 ms | level | tempo | metre | key | time |")
    print("|---" * 10 + "|")
    for name, tapped in taps.items():
        audio = read(args.shared / "tracks" / name)
        began_s = time.process_time()
        backing = analyze(audio)
        spent_s = time.process_time() - began_s
        pulses = getattr(backing, "pulses_s", backing.tempo_map.beats_s)
        errors_s, level = judge(np.asarray(pulses), np.array(tapped))
        print(
            f"| {Path(name).name[:34]} | {errors_s.size} | {1e3 * np.median(errors_s):.0f} ms | "
            f"{1e3 * np.percentile(errors_s, 90):.0f} ms | {np.mean(errors_s < 0.07):.0%} | {level:.2f} | "
            f"{60.0 / np.median(np.diff(pulses)):.1f} | {getattr(backing, 'metre', backing.tempo_map.beats_per_bar)} | "
            f"{backing.key.name} | {spent_s:.1f} s of {audio.duration_s:.0f} s |",
            flush=True,
        )


def judge(beats_s: np.ndarray, taps_s: np.ndarray) -> tuple[np.ndarray, float]:
    """Distance of every beat inside the tapped windows to the nearest tap of its level, and that level."""
    period_s = float(np.median(np.diff(taps_s)))
    level = period_s / float(np.median(np.diff(beats_s)))
    parts = max(1, round(level))
    whole = np.diff(taps_s) < 1.5 * period_s
    points = [taps_s, *(taps_s[:-1][whole] + np.diff(taps_s)[whole] * k / parts for k in range(1, parts))]
    points_s = np.concatenate(points)
    distance = np.abs(beats_s[:, None] - points_s[None]).min(axis=1)
    return distance[distance < 0.6 * period_s / parts], level


if __name__ == "__main__":
    main()
