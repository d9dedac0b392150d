"""What espeak's Italian needs for song: rising diphthongs are one syllable (*vuol*, *spiace*, *gioia*)."""

from __future__ import annotations

from collections.abc import Sequence

from vocalkit.lyrics.symbols import Phone

_GLIDES = {"ɪ": "j", "ʊ": "w", "i": "j", "u": "w"}


def fit_to_song(phones: Sequence[Phone], alone: Sequence[Phone]) -> tuple[Phone, ...]:
    """Glides for i and u before a vowel, unless they carry the stress of the word (*mio*, *tua*, *via*).

    phones: as heard in the line; alone: as espeak says the word by itself, which shows where its stress is.
    """
    own = alone if [phone.symbol for phone in alone] == [phone.symbol for phone in phones] else phones
    fitted: list[Phone] = []
    for index, phone in enumerate(phones):
        following = phones[index + 1] if index + 1 < len(phones) else None
        before_vowel = following is not None and following.vowel and following.symbol[0] not in ("i", "ɪ", "u", "ʊ")
        weak = not own[index].stress and (index > 0 or len(phones) > 2)
        final = index == len(phones) - 2 and not any(other.stress for other in own[index:])
        if phone.symbol in _GLIDES and before_vowel and weak and not (final and _only_vowels_left(fitted)):
            fitted.append(Phone(_GLIDES[phone.symbol]))
        else:
            fitted.append(phone)
    return tuple(fitted)


def _only_vowels_left(before: Sequence[Phone]) -> bool:
    """No vowel before this one: it is the word's own nucleus, as in *mio* said weakly."""
    return not any(phone.vowel for phone in before)
