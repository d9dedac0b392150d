"""The neural vocoder's network in PyTorch: for graphics cards, and for what was just trained."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import BackendUnavailable, InputError
from vocalkit.nn.shape import VocoderShape
from vocalkit.synth.mel import CONTRACT, MelContract, mel_filterbank

if TYPE_CHECKING:
    from vocalkit.nn.vocoder import HarmonicVocoder


class TorchEngine:
    """`vocalkit.nn.vocoder.HarmonicVocoder` between arrays. Raises BackendUnavailable for a card that is not there."""

    def __init__(self, network: HarmonicVocoder, device: str = "cpu") -> None:
        import torch

        if device.startswith("cuda") and not torch.cuda.is_available():
            raise BackendUnavailable(f"PyTorch finds no graphics card for {device!r}: choose the device cpu")
        self.network, self.device = network.to(device).eval(), device

    @property
    def shape(self) -> VocoderShape:
        return self.network.shape

    @property
    def reach(self) -> int:
        return self.shape.reach

    @property
    def hop(self) -> int:
        return self.shape.hop

    def __call__(
        self,
        mel: NDArray[np.float32],
        f0_hz: NDArray[np.float32],
        cycles: NDArray[np.float64],
        first: NDArray[np.int64],
        *,
        seed: int,
    ) -> NDArray[np.float32]:
        """As `vocalkit.synth.neural.VocoderEngine` has it."""
        import torch

        with torch.inference_mode():
            values = (torch.from_numpy(value).to(self.device) for value in (mel, f0_hz, cycles, first))
            samples: NDArray[np.float32] = self.network(*values, seed=seed).cpu().numpy()
        return samples


def build_network(shape: dict[str, Any], contract: MelContract = CONTRACT) -> HarmonicVocoder:
    """The network that a shape describes, with weights yet to be loaded. Raises BackendUnavailable without torch."""
    try:
        import torch
    except ImportError as error:
        raise BackendUnavailable(
            "this vocoder needs PyTorch: pip install 'vocalkit[neural]', or choose the device cpu"
        ) from error
    from vocalkit.nn.vocoder import HarmonicVocoder

    known = {field.name for field in fields(VocoderShape)}
    if set(shape) - known:
        raise InputError(f"a vocoder has no {', '.join(sorted(set(shape) - known))}; known: {', '.join(sorted(known))}")
    return HarmonicVocoder(VocoderShape(**shape), torch.from_numpy(mel_filterbank(contract)))
