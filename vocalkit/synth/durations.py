"""When each phoneme is sung: vowels on the notes, consonants in the time before them.

Consonants keep lengths near speech and vowels take the rest. Where Japanese has the sound, lengths and how
they grow with the time before and after are learned from the PJS corpus (one singer, the songs that are not
held out) by recipes/performance/fit.py. Elsewhere they
are estimates in the range of the literature on American English (such as N. Umeda, JASA 61, 1977),
not taken from its tables; w, ɹ and the sonorants of clusters were then shortened until the vowel,
not they, is heard as the start of the note. Stops include their closure. That consonants shorten in
clusters is in D. Klatt, JASA 59, 1976; the factors are ours.
"""

from __future__ import annotations

import itertools
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.phones import PhoneClass, is_vowel, phone_class
from vocalkit.types import Note, PhonemeSpan, Syllable

LEGATO_GAP_S = 0.15
"""Shorter gaps between two notes are sung through; longer ones are rests that end a phrase."""

_CONSONANT_S: dict[str, float] = {
    unicodedata.normalize("NFD", symbol): seconds
    for symbols, seconds in (
        ("ɾ ɽ", 0.042),
        ("v ð β ʝ", 0.065),
        ("ɟ ɥ ɰ l n ŋ", 0.060),
        ("j", 0.062),
        ("b", 0.058),
        ("w", 0.055),
        ("d ɡ", 0.052),
        ("t", 0.075),
        ("f ħ r ɲ", 0.075),
        ("m", 0.071),
        ("p ɸ h z", 0.079),
        ("ɹ", 0.065),
        ("dʒ dʑ dz ʒ ʑ", 0.077),
        ("k c q", 0.085),
        ("θ", 0.095),
        ("s ts", 0.116),
        ("tʃ tɕ", 0.111),
        ("ʃ ɕ ʂ", 0.128),
        ("ʔ", 0.050),
    )
    for symbol in symbols.split()
}
_CLASS_S: dict[PhoneClass, float] = {
    "glide": 0.060, "liquid": 0.070, "nasal": 0.065, "fricative": 0.090, "affricate": 0.110, "stop": 0.070,
    "tap": 0.040,
}  # fmt: skip
_SONORITY: tuple[PhoneClass, ...] = ("stop", "affricate", "tap", "fricative", "glide", "liquid", "nasal")
_STRESS_FACTOR = (0.92, 1.0, 1.08)
_CLUSTER_FACTOR = (1.0, 0.8, 0.7)
_CLUSTERED_SONORANT_FACTOR = 0.55
_OBSTRUENTS = ("stop", "affricate", "fricative")
_CODA_FACTOR = 0.85
_PHRASE_FINAL_FACTOR = 1.2
_USUAL_NOTE_S, _NOTE_RANGE_S = 0.25, (0.1, 1.0)
_SINCE_EXPONENT, _UNTIL_EXPONENT = 0.100, 0.044  # consonants grow with the times around them to these powers
_PALATAL_GLIDE_S = 0.034  # what j takes after a consonant that keeps its own length (kj, ɾj)
_VOWEL_SHARE, _VOWEL_SHARE_BY_ONE, _VOWEL_MIN_S, _VOWEL_MAX_SHARE_OF_MIN = 0.5, 0.36, 0.05, 0.7
_BREATH_S, _RELEASE_MAX_S, _RELEASE_SHARE = 0.25, 0.08, 0.1
_TRAILING_VOWEL_S = 0.35


@dataclass(frozen=True, slots=True)
class _Cell:
    """One nucleus with its consonants: sung from start_s to end_s over notes first to last."""

    start_s: float
    end_s: float
    first: int
    last: int
    onset: tuple[str, ...]
    nucleus: str
    coda: tuple[str, ...]
    stress: int


def phrase_ranges(notes: Sequence[Note]) -> list[range]:
    """Indices of the notes of each phrase: runs of notes with less than `LEGATO_GAP_S` between them."""
    starts = [0] if notes else []
    for i, (before, after) in enumerate(itertools.pairwise(notes), start=1):
        if after.start_s - before.end_s >= LEGATO_GAP_S:
            starts.append(i)
    return [range(a, b) for a, b in itertools.pairwise([*starts, len(notes)])]


