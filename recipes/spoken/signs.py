"""Signs of cutting and reuse: on people's takes, and on recordings spliced from Kathleen's words.

python recipes/spoken/signs.py --shared ../shared/data --work work/spoken
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import read
from vocalkit.types import Audio
from vocalkit.voice.duplicates import fingerprint, same_recordings
from vocalkit.voice.signs import Signs, measure_signs

RATE_HZ = 16_000
SPLICES = 40
FOLDERS = {
    "LibriSpeech train-clean-100": "speech/librispeech/train-clean-100/*.flac",
    "LibriSpeech test-other": "speech/librispeech/test-other/**/*.flac",
    "Kathleen": "speech/kathleen/*.flac",
    "Kerstin": "speech/kerstin/*.flac",
    "PJS, spoken": "singing/pjs/*/*_speech.flac",
}


def kathleens_words(work: Path) -> list[NDArray[np.float32]]:
    with np.load(work / "words.npz") as data:
        pieces = np.split(data["sounds"], np.cumsum(data["length"])[:-1])
        return [piece for piece, speaker in zip(pieces, data["speaker"], strict=True) if speaker == "kathleen"]


def spliced(words: list[NDArray[np.float32]], pause: str, fade_s: float) -> Iterable[Audio]:
    """Six words with pauses of half a second: of zeros, of white noise, or of one take's background."""
    rng = np.random.default_rng(0)
    quietest = min((word[:800] for word in words), key=lambda piece: float(np.mean(piece**2)))
    for _ in range(SPLICES):
        parts = []
        for at in rng.choice(len(words), 6, replace=False):
            word = words[at]
            edge = np.minimum(1.0, np.minimum(np.arange(len(word)), np.arange(len(word))[::-1]) / (fade_s * RATE_HZ))
            gap = {
                "zeros": np.zeros(8000),
                "white noise": 5e-4 * rng.standard_normal(8000),
                "one background": np.tile(quietest, 10)[:8000],
            }[pause]
            parts += [word * edge, gap]
        yield Audio(np.concatenate(parts).astype(np.float32)[None], RATE_HZ)


def row(name: str, signs: list[Signs]) -> str:
    spreads = [sign.pause_spread_db for sign in signs if sign.pause_spread_db is not None] or [np.nan]
    columns = (
        [1000 * sign.zero_s for sign in signs],
        [-sign.floor_db for sign in signs],
        [sign.cut_ends for sign in signs],
        spreads,
        [sign.ceiling_hz for sign in signs],
    )
    cells = [f"{min(values):.1f} / {np.median(values):.1f} / {max(values):.1f}" for values in columns]
    return f"| {name} | {len(signs)} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    print("lowest / middle / highest\n")
    print("| takes | n | silence ms | background dB below | cut ends a second | pause spread dB | ceiling Hz |")
    print("|---|---|---|---|---|---|---|")
    for name, pattern in FOLDERS.items():
        print(row(name, [measure_signs(read(path)) for path in sorted(args.shared.glob(pattern))]), flush=True)
    words = kathleens_words(args.work)
    for pause, fade_s in (("zeros", 0.001), ("white noise", 0.005), ("one background", 0.03)):
        name = f"spliced, pauses of {pause}, {1000 * fade_s:.0f} ms fades"
        print(row(name, [measure_signs(audio) for audio in spliced(words, pause, fade_s)]), flush=True)
    for name, pattern in (("Kathleen", FOLDERS["Kathleen"]), ("PJS songs", "singing/pjs/*/*_song.flac")):
        prints = [fingerprint(read(path)) for path in sorted(args.shared.glob(pattern))]
        print(f"\n{name}: {len(prints)} recordings, {len(list(same_recordings(prints)))} pairs found to be one")


if __name__ == "__main__":
    main()
