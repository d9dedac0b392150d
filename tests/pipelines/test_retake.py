"""A part of a render sung again: everything else stays, sample for sample and note for note."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.pipelines.made import check_labelled, sounds_in
from vocalkit.audio import read
from vocalkit.errors import ConsentError, InputError
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.control import Asked
from vocalkit.pipelines.desk import Desk, open_desk
from vocalkit.pipelines.figures import load_performance, load_report, sound
from vocalkit.pipelines.files import add_vocals_to_file, render_chart_file
from vocalkit.pipelines.part import find_part
from vocalkit.pipelines.report import SungSection
from vocalkit.pipelines.retake import Retake, retake_folder
from vocalkit.pipelines.verify import verify_file
from vocalkit.synth.splice import CROSSFADE_S, splice_sound
from vocalkit.types import Audio, Note, Syllable

CHART = """\
Title: Two parts
Tempo: 140
Metre: 4/4
Key: C
Style: folk

[Verse 1]
| C | G | Am | F |
[Chorus]
| F | C | G | C |
"""
WORDS = """\
[Verse 1]
Who has seen the wind
Neither I nor you

[Chorus]
O wind, never rest
"""
MOST_CROSSFADE_S = 0.05


@dataclass(frozen=True)
class Song:
    folder: Path
    instrumental: Path

    @property
    def report(self) -> dict[str, Any]:
        return load_report(self.folder)


@pytest.fixture(scope="module")
def song(tmp_path_factory: pytest.TempPathFactory) -> Song:
    """A dozen bars with a verse and a chorus."""
    home = tmp_path_factory.mktemp("song")
    (home / "chart.txt").write_text(CHART)
    (home / "words.txt").write_text(WORDS)
    render_chart_file(home / "chart.txt", home / "song.wav")
    add_vocals_to_file(home / "song.wav", home / "sung", lyrics=home / "words.txt", choices=Choices(master=False))
    return Song(home / "sung", home / "song.wav")


def kept_outside(before: Path, after: Path) -> tuple[float, float]:
    """The stretch told; asserts that outside it not one sample, note or curve changed, and inside it something did."""
    told = load_report(after)["retake"]
    start_s, end_s = told["start_s"], told["end_s"]
    assert told["crossfade_s"] <= MOST_CROSSFADE_S
    old, new = (sound(folder / "vocals_dry.wav") for folder in (before, after))
    rate, frames = old.sample_rate, min(old.frames, new.frames)
    changed = np.flatnonzero(old.samples[0, :frames] != new.samples[0, :frames]) / rate
    assert changed.size > 0.2 * rate * (end_s - start_s) / 2
    assert changed[0] >= start_s - 1e-3
    assert changed[-1] <= end_s + 1e-3
    assert not np.any(new.samples[0, frames:])
    documents = [json.loads((folder / "performance.json").read_text()) for folder in (before, after)]
    for name in ("notes", "phonemes"):
        outside = [
            [(e["start_s"], e["end_s"], e.get("midi"), e.get("symbol")) for e in document[name]
             if e["end_s"] <= start_s or e["start_s"] >= end_s]
            for document in documents
        ]  # fmt: skip
        assert outside[0] == outside[1] != []
    hop_s = documents[0]["hop_s"]
    curves = [np.array([hz or 0.0 for hz in document["f0_hz"]]) for document in documents]
    length = min(map(len, curves))
    times = np.arange(length) * hop_s
    apart = times[curves[0][:length] != curves[1][:length]]
    assert apart.min() >= start_s - hop_s
    assert apart.max() <= end_s + hop_s
    return start_s, end_s


def test_a_section_is_sung_again_and_nothing_else(song: Song, tmp_path: Path, desk: Desk) -> None:
    out = tmp_path / "again"
    render, report = retake_folder(song.folder, out, Retake("chorus", seed=5))
    start_s, _ = kept_outside(song.folder, out)
    verse, chorus = song.report["sections"]
    assert verse["end_s"] < start_s < chorus["start_s"] + 0.01
    old, new = load_performance(song.folder), load_performance(out)
    syllables = sum(verse["lines"])
    assert old.notes[:syllables] == new.notes[:syllables]
    assert [n.pitch_midi for n in old.notes] != [n.pitch_midi for n in new.notes]
    assert report.retake is not None
    # Its licence and its ledger entry are its own, and name the mark of what was kept.
    assert render.provenance.mark != int(song.report["mark"], 16)
    assert render.provenance.kept_marks == (int(song.report["mark"], 16),)
    for path in sounds_in(out):
        check_labelled(path, desk)
        verification = verify_file(path)
        assert (verification.verdict, verification.contradictions) == ("verified", ())
        mark = verification.evidence.watermark.mark
        assert mark is None or mark in render.provenance.marks
    entry = next(
        e.facts()
        for e in desk.registry.entries()
        if e.kind == "exported" and e.facts()["mark"] == render.provenance.mark
    )
    assert entry["kept"] == [int(song.report["mark"], 16)]
    assert 0 < entry["milliseconds"] < 1000 * 0.7 * sum(n.duration_s for n in new.notes)


def test_a_stretch_inside_a_line_is_joined_to_what_stays(song: Song, tmp_path: Path) -> None:
    notes = load_performance(song.folder).notes
    first, last = notes[2], notes[3]
    part = f"{first.start_s:.3f}-{last.start_s + 0.01:.3f}s"
    once, twice = tmp_path / "once", tmp_path / "twice"
    retake_folder(song.folder, once, Retake(part, seed=8))
    start_s, end_s = kept_outside(song.folder, once)
    again = load_performance(once).notes
    assert again[:2] == notes[:2]
    assert again[-(len(notes) - 4) :] == notes[4:]
    assert notes[1].start_s < start_s <= first.start_s
    assert notes[3].start_s < end_s <= notes[4].start_s
    assert [n.syllable for n in again if n.syllable] == [n.syllable for n in notes if n.syllable]
    # A retake of a retake keeps both: the marks add up, and the file still verifies.
    render, _ = retake_folder(once, twice, Retake("Chorus", keep_tune=True))
    kept_outside(once, twice)
    assert load_performance(twice).notes == again
    assert len(render.provenance.kept_marks) == 2
    assert verify_file(twice / "vocals_dry.wav").verdict == "verified"
    assert [told["part"] for told in load_report(twice)["arguments"]["retakes"]] == [part, "Chorus"]


@pytest.mark.parametrize(
    ("request_", "message"),
    [
        (Retake("Bridge"), r"no section 'Bridge'; this song has Verse 1 \(.*\), Chorus \(.*\); or give seconds"),
        (Retake("100-110s"), "nothing begins to be sung from 100 to 110 s; singing is from"),
        (Retake("4-2s"), "ends before it starts"),
        (Retake("Chorus", instrumental=Path("nowhere.wav")), "no longer at nowhere.wav"),
        (Retake("Chorus", asked=Asked(prompt="calm " * 200)), "at most 500"),
    ],
)
def test_bad_wishes_are_refused_before_any_work(song: Song, tmp_path: Path, request_: Retake, message: str) -> None:
    with pytest.raises(InputError, match=message):
        retake_folder(song.folder, tmp_path / "out", request_)
    assert not (tmp_path / "out").exists()


def test_what_is_not_as_it_was_released_is_not_kept(song: Song, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no render"):
        retake_folder(tmp_path, tmp_path / "out", Retake("Chorus"))
    touched = tmp_path / "touched"
    shutil.copytree(song.folder, touched)
    data = bytearray((touched / "vocals_dry.wav").read_bytes())
    data[200_001] ^= 1
    (touched / "vocals_dry.wav").write_bytes(data)
    with pytest.raises(InputError, match="not as it was released"):
        retake_folder(touched, tmp_path / "out", Retake("Chorus"))
    other = tmp_path / "other.wav"
    other.write_bytes(song.instrumental.read_bytes() + b"\0\0")
    with pytest.raises(InputError, match="not the instrumental that the song was made on"):
        retake_folder(song.folder, tmp_path / "out", Retake("Chorus", instrumental=other))


def test_consent_is_asked_again(song: Song, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "for-politics"
    shutil.copytree(song.folder, folder)
    report = json.loads((folder / "report.json").read_text())
    report["arguments"]["purposes"] = ["political"]
    (folder / "report.json").write_text(json.dumps(report))
    with pytest.raises(ConsentError):
        retake_folder(folder, tmp_path / "out", Retake("Chorus"))
    assert any(entry.kind == "refused" for entry in open_desk().registry.entries())


LA = Syllable("la", ("l", "a"), 1)
NOTES = [Note(float(at), at + 0.5, 60.0, LA) for at in range(8)]
SECTIONS = (
    SungSection("Verse 1", 0.0, 1.5, (2,), (True,)),
    SungSection("Chorus", 2.0, 3.5, (2,), (True,)),
    SungSection("Verse 2", 4.0, 5.5, (2,), (True,)),
    SungSection("Chorus", 6.0, 7.5, (2,), (True,)),
)


@pytest.mark.parametrize(
    ("text", "syllables"),
    [
        ("Chorus 1", range(2, 4)),
        ("chorus  2", range(6, 8)),
        ("verse 2", range(4, 6)),
        ("2-4s", range(2, 4)),
        ("0:02 - 0:04.5", range(2, 5)),
        ("1.2–3s", range(2, 3)),
    ],
)
def test_parts_are_found_by_name_and_by_time(text: str, syllables: range) -> None:
    assert find_part(text, NOTES, SECTIONS).syllables == syllables


def test_a_name_that_several_have_is_asked_back() -> None:
    with pytest.raises(InputError, match=r"'Chorus' is sung 2 times; say which: .*Chorus 1 \(2.0 to 3.5 s\)"):
        find_part("Chorus", NOTES, SECTIONS)
    with pytest.raises(InputError, match="names no sections"):
        find_part("Chorus", NOTES, ())


def test_spliced_sound_is_the_old_one_outside_and_the_new_one_inside() -> None:
    rng = np.random.default_rng(0)
    old, new = (Audio(rng.uniform(-0.5, 0.5, (1, 8000)).astype(np.float32), 1000) for _ in range(2))
    spliced = splice_sound(old, new, start_s=2.0, end_s=4.0).samples[0]
    fade = round(1000 * CROSSFADE_S)
    assert np.array_equal(spliced[:2000], old.samples[0, :2000])
    assert np.array_equal(spliced[4000:], old.samples[0, 4000:])
    assert np.array_equal(spliced[2000 + fade : 4000 - fade], new.samples[0, 2000 + fade : 4000 - fade])
    longer = splice_sound(old, Audio(np.ones((1, 9000), np.float32), 1000), start_s=7.5, end_s=8.8)
    assert longer.frames == 8800


def test_a_lossy_render_cannot_be_kept(song: Song, tmp_path: Path) -> None:
    folder = tmp_path / "lossy"
    shutil.copytree(song.folder, folder)
    (folder / "vocals_dry.wav").rename(folder / "vocals_dry.ogg")
    with pytest.raises(InputError, match="OGG, which cannot be kept sample for sample"):
        retake_folder(folder, tmp_path / "out", Retake("Chorus"))


def test_a_render_of_several_voices_is_not_cut_into(song: Song, tmp_path: Path) -> None:
    folder = tmp_path / "choir"
    shutil.copytree(song.folder, folder)
    report = load_report(folder)
    report["arguments"]["harmony"]["voices"] = 2
    (folder / "report.json").write_text(json.dumps(report))
    with pytest.raises(InputError, match="several voices"):
        retake_folder(folder, tmp_path / "again", Retake("Chorus"))


def test_the_backing_is_read_back_as_it_was_heard(song: Song) -> None:
    from vocalkit.backing import analyze
    from vocalkit.pipelines.earlier import backing_of

    heard, back = analyze(read(song.instrumental)), backing_of(song.report["heard"])
    assert np.allclose(heard.tempo_map.beats_s, back.tempo_map.beats_s, atol=1e-4)
    assert (heard.tempo_map.beats_per_bar, heard.tempo_map.first_downbeat) == (
        back.tempo_map.beats_per_bar, back.tempo_map.first_downbeat,
    )  # fmt: skip
    assert [chord.name for chord in heard.chords] == [chord.name for chord in back.chords]
    assert (heard.key, len(heard.sections)) == (back.key, len(back.sections))
