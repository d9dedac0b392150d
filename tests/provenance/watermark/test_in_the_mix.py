"""What our own mixing does to a voice leaves its mark readable."""

from __future__ import annotations

import numpy as np
import pytest

from tests.provenance.watermark.sounds import KEY, MARK, sung
from vocalkit.mix import mix_vocals
from vocalkit.provenance.watermark import detect, embed
from vocalkit.types import Audio, Expression, F0Curve, Note, Performance, PhonemeSpan, Provenance, Vocal

NOTE_S, DURATION_S, HOP_S = 0.6, 30.0, 0.01


def performance() -> Performance:
    starts = np.arange(0.0, DURATION_S - NOTE_S, NOTE_S)
    notes = tuple(Note(float(start), float(start) + 0.55, 60.0, None) for start in starts)
    spans = tuple(PhonemeSpan("ɑ", note.start_s, note.end_s, index) for index, note in enumerate(notes))
    frames = round(DURATION_S / HOP_S)
    flat = np.zeros(frames, np.float32)
    f0 = F0Curve(np.full(frames, 261.6, np.float32), np.ones(frames, bool), HOP_S)
    return Performance(notes, spans, f0, flat - 20.0, Expression(flat, flat, flat))


def backing(rate: int) -> Audio:
    """Chords that change twice a second, a noise on every beat, wider than the voice."""
    random = np.random.default_rng(8)
    time_s = np.arange(int(DURATION_S * rate)) / rate
    chord = random.integers(40, 76, (int(DURATION_S * 2) + 1, 4))[(time_s * 2).astype(int)]
    tones = np.sin(2.0 * np.pi * 440.0 * 2.0 ** ((chord - 69) / 12.0) * time_s[:, None])
    hit = random.standard_normal(time_s.size) * np.exp(-20.0 * (time_s % 0.5))
    left, right = tones[:, :3].sum(axis=1) + hit, tones[:, 1:].sum(axis=1) + 0.5 * hit
    return Audio((0.1 * np.stack([left, right])).astype(np.float32), rate)


@pytest.mark.parametrize("master", [False, True])
@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_a_mark_is_read_from_our_own_mix_and_from_the_stem_in_it(master: bool, rate: int) -> None:
    voice = Vocal(embed(sung(DURATION_S, note_s=NOTE_S), MARK, key=KEY), Provenance("any", "any", "any", "any"))
    mix = mix_vocals(backing(rate), voice, performance(), master=master)
    for sound in (mix.audio, mix.vocals):
        found = detect(sound, keys={"ours": KEY})
        assert found is not None
        assert found.mark == MARK
