"""Progress on stderr: one bar a stage on a terminal, one plain line a stage elsewhere."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any


class StageBars:
    """A `Progress` that draws; use it as a context manager, so that no bar outlives an error."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._stage = ""
        self._began_s = 0.0
        self._terminal = sys.stderr.isatty()

    def __enter__(self) -> StageBars:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def __call__(self, stage: str, done: float, /) -> None:
        if stage != self._stage:
            self._close()
            self._open(stage)
        if self._bar is not None:
            self._bar.update(round(100 * min(max(done, 0.0), 1.0)) - self._bar.n)
        if done >= 1.0:
            if self._bar is None:
                print(f"{stage:<10} {time.perf_counter() - self._began_s:6.1f} s", file=sys.stderr)
            self._close()

    def _open(self, stage: str) -> None:
        self._stage, self._began_s = stage, time.perf_counter()
        if self._terminal:
            from tqdm import tqdm

            form = "{desc:<10} {bar:30} {percentage:3.0f} %  {elapsed}"
            self._bar = tqdm(total=100, desc=stage, bar_format=form, file=sys.stderr)

    def _close(self) -> None:
        self._stage = ""
        if self._bar is not None:
            self._bar.close()
            self._bar = None
