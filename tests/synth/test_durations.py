"""Phonemes in time: vowels on their notes, consonants before them, nothing overlapping."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import InputError
from vocalkit.phones import is_vowel
from vocalkit.synth.durations import LEGATO_GAP_S, consonant_lengths_s, phoneme_spans, phrase_ranges
from vocalkit.types import Note, PhonemeSpan, Syllable

ONSETS = ((), ("l",), ("s",), ("s", "t", "ɹ"), ("tʃ",), ("k", "l"))
CODAS = ((), ("n",), ("n", "d"), ("t", "s"), ("ŋ", "k", "θ", "s"))


def sung(text: str, *phonemes: str, stress: int = 1) -> Syllable:
    return Syllable(text, phonemes, stress)


@st.composite
def melodies(draw: st.DrawFn) -> tuple[Note, ...]:
    """Sorted notes with rests, slurs, clusters and two-vowel syllables, from 30 ms to 3 s long."""
    time_s, notes = draw(st.sampled_from((0.0, 0.02, 1.0))), list[Note]()
    for _ in range(draw(st.integers(1, 12))):
        length_s = draw(st.floats(0.03, 3.0))
        vowels = draw(st.sampled_from((("a",), ("aɪ",), ("a", "ə"))))
        syllable = Syllable("x", (*draw(st.sampled_from(ONSETS)), *vowels, *draw(st.sampled_from(CODAS))), 2)
        slur = bool(notes) and draw(st.integers(0, 3)) == 0
        notes.append(Note(time_s, time_s + length_s, draw(st.floats(48, 76)), None if slur else syllable))
        time_s += length_s + draw(st.sampled_from((0.0, 0.0, 0.05, 0.2, 1.0)))
    return tuple(notes)


def vowel_of(spans: tuple[PhonemeSpan, ...], note: int) -> PhonemeSpan:
    return next(span for span in spans if span.note == note and is_vowel(span.symbol))


@settings(max_examples=80, deadline=None)
@given(melodies())
def test_spans_are_sorted_apart_and_within_the_song(notes: tuple[Note, ...]) -> None:
    spans = phoneme_spans(notes)
    assert all(after.start_s >= before.end_s for before, after in itertools.pairwise(spans))
    assert spans[0].start_s >= 0.0
    assert spans[-1].end_s <= notes[-1].end_s + 1e-9
    sung_phonemes = [p for note in notes if note.syllable is not None for p in note.syllable.phonemes]
    rested = sum(b.start_s - a.end_s >= LEGATO_GAP_S and b.syllable is None for a, b in itertools.pairwise(notes))
    assert len(sung_phonemes) <= len(spans) <= len(sung_phonemes) + rested


@settings(max_examples=80, deadline=None)
@given(melodies())
def test_every_vowel_starts_exactly_on_its_note(notes: tuple[Note, ...]) -> None:
    spans = phoneme_spans(notes)
    for k, note in enumerate(notes):
        if note.syllable is not None and note.start_s >= 1.0:
            assert vowel_of(spans, k).start_s == note.start_s


@settings(max_examples=80, deadline=None)
@given(melodies())
def test_phrases_have_no_gap_inside(notes: tuple[Note, ...]) -> None:
    spans = phoneme_spans(notes)
    gaps = sum(b.start_s - a.end_s > 1e-9 for a, b in itertools.pairwise(spans))
    assert gaps <= len(phrase_ranges(notes)) - 1


@pytest.mark.parametrize("length_s", [0.1, 0.2, 0.5, 2.0])
def test_vowels_keep_half_of_short_notes_between_heavy_clusters(length_s: float) -> None:
    heavy = sung("strengths", "s", "t", "ɹ", "ɛ", "ŋ", "k", "θ", "s")
    notes = [Note(1.0 + k * length_s, 1.0 + (k + 1) * length_s, 60.0, heavy) for k in range(3)]
    vowel = vowel_of(phoneme_spans(notes), 1)
    assert vowel.end_s - vowel.start_s >= max(0.5 * length_s, 0.05) - 1e-9


def test_a_syllable_at_the_very_start_takes_little_from_its_note() -> None:
    spans = phoneme_spans([Note(0.0, 0.5, 60.0, sung("stay", "s", "t", "eɪ"))])
    unhurried = sum(consonant_lengths_s(("s", "t"), stress=1, interval_s=0.5))
    assert spans[0].start_s == 0.0
    assert 0.0 < vowel_of(spans, 0).start_s <= 0.5 * unhurried + 1e-9


def test_a_melisma_holds_the_vowel_and_ends_with_the_coda() -> None:
    notes = [Note(1.0, 1.5, 60.0, sung("sun", "s", "ʌ", "n")), Note(1.5, 2.0, 62.0), Note(2.0, 2.5, 64.0)]
    spans = phoneme_spans(notes)
    assert [span.symbol for span in spans] == ["s", "ʌ", "n"]
    assert spans[1].start_s == 1.0
    assert spans[2].end_s == 2.5
    assert [span.note for span in spans] == [0, 0, 2]


def test_a_second_vowel_moves_to_the_last_note_of_a_melisma() -> None:
    spans = phoneme_spans([Note(1.0, 2.0, 60.0, sung("fire", "f", "aɪ", "ɚ")), Note(2.0, 3.0, 62.0)])
    assert [(span.symbol, span.start_s) for span in spans[1:]] == [("aɪ", 1.0), ("ɚ", 2.0)]


def test_a_slur_over_a_rest_sings_its_vowel_again() -> None:
    spans = phoneme_spans([Note(1.0, 2.0, 60.0, sung("land", "l", "æ", "n", "d")), Note(3.0, 4.0, 62.0)])
    assert [span.symbol for span in spans] == ["l", "æ", "æ", "n", "d"]
    assert spans[2].start_s == 3.0
    assert spans[1].end_s <= 2.0


def test_a_syllable_without_a_vowel_holds_its_most_sonorous_sound() -> None:
    spans = phoneme_spans([Note(1.0, 2.0, 60.0, sung("-tten", "t", "n"))])
    assert [span.symbol for span in spans] == ["t", "n"]
    assert spans[1].start_s == 1.0


def test_rests_give_the_onset_its_full_length_and_short_ones_leave_time_to_breathe() -> None:
    first, second = sung("ah", "ɑ"), sung("see", "s", "i")
    wide = phoneme_spans([Note(1.0, 2.0, 60.0, first), Note(3.0, 4.0, 60.0, second)])
    unhurried_s = consonant_lengths_s(("s",), stress=1, interval_s=1.0)[0]
    assert wide[1].end_s - wide[1].start_s == pytest.approx(unhurried_s)
    narrow = phoneme_spans([Note(1.0, 2.0, 60.0, first), Note(2.2, 3.0, 60.0, second)])
    assert narrow[0].end_s < 2.0


def test_clusters_shorten_their_members_and_stress_lengthens() -> None:
    alone = consonant_lengths_s(("s",), stress=1, interval_s=0.4)[0]
    assert consonant_lengths_s(("s", "t"), stress=1, interval_s=0.4)[0] < alone
    assert consonant_lengths_s(("s",), stress=2, interval_s=0.4)[0] > alone
    assert consonant_lengths_s(("s",), stress=1, interval_s=0.1)[0] < alone


def test_an_unknown_phoneme_is_named() -> None:
    with pytest.raises(InputError, match="'Q'"):
        phoneme_spans([Note(1.0, 2.0, 60.0, sung("x", "Q", "a"))])


def test_consonants_are_as_long_as_those_of_a_real_singer(shared_data: Path) -> None:
    """On PJS labels, single consonants before a vowel: root mean square error of 20 ms at most, no bias."""
    ipa = {"sh": "ʃ", "ch": "tʃ", "r": "ɾ", "g": "ɡ", "j": "dʒ", "y": "j", "f": "ɸ"}
    known = set("krtnsdmgbwhypzfj") | {"sh", "ch", "ts"}
    errors = []
    for path in sorted((shared_data / "singing" / "pjs").glob("*/*.lab"))[:20]:
        rows = [line.split() for line in path.read_text().splitlines() if line.strip()]
        labels = [(int(float(a)) * 1e-7, int(float(b)) * 1e-7, symbol) for a, b, symbol in rows]
        for before, consonant, vowel in zip(labels, labels[1:], labels[2:], strict=False):
            if before[2] in "aiueo" and consonant[2] in known and vowel[2] in "aiueo":
                notes = [
                    Note(before[0], vowel[0], 60.0, sung("a", "a")),
                    Note(vowel[0], vowel[1], 60.0, sung("x", ipa.get(consonant[2], consonant[2]), "a")),
                ]
                span = phoneme_spans(notes)[1]
                errors.append((span.end_s - span.start_s) - (consonant[1] - consonant[0]))
    assert len(errors) > 200
    assert abs(np.mean(errors)) < 0.010
    assert np.sqrt(np.mean(np.square(errors))) < 0.020
