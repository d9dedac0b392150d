"""What was found about one sound file, and what follows from it. Values and pure functions; no files."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Literal

from vocalkit.provenance import SOURCE_TYPES, Claim, ManifestState, mark_text
from vocalkit.provenance.watermark import Detection
from vocalkit.types import SoundFormat

GrantState = Literal[
    "draft",
    "challenged",
    "recorded",
    "verified",
    "active",
    "suspended",
    "expired",
    "disputed",
    "revoked",
    "shredded",
    "unknown",
    "unreadable",
]
"""A registry's states; ``unknown`` to this machine; ``unreadable``: it has a registry that cannot be asked."""

WITHDRAWN: tuple[GrantState, ...] = ("suspended", "disputed", "revoked", "shredded")

Verdict = Literal["verified", "labelled", "unmarked", "withdrawn", "broken"]
"""verified: a trusted signature or this machine's own ledger vouches for these very bytes, and nothing disagrees.
labelled: it says that it is synthetic, but nothing here proves by whom. unmarked: nothing was found.
withdrawn: nothing is wrong with the file, but the artist took the grant back. broken: what was found disagrees."""


@dataclass(frozen=True, slots=True)
class Watermark:
    """What listening found. why: it could not be searched, None where it was."""

    found: Detection | None = None
    why: str | None = None

    @property
    def state(self) -> Literal["found", "not found", "not searched"]:
        if self.found is not None:
            return "found"
        return "not found" if self.why is None else "not searched"

    @property
    def mark(self) -> int | None:
        return None if self.found is None else self.found.mark


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose mark it is by this machine's registry. renders: released with it; released: these very bytes were."""

    grant_id: str
    voice_id: str | None
    reserved: str
    renders: tuple[str, ...]
    released: bool


@dataclass(frozen=True, slots=True)
class GrantThen:
    """The grant as the file tells it. uses, expires: from the copy beside the file, where that is the one meant."""

    grant_id: str
    sha256: str
    purposes: tuple[str, ...]
    may_train: bool
    made: str
    uses: tuple[str, ...] = ()
    expires: str | None = None


@dataclass(frozen=True, slots=True)
class Evidence:
    """Everything found about a file. own_host: this machine's key, if it renders; sidecar: mark in report.json."""

    form: SoundFormat
    manifest: ManifestState
    tags: Claim | None
    watermark: Watermark
    owner: Owner | None = None
    grant_then: GrantThen | None = None
    grant_now: GrantState = "unknown"
    own_host: str | None = None
    sidecar_mark: int | None = None
    other_grant_beside: bool = False

    @property
    def claim(self) -> Claim | None:
        """The claim that counts: the signed one where there is one."""
        return self.manifest.claim if self.manifest.state in ("valid", "trusted") else self.tags or self.manifest.claim

    @property
    def label(self) -> str | None:
        """What the file says about being synthetic, in words."""
        if self.claim is not None:
            return self.claim.provenance.label
        if self.manifest.says_synthetic and self.manifest.state != "invalid":
            return self.manifest.source_type
        return None


@dataclass(frozen=True, slots=True)
class Verification:
    """The answer about one file."""

    file: str
    evidence: Evidence
    contradictions: tuple[str, ...]
    verdict: Verdict
    whose: str | None


def judge(file: str, evidence: Evidence) -> Verification:
    """The verdict that the evidence allows; disagreement outweighs everything."""
    found = tuple(contradictions(evidence))
    return Verification(file, evidence, found, _verdict(evidence, found), whose(evidence))


def contradictions(evidence: Evidence) -> Iterator[str]:
    """Every way in which what was found disagrees, one sentence each."""
    yield from _within_the_manifest(evidence.manifest)
    yield from _between_labels(evidence)
    yield from _about_the_mark(evidence)
    yield from _by_the_registry(evidence)
    if evidence.other_grant_beside:
        yield "grant.json beside the file is not the grant that the file was made under"


def whose(evidence: Evidence) -> str | None:
    """Whose watermark was heard, in words; None where none was."""
    mark = evidence.watermark.mark
    if mark is None:
        return None
    if evidence.owner is not None:
        return f"given out here for the voice {evidence.owner.voice_id or '(erased)'}"
    for source, claim in (("manifest", evidence.manifest.claim), ("tags", evidence.tags)):
        if claim is not None and mark in claim.provenance.marks:
            return f"of the voice {claim.provenance.voice_id}, says the {source}; host {claim.host}"
    if evidence.sidecar_mark == mark:
        return "of the render whose report.json lies beside the file, as that says"
    return "of an unknown host: no registry here and no label names it"


