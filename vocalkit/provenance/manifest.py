"""A claim as a C2PA manifest: signed by the host, bound to every byte of the file.

C2PA 2.x through c2pa-python, wholly offline: no time-stamp authority, no OCSP, no remote manifests.
So a manifest shows who signed and that nothing changed since, but not when: the time in it is the
host's own word. WAV, FLAC and MP3 hold manifests, Ogg does not.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, Literal

from vocalkit import __version__
from vocalkit.errors import OutputError
from vocalkit.provenance.claim import SOURCE_TYPES, Claim, mark_text
from vocalkit.types import SoundFormat

MANIFEST_MIMES: dict[SoundFormat, str] = {"wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg"}
"""The formats that hold a manifest."""

WATERMARK_ALGORITHM = "org.vocalkit.watermark.1"
RENDER_ASSERTION = "org.vocalkit.render"
AI_SOURCE_TYPES = (
    *SOURCE_TYPES.values(),
    "http://cv.iptc.org/newscodes/digitalsourcetype/algorithmicMedia",
    "http://cv.iptc.org/newscodes/digitalsourcetype/compositeSynthetic",
)
_TRUSTED_USES = "1.3.6.1.5.5.7.3.4\n1.3.6.1.5.5.7.3.36\n1.3.6.1.4.1.62558.2.1\n"
"""Extended key usages a signer may have: e-mail protection, document signing, C2PA claim signing."""

_JUMBF_MARK = b"jumdc2pa"


@dataclass(frozen=True, slots=True)
class ManifestSigner:
    """The host's C2PA identity. chain_pem: leaf, then intermediates; key_pem: of the leaf; root_pem: who vouches."""

    chain_pem: bytes
    key_pem: bytes = field(repr=False)
    root_pem: bytes
    algorithm: Literal["ed25519", "es256"] = "ed25519"


@dataclass(frozen=True, slots=True)
class ManifestState:
    """What a manifest is worth.

    state: ``trusted`` under the anchors given, ``valid`` and signed by somebody else, ``invalid``, or
    ``absent``; reasons: C2PA failure codes; sound_matches: whether the bytes are those that were signed,
    None where that could not be told; signer: name in the certificate; source_type: IPTC, as claimed;
    mark: of our watermark, as the soft binding claims; claim: ours, None in other people's manifests.
    """

    state: Literal["absent", "invalid", "valid", "trusted"]
    reasons: tuple[str, ...] = ()
    sound_matches: bool | None = None
    signer: str | None = None
    source_type: str | None = None
    mark: int | None = None
    claim: Claim | None = None

    @property
    def says_synthetic(self) -> bool:
        return self.source_type in AI_SOURCE_TYPES


def sign_manifest(
    source: BinaryIO,
    target: BinaryIO,
    form: SoundFormat,
    claim: Claim,
    signer: ManifestSigner,
    *,
    stem: BinaryIO | None = None,
) -> None:
    """Write `source` with a signed manifest to `target`. Both are open in binary mode, `target` for reading too.

    stem: the signed vocals, of the same format, named as an ingredient of a mix. Raises OutputError
    where it cannot be signed or written.
    """
    import c2pa

    mime = MANIFEST_MIMES[form]
    algorithm = c2pa.C2paSigningAlg[signer.algorithm.upper()]
    info = c2pa.C2paSignerInfo(algorithm, signer.chain_pem, signer.key_pem, None)
    source.seek(0)
    try:
        with (
            c2pa.Context.from_dict(_settings(signer.root_pem)) as context,
            c2pa.Signer.from_info(info) as native,
            c2pa.Builder(json.dumps(_definition(claim, mime, has_stem=stem is not None)), context) as builder,
        ):
            if stem is not None:
                stem.seek(0)
                builder.add_ingredient_from_stream(json.dumps(_ingredient("vocals", mime)), mime, stem)
            builder.sign(native, mime, source, target)
        target.flush()
    except c2pa.C2paError as error:
        raise OutputError(f"the {form.upper()} file cannot be signed: {error}") from error


def read_manifest(file: BinaryIO, form: SoundFormat, *, anchors_pem: bytes = b"") -> ManifestState:
    """What the manifest in a sound is worth. anchors_pem: root certificates to trust; none: nobody is trusted.

    Reads the whole file once, in memory of a few megabytes, and asks nobody on the network.
    """
    import c2pa

    mime = MANIFEST_MIMES.get(form)
    if mime is None:
        return ManifestState("absent")
    file.seek(0)
    try:
        with (
            c2pa.Context.from_dict(_settings(anchors_pem)) as context,
            c2pa.Reader(mime, file, None, context) as reader,
        ):
            return _judged(json.loads(reader.json()))
    except c2pa.C2paError.ManifestNotFound:
        return ManifestState("absent")
    except c2pa.C2paError:
        # A file that the library cannot take apart: other people's odd files hold no manifest to be broken.
        return ManifestState("invalid", ("unreadable",)) if _holds_remains(file) else ManifestState("absent")


