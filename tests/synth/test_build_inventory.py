"""A voice built from clips holds their phones, within its budget, and reads back."""

from __future__ import annotations

import numpy as np
import pytest

from vocalkit.errors import InputError
from vocalkit.synth.build_inventory import build_inventory
from vocalkit.synth.inventory import MARGIN_FRAMES, from_tensors
from vocalkit.types import AlignedClip

HOP_S, FRAMES = 0.005, 200


def clip(symbols: tuple[str, ...] = ("m", "a", "n", "o"), *, seed: int = 0, voiced: bool = True) -> AlignedClip:
    """One second of steady frames at 200 Hz whose phones share it evenly from 0.1 s to 0.9 s."""
    rng = np.random.default_rng(seed)
    edges = np.linspace(0.1, 0.9, len(symbols) + 1)
    return AlignedClip(
        symbols=symbols,
        borders_s=np.stack([edges[:-1], edges[1:]], axis=1),
        f0_hz=np.full(FRAMES, 200.0 if voiced else 0.0),
        envelope=rng.normal(-4.0, 0.01, (FRAMES, 60)),
        aperiodicity=np.full((FRAMES, 5), -20.0),
        hop_s=HOP_S,
    )


def test_every_phone_of_the_clips_becomes_a_unit() -> None:
    built = build_inventory([clip(seed=1), clip(seed=2)], minutes=1.0)
    assert built.units == {"a": 2, "m": 2, "n": 2, "o": 2}
    inventory = from_tensors(built.tensors)
    assert inventory.symbols == ("a", "m", "n", "o")
    lengths = inventory.unit_end - inventory.unit_start
    assert np.all(lengths == 40), "0.8 s among four phones on a 5 ms hop"
    assert built.seconds == pytest.approx(2 * (160 + 2 * MARGIN_FRAMES) * HOP_S)


def test_frames_read_back_within_a_quantum() -> None:
    spoken = clip(("a", "o"))
    inventory = from_tensors(build_inventory([spoken], minutes=1.0).tensors)
    assert np.all(inventory.f0_dhz == 2000)
    step = inventory.shape_scale.max()
    first = int(inventory.unit_start[0])
    expected = spoken.envelope[20:60, 1:]
    assert np.abs(inventory.shape(np.arange(first, first + 40))[:, 1:] - expected).max() <= step * 3


def test_a_small_budget_keeps_less() -> None:
    many = [clip(("m", "a", "n", "o", "l", "u"), seed=seed) for seed in range(80)]
    small, large = build_inventory(many, minutes=0.01), build_inventory(many, minutes=2.0)
    assert small.seconds < large.seconds
    assert set(small.units) >= {"a", "o", "u"}, "the best vowels are kept whatever the budget"


def test_phones_too_unsteady_to_sing_are_refused() -> None:
    with pytest.raises(InputError, match="clear enough"):
        build_inventory([clip(("a", "o"), voiced=False)], minutes=1.0)
