"""Damaged files of every score format: read, or refused with a ScoreError of one line, in bounded time.

Seeds are written by our own exporters and by hand; files that once broke an importer are kept among them.
tests/fuzz/fuzz_scores.py goes on for longer with atheris.
"""

from __future__ import annotations

import importlib.util
import time
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.score.files import MAX_BYTES, MAX_ELEMENTS
from vocalkit.score.texts import MAX_TEXT_BYTES

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
CORPUS = FUZZ / "corpus" / "scores"


def target() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_scores", FUZZ / "fuzz_scores.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


FORMATS, read_or_refuse = target().FORMATS, target().read_score_bytes
SEEDS = {suffix: [path.read_bytes() for path in sorted(CORPUS.glob(f"*{suffix}"))] for suffix in FORMATS}


@pytest.mark.parametrize("path", sorted(CORPUS.iterdir()), ids=lambda path: path.name)
def test_the_corpus(path: Path) -> None:
    read_or_refuse(path.read_bytes(), path.suffix)


HARD = [b"-", b"0", b"999999999", b"1e9", b"NaN", b"\xff\xfe", b"\0", b"[", b"{"]


@st.composite
def damaged(draw: st.DrawFn, seeds: list[bytes]) -> bytes:
    """A seed with bytes changed, cut out, doubled, or put in from elsewhere."""
    data = bytearray(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(1, 6))):
        at = draw(st.integers(0, max(0, len(data) - 1)))
        size = draw(st.integers(1, 40))
        kind = draw(st.sampled_from(["change", "cut", "double", "noise", "digits", "end"]))
        if kind == "change" and data:
            data[at] = draw(st.integers(0, 255))
        elif kind == "cut":
            del data[at : at + size]
        elif kind == "double":
            data[at:at] = data[at : at + size] * draw(st.integers(1, 20))
        elif kind == "noise":
            data[at:at] = draw(st.binary(max_size=12))
        elif kind == "digits":
            data[at:at] = draw(
                st.sampled_from([b"-", b"0", b"999999999", b"1e9", b"NaN", b"\xff\xfe", b"\0", b"[", b"{"])
            )
        else:
            del data[at:]
    return bytes(data)


@pytest.mark.parametrize("suffix", FORMATS)
def test_damaged_files(suffix: str) -> None:
    @given(damaged(SEEDS[suffix]))
    @settings(max_examples=60, deadline=None)
    def run(data: bytes) -> None:
        read_or_refuse(data, suffix)

    run()


@pytest.mark.parametrize("suffix", FORMATS)
@given(data=st.binary(max_size=300))
@settings(max_examples=30, deadline=None)
def test_noise(suffix: str, data: bytes) -> None:
    read_or_refuse(data, suffix)


TEXTS = {
    ".ust": ["[#0000]", "[#SETTING]", "Tempo=", "Length=480", "Lyric=la", "Lyric=+", "NoteNum=60", "[#TRACKEND]"],
    ".txt": ["#BPM:120", "#GAP:10", ": 0 4 0 la", ": 2 9 5 lo ", "- 9", "- 1 2", "B 4 99", "P2", "E", "#RELATIVE:YES"],
    ".lrc": [
        "[00:01.00]la",
        "[00:02.00]<00:02.00>a <00:01.50>b",
        "[offset:9999999]",
        "[ti:x]",
        "[00:01.00][00:00.50]x",
    ],
    ".abc": [
        "X:1",
        "K:C",
        "M:3/4",
        "L:1/8",
        "CDE|FGA:|",
        "w: la la-la * _ |",
        "|1 C :|2 D |]",
        "(3CDE {c}D>E",
        "[V:2] z4|",
    ],
    ".ds": ["[", "]", '{"note_seq":"C4 rest",', '"note_dur":"1 2",', '"offset":-3,', '"text":"la"', "}", ","],
    ".ustx": [
        "voice_parts:",
        "- notes:",
        "  - {position: 0, duration: 480, tone: 60, lyric: la}",
        "tempos:",
        "- bpm: 0",
    ],
}


@pytest.mark.parametrize("suffix", sorted(TEXTS))
def test_shuffled_lines(suffix: str) -> None:
    @given(st.lists(st.sampled_from(TEXTS[suffix]), max_size=25))
    @settings(max_examples=80, deadline=None)
    def run(lines: list[str]) -> None:
        read_or_refuse("\n".join(lines).encode(), suffix)

    run()


BOMBS = {
    "entities.musicxml": b"<!DOCTYPE a [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><score-partwise>&b;</score-partwise>",
    "deep.musicxml": b"<a>" * 200_000,
    "wide.musicxml": b"<score-partwise>" + b"<a/>" * (MAX_ELEMENTS + 10),
    "large.musicxml": b" " * (MAX_BYTES + 1),
    "large.ust": b"[#0000]\n" + b"x" * (MAX_TEXT_BYTES + 1),
    "many.ust": b"[#0000]\n" * 300_000,
    "deep.ds": b"[" * 1_000_000,
    "deep.ustx": b"[" * 200_000,
    "deep-block.ustx": b"- " * 100_000,
    "many.txt": b"#BPM:100\n" + b": 1 1 0 a\n" * 250_000,
    "many.abc": b"X:1\nK:C\n" + b"CDEFGAB" * 40_000,
    "long-bars.abc": b"X:1\nK:C\n" + b"Z9999|" * 3000 + b"C",
    "repeats.abc": b"X:1\nK:C\n" + b"|:C:|" * 30_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(BOMBS))
def test_bombs_are_refused_or_read_in_seconds(name: str) -> None:
    begin = time.process_time()
    read_or_refuse(BOMBS[name], Path(name).suffix)
    assert time.process_time() - begin < 20.0


def test_a_sheet_that_is_read_is_in_order() -> None:
    for suffix, seeds in SEEDS.items():
        for data in seeds:
            made = read_or_refuse(data, suffix)
            if made is not None and hasattr(made, "notes"):
                assert all(a.end <= b.start for a, b in pairwise(made.notes))
