"""What a `HarmonicVocoder` is built from, without building one: numbers that training and every engine share."""

from __future__ import annotations

from dataclasses import dataclass

VALLEY = 0.1
"""Added in power to the harmonics' magnitudes: how deep their comb is where nothing corrects it."""
TINY = 1e-7
"""Keeps mel bands that hold nothing from being divided by."""


@dataclass(frozen=True, slots=True)
class VocoderShape:
    """The numbers a `HarmonicVocoder` is built from.

    refinements: of its phases, see `HarmonicVocoder.refined`; roughness: how far noise keeps the magnitudes it
    happens to have, 0 not at all, 1 as far as a mel band cannot tell them.
    """

    sample_rate: int = 44_100
    n_fft: int = 2048
    hop: int = 512
    n_mels: int = 128
    channels: int = 384
    hidden: int = 1152
    blocks: int = 6
    kernel: int = 7
    top_hz: float = 20_000.0
    mel_floor: float = 1e-5
    refinements: int = 12
    roughness: float = 1.0

    @property
    def bins(self) -> int:
        return self.n_fft // 2 + 1

    @property
    def reach(self) -> int:
        """Frames on either side that one frame of sound depends on: convolutions, windows in and windows out."""
        windows = self.n_fft // self.hop
        return (self.blocks + 1) * (self.kernel // 2) + windows * (2 + self.refinements)

    def tensors(self) -> dict[str, tuple[int, ...]]:
        """Names and shapes of the weights."""
        wide, hidden, out = self.channels, self.hidden, 4 * self.bins
        block = {
            "scale": (wide,),
            **_layer("depthwise", wide, 1, self.kernel),
            **_layer("norm", wide),
            **_layer("up", hidden, wide),
            **_layer("down", wide, hidden),
        }
        return {
            **_layer("enter", wide, 2 * self.n_mels + 2, self.kernel),
            **_layer("enter_norm", wide),
            **{f"blocks.{index}.{name}": sizes for index in range(self.blocks) for name, sizes in block.items()},
            **_layer("leave_norm", wide),
            **_layer("leave", out, wide),
        }


def _layer(name: str, *sizes: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": sizes, f"{name}.bias": sizes[:1]}
