"""Signs of how to sing: what MusicXML, USTX and .ds say about single notes, and that it comes back whole."""

from __future__ import annotations

import json
from dataclasses import replace
from fractions import Fraction
from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.score import in_seconds, lay_words
from vocalkit.score.musicxml import parse_musicxml
from vocalkit.score.read import parse_score
from vocalkit.score.sheet import Sheet, SheetNote, barred
from vocalkit.score.write import write_score
from vocalkit.types import NEUTRAL, NoteExpression, Syllable


def xml_note(step: str, inside: str = "", *, quarters: int = 1, text: str = "la") -> str:
    return (
        f"<note><pitch><step>{step}</step><octave>4</octave></pitch><duration>{quarters}</duration>"
        f"{inside}<lyric><text>{text}</text></lyric></note>"
    )


def sheet_of(*measures: str) -> Sheet:
    body = "".join(f'<measure number="{i + 1}">{m}</measure>' for i, m in enumerate(measures))
    head = "<attributes><divisions>1</divisions></attributes>"
    xml = f"<score-partwise><part id='P1'>{body.replace('>', '>' + head, 1)}</part></score-partwise>"
    return parse_musicxml(ElementTree.fromstring(xml))


def dynamics(name: str) -> str:
    return f"<direction><direction-type><dynamics><{name}/></dynamics></direction-type></direction>"


def wedge(kind: str) -> str:
    return f'<direction><direction-type><wedge type="{kind}"/></direction-type></direction>'


def words(text: str) -> str:
    return f"<direction><direction-type><words>{text}</words></direction-type></direction>"


def levels(sheet: Sheet) -> list[tuple[float, float]]:
    return [(note.expression.loudness_db, note.expression.swell_db) for note in sheet.notes]


def test_a_score_without_signs_wishes_for_nothing() -> None:
    assert all(note.expression == NEUTRAL for note in sheet_of(xml_note("C") + xml_note("D")).notes)


def test_dynamics_hold_until_the_next_sign() -> None:
    sheet = sheet_of(xml_note("C") + dynamics("p") + xml_note("D") + xml_note("E") + dynamics("ff") + xml_note("F"))
    assert levels(sheet) == [(0, 0), (-6, 0), (-6, 0), (6, 0)]


def test_a_wedge_leads_to_the_sign_after_it() -> None:
    sheet = sheet_of(
        dynamics("p") + wedge("crescendo") + "".join(xml_note(s) for s in "CDEF") + wedge("stop"),
        dynamics("f") + xml_note("G"),
    )
    assert levels(sheet) == [(-6, 2.25), (-3.75, 2.25), (-1.5, 2.25), (0.75, 2.25), (3, 0)]


def test_a_wedge_without_a_sign_is_one_step() -> None:
    sheet = sheet_of(wedge("diminuendo") + xml_note("C", quarters=3) + wedge("stop") + xml_note("D"))
    assert levels(sheet) == [(0, -3), (-3, 0)]


def test_a_tied_note_swells_from_its_first_to_its_last_piece() -> None:
    first = xml_note("C", '<tie type="start"/>', quarters=2)
    second = first.replace("start", "stop").replace("<lyric><text>la</text></lyric>", "")
    sheet = sheet_of(wedge("crescendo") + first + second + wedge("stop"))
    assert levels(sheet) == [(0, 3)]


def test_accents_slides_vibrato_and_breaths() -> None:
    def marked(inside: str) -> str:
        return f"<notations>{inside}</notations>"

    sheet = sheet_of(
        xml_note("C", marked("<articulations><accent/><breath-mark/></articulations>"))
        + xml_note("D", marked('<slide type="start"/>'))
        + xml_note("E", marked('<slide type="stop"/><ornaments><wavy-line type="start"/></ornaments>'))
        + xml_note("F", marked('<ornaments><wavy-line type="stop"/></ornaments>')),
        words("senza vibrato") + xml_note("G") + words("con vibrato") + xml_note("A") + dynamics("sfz") + xml_note("B"),
    )
    own = [note.expression for note in sheet.notes]
    assert own[0].loudness_db > 0 > own[0].swell_db and sheet.notes[0].breath
    assert in_seconds(sheet).notes[0].expression.breath
    assert own[1] == NEUTRAL
    assert own[2].portamento_s == 0.2 and own[2].vibrato_depth_cents == own[3].vibrato_depth_cents == 90.0
    assert own[4].vibrato_depth_cents == 0.0 and own[5] == NEUTRAL
    assert own[6].loudness_db == 3.0


def test_our_own_wishes_stand_in_play_above_the_signs() -> None:
    play = '<play><other-play type="vocalkit:breathiness">0.4</other-play></play>'
    loud = '<play><other-play type="vocalkit:loudness_db">-2</other-play><mute>straight</mute></play>'
    sheet = sheet_of(dynamics("f") + xml_note("C", play) + xml_note("D", loud))
    assert (sheet.notes[0].expression.breathiness, sheet.notes[0].expression.loudness_db) == (0.4, 3.0)
    assert sheet.notes[1].expression.loudness_db == -2.0


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("breath", "1", "unknown 'breath'"), ("gender", "x", "not a number"), ("gender", "7", "gender must be"),
        ("vibrato_rate_hz", "1e3", "not a number"),
    ],
)  # fmt: skip
def test_bad_wishes_are_told_with_their_measure(name: str, value: str, told: str) -> None:
    play = f'<play><other-play type="vocalkit:{name}">{value}</other-play></play>'
    with pytest.raises(ScoreError, match=f"measure 1: .*{told}"):
        sheet_of(xml_note("C", play))


