"""A render into its folder, whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from vocalkit.audio import write_wav
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.publish import staged_folder, write_json
from vocalkit.pipelines.report import Report
from vocalkit.pipelines.stages import StageClock
from vocalkit.protocols import Progress, silent
from vocalkit.types import Audio


def publish(render: Render, out: Path, *, arguments: Mapping[str, Any], progress: Progress = silent) -> Report:
    """Write every file of a render to the folder `out` and return the report as written.

    arguments: what the user asked for, in JSON values. Raises OutputError where the folder is
    taken or cannot be written; then nothing is left behind.
    """
    from vocalkit.provenance.tags import write_tags
    from vocalkit.score import to_midi, to_musicxml
    from vocalkit.synth.performance_json import performance_to_json

    clock = StageClock(progress)
    with staged_folder(out) as folder:
        with clock.stage("publish"):
            for name, audio in _stems(render):
                write_wav(folder / name, audio)
                write_tags(folder / name, render.provenance, content="mix" if name == "mix.wav" else "stem")
            if render.score is not None:
                (folder / "score.musicxml").write_text(to_musicxml(render.score), encoding="utf-8")
                (folder / "score.mid").write_bytes(to_midi(render.score))
            (folder / "performance.json").write_text(performance_to_json(render.performance), encoding="utf-8")
        report = render.report.timed(clock)
        write_json(folder / "report.json", report.to_dict(arguments))
    return report


def _stems(render: Render) -> list[tuple[str, Audio]]:
    dry = [("vocals_dry.wav", render.dry)]
    if render.mix is None:
        return dry
    return [("mix.wav", render.mix.audio), ("vocals.wav", render.mix.vocals), *dry]


def with_read_stage(render: Render, clock: StageClock) -> Render:
    """The same render whose report also tells what happened before it: reading files."""
    report = replace(render.report, stages=clock.times + render.report.stages)
    return replace(render, report=report)
