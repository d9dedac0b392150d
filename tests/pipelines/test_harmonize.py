"""Several voices through the gate, the mix and the ledger: one tune of three notes, sung once."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.pipelines.made import check_labelled, short_tune, sounds_in
from vocalkit.audio import read
from vocalkit.errors import InputError, ScoreError
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.harmonize import HarmonizeScore, harmonize_score
from vocalkit.pipelines.harmony import HarmonyChoices
from vocalkit.pipelines.publish import RENDER_FILES
from vocalkit.pipelines.render_folder import publish, seconds_sung
from vocalkit.score import Reading, read_sheet


@pytest.fixture(scope="module")
def choir() -> Render:
    return harmonize_score(HarmonizeScore(short_tune(), choices=Choices(harmony=HarmonyChoices(1, 2))))


def test_the_mix_is_the_sum_of_its_stems(choir: Render) -> None:
    assert choir.mix is not None and len(choir.mix.harmonies) == 3
    total = choir.mix.vocals.samples.copy()
    for stem in choir.mix.harmonies:
        total = total + stem.samples
    assert np.array_equal(total, choir.mix.audio.samples), "to the bit, added in the order of the stems"
    assert choir.mix.true_peak_dbtp <= -1.0


def test_every_voice_differs_and_stands_somewhere_else(choir: Render) -> None:
    assert [take.name for take in choir.others] == ["harmony_1", "double_1", "double_2"]
    first, second = choir.others[1].dry.samples[0], choir.others[2].dry.samples[0]
    for other in (second, choir.dry.samples[0]):
        assert np.corrcoef(first, other)[0, 1] < 0.9, "a double is another take"
    assert choir.mix is not None
    sides = [float(np.sum(s.samples[0] ** 2) - np.sum(s.samples[1] ** 2)) for s in choir.mix.harmonies]
    assert {np.sign(side) for side in sides} == {-1.0, 1.0}


def test_every_file_is_labelled_and_every_second_is_booked(choir: Render, tmp_path: Path) -> None:
    desk = open_desk()
    publish(choir, tmp_path / "choir", desk=desk)
    names = {path.name for path in (tmp_path / "choir").iterdir()}
    assert {"mix.wav", "vocals.wav", "vocals_dry.wav", "harmony_1.wav", "double_2_dry.wav"} <= names <= RENDER_FILES
    for path in sounds_in(tmp_path / "choir"):
        check_labelled(path, desk)
    stems = [
        read(tmp_path / "choir" / f"{name}.wav").samples for name in ("vocals", "harmony_1", "double_1", "double_2")
    ]
    mix = read(tmp_path / "choir" / "mix.wav").samples
    assert np.abs(np.sum(stems, axis=0) - mix).max() < 4 * 2.0**-23, "24 bit each"
    parts = [read_sheet(tmp_path / "choir" / "harmony.musicxml", Reading(part=number)) for number in (1, 2, 3)]
    assert [note.pitch_midi for note in parts[0].notes] == [note.pitch_midi for note in parts[2].notes]
    assert all(a.pitch_midi != b.pitch_midi for a, b in zip(parts[0].notes, parts[1].notes, strict=True))
    sung = sum(seconds_sung(one.performance) for one in (choir, *choir.others))
    assert sung > 3.5 * seconds_sung(choir.performance)


def test_nothing_to_add_is_refused() -> None:
    with pytest.raises(InputError, match="two voices"):
        HarmonizeScore(short_tune())
    with pytest.raises(InputError, match="up to 3"):
        HarmonyChoices(4)
    with pytest.raises(InputError, match="up to 4"):
        HarmonyChoices(0, 5)
    with pytest.raises(InputError, match="words, oohs, aahs"):
        HarmonyChoices(1, 0, "la")  # type: ignore[arg-type]


def test_a_range_without_room_is_told_with_the_notes() -> None:
    from dataclasses import replace

    from vocalkit.pipelines.harmony import other_parts
    from vocalkit.pipelines.voices import choose_voice

    narrow = replace(choose_voice(None), low_midi=61.0, high_midi=65.0)
    with pytest.raises(ScoreError, match=r"no room for 3 harmony voices .* D4 at 0\.5 s"):
        other_parts(short_tune(), narrow, HarmonyChoices(3))
