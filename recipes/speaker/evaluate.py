"""Error rates of the speaker gate on people it was not calibrated on, with their curves.

    python recipes/speaker/evaluate.py --work work/speaker -o docs/pictures

Every speaker of ../shared/data is enrolled in turn; each of their own clips is judged among the
others, and each clip of everybody else is slipped in as one more. A false accept is a foreign clip
that is accepted, a false reject an own clip that is refused; what is unsure goes to a human witness.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from trials import Clip, Enrolment, Scores, enrolments, foreign_scores, load, own_scores, strangers_of

from vocalkit.resources import locate
from vocalkit.voice.speaker import SpeakerSettings, read_speaker_settings

GROUPS = {
    "spoken consent, spoken clips, several recordings": lambda e: e.kind == "spoken" and len(e.clips) > 1,
    "spoken consent, spoken clips, halves of one recording": lambda e: e.kind == "spoken" and len(e.clips) == 1,
    "spoken consent, sung clips": lambda e: e.kind == "sung" and e.speaker == "pjs",
    "sung consent, sung clips": lambda e: e.kind == "sung" and e.speaker != "pjs",
}


@dataclass(frozen=True)
class Judged:
    enrolment: Enrolment
    own: Scores
    foreign: Scores


def outcomes(scores: Scores, settings: SpeakerSettings) -> NDArray[np.int_]:
    """2 accepted, 1 unsure, 0 refused, for each clip."""
    rank = {"accepted": 2, "unsure": 1, "refused": 0}
    return np.array(
        [
            min(rank[settings.alone.judge(alone)], rank[settings.together.judge(together)])
            for alone, together in zip(scores.alone, scores.together, strict=True)
        ]
    )


def joined(parts: Iterable[NDArray]) -> NDArray:
    return np.concatenate(list(parts) or [np.empty(0)])


def sung_consent(clips: list[Clip]) -> Enrolment:
    """The one singer with many songs, as if two songs of theirs were the consent."""
    songs = [clip for clip in clips if clip.speaker == "pjs" and clip.kind == "sung" and clip.part == "test"]
    return Enrolment("pjs, sung consent", "sung", np.concatenate([song.prints for song in songs[:2]]), tuple(songs[2:]))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    clips = load(args.work)
    settings = read_speaker_settings(locate("consent") / "speaker.toml")
    everyone = [*enrolments(clips, "test"), sung_consent(clips)]
    judged = []
    for enrolment in everyone:
        strangers = [c for c in strangers_of(enrolment, clips, "test") if c.speaker != enrolment.speaker.split(",")[0]]
        judged.append(
            Judged(enrolment, own_scores(enrolment, settings), foreign_scores(enrolment, strangers, settings))
        )
    args.out.mkdir(parents=True, exist_ok=True)
    print("| trials | people | own clips | refused | unsure | foreign clips | accepted | unsure |")
    print("|---|---|---|---|---|---|---|---|")
    for name, belongs in GROUPS.items():
        members = [each for each in judged if belongs(each.enrolment)]
        print(row(name, members, settings))
    print(row("all", judged, settings))
    print_wholes(judged, settings)
    draw(judged, settings, args.out / "speaker-gate.png")


def row(name: str, members: list[Judged], settings: SpeakerSettings) -> str:
    own = joined(outcomes(each.own, settings) for each in members)
    foreign = joined(outcomes(each.foreign, settings) for each in members)
    cells = [name, len(members), len(own), share(own == 0), share(own == 1)]
    cells += [len(foreign), share(foreign == 2), share(foreign == 1)]
    return "| " + " | ".join(map(str, cells)) + " |"


def share(hits: NDArray) -> str:
    return f"{100 * hits.mean():.2f} % ({int(hits.sum())})"


def print_wholes(judged: list[Judged], settings: SpeakerSettings) -> None:
    """All clips together: the person's own, and another person's put in their place."""
    own = joined(each.own.whole for each in judged)
    foreign = joined(each.foreign.whole for each in judged)
    for what, scores in (("own", own), ("another person's", foreign)):
        verdicts = [settings.whole.judge(score) for score in scores]
        counts = ", ".join(f"{verdicts.count(o)} {o}" for o in ("accepted", "unsure", "refused"))
        print(f"\nall clips {what}: {len(scores)} enrolments, {counts}", end="")
    print()
    for each in judged:
        if len(each.enrolment.clips) > 1:
            result = outcomes(each.own, settings)
            print(
                f"  {each.enrolment.speaker} ({each.enrolment.kind}): {len(result)} clips, {int((result == 1).sum())} "
                f"unsure, {int((result == 0).sum())} refused, lowest {each.own.together.min():.2f}, "
                f"strangers' highest {each.foreign.together.max():.2f}, whole {each.own.whole[0]:.2f}"
            )


def draw(judged: list[Judged], settings: SpeakerSettings, path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), dpi=90)
    bounds = np.linspace(-0.2, 1.0, 400)
    foreign = joined(each.foreign.together for each in judged)
    axes.plot(bounds, [100 * (foreign >= b).mean() for b in bounds], "k", label="foreign clips above (false accepts)")
    for (name, belongs), style in zip(GROUPS.items(), ("-", "--", "-.", ":"), strict=True):
        own = joined(each.own.together for each in judged if belongs(each.enrolment))
        axes.plot(bounds, [100 * (own < b).mean() for b in bounds], "C0" + style, label=f"own clips below: {name}")
    for bound, what in ((settings.together.refuse, "refuse"), (settings.together.accept, "accept")):
        axes.axvline(bound, color="C3", lw=0.8)
        axes.text(bound, 110, what, color="C3", ha="center", fontsize=8)
    axes.set_yscale("log")
    axes.set_ylim(0.005, 100)
    axes.set_xlabel("score of a clip's lowest window, consent and other clips together")
    axes.set_ylabel("%")
    axes.legend(fontsize=6, loc="lower left")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
