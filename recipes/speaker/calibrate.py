"""Bounds of the speaker gate, found on speakers that no figure is reported on: writes consent/speaker.toml.

    python recipes/speaker/calibrate.py --work work/speaker -o consent/speaker.toml

accept: the lowest bound that lets through at most FOREIGN of the calibration's foreign clips. refuse:
the highest that turns away at most OWN of the person's own clips, spoken and sung. Both are stricter
than what is promised, since the people judged later are others.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from trials import Scores, cohort_mean, enrolments, foreign_scores, load, own_scores, strangers_of

from vocalkit.voice.bounds import Bounds
from vocalkit.voice.speaker import SpeakerSettings

FOREIGN = 0.0005
OWN = 0.01
ALONE_FOREIGN = 0.01
WHOLE_FOREIGN = 0.0005
HEADER = """\
# The speaker gate's bounds and the middle of {speakers} LibriSpeech speakers' voice prints (CC BY 4.0, by way of
# resemble-ai/Resemblyzer). Made by recipes/speaker/calibrate.py; docs/spoken-consent.md has the error rates.
"""


def bounds(own: Scores, foreign: Scores) -> tuple[Bounds, Bounds, Bounds]:
    """(whole, alone, together) from the calibration's scores."""
    alone_accept = float(np.quantile(foreign.alone, 1 - ALONE_FOREIGN))
    passing = np.where(foreign.alone >= alone_accept, foreign.together, -1.0)
    together_accept = float(np.quantile(passing, 1 - FOREIGN))
    together_refuse = min(float(np.quantile(own.together, OWN)), together_accept)
    whole_accept = float(np.quantile(foreign.whole, 1 - WHOLE_FOREIGN))
    whole_refuse = min(float(np.quantile(foreign.whole, 0.99)), whole_accept, float(own.whole.min()) - 0.05)
    # Alone, a window of singing says nothing against a spoken consent: it can withhold a yes, not say no.
    return (
        Bounds(round(whole_accept, 3), round(whole_refuse, 3)),
        Bounds(round(alone_accept, 3), -1.0),
        Bounds(round(together_accept, 3), round(together_refuse, 3)),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    clips = load(args.work)
    anything = Bounds(1.0, -1.0)
    blank = SpeakerSettings(anything, anything, anything, cohort_mean(clips))
    own, foreign = [], []
    for enrolment in enrolments(clips, "calibrate"):
        own.append(own_scores(enrolment, blank))
        foreign.append(foreign_scores(enrolment, strangers_of(enrolment, clips, "calibrate"), blank))
    whole, alone, together = bounds(pooled(own), pooled(foreign))
    speakers = len({clip.speaker for clip in clips if clip.part == "cohort"})
    lines = [HEADER.format(speakers=speakers)]
    for name, bound in (("whole", whole), ("alone", alone), ("together", together)):
        lines.append(f"{name} = {{ accept = {bound.accept}, refuse = {bound.refuse} }}\n")
    lines.append("mean = [\n")
    for start in range(0, len(blank.mean), 12):
        lines.append("  " + ", ".join(f"{value:.5f}" for value in blank.mean[start : start + 12]) + ",\n")
    lines.append("]\n")
    args.out.write_text("".join(lines), encoding="utf-8")
    print(f"{len(own)} enrolments, {sum(len(each.together) for each in foreign)} foreign clips")
    print(f"whole {whole}\nalone {alone}\ntogether {together}")


def pooled(scores: list[Scores]) -> Scores:
    return Scores(
        *(np.concatenate([getattr(each, field) for each in scores]) for field in ("alone", "together", "whole"))
    )


if __name__ == "__main__":
    main()
