"""Scores written and read again, by ourselves and by independent readers."""

from __future__ import annotations

import io
import warnings
import zipfile
from fractions import Fraction
from pathlib import Path
from xml.etree import ElementTree

import mido
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.score import ImportedScore, lay_words, read_score, to_midi, to_musicxml
from vocalkit.score.files import parse_xml
from vocalkit.score.imported import in_seconds
from vocalkit.score.midi import parse_midi
from vocalkit.score.musicxml import parse_musicxml
from vocalkit.score.notated import READABLE
from vocalkit.score.notation import pieces
from vocalkit.types import ChordSpan, Key, Note, Score, SectionSpan, Syllable, TempoMap


def syllable(text: str, position: str = "single") -> Syllable:
    return Syllable(text, ("l", "a"), 2, position)  # type: ignore[arg-type]


def song(tempo: TempoMap, *, key: Key | None = None) -> Score:
    """Eight notes with a melisma, a rest and an odd length, placed on the map's beats."""
    spans = [(1, 2), (2, 2.5), (2.5, 3), (3, 4 + 1 / 3), (5, 7), (7, 7.75), (8, 9), (9, 13)]
    words = ["heav:begin", "en:end", "sings", None, "ev:begin", "er:middle", "y:end", "day"]
    notes = []
    for index, ((start, end), word) in enumerate(zip(spans, words, strict=True)):
        sung = syllable(*word.split(":")) if word else None
        notes.append(Note(tempo.time_at(start), tempo.time_at(end), 60.0 + 2 * index, sung))
    at = [tempo.time_at(beat) for beat in (0, 4, 8, 13)]
    start_s = max(0.0, at[0])
    chords = (ChordSpan(start_s, at[1], 0), ChordSpan(at[1], at[2], 7, "7"), ChordSpan(at[2], at[3], None))
    sections = (SectionSpan(start_s, at[1], "Verse 1"), SectionSpan(at[1], at[3], "Chorus"))
    return Score(tuple(notes), tempo, key, chords, sections, title="A & B <song>")


def jittered(seed: int = 3, *, start_s: float = 0.7, beats: int = 64) -> TempoMap:
    """Beats as a tracker finds them: drifting and uneven."""
    rng = np.random.default_rng(seed)
    gaps = 0.5 + 0.04 * np.sin(np.arange(beats) / 9) + rng.normal(0, 0.008, beats)
    return TempoMap(start_s + np.cumsum(gaps) - gaps[0], 4, 1)


MAPS = {
    "steady": TempoMap.constant(120, duration_s=20),
    "late start": TempoMap.constant(97, duration_s=20, start_s=3.217),
    "tracked": jittered(),
    "waltz with a pickup": TempoMap(np.arange(40) * 0.41, 3, 2),
    "compound": TempoMap(np.arange(40) * 0.2, 6, 1),
    "before zero": TempoMap(np.arange(40) * 0.5 - 0.3, 4, 1),
    "few beats": TempoMap(np.array([2.0, 2.5]), 4, 0),
}


def from_xml(score: Score) -> ImportedScore:
    return in_seconds(parse_musicxml(parse_xml(to_musicxml(score).encode())))


def assert_same_words(score: Score, back: ImportedScore) -> None:
    assert [n.pitch_midi for n in back.notes] == [n.pitch_midi for n in score.notes]
    assert [n.text for n in back.notes] == [n.syllable.text if n.syllable else None for n in score.notes]
    assert [n.continues for n in back.notes] == [n.syllable is None for n in score.notes]
    sung = [n.syllable.position for n in score.notes if n.syllable]
    assert [n.position for n in back.notes if n.text] == sung


def worst_s(score: Score, back: ImportedScore) -> float:
    pairs = list(zip(score.notes, back.notes, strict=True))
    return max(max(abs(a.start_s - b.start_s), abs(a.end_s - b.end_s)) for a, b in pairs)


@pytest.mark.parametrize("name", MAPS)
def test_musicxml_round_trip(name: str) -> None:
    score = song(MAPS[name], key=Key.parse("Eb"))
    back = from_xml(score)
    assert_same_words(score, back)
    assert worst_s(score, back) < 0.010
    assert back.key == score.key and back.title == score.title
    assert [s.label for s in back.sections] == ["Verse 1", "Chorus"]
    assert [(c.root, c.quality) for c in back.chords if c.root is not None] == [(0, "maj"), (7, "7")]
    assert back.tempo_map.beats_per_bar == score.tempo_map.beats_per_bar
    later = [t for t in score.tempo_map.downbeats_s if 0 <= t <= score.end_s]
    assert all(np.min(np.abs(back.tempo_map.downbeats_s - t)) < 0.010 for t in later)


