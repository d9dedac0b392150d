"""Stages are timed, told about, and memory is measured."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest

from vocalkit.errors import Cancelled
from vocalkit.pipelines.stages import StageClock, peak_memory_bytes


def test_a_clock_times_stages_in_order_and_tells_progress() -> None:
    told: list[tuple[str, float]] = []
    clock = StageClock(lambda stage, done: told.append((stage, done)))
    with clock.stage("hear") as progress:
        progress("its own name", 0.5)
        progress("its own name", 1.0)
        time.sleep(0.02)
    with clock.stage("sing"):
        pass
    assert told == [("hear", 0.0), ("hear", 0.5), ("hear", 0.99), ("hear", 1.0), ("sing", 0.0), ("sing", 1.0)]
    assert [stage.name for stage in clock.times] == ["hear", "sing"]
    assert clock.times[0].seconds >= 0.02


def test_a_stage_that_fails_is_not_timed_and_not_done() -> None:
    told: list[float] = []
    clock = StageClock(lambda _stage, done: told.append(done))
    with pytest.raises(Cancelled), clock.stage("sing"):
        raise Cancelled("enough")
    assert told == [0.0]
    assert clock.times == ()


def test_peak_memory_sees_a_large_array_and_not_the_parent() -> None:
    """A child of a process that once held 300 MB reports its own size."""
    held = bytearray(b"\1") * 300_000_000
    code = (
        "from vocalkit.pipelines.stages import peak_memory_bytes as p; a = p(); x = bytearray(b'\\1') * 100_000_000;"
        "print(a, p() - a)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    small, grown = (int(word) for word in done.stdout.split())
    assert len(held) == 300_000_000
    assert small < 250_000_000
    assert 90_000_000 < grown < 130_000_000
    own = peak_memory_bytes()
    assert own is not None
    assert own > 300_000_000
