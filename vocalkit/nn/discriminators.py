"""Judges of the adversarial stage: HiFi-GAN's periods (Kong, 2020) and UnivNet's resolutions (Jang, 2021)."""

from __future__ import annotations

import itertools

import torch
from torch import Tensor, nn
from torch.nn.utils.parametrizations import weight_norm

Verdict = tuple[Tensor, list[Tensor]]
"""Scores of any shape, and the features on the way to them."""

_SLOPE = 0.1
_PERIODS = (2, 3, 5, 7, 11)
_SIZES = (512, 1024, 2048)


class PeriodJudge(nn.Module):
    """Looks at every `period`-th sample."""

    def __init__(self, period: int, channels: int = 32) -> None:
        super().__init__()
        self.period = period
        widths = [1, channels, channels * 4, channels * 8, channels * 16]
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(a, b, (5, 1), (3, 1), padding=(2, 0))) for a, b in itertools.pairwise(widths)
        )
        self.last = weight_norm(nn.Conv2d(widths[-1], 1, (3, 1), padding=(1, 0)))

    def forward(self, samples: Tensor) -> Verdict:
        """samples: float32 (batch, n)."""
        padded = nn.functional.pad(samples, (0, -samples.shape[1] % self.period))
        return _judge(padded.view(len(samples), 1, -1, self.period), self.layers, self.last)


class ResolutionJudge(nn.Module):
    """Looks at the magnitudes of one short-time spectrum."""

    def __init__(self, size: int, channels: int = 32) -> None:
        super().__init__()
        self.size = size
        self.window: Tensor
        self.register_buffer("window", torch.hann_window(size), persistent=False)
        strides = (1, 2, 2, 2)
        self.layers = nn.ModuleList(
            weight_norm(nn.Conv2d(1 if index == 0 else channels, channels, (9, 3), (stride, 1), padding=(4, 1)))
            for index, stride in enumerate(strides)
        )
        self.last = weight_norm(nn.Conv2d(channels, 1, 3, padding=1))

    def forward(self, samples: Tensor) -> Verdict:
        """samples: float32 (batch, n)."""
        spectrum = torch.stft(samples, self.size, self.size // 4, window=self.window, return_complex=True)
        magnitude = torch.sqrt(spectrum.real.square() + spectrum.imag.square() + 1e-8)
        return _judge(magnitude[:, None], self.layers, self.last)


class Judges(nn.Module):
    """All of them together."""

    def __init__(self, *, channels: int = 32) -> None:
        super().__init__()
        periods = [PeriodJudge(period, channels) for period in _PERIODS]
        self.members = nn.ModuleList([*periods, *(ResolutionJudge(size, channels) for size in _SIZES)])

    def forward(self, samples: Tensor) -> list[Verdict]:
        """samples: float32 (batch, n)."""
        return [member(samples) for member in self.members]


def _judge(x: Tensor, layers: nn.ModuleList, last: nn.Module) -> Verdict:
    features = []
    for layer in layers:
        x = nn.functional.leaky_relu(layer(x), _SLOPE)
        features.append(x)
    return last(x).float(), features


def judges_loss(true: list[Verdict], made: list[Verdict]) -> Tensor:
    """Least squares: recordings should score 1 and copies 0."""
    parts = [(1.0 - a).square().mean() + b.square().mean() for (a, _), (b, _) in zip(true, made, strict=True)]
    return torch.stack(parts).mean()


def deceiving_loss(made: list[Verdict]) -> Tensor:
    """Least squares: copies should score 1."""
    return torch.stack([(1.0 - score).square().mean() for score, _ in made]).mean()


def likeness_loss(true: list[Verdict], made: list[Verdict]) -> Tensor:
    """Feature matching: mean distance of what the judges saw, each layer against its own size."""
    parts = [
        (a.detach() - b).float().abs().mean() / (a.detach().float().abs().mean() + 1e-6)
        for (_, seen), (_, shown) in zip(true, made, strict=True)
        for a, b in zip(seen, shown, strict=True)
    ]
    return torch.stack(parts).mean()
