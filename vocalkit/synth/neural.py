"""The neural vocoder: mel and F0 to sound, whole, in chunks, or many at once. torch is loaded when one is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import BackendUnavailable, InputError
from vocalkit.synth.mel import CONTRACT, MelContract, mel_filterbank
from vocalkit.synth.mel_vocoder import MelFrames, MelVocoder
from vocalkit.types import Audio
from vocalkit.weights import Tensors, WeightsContentError, WeightsManifest, read_weights

if TYPE_CHECKING:
    import torch

    from vocalkit.nn.vocoder import HarmonicVocoder

CHUNK_FRAMES = 512


class NeuralVocoder(MelVocoder):
    """`vocalkit.nn.vocoder.HarmonicVocoder` behind the house's values."""

    def __init__(self, network: HarmonicVocoder, contract: MelContract = CONTRACT, *, device: str = "cpu") -> None:
        self.contract, self.device = contract, device
        self.network = network.to(device).eval()

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
        cycles = self._cycles(frames.f0_hz[None])[0]
        for start in range(0, frames.frames, chunk_frames):
            stop = min(start + chunk_frames, frames.frames)
            yield self._run([(frames, cycles)], start, stop, seed=seed)[0]

    def batch(self, many: Sequence[MelFrames], *, seed: int) -> list[Audio]:
        """Several sounds at once, each as `from_mel` makes it."""
        if not many:
            return []
        for frames in many:
            self.check(frames)
        rows = [(frames, self._cycles(frames.f0_hz[None])[0]) for frames in many]
        made = self._run(rows, 0, max(frames.frames for frames in many), seed=seed)
        sounds = []
        for row, frames in zip(made, many, strict=True):
            samples = np.array(row[None, : frames.samples])
            samples.flags.writeable = False
            sounds.append(Audio(samples, self.contract.sample_rate))
        return sounds

    def _cycles(self, f0_hz: NDArray[np.float32]) -> NDArray[np.float64]:
        import torch

        from vocalkit.nn.source import cycles_at_frames

        cycles: NDArray[np.float64] = cycles_at_frames(torch.from_numpy(np.array(f0_hz)), self.contract.hop_s).numpy()
        return cycles

    def _run(
        self, rows: list[tuple[MelFrames, NDArray[np.float64]]], start: int, stop: int, *, seed: int
    ) -> NDArray[np.float32]:
        """Frames `start` to `stop` of every row, with silence outside of it: float32 (rows, samples)."""
        import torch

        reach = self.network.reach
        first, count = start - reach, stop - start + 2 * reach
        mel = np.full((len(rows), self.contract.n_mels, count), self.contract.silence, np.float32)
        f0_hz, cycles = np.zeros((len(rows), count), np.float32), np.zeros((len(rows), count))
        for index, (frames, phase) in enumerate(rows):
            low, high = max(0, first), min(frames.frames, first + count)
            mel[index, :, low - first : high - first] = frames.mel[:, low:high]
            f0_hz[index, low - first : high - first] = frames.f0_hz[low:high]
            cycles[index, low - first : high - first] = phase[low:high]
        with torch.inference_mode():
            made = self.network(
                self._tensor(mel),
                self._tensor(f0_hz),
                self._tensor(cycles),
                torch.full((len(rows),), first * self.contract.hop, dtype=torch.int64, device=self.device),
                seed=seed,
            )
            kept = made[:, reach * self.contract.hop : (reach + stop - start) * self.contract.hop]
            samples: NDArray[np.float32] = kept.cpu().numpy()
        return samples

    def _tensor(self, array: NDArray[Any]) -> torch.Tensor:
        import torch

        return torch.from_numpy(array).to(self.device)


def build_network(shape: dict[str, Any], contract: MelContract = CONTRACT) -> HarmonicVocoder:
    """The network that a shape describes, with weights yet to be loaded. Raises BackendUnavailable without torch."""
    try:
        import torch
    except ImportError as error:
        raise BackendUnavailable(
            "the neural vocoder needs PyTorch: pip install 'vocalkit[neural]', or choose --vocoder world"
        ) from error
    from vocalkit.nn.vocoder import HarmonicVocoder, VocoderShape

    known = {field.name for field in fields(VocoderShape)}
    if set(shape) - known:
        raise InputError(f"a vocoder has no {', '.join(sorted(set(shape) - known))}; known: {', '.join(sorted(known))}")
    return HarmonicVocoder(VocoderShape(**shape), torch.from_numpy(mel_filterbank(contract)))


def load_neural(manifest: WeightsManifest, *, device: str = "cpu") -> NeuralVocoder:
    """The vocoder that a manifest names. Raises WeightsError for a file of other bytes or other tensors."""
    tensors = read_weights(manifest)
    network = build_network(shape_of(tensors, str(manifest.folder / manifest.file)))
    import torch

    weights = {name: torch.from_numpy(np.array(value, np.float32)) for name, value in tensors.items()}
    try:
        network.load_state_dict(weights)
    except RuntimeError as error:
        raise WeightsContentError(f"{manifest.file} holds other tensors than a vocoder's: {error}") from error
    return NeuralVocoder(network, device=device)


def shape_of(tensors: Tensors, what: str) -> dict[str, Any]:
    """What a network was built from, read off its weights."""
    try:
        enter, hidden = tensors["enter.weight"].shape, tensors["blocks.0.up.weight"].shape[0]
    except KeyError as error:
        raise WeightsContentError(f"{what} holds no vocoder: the tensor {error} is missing") from None
    blocks = len({name.split(".")[1] for name in tensors if name.startswith("blocks.")})
    return {"channels": enter[0], "kernel": enter[2], "hidden": hidden, "blocks": blocks}
