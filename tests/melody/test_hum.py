"""Hums to notes: F0, cuts, pitches; and recordings that are no hum."""

from __future__ import annotations

import numpy as np
import pytest
from hums import RATE_HZ, hummed

from vocalkit.errors import AudioError, InputError
from vocalkit.melody.hum import LONGEST_S, HumSettings, transcribe_hum
from vocalkit.melody.hum_f0 import HOP_S, track_f0
from vocalkit.melody.hum_f0 import RATE_HZ as F0_RATE_HZ
from vocalkit.melody.hum_notes import HumNote, note_pitch
from vocalkit.melody.hum_pitch import corrected, write_pitches
from vocalkit.types import Audio, Key

TUNE = ((0.5, 0.9, 57.0), (0.96, 1.4, 59.0), (1.46, 1.9, 61.0), (1.96, 2.5, 61.0), (2.8, 3.6, 57.0))


@pytest.mark.parametrize("midi", [40.0, 52.3, 60.0, 69.5, 79.0])
def test_f0_of_a_steady_voice_is_right_to_five_cents(midi: float) -> None:
    audio = hummed([(0.2, 1.2, midi)], duration_s=1.5, noise_db=-40)
    from vocalkit.audio import resample

    pitched = track_f0(resample(audio, F0_RATE_HZ).samples[0])
    inside = slice(round(0.3 / HOP_S), round(1.1 / HOP_S))
    assert pitched.f0.voiced[inside].mean() > 0.98
    cents = 1200 * np.log2(pitched.f0.hz[inside] / (440.0 * 2 ** ((midi - 69) / 12)))
    assert np.abs(np.median(cents)) < 5 and np.quantile(np.abs(cents), 0.95) < 20
    assert not pitched.f0.voiced[: round(0.08 / HOP_S)].any() and not pitched.f0.voiced[round(1.3 / HOP_S) :].any()


def test_silence_and_noise_have_no_f0() -> None:
    rng = np.random.default_rng(0)
    noise = rng.standard_normal(2 * F0_RATE_HZ).astype(np.float32) * np.float32(0.1)
    assert track_f0(noise).f0.voiced.mean() < 0.02
    assert not track_f0(np.zeros(F0_RATE_HZ, np.float32)).f0.voiced.any()


@pytest.mark.parametrize("vibrato_cents", [0.0, 70.0])
def test_a_tune_is_found_with_its_repeated_note_and_its_vibrato(vibrato_cents: float) -> None:
    found = transcribe_hum(hummed(TUNE, duration_s=4.2, vibrato_cents=vibrato_cents))
    assert [round(note.pitch_midi) for note in found.notes] == [57, 59, 61, 61, 57]
    for note, (start, end, midi) in zip(found.sung, TUNE, strict=True):
        assert abs(note.start_s - start) < 0.05
        assert abs(note.end_s - end) < 0.15
        assert abs(note.pitch_midi - midi) < 0.25


def test_the_same_sound_gives_the_same_notes_whatever_its_gain() -> None:
    audio = hummed(TUNE, duration_s=4.2)
    quiet = Audio(audio.samples * np.float32(0.05), RATE_HZ)
    once, again, soft = transcribe_hum(audio), transcribe_hum(audio), transcribe_hum(quiet)
    assert once.notes == again.notes
    assert [note.pitch_midi for note in soft.notes] == [note.pitch_midi for note in once.notes]


def test_a_hum_between_the_keys_of_a_piano_is_written_in_its_own_tuning() -> None:
    sharp = [(start, end, midi + 0.2) for start, end, midi in TUNE]
    found = transcribe_hum(hummed(sharp, duration_s=4.2))
    assert [note.pitch_midi for note in found.notes] == [57, 59, 61, 61, 57]
    assert 5 < found.tune.tuning_cents < 35
    to_track = transcribe_hum(hummed(sharp, duration_s=4.2), HumSettings(tuning_cents=20.0))
    assert [note.pitch_midi for note in to_track.notes] == pytest.approx([57.2, 59.2, 61.2, 61.2, 57.2])


def _notes(pitches: list[float]) -> list[HumNote]:
    return [HumNote(0.5 * at, 0.5 * at + 0.45, pitch, 0.9) for at, pitch in enumerate(pitches)]


C_MAJOR = [60.0, 62, 64, 65, 67, 69, 71, 72, 67, 64, 60]


def test_the_key_decides_what_the_pitch_leaves_open() -> None:
    """An E that is sung just over halfway to E flat is still E in C major."""
    sung = list(C_MAJOR)
    sung[2] = 63.45
    assert write_pitches(_notes(sung)).pitches == tuple(round(pitch) for pitch in C_MAJOR)
    assert write_pitches(_notes(C_MAJOR)).key == Key(0, "major")


