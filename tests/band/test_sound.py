"""The instruments one by one: in tune, without clicks, decaying by themselves."""

from __future__ import annotations

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

from vocalkit.band.bass import bass
from vocalkit.band.drums import drum
from vocalkit.band.events import PIECES, Tone
from vocalkit.band.keys import electric_piano, felt_piano
from vocalkit.band.loudness import integrated_lufs, saturate
from vocalkit.band.pad import pad
from vocalkit.band.players import player
from vocalkit.band.room import Room, impulse_response
from vocalkit.band.strings import guitar
from vocalkit.band.styles import STYLES
from vocalkit.units import cents_between, midi_to_hz

RATE = 44100
NOTES = [("bass", m) for m in (29, 36, 43)] + [(name, m) for name in ("electric", "felt") for m in (52, 61, 72)]
NOTES += [("guitar", m) for m in (40, 52, 64, 73)] + [("pad", m) for m in (52, 72)]


def note(name: str, midi: int, velocity: float = 0.7, rate: int = RATE) -> NDArray[np.float64]:
    rng = np.random.default_rng(0)
    if name == "guitar":
        return guitar(midi, velocity=velocity, sample_rate=rate, rng=rng)
    if name == "pad":
        return pad(midi, duration_s=2.0, velocity=velocity, sample_rate=rate, rng=rng).mean(axis=0)
    make = {"bass": bass, "electric": electric_piano, "felt": felt_piano}[name]
    return make(midi, velocity=velocity, sample_rate=rate)


@pytest.mark.parametrize("rate", [22050, 44100, 96000])
@pytest.mark.parametrize(("name", "midi"), NOTES)
def test_notes_are_in_tune(name: str, midi: int, rate: int) -> None:
    sound = note(name, midi, rate=rate)[rate // 5 : rate + rate // 5]
    spectrum = np.abs(np.fft.rfft(sound * np.hanning(sound.size), 20 * rate))
    hz = np.fft.rfftfreq(20 * rate, 1 / rate)
    wanted = midi_to_hz(float(midi))
    near = np.flatnonzero(np.abs(cents_between(hz[1:], wanted)) < 60) + 1
    measured = float(hz[near[np.argmax(spectrum[near])]])
    assert abs(cents_between(measured, wanted)) < (6.0 if name == "pad" else 3.0)


@pytest.mark.parametrize(("name", "midi"), NOTES)
def test_notes_begin_and_end_in_silence_and_harder_is_louder(name: str, midi: int) -> None:
    sound = note(name, midi)
    assert abs(sound[0]) < 0.02 and abs(sound[-1]) < 1e-4
    assert abs(np.mean(sound)) < 1e-3
    assert np.abs(note(name, midi, 0.9)).max() > 1.3 * np.abs(note(name, midi, 0.5)).max()
    if name != "pad":
        level = [np.sqrt(np.mean(sound[int(t * RATE) : int((t + 0.3) * RATE)] ** 2)) for t in (0.1, 0.6, 1.2, 2.0)]
        assert level == sorted(level, reverse=True)


@pytest.mark.parametrize("piece", PIECES)
def test_drums_decay_without_offset_and_vary(piece: str) -> None:
    one, two = (drum(piece, velocity=0.8, sample_rate=RATE, rng=np.random.default_rng(s)) for s in (0, 1))
    assert 0.05 < np.abs(one).max() < 1.0
    assert np.sqrt(np.mean(one[-500:] ** 2)) < 0.03 * np.sqrt(np.mean(one[:2205] ** 2))
    assert abs(np.mean(one)) < 2e-3
    assert not np.array_equal(one, two)


@pytest.mark.parametrize("part", ["bass", "keys", "guitar", "pad"])
def test_a_note_let_go_ends_without_a_click(part: str) -> None:
    """The last bit of a note is no brighter than the note: a click would be broadband."""
    play = player(part, STYLES["pop"], RATE, 0)
    sound = play(Tone(0.0, 0.4, 40 if part == "bass" else 60, 0.8), 0)
    assert abs(sound[:, -1]).max() < 2e-4
    jump = np.abs(np.diff(sound, 2, axis=1)).max(axis=0)
    held = jump[int(0.05 * RATE) : int(0.39 * RATE)].max()
    assert jump[int(0.4 * RATE) :].max() <= 1.05 * held


def test_the_room_is_the_convolution_whatever_the_blocks() -> None:
    rng = np.random.default_rng(0)
    response = impulse_response(rt60_s=0.3, sample_rate=8000, rng=rng)
    sound = rng.standard_normal((2, 9000))
    room = Room(response)
    blocks = np.concatenate([room.process(sound[:, a:b]) for a, b in ((0, 700), (700, 6000), (6000, 9000))], axis=1)
    whole = np.stack([np.convolve(s, r)[:9000] for s, r in zip(sound, response, strict=True)])
    np.testing.assert_allclose(blocks, whole, atol=1e-9)


@pytest.mark.parametrize("rate", [22050, 44100, 48000])
def test_loudness_agrees_with_pyloudnorm(rate: int) -> None:
    rng = np.random.default_rng(4)
    envelope = np.repeat([0.3, 0.02, 0.0, 0.1, 0.2], 2 * rate)
    noise = np.cumsum(rng.standard_normal((2, envelope.size)), axis=1)  # much low end, where the weighting bites
    noise = np.diff(noise, axis=1, prepend=0.0) + 0.02 * (noise - noise.mean(axis=1, keepdims=True))
    samples = (envelope * noise * 0.1).astype(np.float32)
    reference = pyloudnorm.Meter(rate).integrated_loudness(samples.T.astype(np.float64))
    assert integrated_lufs(samples, rate) == pytest.approx(reference, abs=0.02)
    assert integrated_lufs(np.zeros((2, rate), np.float32), rate) == float("-inf")


def test_saturation_is_straight_below_the_knee_and_bounded_above() -> None:
    samples = np.linspace(-3, 3, 6001, dtype=np.float32)[None].copy()
    before = samples.copy()
    saturate(samples, gain=1.0, knee=0.5, ceiling=0.84)
    low = np.abs(before) <= 0.5
    np.testing.assert_array_equal(samples[low], before[low])
    assert np.abs(samples).max() <= 0.84
    assert np.all(np.diff(samples[0]) >= 0)
