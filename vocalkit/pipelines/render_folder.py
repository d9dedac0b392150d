"""A render into its folder: labelled, written down, and only then released.

The order is what makes it safe to stop anywhere, by `kill -9` too. The sounds are encoded, tagged,
signed and read back in files without a name; the ledger gets its entry, in a transaction that asks
once more whether the grant stands; only then do the files get names, in a hidden folder, which
takes the target's name last. So no sound ever has a name without its labels and its entry.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, BinaryIO

from vocalkit.audio import check_encodable
from vocalkit.consent.moments import format_moment
from vocalkit.consent.registry import Export
from vocalkit.errors import VocalkitError
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.credits import Material, credits_bytes, credits_of, credits_text
from vocalkit.pipelines.desk import Desk
from vocalkit.pipelines.harmony_parts import write_parts
from vocalkit.pipelines.labelling import labelled, put, sha256_of
from vocalkit.pipelines.publish import staged_folder, write_json
from vocalkit.pipelines.report import Report
from vocalkit.pipelines.stages import StageClock
from vocalkit.protocols import Progress, silent
from vocalkit.provenance import MANIFEST_MIMES, Claim, Content
from vocalkit.types import Audio, Performance, SoundFormat

UNSIGNED = "Ogg files hold no C2PA manifest: these carry tags and the watermark only (choose --format flac for both)"


@dataclass(frozen=True, slots=True)
class Release:
    """How a render leaves. form: of its sounds; materials: what was handed in; arguments: JSON values asked for."""

    form: SoundFormat = "wav"
    materials: tuple[Material, ...] = ()
    arguments: Mapping[str, Any] = field(default_factory=dict)


def publish(
    render: Render,
    out: Path,
    release: Release = Release(),
    *,
    desk: Desk,
    progress: Progress = silent,
) -> Report:
    """Write every file of a render to the folder `out` and return the report as written.

    Raises ConsentError where the grant no longer stands, InputError for what the format cannot hold,
    OutputError where the folder is taken, cannot be written, or a label cannot be made. Then nothing
    is left behind, and the ledger either has no entry or says that it was abandoned.
    """
    clock = StageClock(progress)
    claim = _claim(render, desk)
    check_encodable(release.form, render.dry.sample_rate)
    with contextlib.ExitStack() as cleanup, staged_folder(out) as folder:
        with clock.stage("publish"):
            sounds = _labelled_sounds(render, release.form, claim, desk, folder, cleanup)
            digests = {name: sha256_of(file) for name, file in sounds.items()}
            authorship = credits_of(claim, release.materials, release.arguments, tuple(sounds))
            _write_texts(render, folder, authorship)
        report = _with_notices(render.report.timed(clock), release.form)
        write_json(folder / "report.json", _facts(report, release, claim, digests))
        export = _export(render, claim, tuple(digests.values()), authorship)
        cleanup.enter_context(_written_down(export, desk, out))
        for name, file in sounds.items():
            put(file, folder / name)
    return report


def with_read_stage(render: Render, clock: StageClock) -> Render:
    """The same render whose report also tells what happened before it: reading files."""
    report = replace(render.report, stages=clock.times + render.report.stages)
    return replace(render, report=report)


def seconds_sung(performance: Performance) -> float:
    """Seconds from the first to the last sound of every phrase, as the singer books them."""
    from vocalkit.synth.sing import split_phrases

    return float(sum(spans[-1].end_s - spans[0].start_s for spans in split_phrases(performance.spans)))


def _claim(render: Render, desk: Desk) -> Claim:
    """What every sound of this render says; `content` is set for each."""
    grant = render.voice.grant
    return Claim(
        render.provenance,
        content="stem" if render.mix is None else "mix",
        render_id=str(uuid.uuid4()),
        grant_sha256=hashlib.sha256(grant.to_payload()).hexdigest(),
        purposes=render.voice.request.purposes,
        may_train=grant.rights.train,
        made=format_moment(desk.clock()),
        host=desk.name,
    )


def _stems(render: Render) -> dict[str, tuple[Audio, Content]]:
    """Sounds by their stem's name; the vocals before the mix that they are an ingredient of."""
    stems: dict[str, tuple[Audio, Content]] = {"vocals_dry": (render.dry, "stem")}
    stems |= {f"{take.name}_dry": (take.dry, "stem") for take in render.others}
    if render.mix is not None:
        mixed = zip(render.others, render.mix.harmonies, strict=True)
        stems |= {take.name: (audio, "stem") for take, audio in mixed}
        # Without a backing the mix holds nothing that a person played.
        whole: Content = "stem" if render.mix.backing_gain == 0.0 else "mix"
        stems |= {"vocals": (render.mix.vocals, "stem"), "mix": (render.mix.audio, whole)}
    return stems


