"""What a damaged or odd file of every format comes to: refused with its place, or read with a warning of what is lost.

Bombs and noise are in test_fuzz.py, MusicXML's own faults in test_import.py.
"""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import mido
import pytest

from vocalkit.errors import ScoreError
from vocalkit.score import Sheet, parse_score, read_sheet, read_timed_lyrics
from vocalkit.score.files import MAX_BYTES
from vocalkit.score.lrc import parse_lrc
from vocalkit.score.write import WRITERS, write_score

MUSICXML = """<?xml version='1.0'?><score-partwise><part id='P1'><measure number='7'>
<attributes><divisions>2</divisions></attributes><sound tempo='{bpm}'/>
<note><pitch><step>C</step><octave>4</octave></pitch><duration>{length}</duration><lyric><text>{text}</text></lyric></note>
<note><pitch><step>D</step><octave>4</octave></pitch><duration>2</duration><lyric><text>la</text></lyric></note>
</measure></part></score-partwise>"""
UST = """[#SETTING]\nTempo={bpm}\n[#0000]\nLength={length}\nLyric={text}\nNoteNum=60
[#0001]\nLength=480\nLyric=la\nNoteNum=62\n[#TRACKEND]\n"""
USTX = """tempos: [{{position: 0, bpm: {bpm}}}]\nvoice_parts:\n- notes:
  - {{position: 0, duration: {length}, tone: 60, lyric: '{text}'}}
  - {{position: 480, duration: 480, tone: 62, lyric: la}}\n"""
DS = """[{{"text": "{text} la", "ph_seq": "a a",
"note_seq": "C4 D4", "note_dur": "{length} 0.5", "note_slur": "0 0"}}]"""
ULTRASTAR = "#TITLE:x\n#BPM:{bpm}\n: 0 {length} 0 {text} \n: 4 4 2 la\nE\n"
ABC = "X:1\nM:4/4\nL:1/4\nQ:1/4={bpm}\nK:C\nC{length} D|\nw: {text} la\n"
FILES = {".musicxml": MUSICXML, ".ust": UST, ".ustx": USTX, ".ds": DS, ".txt": ULTRASTAR, ".abc": ABC}
LENGTH = {".musicxml": "2", ".ust": "480", ".ustx": "480", ".ds": "0.5", ".txt": "4", ".abc": "1"}
LRC = "[00:01.00]<00:01.00>{text} <00:02.00>la\n[00:03.00]\n"


def file(suffix: str, *, text: str = "la", bpm: str = "120", length: str | None = None) -> str:
    return FILES[suffix].format(text=text, bpm=bpm, length=length or LENGTH[suffix])


def refusal(data: bytes, suffix: str) -> str:
    with pytest.raises(ScoreError) as caught:
        parse_lrc(data) if suffix == ".lrc" else parse_score(data, suffix)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def midi(*messages: object) -> bytes:
    song = mido.MidiFile(type=1)
    song.tracks.append(mido.MidiTrack(messages))
    stream = io.BytesIO()
    song.save(file=stream)
    return stream.getvalue()


NOTE = [mido.Message("note_on", note=60, velocity=90), mido.Message("note_off", note=60, time=480)]


@pytest.mark.parametrize(
    ("suffix", "cut", "told"),
    [
        (".musicxml", "</note>", "line 3"),
        (".ust", "480", "line 3: the length"),
        (".ustx", ", lyric: la", "line 6"),
        (".ds", "note_dur", "line 2"),
        (".txt", "4 0 la", "line 3"),
        (".abc", "C1", "no notes"),
    ],
)
def test_what_is_cut_off_is_told_where(suffix: str, cut: str, told: str) -> None:
    text = file(suffix)
    assert told in refusal(text[: text.index(cut)].encode(), suffix)


def test_midi_that_is_cut_off() -> None:
    assert refusal(midi(*NOTE)[:-6], ".mid").startswith("byte 2")


@pytest.mark.parametrize("kept", [4, 40, 120, 0.5, 0.9, 0.99])
def test_every_cut_of_an_mxl_is_refused(kept: float) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("score.xml", file(".musicxml"))
    data = stream.getvalue()
    assert parse_score(data, ".mxl").syllables == ("la", "la")
    assert "damaged" in refusal(data[: int(kept if kept > 1 else kept * len(data))], ".mxl")


def test_an_archive_of_archives_and_one_of_many_files_are_refused() -> None:
    for count, told in ((1001, "1001 files"), (1, "no MusicXML")):
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as archive:
            for number in range(count):
                archive.writestr(f"{number}.mxl", b"PK\x03\x04")
        assert told in refusal(stream.getvalue(), ".mxl")


