"""Where Italian, Latin, Spanish and Portuguese spelling divides, by letters, once the sung vowels are known.

A consonant goes to the vowel after it, with it a stop or f before l or r; digraphs stay whole. Italian, and Latin as
sung in church, also begin syllables with s and a consonant (*ve-stro*) and with *gn*; apostrophes bind (*al-l'al-ba*).
Rules of the Accademia della Crusca, the Ortografía de la lengua española (2010), the Acordo Ortográfico (1990, base
XX) and, for Latin, the habit of the Liber Usualis.
"""

from __future__ import annotations

from vocalkit.lyrics.spelling import VOWEL_LETTERS

_DIGRAPHS = {
    "it": ("ch", "gh", "gn", "gl", "sc"),
    "la": ("ch", "ph", "th", "gn", "sc"),
    "es": ("ch", "ll", "rr"),
    "pt": ("ch", "lh", "nh"),
}
_STOPS = frozenset("bcdfgptv")
STEMS = frozenset(_DIGRAPHS)


def cut_between(letters: str, nucleus: int, next_nucleus: int, *, stem: str, glide: bool) -> int:
    """Where the next syllable begins. nucleus, next_nucleus: letters of two vowels that are sung one after the other.

    stem: language without its country; glide: the next syllable begins with a glide that a vowel letter spells.
    """
    between = range(nucleus + 1, next_nucleus)
    consonants = [index for index in between if letters[index] not in VOWEL_LETTERS or letters[index] == "y"]
    if not consonants:
        start = next_nucleus
        while glide and start > nucleus + 1 and letters[start - 1] in "iu":
            start -= 1
        return start
    run = letters[consonants[0] : consonants[-1] + 1]
    if any(letter in VOWEL_LETTERS for letter in run):  # a vowel letter that is not sung: the last consonants count
        start = max(index for index in between if letters[index] in VOWEL_LETTERS) + 1
        if start == next_nucleus:
            return consonants[-1]
        run = letters[start:next_nucleus]
        consonants = list(range(start, next_nucleus))
    if stem == "la" and letters.startswith("ex") and nucleus == 0 and run == "x":
        return next_nucleus  # ex-al-ta-vit, but di-xit
    keep = next((n for n in range(len(run)) if _begins_syllable(run[n:].strip("'"), stem)), len(run) - 1)
    return consonants[0] + keep


def _begins_syllable(onset: str, stem: str) -> bool:
    if len(onset) <= 1 or onset in _DIGRAPHS[stem]:
        return True
    if stem in ("it", "la") and onset[0] == "s" and onset[1] not in "s'":
        return _begins_syllable(onset[1:], stem)
    head, last = onset[:-1], onset[-1]
    return last in "lr" and (head in _STOPS or (head in _DIGRAPHS[stem] and head[-1] == "h"))
