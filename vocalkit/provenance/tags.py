"""Provenance as ordinary tags: ID3 in WAV and MP3, Vorbis comments in FLAC.

Tags are the part of provenance that any player shows and anybody can strip. They prove nothing;
they tell whoever wants to know.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from vocalkit.errors import AudioError, InputError, OutputError
from vocalkit.types import Provenance

Content = Literal["stem", "mix"]

_SOURCE_TYPES: dict[Content, str] = {
    "stem": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
    "mix": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia",
}
"""IPTC digital source types: synthetic alone, and synthetic together with other material."""

_KEYS = {
    "voice_id": "VOCALKIT_VOICE",
    "grant_id": "VOCALKIT_GRANT",
    "model_sha256": "VOCALKIT_MODEL_SHA256",
    "credit": "VOCALKIT_CREDIT",
    "label": "AI_LABEL",
}
_FLAG, _SOURCE = "AI_GENERATED", "DIGITAL_SOURCE_TYPE"
_SUFFIXES = (".wav", ".flac", ".mp3")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a tagged file says. content: ``stem`` is synthetic alone, ``mix`` holds other material too."""

    provenance: Provenance
    content: Content


def write_tags(path: Path, provenance: Provenance, *, content: Content) -> None:
    """Tag a WAV, FLAC or MP3 file in place, keeping its other tags and every sample as it is.

    Call it before the file is released. Raises AudioError for other files, OutputError when the tags
    cannot be written or do not read back.
    """
    if content not in _SOURCE_TYPES:
        raise InputError(f"content must be one of {', '.join(_SOURCE_TYPES)}, got {content!r}")
    values = {key: getattr(provenance, field) for field, key in _KEYS.items()}
    if not all(values.values()):
        raise InputError("provenance must not have empty parts")
    values |= {_FLAG: "true", _SOURCE: _SOURCE_TYPES[content]}
    file = _open(path)
    if file.tags is None:
        file.add_tags()
    _set(file, path, values, comment=f"{provenance.label}. {provenance.credit}")
    try:
        file.save()
    except Exception as error:
        raise OutputError(f"cannot write tags into {path}: {error}") from error
    if read_tags(path) != Tags(provenance, content):
        raise OutputError(f"the tags of {path} do not read back as written")


def read_tags(path: Path) -> Tags | None:
    """The provenance tags of a file, or None where it has none or not all of them."""
    values = _get(_open(path), path)
    contents = {source: content for content, source in _SOURCE_TYPES.items()}
    if values.get(_FLAG) != "true" or values.get(_SOURCE) not in contents or not values.keys() >= set(_KEYS.values()):
        return None
    provenance = Provenance(**{field: values[key] for field, key in _KEYS.items()})
    return Tags(provenance, contents[values[_SOURCE]])


def _open(path: Path) -> Any:
    from mutagen import MutagenError
    from mutagen.flac import FLAC
    from mutagen.mp3 import MP3
    from mutagen.wave import WAVE

    kinds: dict[str, Any] = dict(zip(_SUFFIXES, (WAVE, FLAC, MP3), strict=True))
    kind = kinds.get(path.suffix.lower())
    if kind is None:
        raise AudioError(f"{path.name}: tags go into {', '.join(_SUFFIXES)} files")
    try:
        return kind(path)
    except MutagenError as error:
        raise AudioError(f"cannot read {path} as {path.suffix[1:].upper()}: {error}") from error


def _set(file: Any, path: Path, values: dict[str, str], *, comment: str) -> None:
    if path.suffix.lower() == ".flac":
        for key, value in values.items():
            file.tags[key] = value
        file.tags["COMMENT"] = comment
        return
    from mutagen import id3

    frames: Any = id3  # mutagen's frame classes carry no annotations
    for key, value in values.items():
        file.tags.setall(f"TXXX:{key}", [frames.TXXX(encoding=3, desc=key, text=[value])])
    file.tags.setall("COMM::eng", [frames.COMM(encoding=3, lang="eng", desc="", text=[comment])])


def _get(file: Any, path: Path) -> dict[str, str]:
    wanted = (*_KEYS.values(), _FLAG, _SOURCE)
    if file.tags is None:
        return {}
    if path.suffix.lower() == ".flac":
        return {key: "".join(file.tags[key]) for key in wanted if key in file.tags}
    found = {key: file.tags.getall(f"TXXX:{key}") for key in wanted}
    return {key: "".join(frames[0].text) for key, frames in found.items() if frames}
