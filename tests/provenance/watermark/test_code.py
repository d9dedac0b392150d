from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.provenance.watermark.sounds import KEY, MARK, OTHER_KEY
from vocalkit.errors import InputError
from vocalkit.provenance.watermark.code import code_of
from vocalkit.provenance.watermark.grid import BANDS, CHIPS

marks = st.integers(1, 2**32 - 1)


def noise(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((CHIPS, BANDS))


@settings(max_examples=20, deadline=None)
@given(mark=marks, key=st.binary(min_size=16, max_size=40), seed=st.integers(0, 99))
def test_any_mark_under_any_key_is_read_back_out_of_noise(mark: int, key: bytes, seed: int) -> None:
    code = code_of(key)
    strength = 14.0 / np.sqrt(CHIPS * BANDS)
    word = code.read(strength * code.signs(mark) + noise(seed))
    assert word is not None
    assert word.mark == mark
    assert 10.0 < word.score < 18.0
    assert word.score == pytest.approx(code.score(mark, strength * code.signs(mark) + noise(seed)), rel=1e-5)


def test_a_pattern_is_of_signs_and_the_pilot_is_common_to_all_marks() -> None:
    code = code_of(KEY)
    one, other = code.signs(1), code.signs(MARK)
    assert set(np.unique(one)) == {-1.0, 1.0}
    pilot = code.pilot != 0.0
    assert np.array_equal(one[pilot], code.pilot[pilot])
    assert np.array_equal(one[pilot], other[pilot])
    assert 0.2 < np.mean(one[~pilot] != other[~pilot]) < 0.8


@pytest.mark.parametrize("bit", range(32))
def test_marks_that_differ_in_one_bit_have_patterns_far_apart(bit: int) -> None:
    code = code_of(KEY)
    differing = np.sum(code.signs(MARK) != code.signs(MARK ^ 1 << bit))
    assert differing > 0.15 * CHIPS * BANDS


def test_keys_have_nothing_to_do_with_each_other() -> None:
    agreement = np.mean(code_of(KEY).signs(MARK) == code_of(OTHER_KEY).signs(MARK))
    assert abs(agreement - 0.5) < 0.05


def test_halves_of_two_marks_never_join() -> None:
    code = code_of(KEY)
    first, second = 0x1111_2222, 0x3333_4444
    for seed in range(8):
        word = code.read(0.3 * code.signs(first) + 0.3 * code.signs(second) + noise(seed))
        assert word is not None
        assert word.mark in (first, second)


def test_noise_alone_scores_far_under_what_a_detection_needs() -> None:
    code = code_of(KEY)
    scores = [word.score for seed in range(20) if (word := code.read(noise(seed))) is not None]
    assert len(scores) == 20
    assert max(scores) < 8.0


def test_tiles_of_nothing_hold_no_mark() -> None:
    assert code_of(KEY).read(np.zeros((CHIPS, BANDS))) is None
    assert code_of(KEY).score(MARK, np.zeros((CHIPS, BANDS))) == 0.0


@pytest.mark.parametrize("mark", [0, -1, 2**32])
def test_a_mark_beyond_32_bits_is_refused(mark: int) -> None:
    with pytest.raises(InputError, match="mark"):
        code_of(KEY).signs(mark)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(InputError, match="16 bytes"):
        code_of(b"short")
