"""Sliders and prompts: each moves its own figure, and what is not understood is told."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melody_songs import BALLAD, FREE, make_backing, make_lyrics

from vocalkit.errors import InputError
from vocalkit.melody import ComposeSettings, RuleComposer, load_composer
from vocalkit.melody.prompt import read_prompt
from vocalkit.melody.quality import TakeReport, take_report
from vocalkit.melody.reference import wishes_after
from vocalkit.melody.sliders import compose_settings
from vocalkit.melody.vocabulary import WORDS
from vocalkit.types import Reference, Sliders, Wishes
from vocalkit.types.control import SLIDERS

FIGURES: dict[str, Callable[[TakeReport], float]] = {
    "range": lambda report: report.melody.range_semitones,
    "energy": lambda report: report.tessitura_midi,
    "complexity": lambda report: report.step_bits,
    "density": lambda report: report.syllables_per_s,
    "repetition": lambda report: report.melody.repetition_rate,
    "syncopation": lambda report: report.syncopated_rate,
}


def mean_figure(wishes: Wishes, figure: Callable[[TakeReport], float]) -> float:
    """Over three tempos and three seeds."""
    composer, lyrics, found = RuleComposer(compose_settings(wishes)), make_lyrics(FREE), []
    for bpm in (75, 105, 140):
        backing = make_backing(bpm, duration_s=200.0)
        for seed in range(3):
            score = composer.compose(backing, lyrics, low_midi=55, high_midi=74, start_s=None, seed=seed)
            found.append(figure(take_report(score, backing)))
    return float(np.mean(found))


@pytest.mark.parametrize("name", SLIDERS)
def test_a_slider_moves_its_own_figure_up(name: str) -> None:
    figures = [mean_figure(Wishes(Sliders(**{name: value})), FIGURES[name]) for value in (-1.0, 0.0, 1.0)]
    assert figures[0] < figures[1] < figures[2]


def test_without_wishes_settings_stay_as_they_were() -> None:
    assert compose_settings(Wishes()) == ComposeSettings()
    base = ComposeSettings(variety=0.5, feel="triplet")
    assert compose_settings(Wishes(), base) == base


def test_a_wish_for_choruses_leaves_verses_alone() -> None:
    settings = compose_settings(Wishes(kinds=(("chorus", Sliders(range=1.0, energy=0.8)),)))
    assert settings.of("verse").range_scale == 1.0
    assert settings.of("refrain") == settings.of("chorus")
    assert settings.of("chorus").range_scale > 1.3
    backing, lyrics = make_backing(100, duration_s=180.0), make_lyrics(BALLAD)
    lifts = []
    for own in (settings, ComposeSettings()):
        composer = load_composer("rules", own)
        takes = [composer.compose(backing, lyrics, low_midi=50, high_midi=74, start_s=None, seed=s) for s in range(3)]
        lifts.append(np.mean([take_report(take, backing).chorus_lift_semitones for take in takes]))
    assert lifts[0] > lifts[1] + 1.0


def test_every_slider_is_kept_within_its_limits() -> None:
    with pytest.raises(InputError, match=r"energy must be -1 to 1, got 1\.5; density"):
        Sliders(energy=1.5, density=float("nan"))
    assert (Sliders(energy=0.8) + Sliders(energy=0.7, range=-0.2)) == Sliders(energy=1.0, range=-0.2)


def test_a_prompt_is_about_the_song_and_about_kinds_of_section() -> None:
    reading = read_prompt("hopeful, soaring chorus, laid-back verse")
    assert reading.warnings == ()
    assert reading.understood == (("song", "hopeful"), ("chorus", "soaring"), ("verse", "laid-back"))
    assert reading.wishes.song == WORDS["hopeful"]
    assert dict(reading.wishes.kinds) == {"chorus": WORDS["soaring"], "verse": WORDS["laid-back"]}
    assert reading.wishes.of("refrain").range > reading.wishes.of("bridge").range > reading.wishes.of("verse").range


@pytest.mark.parametrize(
    ("text", "kind", "slider", "sign"),
    [
        ("laid back verses", "verse", "energy", -1),
        ("Sparse middle eight!", "bridge", "density", -1),
        ("a not syncopated pre chorus", "pre-chorus", "syncopation", -1),
        ("very catchy hook", "chorus", "repetition", 1),
    ],
)
def test_wordings_are_understood(text: str, kind: str, slider: str, sign: int) -> None:
    reading = read_prompt(text)
    assert reading.warnings == ()
    assert sign * getattr(dict(reading.wishes.kinds)[kind], slider) > 0.3


def test_degrees_count() -> None:
    slightly, plain, very = (read_prompt(f"{word} busy").wishes.song.density for word in ("slightly", "", "extremely"))
    assert 0 < slightly < plain < very == 1.0


def test_unknown_words_are_told_with_what_is_near() -> None:
    reading = read_prompt("soring crunchy chorus")
    assert reading.understood == ()
    assert "soring (soaring?), crunchy" in reading.warnings[0]
    assert "changed nothing" in reading.warnings[1]


def test_contradictions_are_told_with_what_was_assumed() -> None:
    reading = read_prompt("calm, powerful")
    assert any("powerful and calm pull the energy apart" in text and "+0.2" in text for text in reading.warnings)
    assert reading.wishes.song.energy == pytest.approx(0.2)
    swung = read_prompt("swung chorus, calm verse")
    assert swung.wishes.feel == "triplet"
    assert "all of it" in swung.warnings[0]


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=500))
def test_any_prompt_is_read(text: str) -> None:
    reading = read_prompt(text)
    assert reading.understood or reading.warnings


def test_a_prompt_has_an_end() -> None:
    with pytest.raises(InputError, match="at most 500"):
        read_prompt("calm " * 200)


def test_a_reference_sets_pace_range_and_energy_and_words_come_on_top() -> None:
    reference = Reference(150.0, "triplet", ((0.0, 0.2), (0.5, 1.0)), 19.0)
    lyrics = make_lyrics(BALLAD[:2])
    wishes = wishes_after(reference, lyrics, Wishes(Sliders(energy=0.1)))
    assert wishes.feel == "triplet"
    assert wishes.song.density > 0.2
    assert wishes.song.range == 1.0
    assert wishes.of("verse").energy < 0 < wishes.of("chorus").energy
    assert wishes.song.energy == pytest.approx(0.1)
