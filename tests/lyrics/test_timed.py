"""Timed lyrics as syllables with times."""

from __future__ import annotations

import pytest

from vocalkit.errors import LyricsError
from vocalkit.lyrics.timed import phonemize_timed
from vocalkit.types import TimedLine, TimedLyrics, TimedWord


def line(start_s: float, end_s: float, *words: tuple[float, str, bool]) -> TimedLine:
    return TimedLine(start_s, end_s, tuple(TimedWord(at, text, joins) for at, text, joins in words))


def test_words_keep_their_times_and_their_syllables_share_them() -> None:
    timed = TimedLyrics((line(1.0, 4.0, (1.0, "Who", False), (1.5, "remembers", False), (3.0, "me?", False)),))
    found = phonemize_timed(timed)
    spans = found.spans[0]
    assert [syllable.text for syllable in found.lyrics.sections[0].lines[0].syllables] == [
        "Who",
        "re",
        "mem",
        "bers",
        "me",
    ]
    assert [span.start_s for span in spans] == pytest.approx([1.0, 1.5, 2.0, 2.5, 3.0])
    assert [span.given for span in spans] == [True, True, False, False, True]
    assert spans[-1].end_s == 4.0


def test_parts_of_words_have_times_of_their_own() -> None:
    timed = TimedLyrics((line(1.0, 3.0, (1.0, "hea", True), (2.2, "ven", False)),))
    assert [span.start_s for span in phonemize_timed(timed).spans[0]] == [1.0, 2.2]


def test_a_line_that_is_timed_as_a_whole_is_spread_no_slower_than_can_be_sung() -> None:
    timed = TimedLyrics((line(2.0, 20.0, (2.0, "Neither I nor you", False)), line(20.0, 21.0, (20.0, "♪", False))))
    found = phonemize_timed(timed)
    assert len(found.spans) == 1
    assert [span.start_s for span in found.spans[0]] == pytest.approx([2.0, 2.5, 3.0, 3.5, 4.0])
    assert found.spans[0][-1].end_s == 20.0


def test_lines_that_come_back_are_the_chorus() -> None:
    texts = ("one two three", "sing it again", "four five six", "sing it again")
    timed = TimedLyrics(tuple(line(4.0 * i, 4.0 * i + 4.0, (4.0 * i, text, False)) for i, text in enumerate(texts)))
    assert [section.kind for section in phonemize_timed(timed).lyrics.sections] == [
        "verse",
        "chorus",
        "verse",
        "chorus",
    ]


@pytest.mark.parametrize(
    ("timed", "message"),
    [
        (TimedLyrics((line(1.0, 1.1, (1.0, "incomprehensibility", False)),)), "more time"),
        (TimedLyrics((line(1.0, 2.0, (1.0, "♪ ♪", False)),)), "no words"),
    ],
)
def test_what_cannot_be_sung_is_refused(timed: TimedLyrics, message: str) -> None:
    with pytest.raises(LyricsError, match=message):
        phonemize_timed(timed)
