"""Random segments of a prepared set, read ahead by threads."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from vocalkit.nn.source import cycles_at_frames
from vocalkit.synth.mel import MelContract

Batch = tuple[Tensor, Tensor, Tensor, Tensor, Tensor]
"""Sound (size, samples); F0 in Hz and phase in cycles (size, frames); a singer's mel (size, n_mels, frames), and
which rows are to be made from it (size,) instead of from the sound's own."""


class Material:
    """What `prepare.py` packed into one folder."""

    def __init__(self, folder: Path, mel: MelContract, settings: dict[str, Any]) -> None:
        self.mel, self.settings = mel, settings
        self.index = json.loads((folder / "index.json").read_text())
        self.audio: NDArray[np.int16] = np.memmap(folder / "audio.i16", np.int16, mode="r")
        self.frames: NDArray[np.float32] = np.memmap(folder / "frames.f32", np.float32, mode="r").reshape(-1, 2)
        singer = np.memmap(folder / "singer.f16", np.float16, mode="r")
        self.singer: NDArray[np.float16] = singer.reshape(-1, mel.n_mels)
        lengths = np.array([clip["frames"] for clip in self.index])
        share = np.where(lengths > settings["segment_frames"], lengths, 0).astype(float)
        if not share.any():
            raise SystemExit(f"{folder}: no clip is longer than a segment of {settings['segment_frames']} frames")
        self.share = share / share.sum()

    def batch(self, seeds: list[int], size: int) -> Batch:
        """Drawn by `seeds`: the same seeds, the same batch."""
        random = np.random.default_rng(seeds)
        rows = [self._segment(random) for _ in range(size)]
        sound, f0_hz, cycles, singer, sung = (torch.from_numpy(np.stack(column)) for column in zip(*rows, strict=True))
        return sound, f0_hz, cycles, singer, sung

    def batches(self, seeds: list[int], size: int, *, first: int, ahead: int) -> Iterator[Batch]:
        """Without end, from number `first` on."""
        with ThreadPoolExecutor(ahead) as pool:
            waiting: deque[Future[Batch]] = deque()
            while True:
                while len(waiting) < ahead:
                    waiting.append(pool.submit(self.batch, [*seeds, first], size))
                    first += 1
                yield waiting.popleft().result()

    def _segment(self, random: np.random.Generator) -> tuple[NDArray[Any], ...]:
        clip = self.index[random.choice(len(self.index), p=self.share)]
        count, hop = self.settings["segment_frames"], self.mel.hop
        start = clip["first"] + int(random.integers(0, clip["frames"] - count))
        gain = 10.0 ** (random.uniform(self.settings["quietest_db"], 0.0) / 20.0)
        sound = self.audio[start * hop : (start + count) * hop].astype(np.float32) * np.float32(gain / 32767)
        frames = np.array(self.frames[start : start + count])
        f0_hz, cycles = frames[:, 0], frames[:, 1].astype(np.float64)
        if random.uniform() < self.settings["filled_share"]:
            f0_hz, cycles = filled(f0_hz, cycles, self.mel.hop_s)
        singer = self.singer[start : start + count].T.astype(np.float32) + np.float32(np.log(gain))
        sung = np.bool_(random.uniform() < self.settings["singer_share"])
        return sound, f0_hz, cycles, np.maximum(singer, np.float32(self.mel.silence)), sung


def filled(
    f0_hz: NDArray[np.float32], cycles: NDArray[np.float64], hop_s: float
) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
    """F0 carried through unvoiced frames, as editors of the DiffSinger world hand it over."""
    voiced = np.flatnonzero(f0_hz > 0)
    if not voiced.size:
        return f0_hz, cycles
    everywhere = np.interp(np.arange(f0_hz.size), voiced, f0_hz[voiced]).astype(np.float32)
    run = cycles_at_frames(torch.from_numpy(everywhere)[None], hop_s)[0].numpy()
    last = voiced[np.maximum(np.searchsorted(voiced, np.arange(f0_hz.size), side="right") - 1, 0)]
    return everywhere, (cycles[last] + run - run[last]) % 1.0
