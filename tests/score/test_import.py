"""Reading score files: words, ties, verses, voices, tempo; and files that are broken or meant to harm."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import mido
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.score import ImportedScore, lay_lyrics, lay_words, read_score
from vocalkit.score.files import parse_xml
from vocalkit.score.imported import in_seconds
from vocalkit.score.midi import parse_midi
from vocalkit.score.musicxml import parse_musicxml
from vocalkit.score.reading import Reading
from vocalkit.types import Line, Lyrics, LyricSection, Syllable

ATTRIBUTES = (
    "<attributes><divisions>2</divisions><key><fifths>-3</fifths><mode>minor</mode></key>"
    "<time><beats>4</beats><beat-type>4</beat-type></time></attributes><sound tempo='120'/>"
)


def xml_note(
    step: str, duration: int, text: str = "", *, syllabic: str = "single", extra: str = "", after: str = ""
) -> str:
    lyric = f"<lyric><syllabic>{syllabic}</syllabic><text>{text}</text></lyric>" if text else ""
    pitch = f"<pitch><step>{step}</step><octave>4</octave></pitch>" if step else "<rest/>"
    return f"<note>{extra}{pitch}<duration>{duration}</duration>{after}{lyric}</note>"


def document(*measures: str, head: str = "", parts: str = "") -> bytes:
    body = "".join(f"<measure number='{n}'>{inner}</measure>" for n, inner in enumerate(measures, 1))
    return (f"<?xml version='1.0'?>{head}<score-partwise><part id='P0'>{body}</part>{parts}</score-partwise>").encode()


def read(*measures: str, **options) -> ImportedScore:
    return in_seconds(parse_musicxml(parse_xml(document(*measures)), Reading(**options)))


def test_words_ties_and_melismas() -> None:
    score = read(
        ATTRIBUTES
        + xml_note("C", 2, "heav", syllabic="begin")
        + xml_note("D", 2)
        + xml_note("E", 4, "en", syllabic="end", after="<tie type='start'/>"),
        xml_note("E", 2, after="<tie type='stop'/>") + xml_note("", 2) + xml_note("F", 4, "sings"),
    )
    assert [(n.start_s, n.end_s, n.pitch_midi, n.text) for n in score.notes] == [
        (0.0, 0.5, 60.0, "heav"), (0.5, 1.0, 62.0, None), (1.0, 2.5, 64.0, "en"), (3.0, 4.0, 65.0, "sings"),
    ]  # fmt: skip
    assert score.words == (("heav", "en"), ("sings",))
    assert score.notes[1].continues and score.key is not None and score.key.name == "C minor"


def test_verses_elisions_and_verse_numbers() -> None:
    lyrics = (
        "<lyric number='1'><text>1. the</text><elision>_</elision><text>e</text></lyric>"
        "<lyric number='3'><text>two</text></lyric>"
    )
    body = ATTRIBUTES + f"<note><pitch><step>C</step><octave>4</octave></pitch><duration>8</duration>{lyrics}</note>"
    assert read(body).words == (("the‿e",),)
    assert read(body, verse=2).words == (("two",),)
    with pytest.raises(ScoreError, match="verse 3"):
        read(body, verse=3)


def test_divisions_that_change_inside_a_part() -> None:
    score = read(
        ATTRIBUTES + xml_note("C", 8, "a"),
        "<attributes><divisions>8</divisions></attributes>" + xml_note("D", 32, "b"),
        xml_note("E", 32, "c"),
    )
    assert [n.start_s for n in score.notes] == [0.0, 2.0, 4.0]


def test_pickup_bar_and_tempo_change() -> None:
    score = read(
        ATTRIBUTES + xml_note("C", 2, "oh"),
        xml_note("D", 8, "my"),
        "<direction><sound tempo='60'/></direction>" + xml_note("E", 8, "love"),
    )
    assert [n.end_s for n in score.notes] == [0.5, 2.5, 6.5]
    assert list(score.tempo_map.downbeats_s[:2]) == [0.5, 2.5]


def test_chords_of_notes_sing_the_top_and_other_voices_fill_rests() -> None:
    backup = "<backup><duration>8</duration></backup>"
    score = read(
        ATTRIBUTES
        + xml_note("C", 4, "a") + xml_note("G", 4, extra="<chord/>") + xml_note("", 4)
        + backup + xml_note("", 4, after="<voice>2</voice>") + xml_note("E", 4, "b", after="<voice>2</voice>")
    )  # fmt: skip
    assert [(n.pitch_midi, n.text) for n in score.notes] == [(67.0, "a"), (64.0, "b")]


def test_grace_notes_are_sung_first_on_the_word_of_their_main_note() -> None:
    grace = xml_note("B", 1, "oh", extra="<grace/>").replace("<duration>1</duration>", "")
    score = read(ATTRIBUTES + grace + xml_note("C", 8))
    assert [(n.start_s, n.end_s, n.pitch_midi, n.text, n.continues) for n in score.notes] == [
        (0.0, 0.0625, 71.0, "oh", False),
        (0.0625, 2.0, 60.0, None, True),
    ]


def test_lay_lyrics_counts() -> None:
    tune = read(ATTRIBUTES + xml_note("C", 4) + xml_note("D", 4))
    assert not tune.has_words
    la = Syllable("la", ("l", "a"))

    def lyrics(count: int) -> Lyrics:
        return Lyrics((LyricSection("Verse 1", (Line("la", (la,) * count),)),), "it")

    score = lay_lyrics(tune, lyrics(2))
    assert [n.syllable for n in score.notes] == [la, la] and score.language == "it"
    assert [n.syllable for n in lay_lyrics(score, lyrics(2)).notes] == [la, la]
    with pytest.raises(ScoreError, match=r"2 notes.*3 syllables"):
        lay_lyrics(tune, lyrics(3))
    with pytest.raises(ScoreError, match="more notes"):
        lay_lyrics(tune, lyrics(1))
    with pytest.raises(ScoreError, match="no words"):
        lay_words(tune, [])


def test_slurred_notes_take_no_syllable_in_a_tune_without_words() -> None:
    slur = "<notations><slur type='{}'/></notations>"
    tune = read(
        ATTRIBUTES
        + xml_note("C", 2, after=slur.format("start"))
        + xml_note("D", 2, after=slur.format("stop"))
        + xml_note("E", 4)
    )
    assert [n.continues for n in tune.notes] == [False, True, False]


@pytest.mark.parametrize(
    ("measure", "told"),
    [
        ("<note><pitch><step>H</step><octave>4</octave></pitch><duration>1</duration></note>", "measure 1.*'H'"),
        ("<note><pitch><step>C</step><octave>40</octave></pitch><duration>1</duration></note>", "measure 1.*range"),
        ("<note><pitch><step>C</step><octave>4</octave></pitch><duration>-4</duration></note>", "measure 1"),
        ("<note><pitch><step>C</step><octave>4</octave></pitch><duration>x</duration></note>", "measure 1.*'x'"),
        ("<attributes><divisions>0</divisions></attributes>", "divisions"),
        ("<sound tempo='-3'/>", "tempo"),
        ("<sound tempo='0'/>", "tempo"),
        ("<attributes><time><beats>4</beats><beat-type>5</beat-type></time></attributes>", "4/5"),
        ("<note><rest/><duration>4</duration></note>", "no notes"),
    ],
)
def test_impossible_measures(measure: str, told: str) -> None:
    with pytest.raises(ScoreError, match=told):
        read(measure)


def packed(name: str, data: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


BOMB = "<!DOCTYPE s [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]>"


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("a.musicxml", b"", "empty"),
        ("a.musicxml", b"\x00\x01\x02", "well-formed"),
        ("a.musicxml", document(ATTRIBUTES)[:-20], "well-formed.*line"),
        ("a.musicxml", document(xml_note("C", 1, "&b;"), head=BOMB), "entities"),
        ("a.musicxml", b"<a>" * 5000, "nested"),
        ("a.musicxml", b"<html/>", "html"),
        ("a.mxl", b"PK\x03\x04 not a zip", "damaged"),
        ("a.mxl", packed("x.txt", b"hello"), "no MusicXML"),
        ("a.mxl", packed("score.xml", b"<a>" + b" " * 60_000_000), "50 MB"),
        ("a.mxl", packed("score.xml", document(ATTRIBUTES + xml_note("C", 8, "a")))[:-40], "damaged"),
        ("a.mid", b"not midi", "byte 0"),
        ("a.mid", b"MThd\x00\x00\x00\x06\x00\x01\x00\x05\x01\xe0MTrk\x00\x00", "byte"),
        ("a.mid", b"MThd\x00\x00\x00\x06\x00\x01\x00\x00\xe7\x28", "byte 12"),
        ("a.pdf", b"%PDF", "cannot read .pdf"),
    ],
)
def test_broken_and_hostile_files(tmp_path: Path, name: str, data: bytes, told: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(ScoreError, match=told) as caught:
        read_score(path)
    assert "\n" not in str(caught.value)


def test_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ScoreError, match="cannot read"):
        read_score(tmp_path / "none.mid")


def test_mxl_without_a_container(tmp_path: Path) -> None:
    path = tmp_path / "a.mxl"
    path.write_bytes(packed("score.xml", document(ATTRIBUTES + xml_note("C", 8, "a"))))
    assert read_score(path).words == (("a",),)


def test_utf16_musicxml() -> None:
    text = (
        document(ATTRIBUTES + xml_note("C", 8, "été"))
        .decode()
        .replace("version='1.0'", "version='1.0' encoding='UTF-16'")
    )
    assert in_seconds(parse_musicxml(parse_xml(text.encode("utf-16")))).words == (("été",),)


def midi(*tracks: list, quarter: int = 480) -> bytes:
    file = mido.MidiFile(type=1, ticks_per_beat=quarter, charset="utf-8")
    for messages in tracks:
        file.tracks.append(mido.MidiTrack(messages))
    stream = io.BytesIO()
    file.save(file=stream)
    return stream.getvalue()


def sung(*words: str) -> list:
    messages: list = []
    for index, word in enumerate(words):
        messages.append(mido.MetaMessage("lyrics", text=word))
        messages.append(mido.Message("note_on", note=60 + index, velocity=90))
        messages.append(mido.Message("note_off", note=60 + index, time=480))
    return messages


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("heav-", "en", "sings"), (("heav", "en"), ("sings",))),
        (("heav", "en ", "sings "), (("heav", "en"), ("sings",))),
        (("\\heav", "en", " sings"), (("heav", "en"), ("sings",))),
        (("heav", "en", "sings"), (("heav",), ("en",), ("sings",))),
    ],
)
def test_midi_lyric_habits(words: tuple[str, ...], expected: tuple[tuple[str, ...], ...]) -> None:
    assert in_seconds(parse_midi(midi(sung(*words)))).words == expected


def test_midi_words_on_a_track_of_their_own_and_drums_left_out() -> None:
    words = [m.copy() for m in sung("a", "b", "c")]
    only_words = [m if m.type == "lyrics" else mido.MetaMessage("text", text="", time=m.time) for m in words]
    tune = [m for m in sung("a", "b", "c") if m.type != "lyrics"]
    drums = [mido.Message("note_on", channel=9, note=36), mido.Message("note_off", channel=9, note=36, time=960)]
    assert in_seconds(parse_midi(midi(drums, only_words, tune))).words == (("a",), ("b",), ("c",))


def test_midi_overlaps_become_one_line() -> None:
    notes = [
        mido.Message("note_on", note=60, velocity=90),
        mido.Message("note_on", note=67, velocity=90),
        mido.Message("note_on", note=64, velocity=90, time=240),
        mido.Message("note_off", note=67, time=240),
        mido.Message("note_off", note=60),
        mido.Message("note_off", note=64, time=480),
    ]
    assert [(n.start_s, n.end_s, n.pitch_midi) for n in in_seconds(parse_midi(midi(notes))).notes] == [
        (0.0, 0.25, 67.0),
        (0.25, 1.0, 64.0),
    ]


@given(st.binary(max_size=200), st.integers(0, 3))
@settings(max_examples=60, deadline=None)
def test_damaged_bytes_never_raise_anything_else(noise: bytes, kind: int) -> None:
    good = [
        midi(sung("a", "b")),
        document(ATTRIBUTES + xml_note("C", 8, "a")),
        b"MThd\x00\x00\x00\x06\x00\x01\x00\x01\x01\xe0",
        b"",
    ][kind]
    data = good[: len(good) // 2] + noise
    for parse in (parse_midi, lambda raw: parse_musicxml(parse_xml(raw))):
        try:
            parse(data)
        except ScoreError as error:
            assert "\n" not in str(error)


FRAGMENTS = [
    "<note>",
    "</note>",
    "<chord/>",
    "<grace/>",
    "<rest/>",
    "<duration>4</duration>",
    "<duration>0</duration>",
    "<pitch><step>C</step><octave>4</octave></pitch>",
    "<backup><duration>2</duration></backup>",
    "<forward><duration>3</duration></forward>",
    "<lyric><text>la</text></lyric>",
    "<lyric/>",
    "<tie type='stop'/>",
    "<tie type='start'/>",
    "<voice>2</voice>",
    "<harmony/>",
    "<sound tempo='60'/>",
    "<notations><slur type='start'/></notations>",
    "<attributes><divisions>3</divisions></attributes>",
]


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=30))
@settings(max_examples=80, deadline=None)
def test_shuffled_musicxml_is_read_or_refused(pieces: list[str]) -> None:
    body = "".join(
        f"<note>{p}<duration>1</duration>{q}</note>" + r
        for p, q, r in zip(pieces[::3], pieces[1::3], pieces[2::3], strict=False)
    )
    try:
        score = read(ATTRIBUTES + body)
    except ScoreError:
        return
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in zip(score.notes, score.notes[1:], strict=False))


def test_midi_text_with_control_characters_can_be_written_as_musicxml() -> None:
    from vocalkit.score.write import write_score

    sheet = parse_midi(midi([mido.MetaMessage("track_name", name="a\x07b"), *sung("la\x01", "lo\x0b")]))
    assert sheet.syllables == ("la", "lo")
    parse_xml(write_score(sheet, ".musicxml").data)
