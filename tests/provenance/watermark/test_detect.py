from __future__ import annotations

import numpy as np
import pytest

from tests.provenance.watermark.sounds import KEY, MARK, OTHER_KEY, part, sung, with_noise
from vocalkit.audio import resample
from vocalkit.errors import InputError
from vocalkit.provenance.watermark import detect, embed
from vocalkit.provenance.watermark.detect import MAX_FALSE_ALARM, false_alarm
from vocalkit.types import Audio

KEYS = {"ours": KEY}


@pytest.fixture(scope="module")
def marked() -> Audio:
    return embed(sung(32.0), MARK, key=KEY)


def test_a_mark_is_read_with_its_key_among_others(marked: Audio) -> None:
    found = detect(marked, keys={"theirs": OTHER_KEY, **KEYS})
    assert found is not None
    assert (found.mark, found.key_name) == (MARK, "ours")
    assert (found.start_s, found.end_s) == (0.0, marked.duration_s)
    assert (found.tempo, found.pitch) == (1.0, 1.0)
    assert found.false_alarm < MAX_FALSE_ALARM


def test_without_a_mark_or_with_another_key_nothing_is_found(marked: Audio) -> None:
    assert detect(sung(32.0), keys=KEYS) is None
    assert detect(marked, keys={"theirs": OTHER_KEY}) is None


@pytest.mark.parametrize("start_s", [0.0, 3.37, 11.9])
def test_twenty_seconds_from_anywhere_are_enough(marked: Audio, start_s: float) -> None:
    found = detect(part(marked, start_s, start_s + 20.0), keys=KEYS)
    assert found is not None
    assert found.mark == MARK


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
def test_it_survives_other_rates(marked: Audio, rate: int) -> None:
    found = detect(resample(marked, rate), keys=KEYS)
    assert found is not None
    assert found.mark == MARK


@pytest.mark.parametrize("speed", [0.95, 1.05])
def test_it_survives_faster_and_slower_playing_and_says_how_much(marked: Audio, speed: float) -> None:
    bent = resample(marked, round(marked.sample_rate / speed))
    found = detect(Audio(bent.samples, marked.sample_rate), keys=KEYS)
    assert found is not None
    assert found.mark == MARK
    assert found.tempo == pytest.approx(speed, abs=0.002)
    assert found.pitch == pytest.approx(speed, abs=0.01)


def test_it_survives_noise(marked: Audio) -> None:
    found = detect(with_noise(marked, 20.0), keys=KEYS)
    assert found is not None
    assert found.mark == MARK


def test_it_survives_a_louder_backing_on_the_sides(marked: Audio) -> None:
    random = np.random.default_rng(3).standard_normal((2, marked.frames)).astype(np.float32)
    level = 1.5 * float(np.std(marked.samples))
    random[1] = -0.6 * random[0]
    found = detect(Audio(marked.samples + level * random, marked.sample_rate), keys=KEYS)
    assert found is not None
    assert found.mark == MARK


def test_a_single_held_vowel_carries_it() -> None:
    vowel = sung(40.0, note_s=100.0, breath=0.001)
    found = detect(with_noise(embed(vowel, MARK, key=KEY), 30.0), keys=KEYS)
    assert found is not None
    assert found.mark == MARK


def test_two_singers_give_one_of_their_marks_or_none() -> None:
    one = embed(sung(30.0, seed=1), MARK, key=KEY).samples
    two = embed(sung(30.0, seed=2), 0x0BADCAFE, key=KEY).samples
    found = detect(Audio(one + two, 44_100), keys=KEYS)
    assert found is None or found.mark in (MARK, 0x0BADCAFE)


def test_whoever_knows_the_key_can_write_over_a_mark(marked: Audio) -> None:
    found = detect(embed(marked, 0x0BADCAFE, key=KEY), keys=KEYS)
    assert found is not None
    assert found.mark == 0x0BADCAFE


def test_a_mark_under_another_key_leaves_the_first_readable(marked: Audio) -> None:
    both = embed(marked, 0x0BADCAFE, key=OTHER_KEY)
    for key, mark in ((KEY, MARK), (OTHER_KEY, 0x0BADCAFE)):
        found = detect(both, keys={"one": key})
        assert found is not None
        assert found.mark == mark


def test_the_mark_of_a_late_entry_is_found_where_it_is() -> None:
    sound = np.concatenate([sung(70.0, rate=16_000, seed=5).samples, np.zeros((1, 16_000), np.float32)], axis=1)
    late = embed(sung(40.0, rate=16_000, seed=6), MARK, key=KEY).samples
    found = detect(Audio(np.concatenate([sound, late], axis=1), 16_000), keys=KEYS)
    assert found is not None
    assert found.mark == MARK
    assert found.end_s > 71.0


@pytest.mark.parametrize("channels", [1, 2])
@pytest.mark.parametrize("rate", [8_000, 44_100])
@pytest.mark.parametrize("duration_s", [0.0, 0.01, 0.3, 1.2, 5.0])
@pytest.mark.parametrize("level", [0.0, 0.5])
def test_sound_with_nothing_in_it_holds_no_mark(level: float, duration_s: float, rate: int, channels: int) -> None:
    samples = np.full((channels, int(duration_s * rate)), level, np.float32)
    assert detect(Audio(samples, rate), keys=KEYS) is None


def test_no_keys_and_samples_that_are_not_finite_are_refused() -> None:
    with pytest.raises(InputError, match="key"):
        detect(sung(1.0), keys={})
    with pytest.raises(InputError, match="finite"):
        detect(Audio(np.full((1, 50_000), np.inf, np.float32), 44_100), keys=KEYS)


def test_the_bound_on_false_alarms_falls_with_the_score_and_grows_with_what_is_tried() -> None:
    bounds = [false_alarm(score, alignments=1000, tries=1) for score in (-1.0, 0.0, 8.0, 10.0, 12.0, 40.0, 1000.0)]
    assert bounds == sorted(bounds, reverse=True)
    assert bounds[0] == 1.0
    assert 0.0 < bounds[-1] < 1e-290
    assert false_alarm(11.0, alignments=7000, tries=6) == pytest.approx(
        42 * false_alarm(11.0, alignments=1000, tries=1)
    )
