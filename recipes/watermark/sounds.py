"""The hosts, and the backings they are mixed with."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np

from vocalkit.audio import read, resample
from vocalkit.mix import integrated_lufs, mix_vocals
from vocalkit.synth.performance_json import performance_from_json
from vocalkit.types import Audio, Provenance, Vocal

LIFT_LU = 1.0
_ENTRY_S = 0.25


@dataclass(frozen=True)
class Host:
    """A voice without a mark, and how it was sung where our singer sang it."""

    path: Path

    @property
    def name(self) -> str:
        return self.path.stem

    @property
    def performance(self) -> Path | None:
        """Of our own songs; a minute of one vowel is no song to mix and master."""
        path = self.path.with_suffix(".json")
        return path if self.name.startswith("sung") else None

    def audio(self) -> Audio:
        return _read(self.path)


def hosts(work: Path, seed: int) -> list[Host]:
    """In a shuffled order, so that some renders are a fair sample of all."""
    found = [Host(path) for path in sorted((work / "hosts").glob("*.wav"))]
    if not found:
        raise SystemExit(f"no hosts in {work / 'hosts'}: run prepare.py first")
    return [found[index] for index in np.random.default_rng(seed).permutation(len(found))]


def backings(shared: Path) -> list[Path]:
    tracks = sorted([*(shared / "tracks").glob("*/*.mp3"), *(shared / "tracks").glob("librosa-data/*.ogg")])
    return [path for path in tracks if "trumpet" not in path.name]


def anywhere(audio: Audio, seconds: float, random: np.random.Generator) -> slice:
    """A stretch from anywhere after the voice first enters."""
    entry = int(np.argmax(np.abs(audio.samples).max(axis=0) > 1e-3))
    count = round(seconds * audio.sample_rate)
    last = max(0, audio.frames - count)
    first = min(last, max(0, entry - round(_ENTRY_S * audio.sample_rate)))
    start = int(random.integers(first, last + 1))
    return slice(start, start + count)


def part(audio: Audio, where: slice) -> Audio:
    return Audio(audio.samples[:, where], audio.sample_rate)


def backing(paths: list[Path], frames: int, random: np.random.Generator) -> Audio:
    """Any track from anywhere, round and round: two channels at 44.1 kHz."""
    track = _track(paths[int(random.integers(len(paths)))])
    at = (int(random.integers(track.frames)) + np.arange(frames)) % track.frames
    return Audio(track.samples[:, at], track.sample_rate)


def plain_mix(voice: Audio, under: Audio, *, lift_lu: float = LIFT_LU) -> Audio:
    """The voice in the middle, so many LU over the backing, nothing else done to either."""
    both = Audio(np.repeat(voice.samples, 2, axis=0), voice.sample_rate)
    gain = 10.0 ** ((integrated_lufs(under) + lift_lu - integrated_lufs(both)) / 20.0)
    mixed = under.samples + np.float32(gain) * both.samples
    return Audio(mixed * np.float32(0.95 / np.abs(mixed).max()), voice.sample_rate)


def own_mix(whole: Audio, performance: Path, under: Audio) -> Audio:
    """Equalizer, compressor, reverb, ducking and limiter as `vocalkit add-vocals` has them."""
    provenance = Provenance("any", "any", "any", "any")
    sung = performance_from_json(performance.read_text(encoding="utf-8"))
    return mix_vocals(under, Vocal(whole, provenance), sung, master=True).audio


@lru_cache(maxsize=4)
def _read(path: Path) -> Audio:
    return read(path)


@lru_cache(maxsize=12)
def _track(path: Path) -> Audio:
    track = resample(read(path), 44_100)
    return track if track.channels == 2 else Audio(np.repeat(track.samples, 2, axis=0), 44_100)
