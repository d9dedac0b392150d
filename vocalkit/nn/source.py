"""A voice's source before its filter: every harmonic of F0 up to a limit, all of amplitude 1, exact in phase."""

from __future__ import annotations

import math

import torch
from torch import Tensor


def edges(f0_hz: Tensor) -> tuple[Tensor, Tensor]:
    """F0 at the start and end of each frame, (batch, frames): linear between voiced frames, held at their edges."""
    following = torch.cat([f0_hz[:, 1:], f0_hz[:, -1:]], dim=1)
    start = torch.where(f0_hz > 0, f0_hz, following)
    end = torch.where(following > 0, following, f0_hz)
    return start, end


def cycles_at_frames(f0_hz: Tensor, hop_s: float) -> Tensor:
    """Phase of the fundamental at each frame in cycles, modulo 1. f0_hz: (batch, frames); float64 of that shape.

    Summed in float64: after minutes of singing the hundredth harmonic still has its phase.
    """
    start, end = edges(f0_hz.to(torch.float64))
    steps = 0.5 * (start + end) * hop_s
    before = torch.cumsum(steps, dim=1) - steps
    return before - torch.floor(before)


def harmonic_source(f0_hz: Tensor, cycles: Tensor, *, hop: int, sample_rate: int, top_hz: float) -> Tensor:
    """The sum of cos(2 pi k phase) for every k with k F0 under `top_hz`: float32 (batch, frames * hop).

    f0_hz: (batch, frames), 0 where unvoiced; cycles: phase at each frame, float64 (batch, frames). Between frames
    the phase is the exact integral of linear F0; where `cycles` says otherwise, as measured phases do, the
    difference to the nearest turn is spread over the frame.
    """
    start, end = edges(f0_hz)
    share = torch.arange(hop, device=f0_hz.device, dtype=torch.float32)[None, None] / hop
    hop_s = hop / sample_rate
    advance = hop_s * (start[..., None] * share + 0.5 * (end - start)[..., None] * share**2)
    here = (cycles - torch.floor(cycles)).to(torch.float32)
    following = torch.cat([here[:, 1:], here[:, -1:]], dim=1)
    missing = following - here - 0.5 * hop_s * (start + end)
    missing = torch.cat([(missing - torch.round(missing))[:, :-1], torch.zeros_like(missing[:, -1:])], dim=1)
    phase = here[..., None] + advance + missing[..., None] * share
    phase = phase - torch.round(phase)
    hz = start[..., None] + (end - start)[..., None] * share
    count = top_hz / torch.clamp(hz, min=20.0)
    whole = torch.floor(count)
    # Dirichlet's kernel sums the whole harmonics in one sine; the next one fades in with its fraction.
    below = torch.sin(math.pi * phase)
    near = torch.abs(below) < 1e-5
    kernel = torch.sin(math.pi * (2.0 * whole + 1.0) * phase) / (2.0 * torch.where(near, torch.ones_like(below), below))
    total = torch.where(near, whole + 0.5, kernel) - 0.5
    total = total + (count - whole) * torch.cos(2.0 * math.pi * (whole + 1.0) * phase)
    voiced = (f0_hz > 0).to(torch.float32)
    after = torch.cat([voiced[:, 1:], voiced[:, -1:]], dim=1)
    gate = voiced[..., None] + (after - voiced)[..., None] * share
    return (total * gate).flatten(1)
