"""A prepared set small enough to travel to another machine, and back into what `train.py` reads.

    python recipes/vocoder/travel.py pack --work DIR --box BOX --megabytes 30
    python recipes/vocoder/travel.py unpack --box BOX --work DIR

The box holds whole clips, drawn at random, as FLAC with their F0 and phases; sound comes out as it went in.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile

RATE, HOP = 44_100, 512
SPLITS = {"train": 0.95, "valid": 0.05}


def pack(folder: Path, box: Path, megabytes: float, seed: int) -> float:
    """Clips of one split until the box is full; returns their minutes."""
    index = json.loads((folder / "index.json").read_text())
    audio = np.memmap(folder / "audio.i16", np.int16, mode="r")
    frames = np.memmap(folder / "frames.f32", np.float32, mode="r").reshape(-1, 2)
    box.mkdir(parents=True, exist_ok=True)
    kept, rows, first, room = [], [], 0, megabytes * 1e6
    with soundfile.SoundFile(box / "audio.flac", "w", RATE, 1, "PCM_16", compression_level=1.0) as file:
        for number in np.random.default_rng(seed).permutation(len(index)):
            clip = index[number]
            start, stop = clip["first"], clip["first"] + clip["frames"]
            file.write(audio[start * HOP : stop * HOP])
            rows.append(frames[start:stop])
            kept.append({"name": clip["name"], "first": first, "frames": clip["frames"]})
            first += clip["frames"]
            file.flush()
            if (box / "audio.flac").stat().st_size + first * 8 > room:
                break
    np.concatenate(rows).tofile(box / "frames.f32")
    (box / "index.json").write_text(json.dumps(kept))
    return first * HOP / RATE / 60


def unpack(box: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "audio.i16").open("wb") as out:
        for block in soundfile.blocks(box / "audio.flac", blocksize=1 << 20, dtype="int16"):
            block.tofile(out)
    for name in ("frames.f32", "index.json"):
        (folder / name).write_bytes((box / name).read_bytes())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=("pack", "unpack"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--box", type=Path, required=True)
    parser.add_argument("--megabytes", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    for split, share in SPLITS.items():
        if arguments.what == "pack":
            minutes = pack(arguments.work / split, arguments.box / split, arguments.megabytes * share, arguments.seed)
            print(f"{split}: {minutes:.1f} minutes")
        else:
            unpack(arguments.box / split, arguments.work / split)


if __name__ == "__main__":
    main()
