"""A vocoder that starts from physics and learns what is missing.

Magnitudes start at the comb of F0's harmonics, scaled until its mel bands are those asked for (multiplicative
updates as in Lee and Seung, 2001; cf. FreeV, Lv et al. 2024, and RNDVoC, Li et al. 2025, who start from the
pseudo-inverse). Phases start at a harmonic source seen through the minimum phase of the mel envelope, mixed with
noise. One network of ConvNeXt blocks corrects all of it at every bin: magnitude, depth of the comb, how much of
each bin is harmonic, and the phase of the harmonics against the fundamental.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from vocalkit.nn.bands import minimum_phase_of, smooth_of, spread_of, untold_of
from vocalkit.nn.convnext import ConvNeXtBlock
from vocalkit.nn.noise import white_noise
from vocalkit.nn.shape import TINY, VALLEY, VocoderShape
from vocalkit.nn.source import harmonic_source
from vocalkit.nn.spectral import Spectrum, Stft, magnitude


class HarmonicVocoder(nn.Module):
    """Mel and F0 to sound. mel_basis: float32 (n_mels, bins), the bands of the mel contract."""

    def __init__(self, shape: VocoderShape, mel_basis: Tensor) -> None:
        super().__init__()
        self.shape = shape
        self.stft = Stft(shape.n_fft, shape.hop)
        self.mel_basis: Tensor
        self.spread: Tensor
        self.smooth: Tensor
        self.minimum_phase: Tensor
        self.untold: Tensor
        bands = mel_basis.cpu().numpy()
        spread = spread_of(bands)
        for name, matrix in (
            ("mel_basis", bands),
            ("spread", spread),
            ("smooth", smooth_of(bands, shape.sample_rate)),
            ("minimum_phase", minimum_phase_of(spread)),
            ("untold", shape.roughness * untold_of(bands)[:, None]),
        ):
            self.register_buffer(name, torch.from_numpy(matrix), persistent=False)
        self.enter = nn.Conv1d(2 * shape.n_mels + 2, shape.channels, shape.kernel, padding=shape.kernel // 2)
        self.enter_norm = nn.LayerNorm(shape.channels, eps=1e-6)
        self.blocks = nn.ModuleList(
            ConvNeXtBlock(shape.channels, shape.hidden, kernel=shape.kernel, scale=1.0 / shape.blocks)
            for _ in range(shape.blocks)
        )
        self.leave_norm = nn.LayerNorm(shape.channels, eps=1e-6)
        self.leave = nn.Linear(shape.channels, 4 * shape.bins)
        nn.init.normal_(self.leave.weight, std=0.002)
        nn.init.zeros_(self.leave.bias)
        with torch.no_grad():
            # Voices are harmonic at the bottom and noisy at the top: start there.
            self.leave.bias.view(4, shape.bins)[2] = torch.linspace(2.5, -1.5, shape.bins)

    @property
    def reach(self) -> int:
        """Frames on either side that one frame of sound depends on."""
        return self.shape.reach

    def forward(self, mel: Tensor, f0_hz: Tensor, cycles: Tensor, first: Tensor, *, seed: int) -> Tensor:
        """Waveform float32 (batch, frames * hop) of mel (batch, n_mels, frames) and F0 (batch, frames).

        cycles: float64 (batch, frames), phase of the fundamental at each frame (`cycles_at_frames`);
        first: int64 (batch,), number of each row's first sample, by which its noise is drawn.
        """
        spectrum = self.spectrum(mel, f0_hz, cycles, first, seed=seed)
        return self.stft.inverse(self.refined(spectrum, self.shape.refinements))

    def spectrum(self, mel: Tensor, f0_hz: Tensor, cycles: Tensor, first: Tensor, *, seed: int) -> Spectrum:
        """The spectrum (batch, bins, frames) that the network asks for."""
        shape = self.shape
        source = harmonic_source(f0_hz, cycles, hop=shape.hop, sample_rate=shape.sample_rate, top_hz=shape.top_hz)
        index = first[:, None] + torch.cumsum(torch.ones_like(source, dtype=torch.int64), dim=1) - 1
        noise = white_noise(index, seed=seed)
        harmonic = [part * (4.0 / shape.n_fft) for part in self.stft(source)]
        noisy = [part * (0.375 * shape.n_fft) ** -0.5 for part in self.stft(noise)]
        comb = torch.sqrt(harmonic[0].square() + harmonic[1].square() + VALLEY**2)
        teeth = self.mel_basis @ comb
        change, depth, ratio, turn = self.network(mel, teeth, f0_hz)
        phase, share = self.start_phase(mel, teeth) + turn, torch.exp(torch.clamp(ratio, -8.0, 8.0))
        cos, sin = share * torch.cos(phase), share * torch.sin(phase)
        turned = harmonic[0] * cos - harmonic[1] * sin, harmonic[0] * sin + harmonic[1] * cos
        start = self.prior(mel, comb)
        mixed = turned[0] + noisy[0], turned[1] + noisy[1]
        wanted = start * torch.exp(change + depth * torch.log(comb))
        own = magnitude(mixed, 1e-3)
        gain = self.roughened(wanted, own / magnitude(turned, 1.0)) / own
        return gain * mixed[0], gain * mixed[1]

    def roughened(self, wanted: Tensor, chance: Tensor) -> Tensor:
        """Magnitudes whose mel bands are those `wanted`, spread over the bins of a band as `chance` has it.

        chance: (batch, bins, frames), the mixture's magnitude over its usual one. A mel band tells the sum of its
        bins and not which of them are strong: noise of equal magnitudes would sound hollow.
        """
        rough = wanted * chance**self.untold
        return rough * (self.spread @ ((self.mel_basis @ wanted + TINY) / (self.mel_basis @ rough + TINY)))

    def refined(self, spectrum: Spectrum, times: int) -> Spectrum:
        """The same magnitudes with phases nearer to those of a sound: accelerated projections from a good start.

        Perraudin et al., WASPAA 2013. The first steps win most; many make voices sound hollow.
        """
        wanted, before = magnitude(spectrum), spectrum
        for step in range(times):
            rebuilt = self.stft(self.stft.inverse(spectrum))
            push = step / (step + 1.0)
            real, imag = (now + push * (now - old) for now, old in zip(rebuilt, before, strict=True))
            gain = wanted / magnitude((real, imag), 1e-6)
            before, spectrum = rebuilt, (gain * real, gain * imag)
        return spectrum

    def prior(self, mel: Tensor, comb: Tensor) -> Tensor:
        """Magnitudes (batch, bins, frames) with the comb's shape whose mel bands come close to `mel`."""
        # A band at the floor holds nothing: silence in, silence out.
        wanted = torch.clamp(mel.exp() - self.shape.mel_floor, min=0.0) + 0.01 * self.shape.mel_floor
        start = comb * torch.exp(self.spread @ torch.log(wanted / (self.mel_basis @ comb + TINY)))
        for _ in range(2):
            start = start * (self.spread @ (wanted / (self.mel_basis @ start + TINY)))
        return start

    def start_phase(self, mel: Tensor, teeth: Tensor) -> Tensor:
        """Minimum phase (batch, bins, frames) of the envelope: mel bands over those of the comb, read at its teeth."""
        weight = teeth.square()
        envelope = (self.smooth @ (weight * (mel - torch.log(teeth)))) / (self.smooth @ weight)
        return self.minimum_phase @ envelope

    def network(self, mel: Tensor, teeth: Tensor, f0_hz: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """Four corrections, each (batch, bins, frames): log magnitude, comb depth, log harmonic share, phase."""
        voiced = (f0_hz > 0).to(mel.dtype)
        octaves = torch.log2(torch.clamp(f0_hz, min=40.0) / 200.0) * voiced
        x = torch.cat([(mel + 5.0) / 3.0, torch.log(teeth) + 4.0, octaves[:, None], voiced[:, None]], dim=1)
        x = self.enter_norm(self.enter(x).transpose(1, 2)).transpose(1, 2)
        for block in self.blocks:
            x = block(x)
        out = self.leave(self.leave_norm(x.transpose(1, 2))).transpose(1, 2).float()
        change, depth, ratio, turn = out.chunk(4, dim=1)
        return change, depth, ratio, turn
