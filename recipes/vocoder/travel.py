"""A prepared set small enough to travel to another machine, and back into what `train.py` reads.

    python recipes/vocoder/travel.py pack --work DIR --box BOX --megabytes 30
    python recipes/vocoder/travel.py unpack --box BOX --work DIR

The box holds whole clips, drawn at random, as FLAC with their F0, phases and singer's mel; sound comes out as it
went in.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import soundfile

RATE, HOP = 44_100, 512
TABLES = {"frames.f32": (np.float32, 2), "singer.f16": (np.float16, 128)}
"""Files of one row a frame: type and columns."""
SPLITS = {"train": 0.95, "valid": 0.05}


def pack(folder: Path, box: Path, megabytes: float, seed: int) -> float:
    """Clips of one split until the box is full; returns their minutes."""
    index = json.loads((folder / "index.json").read_text())
    audio = np.memmap(folder / "audio.i16", np.int16, mode="r")
    tables = {
        name: np.memmap(folder / name, kind, mode="r").reshape(-1, columns) for name, (kind, columns) in TABLES.items()
    }
    row_bytes = sum(np.dtype(kind).itemsize * columns for kind, columns in TABLES.values())
    box.mkdir(parents=True, exist_ok=True)
    kept, first, room = [], 0, megabytes * 1e6
    rows: dict[str, list[np.ndarray]] = {name: [] for name in TABLES}
    with soundfile.SoundFile(box / "audio.flac", "w", RATE, 1, "PCM_16", compression_level=1.0) as file:
        for number in np.random.default_rng(seed).permutation(len(index)):
            clip = index[number]
            start, stop = clip["first"], clip["first"] + clip["frames"]
            file.write(audio[start * HOP : stop * HOP])
            for name, table in tables.items():
                rows[name].append(table[start:stop])
            kept.append({"name": clip["name"], "first": first, "frames": clip["frames"]})
            first += clip["frames"]
            file.flush()
            if (box / "audio.flac").stat().st_size + first * row_bytes > room:
                break
    for name, parts in rows.items():
        np.concatenate(parts).tofile(box / name)
    (box / "index.json").write_text(json.dumps(kept))
    return first * HOP / RATE / 60


def unpack(box: Path, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "audio.i16").open("wb") as out:
        for block in soundfile.blocks(box / "audio.flac", blocksize=1 << 20, dtype="int16"):
            block.tofile(out)
    for name in (*TABLES, "index.json"):
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
