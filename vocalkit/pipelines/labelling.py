"""A sound becomes a labelled file: encode, tag, sign, read back. Nothing unlabelled ever has a name.

All of it happens in files without a name, which vanish with their process. `put` gives the finished
file its name.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import BinaryIO, cast

from vocalkit.audio import encode
from vocalkit.errors import OutputError
from vocalkit.provenance import (
    MANIFEST_MIMES,
    Claim,
    ManifestSigner,
    read_manifest,
    read_tags,
    sign_manifest,
    write_tags,
)
from vocalkit.types import Audio, SoundFormat


def labelled(
    audio: Audio,
    form: SoundFormat,
    claim: Claim,
    signer: ManifestSigner,
    *,
    beside: Path,
    stem: BinaryIO | None = None,
) -> BinaryIO:
    """A nameless file on the disk of the folder `beside`, labelled and read back. The caller closes it.

    stem: the labelled vocals, for a mix. Raises OutputError where a label cannot be made or does not
    read back, InputError for what the format cannot hold, OSError where the disk is full.
    """
    tagged = _nameless(beside)
    if form not in MANIFEST_MIMES:
        return _finished(tagged, audio, form, claim)
    with contextlib.closing(_finished(tagged, audio, form, claim)):
        signed = _nameless(beside)
        try:
            sign_manifest(tagged, signed, form, claim, signer, stem=stem)
            state = read_manifest(signed, form, anchors_pem=signer.root_pem)
            if state.state != "trusted" or state.claim != claim or state.mark != claim.provenance.mark:
                raise OutputError(f"the manifest of the {form.upper()} file does not read back: {state}")
            if read_tags(signed, form) != claim:
                raise OutputError(f"the tags of the {form.upper()} file are lost by signing it")
        except BaseException:
            signed.close()
            raise
        return signed


def _finished(file: BinaryIO, audio: Audio, form: SoundFormat, claim: Claim) -> BinaryIO:
    try:
        encode(audio, file, form)
        write_tags(file, form, claim)
        file.flush()
    except BaseException:
        file.close()
        raise
    return file


def put(file: BinaryIO, path: Path) -> None:
    """Give a nameless file the name `path`, whole, on disk.

    Linux names it in one step. Elsewhere it is copied under a name that no player opens and renamed.
    """
    file.flush()
    os.fsync(file.fileno())
    try:
        # linkat(2): the name of an open file, followed to the file itself. Any src_dir_fd selects that call.
        os.link(f"/proc/self/fd/{file.fileno()}", path, src_dir_fd=file.fileno(), follow_symlinks=True)
    except (OSError, NotImplementedError):
        part = path.with_name(f"{path.name}.part")
        with part.open("xb") as copy:
            file.seek(0)
            shutil.copyfileobj(file, copy, 1 << 20)
            copy.flush()
            os.fsync(copy.fileno())
        part.rename(path)


def sha256_of(file: BinaryIO) -> str:
    """SHA-256 (hex) of a whole file."""
    file.seek(0)
    digest = hashlib.sha256()
    while block := file.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _nameless(beside: Path) -> BinaryIO:
    # Not tempfile alone: it opens with O_EXCL, and such a file can never get a name.
    if hasattr(os, "O_TMPFILE"):
        with contextlib.suppress(OSError):
            return os.fdopen(os.open(beside, os.O_RDWR | os.O_TMPFILE, 0o666), "w+b")
    return cast(BinaryIO, tempfile.TemporaryFile(dir=beside))