def wishing(*own: NoteExpression) -> Sheet:
    notes = tuple(
        SheetNote(Fraction(2 * k), Fraction(2 * k + 2), 60.0 + k, "la", phonemes=("l", "a"), expression=wish)
        for k, wish in enumerate(own)
    )
    bars, end = barred((), notes[-1].end)
    return Sheet(notes=notes, end=end, tempos=((Fraction(0), 120.0),), bars=bars)


unit = st.integers(-100, 100).map(lambda n: n / 100)
wishes = st.builds(
    NoteExpression, breathiness=unit, tension=unit, gender=unit,
    loudness_db=st.integers(-120, 60).map(lambda n: n / 10), swell_db=st.integers(-50, 50).map(lambda n: n / 10),
    portamento_s=st.none() | st.integers(20, 300).map(lambda n: n / 1000),
)  # fmt: skip
vibratos = st.builds(
    replace, wishes, vibrato_depth_cents=st.integers(0, 200).map(float),
    vibrato_rate_hz=st.sampled_from((4.0, 5.0, 8.0)),
    vibrato_onset_s=st.sampled_from((0.0, 0.25, 0.5)),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(st.lists(wishes | vibratos, min_size=1, max_size=4))
def test_musicxml_carries_every_wish(own: list[NoteExpression]) -> None:
    written = write_score(wishing(*own), ".musicxml")
    read = parse_score(written.data, ".musicxml")
    assert [note.expression for note in read.notes] == own
    assert not any("to be sung" in loss for loss in written.losses)


@settings(max_examples=25, deadline=None)
@given(st.lists(wishes | vibratos, min_size=1, max_size=4))
def test_ustx_carries_every_wish(own: list[NoteExpression]) -> None:
    read = parse_score(write_score(wishing(*own), ".ustx").data, ".ustx")
    for note, wish in zip(read.notes, own, strict=True):
        for name, value in wish.numbers.items():
            found: Any = getattr(note.expression, name)
            if found is None:  # the editor's own line of 80 ms stands for the singer's own portamento
                assert name == "portamento_s" and value == pytest.approx(0.0472, abs=0.002)
            else:
                tolerance = 0.35 if name.endswith("_db") else 0.02
                assert found == pytest.approx(value, abs=tolerance), name


def test_a_plain_project_has_no_curves() -> None:
    import yaml

    project = yaml.safe_load(write_score(wishing(NEUTRAL, NEUTRAL), ".ustx").data)
    assert project["voice_parts"][0]["curves"] == []
    assert project["voice_parts"][0]["notes"][0]["vibrato"]["length"] == 0


def test_openutau_values_are_read() -> None:
    import yaml

    project = yaml.safe_load(write_score(wishing(NEUTRAL, NEUTRAL), ".ustx").data)
    part = project["voice_parts"][0]
    part["notes"][0]["phoneme_expressions"] = [
        {"index": 0, "abbr": "vol", "value": 50},
        {"index": 0, "abbr": "gen", "value": 40},
    ]
    part["notes"][1]["vibrato"] |= {"length": 75, "period": 200, "depth": 45}
    part["curves"] = [{"abbr": "tenc", "xs": [0, 960], "ys": [50, 50]}, {"abbr": "pitd", "xs": [0], "ys": [3]}]
    first, second = (n.expression for n in parse_score(yaml.safe_dump(project).encode(), ".ustx").notes)
    assert (first.loudness_db, first.gender, first.tension) == (pytest.approx(-6.02, abs=0.01), -0.4, 0.5)
    assert second == NoteExpression(vibrato_depth_cents=45.0, vibrato_rate_hz=5.0, vibrato_onset_s=0.25)


@pytest.mark.parametrize("curve", [{"abbr": "dyn", "xs": [0, 5], "ys": [1]}, {"abbr": "dyn", "xs": ["a"], "ys": [1]}])
def test_bad_curves_are_refused(curve: dict[str, Any]) -> None:
    import yaml

    project = yaml.safe_load(write_score(wishing(NEUTRAL), ".ustx").data)
    project["voice_parts"][0]["curves"] = [curve]
    with pytest.raises(ScoreError, match="curve dyn"):
        parse_score(yaml.safe_dump(project).encode(), ".ustx")


def test_ds_carries_gender_and_says_what_it_cannot() -> None:
    own = (NoteExpression(gender=-0.5), NoteExpression(gender=0.25, tension=0.5))
    written = write_score(wishing(*own), ".ds")
    assert [note.expression.gender for note in parse_score(written.data, ".ds").notes] == pytest.approx([-0.5, 0.25])
    assert any("breath, tension" in loss for loss in written.losses)
    assert "gender" not in json.loads(write_score(wishing(NEUTRAL), ".ds").data)[0]


def test_midi_says_that_it_cannot_carry_them() -> None:
    assert "how 1 notes are to be sung" in write_score(wishing(NoteExpression(gender=0.5)), ".mid").losses


def test_wishes_reach_the_sung_score() -> None:
    imported = in_seconds(wishing(NoteExpression(tension=0.5), NEUTRAL))
    la = Syllable("la", ("l", "a"))
    score = lay_words(imported, [[la], [la]])
    assert score.notes[0].expression == NoteExpression(tension=0.5)
