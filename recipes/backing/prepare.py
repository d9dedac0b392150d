"""Render what the analysis learns from, and what it is measured on.

    python recipes/backing/prepare.py --shared ../shared/data --work work/backing [--shard 0/2]

Takes to learn from are kept as features (work/train/*.npz) and never as sound; held-out takes as FLAC with their truth
(work/held-out/). What is there already is not made again. About 1.5 s of one core for a take, some 35 minutes in all.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import soundfile
from ambience import ambient_take
from band_takes import band_take
from music import Piece
from plan import Plan, Split, held_out_takes, read_plan, split, training_take
from render import Take, Truth, mixed, render, stems
from sounds import RATE
from tqdm import tqdm

from vocalkit.backing import tuning
from vocalkit.backing.features import extract
from vocalkit.protocols import silent
from vocalkit.types import Audio


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--shard", default="0/1", help="which share of the takes, of how many")
    parser.add_argument("--only", choices=("train", "held-out"))
    args = parser.parse_args()
    plan = read_plan()
    pieces = split(plan, args.shared, args.work)
    shard, shards = map(int, args.shard.split("/"))
    if args.only != "train":
        _held_out(plan, pieces, args.work / "held-out", shard, shards)
    if args.only != "held-out":
        _train(plan, pieces, args.work / "train", shard, shards)


def _train(plan: Plan, pieces: Split, folder: Path, shard: int, shards: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number in tqdm(range(shard, plan.takes, shards), desc="train"):
        path = folder / f"{number:04d}.npz"
        if path.exists():
            continue
        piece, take = training_take(plan, pieces.train, number)
        sound, truth = render(piece, take)
        keep(path, sound, truth, take)
    for number in range(shard, plan.ambient, shards):
        path = folder / f"ambient-{number:02d}.npz"
        if not path.exists():
            keep(path, *ambient_take(number, plan.seconds))


def keep(path: Path, sound: np.ndarray, truth: Truth, take: Take) -> None:
    """Features as the product computes them, and the truth beside them."""
    features = extract(Audio(sound[None], RATE), progress=silent)
    cents = tuning.tuning_cents(features.pitches)
    semitones = tuning.to_semitones(features.pitches, cents)
    partial = path.with_suffix(".part.npz")
    np.savez(
        partial,
        bands=features.bands,
        semitones=semitones.astype(np.float16),
        level_db=features.level_db.astype(np.float16),
        pitched=take.drums != "only",
    )
    truth.save(path.with_suffix(".json"))
    partial.rename(path)


def _held_out(plan: Plan, pieces: Split, folder: Path, shard: int, shards: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    scores = (*pieces.held_out, *pieces.compound)
    for number in tqdm(range(shard, len(scores), shards), desc="held out"):
        piece = scores[number]
        for group in held_out_takes(plan, pieces, number):
            path = folder / f"{number:02d}"
            if all(_named(path, condition).with_suffix(".txt").exists() for condition in group):
                continue
            tones, beaten, truth = stems(piece, replace(next(iter(group.values())), drums="with"))
            for condition, take in group.items():
                _write(_named(path, condition), mixed(tones, beaten, take), truth, piece, take.timbre)
    for number, piece in list(enumerate(pieces.held_out))[shard::shards]:
        made = band_take(piece, number) if piece.corpus == "leadsheets" else None
        if made is not None:
            _write(folder / f"{number:02d}-band", *made, piece, "band")


def _named(path: Path, condition: str) -> Path:
    return path.with_name(f"{path.name}-{condition.replace(' ', '-')}")


def _write(path: Path, sound: np.ndarray, truth: Truth, piece: Piece, timbre: str) -> None:
    soundfile.write(path.with_suffix(".flac"), sound, RATE, subtype="PCM_16")
    truth.save(path.with_suffix(".json"))
    path.with_suffix(".txt").write_text(f"{piece.corpus}\t{piece.name}\t{timbre}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
