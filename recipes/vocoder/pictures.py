"""What the figures cannot show: spectra of copies, and where a vocoder whistles."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import matplotlib
import numpy as np

matplotlib.use("Agg")
from matplotlib import pyplot
from measures import RATE, WHISTLE_BAND_BINS, Samples


def picture(rows: dict[str, Samples], path: Path) -> None:
    """Log spectra of a recording and its copies, one above the other."""
    figure, axes = pyplot.subplots(len(rows), 1, figsize=(12, 2.4 * len(rows)), sharex=True)
    for axis, (name, samples) in zip(np.atleast_1d(axes), rows.items(), strict=True):
        axis.specgram(samples[: 4 * RATE] + 1e-7, NFFT=1024, noverlap=768, Fs=RATE, vmin=-130, vmax=-30, cmap="magma")
        axis.set(title=name, ylim=(0, 12_000))
    figure.tight_layout()
    figure.savefig(path, dpi=70)
    pyplot.close(figure)


def whistle_picture(curves: dict[tuple[str, str], list[Any]], path: Path) -> None:
    """What each vocoder adds to unvoiced and silent frames, by frequency: mean over the clips of each kind."""
    kinds = sorted({kind for _, kind in curves})
    figure, axes = pyplot.subplots(len(kinds), 1, figsize=(10, 3.2 * len(kinds)), sharex=True, squeeze=False)
    for axis, kind in zip(axes[:, 0], kinds, strict=True):
        for (name, of), rows in curves.items():
            heard = [row for row in rows if not np.isnan(row).any()]
            if of == kind and heard:
                hz = (np.arange(len(heard[0])) + 0.5) * WHISTLE_BAND_BINS * RATE / 2048
                axis.plot(hz, np.mean(heard, axis=0), label=name, linewidth=1)
        axis.axhline(6.0, color="grey", linestyle=":", linewidth=1)
        axis.set(title=f"{kind}: level over the recording's in unvoiced and silent frames", ylabel="dB", ylim=(-20, 20))
        axis.legend(fontsize=8)
    axes[-1, 0].set(xlabel="Hz")
    figure.tight_layout()
    figure.savefig(path, dpi=80)
    pyplot.close(figure)
