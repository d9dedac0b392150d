from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.backing.harmony import OUTPUTS, QUALITIES, hear_harmony, likely, turned
from vocalkit.backing.network import HARMONY_BLOCKS, PULSE_BLOCKS, convolve, log_softmax, run, sigmoid, weights
from vocalkit.backing.onsets import BANDS
from vocalkit.backing.pitches import SEMITONES
from vocalkit.backing.pulse import INPUTS, harmony_change, hear_pulse, pulse_inputs

NETWORKS = [("pulse", PULSE_BLOCKS, INPUTS), ("harmony", HARMONY_BLOCKS, 24)]


@given(frames=st.integers(1, 12), dilation=st.sampled_from([1, 2, 8]), taps=st.sampled_from([1, 3, 5]))
@settings(max_examples=25, deadline=None)
def test_convolution_is_the_textbook_sum(frames: int, dilation: int, taps: int) -> None:
    rng = np.random.default_rng(frames)
    x, kernel = rng.standard_normal((frames, 3)), rng.standard_normal((2, 3, taps))
    bias = rng.standard_normal(2)
    out = convolve(x.astype(np.float32), kernel.astype(np.float32), bias.astype(np.float32), dilation=dilation)
    for t in range(frames):
        expected = bias.copy()
        for tap in range(taps):
            at = t + (tap - taps // 2) * dilation
            if 0 <= at < frames:
                expected += kernel[:, :, tap] @ x[at]
        assert np.allclose(out[t], expected, atol=1e-4)


@pytest.mark.parametrize(
    ("name", "blocks", "inputs"), [("pulse", PULSE_BLOCKS, INPUTS), ("harmony", HARMONY_BLOCKS, 24)]
)
def test_the_weights_are_small_and_run(name: str, blocks: int, inputs: int) -> None:
    tensors = weights(name)
    assert sum(tensor.size for tensor in tensors.values()) < 300_000
    out = run(tensors, np.zeros((40, inputs), np.float32), blocks=blocks)
    assert out.shape == (40, 3 if name == "pulse" else OUTPUTS)
    assert np.isfinite(out).all()


@pytest.mark.parametrize(
    ("name", "blocks", "inputs"), [("pulse", PULSE_BLOCKS, INPUTS), ("harmony", HARMONY_BLOCKS, 24)]
)
def test_torch_computes_the_same(name: str, blocks: int, inputs: int) -> None:
    torch = pytest.importorskip("torch", reason="torch is in the neural extra")
    tensors = weights(name)
    x = np.random.default_rng(1).standard_normal((60, inputs)).astype(np.float32)

    def layer(which: str, value: object, dilation: int = 1) -> object:
        kernel, bias = (torch.from_numpy(np.array(tensors[f"{which}.{part}"])) for part in ("weight", "bias"))
        return torch.conv1d(value, kernel, bias, padding=dilation * (kernel.shape[2] // 2), dilation=dilation)

    hidden = torch.relu(layer("enter", torch.from_numpy(x.T[None])))
    for block in range(blocks):
        hidden = hidden + layer(f"narrow.{block}", torch.relu(layer(f"wide.{block}", hidden, 2**block)))
    expected = layer("leave", hidden)[0].numpy().T
    assert np.allclose(run(tensors, x, blocks=blocks), expected, atol=1e-3)


def test_probabilities_are_probabilities() -> None:
    x = np.array([[-800.0, 0.0, 800.0]], np.float32)
    assert sigmoid(x).tolist() == [[0.0, 0.5, 1.0]]
    assert np.exp(log_softmax(x)).sum() == pytest.approx(1.0)


@given(steps=st.integers(0, 11))
@settings(max_examples=12, deadline=None)
def test_harmony_is_heard_alike_in_every_key(steps: int) -> None:
    rng = np.random.default_rng(4)
    treble, bass = rng.random((9, 12)), rng.random((9, 12))
    here = hear_harmony(treble, bass)
    moved = hear_harmony(np.roll(treble, steps, axis=1), np.roll(bass, steps, axis=1))
    chords = here.chords[:, :-1].reshape(9, len(QUALITIES), 12)
    assert np.allclose(np.roll(chords, steps, axis=2).reshape(9, -1), moved.chords[:, :-1], atol=1e-3)
    assert np.allclose(here.chords[:, -1], moved.chords[:, -1], atol=1e-3)
    keys = np.roll(here.keys.reshape(9, 2, 12), steps, axis=2).reshape(9, 24)
    assert np.allclose(keys, moved.keys, atol=1e-3)


def test_likely_lays_qualities_outermost() -> None:
    out = np.zeros((12, 1, OUTPUTS), np.float32)
    out[5, 0, QUALITIES.index("min")] = 9.0
    assert int(likely(out).chords[0].argmax()) == 12 * QUALITIES.index("min") + 5


def test_turned_puts_the_root_first() -> None:
    treble = np.zeros((1, 12))
    treble[0, 7] = 1.0
    assert turned(treble, np.zeros((1, 12)))[7, 0, 0] == 1.0


def test_a_change_of_harmony_is_a_peak() -> None:
    spectra = np.zeros((40, 12))
    spectra[:20, 0] = spectra[20:, 5] = 1.0
    change = harmony_change(spectra, width=3)
    assert int(change.argmax()) == 20
    assert change[20] == pytest.approx(1.0)
    assert change[8] == pytest.approx(0.0, abs=1e-9)
    assert harmony_change(np.zeros((0, 12)), width=3).size == 0


def test_inputs_do_not_depend_on_level() -> None:
    bands = np.random.default_rng(2).random((BANDS, 101)).astype(np.float16)
    silence = np.zeros((30, SEMITONES))
    soft = pulse_inputs((0.25 * bands.astype(np.float32)).astype(np.float16), silence)
    assert soft.shape == (50, INPUTS)
    assert np.allclose(soft, pulse_inputs(bands, silence), atol=2e-2)


@pytest.mark.parametrize("frames", [0, 1, 2, 7])
def test_next_to_nothing_is_heard_without_fuss(frames: int) -> None:
    pulse = hear_pulse(np.zeros((BANDS, frames), np.float16), np.zeros((1, SEMITONES)))
    assert pulse.beat.size == pulse.downbeat.size == frames // 2
