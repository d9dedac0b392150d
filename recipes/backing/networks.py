"""The two networks in torch: the same layers, under the same names, as `vocalkit.backing.network` runs in numpy."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn

from vocalkit.backing.harmony import INPUTS as HARMONY_INPUTS
from vocalkit.backing.harmony import OUTPUTS as HARMONY_OUTPUTS
from vocalkit.backing.network import HARMONY_BLOCKS, PULSE_BLOCKS
from vocalkit.backing.pulse import INPUTS as PULSE_INPUTS


class Network(nn.Module):
    """Convolutions over time: entry, residual blocks with dilations 1, 2, 4, ..., output."""

    def __init__(self, inputs: int, channels: int, outputs: int, *, blocks: int, taps: int, dropout: float) -> None:
        super().__init__()
        self.enter = nn.Conv1d(inputs, channels, taps, padding=taps // 2)
        self.wide = nn.ModuleList(
            nn.Conv1d(channels, channels, taps, padding=(taps // 2) * 2**n, dilation=2**n) for n in range(blocks)
        )
        self.narrow = nn.ModuleList(nn.Conv1d(channels, channels, 1) for _ in range(blocks))
        self.leave = nn.Conv1d(channels, outputs, 1)
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor) -> Tensor:
        """x: (batch, inputs, t) → (batch, outputs, t)."""
        hidden = torch.relu(self.enter(x))
        for wide, narrow in zip(self.wide, self.narrow, strict=True):
            hidden = hidden + narrow(self.dropout(torch.relu(wide(hidden))))
        return self.leave(hidden)

    def tensors(self) -> dict[str, np.ndarray]:
        """Weights for the product."""
        return {name: value.detach().cpu().numpy().astype(np.float32) for name, value in self.state_dict().items()}


def pulse_network() -> Network:
    return Network(PULSE_INPUTS, 16, 3, blocks=PULSE_BLOCKS, taps=5, dropout=0.1)


def harmony_network() -> Network:
    return Network(HARMONY_INPUTS, 32, HARMONY_OUTPUTS, blocks=HARMONY_BLOCKS, taps=3, dropout=0.1)