def _within_the_manifest(manifest: ManifestState) -> Iterator[str]:
    if manifest.sound_matches is False:
        yield "the manifest was made for other bytes: the file was changed, or the manifest copied here"
    elif manifest.state == "invalid":
        yield f"the manifest does not hold: {', '.join(manifest.reasons) or 'no reason given'}"
    claim = manifest.claim
    if claim is None:
        return
    if claim.provenance.mark != manifest.mark:
        yield "the manifest names two different watermarks"
    if manifest.source_type != SOURCE_TYPES[claim.content]:
        yield "the manifest tells of another kind of source than its claim"


def _between_labels(evidence: Evidence) -> Iterator[str]:
    signed, tags = evidence.manifest.claim, evidence.tags
    if signed is None or tags is None or signed == tags:
        return
    ours, theirs = signed.to_texts(), tags.to_texts()
    differing = sorted(key for key in ours.keys() | theirs.keys() if ours.get(key) != theirs.get(key))
    yield f"tags and manifest disagree about: {', '.join(differing)}"


def _about_the_mark(evidence: Evidence) -> Iterator[str]:
    heard = evidence.watermark.mark
    if heard is None:
        return
    for source, claim in (("the manifest names", evidence.manifest.claim), ("the tags name", evidence.tags)):
        if claim is not None and heard not in claim.provenance.marks:
            said = claim.provenance.mark
            named = "no watermark" if said is None else f"the watermark {mark_text(said)}"
            yield f"the sound carries the watermark {mark_text(heard)}, {source} {named}"
    manifest = evidence.manifest
    if manifest.state in ("valid", "trusted") and manifest.source_type is not None and not manifest.says_synthetic:
        yield "the manifest calls the sound not synthetic, but it carries the watermark of a synthetic voice"


def _by_the_registry(evidence: Evidence) -> Iterator[str]:
    claim, owner = evidence.claim, evidence.owner
    if claim is None:
        return
    if owner is None:
        if claim.host == evidence.own_host and claim.provenance.mark is not None and evidence.grant_now != "unreadable":
            yield "the label says that this machine made it, but its registry never gave out that watermark"
        return
    if owner.grant_id != claim.provenance.grant_id:
        yield "this machine gave out the watermark under another grant than the label names"
    if owner.voice_id not in (None, claim.provenance.voice_id):
        yield "this machine gave out the watermark for another voice than the label names"
    if claim.render_id not in owner.renders:
        yield "this machine's ledger knows no release of the render that the label names"


def _verdict(evidence: Evidence, found: tuple[str, ...]) -> Verdict:
    if found:
        return "broken"
    if evidence.grant_now in WITHDRAWN:
        return "withdrawn"
    manifest = evidence.manifest
    if manifest.state == "trusted" and manifest.sound_matches and manifest.says_synthetic:
        return "verified"
    if evidence.owner is not None and evidence.owner.released:
        return "verified"
    if evidence.label is not None or evidence.watermark.state == "found":
        return "labelled"
    return "unmarked"


def as_json(verification: Verification) -> dict[str, Any]:
    """The answer as JSON values."""
    evidence, manifest, watermark = (
        verification.evidence,
        verification.evidence.manifest,
        verification.evidence.watermark,
    )
    return {
        "file": verification.file,
        "format": evidence.form,
        "verdict": verification.verdict,
        "contradictions": list(verification.contradictions),
        "label": evidence.label,
        "manifest": {
            "state": manifest.state,
            "reasons": list(manifest.reasons),
            "sound_matches": manifest.sound_matches,
            "signer": manifest.signer,
            "source_type": manifest.source_type,
            "claim": _texts(manifest.claim),
        },
        "tags": _texts(evidence.tags),
        "watermark": {
            "state": watermark.state,
            "why": watermark.why,
            "whose": verification.whose,
            **(_detected(watermark.found) if watermark.found is not None else {}),
        },
        "registry": _table(evidence.owner),
        "grant_then": _table(evidence.grant_then),
        "grant_now": evidence.grant_now,
    }


def _detected(found: Detection) -> dict[str, Any]:
    return {name: round(value, 6) if type(value) is float else value for name, value in asdict(found).items()} | {
        "mark": mark_text(found.mark),
        "false_alarm": found.false_alarm,
    }


def _table(value: Owner | GrantThen | None) -> dict[str, Any] | None:
    return None if value is None else asdict(value)


def _texts(claim: Claim | None) -> dict[str, str] | None:
    return None if claim is None else claim.to_texts()