def test_a_clear_note_outside_the_key_stays_unless_the_key_is_asked_for() -> None:
    sung = list(C_MAJOR)
    sung[4] = 66.0
    assert write_pitches(_notes(sung), key=Key(0, "major")).pitches[4] == 66
    assert write_pitches(_notes(sung), key=Key(0, "major"), strict=True).pitches[4] in (65, 67)


def test_corrected_notes_lie_on_the_tuning_asked_for() -> None:
    notes = _notes(C_MAJOR)
    tune = write_pitches(notes, tuning_cents=-30.0)
    moved = corrected(notes, tune, tuning_cents=-30.0)
    assert all((note.pitch_midi + 0.3) % 1 == pytest.approx(0.0, abs=1e-9) for note in moved)
    assert [(n.start_s, n.end_s) for n in moved] == [(n.start_s, n.end_s) for n in notes]


def test_the_pitch_of_a_note_is_where_it_stays_not_where_it_slides() -> None:
    slide = np.linspace(57.0, 60.0, 15)
    note = np.concatenate([slide, 60.0 + 0.5 * np.sin(np.arange(40)), [np.nan] * 3])
    assert note_pitch(note) == pytest.approx(60.0, abs=0.12)


def test_sung_pitches_are_kept_where_asked_for() -> None:
    found = transcribe_hum(hummed(TUNE, duration_s=4.2), HumSettings(pitch="sung"))
    assert found.notes == found.sung
    with pytest.raises(InputError, match="sung, semitone, key"):
        HumSettings(pitch="bent")  # type: ignore[arg-type]


def test_what_is_no_hum_is_refused_in_one_line() -> None:
    rng = np.random.default_rng(1)
    with pytest.raises(AudioError, match="no sung notes"):
        transcribe_hum(Audio(rng.standard_normal((1, RATE_HZ * 2)).astype(np.float32) * 0.1, RATE_HZ))
    with pytest.raises(AudioError, match=r"0\.3 s to 10 min"):
        transcribe_hum(Audio(np.ones((1, RATE_HZ // 5), np.float32), RATE_HZ))
    with pytest.raises(AudioError, match=r"0\.3 s to 10 min"):
        transcribe_hum(Audio(np.ones((1, int((LONGEST_S + 5) * 8000)), np.float32), 8000))


def test_a_second_voice_is_warned_about_and_one_alone_is_not() -> None:
    lead = hummed(TUNE, duration_s=4.2)
    other = hummed([(0.5, 2.0, 53.0), (2.1, 3.6, 48.4)], duration_s=4.2, seed=1)
    both = Audio(0.5 * (lead.samples + other.samples), RATE_HZ)
    assert not any("beside the voice" in warning for warning in transcribe_hum(lead).warnings)
    assert any("beside the voice" in warning for warning in transcribe_hum(both).warnings)


def test_noise_is_warned_about_and_the_tune_is_still_found() -> None:
    found = transcribe_hum(hummed(TUNE, duration_s=4.2, noise_db=2))
    assert any("beside the voice" in warning for warning in found.warnings)
    assert 57 in {round(note.pitch_midi) for note in found.notes}


def test_a_piano_line_is_transcribed_and_told_from_a_voice() -> None:
    times = np.arange(round(0.45 * RATE_HZ)) / RATE_HZ
    sound = [
        sum(np.sin(2 * np.pi * 440 * 2 ** ((p - 69) / 12) * k * times) * np.exp(-times * (1.5 + k)) / k
            for k in range(1, 9))
        for p in (60, 64, 67, 72, 67, 64)
    ]  # fmt: skip
    found = transcribe_hum(Audio((0.2 * np.concatenate(sound))[None].astype(np.float32), RATE_HZ))
    assert any("instrument" in warning for warning in found.warnings)
    assert {round(note.pitch_midi) for note in found.notes} <= {60, 64, 67, 72}


@pytest.mark.slow
def test_a_minute_takes_under_three_seconds_and_memory_stays_bounded() -> None:
    import time

    minute = hummed(
        [(t, t + 0.45, 55.0 + (7 * i) % 12) for i, t in enumerate(np.arange(0.5, 59.0, 0.5))], duration_s=60
    )
    transcribe_hum(minute)
    began = time.process_time()
    found = transcribe_hum(minute)
    assert time.process_time() - began < 3.0
    assert 100 <= len(found.notes) <= 125
