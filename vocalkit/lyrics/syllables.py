"""Phonemes of a word → its syllables, and the same division of its spelling."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from vocalkit.lyrics import romance
from vocalkit.lyrics.spelling import VOWEL_LETTERS, align_spelling, letters_of
from vocalkit.lyrics.symbols import Phone
from vocalkit.phones import phone_class


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


_SHORT_VOWELS = frozenset(_words("ɪ ɛ æ ʌ ʊ ɑ ɒ a"))
_LETTER_UNITS = ("sch", "tch", "ch", "sh", "th", "ph", "wh", "gh", "ck", "qu")
_UNITS_OF = {"pl": ("ch", "cz", "sz", "rz", "dz"), "cs": ("ch",), "sk": ("ch", "dz")}
"""Letters that spell one sound together, where it is not the table above (diacritics are gone: č is c)."""
_LETTER_ONSETS = frozenset(
    _words(
        "bl br cl cr dr dw fl fr gl gr pl pr sc sk sl sm sn sp st str spr spl scr sw thr tr tw squ shr chr phr kn wr"
    )
)
_PREFIXES = _words("where there here every some what when with fore over under up out eng")
_SUFFIXES = _words("ness less ment some ward wards ship hood land thing ful dom ly man men")


def divide_phones(phones: Sequence[Phone], *, language: str) -> list[tuple[Phone, ...]]:
    """Syllables with one vowel each; consonants between two vowels go to the second while it may begin so."""
    nuclei = [index for index, phone in enumerate(phones) if phone.vowel]
    starts = [0]
    for left, right in pairwise(nuclei):
        cluster = [phone.symbol for phone in phones[left + 1 : right]]
        keep = next((n for n in range(len(cluster)) if legal_onset(cluster[n:], language=language)), len(cluster))
        starts.append(left + 1 + keep)
    ends = [*starts[1:], len(phones)]
    return [tuple(phones[a:b]) for a, b in zip(starts, ends, strict=True)]


def legal_onset(cluster: Sequence[str], *, language: str) -> bool:
    """May a syllable begin with these consonants? By sonority, with the s-clusters and each language's bans."""
    if not cluster:
        return True
    if len(cluster) > 3 or cluster[0] == "ŋ" or cluster[-1] == "ŋ":
        return False
    if len(cluster) == 1:
        return True
    if len(cluster) == 3:
        return cluster[0] in ("s", "ʃ", "z") and all(
            legal_onset(pair, language=language) for pair in (cluster[:2], cluster[1:])
        )
    return _legal_pair(cluster[0], cluster[1], language=language)


def _legal_pair(first: str, second: str, *, language: str) -> bool:
    kind, follower = phone_class(first), phone_class(second)
    english = language.startswith("en")
    if first in ("s", "ʃ", "z") and follower in ("stop", "nasal", "fricative") and second not in ("b", "d", "ɡ", "ʃ"):
        return first == "s" or not english
    if follower == "glide":
        return second == "j" or kind in ("stop", "fricative", "affricate")
    if follower not in ("liquid", "tap") or kind not in ("stop", "fricative"):
        return False
    if second == "l":
        return first not in ("t", "d", "θ", "ð", "z", "v", "h", "ʃ", "ʒ") or (not english and first in ("ʃ", "v"))
    return first not in ("s", "z", "ð", "h", "ʒ", "x") and not (english and first == "v")


def divide_spelling(text: str, syllables: Sequence[Sequence[Phone]], *, language: str) -> list[str]:
    """The written word in as many parts as it has syllables, divided as composers hyphenate.

    The parts join to `text`; where it has fewer characters than syllables (``23``), the last are ``…``.
    """
    if len(syllables) == 1:
        return [text]
    if len(text) < len(syllables):
        return [*text, *("…" for _ in range(len(syllables) - len(text)))]
    letters = letters_of(text)
    owners = align_spelling(letters, [phone.symbol for part in syllables for phone in part])
    cuts: list[int] = []
    at = 0
    for index, (part, following) in enumerate(pairwise(syllables)):
        nucleus = _nucleus(part, owners[at : at + len(part)])
        at += len(part)
        next_nucleus = _nucleus(following, owners[at : at + len(following)])
        stem = language.split("-")[0]
        if stem in romance.STEMS:
            glide = following[0].symbol in ("j", "w")
            cut = romance.cut_between(letters, nucleus, next_nucleus, stem=stem, glide=glide)
        else:
            cut = _cut(letters, nucleus, next_nucleus, (*part, following[0]), stem=stem)
        low, high = (cuts[-1] if cuts else 0) + 1, len(text) - (len(syllables) - 1 - index)
        cuts.append(min(max(cut, low), high))
    return [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]


def _nucleus(part: Sequence[Phone], owners: Sequence[int]) -> int:
    return next(owner for phone, owner in zip(part, owners, strict=True) if phone.vowel)


