"""Every format in and out: what each keeps, what it says it cannot, and what other programs' files look like."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.score import Reading, Sheet, SheetNote, parse_score, read_sheet
from vocalkit.score.lrc import parse_lrc, timed_lyrics, write_lrc
from vocalkit.score.sheet import SheetChord, TimeSignature, without_graces
from vocalkit.score.timeline import TempoLine
from vocalkit.score.write import write_score
from vocalkit.types import Key

FORMATS = (".musicxml", ".mid", ".ustx", ".ust", ".ds", ".txt")
WORDS = ["heav:begin", "en:end", "sings", None, "o‿a", "ev:begin", "er:middle", "y:end", "rest", "sil:begin", "ver:end"]


def sheet(*, tempos: tuple = ((Fraction(0), 90.0),)) -> Sheet:
    """Eleven notes with a melisma, tuplets, rests, a word over a rest and words that are names of rests."""
    lengths = [1, 1, Fraction(1, 3), Fraction(2, 3), Fraction(1, 5), Fraction(4, 5), 1, 1, Fraction(1, 2), 1, 2]
    now, notes = Fraction(1), []
    for index, (length, word) in enumerate(zip(lengths, WORDS, strict=True)):
        text, _, position = (word or "").partition(":")
        sung = SheetNote(now, now + length, 60.0 + index, text or None, position or "single", continues=word is None)  # type: ignore[arg-type]
        notes.append(replace(sung, phonemes=("l", "a") if text else ()))
        now += length + (Fraction(1, 2) if index in (1, 6) else 0)
    return Sheet(
        tuple(notes), Fraction(16), tempos, ((Fraction(0), TimeSignature(4, 4)),),
        bars=tuple(Fraction(4 * n) for n in range(4)), title="Song",
    )  # fmt: skip


def same(one: Sheet, other: Sheet, *, tick_s: float) -> None:
    first, second = TempoLine(list(one.tempos)), TempoLine(list(other.tempos))
    assert [round(n.pitch_midi) for n in one.notes] == [round(n.pitch_midi) for n in other.notes]
    assert [(n.text, n.position) for n in one.notes if n.text] == [(n.text, n.position) for n in other.notes if n.text]
    assert [n.continues for n in one.notes] == [n.continues for n in other.notes]
    for a, b in zip(one.notes, other.notes, strict=True):
        assert first.time_at(a.start) == pytest.approx(second.time_at(b.start), abs=tick_s)
        assert first.time_at(a.end) == pytest.approx(second.time_at(b.end), abs=tick_s)


@pytest.mark.parametrize("suffix", FORMATS)
@pytest.mark.parametrize(
    "tempos",
    [((Fraction(0), 90.0),), ((Fraction(0), 60.0), (Fraction(5, 2), 97.3), (Fraction(17, 2), 200.0))],
    ids=["steady", "changing"],
)
def test_a_round_trip_keeps_notes_and_words(suffix: str, tempos: tuple) -> None:
    original = sheet(tempos=tempos)
    back = parse_score(write_score(original, suffix).data, suffix)
    same(original, back, tick_s=0.004 if suffix == ".txt" else 0.002)
    again = parse_score(write_score(back, ".musicxml").data, ".musicxml")
    same(original, again, tick_s=0.004 if suffix == ".txt" else 0.002)


@pytest.mark.parametrize("suffix", [".musicxml", ".mid"])
def test_beats_tuplets_meters_and_keys_stay_exact(suffix: str) -> None:
    signatures = ((Fraction(0), TimeSignature(3, 4)), (Fraction(4), TimeSignature(6, 8)))
    original = replace(
        sheet(), signatures=signatures, bars=(Fraction(0), Fraction(1), *(Fraction(1 + 3 * n) for n in range(1, 5))),
        keys=((Fraction(0), Key.parse("Eb")),),
    )  # fmt: skip
    back = parse_score(write_score(original, suffix).data, suffix)
    assert [(n.start, n.end) for n in back.notes] == [(n.start, n.end) for n in original.notes]
    assert back.bars == original.bars and back.signatures[-1] == signatures[-1] and back.keys == original.keys


SPANS = st.lists(
    st.tuples(st.integers(1, 60), st.integers(0, 30), st.integers(36, 84), st.sampled_from(["la", "o", None, "été"])),
    min_size=1, max_size=10,
)  # fmt: skip


@given(SPANS, st.sampled_from([12, 48, 20, 28]), st.floats(40, 220), st.sampled_from(FORMATS))
@settings(max_examples=120, deadline=None)
def test_any_line_survives_every_format(spans: list, parts: int, bpm: float, suffix: str) -> None:
    now, notes = Fraction(0), []
    for length, rest, pitch, text in spans:
        text = text or (None if notes else "la")
        start = now + Fraction(rest, parts)
        now = start + Fraction(length, parts)
        notes.append(SheetNote(start, now, float(pitch), text, continues=text is None, phonemes=("a",) if text else ()))
    bars = tuple(Fraction(4 * n) for n in range(max(1, -(-now // 4))))
    original = Sheet(tuple(notes), now, ((Fraction(0), bpm),), bars=bars)
    back = parse_score(write_score(original, suffix).data, suffix)
    same(original, back, tick_s=0.004 if suffix == ".txt" else 60 / bpm / 480)


def test_losses_are_said() -> None:
    rich = replace(
        sheet(),
        chords=(SheetChord(Fraction(0), 0),),
        marks=((Fraction(0), "A"),),
        keys=((Fraction(0), Key.parse("G")),),
    )
    assert write_score(rich, ".musicxml").losses == ()
    for suffix, told in [(".mid", "chord"), (".ust", "time signatures"), (".ds", "tempo"), (".txt", "key")]:
        assert any(told in loss for loss in write_score(rich, suffix).losses), suffix
    assert any("pitches" in loss for loss in write_score(rich, ".lrc").losses)


def test_ustx_is_what_openutau_reads() -> None:
    """Names and types of OpenUtau's own classes; a word stands on its first note, + and +~ carry it on."""
    project = yaml.safe_load(write_score(sheet(), ".ustx").data)
    assert [n["lyric"] for n in project["voice_parts"][0]["notes"]] == [
        "heaven", "+", "sings", "+~", "o‿a", "ev-", "er-", "y", "rest", "silver", "+",
    ]  # fmt: skip
    assert project["ustx_version"] == "0.6" and project["tempos"][0] == {"position": 0, "bpm": 90.0}
    note = project["voice_parts"][0]["notes"][0]
    assert (note["position"], note["duration"], note["tone"]) == (480, 480, 60)
    assert set(note["pitch"]) == {"data", "snap_first"} and note["vibrato"]["length"] == 0
    assert {"tracks", "voice_parts", "wave_parts", "time_signatures", "expressions"} <= set(project)
    assert project["voice_parts"][0]["track_no"] == 0 < len(project["tracks"])


