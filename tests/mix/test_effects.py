"""The vocal chain, its room, and the place of the vocal on the backing's clock."""

from __future__ import annotations

import numpy as np
import pytest

from vocalkit.errors import InputError
from vocalkit.mix.curves import block_slices, gain_of, hop_frames
from vocalkit.mix.effects import _de_ess, _room_gain, _shape, _with_room, decay_s, vocal_chain
from vocalkit.mix.place import fade_tail, place
from vocalkit.types import Note

RATE = 44100


def test_a_curve_is_the_same_in_blocks() -> None:
    hop = hop_frames(RATE)
    frames = 200_003
    edges = np.random.default_rng(0).random(-(-frames // hop) + 1)
    whole = np.interp(np.arange(frames) / hop, np.arange(edges.size), edges)
    blocks = np.concatenate([gain_of(edges, block, hop) for block in block_slices(frames, hop)])
    assert np.allclose(blocks, whole, atol=1e-6)


def test_short_notes_get_a_short_room() -> None:
    fast, slow = ([Note(i, i + s, 60) for i in range(9)] for s in (0.1, 0.9))
    assert 0.7 <= decay_s(fast) < decay_s(slow) <= 1.8


@pytest.mark.parametrize("rate", [8000, 16000, 44100, 96000])
@pytest.mark.parametrize("channels", [1, 2])
def test_the_room_has_its_power_and_decay(rate: int, channels: int) -> None:
    """Steady noise through the room comes out at the power that was asked for, whatever the rate."""
    room_s = 1.2
    noise = np.random.default_rng(0).standard_normal(4 * rate).astype("f4") * 0.1
    wet = _with_room(noise.copy(), rate, channels=channels, room_s=room_s, send_db=-12.0) - noise
    steady = slice(2 * rate, None)
    power_db = 10 * np.log10(np.mean(wet[:, steady].astype("f8") ** 2) / np.mean(noise[steady].astype("f8") ** 2))
    assert power_db == pytest.approx(-12.0, abs=1.0)
    click = np.zeros(3 * rate, "f4")
    click[0] = 1.0
    tail = np.sum(_with_room(click, rate, channels=channels, room_s=room_s, send_db=0.0).astype("f8") ** 2, axis=0)
    left = np.cumsum(tail[1:][::-1])[::-1]
    level = 10 * np.log10(left / left[0])
    slope_s = (np.argmax(level < -30) - np.argmax(level < -10)) / rate
    assert 0.3 * room_s < 3 * slope_s < 1.6 * room_s
    assert _room_gain(rate, room_s, channels) > 0


def test_a_stereo_room_is_wide_and_mono_stays_mono(make_vocal: object) -> None:
    vocal, performance = make_vocal()  # type: ignore[operator]
    spans = [(n.start_s, n.end_s) for n in performance.notes]
    dry = vocal.audio.samples[0]
    options = {"spans_s": spans, "room_s": 1.0, "send_db": -12.0}
    stereo = vocal_chain(dry.copy(), RATE, channels=2, **options)
    mono = vocal_chain(dry.copy(), RATE, channels=1, **options)
    assert stereo.shape == (2, dry.size)
    assert mono.shape == (1, dry.size)
    assert not np.array_equal(stereo[0], stereo[1])
    assert np.isfinite(stereo).all()


def test_the_chain_does_not_move_the_voice(make_vocal: object) -> None:
    """Onsets stay where they are: nothing sounds before a note, and the note sounds at once."""
    vocal, _ = make_vocal((2.0, 4.0))  # type: ignore[operator]
    dry = vocal.audio.samples[0].copy()
    out = vocal_chain(dry, RATE, channels=2, spans_s=[(2.0, 2.45), (4.0, 4.45)], room_s=1.0, send_db=-15.0)
    first = int(np.flatnonzero(np.abs(out[0]) > 0.01)[0])
    source = int(np.flatnonzero(np.abs(vocal.audio.samples[0]) > 0.001)[0])
    assert abs(first - source) < 0.003 * RATE
    assert np.max(np.abs(out[:, : 2 * RATE])) < 1e-4


def test_blocks_equal_the_whole() -> None:
    """The plugins keep their state from block to block: no seam."""
    import pedalboard

    noise = np.random.default_rng(0).standard_normal(3 * 65536 + 5).astype("f4") * 0.1
    chain = pedalboard.Pedalboard([pedalboard.Compressor(-22.0, 3.0, 8.0, 120.0)])
    whole = chain.process(noise, RATE)
    chain = pedalboard.Pedalboard([pedalboard.Compressor(-22.0, 3.0, 8.0, 120.0)])
    blocks = [chain.process(noise[b], RATE, reset=False) for b in block_slices(noise.size, hop_frames(RATE))]
    assert np.array_equal(whole, np.concatenate(blocks))


def test_the_de_esser_tames_hiss_and_leaves_vowels() -> None:
    from scipy.signal import butter, sosfilt

    t = np.arange(2 * RATE) / RATE
    vowel = (0.1 * np.sin(2 * np.pi * 300 * t)).astype("f4")
    hiss = sosfilt(butter(4, 6500, "highpass", fs=RATE, output="sos"), np.random.default_rng(0).standard_normal(t.size))
    hiss = (0.2 * hiss).astype("f4")
    kept, tamed = vowel.copy(), hiss.copy()
    _de_ess(kept, RATE)
    _de_ess(tamed, RATE)
    assert np.max(np.abs(kept - vowel)) < 1e-3
    change_db = 10 * np.log10(np.sum(tamed**2) / np.sum(hiss**2))
    assert -8.0 < change_db < -3.0


def test_rumble_goes() -> None:
    t = np.arange(2 * RATE) / RATE
    rumble = (0.05 * np.sin(2 * np.pi * 30 * t)).astype("f4")
    out = rumble.copy()
    _shape(out, RATE)
    assert np.max(np.abs(out[RATE:])) < 0.25 * 0.05


def test_a_silent_vocal_is_refused(make_vocal: object) -> None:
    with pytest.raises(InputError, match="silent where its notes are"):
        vocal_chain(np.zeros(RATE * 3, "f4"), RATE, channels=1, spans_s=[(1.0, 2.0)], room_s=1.0, send_db=-15.0)


@pytest.mark.parametrize("rate", [8000, 22050, 44100, 96000])
@pytest.mark.parametrize("vocal_s", [3.0, 7.0, 12.0])
def test_placed_on_the_backings_clock(make_vocal: object, make_backing: object, rate: int, vocal_s: float) -> None:
    backing = make_backing(8.0, rate, 1)  # type: ignore[operator]
    vocal, performance = make_vocal((1.0, 2.0), duration_s=vocal_s)  # type: ignore[operator]
    placed = place(vocal.audio, performance, backing, ring_s=0.8, max_tail_s=5.0)
    assert placed.size == backing.frames
    loud = np.flatnonzero(np.abs(placed) > 0.01) / rate
    assert loud[0] == pytest.approx(1.0, abs=0.01)


def test_the_tail_rings_past_the_end_and_no_further_than_allowed(make_vocal: object, make_backing: object) -> None:
    backing = make_backing(5.0)  # type: ignore[operator]
    vocal, performance = make_vocal((4.5,), duration_s=6.0)  # type: ignore[operator]
    placed = place(vocal.audio, performance, backing, ring_s=0.8, max_tail_s=5.0)
    assert placed.size / RATE == pytest.approx(4.95 + 0.8, abs=0.02)
    assert place(vocal.audio, performance, backing, ring_s=0.8, max_tail_s=0.3).size == backing.frames + round(
        0.3 * RATE
    )
    late, performance = make_vocal((11.0,), duration_s=12.0)  # type: ignore[operator]
    with pytest.raises(InputError, match="the last note ends at"):
        place(late.audio, performance, backing, ring_s=0.8, max_tail_s=5.0)


def test_the_fade_ends_at_zero_and_spares_the_backing() -> None:
    samples = np.ones((2, 3 * RATE), "f4")
    fade_tail(samples, backing_frames=2 * RATE, sample_rate=RATE)
    assert samples[0, -1] == 0.0
    assert np.all(samples[:, : 2 * RATE] == 1.0)
    assert np.max(np.abs(np.diff(samples))) < 1e-3
    same = np.ones((2, RATE), "f4")
    fade_tail(same, backing_frames=RATE, sample_rate=RATE)
    assert np.all(same == 1.0)
