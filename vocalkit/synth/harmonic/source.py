"""Every harmonic of F0 up to a limit, all of amplitude 1: what `vocalkit.nn.source` makes, in the same order."""

from __future__ import annotations

import math
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from vocalkit.nn.shape import VocoderShape
from vocalkit.synth.harmonic.blocks import blocks

Curve = NDArray[np.float32]
Values = TypeVar("Values", NDArray[np.float32], NDArray[np.float64])


def cycles_at_frames(f0_hz: Curve, hop_s: float) -> NDArray[np.float64]:
    """Phase of the fundamental at each frame in cycles, modulo 1. f0_hz: (frames,), 0 where unvoiced.

    Summed in float64: after minutes of singing the hundredth harmonic still has its phase.
    """
    start, end = _edges(f0_hz.astype(np.float64))
    steps = 0.5 * (start + end) * hop_s
    before = np.cumsum(steps) - steps
    return np.asarray(before - np.floor(before), np.float64)


def harmonic_source(f0_hz: Curve, cycles: NDArray[np.float64], shape: VocoderShape) -> NDArray[np.float32]:
    """float32 (frames, hop): the sum of cos(2 pi k phase) for every k with k F0 under the shape's limit.

    cycles: phase at each frame; its difference to the integral of linear F0 is spread over the frame.
    """
    start, end = _edges(f0_hz)
    hop_s = shape.hop / shape.sample_rate
    here = (cycles - np.floor(cycles)).astype(np.float32)
    missing = _following(here) - here - 0.5 * hop_s * (start + end)
    missing -= np.round(missing)
    missing[-1:] = 0.0
    voiced = (f0_hz > 0).astype(np.float32)
    after = _following(voiced)
    share = np.arange(shape.hop, dtype=np.float32) / shape.hop
    made = np.zeros((len(f0_hz), shape.hop), np.float32)
    for block in blocks(len(f0_hz)):
        if not (voiced[block].any() or after[block].any()):
            continue
        first, change = start[block, None], (end - start)[block, None]
        advance = hop_s * (first * share + 0.5 * change * share**2)
        phase = np.asarray(here[block, None] + advance + missing[block, None] * share, np.float32)
        phase -= np.round(phase)
        hz = np.asarray(first + change * share, np.float32)
        gate = voiced[block, None] + (after - voiced)[block, None] * share
        np.multiply(_harmonics(phase, hz, shape.top_hz), gate, out=made[block])
    return made


def _harmonics(phase: Curve, hz: Curve, top_hz: float) -> Curve:
    """The sum of cosines by Dirichlet's kernel: whole harmonics in one sine, the next fades in with its fraction."""
    count = top_hz / np.maximum(hz, np.float32(20.0))
    whole = np.floor(count)
    below = np.sin(math.pi * phase)
    near = np.abs(below) < 1e-5
    below[near] = 1.0
    total = np.sin(math.pi * (2.0 * whole + 1.0) * phase)
    total /= 2.0 * below
    np.copyto(total, whole + 0.5, where=near)
    total -= 0.5
    total += (count - whole) * np.cos(2.0 * math.pi * (whole + 1.0) * phase)
    return total


def _edges(f0_hz: Values) -> tuple[Values, Values]:
    """F0 at the start and end of each frame: linear between voiced frames, held at their edges."""
    following = _following(f0_hz)
    return np.where(f0_hz > 0, f0_hz, following), np.where(following > 0, following, f0_hz)


def _following(values: Values) -> Values:
    return np.concatenate([values[1:], values[-1:]])