def _labelled_sounds(
    render: Render, form: SoundFormat, claim: Claim, desk: Desk, folder: Path, cleanup: contextlib.ExitStack
) -> dict[str, BinaryIO]:
    """Nameless labelled files by the names they will have."""
    files: dict[str, BinaryIO] = {}
    for stem, (audio, content) in _stems(render).items():
        own = replace(claim, content=content)
        vocals = files.get(f"vocals.{form}") if content == "mix" else None
        file = labelled(audio, form, own, desk.signer, beside=folder, stem=vocals)
        files[f"{stem}.{form}"] = cleanup.enter_context(contextlib.closing(file))
    return files


def _write_texts(render: Render, folder: Path, authorship: dict[str, Any]) -> None:
    from vocalkit.score import to_midi, to_musicxml
    from vocalkit.synth.performance_json import performance_to_json

    if render.others:
        write_parts(render, folder)
    if render.score is not None:
        (folder / "score.musicxml").write_text(to_musicxml(render.score), encoding="utf-8")
        (folder / "score.mid").write_bytes(to_midi(render.score))
    (folder / "performance.json").write_text(performance_to_json(render.performance), encoding="utf-8")
    (folder / "grant.json").write_bytes(render.voice.grant.to_payload())
    (folder / "credits.json").write_bytes(credits_bytes(authorship))
    (folder / "CREDITS.txt").write_text(credits_text(authorship), encoding="utf-8")


def _facts(report: Report, release: Release, claim: Claim, digests: Mapping[str, str]) -> dict[str, Any]:
    """report.json: the report, and what ties it to the ledger and to the files beside it."""
    return report.to_dict(release.arguments) | {
        "render_id": claim.render_id,
        "grant_sha256": claim.grant_sha256,
        "host": claim.host,
        "mark": claim.to_texts().get("mark"),
        "manifest": release.form in MANIFEST_MIMES,
        "files_sha256": dict(digests),
    }


def _with_notices(report: Report, form: SoundFormat) -> Report:
    return report if form in MANIFEST_MIMES else replace(report, warnings=(*report.warnings, UNSIGNED))


def _seconds_sung(render: Render) -> float:
    """What the artist is owed for: every voice of it that was sung for this render."""
    lead = seconds_sung(render.performance) if render.sung_s is None else render.sung_s
    return lead + sum(seconds_sung(other.performance) for other in render.others)


def _export(render: Render, claim: Claim, digests: tuple[str, ...], authorship: dict[str, Any]) -> Export:
    return Export(
        render_id=claim.render_id,
        grant=render.voice.grant,
        mark=render.voice.mark,
        purposes=render.voice.request.purposes,
        seconds_sung=_seconds_sung(render),
        files=digests,
        authorship_sha256=hashlib.sha256(credits_bytes(authorship)).hexdigest(),
        kept_marks=render.provenance.kept_marks,
    )


@contextmanager
def _written_down(export: Export, desk: Desk, out: Path) -> Iterator[None]:
    """The ledger's entry for a render; taken back where the body, or the rename after it, fails."""
    try:
        desk.registry.commit_export(export, desk.clock())
        yield
    except BaseException:
        if not _is_released(out, export.render_id):
            # Where nothing was committed there is nothing to take back; either way the first error counts.
            with contextlib.suppress(VocalkitError):
                desk.registry.abandon_export(export.render_id, desk.clock())
        raise


def _is_released(out: Path, render_id: str) -> bool:
    try:
        report = json.loads((out / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and report.get("render_id") == render_id
