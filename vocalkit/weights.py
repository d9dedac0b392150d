"""Weights are data: a TOML manifest names a safetensors file, its size and its SHA-256.

Nothing is parsed before its digest matched, and the bytes that were digested are the bytes that
are parsed. Voices are manifests under ``pretrained/voices``; this module reads what they say, the
consent gate decides who may use them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError, WeightsError
from vocalkit.resources import build, locate, read_toml
from vocalkit.types import VoiceProfile

Tensors = dict[str, NDArray[Any]]
M = TypeVar("M")

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_VOICE_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SHA256 = re.compile(r"[0-9a-f]{64}")


class ManifestError(WeightsError):
    """A manifest is missing, unreadable, or has unknown keys or wrong values."""


class WeightsMissing(WeightsError):
    """The file a manifest names is not there."""


class WeightsSizeError(WeightsError):
    """The file has another size than its manifest says."""


class WeightsDigestError(WeightsError):
    """The file has the right size and other content."""


class WeightsContentError(WeightsError):
    """The file is authentic but not safetensors, or holds other tensors than asked for."""


@dataclass(frozen=True, slots=True)
class Source:
    """A recording or model the weights were derived from, as its licence asks to be named."""

    title: str
    author: str
    licence: str
    url: str


@dataclass(frozen=True, slots=True)
class WeightsManifest:
    """What ``pretrained/<name>.toml`` says. bytes: size of `file`; card: the model card beside it."""

    folder: Path
    name: str
    file: str
    sha256: str
    bytes: int
    licence: str
    sample_rate: int
    sources: tuple[Source, ...]
    card: str

    def __post_init__(self) -> None:
        _check_file(self.file, self.sha256, self.bytes, self.sample_rate, self.card)


@dataclass(frozen=True, slots=True)
class VoiceManifest:
    """What ``pretrained/voices/<id>.toml`` says. grant: file name of the signed grant beside it."""

    folder: Path
    id: str
    name: str
    description: str
    languages: tuple[str, ...]
    low_midi: float
    high_midi: float
    licence: str
    credit: str
    file: str
    sha256: str
    bytes: int
    sample_rate: int
    card: str
    grant: str
    sources: tuple[Source, ...]

    def __post_init__(self) -> None:
        if not _VOICE_ID.fullmatch(self.id):
            raise InputError(f"voice id {self.id!r} must be lower-case letters, digits and dashes")
        if not self.languages:
            raise InputError(f"voice {self.id!r} names no language")
        if not _PLAIN_NAME.fullmatch(self.grant):
            raise InputError(f"grant must be a plain file name, got {self.grant!r}")
        _check_file(self.file, self.sha256, self.bytes, self.sample_rate, self.card)
        self.profile()

    def profile(self) -> VoiceProfile:
        """The voice as the rest of the chain sees it."""
        return VoiceProfile(
            id=self.id,
            name=self.name,
            description=self.description,
            languages=self.languages,
            low_midi=self.low_midi,
            high_midi=self.high_midi,
            model_file=self.file,
            model_sha256=self.sha256,
            licence=self.licence,
            credit=self.credit,
        )

    @property
    def grant_path(self) -> Path:
        return self.folder / self.grant


def _check_file(file: str, sha256: str, size: int, sample_rate: int, card: str) -> None:
    # A plain name cannot climb out of the manifest's folder.
    for name in (file, card):
        if not _PLAIN_NAME.fullmatch(name):
            raise InputError(f"{name!r} must be a plain file name beside the manifest")
    if not _SHA256.fullmatch(sha256):
        raise InputError(f"sha256 must be 64 lower-case hex digits, got {sha256!r}")
    if size <= 0 or sample_rate <= 0:
        raise InputError(f"bytes and sample_rate must be positive, got {size} and {sample_rate}")


def _read(path: Path, cls: type[M]) -> M:
    try:
        table = read_toml(path)
    except InputError as error:
        raise ManifestError(str(error)) from error
    built, faults = build(cls, table, given={"folder": path.parent})
    if built is None:
        raise ManifestError(f"{path}: {'; '.join(map(str, faults))}")
    return built


def read_manifest(path: Path) -> WeightsManifest:
    """A weights manifest. Raises ManifestError listing every fault."""
    return _read(Path(path), WeightsManifest)


def read_voice_manifest(voice_id: str, *, folder: Path | None = None) -> VoiceManifest:
    """The manifest of one voice; folder: default the packaged voices. Unknown id: InputError."""
    folder = voices_folder() if folder is None else folder
    path = folder / f"{voice_id}.toml"
    if not _VOICE_ID.fullmatch(voice_id) or not path.is_file():
        known = ", ".join(sorted(p.stem for p in folder.glob("*.toml"))) or "none is installed"
        raise InputError(f"unknown voice {voice_id!r}; known voices: {known}")
    manifest = _read(path, VoiceManifest)
    if manifest.id != voice_id:
        raise ManifestError(f"{path}: names the voice {manifest.id!r}, expected {voice_id!r}")
    return manifest


def voices_folder() -> Path:
    """Where the built-in voices lie."""
    return locate("pretrained") / "voices"


def list_voices(*, folder: Path | None = None) -> tuple[VoiceProfile, ...]:
    """The installed voices, by id. Raises ManifestError when one of them cannot be read."""
    folder = voices_folder() if folder is None else folder
    return tuple(read_voice_manifest(path.stem, folder=folder).profile() for path in sorted(folder.glob("*.toml")))


def load_profile(voice_id: str, *, folder: Path | None = None) -> VoiceProfile:
    """One voice by id. Raises InputError listing the known ones when it is not there."""
    return read_voice_manifest(voice_id, folder=folder).profile()


def read_weights(
    manifest: WeightsManifest | VoiceManifest, *, sha256: str | None = None, names: Collection[str] | None = None
) -> Tensors:
    """The tensors a manifest names, as read-only arrays by name.

    sha256: a digest that must hold besides the manifest's; pass the one the consent gate vouches for.
    names: the tensors there must be, no more and no fewer.
    """
    path = manifest.folder / manifest.file
    if sha256 is not None and sha256 != manifest.sha256:
        raise WeightsDigestError(f"{path}: the manifest names other weights than the grant covers")
    data = _verified_bytes(path, sha256=manifest.sha256, size=manifest.bytes)
    return _parse(path, data, names)


def _verified_bytes(path: Path, *, sha256: str, size: int) -> bytes:
    try:
        found = path.stat().st_size
        # Sizes first: a wrong file of many gigabytes is refused without being read.
        if found != size:
            raise WeightsSizeError(f"{path}: {found} bytes, its manifest says {size}; reinstall vocalkit")
        data = path.read_bytes()
    except FileNotFoundError:
        raise WeightsMissing(f"{path} is missing; reinstall vocalkit") from None
    except OSError as error:
        raise WeightsMissing(f"{path} cannot be read: {error}") from error
    if hashlib.sha256(data).hexdigest() != sha256:
        raise WeightsDigestError(f"{path}: damaged or replaced (SHA-256 differs); reinstall vocalkit")
    return data


def _parse(path: Path, data: bytes, names: Collection[str] | None) -> Tensors:
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors: Tensors = load(data)
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsContentError(f"{path}: not a safetensors file that numpy can hold: {error}") from error
    if names is not None and set(names) != set(tensors):
        missing, unknown = sorted(set(names) - set(tensors)), sorted(set(tensors) - set(names))
        raise WeightsContentError(f"{path}: missing tensors {missing}, unknown tensors {unknown}")
    for tensor in tensors.values():
        tensor.flags.writeable = False
    return tensors


def write_weights(path: Path, tensors: Mapping[str, NDArray[Any]]) -> tuple[str, int]:
    """Write tensors as safetensors; returns (sha256, bytes) for the manifest. Same tensors, same bytes."""
    from safetensors.numpy import save

    data = save({name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)})
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest(), len(data)


def write_manifest(manifest: WeightsManifest | VoiceManifest) -> Path:
    """Write a manifest as ``<name or id>.toml`` into its folder and read it back to be sure."""
    stem = manifest.id if isinstance(manifest, VoiceManifest) else manifest.name
    path = manifest.folder / f"{stem}.toml"
    table = {f.name: getattr(manifest, f.name) for f in dataclasses.fields(manifest) if f.name != "folder"}
    sources: tuple[Source, ...] = table.pop("sources")
    lines = [f"{key} = {_toml(value)}" for key, value in table.items()]
    if not sources:
        lines.append("sources = []")
    for source in sources:
        lines += ["", "[[sources]]", *(f"{key} = {_toml(value)}" for key, value in dataclasses.asdict(source).items())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    if _read(path, type(manifest)) != manifest:
        raise ManifestError(f"{path}: does not read back as written; its texts hold something TOML cannot carry")
    return path


def _toml(value: object) -> str:
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        escaped = "".join(c if ord(c) >= 0x20 and ord(c) != 0x7F else f"\\u{ord(c):04X}" for c in escaped)
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)
