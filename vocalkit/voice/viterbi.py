"""The best way of a known row of states through frames (Viterbi, IEEE Trans. Inf. Theory 13, 1967)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import AudioError


def best_path(score: NDArray[np.float32], optional: NDArray[np.bool_]) -> NDArray[np.int32]:
    """The state of each frame, int32 (t,): every state that is not optional takes at least one frame, in order.

    score: float32 (t, s). Two optional states never stand side by side. AudioError where the frames are too few.
    """
    frames, states = score.shape
    must = int((~optional).sum())
    if frames < must:
        raise AudioError(f"the clip is too short for its words: {frames} frames for {must} states")
    back = np.zeros((frames, states), np.uint8)
    total = np.full(states, -np.inf, np.float64)
    total[0] = score[0, 0]
    if optional[0] and states > 1:
        total[1] = score[0, 1]
    over = np.zeros(states, np.bool_)
    over[2:] = optional[1:-1]  # a state may be entered from the one before an optional neighbour
    for t in range(1, frames):
        step = np.concatenate([[-np.inf], total[:-1]])
        skip = np.concatenate([[-np.inf, -np.inf], total[:-2]])
        skip[~over] = -np.inf
        choice = np.where(step > total, 1, 0)
        best = np.maximum(total, step)
        choice = np.where(skip > best, 2, choice)
        back[t] = choice
        total = np.maximum(best, skip) + score[t]
    at = states - 1
    if optional[-1] and states > 1 and total[-2] > total[-1]:
        at = states - 2
    path = np.empty(frames, np.int32)
    for t in range(frames - 1, -1, -1):
        path[t] = at
        at -= int(back[t, at])
    return path
