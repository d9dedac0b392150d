"""Transcripts in the forms that people have, and what is said about those that are wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.errors import InputError
from vocalkit.voice.transcripts import parse_transcripts


@pytest.mark.parametrize(
    "text",
    ["a1|Hello there.\nb2|Good bye.", "a1.wav\tHello there.\nb2.wav\tGood bye.", "b2 Good bye.\n\na1 Hello there.\n"],
)
def test_every_usual_form_is_read(text: str) -> None:
    assert parse_transcripts(text, ["a1.wav", "b2.wav"]) == {"a1.wav": "Hello there.", "b2.wav": "Good bye."}


def test_ljspeech_numbers_come_written_out() -> None:
    assert parse_transcripts("a|In 1905|In nineteen oh five", ["a.flac"])["a.flac"] == "In nineteen oh five"


def test_capitals_are_words_and_not_letters() -> None:
    assert parse_transcripts("84-1 GO DO YOU HEAR", ["84-1.flac"])["84-1.flac"] == "go do you hear"


def test_lines_about_other_clips_do_not_matter() -> None:
    assert parse_transcripts("x|other\na|mine", ["a.wav"]) == {"a.wav": "mine"}


def test_missing_texts_are_named() -> None:
    with pytest.raises(InputError, match=r"no transcript for b\.wav"):
        parse_transcripts("a|one", ["a.wav", "b.wav"])


@pytest.mark.parametrize("line", ["|text", "name|", "name|...", "name"])
def test_a_line_that_says_nothing_is_refused(line: str) -> None:
    with pytest.raises(InputError, match="line 2"):
        parse_transcripts(f"a|fine\n{line}", ["a.wav"])


def test_two_texts_for_one_clip_are_refused() -> None:
    with pytest.raises(InputError, match="another text"):
        parse_transcripts("a|one\na|two", ["a.wav"])


@given(st.text(max_size=200))
def test_any_text_reads_or_is_refused(text: str) -> None:
    try:
        found = parse_transcripts(text, ["a.wav"])
    except InputError:
        return
    assert set(found) == {"a.wav"} and found["a.wav"]
