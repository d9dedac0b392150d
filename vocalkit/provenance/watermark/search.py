"""Where periods start, how much faster and how much higher the sound became: a search for the pilot.

The pilot of one period is correlated with the tiles at every frame, for each pitch and for tempos
half a per cent apart. Along a period, that is near enough. Then correlations one period apart are
summed along lines whose slope is the tempo, in steps of a tenth of a per cent.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.fft import irfft, next_fast_len, rfft

from vocalkit.provenance.watermark.code import Code, Signs
from vocalkit.provenance.watermark.grid import CHIPS
from vocalkit.provenance.watermark.tiles import FRAMES_PER_CHIP, Tiles

_PITCH_STEP, _PITCH_STEPS = 0.0088, 7
_TEMPO_STEP, _TEMPO_STEPS, _TEMPOS_TOGETHER = 0.001, 60, 11
_PERIOD = CHIPS * FRAMES_PER_CHIP
_NEAR_TEMPO, _NEAR_FRAMES = (-0.0005, 0.0, 0.0005), (-0.5, 0.0, 0.5)
_CANDIDATES, _SHORT_LIST = 12, 600

SCALES = tuple(float(x) for x in np.exp(_PITCH_STEP * np.arange(-_PITCH_STEPS, _PITCH_STEPS + 1)))
"""Ratios of frequency that are searched: ±6.3 %, a little over a semitone."""
_STRETCHES = np.exp(_TEMPO_STEP * np.arange(-_TEMPO_STEPS, _TEMPO_STEPS + 1))
"""Ratios of length: ±6 %."""
_LONGEST = int(np.ceil(_PERIOD * _STRETCHES[-1]))

HYPOTHESES = len(SCALES) * _STRETCHES.size * len(_NEAR_TEMPO) * _LONGEST * len(_NEAR_FRAMES)
"""So many alignments are looked at, the finer ones around each counted."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """frame: where a period starts, before the first frame or at it; stretch: length now by length then;
    scale: index into `SCALES`."""

    frame: float
    stretch: float
    scale: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Tiles of a stretch of sound at every pitch, and their spectra over time: what all keys share."""

    tiles: tuple[Tiles, ...]
    spectra: NDArray[np.complex64]
    size: int


def scene(tiles: Sequence[Tiles]) -> Scene:
    """tiles: (frames, BANDS) for each of `SCALES`."""
    size = next_fast_len(tiles[0].shape[0] + 2 * _LONGEST, real=True)
    # One period of nothing in front, so that a period that began before the sound is found too.
    spectra = [rfft(np.pad(part.T, ((0, 0), (_LONGEST, 0))), size, axis=1)[:, : _kept(size)] for part in tiles]
    return Scene(tuple(tiles), np.stack(spectra), size)


def _kept(size: int) -> int:
    """Tiles average over a chip, so their spectra hold little beyond two thirds of the highest frequency."""
    return size // 3


def candidates(scene: Scene, code: Code) -> Iterator[tuple[Alignment, NDArray[np.float64]]]:
    """The likeliest alignments, each with its tiles summed over periods (CHIPS, BANDS)."""
    for rough in _rough(scene, code.pilot):
        near = (
            Alignment(rough.frame + frame, rough.stretch * (1.0 + tempo), rough.scale)
            for tempo in _NEAR_TEMPO
            for frame in _NEAR_FRAMES
        )
        folded = [(alignment, _folded(scene.tiles[rough.scale], alignment)) for alignment in near]
        yield max(folded, key=lambda pair: _pilot_score(pair[1], code.pilot))