def consonant_lengths_s(
    symbols: Sequence[str],
    *,
    stress: int,
    interval_s: float,
    since_s: float | None = None,
    coda: bool = False,
    final: bool = False,
    after: str | None = None,
) -> list[float]:
    """Unhurried lengths in seconds of the consonants of one onset or coda.

    stress: 0 to 2, of the syllable; interval_s: time from its vowel to the next; since_s: time from the vowel before
    an onset to its own, None after a rest; final: before a rest; after: the consonant that an onset follows at
    once, if any.
    """
    pair = not coda and len(symbols) == 2 and symbols[1] == "j"
    scale = _STRESS_FACTOR[stress] * _CLUSTER_FACTOR[0 if pair else min(len(symbols), len(_CLUSTER_FACTOR)) - 1]
    if coda:
        scale *= _growth(interval_s, _SINCE_EXPONENT)
    else:
        scale *= _growth(interval_s, _UNTIL_EXPONENT) * _growth(since_s or _USUAL_NOTE_S, _SINCE_EXPONENT)
    if coda:
        scale *= _PHRASE_FINAL_FACTOR if final else _CODA_FACTOR
    lengths = [scale * _base_length_s(symbol) for symbol in symbols]
    if pair:
        lengths[1] = scale * _PALATAL_GLIDE_S
    elif not coda:
        # In "bring" the r is little more than the way from lips to vowel; sung longer, it is heard as the note's start.
        for i, (before, symbol) in enumerate(zip((after, *symbols[:-1]), symbols, strict=True)):
            if (
                before is not None
                and phone_class(before) in _OBSTRUENTS
                and phone_class(symbol) in ("glide", "liquid", "tap")
            ):
                lengths[i] *= _CLUSTERED_SONORANT_FACTOR
    return lengths


def _growth(time_s: float, exponent: float) -> float:
    low_s, high_s = _NOTE_RANGE_S
    return float((min(max(time_s, low_s), high_s) / _USUAL_NOTE_S) ** exponent)


def phoneme_spans(notes: Sequence[Note]) -> tuple[PhonemeSpan, ...]:
    """Spans of every sung phoneme, sorted and apart, silence left out.

    notes: sorted, not overlapping, the first with a syllable. A syllable's vowel starts exactly at its
    note, except where a note at the very start of the track leaves no time for its consonants.
    `note` is the note on which the phoneme's syllable starts; for a coda the note it ends.
    Raises InputError for a phoneme that is not in the alphabet.
    """
    spans: list[PhonemeSpan] = []
    cells = list(_cells(notes))
    for i, cell in enumerate(cells):
        if i == 0:
            spans.extend(_opening(cell))
        vowel_s = spans[-1].end_s if i == 0 and cell.onset else cell.start_s
        following = cells[i + 1] if i + 1 < len(cells) else None
        if following is not None and following.start_s - cell.end_s < LEGATO_GAP_S:
            spans.extend(_joined(cell, following, vowel_s))
        else:
            spans.extend(_before_rest(cell, following, vowel_s))
    return tuple(spans)


def _base_length_s(symbol: str) -> float:
    kind = phone_class(symbol)
    if kind is None:
        raise InputError(f"phoneme {symbol!r} is not in the alphabet; correct the pronunciation in the lyrics")
    return _CONSONANT_S.get(unicodedata.normalize("NFD", symbol), _CLASS_S.get(kind, 0.070))


def _split(syllable: Syllable) -> tuple[list[tuple[tuple[str, ...], str]], tuple[str, ...]]:
    """Onset and nucleus of every vowel of a syllable, and the consonants after the last of them."""
    phonemes = syllable.phonemes
    nuclei = [i for i, symbol in enumerate(phonemes) if is_vowel(symbol)]
    if not nuclei:  # a syllabic consonant: the most sonorous one is held
        kinds = [phone_class(symbol) for symbol in phonemes]
        ranks = [_SONORITY.index(kind) if kind in _SONORITY else -1 for kind in kinds]
        nuclei = [ranks.index(max(ranks))]
    parts, begin = [], 0
    for nucleus in nuclei:
        parts.append((phonemes[begin:nucleus], phonemes[nucleus]))
        begin = nucleus + 1
    return parts, phonemes[begin:]


def _cells(notes: Sequence[Note]) -> Iterator[_Cell]:
    """Every nucleus with the time it owns; a slur over a rest takes its vowel up again."""
    starts = [i for i, note in enumerate(notes) if note.syllable is not None]
    for first, stop in itertools.pairwise([*starts, len(notes)]):
        syllable = notes[first].syllable
        if syllable is None:
            raise InputError("the first note has no syllable to sing")
        parts, coda = _split(syllable)
        shared = max(len(parts) - (stop - first), 0)
        # Vowels beyond the first sit on the last notes; what does not fit shares the last note.
        lasts = [stop - len(parts) + shared + k for k in range(len(parts) - shared)]
        begin = first
        for k, last in enumerate(lasts):
            sharing = parts[k:] if k == len(lasts) - 1 else parts[k : k + 1]
            ends_syllable = last == stop - 1
            yield from _part_cells(
                notes, range(begin, last + 1), sharing, (coda if ends_syllable else (), syllable.stress)
            )
            begin = last + 1


def _part_cells(
    notes: Sequence[Note],
    indices: range,
    parts: Sequence[tuple[tuple[str, ...], str]],
    ending: tuple[tuple[str, ...], int],
) -> Iterator[_Cell]:
    """Cells of `parts` over the notes of `indices`; all parts but the first share the last note's end."""
    coda, stress = ending
    runs = [range(indices[0] + run[0], indices[0] + run[-1] + 1) for run in phrase_ranges([notes[i] for i in indices])]
    onset, nucleus = parts[0]
    for run in runs[:-1]:
        yield _Cell(notes[run[0]].start_s, notes[run[-1]].end_s, run[0], run[-1], onset, nucleus, (), stress)
        onset = ()
    start_s, last = notes[runs[-1][0]].start_s, runs[-1][-1]
    end_s, held_s = notes[last].end_s, notes[last].duration_s
    share_s = min(held_s / len(parts), _TRAILING_VOWEL_S)
    bounds_s = [start_s, *(end_s - share_s * k for k in range(len(parts) - 1, 0, -1)), end_s]
    for k, ((_, vowel), (from_s, to_s)) in enumerate(zip(parts, itertools.pairwise(bounds_s), strict=True)):
        onset = onset if k == 0 else parts[k][0]
        first = runs[-1][0] if k == 0 else last
        yield _Cell(from_s, to_s, first, last, onset, vowel, coda if k == len(parts) - 1 else (), stress)


