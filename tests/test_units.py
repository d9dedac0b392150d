from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from vocalkit.units import (
    SILENCE_DB,
    cents_between,
    db_to_gain,
    gain_to_db,
    hz_to_midi,
    midi_to_hz,
    seconds_to_frames,
)


@given(st.floats(-20, 140))
def test_midi_and_hz_are_inverse(midi: float) -> None:
    assert hz_to_midi(midi_to_hz(midi)) == pytest.approx(midi, abs=1e-9)


@given(st.floats(-150, 60))
def test_db_and_gain_are_inverse(db: float) -> None:
    assert gain_to_db(db_to_gain(db)) == pytest.approx(db, abs=1e-9)


def test_anchors() -> None:
    assert midi_to_hz(69.0) == 440.0
    assert hz_to_midi(880.0) == 81.0
    assert cents_between(440.0 * 2 ** (1 / 12), 440.0) == pytest.approx(100.0)
    assert gain_to_db(0.0) == SILENCE_DB
    assert seconds_to_frames(0.5, 44_100) == 22_050


def test_arrays_come_back_as_arrays() -> None:
    hz = np.array([220.0, 440.0])
    assert hz_to_midi(hz) == pytest.approx([57.0, 69.0])
    assert cents_between(hz, 220.0) == pytest.approx([0.0, 1200.0])
    assert db_to_gain(np.array([0.0, -20.0])) == pytest.approx([1.0, 0.1])
