"""A claim as ordinary tags: ID3 in WAV and MP3, Vorbis comments in FLAC and Ogg.

Tags are the part of provenance that any player shows and anybody can strip or invent. They prove
nothing; they tell whoever wants to know.
"""

from __future__ import annotations

from typing import Any, BinaryIO

from vocalkit.errors import AudioError, OutputError
from vocalkit.provenance.claim import CLAIM_KEYS, SOURCE_TYPES, Claim
from vocalkit.types import SoundFormat

_FLAG, _SOURCE, _LABEL = "AI_GENERATED", "DIGITAL_SOURCE_TYPE", "AI_LABEL"
_PREFIX = "VOCALKIT_"


def write_tags(file: BinaryIO, form: SoundFormat, claim: Claim) -> None:
    """Tag a sound in place, keeping its other tags and every sample as it is. file: open for reading and writing.

    Tags come before a manifest, which vouches for them. Raises AudioError where the file is not of
    that format, OutputError when the tags cannot be written or do not read back.
    """
    texts = {_name(key): text for key, text in claim.to_texts().items()}
    texts |= {_FLAG: "true", _SOURCE: SOURCE_TYPES[claim.content]}
    tagged = _open(file, form)
    if tagged.tags is None:
        tagged.add_tags()
    _set(tagged, form, texts, comment=f"{claim.provenance.label}. {claim.provenance.credit}")
    file.seek(0)
    try:
        tagged.save(file)
    except Exception as error:
        raise OutputError(f"cannot write tags into the {form.upper()} file: {error}") from error
    if read_tags(file, form) != claim:
        raise OutputError(f"the tags of the {form.upper()} file do not read back as written")


def read_tags(file: BinaryIO, form: SoundFormat) -> Claim | None:
    """The claim in a sound's tags, or None where it has none or not all of them."""
    texts = _get(_open(file, form), form)
    claim = Claim.from_texts({key: texts[_name(key)] for key in CLAIM_KEYS if _name(key) in texts})
    if claim is None or texts.get(_FLAG) != "true" or texts.get(_SOURCE) != SOURCE_TYPES[claim.content]:
        return None
    return claim


def _name(key: str) -> str:
    return _LABEL if key == "label" else _PREFIX + key.upper()


def _open(file: BinaryIO, form: SoundFormat) -> Any:
    from mutagen import MutagenError
    from mutagen.flac import FLAC
    from mutagen.mp3 import MP3
    from mutagen.oggvorbis import OggVorbis
    from mutagen.wave import WAVE

    kinds: dict[SoundFormat, Any] = {"wav": WAVE, "flac": FLAC, "mp3": MP3, "ogg": OggVorbis}
    file.seek(0)
    try:
        return kinds[form](file)
    except (MutagenError, ValueError, KeyError, IndexError) as error:
        raise AudioError(f"the tags cannot be read as those of a {form.upper()} file: {error}") from error


def _set(file: Any, form: SoundFormat, texts: dict[str, str], *, comment: str) -> None:
    stale = [_name(key) for key in CLAIM_KEYS if _name(key) not in texts]
    if form in ("flac", "ogg"):
        for key in filter(file.tags.__contains__, stale):
            del file.tags[key]
        for key, text in texts.items():
            file.tags[key] = text
        file.tags["COMMENT"] = comment
        return
    from mutagen import id3

    frames: Any = id3  # mutagen's frame classes carry no annotations
    for key in stale:
        file.tags.delall(f"TXXX:{key}")
    for key, text in texts.items():
        file.tags.setall(f"TXXX:{key}", [frames.TXXX(encoding=3, desc=key, text=[text])])
    file.tags.setall("COMM::eng", [frames.COMM(encoding=3, lang="eng", desc="", text=[comment])])


def _get(file: Any, form: SoundFormat) -> dict[str, str]:
    wanted = (*map(_name, CLAIM_KEYS), _FLAG, _SOURCE)
    if file.tags is None:
        return {}
    if form in ("flac", "ogg"):
        return {key: "".join(file.tags[key]) for key in wanted if key in file.tags}
    found = {key: file.tags.getall(f"TXXX:{key}") for key in wanted}
    return {key: "".join(frames[0].text) for key, frames in found.items() if frames}
