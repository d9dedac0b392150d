"""What each stage must offer, so that a better one plugs in without touching the pipeline.

An implementation is any object with these methods; backends are named in a literal table beside
the stage that owns them (`vocalkit.synth.backends`, `vocalkit.melody.backends`, ...).
"""

from __future__ import annotations

from typing import Protocol

from vocalkit.types import Audio, Backing, Lyrics, Performance, PhonemeSpan, Score, SourceFilter, SyllableSpan


class Progress(Protocol):
    """Told how far a stage has come. Raise `vocalkit.errors.Cancelled` inside it to stop the work."""

    def __call__(self, stage: str, done: float, /) -> None:
        """stage: one word; done: 0.0 to 1.0."""


def silent(stage: str, done: float, /) -> None:
    """The `Progress` that shows nothing."""


class AcousticModel(Protocol):
    """Phonemes, F0, loudness and expression in; what the vocoder needs out."""

    sample_rate: int

    def features(self, performance: Performance, *, seed: int) -> SourceFilter:
        """Frames on the performance's hop; the same seed gives the same frames."""


class Vocoder(Protocol):
    """Source and filter in, sound out."""

    def synthesize(self, features: SourceFilter, *, seed: int) -> Audio:
        """Mono audio at the features' rate, ``frames * hop_s`` long."""


class Composer(Protocol):
    """Sets words to a melody over a backing."""

    def compose(
        self, backing: Backing, lyrics: Lyrics, *, low_midi: float, high_midi: float, start_s: float | None, seed: int
    ) -> Score:
        """Every syllable on a note within the range; raises LyricsError where they do not fit."""

    def compose_timed(
        self, backing: Backing, lyrics: Lyrics, spans: tuple[tuple[SyllableSpan, ...], ...], *,
        low_midi: float, high_midi: float, seed: int,
    ) -> Score:  # fmt: skip
        """The same where times are given, for every line of the lyrics its syllables': only pitches are chosen."""


class Aligner(Protocol):
    """Finds when each phoneme of a known text is spoken or sung."""

    def align(self, audio: Audio, words: tuple[tuple[str, ...], ...]) -> tuple[PhonemeSpan, ...]:
        """words: the phonemes of each; silence may lie between words. A span for every phoneme, in order."""
