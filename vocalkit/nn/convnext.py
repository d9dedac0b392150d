"""ConvNeXt blocks over time (Liu et al., CVPR 2022), as Vocos and FreeV use them."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ConvNeXtBlock(nn.Module):
    """A depthwise convolution over time, then a two-layer network within each frame, added to the input."""

    def __init__(self, channels: int, hidden: int, *, kernel: int, scale: float) -> None:
        super().__init__()
        self.depthwise = nn.Conv1d(channels, channels, kernel, padding=kernel // 2, groups=channels)
        self.norm = nn.LayerNorm(channels, eps=1e-6)
        self.up = nn.Linear(channels, hidden)
        self.down = nn.Linear(hidden, channels)
        self.scale = nn.Parameter(torch.full((channels,), scale))

    def forward(self, x: Tensor) -> Tensor:
        """x and the result: (batch, channels, frames)."""
        inner = self.norm(self.depthwise(x).transpose(1, 2))
        inner = self.down(nn.functional.gelu(self.up(inner), approximate="tanh"))
        added: Tensor = x + (self.scale * inner).transpose(1, 2)
        return added
