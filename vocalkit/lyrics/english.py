"""What espeak's English needs for song texts: poets' elisions, function words, syllables that verse counts as one."""

from __future__ import annotations

import re
from collections.abc import Sequence

from vocalkit.lyrics.lexicon import Pronunciation, parse_phonemes
from vocalkit.lyrics.symbols import Phone

_FUNCTION_WORDS = (
    "a an the and or but nor so as if of to in on at by for from with o'er e'er ne'er than that this these those "
    "i me my we us our you your thou thee thy ye he him his she her it its they them their who whom whose which what "
    "am is are was were be been art wert do does did doth dost have has had hath hast shall shalt will wilt would "
    "should could can may might must let 'tis 'twas 'twill 'twere there here where when i'll i'm i've i'd we'll we're "
    "we've you'll you're you've they'll they're they've he's she's it's that's th' o' 'mid 'neath"
)
FUNCTION_WORDS = frozenset(_FUNCTION_WORDS.split())
"""Monosyllables that running speech leaves unstressed."""

SPOKEN: dict[str, str] = {
    "th'": "the", "t'": "to", "o'": "a", "i'": "in", "wi'": "with", "an'": "and", "d'": "the",
    "'s": "is", "'d": "had", "'ll": "ull", "'re": "are", "'ve": "of", "'m": "am", "'t": "it",
    "'em": "em", "'mongst": "mongst", "'tis": "tiz", "'twas": "twoz", "'twere": "twur", "'twill": "twill",
    "'gainst": "genst", "'gin": "ghin", "'scape": "scape", "'midst": "midst",
    "o'er": "ore", "oer": "ore", "e'er": "air", "ne'er": "nair", "whate'er": "whatair", "where'er": "whereair",
    "whene'er": "whenair", "howe'er": "how air", "howsoe'er": "how so air", "whoe'er": "who air",
    "ev'n": "evn", "e'en": "een", "thro'": "through", "thro": "through", "tho'": "though", "altho'": "although",
    "ta'en": "tain", "ma'am": "mam", "fa'": "fah", "a'": "ah", "ca'": "kah", "ha'": "hah", "amang": "amung",
    "ye": "yee", "hath": "hath", "mr": "mister", "mrs": "missiz", "dr": "doctor", "st": "saint",
}  # fmt: skip
"""Spellings that espeak says right for words that it does not."""


_VOCABLES = tuple(
    (re.compile(pattern), parse_phonemes(phonemes))
    for pattern, phonemes in (
        ("mm+", "m"), ("h+m+", "h m"), ("s+h+", "ʃ"), ("br{2,}", "b ˈɝ"), ("ps+t", "p s t"), ("z{2,}", "z"),
        ("a+h+", "ˈɑ"), ("o{2,}h*", "ˈu"), ("oh+", "ˈoʊ"), ("u+h+", "ˈʌ"), ("la+", "l ˈɑ"), ("na+", "n ˈɑ"),
        ("da+", "d ˈɑ"), ("ba+", "b ˈɑ"), ("doo+", "d ˈu"), ("sha+", "ʃ ˈɑ"),
    )
)  # fmt: skip
_TENS = ("", "", "twen", "thir", "for", "fif", "six", "seven", "eigh", "nine")
_YEAR = re.compile(r"(1[1-9]|20)(\d\d)(s|'s)?")


def vocable(word: str) -> Pronunciation | None:
    """Sounds that singers write and no dictionary has, such as mmm, shh and ooh; None for any other word."""
    return next((said for pattern, said in _VOCABLES if pattern.fullmatch(word)), None)


def _year(century: str, rest: str, decade: str) -> str:
    """1984 nineteen 84, 1905 nineteen oh 5, 1960s nineteen sixties; 2001 is two thousand one as it is."""
    if decade and rest[1] == "0" and rest[0] not in "01":
        return f"{century} {_TENS[int(rest[0])]}ties"
    if decade or (century == "20" and rest[0] == "0"):
        return century + rest + decade
    if rest == "00":
        return f"{century} hundred"
    return f"{century} oh {rest[1]}" if rest[0] == "0" else f"{century} {rest}"


