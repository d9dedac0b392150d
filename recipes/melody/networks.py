"""The two networks in torch, for training; `vocalkit/melody/network.py` runs the same weights with numpy."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional as F

from vocalkit.melody.encode import HELD_BINS, PITCH_COLUMNS, RATIOS, REACH, RHYTHM_COLUMNS, WEIGHT_BINS, WIDEST_STEP

PITCHES = 2 * REACH + 1
STEPS = 2 * WIDEST_STEP + 2
"""Pitch steps -12 to 12, and wider."""


def step_class(step: Tensor) -> Tensor:
    """Class of a pitch step; wider ones share the last."""
    return torch.where(step.abs() <= WIDEST_STEP, step + WIDEST_STEP, torch.full_like(step, STEPS - 1))


class PitchNet(nn.Module):
    """What follows: convolutions read the conditions of all notes both ways, a GRU the pitches so far."""

    def __init__(self, shape: dict[str, Any]) -> None:
        super().__init__()
        wide, hidden = shape["wide"], shape["hidden"]
        self.enter = nn.Linear(PITCH_COLUMNS, wide)
        self.around = nn.ModuleList(nn.Conv1d(wide, wide, 5, padding=2) for _ in range(2))
        self.pitch = nn.Embedding(PITCHES + 1, 32)
        self.step = nn.Embedding(STEPS + 1, 16)
        self.gru = nn.GRU(wide + 48, hidden, batch_first=True)
        self.mix = nn.Linear(hidden + wide, wide)
        self.place = nn.Linear(wide, PITCHES)
        self.move = nn.Linear(wide, STEPS)
        self.drop = nn.Dropout(shape["dropout"])

    def forward(self, columns: Tensor, pitches: Tensor) -> Tensor:
        """columns: (batch, notes, PITCH_COLUMNS); pitches: (batch, notes) less anchor. Log-odds (…, PITCHES)."""
        e = F.relu(self.enter(columns))
        for conv in self.around:
            e = e + F.relu(conv(self.drop(e).transpose(1, 2)).transpose(1, 2))
        before = torch.full_like(pitches, REACH + 1)
        before[:, 1:] = pitches[:, :-1]
        step = torch.full_like(pitches, STEPS)
        step[:, 2:] = step_class(pitches[:, 1:-1] - pitches[:, :-2])
        z, _ = self.gru(torch.cat([self.drop(e), self.pitch(before + REACH), self.step(step)], dim=2))
        u = self.drop(F.relu(self.mix(torch.cat([z, e], dim=2))))
        candidates = torch.arange(-REACH, REACH + 1)
        moves = step_class(candidates[None, None, :] - before[:, :, None])
        moved = torch.gather(self.move(u), 2, moves)
        # Before the first note there is nothing to move from.
        return self.place(u) + moved * (before <= REACH)[:, :, None]


class RhythmNet(nn.Module):
    """When the next note comes: a GRU over what was sung; intervals are also judged by where they lead."""

    def __init__(self, shape: dict[str, Any]) -> None:
        super().__init__()
        wide, hidden = shape["wide"], shape["hidden"]
        self.enter = nn.Linear(RHYTHM_COLUMNS, wide)
        self.ratio = nn.Embedding(len(RATIOS) + 1, 16)
        self.gru = nn.GRU(wide + 16, hidden, batch_first=True)
        self.slur = nn.Linear(hidden, 1)
        self.mix = nn.Linear(hidden + 2, wide)
        self.interval = nn.Linear(wide, len(RATIOS))
        self.landing = nn.Linear(wide, len(WEIGHT_BINS) + 1)
        self.held = nn.Linear(wide, len(HELD_BINS) + 1)
        self.drop = nn.Dropout(shape["dropout"])

    def forward(self, batch: dict[str, Tensor]) -> tuple[Tensor, Tensor]:
        """Log-odds of a slur (batch, notes), and of the ratios (batch, notes, ratios)."""
        e = self.drop(F.relu(self.enter(batch["columns"])))
        before = torch.full_like(batch["ratios"], len(RATIOS))
        before[:, 1:] = batch["ratios"][:, :-1]
        z, _ = self.gru(torch.cat([e, self.ratio(before)], dim=2))
        ends = torch.stack([batch["slurs"], batch["closes"]], dim=2)
        u = self.drop(F.relu(self.mix(torch.cat([z, ends], dim=2))))
        logits = self.interval(u) + torch.gather(self.landing(u), 2, batch["landing"])
        return self.slur(z)[..., 0], logits + torch.gather(self.held(u), 2, batch["held"])
