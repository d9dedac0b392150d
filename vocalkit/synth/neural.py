"""The neural vocoder: mel and F0 to sound, whole, in chunks, or many at once, on NumPy or on PyTorch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.nn.shape import VocoderShape
from vocalkit.synth.harmonic.engine import NumpyEngine
from vocalkit.synth.harmonic.source import cycles_at_frames
from vocalkit.synth.mel import CONTRACT, MelContract, mel_filterbank
from vocalkit.synth.mel_vocoder import MelFrames, MelVocoder
from vocalkit.synth.torch_engine import TorchEngine, build_network
from vocalkit.types import Audio
from vocalkit.weights import Tensors, WeightsContentError, WeightsManifest, read_weights

CHUNK_FRAMES = 1024


class VocoderEngine(Protocol):
    """What computes sound. Frames further away than `reach` change nothing; a frame is `hop` samples."""

    @property
    def shape(self) -> VocoderShape: ...

    @property
    def reach(self) -> int: ...

    @property
    def hop(self) -> int: ...

    def __call__(
        self,
        mel: NDArray[np.float32],
        f0_hz: NDArray[np.float32],
        cycles: NDArray[np.float64],
        first: NDArray[np.int64],
        *,
        seed: int,
    ) -> NDArray[np.float32]:
        """float32 (batch, frames * hop) of mel (batch, n_mels, frames) and F0 (batch, frames), 0 where unvoiced.

        cycles: (batch, frames), phase of the fundamental at each frame; first: (batch,), number of each row's
        first sample, by which its noise is drawn.
        """
        ...


class NeuralVocoder(MelVocoder):
    """An engine behind the house's values."""

    def __init__(self, engine: VocoderEngine, contract: MelContract = CONTRACT) -> None:
        self.engine, self.contract = engine, contract

    def from_mel(self, frames: MelFrames, *, seed: int) -> Audio:
        made = np.empty((1, frames.samples), np.float32)
        done = 0
        for chunk in self.stream(frames, seed=seed):
            made[0, done : done + len(chunk)] = chunk
            done += len(chunk)
        made.flags.writeable = False
        return Audio(made, self.contract.sample_rate)

    def stream(
        self, frames: MelFrames, *, seed: int, chunk_frames: int = CHUNK_FRAMES
    ) -> Iterator[NDArray[np.float32]]:
        """The sound in pieces of `chunk_frames` hops, the last one shorter; the same as in one piece but for rounding.

        Every piece sees as many frames around it as the network reaches, so memory does not grow with length.
        """
        self.check(frames)
        if chunk_frames <= 0:
            raise InputError(f"a chunk needs at least one frame, got {chunk_frames}")
        cycles = cycles_at_frames(frames.f0_hz, self.contract.hop_s)
        for start in range(0, frames.frames, chunk_frames):
            stop = min(start + chunk_frames, frames.frames)
            yield self._run([(frames, cycles)], start, stop, seed=seed)[0]

    def batch(self, many: Sequence[MelFrames], *, seed: int) -> list[Audio]:
        """Several sounds at once, each as `from_mel` makes it."""
        if not many:
            return []
        for frames in many:
            self.check(frames)
        rows = [(frames, cycles_at_frames(frames.f0_hz, self.contract.hop_s)) for frames in many]
        made = self._run(rows, 0, max(frames.frames for frames in many), seed=seed)
        sounds = []
        for row, frames in zip(made, many, strict=True):
            samples = np.array(row[None, : frames.samples])
            samples.flags.writeable = False
            sounds.append(Audio(samples, self.contract.sample_rate))
        return sounds

    def _run(
        self, rows: list[tuple[MelFrames, NDArray[np.float64]]], start: int, stop: int, *, seed: int
    ) -> NDArray[np.float32]:
        """Frames `start` to `stop` of every row, with silence outside of it: float32 (rows, samples)."""
        reach, hop = self.engine.reach, self.engine.hop
        first, count = start - reach, stop - start + 2 * reach
        mel = np.full((len(rows), self.contract.n_mels, count), self.contract.silence, np.float32)
        f0_hz, cycles = np.zeros((len(rows), count), np.float32), np.zeros((len(rows), count))
        for index, (frames, phase) in enumerate(rows):
            low, high = max(0, first), min(frames.frames, first + count)
            mel[index, :, low - first : high - first] = frames.mel[:, low:high]
            f0_hz[index, low - first : high - first] = frames.f0_hz[low:high]
            cycles[index, low - first : high - first] = phase[low:high]
        made = self.engine(mel, f0_hz, cycles, np.full(len(rows), first * hop, np.int64), seed=seed)
        return made[:, reach * hop : (reach + stop - start) * hop]


def load_neural(manifest: WeightsManifest, *, device: str = "cpu") -> NeuralVocoder:
    """The vocoder that a manifest names: on NumPy for the device "cpu", for others ("cuda") on PyTorch.

    Raises WeightsError for a file of other bytes or other tensors, and BackendUnavailable where PyTorch or the
    device is missing.
    """
    tensors = read_weights(manifest)
    shape = shape_of(tensors, manifest.file)
    if device == "cpu":
        return NeuralVocoder(NumpyEngine(VocoderShape(**shape), mel_filterbank(), tensors))
    network = build_network(shape)
    import torch

    network.load_state_dict({name: torch.from_numpy(np.array(value, np.float32)) for name, value in tensors.items()})
    return NeuralVocoder(TorchEngine(network, device))


def shape_of(tensors: Tensors, what: str) -> dict[str, Any]:
    """What a network was built from, read off its weights; WeightsContentError unless they are all of them."""
    try:
        enter, hidden = tensors["enter.weight"].shape, tensors["blocks.0.up.weight"].shape[0]
        channels, _, kernel = enter
    except KeyError as error:
        raise WeightsContentError(f"{what} holds no vocoder: the tensor {error} is missing") from None
    except (IndexError, ValueError):
        raise WeightsContentError(f"{what} holds no vocoder: its tensors have other dimensions") from None
    blocks = len({name.split(".")[1] for name in tensors if name.startswith("blocks.")})
    shape = {"channels": channels, "kernel": kernel, "hidden": hidden, "blocks": blocks}
    asked, found = VocoderShape(**shape).tensors(), {name: value.shape for name, value in tensors.items()}
    wrong = sorted(name for name in asked.keys() | found.keys() if asked.get(name) != found.get(name))
    if wrong:
        raise WeightsContentError(f"{what} holds other tensors than a vocoder's: {', '.join(wrong[:3])}")
    return shape
