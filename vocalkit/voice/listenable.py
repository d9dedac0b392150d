"""Whether there is anything to listen to, asked before any work whose cost grows with the length."""

from __future__ import annotations

import numpy as np

from vocalkit.errors import AudioError
from vocalkit.types import Audio

_SILENT = 1e-4
_BLOCK = 1 << 20


def check_listenable(audio: Audio, what: str, *, shortest_s: float, longest_s: float) -> None:
    """Raises AudioError for sound that is too short, too long, silent or not finite. what: names it in errors."""
    if audio.duration_s < shortest_s:
        raise AudioError(f"{what} is {audio.duration_s:.1f} s long; {shortest_s:g} s are needed")
    if audio.duration_s > longest_s:
        raise AudioError(f"{what} is {audio.duration_s:.0f} s long; cut it below {longest_s:g} s")
    loudest = 0.0
    for start in range(0, audio.frames, _BLOCK):
        peak = float(np.abs(audio.samples[:, start : start + _BLOCK]).max())
        if not np.isfinite(peak):
            raise AudioError(f"{what} holds samples that are no numbers; export it again")
        loudest = max(loudest, peak)
    if loudest < _SILENT:
        raise AudioError(f"{what} is silent; check the microphone")