def spoken_spelling(word: str) -> str:
    """How to write an English word (lower case, straight apostrophes) so that espeak says it as sung."""
    if word in SPOKEN:
        return SPOKEN[word]
    year = _YEAR.fullmatch(word)
    if year:
        return _year(year.group(1), year.group(2), year.group(3) or "")
    bare = word.strip("'")
    if bare.endswith("in") and word.endswith("n'"):
        return bare
    if bare in SPOKEN:
        return SPOKEN[bare]
    if re.fullmatch(r"\w+'d", bare):  # look'd, lov'd, cried: the e is silent
        return bare[:-2] + ("ed" if not bare[:-2].endswith("e") else "d")
    if bare.startswith("th'"):
        return f"the {bare[3:]}"
    if re.fullmatch(r"[a-z]+'t", bare) and not bare.endswith("n't"):
        return bare[:-2]  # is't, for't: `fit_to_verse` puts the t back
    if _ELIDED.search(bare) and not bare.endswith(("'re", "'ll", "n't")):
        return bare.replace("'", "e", 1)  # the full word; `fit_to_verse` takes the vowel out again
    return bare


def fit_to_verse(word: str, phones: Sequence[Phone]) -> tuple[Phone, ...]:
    """Bring a word's syllables to what its spelling asks of a singer: *fire* and *hour* are one, *heav'n* too."""
    fitted = list(phones)
    if fitted and fitted[-1].symbol == "ɹ" and len(fitted) > 1 and fitted[-2].symbol in ("ɚ", "ɝ"):
        del fitted[-1]  # the linking r is already in the vowel
    if word.startswith("th'") and sum(phone.vowel for phone in fitted) > 1 and fitted[1].vowel:
        del fitted[1]
    if re.fullmatch(r"[a-z]+'t", word) and not word.endswith("n't"):
        fitted.append(Phone("t"))
    if _R_SPELLING.search(word):
        fitted = _close_centring(fitted)
    if _ONE_SYLLABLE.search(word):
        fitted = _close_triphthong(fitted)
    if word.endswith("n't"):
        fitted = _open_nt(fitted)
    if _ELIDED.search(word):
        groups = len(_VOWEL_GROUP.findall(word))
        while sum(phone.vowel for phone in fitted) > max(1, groups):
            shorter = _without_weak_vowel(fitted)
            if shorter == fitted:
                break
            fitted = shorter
    return tuple(fitted)


_ELIDED = re.compile(r"[a-z]'[rnl]")
_VOWEL_GROUP = re.compile(r"[aeiouy]+(?:w(?='))?")
_R_SPELLING = re.compile(r"(?:ea|ee|ei|ie)r|ere|irr")
_ONE_SYLLABLE = re.compile(r"(?:our|ours|oured|[iy]re|[iy]res|[iy]red|ire's|oir|choirs?|isles?)$")


def _close_triphthong(phones: list[Phone]) -> list[Phone]:
    """aɪ ɚ and aʊ ɚ in one syllable, where no vowel letter stands for the second (fire, our; not flower, liar)."""
    for index in range(len(phones) - 1):
        first, second = phones[index].symbol, phones[index + 1].symbol
        if first in ("aɪ", "aʊ") and second == "ɚ":
            return [*phones[: index + 1], Phone("ɹ"), *phones[index + 2 :]]
        if first in ("aɪ", "aʊ") and second == "ə":
            return [*phones[: index + 1], *phones[index + 2 :]]
    return phones


def _close_centring(phones: list[Phone]) -> list[Phone]:
    """British i ə is the one vowel ɪə where it is spelled with an r (tear, here; not idea, glorious)."""
    for index in range(len(phones) - 1):
        if (phones[index].symbol, phones[index + 1].symbol) == ("i", "ə"):
            return [*phones[:index], Phone("ɪə", phones[index].stress), *phones[index + 2 :]]
    return phones


def _open_nt(phones: list[Phone]) -> list[Phone]:
    """did-n't has two syllables after a consonant, can't has one."""
    symbols = [phone.symbol for phone in phones]
    if symbols[-2:] == ["n", "t"] and len(phones) > 2 and not phones[-3].vowel and symbols[-3] not in ("l", "ɹ"):
        return [*phones[:-2], Phone("ə"), *phones[-2:]]
    return phones


def _without_weak_vowel(phones: list[Phone]) -> list[Phone]:
    """The apostrophe's vowel goes: heav'n h ɛ v n, pow'r p aʊ ɹ."""
    for index in range(len(phones) - 1, 0, -1):
        phone = phones[index]
        if phone.stress or phone.symbol not in ("ə", "ɚ", "ɪ"):
            continue
        following = phones[index + 1].symbol if index + 1 < len(phones) else ""
        kept = [Phone("ɹ")] if phone.symbol == "ɚ" and following != "ɹ" else []
        return [*phones[:index], *kept, *phones[index + 1 :]]
    return phones
