"""What is taken from a reference: pace, feel, energy and range; against backings whose truth is known."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from vocalkit.audio import read
from vocalkit.backing.features import extract
from vocalkit.backing.reference import hear_reference, lead_range
from vocalkit.protocols import silent
from vocalkit.types import Audio

RATE = 22_050


def clicks(bpm: float, places: tuple[float, ...], *, seconds: float = 20.0, quiet_until_s: float = 0.0) -> Audio:
    """Ticks at places of every beat, a chord under them."""
    rng = np.random.default_rng(0)
    samples = 0.02 * np.sin(2 * np.pi * 220.0 * np.arange(round(seconds * RATE)) / RATE)
    beat_s = 60.0 / bpm
    for beat in range(int(seconds / beat_s) - 1):
        for place in places:
            at = round((beat + place) * beat_s * RATE)
            tick = rng.normal(size=900) * np.exp(-np.arange(900) / 150.0)
            samples[at : at + 900] += (0.5 if place == 0 else 0.2) * tick
    samples[: round(quiet_until_s * RATE)] *= 0.05
    return Audio((0.5 * samples / np.abs(samples).max()).astype(np.float32)[None, :], RATE)


def test_straight_and_swung_beats_are_told_apart() -> None:
    straight, swung = (hear_reference(clicks(110, places)) for places in ((0.0, 0.5), (0.0, 2 / 3)))
    assert (straight.feel, swung.feel) == ("straight", "triplet")
    assert straight.tempo_bpm == pytest.approx(110, rel=0.02)


def test_energy_runs_as_loudness_does() -> None:
    reference = hear_reference(clicks(120, (0.0, 0.5), seconds=40.0, quiet_until_s=20.0))
    assert reference.energy_at(0.9) > reference.energy_at(0.1)
    assert reference.energy[0][0] == pytest.approx(0.0, abs=0.05)


def test_where_nobody_sings_there_is_no_range(short_song) -> None:  # type: ignore[no-untyped-def]
    assert hear_reference(read(short_song.backing)).range_semitones is None


def test_the_range_of_a_line_is_found() -> None:
    pitches = [57, 60, 64, 67, 69, 67, 64, 60] * 4
    seconds = 0.4
    t = np.arange(round(seconds * RATE)) / RATE
    notes = [
        sum(0.5**n * np.sin(2 * np.pi * (n + 1) * 440.0 * 2 ** ((midi - 69) / 12) * t) for n in range(6))
        for midi in pitches
    ]
    line = Audio((0.2 * np.concatenate(notes)).astype(np.float32)[None, :], RATE)
    found = lead_range(extract(line, progress=silent).pitches)
    assert found == pytest.approx(12.0, abs=1.0)
    assert lead_range(np.zeros((10, extract(line, progress=silent).pitches.shape[1]), np.float32)) is None


@pytest.mark.slow
def test_ranges_of_sung_songs_are_near_their_notes(shared_data: Path) -> None:
    from vocalkit.score import read_score

    errors = []
    for folder in sorted((shared_data / "singing" / "pjs").rglob("*song.flac"))[8:16]:
        midi = next(folder.parent.glob("*.mid"), None)
        if midi is None:
            continue
        notes = [note.pitch_midi for note in read_score(midi).notes]
        found = lead_range(extract(read(folder), progress=silent).pitches)
        if found is not None:
            errors.append(abs(found - (max(notes) - min(notes))))
    if not errors:
        pytest.skip("no songs with notes beside them")
    assert float(np.median(errors)) <= 3.0
