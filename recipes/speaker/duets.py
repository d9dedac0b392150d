"""What the speaker gate makes of two voices at once, and in turn: every pair of five LibriSpeech speakers.

python recipes/speaker/duets.py --shared ../shared/data
"""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import read, resample
from vocalkit.resources import locate
from vocalkit.types import Audio
from vocalkit.voice.prints import load_encoder, readings, voiced_part
from vocalkit.voice.speaker import judge_prints, read_speaker_settings

RATE_HZ = 16_000
PART_S = 4.0
LEVELS_DB = (0.0, -6.0, -12.0)


def voice(clips: list[Audio]) -> NDArray[np.float32]:
    """Four seconds of voice at one level."""
    sound = voiced_part(np.concatenate([resample(clip, RATE_HZ).mono() for clip in clips]))
    return sound[: round(PART_S * RATE_HZ)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    args = parser.parse_args()
    settings = read_speaker_settings(locate("consent") / "speaker.toml")
    encoder = load_encoder()
    folder = args.shared / "speech" / "librispeech" / "test-other"
    clips = {each.name: [read(path) for path in sorted(each.rglob("*.flac"))] for each in sorted(folder.iterdir())}
    # The first half is consent and clips, the second half goes into duets.
    prints = {name: [readings(clip, encoder) for clip in own[:6]] for name, own in clips.items()}
    voices = {name: voice(own[6:]) for name, own in clips.items()}
    kinds = [f"together, second voice at {level:.0f} dB" for level in LEVELS_DB] + ["in turn, four seconds each"]
    print("| duet | pairs | accepted | unsure | refused |")
    print("|---|---|---|---|---|")
    for kind, level in zip(kinds, (*LEVELS_DB, None), strict=True):
        outcomes = []
        for one, two in itertools.permutations(clips, 2):
            length = min(len(voices[one]), len(voices[two]))
            first, second = voices[one][:length], voices[two][:length]
            mixed = np.concatenate([first, second]) if level is None else first + 10 ** (level / 20) * second
            duet = readings(Audio(mixed.astype(np.float32)[None], RATE_HZ), encoder)
            verdict = judge_prints(np.concatenate(prints[one][:3]), [*prints[one][3:], duet], settings=settings)
            outcomes.append(verdict.clips[-1].outcome)
        counts = " | ".join(str(outcomes.count(outcome)) for outcome in ("accepted", "unsure", "refused"))
        print(f"| {kind} | {len(outcomes)} | {counts} |", flush=True)


if __name__ == "__main__":
    main()
