"""Recordings in, aligned source-filter trajectories out: one file an utterance, resumable.

    python recipes/voices/prepare.py --corpus DIR --work DIR

The corpus is a folder of WAV or FLAC files, with a transcript of the same name (`.txt`) beside each
as in rhasspy/dataset-voice-kathleen (CC0), or one `metadata.csv` of `name|text` lines. Phones come
from pocketsphinx's forced alignment; their borders are then moved to where the sound itself changes
(`vocalkit/voice/borders.py`).
"""

from __future__ import annotations

import argparse
import re
import sys
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from vocalkit.types import Audio
from vocalkit.voice.align import IPA_OF, forced_alignment
from vocalkit.voice.analyse import RATE_HZ, coded_frames
from vocalkit.voice.borders import refine

F0_FLOOR_HZ, F0_CEILING_HZ = 90.0, 420.0


def align(mono: NDArray[np.float64], words: str) -> list[tuple[str, float, float, bool]]:
    """Phones as (IPA, start s, end s, opens a word) of 44.1 kHz audio that speaks `words` of CMUdict."""
    from pocketsphinx import Decoder

    decoder = Decoder(lm=None, samprate=16_000, loglevel="FATAL")
    return [
        (IPA_OF[phone], start_s, end_s, index == 0)
        for word in forced_alignment(decoder, mono, words)
        for index, (phone, start_s, end_s) in enumerate(word)
    ]


def load(path: Path) -> NDArray[np.float64]:
    """One recording, mono, 44.1 kHz, without its DC offset."""
    samples, rate = soundfile.read(path, always_2d=True)
    mono = soxr.resample(samples.mean(axis=1), rate, RATE_HZ)
    return np.ascontiguousarray(mono - mono.mean())


def transcripts(corpus: Path) -> dict[Path, str]:
    """What is said in each recording of a corpus, in order of path."""
    listed = {}
    for table in corpus.rglob("metadata.csv"):
        for row in table.read_text(encoding="utf-8").splitlines():
            name, _, text = row.partition("|")
            listed[table.parent / Path(name).stem] = text
    found = {}
    for path in sorted(p for p in corpus.rglob("*") if p.suffix in (".wav", ".flac")):
        beside = path.with_suffix(".txt")
        text = beside.read_text(encoding="utf-8") if beside.exists() else listed.get(path.with_suffix(""), "")
        found[path] = " ".join(re.sub(r"[^a-z' ]", " ", text.lower()).split())
    return {path: words for path, words in found.items() if words}


def prepare_one(wav: Path, words: str, target: Path) -> str:
    """Write one utterance's file; returns what went wrong, empty where nothing did."""
    if target.exists():
        return ""
    try:
        mono = load(wav)
        phones = align(mono, words)
    except (RuntimeError, ValueError, soundfile.LibsndfileError) as error:
        return f"{wav.name}: {error}"
    features = coded_frames(
        Audio(mono[None].astype(np.float32), RATE_HZ), floor_hz=F0_FLOOR_HZ, ceiling_hz=F0_CEILING_HZ
    )
    symbols = [phone[0] for phone in phones]
    borders = refine(
        symbols, [phone[1] for phone in phones], [phone[2] for phone in phones], mono=mono, rate_hz=RATE_HZ,
        code=features["envelope"],
    )  # fmt: skip
    partial = target.with_suffix(".partial.npz")
    np.savez(
        partial, symbols=np.array(symbols), word_start=np.array([phone[3] for phone in phones]), borders_s=borders,
        **features,
    )  # fmt: skip
    partial.rename(target)
    return ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--corpus", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--limit", type=int, default=None)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    arguments.work.mkdir(parents=True, exist_ok=True)
    spoken = dict(list(transcripts(arguments.corpus).items())[: arguments.limit])
    with ProcessPoolExecutor(arguments.jobs) as pool:
        faults = pool.map(
            prepare_one, spoken, spoken.values(), [arguments.work / f"{path.stem}.npz" for path in spoken], chunksize=4
        )
        for number, fault in enumerate(faults, 1):
            if fault:
                print(f"left out {fault}", file=sys.stderr)
            if number % 50 == 0 or number == len(spoken):
                print(f"{number}/{len(spoken)}", flush=True)


if __name__ == "__main__":
    main()
