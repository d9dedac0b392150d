"""The order of bars, and whose words are sung on which pass."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.score.files import parse_xml
from vocalkit.score.musicxml import bar_marks_of
from vocalkit.score.repeats import MAX_PLAYED_BARS, BarMarks, play_order
from vocalkit.score.verses import choose_lyrics
from vocalkit.score.written import WrittenNote


def bars(count: int, **marks: dict) -> list[BarMarks]:
    """b3={"backward": 2} sets marks of bar 3 (from 0)."""
    made = [BarMarks() for _ in range(count)]
    for name, values in marks.items():
        for key, value in values.items():
            setattr(made[int(name[1:])], key, value)
    return made


def ending(*passes: int, opens: bool = True) -> dict:
    return {"endings": frozenset(passes), "opens": opens}


@pytest.mark.parametrize(
    ("marks", "order"),
    [
        (bars(3), [0, 1, 2]),
        (bars(4, b1={"forward": True}, b2={"backward": 2}), [0, 1, 2, 1, 2, 3]),
        (bars(3, b1={"backward": 2}), [0, 1, 0, 1, 2]),
        (bars(2, b0={"forward": True}, b1={"backward": 4}), [0, 1] * 4),
        (bars(4, b1={"backward": 2}, b3={"backward": 2}), [0, 1, 0, 1, 2, 3, 2, 3]),
        (bars(4, b1=ending(1) | {"backward": 2}, b2=ending(2)), [0, 1, 0, 2, 3]),
        (bars(4, b1=ending(1, 2) | {"backward": 3}, b2=ending(3)), [0, 1, 0, 1, 0, 2, 3]),
        (bars(3, b1={"backward": 3}, b2=ending(3)), [0, 1, 0, 1, 0, 1, 2]),
        (bars(4, b1={"fine": True}, b3={"da_capo": True}), [0, 1, 2, 3, 0, 1]),
        (bars(5, b1={"segno": True}, b2={"fine": True}, b4={"dal_segno": True}), [0, 1, 2, 3, 4, 1, 2]),
        (
            bars(6, b1={"to_coda": True}, b3={"da_capo": True}, b4={"coda": True}),
            [0, 1, 2, 3, 0, 1, 4, 5],
        ),
        # after a D.C. repeats are not taken, and of two endings the last is
        (
            bars(4, b1=ending(1) | {"backward": 2}, b2=ending(2) | {"fine": True}, b3={"da_capo": True}),
            [0, 1, 0, 2, 3, 0, 2],
        ),
        (bars(3, b2={"dal_segno": True}), [0, 1, 2]),
        # played three times by the sign, though the second bracket has a wrong number (Schumann, op. 25 in the lieder)
        (bars(4, b1=ending(1, 2) | {"backward": 3}, b2=ending(2)), [0, 1, 0, 1, 0, 2, 3]),
        # a repeat sign under the last bracket: a third verse without one
        (bars(5, b1=ending(1) | {"backward": 2}, b2=ending(2) | {"backward": 2}), [0, 1, 0, 2, 0, 3, 4]),
        (bars(3, b1=ending(1) | {"backward": 2}, b2=ending(2) | {"backward": 2}), [0, 1, 0, 2]),
        # the bracket that was skipped is behind: the next repeat begins after it
        (bars(5, b1=ending(1) | {"backward": 2}, b3={"backward": 2}), [0, 1, 0, 2, 3, 2, 3, 4]),
    ],
)
def test_play_order(marks: list[BarMarks], order: list[int]) -> None:
    assert play_order(marks) == order


@pytest.mark.parametrize(("stop", "endings"), [("", [None, {1}, {2}, None]), ("stop", [None, {1}, {2}, {2}])])
def test_a_bracket_without_a_stop_ends_at_its_repeat(stop: str, endings: list) -> None:
    repeat = "<repeat direction='backward'/>"
    last = f"<barline><ending number='2' type='{stop}'/></barline>" if stop else ""
    bars_of_xml = [
        "<measure/>",
        f"<measure><barline><ending number='1' type='start'/></barline><barline>{repeat}</barline></measure>",
        f"<measure><barline><ending number='2' type='start'/></barline><barline>{repeat}</barline></measure>",
        f"<measure>{last}</measure>",
    ]
    root = parse_xml(f"<score-partwise><part>{''.join(bars_of_xml)}</part></score-partwise>".encode())
    assert [mark.endings for mark in bar_marks_of(root)] == endings


def test_endless_repeats_are_refused() -> None:
    with pytest.raises(ScoreError, match="20,000 bars"):
        play_order(bars(MAX_PLAYED_BARS // 50, **{f"b{MAX_PLAYED_BARS // 50 - 1}": {"backward": 99}}))


MARKS = st.builds(
    BarMarks,
    forward=st.booleans(),
    backward=st.sampled_from([0, 0, 0, 2, 3]),
    endings=st.one_of(st.none(), st.frozensets(st.integers(1, 4), min_size=1)),
    opens=st.booleans(),
    segno=st.booleans(),
    coda=st.booleans(),
    fine=st.booleans(),
    to_coda=st.booleans(),
    da_capo=st.booleans(),
    dal_segno=st.booleans(),
)


@given(st.lists(MARKS, max_size=24))
@settings(max_examples=300, deadline=None)
def test_any_signs_end(marks: list[BarMarks]) -> None:
    try:
        order = play_order(marks)
    except ScoreError:
        return
    assert all(0 <= index < len(marks) for index in order)


def note(at: int, visit: int = 0, **lyrics: str) -> WrittenNote:
    return WrittenNote(at, at + 1, 60.0, "1:1", 0, {k[1:]: (v, "single") for k, v in lyrics.items()}, visit=visit)  # type: ignore[arg-type]


def sung(notes: list[WrittenNote], verse: int = 1) -> list[str | None]:
    keys = sorted({key for n in notes for key in n.lyrics})
    return [lyric[0] if lyric else None for lyric in choose_lyrics(notes, keys, verse)]


def test_each_pass_sings_its_verse_and_shares_the_refrain() -> None:
    verse = {"v1": "one", "v2": "two"}
    first = [note(0, **verse), note(1, **verse), note(2, v1="la"), note(3, v1="la")]
    again = [note(4, 1, **verse), note(5, 1, **verse), note(6, 1, v1="la"), note(7, 1, v1="la")]
    assert sung(first + again) == ["one", "one", "la", "la", "two", "two", "la", "la"]
    assert sung(first, verse=2) == ["two", "two", "la", "la"]


def test_one_syllable_too_few_in_a_verse_is_a_melisma_not_a_loan() -> None:
    notes = [note(0, v1="hea", v2="love"), note(1, v1="ven"), note(2, v1="waits", v2="waits")]
    assert sung(notes, verse=2) == ["love", None, "waits"]


def test_a_pass_beyond_the_last_verse_sings_the_first_again() -> None:
    assert sung([note(0, 2, v1="one", v2="two")]) == ["one"]
