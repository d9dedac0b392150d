"""Aligned trajectories in, one voice out: chosen units, coded, as safetensors.

    python recipes/voices/train.py --config recipes/voices/config.toml --work DIR --voice clara --out pretrained/voices

Nothing is learned by gradient here. What is decided is which phones of the recordings are good
enough to be sung and together say everything: pairs of neighbouring phones are taken round by round,
best first, until the budget of frames is used.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyworld
from numpy.typing import NDArray

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from vocalkit.phones import is_vowel, phone_class
from vocalkit.synth.inventory import MARGIN_FRAMES
from vocalkit.weights import Source, VoiceManifest, write_manifest, write_weights

RATE_HZ, HOP_S, FFT_SIZE = 44_100, 0.005, 2048
SONORANT = ("vowel", "diphthong", "glide", "liquid", "nasal")
LONGEST_VOWELS = 60


@dataclass(frozen=True, eq=False)
class Utterance:
    """One recording's frames, level apart from shape, and its phones."""

    symbols: list[str]
    spans: NDArray[np.int64]
    shape: NDArray[np.float32]
    level_db: NDArray[np.float32]
    bands_db: NDArray[np.float32]
    f0_hz: NDArray[np.float32]
    around_db: NDArray[np.float32]


def load(path: Path) -> Utterance:
    """An utterance with its aperiodicity mended where a sonorant was taken for noise."""
    with np.load(path) as data:
        symbols = [str(symbol) for symbol in data["symbols"]]
        spans = np.round(data["borders_s"] / HOP_S).astype(np.int64)
        code, bands, f0 = data["envelope"], data["aperiodicity"].copy(), data["f0_hz"]
    power = pyworld.decode_spectral_envelope(code.astype(np.float64), RATE_HZ, FFT_SIZE).mean(axis=1)
    shape = code.copy()
    shape[:, 0] -= np.log(power)
    spans = np.clip(spans, 0, len(f0))
    for symbol, (start, end) in zip(symbols, spans, strict=True):
        if phone_class(symbol) in SONORANT and end > start:
            good = np.flatnonzero((f0[start:end] > 0) & (bands[start:end, 0] < -3.0))
            if len(good):
                nearest = good[np.argmin(np.abs(np.arange(end - start)[:, None] - good[None, :]), axis=1)]
                bands[start:end] = bands[start + nearest]
    level_db = (10 * np.log10(power)).astype(np.float32)
    return Utterance(symbols, spans, shape, level_db, bands, f0, _around(symbols, spans, level_db))


def _around(symbols: list[str], spans: NDArray[np.int64], level_db: NDArray[np.float32]) -> NDArray[np.float32]:
    """Level in dB of the vowels within 0.8 s of each phone: how loud the speaker was there."""
    middles = spans.mean(axis=1) * HOP_S
    vowels = [i for i, symbol in enumerate(symbols) if is_vowel(symbol) and spans[i, 1] > spans[i, 0]]
    if not vowels:
        return np.full(len(symbols), float(level_db.max()), np.float32)
    peaks = np.array([np.percentile(level_db[spans[i, 0] : spans[i, 1]], 75) for i in vowels])
    near = np.exp(-0.5 * ((middles[:, None] - middles[vowels][None, :]) / 0.4) ** 2) + 1e-6
    return (near @ peaks / near.sum(axis=1)).astype(np.float32)


def quality(utterance: Utterance, index: int) -> float | None:
    """How well a phone may be sung, higher is better; None where it may not be."""
    symbol, (start, end) = utterance.symbols[index], utterance.spans[index]
    seconds = (end - start) * HOP_S
    if not 0.02 <= seconds <= 0.45:
        return None
    f0, level = utterance.f0_hz[start:end], utterance.level_db[start:end]
    relative = float(np.percentile(level, 75)) - float(utterance.around_db[index])
    if not is_vowel(symbol):
        if phone_class(symbol) in SONORANT and (f0 > 0).mean() < 0.6:
            return None
        return None if seconds > 0.3 or relative < -45 else -abs(float(np.log2(seconds / 0.08)))
    voiced = f0[f0 > 0]
    if len(voiced) < 0.85 * len(f0) or seconds < 0.04 or relative < -9:
        return None
    restless = float(np.abs(np.diff(np.log2(voiced))).mean()) * 1200
    low = max(0.0, (150.0 - float(np.median(voiced))) / 20.0)
    return min(seconds, 0.25) / 0.08 + relative / 6.0 - restless / 25.0 - low


def choose(utterances: list[Utterance], *, budget_frames: int) -> set[tuple[int, int]]:
    """Phones to keep, as (utterance, phone): pairs round by round, and the longest vowels."""
    pairs: dict[tuple[str, str], list[tuple[float, int, int]]] = defaultdict(list)
    vowels: dict[str, list[tuple[float, int, int]]] = defaultdict(list)
    for u, utterance in enumerate(utterances):
        marks = [quality(utterance, index) for index in range(len(utterance.symbols))]
        for index, mark in enumerate(marks):
            if mark is None:
                continue
            symbol = utterance.symbols[index]
            if is_vowel(symbol):
                vowels[symbol].append((mark, u, index))
            touching = index + 1 < len(marks) and utterance.spans[index + 1, 0] == utterance.spans[index, 1]
            follower = marks[index + 1] if touching else None
            if follower is not None:
                pairs[symbol, utterance.symbols[index + 1]].append((mark + follower, u, index))
    kept: set[tuple[int, int]] = set()
    for ranked in vowels.values():
        kept.update((u, index) for _, u, index in sorted(ranked, reverse=True)[:LONGEST_VOWELS])
    ordered = [sorted(found, reverse=True) for _, found in sorted(pairs.items())]
    used = sum(_length(utterances, phone) for phone in kept)
    for depth in range(max(map(len, ordered), default=0)):
        for found in ordered:
            if depth < len(found) and used < budget_frames:
                _, u, index = found[depth]
                for phone in ((u, index), (u, index + 1)):
                    if phone not in kept:
                        kept.add(phone)
                        used += _length(utterances, phone)
    return kept


