"""Words on their way to the notes: the user's own pronunciations, guesses that are told, lyrics that are fitted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vocalkit.errors import ScoreError
from vocalkit.lyrics import parse_lexicon
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.words import read_words_and_score
from vocalkit.protocols import silent
from vocalkit.score import ImportedNote, ImportedScore
from vocalkit.types import Note, Score, TempoMap
from vocalkit.types.words import Syllable

CLOCK = StageClock(silent)


def tune(notes: int) -> Score:
    la = Syllable("la", ("l", "ɑ"))
    grid = TempoMap.constant(120.0, duration_s=0.5 * notes)
    return Score(tuple(Note(i * 0.5, i * 0.5 + 0.5, 60.0, la) for i in range(notes)), grid, "en-us")


def test_a_lexicon_is_heard() -> None:
    lexicon = parse_lexicon("wind\tw aɪ n d")
    plain = read_words_and_score("the wind", None, language="en-us", clock=CLOCK)
    own = read_words_and_score("the wind", None, language="en-us", lexicon=lexicon, clock=CLOCK)
    assert plain.lyrics is not None and own.lyrics is not None
    assert plain.lyrics.sections[0].lines[0].syllables[1].phonemes == ("w", "ɪ", "n", "d")
    assert own.lyrics.sections[0].lines[0].syllables[1].phonemes == ("w", "aɪ", "n", "d")


def test_a_guessed_word_is_told() -> None:
    words = read_words_and_score("hello xqzt world", None, language="en-us", clock=CLOCK)
    assert len(words.warnings) == 1 and "xqzt (line 1)" in words.warnings[0]
    assert read_words_and_score("hello world", None, language="en-us", clock=CLOCK).warnings == ()


def test_a_guessed_word_of_a_score_is_told() -> None:
    notes = [ImportedNote(i * 0.5, i * 0.5 + 0.5, 60.0, text) for i, text in enumerate(["hel", "lo", "xqzt,"])]
    notes[0], notes[1] = replace(notes[0], position="begin"), replace(notes[1], position="end")
    score = ImportedScore(tuple(notes), TempoMap.constant(120.0, duration_s=2.0))
    words = read_words_and_score(None, score, language="en-us", clock=CLOCK)
    assert len(words.warnings) == 1 and "guess: xqzt;" in words.warnings[0] and "--lexicon" in words.warnings[0]
    own = parse_lexicon("xqzt\tˈɪ k s t")
    assert read_words_and_score(None, score, language="en-us", lexicon=own, clock=CLOCK).warnings == ()


def test_lyrics_give_way_to_notes_only_when_asked() -> None:
    with pytest.raises(ScoreError, match="more notes"):
        read_words_and_score("hello world", tune(4), language="en-us", clock=CLOCK)
    words = read_words_and_score("hello world", tune(4), language="en-us", fit=("slur",), clock=CLOCK)
    assert words.score is not None and len(words.score.notes) == 4
    assert [note.syllable is None for note in words.score.notes].count(True) == 1
    assert words.warnings == ("1 notes carry on the syllable before them",)
