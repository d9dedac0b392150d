from __future__ import annotations

import numpy as np
import pytest

from tests.provenance.watermark.sounds import KEY, MARK, OTHER_KEY, change_db, part, sung
from vocalkit.errors import Cancelled, InputError
from vocalkit.provenance.watermark import embed
from vocalkit.types import Audio


@pytest.mark.parametrize("rate", [16_000, 22_050, 44_100, 48_000, 96_000])
def test_a_marked_voice_has_its_shape_and_stays_22_db_over_the_change(rate: int) -> None:
    voice = sung(6.0, rate=rate)
    marked = embed(voice, MARK, key=KEY)
    assert marked.sample_rate == rate
    assert marked.samples.shape == voice.samples.shape
    assert 22.0 <= change_db(voice, marked) < 30.0


def test_the_same_input_gives_the_same_bits_and_another_mark_or_key_does_not() -> None:
    voice = sung(3.0)
    once = embed(voice, MARK, key=KEY).samples
    assert np.array_equal(once, embed(voice, MARK, key=KEY).samples)
    assert not np.array_equal(once, embed(voice, MARK + 1, key=KEY).samples)
    assert not np.array_equal(once, embed(voice, MARK, key=OTHER_KEY).samples)


def test_silence_stays_silence_to_the_bit() -> None:
    voice = sung(4.0).samples.copy()
    voice[:, :30_000] = 0.0
    voice[:, 60_000:61_000] = 0.0
    voice[:, -5_000:] = 0.0
    marked = embed(Audio(voice, 44_100), MARK, key=KEY).samples
    assert not marked[:, :30_000].any()
    assert not marked[:, 60_000:61_000].any()
    assert not marked[:, -5_000:].any()
    assert not embed(Audio(np.zeros((1, 50_000), np.float32), 44_100), MARK, key=KEY).samples.any()


def test_long_sound_is_marked_in_blocks_that_leave_no_seam() -> None:
    voice = sung(26.0, rate=16_000)
    marked = embed(voice, MARK, key=KEY)
    tail = part(voice, 0.0, 20.0)
    # A shorter sound has its blocks' ends elsewhere; until its own end nears, nothing may differ.
    again = embed(tail, MARK, key=KEY)
    same = tail.frames - 4_000
    assert np.abs(marked.samples[:, :same] - again.samples[:, :same]).max() < 1e-6


def test_both_channels_change_alike() -> None:
    voice = sung(3.0).samples
    stereo = embed(Audio(np.concatenate([voice, 0.5 * voice]), 44_100), MARK, key=KEY).samples
    assert np.allclose(0.5 * stereo[0], stereo[1], atol=1e-6)


@pytest.mark.parametrize("frames", [0, 1, 31, 700, 5_000])
def test_any_length_is_marked(frames: int) -> None:
    voice = sung(1.0).samples[:, :frames]
    assert embed(Audio(voice, 44_100), MARK, key=KEY).samples.shape == (1, frames)


def test_a_low_rate_is_refused() -> None:
    with pytest.raises(InputError, match="16000"):
        embed(sung(1.0, rate=8_000), MARK, key=KEY)


def test_samples_that_are_not_finite_are_refused() -> None:
    samples = sung(1.0).samples.copy()
    samples[0, 20_000] = np.nan
    with pytest.raises(InputError, match="finite"):
        embed(Audio(samples, 44_100), MARK, key=KEY)


def test_progress_can_stop_it() -> None:
    def stop(stage: str, done: float, /) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        embed(sung(1.0), MARK, key=KEY, progress=stop)