def _settings(anchors_pem: bytes) -> dict[str, Any]:
    settings: dict[str, Any] = {
        "verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False},
        "builder": {"thumbnail": {"enabled": False}},
    }
    if anchors_pem:
        settings["trust"] = {"trust_anchors": anchors_pem.decode("ascii", "replace"), "trust_config": _TRUSTED_USES}
    return settings


def _definition(claim: Claim, mime: str, *, has_stem: bool) -> dict[str, Any]:
    """The manifest as c2pa's builder takes it."""
    agent = {"name": "vocalkit", "version": __version__}
    actions: list[dict[str, Any]] = [
        {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPES[claim.content], "softwareAgent": agent}
    ]
    assertions: list[dict[str, Any]] = [
        {"label": "cawg.training-mining", "data": {"entries": _training(claim.may_train)}},
        {"label": RENDER_ASSERTION, "data": claim.to_texts()},
    ]
    parts = (["vocals"] if has_stem else []) + (["instrumental"] if claim.content == "mix" else [])
    if parts:
        actions.append({"action": "c2pa.placed", "parameters": {"ingredientIds": parts}})
    mark = claim.provenance.mark
    if mark is not None:
        # The watermark is in the sung stem before anything is mixed, so it binds to the sound, not to this file.
        actions.append({"action": "c2pa.watermarked", "softwareAgent": agent})
        blocks = [{"scope": {}, "value": mark_text(mark)}]
        assertions.append({"label": "c2pa.soft-binding", "data": {"alg": WATERMARK_ALGORITHM, "blocks": blocks}})
    definition: dict[str, Any] = {
        "claim_generator_info": [agent],
        "title": claim.content,
        "format": mime,
        "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}, *assertions],
    }
    if claim.content == "mix":
        definition["ingredients"] = [_ingredient("instrumental", mime) | {"instance_id": "instrumental"}]
    return definition


def _ingredient(name: str, mime: str) -> dict[str, str]:
    return {"title": name, "label": name, "format": mime, "relationship": "componentOf"}


def _training(allowed: bool) -> dict[str, dict[str, str]]:
    """CAWG training and data mining assertion 1.1: what machines may learn from this file."""
    use = {"use": "allowed" if allowed else "notAllowed"}
    return {f"cawg.{kind}": use for kind in ("ai_generative_training", "ai_training", "data_mining")}


def _judged(store: Mapping[str, Any]) -> ManifestState:
    """The verdict of the C2PA library, in our words. A damaged store may lack any part."""
    state = store.get("validation_state")
    active = (store.get("validation_results") or {}).get("activeManifest") or {}
    manifest = (store.get("manifests") or {}).get(store.get("active_manifest")) or {}
    failed = tuple(dict.fromkeys(_codes(active, "failure")))
    passed = set(_codes(active, "success"))
    matches: bool | None = None
    if any(".dataHash.mismatch" in code or ".bmffHash.mismatch" in code for code in failed):
        matches = False
    elif any(code.endswith(("dataHash.match", "bmffHash.match")) for code in passed):
        matches = True
    words: dict[str | None, Literal["valid", "trusted"]] = {"Valid": "valid", "Trusted": "trusted"}
    signature = manifest.get("signature_info") or {}
    binding = _assertion(manifest, "c2pa.soft-binding")
    return ManifestState(
        words.get(state, "invalid"),
        reasons=tuple(code for code in failed if code != "signingCredential.untrusted" or state not in words),
        sound_matches=matches,
        signer=signature.get("issuer") or signature.get("common_name"),
        source_type=_source_type(manifest),
        mark=_bound_mark(binding),
        claim=Claim.from_texts(_assertion(manifest, RENDER_ASSERTION)),
    )


def _codes(results: Mapping[str, Any], kind: str) -> Iterator[str]:
    yield from (str(entry.get("code")) for entry in results.get(kind) or ())


def _assertion(manifest: Mapping[str, Any], label: str) -> dict[str, Any]:
    for assertion in manifest.get("assertions") or ():
        if assertion.get("label") == label and isinstance(assertion.get("data"), dict):
            data: dict[str, Any] = assertion["data"]
            return data
    return {}


def _source_type(manifest: Mapping[str, Any]) -> str | None:
    for label in ("c2pa.actions.v2", "c2pa.actions"):
        for action in _assertion(manifest, label).get("actions") or ():
            if isinstance(action, dict) and isinstance(action.get("digitalSourceType"), str):
                return str(action["digitalSourceType"])
    return None


def _bound_mark(binding: Mapping[str, Any]) -> int | None:
    blocks = binding.get("blocks")
    if binding.get("alg") != WATERMARK_ALGORITHM or not isinstance(blocks, list) or len(blocks) != 1:
        return None
    value = blocks[0].get("value") if isinstance(blocks[0], dict) else None
    try:
        mark = int(str(value), 16)
    except ValueError:
        return None
    return mark if mark_text(mark) == value else None


def _holds_remains(file: BinaryIO) -> bool:
    """Whether the bytes of a C2PA store are somewhere in the file, whole or not."""
    file.seek(0)
    tail = b""
    while block := file.read(1 << 20):
        if _JUMBF_MARK in tail + block:
            return True
        tail = block[-len(_JUMBF_MARK) :]
    return False
