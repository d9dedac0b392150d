from __future__ import annotations

import pytest

from tests.synth.made import made_tensors
from vocalkit.synth.inventory import Inventory, from_tensors


@pytest.fixture(scope="session")
def inventory() -> Inventory:
    return from_tensors(made_tensors())