def _vowel_min_s(interval_s: float, consonants: int) -> float:
    """What a vowel keeps of the time to the next, whatever its consonants want; one by itself may take more of it."""
    share = _VOWEL_SHARE if consonants > 1 else _VOWEL_SHARE_BY_ONE
    return max(share * interval_s, min(_VOWEL_MIN_S, _VOWEL_MAX_SHARE_OF_MIN * interval_s))


def _fit(lengths_s: list[float], room_s: float) -> list[float]:
    """Lengths squeezed in proportion until they fit."""
    total_s = sum(lengths_s)
    return lengths_s if total_s <= room_s else [length * room_s / total_s for length in lengths_s]


def _lay(symbols: Sequence[str], lengths_s: Sequence[float], end_s: float, note: int) -> list[PhonemeSpan]:
    """Spans one after the other that end exactly at end_s."""
    bounds_s = [*(max(end_s - sum(lengths_s[k:]), 0.0) for k in range(len(lengths_s))), end_s]
    return [PhonemeSpan(s, a, b, note) for s, (a, b) in zip(symbols, itertools.pairwise(bounds_s), strict=True)]


def _opening(cell: _Cell) -> list[PhonemeSpan]:
    """Consonants of the first syllable: before its note, or as little into it as they can bear."""
    if not cell.onset:
        return []
    held_s = cell.end_s - cell.start_s
    lengths_s = consonant_lengths_s(cell.onset, stress=cell.stress, interval_s=held_s)
    least_s = min(0.5 * sum(lengths_s), 0.4 * held_s)
    lengths_s = _fit(lengths_s, max(cell.start_s, least_s))
    return _lay(cell.onset, lengths_s, max(cell.start_s, sum(lengths_s)), cell.first)


def _joined(cell: _Cell, following: _Cell, vowel_s: float) -> list[PhonemeSpan]:
    """Vowel, coda and the next syllable's onset without a gap, up to the next vowel."""
    interval_s = following.start_s - vowel_s
    after_s = following.end_s - following.start_s
    coda_s = consonant_lengths_s(cell.coda, stress=cell.stress, interval_s=interval_s, coda=True) if cell.coda else []
    last = cell.coda[-1] if cell.coda else None
    onset_s = (
        consonant_lengths_s(
            following.onset, stress=following.stress, interval_s=after_s, since_s=interval_s, after=last
        )
        if following.onset
        else []
    )
    fitted_s = _fit([*coda_s, *onset_s], interval_s - _vowel_min_s(interval_s, len(coda_s) + len(onset_s)))
    coda_s, onset_s = fitted_s[: len(coda_s)], fitted_s[len(coda_s) :]
    onset = _lay(following.onset, onset_s, following.start_s, following.first)
    coda = _lay(cell.coda, coda_s, onset[0].start_s if onset else following.start_s, cell.last)
    vowel_end_s = coda[0].start_s if coda else onset[0].start_s if onset else following.start_s
    return [PhonemeSpan(cell.nucleus, vowel_s, vowel_end_s, cell.first), *coda, *onset]


def _before_rest(cell: _Cell, following: _Cell | None, vowel_s: float) -> list[PhonemeSpan]:
    """Vowel and coda up to a rest, and after it the onset of the next syllable, if there is one."""
    end_s, onset_s = cell.end_s, list[float]()
    if following is not None and following.onset:
        after_s = following.end_s - following.start_s
        onset_s = consonant_lengths_s(following.onset, stress=following.stress, interval_s=after_s)
    if following is not None:  # let go a little early where the rest is too short to breathe in
        missing_s = _BREATH_S - (following.start_s - end_s - sum(onset_s))
        end_s -= max(min(missing_s, _RELEASE_MAX_S, _RELEASE_SHARE * (end_s - vowel_s)), 0.0)
    held_s = end_s - vowel_s
    coda_s = (
        consonant_lengths_s(cell.coda, stress=cell.stress, interval_s=held_s, coda=True, final=True)
        if cell.coda
        else []
    )
    coda = _lay(cell.coda, _fit(coda_s, held_s - _vowel_min_s(held_s, len(coda_s))), end_s, cell.last)
    spans = [PhonemeSpan(cell.nucleus, vowel_s, coda[0].start_s if coda else end_s, cell.first), *coda]
    if following is not None and onset_s:
        onset_s = _fit(onset_s, following.start_s - end_s)
        spans += _lay(following.onset, onset_s, following.start_s, following.first)
    return spans
