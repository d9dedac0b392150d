"""Latin → phonemes as sung in church, after the preface of the Liber Usualis (Solesmes, 1961).

espeak's Latin is classical (*caelum* with k); songs and masses are sung the Italian way. Vowel lengths are
not written, so stress follows the accent where one is marked (*María*), then a list of common endings and
words, then the rule: the last but one syllable if consonants close it, else the one before.
"""

from __future__ import annotations

import re
import unicodedata

from vocalkit.lyrics.symbols import Phone

_LIGATURES = str.maketrans({"æ": "ae", "œ": "oe"})
_SINGLE = {
    "b": "b", "d": "d", "f": "f", "k": "k", "l": "l", "m": "m", "n": "n", "p": "p", "r": "r", "t": "t", "v": "v",
    "w": "w", "z": "dz", "s": "s", "c": "k", "g": "ɡ", "x": "k s", "q": "k", "h": "", "j": "j",
    "a": "a", "e": "ɛ", "i": "i", "o": "ɔ", "u": "u", "y": "i",
}  # fmt: skip
_RULES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), sounds)
    for pattern, sounds in (
        (r"(?<=mi)h(?=i)|(?<=ni)h(?=il)", "k"),  # mihi, nihil
        (r"cc(?=[eiy]|ae|oe)", "t tʃ"),
        (r"sc(?=[eiy]|ae|oe)", "ʃ"),
        (r"xc(?=[eiy]|ae|oe)", "k ʃ"),
        (r"c(?=[eiy]|ae|oe)", "tʃ"),
        (r"g(?=[eiy]|ae|oe)", "dʒ"),
        (r"gn", "ɲ"),
        (r"ch", "k"),
        (r"ph", "f"),
        (r"th|rh", ""),
        (r"qu(?=[aeiouy])", "k w"),
        (r"(?<=n)gu(?=[aeiouy])", "ɡ w"),
        (r"(?<=[aeiouybcdfgklmnpr])t(?=i[aeou])", "ts"),
        (r"(?<![a-z])ex(?=[aeiouy])", "ɛ ɡ z"),
        (r"ae|oe", "ɛ"),
        (r"au", "au"),
        (r"(?<![a-z])(?:eu(?=ge|ch)|heu|seu(?![a-z]))", "eu"),
        (r"(?<=c)ui(?![a-z])|hui(?=c)", "w i"),
        (r"(?<![a-z])i(?=[aeou])|(?<=[aeiou])i(?=[aeou])", "j"),
    )
)
_PENULT_ENDINGS = re.compile(
    r"(?:[ao]rum|[aeio]bus(?<!ibus)|ator(?:is|em|um|es)?|at[uaoie][mse]?|it[uao]s?(?<=audit.)|ur[aeouis]+m?|os[uaeio]m?s?|"
    r"al[ei][ms]?|in[ae][ms]?|on[eis][ms]?|ores?|are|iri|abat|amus|emus|etis|atis|ebat|avit|ivit|utem|udo)$"
)
_STRESSED = {
    "maria": 2, "mariae": 2, "mariam": 2, "domine": 3, "domini": 3, "dominus": 3, "homine": 3, "hominibus": 3,
    "virginis": 3, "virgine": 3, "lumine": 3, "nomine": 3, "ordine": 3, "carmine": 3, "gratia": 3, "gloria": 3,
    "eleison": 3, "amen": 2, "salutare": 2, "facere": 3, "pectore": 3, "tempore": 3, "corpore": 3, "genitori": 2,
    "sanguinis": 3, "agmine": 3, "flumine": 3, "divinus": 2, "divinum": 2, "peccatoribus": 3, "benedicta": 2,
    "benedictus": 2, "regina": 2, "miserere": 2, "aurora": 2, "dulcedo": 2, "misericordia": 3, "creator": 2,
    "redemptor": 2, "alleluia": 2,
}  # fmt: skip
"""Words and, counted from the end, their stressed syllable."""


def read_latin(word: str) -> tuple[Phone, ...]:
    """Phonemes of a Latin word with its stress; empty where it has no letters of Latin."""
    marked = unicodedata.normalize("NFD", word.lower()).translate(_LIGATURES)
    accents = [at for at, char in enumerate(marked) if char == "\u0301"]
    letters = "".join(char for char in marked if char.isascii() and char.isalpha())
    accent = sum(char.isascii() and char.isalpha() for char in marked[: accents[0]]) - 1 if accents else None
    sounds, starts = _sounds(letters)
    phones = [Phone(symbol) for symbol in sounds]
    nuclei = [index for index, phone in enumerate(phones) if phone.vowel]
    if not nuclei:
        return tuple(phones)
    stressed = _stressed(letters, phones, nuclei)
    if accent is not None:
        stressed = min(nuclei, key=lambda index: abs(starts[index] - accent))
    phones[stressed] = Phone(phones[stressed].symbol, 2)
    return tuple(phones)


def _sounds(letters: str) -> tuple[list[str], list[int]]:
    """Symbols, and the letter at which each begins."""
    symbols: list[str] = []
    starts: list[int] = []
    at = 0
    while at < len(letters):
        rule = next(((match, sounds) for pattern, sounds in _RULES if (match := pattern.match(letters, at))), None)
        written, sounds = (rule[0].group(), rule[1]) if rule else (letters[at], _SINGLE.get(letters[at], ""))
        if written in ("th", "rh"):
            sounds = {"th": "t", "rh": "r"}[written]
        for symbol in sounds.split():
            if not (symbols and symbols[-1] == symbol and symbol not in ("i", "u", "a", "ɛ", "ɔ")):
                symbols.append(symbol)
                starts.append(at)
        at += len(written)
    return symbols, starts


def _stressed(letters: str, phones: list[Phone], nuclei: list[int]) -> int:
    """Place among the phonemes of the stressed vowel."""
    if letters in _STRESSED and _STRESSED[letters] <= len(nuclei):
        return nuclei[-_STRESSED[letters]]
    if len(nuclei) < 3:
        return nuclei[0]
    between = [phone.symbol for phone in phones[nuclei[-2] + 1 : nuclei[-1]]]
    muta_cum_liquida = len(between) == 2 and between[1] in ("l", "r") and between[0] in "ptkbdɡf"
    heavy = len(between) > 1 and not muta_cum_liquida and between != ["k", "w"]
    heavy = heavy or phones[nuclei[-2]].symbol in ("au", "eu")
    return nuclei[-2] if heavy or _PENULT_ENDINGS.search(letters) else nuclei[-3]
