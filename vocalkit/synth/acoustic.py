"""The acoustic model of the built-in voices: selected, bent and stretched trajectories of real speech."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.phones import phone_class
from vocalkit.synth.articulation import nearest
from vocalkit.synth.inventory import Inventory
from vocalkit.synth.selection import Target, select
from vocalkit.synth.trajectories import Placed, Trajectories, follow
from vocalkit.types import F0Curve, Performance, PhonemeSpan, SourceFilter
from vocalkit.units import REFERENCE_LOUDNESS_DBFS

_ALWAYS_VOICED = ("vowel", "diphthong", "glide", "liquid", "nasal", "tap")
_TILT_PIVOT_HZ = 500.0
_TILT_DB_PER_LOUDNESS_DB = 0.12
_GENDER_OCTAVES = 0.25
_TENSION_DB_PER_OCTAVE = 3.0
_BREATH_DB = 12.0
_RUMBLE_HZ = 70.0


class UnitSelectionModel:
    """`vocalkit.protocols.AcousticModel` over an `Inventory`."""

    def __init__(self, inventory: Inventory) -> None:
        self.inventory = inventory
        self.sample_rate = inventory.sample_rate

    def features(self, performance: Performance, *, seed: int) -> SourceFilter:
        """Frames on the performance's hop, which must be the inventory's; silence where no phoneme is.

        Nothing here is drawn at random: every seed gives the same frames.
        """
        if abs(performance.hop_s - self.inventory.hop_s) > 1e-9:
            raise InputError(f"this voice sings on a hop of {self.inventory.hop_s} s, got {performance.hop_s} s")
        placed = self._choose(performance)
        frames = performance.f0.hz.size
        trajectories = follow(placed, self.inventory, frames)
        voiced = performance.f0.voiced & (trajectories.voiced | self._sonorant(placed, frames))
        voiced &= trajectories.level_db > -100.0
        f0 = F0Curve(np.where(voiced, performance.f0.hz, 0.0), voiced, performance.hop_s)
        envelope = self._envelope(trajectories, performance)
        mute_below_f0(envelope, f0, self.sample_rate)
        return SourceFilter(
            envelope,
            self._aperiodicity(trajectories, performance),
            f0,
            self.sample_rate,
        )

    def _choose(self, performance: Performance) -> list[Placed]:
        hop_s, spans = performance.hop_s, performance.spans
        edges = [(round(span.start_s / hop_s), round(span.end_s / hop_s)) for span in spans]
        kept = [(span, edge) for span, edge in zip(spans, edges, strict=True) if edge[1] > edge[0]]
        if not kept:
            return []
        symbols = [self._known(span) for span, _ in kept]
        targets = []
        for index, (_, (start, end)) in enumerate(kept):
            touches = index > 0 and kept[index - 1][1][1] == start
            goes_on = index + 1 < len(kept) and kept[index + 1][1][0] == end
            targets.append(
                Target(
                    symbols[index],
                    symbols[index - 1] if touches else None,
                    symbols[index + 1] if goes_on else None,
                    end - start,
                    float(np.median(performance.f0.hz[start:end])) or 200.0,
                )
            )
        units = select(targets, self.inventory)
        return [
            Placed(unit, symbol, start, end)
            for unit, symbol, (_, (start, end)) in zip(units, symbols, kept, strict=True)
        ]

    def _known(self, span: PhonemeSpan) -> str:
        """The inventory's own or nearest phone for a symbol of any language."""
        return nearest(span.symbol, self.inventory.symbols)

    @staticmethod
    def _sonorant(placed: list[Placed], frames: int) -> NDArray[np.bool_]:
        mask = np.zeros(frames, np.bool_)
        for unit in placed:
            if phone_class(unit.symbol) in _ALWAYS_VOICED:
                mask[max(unit.start, 0) : unit.end] = True
        return mask

    def _envelope(self, trajectories: Trajectories, performance: Performance) -> NDArray[np.float32]:
        import pyworld

        bend = self.inventory.bend
        fft_size = pyworld.get_cheaptrick_fft_size(self.sample_rate)
        code = np.ascontiguousarray(trajectories.shape, np.float64)
        power_db = 10.0 * np.log10(pyworld.decode_spectral_envelope(code, self.sample_rate, fft_size) + 1e-30)
        ratio = bend.formant_ratio * np.exp2(_GENDER_OCTAVES * performance.expression.gender)
        power_db = warp(power_db.astype(np.float32), ratio)
        hz = np.arange(power_db.shape[1]) * (self.sample_rate / fft_size)
        octaves = np.log2(np.maximum(hz, _TILT_PIVOT_HZ) / _TILT_PIVOT_HZ).astype(np.float32)
        above = performance.loudness_dbfs - REFERENCE_LOUDNESS_DBFS
        tilt = (
            bend.tilt_db_per_octave
            + _TILT_DB_PER_LOUDNESS_DB * np.clip(above, -12.0, 9.0)
            + _TENSION_DB_PER_OCTAVE * performance.expression.tension
        )
        power_db += tilt.astype(np.float32)[:, None] * octaves[None, :]
        # Bending must not change how loud a frame is: give each its mean power back before its level.
        power = np.exp(power_db * np.float32(np.log(10.0) / 10.0))
        power /= power.mean(axis=1, keepdims=True)
        level_db = trajectories.level_db + performance.loudness_dbfs
        gain: NDArray[np.float32] = power * np.exp(level_db * np.float32(np.log(10.0) / 10.0))[:, None]
        return gain

    def _aperiodicity(self, trajectories: Trajectories, performance: Performance) -> NDArray[np.float32]:
        import pyworld

        fft_size = pyworld.get_cheaptrick_fft_size(self.sample_rate)
        breath_db = self.inventory.bend.breath_db + _BREATH_DB * performance.expression.breathiness
        bands = np.minimum(trajectories.bands_db + breath_db[:, None], -0.01)
        decoded = pyworld.decode_aperiodicity(np.ascontiguousarray(bands, np.float64), self.sample_rate, fft_size)
        return np.asarray(decoded, np.float32)


def mute_below_f0(envelope: NDArray[np.float32], f0: F0Curve, sample_rate: int) -> None:
    """In place: under its first harmonic a voice has nothing but the room's rumble; take that out."""
    bins = envelope.shape[1]
    hz = np.arange(bins, dtype=np.float32) * np.float32(sample_rate / 2 / (bins - 1))
    edge_hz = np.where(f0.voiced, 0.75 * f0.hz, _RUMBLE_HZ).astype(np.float32)
    low = int(np.searchsorted(hz, edge_hz.max(initial=_RUMBLE_HZ))) + 1
    envelope[:, :low] *= np.minimum(1.0, hz[None, :low] / edge_hz[:, None]) ** 6
    np.maximum(envelope, np.float32(1e-16), out=envelope)


def warp(spectrum: NDArray[np.float32], ratio: NDArray[np.float32] | float) -> NDArray[np.float32]:
    """Spectrum (t, bins) with every frequency moved up by `ratio`, one value or one a frame."""
    frames, bins = spectrum.shape
    ratios = np.broadcast_to(np.asarray(ratio, np.float32), (frames,))
    if np.all(ratios == 1.0):
        return spectrum
    position = np.minimum(np.arange(bins, dtype=np.float32)[None, :] / ratios[:, None], bins - 1.001)
    lower = position.astype(np.int32)
    share = position - lower
    below = np.take_along_axis(spectrum, lower, axis=1)
    above = np.take_along_axis(spectrum, lower + 1, axis=1)
    moved: NDArray[np.float32] = below + (above - below) * share
    return moved
