"""The only caller of espeak-ng: text in, raw espeak symbols out.

The library and its voices come from the `espeakng-loader` package, so no system package is needed.
espeak keeps its state in C globals, so all calls pass one lock.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

from vocalkit.errors import LyricsError

_ESPEAK_LOCK = threading.Lock()
_BACKENDS_KEPT = 6

RawWord = list[str]
"""One word as espeak says it: symbols, a vowel's stress mark (ˈ or ˌ) in front of it."""


def _load_espeak() -> Any:
    """phonemizer's espeak module, pointed at the packaged library. Call under the lock."""
    import espeakng_loader
    from phonemizer.backend.espeak import espeak
    from phonemizer.backend.espeak.wrapper import EspeakWrapper

    EspeakWrapper.set_library(espeakng_loader.get_library_path())
    EspeakWrapper.set_data_path(espeakng_loader.get_data_path())
    return espeak


def _quiet_logger() -> logging.Logger:
    """phonemizer reports foreign words by logging; they are not faults here."""
    logger = logging.Logger("vocalkit.espeak")
    logger.addHandler(logging.NullHandler())
    return logger


@lru_cache(maxsize=1)
def _known() -> frozenset[str]:
    with _ESPEAK_LOCK:
        return frozenset(_load_espeak().EspeakBackend.supported_languages())


@lru_cache(maxsize=_BACKENDS_KEPT)
def _backend(language: str) -> Any:
    """phonemizer's backend: making one costs ten times what a line does. Call and use under the lock."""
    return _load_espeak().EspeakBackend(
        language,
        with_stress=True,
        language_switch="remove-flags",
        words_mismatch="ignore",
        logger=_quiet_logger(),
    )


def languages() -> tuple[str, ...]:
    """Codes of every language espeak speaks, sorted: ``de``, ``en-us``, ``fr-fr`` and so on."""
    return tuple(sorted(_known()))


def check_language(language: str) -> None:
    """Raise LyricsError, listing close codes, where espeak does not know the language."""
    if language in _known():
        return
    known = languages()
    stem = language.lower().replace("_", "-").split("-")[0]
    close = [code for code in known if code.split("-")[0] == stem]
    listed = f"did you mean {' or '.join(close)}?" if close else f"known: {', '.join(known)}"
    raise LyricsError(f"unknown language {language!r}; {listed}")


def speak(texts: Sequence[str], *, language: str) -> list[list[RawWord]]:
    """Say each text and return its words as espeak grouped them: it merges and splits words.

    texts: without punctuation or line breaks, none empty. language: an espeak code; LyricsError if unknown.
    """
    from phonemizer.separator import Separator

    if not texts:
        return []
    check_language(language)
    with _ESPEAK_LOCK:
        spoken = _backend(language).phonemize(list(texts), separator=Separator(phone=" ", word="|", syllable=""))
    if len(spoken) != len(texts):
        raise LyricsError(f"espeak returned {len(spoken)} lines for {len(texts)}; remove unusual characters")
    return [[group.split() for group in line.split("|") if group.strip()] for line in spoken]
