from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.band import chart_backing, parse_chart
from vocalkit.errors import InputError
from vocalkit.pipelines.analysis_json import analysis_text, given_in_json, given_of_analysis
from vocalkit.pipelines.chart_given import given_of_chart
from vocalkit.types import Backing, Given, Key, Metre

CHART = "Tempo: 96\nMetre: 4/4\nKey: G\n\n[Verse]\n| G | Em | C D | G |\n[Chorus]\n| C | D | G . Em . | G |\n"


@pytest.fixture(scope="module")
def backing() -> Backing:
    return chart_backing(parse_chart(CHART))


def edited(backing: Backing, **changes: Any) -> str:
    """The file after a hand was at it; None deletes a field."""
    table = json.loads(analysis_text(backing, "song.wav", ()))
    table |= {name: value for name, value in changes.items() if value is not None}
    for name in [name for name, value in changes.items() if value is None]:
        del table[name]
    return json.dumps(table)


def test_what_is_written_is_read_back(backing: Backing) -> None:
    read = given_of_analysis(analysis_text(backing, "song.wav", ("a warning",)))
    assert read.tempo_map is not None
    assert np.allclose(read.tempo_map.beats_s, backing.tempo_map.beats_s, atol=1e-4)
    assert read.tempo_map.first_downbeat == backing.tempo_map.first_downbeat
    assert read.key == backing.key
    assert [c.name for c in read.chords or ()] == [c.name for c in backing.chords]
    assert [s.label for s in read.sections or ()] == [s.label for s in backing.sections]


def test_one_line_for_every_chord(backing: Backing) -> None:
    lines = analysis_text(backing, "song.wav", ()).splitlines()
    assert sum(":min" in line for line in lines) == sum(chord.quality == "min" for chord in backing.chords)


def test_what_is_left_out_is_heard_again(backing: Backing) -> None:
    read = given_of_analysis(edited(backing, chords=None, sections=None, keys=None))
    assert (read.chords, read.sections, read.keys) == (None, None, None)
    read = given_of_analysis(edited(backing, beats_s=None, tempo_bpm=98.5))
    assert (read.tempo_map, read.tempo_bpm, read.metre) == (None, 98.5, Metre(4, 4))
    assert read.first_downbeat_s == pytest.approx(backing.tempo_map.downbeats_s[0])
    assert given_of_analysis('{"format": "vocalkit-analysis/1"}') == Given()


def test_six_eight_beats_have_pulses(backing: Backing) -> None:
    read = given_of_analysis(edited(backing, metre="6/8", tempo_bpm=32.0, downbeats_s=[backing.tempo_map.beats_s[2]]))
    assert read.tempo_map is not None
    assert (read.tempo_map.beats_per_bar, read.tempo_map.first_downbeat, read.pulse_beats) == (6, 2, 3)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"format": "other"}, "format"),
        ({"tempo": 96}, "unknown field 'tempo'"),
        ({"tempo_bpm": 120.0}, "delete whichever is wrong"),
        ({"tempo_bpm": "fast"}, "must be a number"),
        ({"beats_s": [1.0, 0.5]}, "rising"),
        ({"beats_s": [1.0]}, "two beats"),
        ({"beats_s": "none"}, "list of seconds"),
        ({"downbeats_s": [0.4]}, "on none of beats_s"),
        ({"downbeats_s": [0.25, 0.875]}, "do not all have 4 beats"),
        ({"metre": "4/5"}, "4/5"),
        ({"key": "H"}, "cannot read the key"),
        ({"keys": [[0.0, 9.0, "A major"]]}, "none of keys"),
        ({"chords": [[0.0, 2.0]]}, "3 values"),
        ({"chords": [[0.0, 2.0, "X:maj"]]}, "cannot read the chord"),
        ({"chords": [[0.0, 2.0, "C:wonderful"]]}, "unknown chord quality"),
        ({"chords": [[2.0, 1.0, "C:maj"]]}, "end after it starts"),
        ({"chords": [[0.0, 2.0, "C:maj"], [1.0, 3.0, "G:maj"]]}, "overlap"),
        ({"sections": [[0.0, 2.0, "verse", 7]]}, "energy is 0 to 1"),
        ({"tuning_cents": 900}, "cents"),
    ],
)
def test_a_slip_is_named(changes: dict[str, Any], words: str, backing: Backing) -> None:
    with pytest.raises(InputError, match=words):
        given_of_analysis(edited(backing, **changes))


@given(text=st.text(max_size=60) | st.sampled_from(["[" * 5000, "{}", "null", '{"format": NaN}', "[1, 2]"]))
@settings(max_examples=60, deadline=None)
def test_any_text_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(InputError) as caught:
        given_of_analysis(text)
    assert "\n" not in str(caught.value)


def test_a_chart_says_metre_key_tempo_and_chords() -> None:
    chart = parse_chart(CHART)
    read = given_of_chart(chart, Given(first_downbeat_s=1.0, key=Key(4, "minor")))
    assert (read.tempo_bpm, read.metre, read.key, read.first_downbeat_s) == (96.0, Metre(4, 4), Key(4, "minor"), 1.0)
    assert read.chart is not None
    assert read.chart.chords[0] == (0.0, 4.0, 7, "maj")
    assert read.chart.sections == ((0.0, 16.0, "Verse"), (16.0, 32.0, "Chorus"))
    assert read.chart.end_beat == 32.0


def test_a_report_says_what_was_given(backing: Backing) -> None:
    read = given_of_analysis(analysis_text(backing, "song.wav", ()))
    shown = json.loads(json.dumps(given_in_json(read)))
    assert shown["beats"] == backing.tempo_map.beats_s.size
    assert shown["chords"] == len(backing.chords)
    assert given_in_json(Given()) == {}
