"""Words → phonemes, each written word with its own, in the weak forms of running speech.

espeak hears whole lines (so *the*, *a* and liaisons come out as spoken) but merges and splits words
there. Every line's groups are therefore matched to its words by the words' own pronunciations.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from vocalkit.errors import LyricsError
from vocalkit.lyrics import english, french, german, iberian, italian
from vocalkit.lyrics.espeak import RawWord, speak
from vocalkit.lyrics.language_table import reader_of
from vocalkit.lyrics.latin import read_latin
from vocalkit.lyrics.symbols import Phone, to_phones
from vocalkit.lyrics.text import drawn_in
from vocalkit.phones import is_vowel

Phones = tuple[Phone, ...]

_SPOKEN_SPELLINGS: dict[str, Callable[[str], str]] = {
    "fr": french.spoken_spelling,
    "de": german.spoken_spelling,
    "it": italian.spoken_spelling,
    "nl": lambda word: "et" if word == "t" else word,  # 't, which is no letter
}
"""How words that espeak misreads are to be written for it; English has more to say (`english.spoken_spelling`)."""

_MAX_SPLIT = 12
"""Most groups one written word may become: long numbers are many words."""
_FAR = 0.75
"""A line's group further than this from the word alone (share of its symbols) is not that word."""


def phonemize_lines(
    lines: Sequence[Sequence[str]], *, language: str, optional: Sequence[Sequence[bool]] | None = None
) -> list[list[Phones]]:
    """Phonemes of every word, line by line; every word has at least one vowel.

    lines: words as written (straight apostrophes, no punctuation); optional: words that are there for their
    neighbours' sake and may be empty. Raises LyricsError for an unknown language and for a word that the
    language cannot say.
    """
    may_fail = optional or [[False] * len(words) for words in lines]
    if reader_of(language) == "latin":
        return [
            [_sounding(word, _latin(word, language), language, free) for word, free in zip(words, frees, strict=True)]
            for words, frees in zip(lines, may_fail, strict=True)
        ]
    spoken = [_spoken_spellings(words, language) for words in lines]
    alone_texts = sorted({word for words in spoken for word in words})
    line_texts = [" ".join(words) for words in spoken if words]
    groups = speak([*line_texts, *alone_texts], language=language)
    alone = {
        text: _joined(raw, language=language) for text, raw in zip(alone_texts, groups[len(line_texts) :], strict=True)
    }
    heard = iter(groups[: len(line_texts)])
    result: list[list[Phones]] = []
    for written, words, free in zip(lines, spoken, may_fail, strict=True):
        own = [alone[word] for word in words]
        parts = _match(tuple(to_phones(raw, language=language) for raw in next(heard)), tuple(own)) if words else ()
        fitted = [_fitted(written, i, p, o, language) for i, (p, o) in enumerate(zip(parts, own, strict=True))]
        result.append([_sounding(w, p, language, may) for w, p, may in zip(written, fitted, free, strict=True)])
    return result


def _latin(word: str, language: str) -> Phones:
    """Latin by its own rules; only numbers are espeak's."""
    if not any(char.isdigit() for char in word):
        return read_latin(word)
    return _joined(speak([word], language=language)[0], language=language)


def _spoken_spellings(words: Sequence[str], language: str) -> list[str]:
    """How to write a line's words so that espeak says them as sung."""
    mixed_case = any(word.islower() for word in words)
    return [_spoken_spelling(word, language, mixed_case=mixed_case) for word in words]


def _spoken_spelling(word: str, language: str, *, mixed_case: bool) -> str:
    if word.count(".") > 1 or (word.isupper() and len(word) > 1 and mixed_case and "'" not in word):
        return word.upper()  # U.S.A., TV
    lowered = drawn_in(word.lower())
    if language.startswith("en"):
        return english.spoken_spelling(lowered)
    bare = lowered.strip("'")
    stem = language.split("-")[0]
    return _SPOKEN_SPELLINGS[stem](bare) if stem in _SPOKEN_SPELLINGS else bare


def _joined(groups: Sequence[RawWord], *, language: str) -> Phones:
    return tuple(phone for raw in groups for phone in to_phones(raw, language=language))


def _fitted(words: Sequence[str], index: int, heard: Phones, alone: Phones, language: str) -> Phones:
    """The word's phonemes as this language sings them."""
    word = words[index].lower()
    weak_letters = word.count(".") > 1  # the a of U.S.A. is no article
    phones = heard if any(phone.vowel for phone in heard) and not weak_letters else alone
    if language.startswith("en"):
        return english.fit_to_verse(drawn_in(word), phones)
    if language.startswith("fr"):
        return french.fit_to_song(word, phones, words[index + 1] if index + 1 < len(words) else None)
    if language == "it":
        return italian.fit_to_song(word, phones, alone, words[index + 1] if index + 1 < len(words) else None)
    if language in ("es", "es-419"):
        return iberian.fit_spanish(word, phones)
    return iberian.fit_portuguese(word, phones) if language.startswith("pt") else phones