def test_ustx_from_openutau_divides_words_by_their_vowels() -> None:
    project = yaml.safe_load(write_score(sheet(), ".ustx").data)
    project["voice_parts"][0]["comment"] = ""
    project["voice_parts"][0]["notes"][0]["lyric"] = "heaven [hh eh v ah n]"
    back = parse_score(yaml.safe_dump(project).encode(), ".ustx")
    assert [n.text for n in back.notes[:2]] == ["hea", "ven"]


def test_ds_is_what_diffsinger_reads() -> None:
    phrases = json.loads(write_score(sheet(), ".ds").data)
    for phrase in phrases:
        symbols, counts = phrase["ph_seq"].split(), [int(n) for n in phrase["ph_num"].split()]
        notes, lengths, slurs = (phrase[key].split() for key in ("note_seq", "note_dur", "note_slur"))
        assert sum(counts) == len(symbols) and min(counts) > 0
        assert len(notes) == len(lengths) == len(slurs) and len(counts) == slurs.count("0")
    starts = [phrase["offset"] for phrase in phrases]
    assert starts == sorted(starts) and phrases[0]["note_seq"].split()[0] == "rest"
    with pytest.raises(ScoreError, match="phonemes"):
        write_score(replace(sheet(), notes=(SheetNote(Fraction(0), Fraction(1), 60.0, "la"),)), ".ds")


