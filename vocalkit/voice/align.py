"""Phoneme alignment with pocketsphinx's English acoustic model, borders moved to where the sound changes.

Huggins-Daines et al., "Pocketsphinx", ICASSP 2006. The model comes inside the package; nothing is
downloaded. Phonemes of other languages are aligned as the nearest English one.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import resample
from vocalkit.errors import AudioError, BackendUnavailable, InputError
from vocalkit.phones import phone_class
from vocalkit.types import Audio, PhonemeSpan
from vocalkit.voice.borders import refine

ARPABET_OF = {
    "ɑ": "AA", "æ": "AE", "ʌ": "AH", "ɔ": "AO", "aʊ": "AW", "aɪ": "AY", "b": "B", "tʃ": "CH", "d": "D", "ð": "DH",
    "ɛ": "EH", "ɝ": "ER", "eɪ": "EY", "f": "F", "ɡ": "G", "h": "HH", "ɪ": "IH", "i": "IY", "dʒ": "JH", "k": "K",
    "l": "L", "m": "M", "n": "N", "ŋ": "NG", "oʊ": "OW", "ɔɪ": "OY", "p": "P", "ɹ": "R", "s": "S", "ʃ": "SH",
    "t": "T", "θ": "TH", "ʊ": "UH", "u": "UW", "v": "V", "w": "W", "j": "Y", "z": "Z", "ʒ": "ZH",
}  # fmt: skip
"""CMUdict's phones by IPA symbol."""

_ALIKE = {
    "ə": "AH", "ɐ": "AH", "a": "AA", "ɒ": "AA", "ɚ": "ER", "ɜ": "ER", "ᵻ": "IH", "y": "IY", "ʏ": "IH", "ɨ": "IH",
    "e": "EY", "ø": "ER", "œ": "ER", "o": "OW", "ɯ": "UW", "ʉ": "UW", "ɾ": "D", "r": "R", "ʁ": "R", "ʀ": "R",
    "ɻ": "R", "x": "HH", "ç": "HH", "χ": "HH", "ɦ": "HH", "ɕ": "SH", "ʂ": "SH", "ʑ": "ZH", "ʐ": "ZH", "ɲ": "N",
    "ɴ": "NG", "ɳ": "N", "ɸ": "F", "β": "V", "ʋ": "V", "ɰ": "W", "ɥ": "Y", "ʎ": "L", "ɭ": "L", "q": "K", "c": "K",
    "ɟ": "G", "ɢ": "G", "ʔ": "T", "ʈ": "T", "ɖ": "D", "ts": "S", "dz": "Z", "tɕ": "CH", "dʑ": "JH", "pf": "F",
}  # fmt: skip
_BY_CLASS = {
    "vowel": "AH", "diphthong": "AY", "glide": "Y", "liquid": "L", "nasal": "N", "fricative": "S", "affricate": "CH",
    "stop": "T", "tap": "D",
}  # fmt: skip
IPA_OF = {phone: symbol for symbol, phone in ARPABET_OF.items()}

RATE_HZ = 44_100
_RECOGNISER_HZ = 16_000
_FRAME_S = 0.01
_LONGEST_S = 60.0


class PocketsphinxAligner:
    """`vocalkit.protocols.Aligner`; needs the `align` extra."""

    def align(self, audio: Audio, words: tuple[tuple[str, ...], ...]) -> tuple[PhonemeSpan, ...]:
        """Spans of every phoneme in order. AudioError where the words cannot be found in the sound."""
        if not words or any(not word for word in words):
            raise InputError("alignment needs words, and phonemes in each of them")
        if audio.duration_s > _LONGEST_S:
            raise AudioError(
                f"a clip of {audio.duration_s:.0f} s is too long to align; cut it below {_LONGEST_S:.0f} s"
            )
        symbols = [symbol for word in words for symbol in word]
        mono = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0].astype(np.float64)
        starts_s, ends_s = _search(mono, words)
        borders = refine(symbols, starts_s, ends_s, mono=mono, rate_hz=RATE_HZ, code=_envelope_code(mono))
        return tuple(
            PhonemeSpan(symbol, float(start), float(end)) for symbol, (start, end) in zip(symbols, borders, strict=True)
        )


def arpabet(symbol: str) -> str:
    """The CMUdict phone of an IPA symbol, or the one most like it."""
    phone = ARPABET_OF.get(symbol) or _ALIKE.get(symbol)
    if phone is None:
        kind = phone_class(symbol)
        if kind is None:
            raise InputError(f"unknown phoneme {symbol!r}: write phonemes in the IPA symbols that espeak-ng uses")
        phone = _BY_CLASS[kind]
    return phone


def forced_alignment(decoder: Any, mono: NDArray[np.float64], text: str) -> list[list[tuple[str, float, float]]]:
    """Phones word by word as (CMUdict phone, start s, end s); silences between words are left out.

    decoder: a pocketsphinx Decoder at 16 kHz that knows the words of `text`; mono: float64 (n,) at
    44.1 kHz. Raises RuntimeError where the words are not found.
    """
    low = resample(Audio(mono[None].astype(np.float32), RATE_HZ), _RECOGNISER_HZ).samples[0]
    pcm = (low / (np.abs(low).max() + 1e-9) * (0.5 * 32767)).astype(np.int16).tobytes()
    decoder.set_align_text(text)
    for stage in ("words", "phones"):
        if stage == "phones":
            decoder.set_alignment()
        decoder.start_utt()
        decoder.process_raw(pcm, full_utt=True)
        decoder.end_utt()
    words = [
        [(phone.name, phone.start * _FRAME_S, (phone.start + phone.duration) * _FRAME_S) for phone in word]
        for word in decoder.get_alignment().words()
    ]
    return [word for word in words if all(phone[0] in IPA_OF for phone in word)]


def _search(mono: NDArray[np.float64], words: tuple[tuple[str, ...], ...]) -> tuple[list[float], list[float]]:
    """Start and end of every phoneme in seconds, as the Viterbi search over the known sequence gives them."""
    try:
        from pocketsphinx import Decoder
    except ImportError as error:
        raise BackendUnavailable("alignment needs pocketsphinx: pip install 'vocalkit[align]'") from error
    if not np.any(mono):
        raise AudioError("the clip is silent: there is nothing to align")
    decoder = Decoder(lm=None, samprate=_RECOGNISER_HZ, loglevel="FATAL")
    names = {word: f"word{number}" for number, word in enumerate(dict.fromkeys(words))}
    for word, name in names.items():
        decoder.add_word(name, " ".join(arpabet(symbol) for symbol in word))
    try:
        found = forced_alignment(decoder, mono, " ".join(names[word] for word in words))
    except RuntimeError as error:
        raise AudioError("the words were not found in the clip; check that it says what its transcript says") from error
    phones = [phone for word in found for phone in word]
    return [phone[1] for phone in phones], [phone[2] for phone in phones]


def _envelope_code(mono: NDArray[np.float64]) -> NDArray[np.float32]:
    import pyworld

    f0, times = pyworld.dio(mono, RATE_HZ, f0_floor=70.0, f0_ceil=700.0)
    envelope = pyworld.cheaptrick(mono, f0, times, RATE_HZ)
    return np.asarray(pyworld.code_spectral_envelope(envelope, RATE_HZ, 60), np.float32)
