"""Our .ds and USTX files by the rules of the programs that read them, written down here a second time.

.ds: what OpenVPI's DiffSinger does with a phrase before its variance models see it. USTX: what OpenUtau checks and
assumes when it opens a project (format 0.6).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from vocalkit.lyrics import read_underlay
from vocalkit.phones import is_vowel
from vocalkit.score import Sheet, SheetNote, in_seconds, parse_score, read_sheet
from vocalkit.score.sheet import TimeSignature
from vocalkit.score.write import write_score

LA = ("l", "a")


def notes(*spans: tuple[float, float, str | None]) -> Sheet:
    """(start, end, text) in quarters; a text ending in - goes on."""
    made, inside = [], False
    for index, (start, end, text) in enumerate(spans):
        goes_on = text is not None and text.endswith("-")
        position = {(False, False): "single", (False, True): "begin", (True, True): "middle", (True, False): "end"}
        made.append(
            SheetNote(
                Fraction(start).limit_denominator(96), Fraction(end).limit_denominator(96), 60.0 + index,
                text.rstrip("-") if text else None, position[inside, goes_on] if text else "single",  # type: ignore[arg-type]
                continues=text is None and index > 0, phonemes=LA if text else (),
            )
        )  # fmt: skip
        inside = goes_on if text else inside
    bars = tuple(Fraction(3 * n) for n in range(int(spans[-1][1] // 3) + 1))
    return Sheet(tuple(made), bars[-1] + 3, ((Fraction(0), 96.0),), ((Fraction(0), TimeSignature(3, 4)),), bars)


SHEETS = {
    "plain": notes((0, 1, "hea-"), (1, 2, "ven"), (2, 3, "sings")),
    "melisma": notes((1, 2, "glo-"), (2, 2.5, None), (2.5, 3, None), (3, 4, "ry"), (8, 9, "there")),
    "melisma over a rest": notes((0, 1, "ah"), (1.25, 2, None), (2, 3, None), (3, 4, "oh")),
    "tune that begins without words": notes((0, 1, None), (1, 2, "la")),
}


def words_of(phrase: dict[str, Any]) -> Iterator[tuple[list[str], float, list[str]]]:
    """(phonemes, seconds, pitches) of every word, as DiffSinger groups them: note2word is cumsum(1 - slur)."""
    symbols = phrase["ph_seq"].split()
    counts = [int(n) for n in phrase["ph_num"].split()]
    names, slurs = phrase["note_seq"].split(), [int(s) for s in phrase["note_slur"].split()]
    lengths = [float(s) for s in phrase["note_dur"].split()]
    assert len(names) == len(slurs) == len(lengths) and set(slurs) <= {0, 1} and slurs[0] == 0
    assert sum(counts) == len(symbols) and min(counts) >= 1
    owners = list(accumulate(1 - slur for slur in slurs))
    assert owners[-1] == len(counts), "one group of phonemes a word"
    ends = list(accumulate(counts))
    for word, (end, count) in enumerate(zip(ends, counts, strict=True), 1):
        mine = [index for index, owner in enumerate(owners) if owner == word]
        yield symbols[end - count : end], sum(lengths[i] for i in mine), [names[i] for i in mine]


def check_ds(data: bytes) -> list[dict[str, Any]]:
    phrases = json.loads(data.decode("utf-8"))
    assert isinstance(phrases, list) and phrases
    ends_s = 0.0
    for phrase in phrases:
        assert isinstance(phrase["offset"], int | float) and phrase["offset"] >= ends_s - 1e-6
        assert all(isinstance(value, str) for key, value in phrase.items() if key != "offset")
        for symbols, seconds, names in words_of(phrase):
            assert seconds > 0
            assert all(re.fullmatch(r"rest|[A-G]#?-?\d", name) for name in names)
            assert ("rest" in names) == (symbols[0] == "SP"), "a rest is silence, and only a rest"
            assert "rest" not in names or len(names) == 1, "nothing is slurred to a rest"
            if "rest" not in names:
                assert any(is_vowel(symbol) for symbol in symbols), symbols
        lengths = [float(s) for s in phrase["note_dur"].split()]
        ends_s = phrase["offset"] + sum(lengths)
        hop_s = 512 / 44_100  # frames = diff(round(cumsum(seconds) / timestep + 0.5)): no note may vanish
        frames = [round(second / hop_s + 0.5) for second in accumulate(lengths, initial=0.0)]
        assert all(after > before for before, after in pairwise(frames))
    return phrases


@pytest.mark.parametrize("name", [name for name in SHEETS if name != "tune that begins without words"])
def test_diffsinger_reads_our_phrases(name: str) -> None:
    sheet = SHEETS[name]
    phrases = check_ds(write_score(sheet, ".ds").data)
    sung_s = sum(seconds for phrase in phrases for _, seconds, names in words_of(phrase) if "rest" not in names)
    assert sung_s == pytest.approx(sum(note.end_s - note.start_s for note in in_seconds(sheet).notes), abs=1e-4)


def check_ustx(data: bytes) -> dict[str, Any]:
    project = yaml.safe_load(data.decode("utf-8"))
    assert project["ustx_version"] == "0.6"
    assert [type(project[key]) for key in ("name", "comment", "output_dir", "cache_dir")] == [str] * 4
    bars = [mark["bar_position"] for mark in project["time_signatures"]]
    assert bars[0] == 0 and bars == sorted(set(bars))
    places = [mark["position"] for mark in project["tempos"]]
    assert places[0] == 0 and places == sorted(set(places)) and all(mark["bpm"] > 0 for mark in project["tempos"])
    for part in project["voice_parts"]:
        assert 0 <= part["track_no"] < len(project["tracks"]) and part["position"] >= 0
        spans = [(note["position"], note["position"] + note["duration"]) for note in part["notes"]]
        assert all(isinstance(at, int) for span in spans for at in span) and spans[0][0] >= 0
        assert all(before[1] <= after[0] for before, after in pairwise(spans)) and spans[-1][1] <= part["duration"]
        for note, (start, end) in zip(part["notes"], spans, strict=True):
            assert start < end and 0 <= note["tone"] <= 127 and isinstance(note["lyric"], str) and note["lyric"]
            assert len(note["pitch"]["data"]) >= 2 and note["pitch"]["data"][0]["x"] < note["pitch"]["data"][-1]["x"]
            assert set(note["vibrato"]) == {"length", "period", "depth", "in", "out", "shift", "drift", "vol_link"}
        for index, (note, (start, _)) in enumerate(zip(part["notes"], spans, strict=True)):
            if note["lyric"].startswith("+"):  # UPart.Validate: carried on only where the note before ends here
                assert index and spans[index - 1][1] == start, "nothing before it to carry on"
    return project


@pytest.mark.parametrize("name", SHEETS)
def test_openutau_reads_our_projects(name: str) -> None:
    check_ustx(write_score(SHEETS[name], ".ustx").data)


@pytest.mark.slow
def test_files_of_real_songs(shared_data: Path) -> None:
    checked = 0
    for path in sorted((shared_data / "scores" / "lieder").glob("*.mxl"))[::60]:
        sheet = read_sheet(path)
        words = in_seconds(sheet).words
        if not words:
            continue
        said = iter([s.phonemes for word in read_underlay(words, language="de").words for s in word])
        pronounced = tuple(
            SheetNote(n.start, n.end, n.pitch_midi, n.text, n.position, n.continues, n.graces, n.breath, next(said))
            if n.text is not None
            else n
            for n in sheet.notes
        )
        sheet = Sheet(pronounced, sheet.end, sheet.tempos, sheet.signatures, sheet.bars, sheet.keys)
        check_ds(write_score(sheet, ".ds").data)
        check_ustx(write_score(sheet, ".ustx").data)
        checked += 1
    assert checked >= 15


def test_a_melisma_over_a_rest_is_sung_on_its_vowel_and_comes_back_as_one() -> None:
    data = write_score(SHEETS["melisma over a rest"], ".ustx").data
    assert [note["lyric"] for note in check_ustx(data)["voice_parts"][0]["notes"]] == ["ah", "a", "+~", "oh"]
    assert parse_score(data, ".ustx").syllables == ("ah", "oh")


def test_wordless_notes_before_the_first_word_carry_nothing_on() -> None:
    project = check_ustx(write_score(SHEETS["tune that begins without words"], ".ustx").data)
    lyrics = [note["lyric"] for note in project["voice_parts"][0]["notes"]]
    assert lyrics == ["…", "la"]
    assert b"Lyric=+~" not in write_score(SHEETS["tune that begins without words"], ".ust").data