def test_ust_in_shift_jis_with_a_tempo_inside() -> None:
    text = """[#VERSION]
UST Version1.2
[#SETTING]
Tempo=120,00
[#0000]
Length=480
Lyric=R
NoteNum=60
[#0001]
Length=480
Lyric=さ
NoteNum=60
[#0002]
Length=480
Lyric=ー
NoteNum=62
Tempo=60
[#TRACKEND]
"""
    read = parse_score(text.encode("cp932"), ".ust")
    assert [(n.start, n.text, n.continues) for n in read.notes] == [(1, "さ", False), (2, None, True)]
    assert read.tempos == ((0, 120.0), (2, 60.0))


def test_ultrastar_as_players_write_it() -> None:
    text = (
        "#TITLE:A\n#BPM:240,5\n#GAP:1000\n: 0 4 0 Hel\n: 4 4 2 lo\n* 8 4 -3  world\n: 12 2 0 ~\n- 20\nF 24 4 0 oh\nE\n"
    )
    read = parse_score(text.encode("cp1252"), ".txt")
    assert [(n.text, n.position) for n in read.notes] == [
        ("Hel", "begin"), ("lo", "end"), ("world", "single"), (None, "single"), ("oh", "single"),
    ]  # fmt: skip
    line = TempoLine(list(read.tempos))
    assert line.time_at(read.notes[0].start) == pytest.approx(1.0, abs=0.001)
    assert line.time_at(read.notes[1].start) - 1.0 == pytest.approx(4 * 15 / 240.5, abs=0.001)
    assert read.notes[3].breath and any("free" in warning for warning in read.warnings)


def test_lrc_keeps_lines_and_words() -> None:
    lyrics = parse_lrc(
        b"[ti:Song]\n[offset:+500]\n[00:10.00][00:20.00]Two times\n"
        b"[00:15.00]<00:15.00>Hea<00:15.50>ven <00:16.00>sings<00:17.00>\n"
    )
    assert [(line.start_s, line.text) for line in lyrics.lines] == [
        (9.5, "Two times"), (14.5, "Heaven sings"), (19.5, "Two times"),
    ]  # fmt: skip
    assert lyrics.lines[1].end_s == 16.5 and lyrics.title == "Song"
    made = timed_lyrics(sheet())
    assert parse_lrc(write_lrc(made)).lines[0].text == made.lines[0].text


ABC = """X:1
T:Two tunes
X:2
T:The second
M:3/4
L:1/4
Q:1/4=90
K:Dm
V:1
|: "Dm"A B/c/ d | [M:2/4] (3efg a- |1 a2 :|2 ^F3/2 F/ |]
w: 1.~Oh hea- * ven_ sings a- gain then
w: 2.~Sec- ond _ _ _ verse it too
V:2
z3 | D,2 | D2 | D2 |]
"""


def test_abc() -> None:
    read = parse_score(ABC.encode(), ".abc", Reading(song=2))
    assert read.title == "The second" and read.keys[0][1].name == "D minor" and read.pickup == 0
    assert [n.pitch_midi for n in read.notes][:4] == [69, 70, 72, 74]
    assert read.notes[2].end - read.notes[1].end == Fraction(1, 2)
    assert read.notes[4].end - read.notes[4].start == Fraction(2, 3) * 1
    assert read.chords[0].quality == "min" and read.signatures[1][1] == TimeSignature(2, 4)
    assert read.notes[0].text == "Oh" and "Sec" in read.syllables and [n.text for n in read.notes].count("Oh") == 1
    assert [n.pitch_midi for n in read.notes][-2:] == [66, 66]
    assert parse_score(ABC.encode(), ".abc", Reading(song=2, part=2)).notes[0].pitch_midi == 50
    with pytest.raises(ScoreError, match="song 3"):
        parse_score(ABC.encode(), ".abc", Reading(song=3))


