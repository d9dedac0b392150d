"""Read-only arrays and the checks that every span of time passes."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, DTypeLike, NDArray

from vocalkit.errors import InputError


def frozen_array(values: ArrayLike, dtype: DTypeLike) -> NDArray[Any]:
    """A read-only, C-contiguous array; copies unless `values` already is one that nobody can write."""
    array = np.asarray(values)
    owned = array.base is None or (isinstance(array.base, np.ndarray) and not array.base.flags.writeable)
    if array.dtype == np.dtype(dtype) and array.flags.c_contiguous and not array.flags.writeable and owned:
        return array
    array = np.array(array, dtype=dtype, order="C", copy=True)
    array.flags.writeable = False
    return array


def check_span(what: str, start_s: float, end_s: float) -> None:
    if not (math.isfinite(start_s) and math.isfinite(end_s)):
        raise InputError(f"{what}: times must be finite, got {start_s} to {end_s}")
    if end_s <= start_s:
        raise InputError(f"{what}: must end after it starts, got {start_s:.3f} s to {end_s:.3f} s")


def check_sorted(what: str, spans: Iterable[Any]) -> None:
    tolerance_s = 1e-6
    for before, after in itertools.pairwise(spans):
        if after.start_s < before.end_s - tolerance_s:
            raise InputError(f"{what} overlap or are out of order at {after.start_s:.3f} s")