@pytest.mark.parametrize("name", MAPS)
def test_midi_round_trip(name: str) -> None:
    score = song(MAPS[name], key=Key.parse("F#m"))
    back = in_seconds(parse_midi(to_midi(score)))
    assert_same_words(score, back)
    assert worst_s(score, back) < 0.002
    assert back.key == score.key and [s.label for s in back.sections] == ["Verse 1", "Chorus"]
    assert back.tempo_map.beats_per_bar == score.tempo_map.beats_per_bar
    later = [t for t in score.tempo_map.downbeats_s if 0 <= t <= score.end_s]
    assert all(np.min(np.abs(back.tempo_map.downbeats_s - t)) < 0.002 for t in later)


def test_tempo_errors_do_not_add_up_over_a_long_track() -> None:
    tempo = jittered(beats=1200)
    notes = tuple(Note(t, t + 0.2, 60.0, syllable("la")) for t in tempo.beats_s[:-1])
    score = Score(notes, tempo)
    assert worst_s(score, from_xml(score)) < 0.010
    assert worst_s(score, in_seconds(parse_midi(to_midi(score)))) < 0.001


@given(
    st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.0, 1.0), st.integers(30, 90)), min_size=1, max_size=12),
    st.floats(40, 240),
    st.integers(1, 12),
)
@settings(max_examples=40, deadline=None)
def test_any_notes_survive(spans: list[tuple[float, float, int]], bpm: float, beats_per_bar: int) -> None:
    now, notes = 0.0, []
    for length, gap, pitch in spans:
        notes.append(Note(now + gap, now + gap + length, float(pitch), syllable("la")))
        now += gap + length
    score = Score(tuple(notes), TempoMap.constant(bpm, duration_s=now + 1, beats_per_bar=beats_per_bar))
    grid_s = 60.0 / bpm / READABLE
    back = from_xml(score)
    assert [n.pitch_midi for n in back.notes] == [n.pitch_midi for n in notes]
    assert worst_s(score, back) < 2 * grid_s * len(notes)
    assert worst_s(score, in_seconds(parse_midi(to_midi(score)))) < 0.002


@given(st.integers(1, 30_000), st.sampled_from([1, 48, 480, 840, 10_080]))
@settings(max_examples=60)
def test_every_length_has_notated_pieces(units: int, parts: int) -> None:
    made = pieces(Fraction(units, parts), parts)
    assert sum(quarters for quarters, _ in made) == Fraction(units, parts)
    assert all((quarters * parts).denominator == 1 for quarters, _ in made)


def test_export_is_valid_notation() -> None:
    root = ElementTree.fromstring(to_musicxml(song(MAPS["tracked"])).split("\n", 2)[2])
    divisions = int(root.findtext(".//divisions") or 0)
    lengths = {"whole": 4.0, "half": 2.0, "quarter": 1.0, "eighth": 0.5, "16th": 0.25, "32nd": 0.125, "64th": 0.0625}
    for note in root.iter("note"):
        if note.find("type") is None:
            continue
        quarters = lengths[note.findtext("type") or ""] * (1.5 if note.find("dot") is not None else 1)
        quarters *= 2 / 3 if note.find("time-modification") is not None else 1
        assert int(note.findtext("duration") or 0) / divisions == pytest.approx(quarters)
    for measure in root.findall("part/measure")[1:]:
        assert sum(int(n.findtext("duration") or 0) for n in measure.findall("note")) == 4 * divisions
    starts, stops = (sum(s.get("type") == t for s in root.iter("slur")) for t in ("start", "stop"))
    assert starts == stops == 1


def test_the_same_score_gives_the_same_bytes() -> None:
    score = song(MAPS["tracked"])
    assert to_musicxml(score) == to_musicxml(score) and to_midi(score) == to_midi(score)


def test_an_empty_score_is_refused() -> None:
    empty = Score((), TempoMap.constant(100, duration_s=4))
    with pytest.raises(ScoreError, match="without notes"):
        to_musicxml(empty)
    with pytest.raises(ScoreError, match="without notes"):
        to_midi(empty)


