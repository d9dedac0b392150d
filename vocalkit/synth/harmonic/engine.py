"""Mel and F0 to sound on a processor: source and noise, a start, the network's corrections, refined phases."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.nn.shape import VocoderShape
from vocalkit.synth.harmonic.blocks import blocks
from vocalkit.synth.harmonic.network import Network, Weights
from vocalkit.synth.harmonic.noise import white_noise
from vocalkit.synth.harmonic.source import harmonic_source
from vocalkit.synth.harmonic.spectra import Samples, Spectra, Spectrum, power
from vocalkit.synth.harmonic.start import Array, Heard, Start


class NumpyEngine:
    """What `vocalkit.nn.vocoder.HarmonicVocoder` computes. weights: by its names, see `VocoderShape.tensors`."""

    def __init__(self, shape: VocoderShape, mel_basis: Array, weights: Weights) -> None:
        self.shape = shape
        self.spectra = Spectra(shape.n_fft, shape.hop)
        self.start, self.network = Start(shape, mel_basis), Network(shape, weights)

    @property
    def reach(self) -> int:
        return self.shape.reach

    @property
    def hop(self) -> int:
        return self.shape.hop

    def __call__(
        self, mel: Array, f0_hz: Array, cycles: NDArray[np.float64], first: NDArray[np.int64], *, seed: int
    ) -> Samples:
        """float32 (batch, frames * hop) of mel (batch, n_mels, frames), F0 and cycles (batch, frames)."""
        made = np.empty((len(mel), f0_hz.shape[1] * self.hop), np.float32)
        for row, bands, hz, phase, number in zip(made, mel, f0_hz, cycles, first.tolist(), strict=True):
            spectrum = self._spectrum(np.ascontiguousarray(bands.T), hz, phase, number, seed)
            row[:] = self._refined(spectrum)
        return made

    def _spectrum(self, mel: Array, f0_hz: Array, cycles: NDArray[np.float64], first: int, seed: int) -> Spectrum:
        """complex64 (frames, bins) that the network asks for."""
        frames, n_fft = len(mel), self.shape.n_fft
        source, noise = self.spectra.room(frames), self.spectra.room(frames)
        self.spectra.inside(source)[:] = harmonic_source(f0_hz, cycles, self.shape).reshape(-1)
        self._fill_with_noise(self.spectra.inside(noise), first, seed)
        window = self.spectra.window * np.float32(4.0 / n_fft)
        harmonic = np.empty((frames, self.shape.bins), np.complex64)
        teeth, pieces = np.empty_like(mel), self.spectra.pieces(source)
        for block in blocks(frames):
            harmonic[block] = self.spectra.read(pieces[block], window)
            teeth[block] = self.start.teeth(harmonic[block])
        envelope = self.start.envelope(mel, teeth)
        channels = self.network(self.network.features(mel, teeth, f0_hz))
        window = self.spectra.window * np.float32((0.375 * n_fft) ** -0.5)
        pieces = self.spectra.pieces(noise)
        for block in blocks(frames):
            noisy = self.spectra.read(pieces[block], window)
            heard = Heard(mel[block], teeth[block], envelope[block], harmonic[block], noisy)
            harmonic[block] = self.start.spectrum(heard, self.network.leave(channels[block]))
        return harmonic

    def _fill_with_noise(self, samples: Samples, first: int, seed: int) -> None:
        for block in blocks(len(samples), 1 << 14):
            samples[block] = white_noise(np.arange(first + block.start, first + block.stop), seed=seed)

    def _refined(self, spectrum: Spectrum) -> Samples:
        """Samples (frames * hop,) whose phases fit the magnitudes better: accelerated projections, in place.

        The momentum of Perraudin et al. (WASPAA 2013) is that of consistent spectra, so it may as well be that of
        their samples, a quarter of the numbers.
        """
        frames = len(spectrum)
        wanted = np.empty(spectrum.shape, np.float32)
        for block in blocks(frames):
            wanted[block] = _magnitude(spectrum[block], 1e-9)
        before = sound = self._sound(spectrum)
        for step in range(self.shape.refinements):
            ahead = sound - before
            ahead *= step / (step + 1.0)
            ahead += sound
            pieces = self.spectra.pieces(ahead)
            for block in blocks(frames):
                rebuilt = self.spectra.read(pieces[block], self.spectra.window)
                rebuilt *= np.divide(wanted[block], _magnitude(rebuilt, 1e-6))
                spectrum[block] = rebuilt
            before, sound = sound, self._sound(spectrum)
        return self.spectra.inside(sound)

    def _sound(self, spectrum: Spectrum) -> Samples:
        room = self.spectra.room(len(spectrum))
        for block in blocks(len(spectrum)):
            self.spectra.write(spectrum[block], room, block.start)
        self.spectra.silence_outside(room)
        return room


def _magnitude(spectrum: Spectrum, floor: float) -> Array:
    total = power(spectrum)
    total += floor**2
    return np.sqrt(total, out=total)
