from __future__ import annotations

import numpy as np
import pytest

from tests.synth.made import SYMBOLS, made_tensors
from vocalkit.errors import WeightsError
from vocalkit.synth.inventory import Inventory, from_tensors


def test_units_are_found_by_phone(inventory: Inventory) -> None:
    for number, symbol in enumerate(SYMBOLS):
        units = inventory.units_of[symbol]
        assert len(units) > 0
        assert np.all(inventory.unit_symbol[units] == number)


def test_quantised_values_come_back(inventory: Inventory) -> None:
    frames = np.arange(5)
    assert inventory.shape(frames) == pytest.approx(made_tensors()["shape_q"][:5] * 0.02, abs=1e-6)
    assert inventory.bands(frames) == pytest.approx(np.full((5, 5), -60 * 120 / 255), abs=1e-4)


def test_every_fault_of_a_file_is_listed_at_once() -> None:
    tensors = made_tensors()
    del tensors["level_db"]
    tensors["extra"] = np.zeros(3)
    tensors["unit_start"] = tensors["unit_start"].astype(np.float64)
    with pytest.raises(WeightsError, match=r"missing level_db.*unknown extra.*unit_start must be int32"):
        from_tensors(tensors)


@pytest.mark.parametrize("fault", ["symbol", "start", "end", "header"])
def test_units_that_point_outside_are_refused(fault: str) -> None:
    tensors = {name: values.copy() for name, values in made_tensors().items()}
    if fault == "symbol":
        tensors["unit_symbol"][0] = 99
    elif fault == "start":
        tensors["unit_start"][0] = 0
    elif fault == "end":
        tensors["unit_end"][-1] = 10**6
    else:
        tensors["header"] = np.frombuffer(b"{not json", np.uint8)
    with pytest.raises(WeightsError):
        from_tensors(tensors)
