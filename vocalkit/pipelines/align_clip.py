"""One clip and its words: when each phoneme is said, as values, and as a picture."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import read, resample
from vocalkit.errors import BackendUnavailable, OutputError
from vocalkit.pipelines.enrolment_clips import phonemes_of
from vocalkit.pipelines.publish import staged_file
from vocalkit.types import Audio, PhonemeSpan
from vocalkit.voice.backends import DEFAULT_ALIGNER, load_aligner

LONGEST_S = 60.0
ROW_S = 4.0
_RATE_HZ, _WINDOW, _HOP = 16_000, 400, 80
_INK = "#c2410c"


def align_clip(
    clip: Path, text: str, *, language: str, aligner: str = DEFAULT_ALIGNER, picture: Path | None = None
) -> tuple[PhonemeSpan, ...]:
    """Align a recording with what it says, and draw it where asked.

    text: plain words in `language` (an espeak code). Raises AudioError where the words are not in the sound,
    LyricsError for words that cannot be said, OutputError for a picture that is not called .png.
    """
    if picture is not None and picture.suffix.lower() != ".png":
        raise OutputError(f"the picture is written as PNG; name it {picture.stem or 'clip'}.png")
    words = phonemes_of({clip.name: text}, language=language)[clip.name]
    sound = read(clip, max_duration_s=LONGEST_S)
    mono = Audio(sound.mono()[None], sound.sample_rate)
    spans = load_aligner(aligner).align(mono, words)
    if picture is not None:
        with staged_file(picture) as staging:
            save_alignment(mono, spans, staging)
    return spans


def save_alignment(audio: Audio, spans: tuple[PhonemeSpan, ...], path: Path) -> None:
    """Write a PNG: the spectrogram to 8 kHz, four seconds a row, with every phoneme's borders and name."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise BackendUnavailable("a picture needs matplotlib: pip install 'vocalkit[demo]'") from None

    levels = _spectrogram_db(audio)
    rows = max(1, math.ceil(audio.duration_s / ROW_S))
    figure = Figure(figsize=(10.0, 2.2 * rows), dpi=100, layout="constrained")
    for row, axis in enumerate(figure.subplots(rows, 1, squeeze=False)[:, 0]):
        begin_s = row * ROW_S
        top_db = float(levels.max())
        axis.imshow(
            levels.T, origin="lower", aspect="auto", cmap="Greys", vmin=top_db - 70.0, vmax=top_db,
            extent=(0.0, len(levels) * _HOP / _RATE_HZ, 0.0, _RATE_HZ / 2000.0),
        )  # fmt: skip
        for span in spans:
            if begin_s - 0.1 < span.start_s < begin_s + ROW_S:
                axis.axvline(span.start_s, color=_INK, linewidth=0.8)
                middle_s = 0.5 * (span.start_s + span.end_s)
                axis.text(middle_s, 7.6, span.symbol, color=_INK, fontsize=9, ha="center", va="top", clip_on=True)
        axis.set_xlim(begin_s, begin_s + ROW_S)
        axis.set_ylabel("kHz", fontsize=8)
    axis.set_xlabel("seconds", fontsize=8)
    figure.savefig(path, format="png")


def _spectrogram_db(audio: Audio) -> NDArray[np.float32]:
    mono = resample(audio, _RATE_HZ).samples[0]
    padded = np.pad(mono, (_WINDOW // 2, _WINDOW))
    at = np.arange(mono.size // _HOP + 1)
    pieces = padded[at[:, None] * _HOP + np.arange(_WINDOW)[None]] * np.hanning(_WINDOW).astype(np.float32)
    return np.asarray(20.0 * np.log10(np.abs(np.fft.rfft(pieces, 512, axis=1)) + 1e-6), np.float32)
