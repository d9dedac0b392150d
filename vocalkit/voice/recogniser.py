"""Pocketsphinx as a judge: how well a piece of sound is explained by this word, that one, or any sounds at all.

Huggins-Daines et al., "Pocketsphinx", ICASSP 2006. Scores are natural logarithms of likelihoods.
They can be compared between grammars over one piece of sound because every senone is evaluated in
every frame (`compallsen`) and no language weight is applied.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import BackendUnavailable, InputError
from vocalkit.voice.align import IPA_OF, arpabet

RATE_HZ = 16_000
FRAME_S = 0.01
_LOG_BASE = math.log(1.0001)
_NATS = 1024 * _LOG_BASE
"""Its scores are in units of 1.0001^1024."""
_PHONES = tuple(sorted(IPA_OF))
_FEW = ("AA", "AH", "EH", "IY", "UW", "ER", "M", "N", "L", "S", "SH", "T", "K", "B", "D", "F")
"""Enough to get past a slip in running text; all phones between any two words would take four times as long."""
_SKIP_NATS = 45.0
"""What leaving a word out costs: less than a wrong word, more than a badly said one."""


@dataclass(frozen=True, slots=True)
class SpokenWord:
    """A word and how it may be said. phonemes: IPA tuples, at least one."""

    text: str
    phonemes: tuple[tuple[str, ...], ...]

    def __post_init__(self) -> None:
        if not self.phonemes or not all(self.phonemes):
            raise InputError(f"the word {self.text!r} needs phonemes")


@dataclass(frozen=True, slots=True)
class Heard:
    """A word that a search found. start_s, end_s: within the piece of sound searched; score: nats of its sound."""

    number: int
    start_s: float
    end_s: float
    score: float

    @property
    def frames(self) -> slice:
        return slice(round(self.start_s / FRAME_S), round(self.end_s / FRAME_S))


@dataclass(frozen=True, slots=True)
class Path:
    """The best path of a search. score: nats; words: those of the vocabulary on it, in order."""

    score: float
    words: tuple[Heard, ...]


class Recogniser:
    """Searches pieces of sound for words of one fixed vocabulary. Needs the `align` extra; not thread-safe.

    english: the words' CMUdict pronunciations count too.
    """

    def __init__(self, vocabulary: Sequence[SpokenWord], *, english: bool) -> None:
        try:
            from pocketsphinx import Decoder
        except ImportError as error:
            raise BackendUnavailable("hearing words needs pocketsphinx: pip install 'vocalkit[align]'") from error
        self._decoder: Any = Decoder(
            lm=None, samprate=RATE_HZ, loglevel="FATAL", lw=1.0, wip=1.0, pip=1.0, beam=1e-56, wbeam=1e-56, pbeam=1e-56,
            maxhmmpf=-1, bestpath=False, compallsen=True, cmn="batch", silprob=0.1, fillprob=1e-8,
        )  # fmt: skip
        self._grammars: set[str] = set()
        for phone in _PHONES:
            self._decoder.add_word(f"phone{phone}", phone)
        self._said = [self._learn(number, word, english) for number, word in enumerate(vocabulary)]

    def _learn(self, number: int, word: SpokenWord, english: bool) -> tuple[str, ...]:
        spoken = [" ".join(arpabet(symbol) for symbol in phonemes) for phonemes in word.phonemes]
        if english:
            spelt, variant = word.text.lower(), 1
            while (entry := self._decoder.lookup_word(spelt if variant == 1 else f"{spelt}({variant})")) is not None:
                spoken.append(entry)
                variant += 1
        names = tuple(f"word{number}x{variant}" for variant in range(len(dict.fromkeys(spoken))))
        for name, phones in zip(names, dict.fromkeys(spoken), strict=True):
            self._decoder.add_word(name, phones)
        return names

    def one_of(self, pcm: bytes, numbers: Iterable[int]) -> Path | None:
        """The best single word among `numbers`; every one is equally likely. None where none fits at all."""
        chosen = tuple(numbers)
        names = [name for number in chosen for name in self._said[number]]
        path = self._search(pcm, f"one{hash(chosen)}", f"public <s> = {' | '.join(names)} ;")
        # A grammar's alternatives share one probability; taken back, more decoys do not weigh less.
        return None if path is None else Path(path.score + math.log(len(names)), path.words)

    def any_sounds(self, pcm: bytes) -> NDArray[np.float64]:
        """Nats of each 10 ms, float (frames,), on the best run of English phones, whatever they say.

        Where it fails they are 0, the best there is: no word beats that.
        """
        segments = self._segments(pcm, "sounds", f"public <s> = <any>+ ;\n<any> = {_either(_PHONES)} ;")
        frames = np.zeros(len(pcm) // 2 // round(RATE_HZ * FRAME_S))
        for segment in segments or ():
            count = segment.end_frame - segment.start_frame + 1
            if count > 0 and segment.word != "(NULL)":
                frames[segment.start_frame : segment.end_frame + 1] = _nats(segment.ascore) / count
        return frames

    def in_order(self, pcm: bytes, text: Sequence[int], words: Sequence[int]) -> tuple[Heard, ...]:
        """Where running text is and then single words, one after the other, between any other sounds.

        A word that does not fit is left out of the answer at a cost, so that it does not spoil the rest.
        """
        slots = [self._slot(number, "few") for number in text] + [self._slot(number, "any") for number in words]
        rule = f"public <s> = [<any>+] {' '.join(slots)} ;\n<any> = {_either(_PHONES)} ;\n<few> = {_either(_FEW)} ;"
        path = self._search(pcm, f"order{hash((tuple(text), tuple(words)))}", rule)
        return () if path is None else path.words

    def _slot(self, number: int, sounds: str) -> str:
        return f"({' | '.join(self._said[number])} | /{math.exp(-_SKIP_NATS):.30f}/ <NULL>) [<{sounds}>+]"

    def _search(self, pcm: bytes, name: str, rules: str) -> Path | None:
        segments = self._segments(pcm, name, rules)
        if segments is None:
            return None
        words = tuple(
            Heard(
                int(segment.word[4:].split("x")[0]),
                segment.start_frame * FRAME_S,
                (segment.end_frame + 1) * FRAME_S,
                _nats(segment.ascore),
            )
            for segment in segments
            if segment.word.startswith("word")
        )
        return Path(_nats(self._decoder.hyp().best_score), words)

    def _segments(self, pcm: bytes, name: str, rules: str) -> list[Any] | None:
        """What one search found, segment by segment; None where the grammar does not fit the sound."""
        if name not in self._grammars:
            self._decoder.add_jsgf_string(name, f"#JSGF V1.0;\ngrammar g;\n{rules}\n")
            self._grammars.add(name)
        self._decoder.activate_search(name)
        self._decoder.start_utt()
        self._decoder.process_raw(pcm, full_utt=True)
        self._decoder.end_utt()
        return list(self._decoder.seg()) if self._decoder.hyp() is not None else None


def _either(phones: Sequence[str]) -> str:
    return " | ".join(f"phone{phone}" for phone in phones)


def _nats(likelihood: float) -> float:
    return math.log(likelihood) / _LOG_BASE * _NATS if likelihood > 0 else -math.inf


def to_pcm(mono: NDArray[np.float32]) -> bytes:
    """16-bit samples at half scale for float32 (n,) at 16 kHz."""
    peak = float(np.abs(mono).max()) if len(mono) else 0.0
    return bytes((mono / max(peak, 1e-6) * (0.5 * 32767)).astype(np.int16).tobytes())
