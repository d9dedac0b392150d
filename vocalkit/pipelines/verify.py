"""What a sound file says about itself, what it sounds like, and what this machine knows: for anybody, offline.

Needs no account and makes nothing: a machine that never rendered has no registry, and none is made.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from vocalkit.audio import READABLE, read
from vocalkit.consent.grant import ConsentGrant, SignedGrant
from vocalkit.consent.host import user_consent_folder
from vocalkit.consent.moments import utc_now
from vocalkit.consent.registry import Registry
from vocalkit.consent.signed import verify_grant
from vocalkit.consent.trust import read_trust_bundle, read_trust_roots
from vocalkit.errors import AudioError, ConsentError, InputError, VocalkitError
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.evidence import Evidence, GrantState, GrantThen, Owner, Verification, Watermark, judge
from vocalkit.pipelines.labelling import sha256_of
from vocalkit.protocols import Progress, silent
from vocalkit.provenance import Claim, read_manifest, read_tags
from vocalkit.provenance.container import sound_format
from vocalkit.provenance.watermark import detect, published_key
from vocalkit.resources import locate
from vocalkit.types import SoundFormat

LARGEST_SIDECAR_BYTES = 64 * 1024 * 1024
LARGEST_TRUST_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, eq=False)
class Verifier:
    """What a machine brings to the question.

    anchors_pem: root certificates to trust; keys: of watermarks, by name; registry, host: of a machine
    that renders, else None; now: for the terms of grants.
    """

    anchors_pem: bytes
    keys: Mapping[str, bytes]
    registry: Registry | None
    host: str | None
    now: datetime


def verify_file(path: Path, *, trust: Iterable[Path] = (), progress: Progress = silent) -> Verification:
    """Verify a file with what this user's machine knows. trust: bundles of hosts, or PEM root certificates.

    Raises AudioError where `path` is no sound that we read, InputError for an unusable bundle.
    """
    return verify_sound(Path(path), open_verifier(trust), progress=progress)


def open_verifier(trust: Iterable[Path] = (), *, folder: Path | None = None) -> Verifier:
    """This machine as a verifier. folder: of its host and registry; None: this user's."""
    home = user_consent_folder() if folder is None else folder
    anchors = [_anchor(Path(path)) for path in trust]
    key = published_key()
    keys = {key.name: key.key}
    if not (home / "host").is_dir():
        return Verifier(b"".join(anchors), keys, None, None, utc_now())
    desk = open_desk(home)
    return Verifier(b"".join([*anchors, desk.host.root_pem]), keys, desk.registry, desk.name, utc_now())


def verify_sound(path: Path, verifier: Verifier, *, progress: Progress = silent) -> Verification:
    """Verify one file. Raises AudioError where it is no sound that we read and bears no label either."""
    evidence = read_labels(path, verifier)
    try:
        audio = read(path, min_duration_s=0.0)
    except AudioError as error:
        # A label on what cannot be decoded is worth telling; without one nothing at all is known.
        if evidence.manifest.state == "absent" and evidence.tags is None:
            raise
        heard = Watermark(why=str(error))
    else:
        heard = Watermark(detect(audio, keys=verifier.keys, progress=progress))
    return judge(path.name, inform(path, replace(evidence, watermark=heard), verifier))


def read_labels(path: Path, verifier: Verifier) -> Evidence:
    """Manifest and tags alone: everything but listening and asking the registry."""
    try:
        with path.open("rb") as file:
            form = sound_format(file)
            if form is None:
                raise _no_sound(path)
            manifest = read_manifest(file, form, anchors_pem=verifier.anchors_pem)
            tags = _tags(file, form)
    except OSError as error:
        raise AudioError(f"cannot read {path}: {error.strerror or error}") from None
    return Evidence(form, manifest, tags, Watermark(why="nobody listened"), own_host=verifier.host)


def _no_sound(path: Path) -> AudioError:
    try:
        read(path, min_duration_s=0.0)
    except AudioError as error:
        return error
    return AudioError(f"{path.name} is not {READABLE}; convert it to one of them")


def _tags(file: BinaryIO, form: SoundFormat) -> Claim | None:
    try:
        return read_tags(file, form)
    except AudioError:
        return None


def inform(path: Path, evidence: Evidence, verifier: Verifier) -> Evidence:
    """The evidence with what the registry and the files beside it add."""
    claim = evidence.claim
    copy, is_other = _grant_beside(path, claim)
    owner, now = _asked(path, evidence, verifier)
    if copy is not None and now in ("active", "unknown") and verifier.now >= copy.ends_at():
        now = "expired"
    return replace(
        evidence,
        owner=owner,
        grant_then=None if claim is None else _grant_then(claim, copy),
        grant_now=now,
        sidecar_mark=_sidecar_mark(path),
        other_grant_beside=is_other,
    )