def test_mido_hears_the_same_seconds_and_words() -> None:
    score = song(MAPS["tracked"])
    now, starts, words = 0.0, [], []
    for message in mido.MidiFile(file=io.BytesIO(to_midi(score)), charset="utf-8"):
        now += message.time
        if message.type == "note_on" and message.velocity:
            starts.append(now)
        elif message.type == "lyrics":
            words.append(message.text)
    assert np.max(np.abs(np.array(starts) - [n.start_s for n in score.notes])) < 0.001
    assert words == ["heav-", "en", "sings", "ev-", "er-", "y", "day"]


@pytest.mark.slow
def test_partitura_reads_the_same_notes(tmp_path: Path) -> None:
    partitura = pytest.importorskip("partitura")
    path = tmp_path / "song.musicxml"
    score = song(MAPS["tracked"])
    path.write_text(to_musicxml(score), encoding="utf-8")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        notes = partitura.load_musicxml(path).parts[0].note_array()
    assert [int(pitch) for pitch in notes["pitch"]] == [round(n.pitch_midi) for n in score.notes]


def test_music21_reads_the_same_seconds_and_words(tmp_path: Path) -> None:
    music21 = pytest.importorskip("music21")
    path = tmp_path / "song.musicxml"
    score = song(MAPS["waltz with a pickup"])
    path.write_text(to_musicxml(score), encoding="utf-8")
    part = music21.converter.parse(path, forceSource=True).parts[0]
    sounding = [
        (entry["offsetSeconds"], entry["element"])
        for entry in part.flatten().secondsMap
        if isinstance(entry["element"], music21.note.Note)
        and (entry["element"].tie is None or entry["element"].tie.type == "start")
    ]
    sounding.sort(key=lambda pair: pair[0])
    assert [note.pitch.midi for _, note in sounding] == [round(n.pitch_midi) for n in score.notes]
    assert np.max(np.abs(np.array([s for s, _ in sounding]) - [n.start_s for n in score.notes])) < 0.010
    words = [note.lyric for _, note in sounding if note.lyric]
    assert words == ["heav", "en", "sings", "ev", "er", "y", "day"]
    chords = [str(symbol.figure) for symbol in part.flatten().getElementsByClass(music21.harmony.ChordSymbol)]
    assert chords[:2] == ["C", "G7"]


def pronounced(imported: ImportedScore) -> list[list[Syllable]]:
    words = []
    for parts in imported.words:
        middle = ["begin", *["middle"] * (len(parts) - 2), "end"] if len(parts) > 1 else ["single"]
        words.append([syllable(text, position) for text, position in zip(parts, middle, strict=True)])
    return words


def lieder(folder: Path, count: int) -> list[Path]:
    paths = sorted((folder / "scores" / "lieder").glob("*.mxl"))
    return paths[:: max(1, len(paths) // count)][:count]


def check_lied(path: Path) -> int:
    imported = read_score(path)
    score = lay_words(imported, pronounced(imported))
    back = from_xml(score)
    assert_same_words(score, back)
    assert worst_s(score, back) < 0.025, path.name
    assert worst_s(score, in_seconds(parse_midi(to_midi(score)))) < 0.002, path.name
    return len(score.notes)


def test_lieder_round_trip(shared_data: Path) -> None:
    assert sum(check_lied(path) for path in lieder(shared_data, 10)) > 600


@pytest.mark.slow
def test_more_lieder_round_trip(shared_data: Path) -> None:
    assert sum(check_lied(path) for path in lieder(shared_data, 200)) > 15_000


def syllables_of_fullest_voice(path: Path) -> int:
    """First-verse syllables of the fullest voice of the first part with words, straight from the XML."""
    with zipfile.ZipFile(path) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".xml") and "META" not in n)
        root = ElementTree.fromstring(archive.read(name))
    part = next(p for p in root.findall("part") if p.find(".//lyric/text") is not None)
    counts: dict[tuple[str, str | None, str | None], int] = {}
    for note in part.iter("note"):
        for lyric in note.findall("lyric"):
            if any(char.isalpha() for text in lyric.findall("text") for char in text.text or ""):
                key = (lyric.get("number") or "1", note.findtext("staff"), note.findtext("voice"))
                counts[key] = counts.get(key, 0) + 1
    first = min(number for number, _, _ in counts)
    return max(count for (number, _, _), count in counts.items() if number == first)


@pytest.mark.slow
def test_lieder_keep_their_syllables(shared_data: Path) -> None:
    there = kept = 0
    for path in lieder(shared_data, 100):
        count = syllables_of_fullest_voice(path)
        there += count
        kept += min(count, sum(note.text is not None for note in read_score(path).notes))
    assert there > 8_000
    assert kept / there >= 0.998