def _rough(scene: Scene, pilot: Signs) -> list[Alignment]:
    norms = np.array([float(np.sqrt(np.sum(part.astype(np.float64) ** 2))) for part in scene.tiles])
    if not norms.any():
        return []
    sums = np.empty((_STRETCHES.size, len(SCALES), _LONGEST), np.float32)
    for begin in range(0, _STRETCHES.size, _TEMPOS_TOGETHER):
        together = _STRETCHES[begin : begin + _TEMPOS_TOGETHER]
        correlation = _correlation(scene, pilot, float(together[together.size // 2]))
        for index, stretch in enumerate(together, begin):
            sums[index] = _along(correlation, float(stretch))
    sums /= np.maximum(norms, 1e-12)[None, :, None]
    best = np.argpartition(sums, -_SHORT_LIST, axis=None)[-_SHORT_LIST:]
    best = best[np.argsort(-sums.reshape(-1)[best], kind="stable")]
    found: list[tuple[int, int, int]] = []
    for tempo, scale, frame in zip(*np.unravel_index(best, sums.shape), strict=True):
        # Neighbours of an alignment score nearly as well; they are the same find.
        if all(abs(tempo - t) > 4 or abs(scale - s) > 1 or abs(frame - f) > FRAMES_PER_CHIP for t, s, f in found):
            found.append((int(tempo), int(scale), int(frame)))
        if len(found) == _CANDIDATES:
            break
    return [Alignment(f - _LONGEST, float(_STRETCHES[t]), s) for t, s, f in found]


def _correlation(scene: Scene, pilot: Signs, stretch: float) -> NDArray[np.float32]:
    """Of one period of the pilot with the tiles at every frame, for each pitch: (scales, size)."""
    kernel = np.zeros((scene.size, pilot.shape[1]), np.float32)
    below, part = _split(_chip_frames(stretch))
    np.add.at(kernel, below, pilot * (1.0 - part))
    np.add.at(kernel, below + 1, pilot * part)
    spectrum = np.conj(rfft(kernel, axis=0)[: _kept(scene.size)].T)
    summed = np.einsum("sbf,bf->sf", scene.spectra, spectrum)
    correlation: NDArray[np.float32] = irfft(summed, scene.size, axis=1)
    return correlation


def _along(correlation: NDArray[np.float32], stretch: float) -> NDArray[np.float32]:
    """Correlations summed a period apart, from each of the first frames on: (scales, _LONGEST)."""
    periods = int((correlation.shape[1] - _LONGEST) / (_PERIOD * stretch))
    starts = np.round(np.arange(periods) * _PERIOD * stretch).astype(np.int64)
    summed: NDArray[np.float32] = sum(
        (correlation[:, start : start + _LONGEST] for start in starts), np.zeros((len(SCALES), _LONGEST), np.float32)
    )
    return summed


def _chip_frames(stretch: float) -> NDArray[np.float64]:
    """Rows of tiles at which the chips of a period lie: (CHIPS,), the first near 0."""
    half = FRAMES_PER_CHIP / 2
    return stretch * (FRAMES_PER_CHIP * np.arange(CHIPS, dtype=np.float64) + half) - half


def _split(frames: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Whole rows, and how far towards the next: (n,) and (n, 1)."""
    below = np.floor(frames).astype(np.int64)
    return below, (frames - below).astype(np.float32)[:, None]


def _folded(tiles: Tiles, alignment: Alignment) -> NDArray[np.float64]:
    period = _PERIOD * alignment.stretch
    periods = int((tiles.shape[0] - alignment.frame) / period) + 1
    starts = alignment.frame + period * np.arange(periods)
    below, part = _split((starts[:, None] + _chip_frames(alignment.stretch)).reshape(-1))
    inside = ((below >= 0) & (below + 1 < tiles.shape[0]))[:, None]
    below = np.clip(below, 0, tiles.shape[0] - 2)
    values = np.where(inside, tiles[below] * (1.0 - part) + tiles[below + 1] * part, 0.0)
    folded: NDArray[np.float64] = values.reshape(periods, CHIPS, -1).sum(axis=0, dtype=np.float64)
    return folded


def _pilot_score(folded: NDArray[np.float64], pilot: Signs) -> float:
    noise = float(np.sqrt(np.sum(folded[pilot != 0.0] ** 2)))
    return float(np.sum(folded * pilot)) / noise if noise > 0.0 else 0.0