def _asked(path: Path, evidence: Evidence, verifier: Verifier) -> tuple[Owner | None, GrantState]:
    """What the registry knows about the mark, and how the grant stands today."""
    claim = evidence.claim
    mark = evidence.watermark.mark or (None if claim is None else claim.provenance.mark)
    if claim is not None and mark in claim.provenance.kept_marks and _same_grant(mark, claim, verifier):
        # What is heard was kept from an earlier render; this very file was released under the mark of its own.
        mark = claim.provenance.mark
    owner: Owner | None = None
    state: GrantState = "unknown"
    try:
        marked = None if verifier.registry is None or mark is None else verifier.registry.find_mark(mark)
        if marked is not None:
            live = [render for render in marked.exports if not render.abandoned]
            released = bool(live) and _sha256(path) in {digest for render in live for digest in render.files}
            owner = Owner(
                marked.grant_id,
                marked.voice_id,
                marked.reserved,
                tuple(render.render_id for render in live),
                released,
            )
            return owner, marked.state
        if claim is not None and verifier.registry is not None:
            state = verifier.registry.state(claim.provenance.grant_id) or "unknown"
    except (ConsentError, InputError):
        return None, "unreadable" if verifier.registry is not None else "unknown"
    return None, _shipped_state(claim, verifier.now) if state == "unknown" and claim is not None else state


def _same_grant(mark: int, claim: Claim, verifier: Verifier) -> bool:
    """Whether a kept mark was given out under the grant that the label names; yes where there is nobody to ask."""
    if verifier.registry is None:
        return True
    try:
        kept = verifier.registry.find_mark(mark)
    except (ConsentError, InputError):
        return True
    return kept is None or kept.grant_id == claim.provenance.grant_id


def _shipped_state(claim: Claim, now: datetime) -> GrantState:
    """The state of a built-in voice's grant by the copy that ships with vocalkit."""
    from vocalkit.weights import list_voices, read_voice_manifest

    if claim.provenance.voice_id not in {voice.id for voice in list_voices()}:
        return "unknown"
    try:
        signed = SignedGrant(read_voice_manifest(claim.provenance.voice_id).grant_path.read_bytes())
        grant = verify_grant(signed, trust=read_trust_roots(locate("consent") / "trust")).grant
    except (OSError, VocalkitError):
        return "unknown"
    if grant.grant_id != claim.provenance.grant_id:
        return "unknown"
    return "active" if now < grant.ends_at() else "expired"


def _grant_then(claim: Claim, copy: ConsentGrant | None) -> GrantThen:
    then = GrantThen(
        claim.provenance.grant_id, claim.grant_sha256, claim.purposes, may_train=claim.may_train, made=claim.made
    )
    return then if copy is None else replace(then, uses=copy.uses, expires=copy.expires)


def _grant_beside(path: Path, claim: Claim | None) -> tuple[ConsentGrant | None, bool]:
    """The grant's text in the render's folder, and whether one of that id is there that is not the one meant."""
    data = _beside(path, "grant.json")
    if data is None or claim is None:
        return None, False
    try:
        grant = ConsentGrant.from_payload(data)
    except VocalkitError:
        return None, False
    if grant.grant_id != claim.provenance.grant_id:
        return None, False
    is_meant = hashlib.sha256(data).hexdigest() == claim.grant_sha256
    return (grant, False) if is_meant else (None, True)


def _sidecar_mark(path: Path) -> int | None:
    data = _beside(path, "report.json")
    try:
        report = json.loads(data or b"null")
        mark = int(report["mark"], 16)
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return mark if 0 < mark < 1 << 32 else None


def _beside(path: Path, name: str) -> bytes | None:
    try:
        with (path.parent / name).open("rb") as file:
            data = file.read(LARGEST_SIDECAR_BYTES + 1)
    except OSError:
        return None
    return data if len(data) <= LARGEST_SIDECAR_BYTES else None


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return sha256_of(file)


def _anchor(path: Path) -> bytes:
    """The root certificate in a host's bundle, or PEM certificates as they are."""
    from cryptography import x509

    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_TRUST_BYTES + 1)
    except OSError as error:
        raise InputError(f"cannot read the trust bundle {path}: {error.strerror or error}") from None
    if len(data) > LARGEST_TRUST_BYTES:
        raise InputError(f"{path} is far too large for a trust bundle")
    try:
        pem = data if data.lstrip().startswith(b"-----BEGIN") else read_trust_bundle(path).certificate_pem
        x509.load_pem_x509_certificates(pem)
    except (ValueError, ConsentError) as error:
        raise InputError(f"{path} is neither a host's trust bundle nor PEM certificates: {error}") from None
    return pem.rstrip() + b"\n"