@pytest.mark.parametrize("suffix", [*FILES, ".mid", ".mxl", ".lrc"])
def test_a_hundred_megabytes_are_refused_at_once(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with path.open("wb") as large:
        large.truncate(100_000_000)
    with pytest.raises(ScoreError, match=rf"a{suffix}: larger than {MAX_BYTES // 1_000_000} MB"):
        read_timed_lyrics(path) if suffix == ".lrc" else read_sheet(path)


@pytest.mark.parametrize("suffix", [*FILES, ".lrc"])
def test_utf16_and_nul(suffix: str) -> None:
    text = LRC.format(text="été") if suffix == ".lrc" else file(suffix, text="été")
    data = text.replace("version='1.0'", "version='1.0' encoding='UTF-16'").encode("utf-16")
    if suffix == ".lrc":
        assert parse_lrc(data).lines[0].text == "été la"
    else:
        assert parse_score(data, suffix).syllables == ("été", "la")
    place = "line 3" if suffix == ".musicxml" else f"byte {text.encode().index('é'.encode())}: a NUL"
    assert place in refusal(text.encode().replace("é".encode(), b"\0", 1), suffix)
    if suffix != ".musicxml":  # XML in UTF-16 shows itself without a mark
        assert "UTF-16 without its mark" in refusal(text.encode("utf-16-le"), suffix)


@pytest.mark.parametrize("bpm", ["0", "-5"])
@pytest.mark.parametrize(
    ("suffix", "place"),
    [(".musicxml", "measure 7"), (".ust", "line 1"), (".ustx", "tempo 1"), (".txt", "line 2"), (".abc", "line 4")],
)
def test_tempos_of_nothing_and_less(suffix: str, place: str, bpm: str) -> None:
    told = refusal(file(suffix, bpm=bpm).encode(), suffix)
    assert place in told and "tempo" in told.lower().replace("#bpm", "tempo") and bpm in told


def test_a_midi_tempo_of_nothing() -> None:
    assert "tick 0: tempo" in refusal(midi(mido.MetaMessage("set_tempo", tempo=0), *NOTE), ".mid")


@pytest.mark.parametrize("suffix", [".musicxml", ".ust", ".ustx", ".ds", ".txt"])
def test_notes_without_length_are_left_out_and_told(suffix: str) -> None:
    read = parse_score(file(suffix, text="gone", length="0").encode(), suffix)
    assert read.syllables == ("la",) and len(read.warnings) == 1 and read.warnings[0].startswith("1 ")


def test_a_note_without_length_in_abc_and_midi() -> None:
    assert "line 6" in refusal(file(".abc", length="0").encode(), ".abc")
    empty = [mido.Message("note_on", note=64, velocity=90), mido.Message("note_off", note=64)]
    assert [n.pitch_midi for n in parse_score(midi(*empty, *NOTE), ".mid").notes] == [60.0]


@pytest.mark.parametrize("suffix", [".ustx", ".txt"])
def test_overlaps_are_cut_and_told(suffix: str) -> None:
    read = parse_score(file(suffix, length={".ustx": "900", ".txt": "9"}[suffix]).encode(), suffix)
    assert read.notes[0].end == read.notes[1].start and "1 notes overlap" in read.warnings[0]


@pytest.mark.parametrize("suffix", FILES)
@pytest.mark.parametrize("text", ["...", "—!", "😀"])
def test_words_of_punctuation_alone(suffix: str, text: str) -> None:
    read = parse_score(file(suffix, text=text).encode(), suffix)
    assert read.syllables == ("la",) and len(read.notes) == 2


@pytest.mark.parametrize("suffix", FILES)
@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("{la", "{la"),
        ("la}", "la}"),
        ("שלום", "שלום"),
        ("مرحبا", "مرحبا"),
        ("\u202ela\u202c", "la"),
        ("l\u00ada", "la"),
    ],
)
def test_braces_and_words_from_right_to_left_come_through_every_format(suffix: str, text: str, kept: str) -> None:
    read = parse_score(file(suffix, text=text).encode(), suffix)
    assert read.syllables == (kept, "la")
    for target in sorted(set(WRITERS) - {".lrc", ".ds"}):
        assert back(read, target).syllables == (kept, "la"), target


def back(sheet: Sheet, suffix: str) -> Sheet:
    return parse_score(write_score(sheet, suffix).data, suffix)


@pytest.mark.parametrize("suffix", [*FILES, ".lrc"])
def test_a_line_separator_inside_a_word_ends_no_line(suffix: str) -> None:
    text = "la\u2028lo"
    if suffix == ".lrc":
        assert parse_lrc(LRC.format(text=text).encode()).lines[0].text == "la lo la"
    else:
        assert parse_score(file(suffix, text=text).encode(), suffix).syllables[0].split() == ["la", "lo"]


def test_a_time_that_is_cut_off_is_not_sung() -> None:
    assert parse_lrc(b"[00:01.00]<00:01.00>la <00:02.0").lines[0].text == "la"


def test_shift_jis_is_told_from_utf8(tmp_path: Path) -> None:
    path = tmp_path / "a.ust"
    for encoding in ("cp932", "utf-8", "utf-16"):
        path.write_bytes(file(".ust", text="さくら").encode(encoding))
        assert read_sheet(path).syllables == ("さくら", "la")
