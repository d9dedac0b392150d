"""Where a sound's spectrum starts, and the network's corrections to it: within each frame, nothing over time."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from vocalkit.nn.bands import minimum_phase_of, smooth_of, spread_of, untold_of
from vocalkit.nn.shape import TINY, VALLEY, VocoderShape
from vocalkit.synth.harmonic.spectra import Spectrum, power

Array = NDArray[np.float32]


class Heard(NamedTuple):
    """Frames before the network. mel, teeth, envelope: (frames, n_mels); harmonic, noisy: (frames, bins)."""

    mel: Array
    teeth: Array
    envelope: Array
    harmonic: Spectrum
    noisy: Spectrum


class Start:
    """The fixed matrices between mel bands and bins, and what is made with them. mel_basis: (n_mels, bins)."""

    def __init__(self, shape: VocoderShape, mel_basis: Array) -> None:
        spread = spread_of(mel_basis)
        self.floor = shape.mel_floor
        self.to_mel, self.to_bins = np.ascontiguousarray(mel_basis.T), np.ascontiguousarray(spread.T)
        self.smooth = np.ascontiguousarray(smooth_of(mel_basis, shape.sample_rate).T)
        self.minimum_phase = np.ascontiguousarray(minimum_phase_of(spread).T)
        self.half_untold = 0.5 * shape.roughness * untold_of(mel_basis)

    def teeth(self, harmonic: Spectrum) -> Array:
        """Mel bands (frames, n_mels) of the harmonics' comb."""
        teeth: Array = _comb(power(harmonic)) @ self.to_mel
        return teeth

    def envelope(self, mel: Array, teeth: Array) -> Array:
        """Log mel bands over those of the comb, read at its teeth: (frames, n_mels)."""
        weight = np.square(teeth)
        return np.asarray(((weight * (mel - np.log(teeth))) @ self.smooth) / (weight @ self.smooth), np.float32)

    def spectrum(self, heard: Heard, corrections: Array) -> Spectrum:
        """complex64 (frames, bins). corrections: (frames, 4 bins): log magnitude, depth, log share, phase; used up."""
        change, depth, ratio, turn = np.split(corrections, 4, axis=1)
        strength = power(heard.harmonic)
        comb = _comb(strength)
        depth *= np.log(comb)
        change += depth
        wanted = self._prior(heard, comb)
        wanted *= np.exp(change, out=change)
        turn += heard.envelope @ self.minimum_phase
        share = np.exp(np.clip(ratio, -8.0, 8.0, out=ratio), out=ratio)
        mixed = np.empty_like(heard.harmonic)
        np.multiply(np.cos(turn), share, out=mixed.real)
        np.multiply(np.sin(turn), share, out=mixed.imag)
        mixed *= heard.harmonic
        mixed += heard.noisy
        # The mixture's power over its usual one, which turning did not change.
        strength *= np.square(share, out=share)
        strength += 1.0
        own = power(mixed)
        own += 1e-6
        gain = self._roughened(wanted, np.divide(own, strength, out=strength))
        gain /= np.sqrt(own, out=own)
        mixed *= gain
        return mixed

    def _prior(self, heard: Heard, comb: Array) -> Array:
        """Magnitudes with the comb's shape whose mel bands come close to those asked for."""
        # A band at the floor holds nothing: silence in, silence out.
        asked = np.maximum(np.exp(heard.mel) - self.floor, np.float32(0.0)) + 0.01 * self.floor
        scale = np.log(asked / (heard.teeth + TINY)) @ self.to_bins
        start = np.exp(scale, out=scale)
        start *= comb
        for _ in range(2):
            start *= (asked / (start @ self.to_mel + TINY)) @ self.to_bins
        return start

    def _roughened(self, wanted: Array, chance: Array) -> Array:
        """Magnitudes whose mel bands are those `wanted`, spread over a band's bins as the power `chance` has it."""
        np.log(chance, out=chance)
        chance *= self.half_untold
        rough = np.exp(chance, out=chance)
        rough *= wanted
        rough *= ((wanted @ self.to_mel + TINY) / (rough @ self.to_mel + TINY)) @ self.to_bins
        return rough


def _comb(strength: Array) -> Array:
    """Magnitudes of the harmonics whose power is `strength`, with the valleys between them filled."""
    comb: Array = np.sqrt(strength + VALLEY**2)
    return comb