def _length(utterances: list[Utterance], phone: tuple[int, int]) -> int:
    start, end = utterances[phone[0]].spans[phone[1]]
    return int(end - start) + MARGIN_FRAMES


def assemble(utterances: list[Utterance], kept: set[tuple[int, int]]) -> tuple[dict[str, NDArray[Any]], list[str]]:
    """The voice's tensors and its list of phones."""
    symbols = sorted({utterances[u].symbols[index] for u, index in kept})
    number = {symbol: i for i, symbol in enumerate(symbols)}
    frames: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    units: list[tuple[int, int, int, int, int, float]] = []
    length = 0
    for u, utterance in enumerate(utterances):
        run: list[int] = []
        for index in [*sorted(i for v, i in kept if v == u), None]:
            touches = run and index == run[-1] + 1 and utterance.spans[index, 0] == utterance.spans[run[-1], 1]
            if run and not touches:
                length += _emit(utterance, run, number, frames, units, length)
                run = []
            if index is not None:
                run.append(index)
    shape = np.concatenate(frames["shape"])
    low, high = np.percentile(shape, [0.05, 99.95], axis=0)
    scale = np.maximum(high - low, 1e-6) / 254.0
    offset = (high + low) / 2
    table = np.array(units, np.float64)
    tensors: dict[str, NDArray[Any]] = {
        "shape_q": np.clip(np.round((shape - offset) / scale), -127, 127).astype(np.int8),
        "shape_scale": scale.astype(np.float32),
        "shape_offset": offset.astype(np.float32),
        "level_db": np.concatenate(frames["level"]).astype(np.float32),
        "aperiodicity_q": np.clip(np.round(np.concatenate(frames["bands"]) * (-255 / 60)), 0, 255).astype(np.uint8),
        "f0_dhz": np.round(np.concatenate(frames["f0"]) * 10).astype(np.uint16),
        "unit_level": table[:, 5].astype(np.float32),
    }
    for column, name in enumerate(("unit_symbol", "unit_left", "unit_right", "unit_start", "unit_end")):
        tensors[name] = table[:, column].astype(np.int32)
    return tensors, symbols


def _emit(
    utterance: Utterance,
    run: list[int],
    number: dict[str, int],
    frames: dict[str, list[NDArray[np.float32]]],
    units: list[tuple[int, int, int, int, int, float]],
    length: int,
) -> int:
    first, last = utterance.spans[run[0], 0] - MARGIN_FRAMES, utterance.spans[run[-1], 1] + MARGIN_FRAMES
    rows = np.clip(np.arange(first, last), 0, len(utterance.f0_hz) - 1)
    for name, values in (
        ("shape", utterance.shape), ("level", utterance.level_db), ("bands", utterance.bands_db),
        ("f0", utterance.f0_hz),
    ):  # fmt: skip
        frames[name].append(values[rows])
    for index in run:
        start, end = utterance.spans[index] - first + length
        left = _neighbour(utterance, index, index - 1, number)
        right = _neighbour(utterance, index, index + 1, number)
        symbol = number[utterance.symbols[index]]
        units.append((symbol, left, right, int(start), int(end), float(utterance.around_db[index])))
    return len(rows)


def _neighbour(utterance: Utterance, index: int, other: int, number: dict[str, int]) -> int:
    if not 0 <= other < len(utterance.symbols):
        return -1
    low, high = sorted((index, other))
    apart = utterance.spans[high, 0] != utterance.spans[low, 1]
    return -1 if apart else number.get(utterance.symbols[other], -1)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--voice", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    settings = tomllib.loads(arguments.config.read_text())["voices"][arguments.voice]
    files = sorted(arguments.work.glob("*.npz"))
    chosen = files[settings["first"] :: settings["every"]]
    utterances = [load(path) for path in chosen]
    kept = choose(utterances, budget_frames=round(settings["minutes"] * 60 / HOP_S))
    tensors, symbols = assemble(utterances, kept)
    header = {"symbols": symbols, "sample_rate": RATE_HZ, "hop_s": HOP_S, "bend": settings["bend"]}
    tensors["header"] = np.frombuffer(json.dumps(header, ensure_ascii=False, sort_keys=True).encode(), np.uint8)
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / f"{arguments.voice}.safetensors"
    digest, size = write_weights(target, tensors)
    about = {name: settings[name] for name in ("name", "description", "low_midi", "high_midi", "licence", "credit")}
    write_manifest(
        VoiceManifest(
            folder=arguments.out, id=arguments.voice, languages=tuple(settings["languages"]), file=target.name,
            sha256=digest, bytes=size, sample_rate=RATE_HZ, card=f"{arguments.voice}.md",
            grant=f"{arguments.voice}.grant.jws", sources=tuple(Source(**source) for source in settings["sources"]),
            **about,
        )
    )  # fmt: skip
    print(
        f"{target}: {len(chosen)} utterances, {len(kept)} units of {len(symbols)} phones, "
        f"{len(tensors['f0_dhz']) * HOP_S / 60:.1f} minutes, {size / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    main()
