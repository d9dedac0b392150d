"""The vocoder as one graph of real numbers, under the names that OpenUtau and OpenVPI's tools know."""

from __future__ import annotations

import copy
import math
from pathlib import Path

import torch
from torch import Tensor, nn

from vocalkit.nn.source import cycles_at_frames
from vocalkit.nn.spectral import MatrixStft
from vocalkit.nn.vocoder import HarmonicVocoder


class ExportedVocoder(nn.Module):
    """A `HarmonicVocoder`, taken over: matrix products for its spectra, silence around its input, a fixed seed."""

    def __init__(self, network: HarmonicVocoder, *, seed: int) -> None:
        super().__init__()
        self.network, self.seed, self.silence = network, seed, math.log(network.shape.mel_floor)
        self.network.stft = MatrixStft(network.shape.n_fft, network.shape.hop)

    def forward(self, mel: Tensor, f0: Tensor) -> Tensor:
        """mel: float32 (1, frames, n_mels), natural log; f0: float32 (1, frames), Hz; waveform (1, frames * hop)."""
        shape, reach = self.network.shape, self.network.reach
        cycles = cycles_at_frames(f0, shape.hop / shape.sample_rate)
        around = (reach, reach)
        made = self.network(
            nn.functional.pad(mel.transpose(1, 2), around, value=self.silence),
            nn.functional.pad(f0, around),
            nn.functional.pad(cycles, around),
            torch.full((1,), -reach * shape.hop, dtype=torch.int64),
            seed=self.seed,
        )
        waveform: Tensor = made[:, reach * shape.hop : -reach * shape.hop]
        return waveform


def write_onnx(network: HarmonicVocoder, path: Path, *, seed: int = 0) -> None:
    """Write the graph, weights inside it, for any number of frames."""
    exported = ExportedVocoder(copy.deepcopy(network).cpu(), seed=seed).eval()
    frames = 64
    mel = torch.full((1, frames, network.shape.n_mels), -5.0)
    f0 = torch.full((1, frames), 220.0)
    with torch.no_grad():
        torch.onnx.export(
            exported,
            (mel, f0),
            str(path),
            input_names=["mel", "f0"],
            output_names=["waveform"],
            dynamic_axes={"mel": {1: "frames"}, "f0": {1: "frames"}, "waveform": {1: "samples"}},
            opset_version=17,
            dynamo=False,
        )
