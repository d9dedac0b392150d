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
_TEMPO_STEP, _TEMPO_STEPS = 0.001, 60
_PERIOD = CHIPS * FRAMES_PER_CHIP
_FINE_TEMPOS, _FINE_FRAMES = (-0.0005, 0.0, 0.0005), (-1.0, -0.5, 0.0, 0.5, 1.0)
_CANDIDATES, _SHORT_LIST = 8, 400

_LONGEST = int(np.ceil(_PERIOD * np.exp(_TEMPO_STEP * _TEMPO_STEPS)))


@dataclass(frozen=True, slots=True, eq=False)
class Bends:
    """What may have been done to the sound, as far as a search goes.

    scales: ratios of frequency. stretches: ratios of length, (groups, n); those of a group are near
    enough to share the correlation along one period.
    """

    scales: tuple[float, ...]
    stretches: NDArray[np.float64]

    @property
    def alignments(self) -> int:
        """So many are looked at, the finer ones around each counted."""
        return len(self.scales) * self.stretches.size * len(_FINE_TEMPOS) * _LONGEST * len(_FINE_FRAMES)


UNBENT = Bends((1.0,), np.exp(_TEMPO_STEP * np.array([[-1.0, 0.0, 1.0]])))
BENT = Bends(
    tuple(float(x) for x in np.exp(_PITCH_STEP * np.arange(-_PITCH_STEPS, _PITCH_STEPS + 1))),
    np.exp(_TEMPO_STEP * np.arange(-_TEMPO_STEPS, _TEMPO_STEPS + 1)).reshape(11, 11),
)
"""A little over a semitone up and down, ±6.3 %, and ±6 % in tempo."""


@dataclass(frozen=True, slots=True)
class Alignment:
    """frame: where a period starts, before the first frame or at it; stretch: length now by length then;
    pitch: which of the scales."""

    frame: float
    stretch: float
    pitch: int


@dataclass(frozen=True, slots=True)
class Scene:
    """Tiles of a stretch of sound at some pitches, and their spectra over time: what all keys share."""

    bends: Bends
    tiles: tuple[Tiles, ...]
    spectra: NDArray[np.complex64]
    size: int


def scene(bends: Bends, tiles: Sequence[Tiles]) -> Scene:
    """tiles: (frames, BANDS) for each scale."""
    size = next_fast_len(tiles[0].shape[0] + 2 * _LONGEST, real=True)
    # One period of nothing in front, so that a period that began before the sound is found too.
    spectra = [rfft(np.pad(part, ((_LONGEST, 0), (0, 0))), size, axis=0)[: _kept(size)] for part in tiles]
    return Scene(bends, tuple(tiles), np.stack(spectra, axis=1), size)


def _kept(size: int) -> int:
    """Tiles average over a chip, so their spectra hold little beyond two thirds of the highest frequency."""
    return size // 3


@dataclass(frozen=True, slots=True, eq=False)
class Folded:
    """Tiles summed over periods as an alignment has them. tiles: (CHIPS, BANDS)."""

    alignment: Alignment
    tiles: NDArray[np.float64]


def candidates(scene: Scene, code: Code) -> Iterator[list[Folded]]:
    """The likeliest alignments, each with those next to it; the one whose pilot is clearest comes first."""
    for rough in _rough(scene, code.pilot):
        near = (
            Alignment(rough.frame + frame, rough.stretch * (1.0 + tempo), rough.pitch)
            for tempo in _FINE_TEMPOS
            for frame in _FINE_FRAMES
        )
        folded = [Folded(alignment, _folded(scene.tiles[rough.pitch], alignment)) for alignment in near]
        yield sorted(folded, key=lambda one: -_pilot_score(one.tiles, code.pilot))


def _rough(scene: Scene, pilot: Signs) -> list[Alignment]:
    norms = np.array([float(np.sqrt(np.sum(part.astype(np.float64) ** 2))) for part in scene.tiles])
    if not norms.any():
        return []
    stretches = scene.bends.stretches
    correlations = _correlations(scene, pilot)
    sums = np.stack(
        [
            _along(correlation, float(stretch))
            for group, correlation in zip(stretches, correlations, strict=True)
            for stretch in group
        ]
    )
    sums /= np.maximum(norms, 1e-12)[None, :, None]
    best = np.argpartition(sums, -_SHORT_LIST, axis=None)[-_SHORT_LIST:]
    best = best[np.argsort(-sums.reshape(-1)[best], kind="stable")]
    found: list[tuple[int, int, int]] = []
    for tempo, pitch, frame in zip(*np.unravel_index(best, sums.shape), strict=True):
        # Neighbours of an alignment score nearly as well; they are the same find.
        if all(abs(tempo - t) > 4 or abs(pitch - p) > 1 or abs(frame - f) > FRAMES_PER_CHIP for t, p, f in found):
            found.append((int(tempo), int(pitch), int(frame)))
        if len(found) == _CANDIDATES:
            break
    return [Alignment(f - _LONGEST, float(stretches.flat[t]), p) for t, p, f in found]


def _correlations(scene: Scene, pilot: Signs) -> NDArray[np.float32]:
    """Of one period of the pilot with the tiles at every frame: (groups of stretches, pitches, size)."""
    stretches = scene.bends.stretches
    kernels = np.zeros((len(stretches), scene.size, pilot.shape[1]), np.float32)
    for kernel, group in zip(kernels, stretches, strict=True):
        below, part = _split(_chip_frames(float(group.mean())))
        np.add.at(kernel, below, pilot * (1.0 - part))
        np.add.at(kernel, below + 1, pilot * part)
    # (frequencies, pitches, bands) @ (frequencies, bands, groups): all sums over bands at once.
    spectra = np.conj(rfft(kernels, axis=1)[:, : _kept(scene.size)]).transpose(1, 2, 0)
    summed = np.matmul(scene.spectra, spectra).transpose(2, 1, 0)
    return np.asarray(irfft(summed, scene.size, axis=2), np.float32)


def _along(correlation: NDArray[np.float32], stretch: float) -> NDArray[np.float32]:
    """Correlations summed a period apart, from each of the first frames on: (pitches, _LONGEST)."""
    periods = int((correlation.shape[1] - _LONGEST) / (_PERIOD * stretch))
    starts = np.round(np.arange(periods) * _PERIOD * stretch).astype(np.int64)
    summed = np.zeros((correlation.shape[0], _LONGEST), np.float32)
    for start in starts:
        summed += correlation[:, start : start + _LONGEST]
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
