"""Weights are data: a TOML manifest names a safetensors file, its size and its SHA-256.

Nothing is parsed before its digest matched, and the bytes that were digested are the bytes that
are parsed. Voices are manifests under ``pretrained/voices`` and, where somebody enrolled, in the
user's own folder; this module reads what they say, the consent gate decides who may use them and
opens their models.
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
from vocalkit.resources import build, locate, read_toml, toml_text, user_folder
from vocalkit.types import VoiceProfile

Tensors = dict[str, NDArray[Any]]
M = TypeVar("M")

MAX_BYTES = 2**30 + 2**16

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
    """What a voice's ``<id>.toml`` says. grant: file name of the signed grant beside it.

    sha256: of the model in the clear, always; bytes: of `file` as it lies there; sealed: whether that
    is encrypted, so that only the consent gate can open it (every enrolled voice).
    """

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
    sealed: bool = False

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
    if size > MAX_BYTES:
        raise InputError(f"a model file has at most {MAX_BYTES} bytes, got {size}")


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
    """The manifest of one voice; folder: default the packaged voices, then the user's. Unknown id: InputError."""
    folders = _voice_folders(folder)
    path = next((f / f"{voice_id}.toml" for f in folders if (f / f"{voice_id}.toml").is_file()), None)
    if not _VOICE_ID.fullmatch(voice_id) or path is None:
        known = ", ".join(_voice_ids(folders)) or "none is installed"
        raise InputError(f"unknown voice {voice_id!r}; known voices: {known}")
    manifest = _read(path, VoiceManifest)
    if manifest.id != voice_id:
        raise ManifestError(f"{path}: names the voice {manifest.id!r}, expected {voice_id!r}")
    return manifest


def voices_folder() -> Path:
    """Where the built-in voices lie."""
    return locate("pretrained") / "voices"


def user_voices_folder() -> Path:
    """Where the voices lie that somebody enrolled on this machine."""
    return user_folder("voices")


def _voice_folders(folder: Path | None) -> tuple[Path, ...]:
    # The packaged ones first: nobody takes the name of a built-in voice.
    return (voices_folder(), user_voices_folder()) if folder is None else (folder,)


def _voice_ids(folders: tuple[Path, ...]) -> list[str]:
    """Every voice's id, sorted within its folder, the packaged ones first."""
    return list(dict.fromkeys(path.stem for folder in folders for path in sorted(folder.glob("*.toml"))))


def list_voices(*, folder: Path | None = None) -> tuple[VoiceProfile, ...]:
    """The installed voices, built-in ones first. Raises ManifestError when one of them cannot be read."""
    ids = _voice_ids(_voice_folders(folder))
    return tuple(read_voice_manifest(voice_id, folder=folder).profile() for voice_id in ids)


def load_profile(voice_id: str, *, folder: Path | None = None) -> VoiceProfile:
    """One voice by id. Raises InputError listing the known ones when it is not there."""
    return read_voice_manifest(voice_id, folder=folder).profile()


def read_weights(manifest: WeightsManifest | VoiceManifest, *, names: Collection[str] | None = None) -> Tensors:
    """The tensors a manifest names, as read-only arrays by name. Not for singing: that is the gate's to open.

    names: the tensors there must be, no more and no fewer. Raises WeightsError.
    """
    path = manifest.folder / manifest.file
    if isinstance(manifest, VoiceManifest) and manifest.sealed:
        raise WeightsContentError(f"{path} is sealed; license the voice and open it through the consent gate")
    data = _stored_bytes(path, size=manifest.bytes)
    if hashlib.sha256(data).hexdigest() != manifest.sha256:
        raise WeightsDigestError(f"{path}: damaged or replaced (SHA-256 differs); reinstall vocalkit")
    return parse_weights(data, what=str(path), names=names)


def read_stored_model(manifest: VoiceManifest) -> bytes:
    """A voice's model file as it lies there, for `LicensedVoice.open_model`, which judges it. Raises WeightsError."""
    return _stored_bytes(manifest.folder / manifest.file, size=manifest.bytes)


def _stored_bytes(path: Path, *, size: int) -> bytes:
    try:
        found = path.stat().st_size
        # Sizes first: a wrong file of many gigabytes is refused without being read.
        if found != size:
            raise WeightsSizeError(f"{path}: {found} bytes, its manifest says {size}; reinstall vocalkit")
        return path.read_bytes()
    except FileNotFoundError:
        raise WeightsMissing(f"{path} is missing; reinstall vocalkit") from None
    except OSError as error:
        raise WeightsMissing(f"{path} cannot be read: {error}") from error


def parse_weights(data: bytes, *, what: str, names: Collection[str] | None = None) -> Tensors:
    """The tensors in safetensors bytes that were verified already; what: names them in errors."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        tensors: Tensors = load(data)
    except (SafetensorError, KeyError, ValueError) as error:
        raise WeightsContentError(f"{what}: not a safetensors file that numpy can hold: {error}") from error
    if names is not None and set(names) != set(tensors):
        missing, unknown = sorted(set(names) - set(tensors)), sorted(set(tensors) - set(names))
        raise WeightsContentError(f"{what}: missing tensors {missing}, unknown tensors {unknown}")
    for tensor in tensors.values():
        tensor.flags.writeable = False
    return tensors


def weights_bytes(tensors: Mapping[str, NDArray[Any]]) -> bytes:
    """Tensors as safetensors. Same tensors, same bytes."""
    from safetensors.numpy import save

    return bytes(save({name: np.ascontiguousarray(tensors[name]) for name in sorted(tensors)}))


def write_weights(path: Path, tensors: Mapping[str, NDArray[Any]]) -> tuple[str, int]:
    """Write tensors as safetensors; returns (sha256, bytes) for the manifest."""
    data = weights_bytes(tensors)
    path.write_bytes(data)
    return hashlib.sha256(data).hexdigest(), len(data)


def write_manifest(manifest: WeightsManifest | VoiceManifest) -> Path:
    """Write a manifest as ``<name or id>.toml`` into its folder and read it back to be sure."""
    stem = manifest.id if isinstance(manifest, VoiceManifest) else manifest.name
    path = manifest.folder / f"{stem}.toml"
    table = {f.name: getattr(manifest, f.name) for f in dataclasses.fields(manifest) if f.name != "folder"}
    sources: tuple[Source, ...] = table.pop("sources")
    text = toml_text(table) if sources else toml_text(table | {"sources": ()})
    for source in sources:
        text += "\n[[sources]]\n" + toml_text(dataclasses.asdict(source))
    path.write_text(text, encoding="utf-8")
    if _read(path, type(manifest)) != manifest:
        raise ManifestError(f"{path}: does not read back as written; its texts hold something TOML cannot carry")
    return path
