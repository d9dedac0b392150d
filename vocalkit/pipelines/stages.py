"""How long each stage took and how much memory the process needed."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from vocalkit.protocols import Progress, silent


@dataclass(frozen=True, slots=True)
class StageTime:
    """Wall-clock seconds of one stage."""

    name: str
    seconds: float


class StageClock:
    """Times the stages of one run and tells `progress` about them."""

    def __init__(self, progress: Progress = silent) -> None:
        self._progress = progress
        self._times: list[StageTime] = []

    @contextmanager
    def stage(self, name: str) -> Iterator[Progress]:
        """Time the body; yields the `Progress` a room reports to, under this stage's name."""

        def relay(_room: str, done: float, /) -> None:
            # A room ends its own work at 1.0; the stage ends when its body does.
            self._progress(name, min(max(done, 0.0), 0.99))

        self._progress(name, 0.0)
        began_s = time.perf_counter()
        yield relay
        self._times.append(StageTime(name, time.perf_counter() - began_s))
        self._progress(name, 1.0)

    @property
    def times(self) -> tuple[StageTime, ...]:
        return tuple(self._times)


def peak_memory_bytes() -> int | None:
    """Largest resident size of this process so far; None where the system does not tell.

    Linux's VmHWM comes first: `getrusage` carries over the size of the process that started this one.
    """
    status = Path("/proc/self/status")
    if status.exists():
        for line in status.read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    try:
        import resource
    except ImportError:
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
