"""Wishes, takes and given bars from file names to files, and what is told about them."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vocalkit.errors import AudioError, InputError, OutputError, ScoreError
from vocalkit.melody.takes import MIN_DISTANCE, distance
from vocalkit.pipelines.add_vocals import AddVocals
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.control import Asked, with_control
from vocalkit.pipelines.figures import load_report
from vocalkit.pipelines.files import add_variations_to_folder, add_vocals_to_file, compose_file
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.tunes import perform_settings, with_energy
from vocalkit.score import read_score
from vocalkit.types import Audio, Score, SectionSpan, Sliders, TempoMap, Wishes


def composed(song: Any, out: Path, **more: Any) -> Any:
    return compose_file(song.backing, song.words, out, choices=more.pop("choices", Choices()), **more)


def test_composed_variations_differ_and_are_all_written(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    written = composed(short_song, tmp_path / "tune.musicxml", variations=3)
    assert [path.name for path, _ in written] == ["tune-1.musicxml", "tune-2.musicxml", "tune-3.musicxml"]
    assert all(read_score(path).notes for path, _ in written)
    for (_, one), (_, other) in itertools.combinations(written, 2):
        told = any("truly different" in text for text in one.warnings)
        assert told or distance(one.score, other.score) >= MIN_DISTANCE
    ((_, alone),) = composed(short_song, tmp_path / "again.mid", choices=Choices(seed=written[2][1].seed))
    assert alone.score.notes == written[2][1].score.notes


def test_a_tune_goes_on_from_a_file(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    first = tmp_path / "first.txt"
    first.write_text("Who has seen the wind?\n")
    ((_, opening),) = compose_file(
        short_song.backing, first, tmp_path / "opening.musicxml", choices=Choices(seed=4, start_s=0.0)
    )
    ((_, whole),) = composed(short_song, tmp_path / "whole.mid", given=tmp_path / "opening.musicxml")
    kept = whole.score.notes[: len(opening.score.notes)]
    assert np.allclose([n.pitch_midi for n in kept], [n.pitch_midi for n in opening.score.notes], atol=0.2)
    assert np.allclose([n.start_s for n in kept], [n.start_s for n in opening.score.notes], atol=0.01)
    assert len(whole.score.notes) > len(kept)
    assert "sung to the first 5 syllables" in whole.warnings[0]
    with pytest.raises(ScoreError, match="nothing is left to go on with"):
        compose_file(short_song.backing, first, tmp_path / "x.mid", choices=Choices(), given=tmp_path / "whole.mid")
    with pytest.raises(ScoreError, match="there is no file"):
        composed(short_song, tmp_path / "x.mid", given=tmp_path / "nowhere.mid")
    assert not (tmp_path / "x.mid").exists()


def test_what_was_assumed_is_told(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    asked = Asked("calm, powerful, crunchy; sparse bridge", {"density": 0.9, "energy": -0.4})
    ((_, tune),) = composed(short_song, tmp_path / "tune.mid", asked=asked)
    told = "\n".join((*tune.notices, *tune.warnings))
    assert "pull the energy apart" in told
    assert "crunchy" in told
    assert "--energy -0.4; the slider counts" in told
    assert "the prompt speaks of bridge, which the words do not have; they have verse" in told


def test_a_slider_outdoes_prompt_and_reference(short_song) -> None:  # type: ignore[no-untyped-def]
    asked = Asked("wordy", {"density": -0.2}, short_song.backing)
    choices = with_control(Choices(), asked, StageClock())
    assert choices.wishes.song.density == -0.2
    assert choices.reference is not None
    assert choices.reference.tempo_bpm == pytest.approx(120, abs=2)
    assert any("taken from the reference" in text for text in choices.notices)
    with pytest.raises(AudioError):
        with_control(Choices(), Asked(reference=short_song.words), StageClock())


def test_energy_is_sung_too() -> None:
    soft, strong = (perform_settings(Wishes(Sliders(energy=value)), {}) for value in (-1.0, 1.0))
    assert soft.loudness_db < 0 < strong.loudness_db
    named = perform_settings(Wishes(Sliders(energy=1.0)), {"loudness_db": -6.0})
    assert (named.loudness_db, named.tension) == (-6.0, strong.tension), "what is set by name counts first"
    assert soft.breathiness > 0 == strong.breathiness
    sections = (SectionSpan(0, 2, "Verse 1", 0.5), SectionSpan(2, 4, "Refrain", 0.5))
    score = Score((), TempoMap.constant(120, duration_s=4.0), sections=sections)
    moved = with_energy(score, Wishes(kinds=(("chorus", Sliders(energy=0.6)),)))
    assert [section.energy for section in moved.sections] == [0.5, pytest.approx(0.8)]


def test_given_bars_need_lyrics_and_no_other_score(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    composed(short_song, tmp_path / "tune.mid")
    given = read_score(tmp_path / "tune.mid")
    silence = Audio(np.zeros((1, 44_100), np.float32), 44_100)
    with pytest.raises(InputError, match="all the lyrics"):
        AddVocals(silence, None, given, given=given)


@pytest.mark.slow
def test_variations_are_whole_renders_of_their_own(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    reports = add_variations_to_folder(short_song.backing, tmp_path / "takes", 2, lyrics=short_song.words)
    found = [load_report(tmp_path / "takes" / f"take-{number}") for number in (1, 2)]
    assert [report["seed"] for report in found] == [report.seed for report in reports]
    assert len({report["mark"] for report in found}) == 2
    assert {"analyze", "compose", "sing", "publish"} <= set(found[1]["stages_s"])
    assert found[0]["quality"]["mark"] >= found[1]["quality"]["mark"]
    again = tmp_path / "again"
    choices = Choices(seed=found[1]["seed"])
    add_vocals_to_file(short_song.backing, again, lyrics=short_song.words, choices=choices)
    assert (again / "performance.json").read_bytes() == (tmp_path / "takes/take-2/performance.json").read_bytes()
    with pytest.raises(OutputError, match="holds a render already"):
        add_variations_to_folder(short_song.backing, again, 2, lyrics=short_song.words)