def _cut(letters: str, nucleus: int, next_nucleus: int, part: Sequence[Phone], *, stem: str) -> int:
    """Where in the spelling the next syllable begins. part: this syllable and the next one's first phoneme."""
    if next_nucleus <= nucleus:
        return nucleus + 1
    if letters[next_nucleus] not in VOWEL_LETTERS:  # lit-tle, rhy-thm, did-n't: the sonorant is the vowel
        return max(nucleus + 1, next_nucleus - (1 if letters[next_nucleus] == "l" else 0))
    elided = letters.find("'", nucleus + 2, next_nucleus) if stem == "fr" else -1
    if elided >= 0:  # au-jour-d'hui, jus-qu'à
        return max(nucleus + 1, elided - (2 if letters[elided - 2 : elided] == "qu" else 1))
    start = nucleus + 1
    glide = part[-1].symbol in ("w", "j")  # a-way and be-yond, but flow-er
    while start < next_nucleus and letters[start] in VOWEL_LETTERS and not (glide and start == next_nucleus - 1):
        start += 1
    if stem == "en" and start < next_nucleus and letters[start] == "w" and letters[start - 1] in "aeo" and not glide:
        start += 1
    units = _units(letters[start:next_nucleus], _UNITS_OF.get(stem, _LETTER_UNITS))
    stem_cut = _english_cut(letters, nucleus, next_nucleus, units, part) if stem == "en" else None
    if stem_cut is not None:
        return stem_cut
    return start + sum(len(unit) for unit in units[: _kept_left(units, part)])


def _english_cut(
    letters: str, nucleus: int, next_nucleus: int, units: Sequence[str], part: Sequence[Phone]
) -> int | None:
    affix_cut = _affix_cut(letters, nucleus, next_nucleus)
    if affix_cut is not None:
        return affix_cut
    stem_cut = _suffix_cut(letters, next_nucleus, units)
    if stem_cut is not None:
        return stem_cut
    symbols = [phone.symbol for phone in part]
    if units == ["n", "g"] and "ŋ" in symbols and "ɡ" not in symbols[symbols.index("ŋ") :]:
        return next_nucleus  # sing-er, but fin-ger
    return None


def _affix_cut(letters: str, nucleus: int, next_nucleus: int) -> int | None:
    """up-on, some-thing, dark-ness: English compounds divide at their parts."""
    bare = letters.removesuffix("'s").rstrip("'")
    prefix = next((p for p in _PREFIXES if bare.startswith(p) and nucleus < len(p) <= next_nucleus), None)
    if prefix:
        return len(prefix)
    suffix = next((s for s in _SUFFIXES if bare.endswith(s) and len(bare) > len(s) + 1), None)
    if suffix and nucleus < len(bare) - len(suffix) <= next_nucleus:
        return len(bare) - len(suffix)
    return None


def _suffix_cut(letters: str, next_nucleus: int, units: Sequence[str]) -> int | None:
    """sing-ing, breath-eth: the stem keeps its consonants, but run-ning, dazz-ling and kin-dred divide theirs."""
    suffix = letters[next_nucleus:].rstrip("'")
    if len(units) < 2:
        digraph = letters[next_nucleus - sum(map(len, units)) - 2 : next_nucleus - sum(map(len, units))]
        whole = suffix in ("ing", "ings", "eth") or (
            suffix in ("er", "ers", "est") and len(digraph) == 2 and VOWEL_LETTERS.issuperset(digraph)
        )
        return next_nucleus if whole and units else None
    if suffix not in ("ing", "ings", "ed", "est", "eth", "ish"):
        return None
    if units[-1] == units[-2]:
        return next_nucleus - (0 if units[-1] in ("l", "s", "f", "z") else 1)
    if units[-1] == "l":
        return next_nucleus - 1
    return next_nucleus - 1 - len(units[-2]) if units[-1] == "r" else next_nucleus


def _units(consonants: str, known: Sequence[str]) -> list[str]:
    units: list[str] = []
    at = 0
    while at < len(consonants):
        unit = next((u for u in known if consonants.startswith(u, at)), consonants[at])
        units.append(unit)
        at += len(unit)
    return units


def _kept_left(units: Sequence[str], part: Sequence[Phone]) -> int:
    """How many consonant units stay with the left syllable."""
    vowel = next(phone for phone in part if phone.vowel)
    short = vowel.stress > 0 and vowel.symbol in _SHORT_VOWELS
    if not units:
        return 0
    if len(units) == 1:
        return 1 if units[0] in ("ck", "x", "tch") else 0
    if len(units) == 2 and not short and "".join(units) in _LETTER_ONSETS and units[0] != "s":
        return 0
    return next(n for n in range(1, len(units) + 1) if n == len(units) - 1 or "".join(units[n:]) in _LETTER_ONSETS)
