"""Japanese kana → morae with phonemes, as songs count them.

A note carries one mora: ん has its own, while っ and ー belong to the mora before, as the underlay of the
PJS corpus has them (212 ん of 212 alone, 52 っ and 276 of 277 ー with the mora before). The values of the
kana are the usual phonemes of Tokyo Japanese (L. Labrune, The Phonology of Japanese, 2012).
"""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise

from vocalkit.lyrics.symbols import Phone

_ROWS: dict[str, tuple[str, str]] = {
    "": ("あいうえお", "a i ɯ e o"), "k": ("かきくけこ", "k k k k k"), "ɡ": ("がぎぐげご", "ɡ ɡ ɡ ɡ ɡ"),
    "s": ("さしすせそ", "s ɕ s s s"), "z": ("ざじずぜぞ", "z dʑ z z z"), "t": ("たちつてと", "t tɕ ts t t"),
    "d": ("だぢづでど", "d dʑ z d d"), "n": ("なにぬねの", "n ɲ n n n"), "h": ("はひふへほ", "h ç ɸ h h"),
    "b": ("ばびぶべぼ", "b b b b b"), "p": ("ぱぴぷぺぽ", "p p p p p"), "m": ("まみむめも", "m m m m m"),
    "ɾ": ("らりるれろ", "ɾ ɾ ɾ ɾ ɾ"),
}  # fmt: skip
_VOWELS = ("a", "i", "ɯ", "e", "o")
_SINGLE: dict[str, tuple[str, ...]] = {
    "や": ("j", "a"), "ゆ": ("j", "ɯ"), "よ": ("j", "o"), "わ": ("w", "a"), "ゐ": ("i",), "ゑ": ("e",), "を": ("o",),
    "ゔ": ("v", "ɯ"), "ん": ("ɴ",), "ぁ": ("a",), "ぃ": ("i",), "ぅ": ("ɯ",), "ぇ": ("e",), "ぉ": ("o",),
    "ゃ": ("j", "a"), "ゅ": ("j", "ɯ"), "ょ": ("j", "o"), "ゎ": ("w", "a"), "ゕ": ("k", "a"), "ゖ": ("k", "e"),
}  # fmt: skip
for _name, (_kana, _onsets) in _ROWS.items():
    for _letter, _onset, _vowel in zip(_kana, _onsets.split(), _VOWELS, strict=True):
        _SINGLE[_letter] = (_vowel,) if not _name else (_onset, _vowel)

_SMALL = {"ゃ": "a", "ゅ": "ɯ", "ょ": "o", "ぁ": "a", "ぃ": "i", "ぅ": "ɯ", "ぇ": "e", "ぉ": "o", "ゎ": "a"}
_PALATAL = frozenset(("ɕ", "dʑ", "tɕ", "ç", "ɲ", "j"))
_GLIDES_TO = {"i": "j", "ɯ": "w"}
_NASAL_BEFORE = {"p": "m", "b": "m", "m": "m", "k": "ŋ", "ɡ": "ŋ", "t": "n", "d": "n", "n": "n", "ts": "n", "z": "n",
                 "ɾ": "n", "tɕ": "ɲ", "dʑ": "ɲ", "ɲ": "ɲ"}  # fmt: skip
_CLOSURE = {"tɕ": "t", "ts": "t", "tʃ": "t", "dʑ": "d"}

_VERB = re.compile("(?:おも|かよ|ただよ|さそ|まよ|よそお|つど)う")

Mora = tuple[str, tuple[Phone, ...]]


def hiragana(text: str) -> str:
    """Katakana, half-width too, as hiragana; other characters stay."""
    wide = unicodedata.normalize("NFKC", text)
    return "".join(chr(ord(char) - 0x60) if "ァ" <= char <= "ヶ" else char for char in wide)


def is_kana(text: str) -> bool:
    """True where the text holds kana and its marks alone."""
    return bool(text) and all(char in _SINGLE or char in "っーゝゞ" for char in hiragana(text))


def morae(text: str) -> list[Mora]:
    """The morae of a kana text: spelling and phonemes of each; the first may begin with a mark that is lost."""
    spelled = _repeated(unicodedata.normalize("NFKC", text))
    plain = hiragana(spelled)
    found: list[tuple[str, list[str]]] = []
    at = 0
    while at < len(plain):
        char, size = plain[at], 1
        if char in "ーっ":
            if found:
                found[-1] = (found[-1][0] + spelled[at], [*found[-1][1], *(["っ"] if char == "っ" else [])])
            at += 1
            continue
        sounds = list(_SINGLE[char])
        small = plain[at + 1 : at + 2]
        if small and small in _SMALL and len(sounds) + (char in "うい") >= 2:
            sounds, size = _with_small(sounds, small), 2
        elif small and small == {"a": "ぁ", "i": "ぃ", "ɯ": "ぅ", "e": "ぇ", "o": "ぉ"}.get(sounds[-1]):
            size = 2  # a vowel drawn out, as in ねぇ
        found.append((spelled[at : at + size], sounds))
        at += size
    _draw_out(found, kept=frozenset(match.end() - 1 for match in _VERB.finditer(plain)))
    after = [*(sounds[:1] for _, sounds in found[1:]), []]
    return [(letters, _closed(sounds, next_one)) for (letters, sounds), next_one in zip(found, after, strict=False)]


def _draw_out(found: list[tuple[str, list[str]]], *, kept: frozenset[int]) -> None:
    """う after an o is that o drawn out (がっこう), but not in verbs (おもう). kept: places of such う."""
    at = 0
    for before, mora in pairwise([("", [""]), *found]):
        if mora[1] == ["ɯ"] and before[1][-1] == "o" and at not in kept:
            mora[1][0] = "o"
        at += len(mora[0])


def _repeated(text: str) -> str:
    """ゝ and ゞ as the kana they repeat."""
    written = ""
    for char in text:
        if char in "ゝヽ" and written:
            written += written[-1]
        elif char in "ゞヾ" and written:
            written += unicodedata.normalize("NFC", written[-1] + "\u3099")
        else:
            written += char
    return written


def _with_small(sounds: list[str], small: str) -> list[str]:
    """しゃ ɕa, きゃ kja, てぃ ti, ふぁ ɸa, うぃ wi."""
    onset, vowel = sounds[:-1], sounds[-1]
    if not onset:
        return [_GLIDES_TO[vowel], _SMALL[small]]
    glide = small in "ゃゅょ" and onset[-1] not in _PALATAL
    labial = vowel == "ɯ" and onset[-1] in ("k", "ɡ") and small in "ぁぃぇぉゎ"
    return [*onset, *(["j"] if glide else ["w"] if labial else []), _SMALL[small]]


def _closed(sounds: list[str], following: list[str]) -> tuple[Phone, ...]:
    """ん takes the place of what follows, っ the closure of it. following: the next mora's first sound, if any."""
    after = following[0] if following else ""
    heard = {"ɴ": _NASAL_BEFORE.get(after, "ɴ"), "っ": _CLOSURE.get(after, after) or "ʔ"}
    symbols = [heard.get(sound, sound) for sound in sounds]
    return tuple(Phone(symbol, 1 if symbol in _VOWELS else 0) for symbol in symbols if symbol)