BAD = [
    (".ust", b"hello", "no \\[#"),
    (".ust", b"[#SETTING]\nTempo=0\n[#0000]\nLength=480\nLyric=a\n", "tempo"),
    (".ust", b"[#SETTING]\nTempo=-120\n[#0000]\nLength=480\nLyric=a\n", "tempo"),
    (".ust", b"[#SETTING]\nTempo=120\n[#0000]\nLength=-5\nLyric=a\n", "line 3.*length"),
    (".ust", b"[#0000]\nLength=480\nLyric=R\n", "no notes"),
    (".ust", b"[#0000]\nLength=480\x00", "byte 18"),
    (".ust", b"\x81", "byte 0"),
    (".ustx", b"a: [", "line"),
    (".ustx", b"a: &a [1]\nb: *a\n", "line 2.*aliases"),
    (".ustx", b"[" * 5000, "nest"),
    (".ustx", b"a: 1", "voice_parts"),
    (".ustx", b"voice_parts: [{notes: [{position: 0, duration: x, tone: 60}]}]", "note 1.*duration"),
    (".ustx", b"voice_parts: [{notes: [{position: 0, duration: 0, tone: 60}]}]", "no notes that last"),
    (".ds", b"[", "not a .ds"),
    (".ds", b"[" * 100_000, "not a .ds"),
    (".ds", b'[{"note_seq": "C4", "note_dur": "1 2"}]', "phrase 1.*1, 2, 1"),
    (".ds", b'[{"note_seq": "H4", "note_dur": "1"}]', "phrase 1.*note 1.*H4"),
    (".ds", b'[{"note_seq": "C4", "note_dur": "nan"}]', "phrase 1.*nan"),
    (".txt", b"#BPM:0\n: 0 1 0 a\n", "#BPM"),
    (".txt", b"#BPM:100\n: 0 x\n", "line 2"),
    (".txt", b"#BPM:100\n: -900 1 0 a\n", "GAP"),
    (".abc", b"hello", "no X:"),
    (".abc", b"X:1\nL:1/0\nK:C\nC\n", "line 2"),
    (".abc", b"X:1\nK:C\nz z\n", "no notes"),
    (".abc", b"X:1\nK:C\n" + b"C" * 30 + b"0\n", "line 3"),
]


@pytest.mark.parametrize(("suffix", "data", "told"), BAD)
def test_bad_files(suffix: str, data: bytes, told: str) -> None:
    with pytest.raises(ScoreError, match=told) as caught:
        parse_score(data, suffix)
    assert "\n" not in str(caught.value)


def test_utf16_text_is_read_with_its_mark_and_refused_without() -> None:
    text = "#BPM:100\n: 0 4 0 été\nE\n"
    assert parse_score(text.encode("utf-16"), ".txt").syllables == ("été",)
    with pytest.raises(ScoreError, match="NUL"):
        parse_score(text.encode("utf-16-le"), ".txt")


def test_words_of_punctuation_alone_are_no_words() -> None:
    read = parse_score(b"#BPM:100\n: 0 4 0 ...\n: 4 4 0 !\nE\n", ".txt")
    assert read.syllables == () and len(read.notes) == 2


def test_overlaps_and_empty_notes_are_cut_and_told() -> None:
    read = parse_score(b"#BPM:100\n: 0 8 0 a\n: 4 4 2 b\n: 10 0 4 c\nE\n", ".txt")
    assert [n.text for n in read.notes] == ["a", "b"] and "2 notes overlap" in read.warnings[0]


def test_lrc_is_no_score(tmp_path: Path) -> None:
    path = tmp_path / "a.lrc"
    path.write_text("[00:01.00]la\n")
    with pytest.raises(ScoreError, match="no pitches"):
        read_sheet(path)


def test_grace_notes_are_written_out_where_a_format_has_none() -> None:
    ornate = Sheet(
        (SheetNote(Fraction(0), Fraction(2), 60.0, "oh", graces=(62.0, 64.0), phonemes=("o",)),), Fraction(4)
    )
    plain = without_graces(ornate)
    assert [n.pitch_midi for n in plain.notes] == [62.0, 64.0, 60.0] and plain.notes[-1].end == 2
    assert parse_score(write_score(ornate, ".musicxml").data, ".musicxml").notes[0].graces == (62.0, 64.0)
    assert [n.pitch_midi for n in parse_score(write_score(ornate, ".mid").data, ".mid").notes] == [62.0, 64.0, 60.0]


@pytest.mark.parametrize("suffix", FORMATS)
def test_brackets_in_words_and_a_tempo_that_comes_late(suffix: str) -> None:
    notes = tuple(
        SheetNote(Fraction(2 * n), Fraction(2 * n + 1), 60.0, text, phonemes=("a",))
        for n, text in enumerate(["[her]", "and", "me"])
    )
    original = Sheet(notes, Fraction(8), ((Fraction(4), 70.0),), bars=(Fraction(0), Fraction(4)))
    same(original, parse_score(write_score(original, suffix).data, suffix), tick_s=0.004)
