"""Writes a render's folder whole or not at all.

Everything goes into a hidden folder beside the target, which then takes the target's name in one
rename; on any error, Ctrl-C included, the hidden folder is removed and the target is as it was.
What a killed process leaves is hidden, and the next render beside it cleans it up.
"""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, get_args

from vocalkit.errors import OutputError
from vocalkit.pipelines.report import RENDER_FORMAT
from vocalkit.pipelines.staging import held, hidden_name, made_and_held, sweep
from vocalkit.types import SoundFormat

STEMS = ("mix", "vocals", "vocals_dry")
RENDER_TEXTS = (
    "score.musicxml",
    "score.mid",
    "performance.json",
    "report.json",
    "grant.json",
    "credits.json",
    "CREDITS.txt",
)
OTHER_VOICES = (*(f"harmony_{number}" for number in (1, 2, 3)), *(f"double_{number}" for number in (1, 2, 3, 4)))
"""Voices beside the lead: each has a stem as mixed, a dry one, and a performance."""
HARMONY_TEXTS = ("harmony.musicxml", "harmony.mid")
"""The lead and every other voice, each as a part."""

_SOUNDS = (*STEMS, *OTHER_VOICES, *(f"{voice}_dry" for voice in OTHER_VOICES))
RENDER_FILES = frozenset(
    (
        *(f"{stem}.{form}" for stem in _SOUNDS for form in get_args(SoundFormat)),
        *(f"{voice}.json" for voice in OTHER_VOICES),
        *HARMONY_TEXTS,
        *RENDER_TEXTS,
    )
)
"""Every name a render may leave in its folder."""


def check_target(folder: Path) -> Path:
    """The absolute target, once it is known that a render may be written there.

    Raises OutputError where the folder holds anything but an earlier render, or cannot be written.
    """
    target = folder.resolve()
    if target.exists() and not target.is_dir():
        raise OutputError(f"cannot write to {folder}: a file has that name; choose another --out")
    if target == Path.cwd() or target.parent == target:
        raise OutputError(f"cannot replace the folder {folder} itself; name a new folder inside it with --out")
    if target.is_dir():
        _refuse_foreign_files(target, folder)
    with _failures_named(folder):
        made = _make_parents(target.parent)
        try:
            probe = hidden_name(target, "making")
            probe.mkdir()
            probe.rmdir()
        finally:
            _remove_empty(made)
    return target


@contextmanager
def staged_folder(folder: Path) -> Iterator[Path]:
    """Yield a hidden folder to write into; it becomes `folder` if the body ends well."""
    target = check_target(folder)
    with _failures_named(folder):
        made = _make_parents(target.parent)
        try:
            sweep(target.parent, known=RENDER_FILES)
            with made_and_held(target) as staging:
                try:
                    yield staging
                    _put_in_place(staging, target)
                except BaseException:
                    shutil.rmtree(staging, ignore_errors=True)
                    raise
        except BaseException:
            _remove_empty(made)
            raise


@contextmanager
def staged_file(path: Path) -> Iterator[Path]:
    """Yield a hidden file name to write; it becomes `path` if the body ends well."""
    target = path.resolve()
    if target.is_dir():
        raise OutputError(f"cannot write {path}: a folder has that name")
    with _failures_named(path):
        staging = _hidden_sibling(target)
        try:
            yield staging
            staging.replace(target)
        except BaseException:
            staging.unlink(missing_ok=True)
            raise


def write_json(path: Path, values: Mapping[str, Any]) -> None:
    """Write JSON values as UTF-8, indented."""
    path.write_text(json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def is_render(folder: Path) -> bool:
    """True for a folder whose report.json says that vocalkit wrote it."""
    try:
        report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return isinstance(report, dict) and report.get("format") == RENDER_FORMAT


def _refuse_foreign_files(target: Path, shown: Path) -> None:
    names = sorted(entry.name for entry in target.iterdir())
    if not names:
        return
    if not is_render(target):
        raise OutputError(f"the folder {shown} is not empty and holds no earlier render; choose another --out")
    foreign = next((name for name in names if name not in RENDER_FILES), None)
    if foreign is not None:
        raise OutputError(
            f"the folder {shown} holds {foreign}, which is not part of a render; move it or choose another --out"
        )


def _put_in_place(staging: Path, target: Path) -> None:
    if not target.exists():
        staging.rename(target)
        return
    earlier = hidden_name(target, "earlier")
    with held(target) as ours:
        if not ours:
            raise OutputError("another render is being put there")
        try:
            target.rename(earlier)
            staging.rename(target)
        except BaseException:
            if earlier.exists() and not target.exists():
                earlier.rename(target)
            raise
        shutil.rmtree(earlier, ignore_errors=True)


@contextmanager
def _failures_named(shown: Path) -> Iterator[None]:
    """Turn what the system says about a failed write into one line that names what the user named."""
    try:
        yield
    except (OSError, OutputError) as error:
        cause: BaseException | None = error
        while cause is not None and not isinstance(cause, OSError):
            cause = cause.__cause__
        reason = str(error) if cause is None else (cause.strerror or str(cause)).lower()
        raise OutputError(f"cannot write {shown}: {reason}; nothing was left half-written") from error


def _make_parents(folder: Path) -> list[Path]:
    """Make missing parents; returns those made, innermost first, so that a failure can undo it."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    made: list[Path] = []
    try:
        for parent in reversed(missing):
            parent.mkdir()
            made.insert(0, parent)
    except BaseException:
        _remove_empty(made)
        raise
    return made


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        try:
            folder.rmdir()
        except OSError:
            return


def _hidden_sibling(target: Path) -> Path:
    """A free hidden name beside a file, with its suffix: a rename from there stays on one disk."""
    return target.with_name(f".{target.stem}-{secrets.token_hex(4)}{target.suffix}")