def _sounding(word: str, phones: Phones, language: str, may_fail: bool) -> Phones:
    """The phonemes with at least one vowel among them."""
    if may_fail or any(phone.vowel for phone in phones):
        return phones
    if phones:  # a clitic of consonants alone, as in d', v or 's
        return (*phones, Phone("ə")) if word.endswith("'") or language.startswith("en") else (Phone("ə"), *phones)
    raise LyricsError(f"{word!r} has no sound in {language}; spell it out or remove it")


@lru_cache(maxsize=1024)
def _match(groups: tuple[Phones, ...], own: tuple[Phones, ...]) -> tuple[Phones, ...]:
    """Share the line's groups out among its words, splitting merged groups. Empty where nothing fits."""
    head = 0
    while head < min(len(groups), len(own)) and _alike(groups[head], own[head]):
        head += 1
    tail = 0
    while tail < min(len(groups), len(own)) - head and _alike(groups[-1 - tail], own[-1 - tail]):
        tail += 1
    inner_groups, inner = groups[head : len(groups) - tail], own[head : len(own) - tail]
    parts: list[Phones] = [()] * len(inner)
    for first_word, last_word, first_group, last_group in _blocks(inner_groups, inner):
        heard = tuple(phone for group in inner_groups[first_group:last_group] for phone in group)
        words = inner[first_word:last_word]
        if len(words) == 1:
            near = _distance(_symbols(heard), _symbols(words[0])) <= _FAR * max(len(heard), len(words[0]), 1)
            parts[first_word] = heard if near or last_group - first_group == 1 else words[0]
        else:
            parts[first_word:last_word] = _split(heard, words)
    return (*groups[:head], *parts, *groups[len(groups) - tail :])


def _alike(group: Phones, own: Phones) -> bool:
    """Surely the same word: at most a vowel weakened or a consonant linked on."""
    if group == own:
        return True
    same_shape = abs(len(group) - len(own)) <= 1 and sum(p.vowel for p in group) == sum(p.vowel for p in own)
    return same_shape and _distance(_symbols(group), _symbols(own)) <= 0.34 * max(len(group), len(own))


def _blocks(groups: Sequence[Phones], own: Sequence[Phones]) -> list[tuple[int, int, int, int]]:
    """Cheapest pairing of runs of words with runs of groups: 1 to 0 … 12, or 2 … 4 words to 1."""
    infinite = float("inf")
    best = [[(infinite, 0, 0)] * (len(groups) + 1) for _ in range(len(own) + 1)]
    best[0][0] = (0.0, 0, 0)
    moves = [(1, g) for g in range(_MAX_SPLIT + 1)] + [(w, 1) for w in (2, 3, 4)]
    lefts = _runs([_symbols(word) for word in own], longest=4)
    rights = _runs([_symbols(group) for group in groups], longest=_MAX_SPLIT)
    for i in range(len(own)):
        for j in range(len(groups) + 1):
            so_far = best[i][j][0]
            if so_far == infinite:
                continue
            for words, heard in moves:
                if i + words > len(own) or j + heard > len(groups):
                    continue
                left, right = lefts[i][words], rights[j][heard]
                if heard > 1 and abs(len(left) - len(right)) > 2 + len(left) // 2:
                    continue
                cost = so_far + _distance(left, right) + 0.1 * (words + heard - 2)
                if cost < best[i + words][j + heard][0]:
                    best[i + words][j + heard] = (cost, words, heard)
    if best[-1][-1][0] == infinite:
        return []
    path: list[tuple[int, int, int, int]] = []
    i, j = len(own), len(groups)
    while i:
        _, words, heard = best[i][j]
        path.append((i - words, i, j - heard, j))
        i, j = i - words, j - heard
    return path[::-1]


def _runs(parts: Sequence[tuple[str, ...]], *, longest: int) -> list[list[tuple[str, ...]]]:
    """From every place on, the symbols of the next none, one … `longest` parts joined."""
    runs: list[list[tuple[str, ...]]] = []
    for start in range(len(parts) + 1):
        joined: list[tuple[str, ...]] = [()]
        for part in parts[start : start + longest]:
            joined.append(joined[-1] + part)
        runs.append(joined)
    return runs


def _split(heard: Phones, words: Sequence[Phones]) -> list[Phones]:
    """Cut one merged group where the words' own pronunciations fit it best."""
    if len(words) == 1:
        return [heard]
    rest = tuple(symbol for word in words[1:] for symbol in _symbols(word))
    cut = min(
        range(len(heard) + 1),
        key=lambda n: _distance(_symbols(heard[:n]), _symbols(words[0])) + _distance(_symbols(heard[n:]), rest),
    )
    return [heard[:cut], *_split(heard[cut:], words[1:])]


def _symbols(phones: Phones) -> tuple[str, ...]:
    return tuple(phone.symbol for phone in phones)


@lru_cache(maxsize=8192)
def _distance(left: tuple[str, ...], right: tuple[str, ...]) -> float:
    """Edit distance of symbols; a vowel for a vowel costs little, since weak forms change vowels."""
    row = [float(j) for j in range(len(right) + 1)]
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], float(i)
        for j, b in enumerate(right, 1):
            change = 0.0 if a == b else (0.4 if is_vowel(a) and is_vowel(b) else 1.0)
            diagonal, row[j] = row[j], min(diagonal + change, row[j] + 1.0, row[j - 1] + 1.0)
    return row[-1]
