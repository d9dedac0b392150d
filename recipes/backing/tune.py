"""How well beats and bars are decoded on the validation takes, for settings of the decoder. Nothing held out is used.

    python recipes/backing/tune.py --work work/backing

Prints beat F, downbeat F and the share of takes whose beats a bar are right, for several tempo costs.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import mir_eval
import numpy as np
from examples import takes
from render import Truth

from vocalkit.backing import bar_pointer, grid
from vocalkit.backing.pulse import PULSE_RATE_HZ, hear_pulse, strength_near
from vocalkit.types import Given

TEMPO_COSTS = (30.0, 60.0, 90.0, 140.0)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    heard = []
    for path in [path for number, path in enumerate(takes(args.work)) if not number % 10]:
        kept, truth = np.load(path), Truth.load(path.with_suffix(".json"))
        heard.append((hear_pulse(kept["bands"], kept["semitones"].astype(np.float64)), truth))
    beatless = [float(np.percentile(pulse.beat, 99)) for pulse, truth in heard if not truth.beats_s]
    print("beatless takes, 99th percentile of beat probability:", np.round(beatless, 2))
    heard = [(pulse, truth) for pulse, truth in heard if truth.beats_s]
    for cost in TEMPO_COSTS:
        bar_pointer._TEMPO_COST = cost
        figures = np.array([judge(pulse, truth) for pulse, truth in heard])
        print(
            f"tempo cost {cost:5.0f}: beat F {figures[:, 0].mean():.3f} downbeat F {figures[:, 1].mean():.3f} "
            f"metre {figures[:, 2].mean():.2f}",
            flush=True,
        )


def judge(pulse, truth: Truth) -> tuple[float, float, float]:
    frames = bar_pointer.decode_beats(pulse.beat)
    times_s = frames / PULSE_RATE_HZ
    bars, _ = grid._bars(strength_near(pulse.downbeat, times_s), Given(), in_three=truth.compound)
    downs_s = times_s[bars.first :: bars.beats_per_bar]
    end_s = truth.beats_s[-1] + 0.1

    def score(reference: list[float], found: np.ndarray) -> float:
        return float(mir_eval.beat.f_measure(np.array(reference), found[found <= end_s]))

    per_bar = round(len(truth.beats_s) / max(1, len(truth.downbeats_s)))
    return score(truth.beats_s, times_s), score(truth.downbeats_s, downs_s), float(per_bar == bars.beats_per_bar)


if __name__ == "__main__":
    main()
