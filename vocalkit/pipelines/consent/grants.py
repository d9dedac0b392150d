"""From what an artist wants to a grant that the gate accepts: drafted, signed, countersigned, in force.

The artist's key and the host's need never meet. `sign_draft` runs where the artist's key is and
needs only the draft; `accept_grant` runs on the host and needs only what the artist signed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from vocalkit.consent import (
    ConsentGrant,
    EnrolmentDraft,
    Grantee,
    Grantor,
    Purpose,
    Rights,
    Royalty,
    SignedGrant,
    TrustRoots,
    user_consent_folder,
    verify_grant,
)
from vocalkit.consent.draft import draft_path, read_draft
from vocalkit.consent.envelope import MAX_BYTES, read_envelope
from vocalkit.consent.grant import ANY, MAX_TERM_YEARS, NEVER_GRANTED
from vocalkit.consent.host import known_roots
from vocalkit.consent.in_words import grant_in_words
from vocalkit.consent.keys import PublicJwk, public_jwk
from vocalkit.consent.moments import format_moment, years_after
from vocalkit.consent.pem import public_key_bytes, read_key, write_key
from vocalkit.consent.policy import Right
from vocalkit.consent.reasons import refuse
from vocalkit.consent.signed import TYP, countersign_grant, read_artists_grant, sign_grant
from vocalkit.consent.terms import terms_with
from vocalkit.errors import Cancelled, ConsentError, InputError, VocalkitError
from vocalkit.pipelines.consent.files import check_free, read_at_most, write_new, write_whole
from vocalkit.pipelines.desk import Desk
from vocalkit.weights import VoiceManifest, read_voice_manifest, user_voices_folder

_LEAP_DAY = timedelta(days=1)

Confirm = Callable[[str, tuple[tuple[str, str], ...]], bool]
"""Asks the artist: the terms' text and the grant in words go in, their answer comes out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What an artist decides. years or until: the end; user, user_key: whom alone it is for, or None for anyone."""

    uses: tuple[Purpose, ...]
    excluded_uses: tuple[Purpose, ...] = ()
    languages: tuple[str, ...]
    genres: tuple[str, ...] = (ANY,)
    territories: tuple[str, ...] = (ANY,)
    renderers: tuple[str, ...] = ("vocalkit",)
    rights: tuple[Right, ...] = ("mix", "pitch")
    royalty: Royalty
    max_seconds: int | None = None
    since: datetime | None = None
    years: int = 1
    until: datetime | None = None
    credit: str | None = None
    label: str = "AI-generated singing voice"
    user: str | None = None
    user_key: PublicJwk | None = None

    def __post_init__(self) -> None:
        if not 1 <= self.years <= MAX_TERM_YEARS:
            raise InputError(f"a grant lasts 1 to {MAX_TERM_YEARS} years, got {self.years}")


def make_key(path: Path, passphrase: str) -> PublicJwk:
    """Write a new artist's key, encrypted, and its public half as ``.pub``. Raises OutputError where one is there."""
    key = Ed25519PrivateKey.generate()
    public = path.with_suffix(".pub")
    check_free(public)
    write_key(path, key, passphrase)
    write_new(public, public_key_bytes(public_jwk(key)))
    return public_jwk(key)


def draft_grant(draft: EnrolmentDraft, wishes: Wishes, key: PublicJwk, *, now: datetime) -> ConsentGrant:
    """The grant that an artist's wishes make of an enrolment. Pure. Raises InputError, ConsentError."""
    _check_spoken(wishes.uses, draft)
    if key != draft.key:
        raise refuse(
            "wrong_signer", f"{draft.voice_id!r} was enrolled for the key {draft.key.thumbprint}; sign with it"
        )
    start = now if wishes.since is None else wishes.since
    end = years_after(start, wishes.years) if wishes.until is None else wishes.until
    return ConsentGrant(
        format="vocalkit-grant",
        version=2,
        kind="enrolled",
        grant_id=draft.grant_id,
        voice_id=draft.voice_id,
        model_sha256=draft.model_sha256,
        grantor=Grantor(draft.name, key),
        grantee=Grantee("anyone" if wishes.user is None else wishes.user, wishes.user_key),
        uses=_sorted(wishes.uses),
        excluded_uses=_sorted((*wishes.excluded_uses, *NEVER_GRANTED)),
        languages=_sorted(wishes.languages),
        territories=_sorted(wishes.territories),
        genres=_sorted(wishes.genres),
        renderers=_sorted(wishes.renderers),
        rights=Rights(
            train="train" in wishes.rights,
            mix="mix" in wishes.rights,
            pitch="pitch" in wishes.rights,
            resell="resell" in wishes.rights,
            derive="derive" in wishes.rights,
        ),
        royalty=wishes.royalty,
        max_seconds=wishes.max_seconds,
        not_before=format_moment(start),
        expires=format_moment(end),
        credit_line=wishes.credit or f"Voice: {draft.name}",
        label_text=wishes.label,
        terms_sha256=draft.terms_sha256,
        recording_commitment=draft.recording_commitment,
    )


def sign_draft(
    draft: EnrolmentDraft, wishes: Wishes, key: Ed25519PrivateKey, *, confirm: Confirm, now: datetime
) -> SignedGrant:
    """The artist's half: terms and grant are shown, confirmed and signed. Raises Cancelled where they say no."""
    grant = draft_grant(draft, wishes, public_jwk(key), now=now)
    if not confirm(terms_with(draft.terms_sha256).text, grant_in_words(grant)):
        raise Cancelled("nothing was signed")
    return sign_grant(grant, key)


def sign_draft_file(
    draft: Path, wishes: Wishes, key: Path, passphrase: str, out: Path, *, confirm: Confirm, now: datetime
) -> ConsentGrant:
    """The artist's half on their own machine, for a draft that came from the host; `out` goes back there."""
    check_free(out)
    signed = sign_draft(read_draft(draft), wishes, read_key(key, passphrase), confirm=confirm, now=now)
    write_new(out, signed.data)
    return read_artists_grant(signed)


def grant_voice(
    voice_id: str, wishes: Wishes, key: Path, passphrase: str, out: Path | None, *, confirm: Confirm, desk: Desk
) -> ConsentGrant:
    """Both halves on one machine. out: a copy for the artist."""
    if out is not None:
        check_free(out)
    draft = read_draft(draft_path(user_voices_folder(), voice_id))
    signed = sign_draft(draft, wishes, read_key(key, passphrase), confirm=confirm, now=desk.clock())
    return accept_grant(signed, out, desk=desk)


def countersign_file(path: Path, out: Path | None, *, desk: Desk) -> ConsentGrant:
    """The host's half, for what an artist signed elsewhere. out: a copy of the whole grant, for them."""
    if out is not None:
        check_free(out)
    return accept_grant(SignedGrant(read_at_most(path, MAX_BYTES)), out, desk=desk)


def accept_grant(signed: SignedGrant, out: Path | None, *, desk: Desk) -> ConsentGrant:
    """Check an artist's grant against their enrolment, countersign it, put it in force and beside the voice.

    A grant that is in force already is put beside its voice again, where this machine stopped before that;
    the same grant may be handed in twice. Returns the grant in force. Raises ConsentError with the reason,
    which the registry keeps: then nothing was countersigned.
    """
    # 1. The one who grants has signed; nothing else is looked at before.
    grant = read_artists_grant(signed)
    now = desk.clock()
    try:
        # 2. It repeats what this host found out when the voice was enrolled.
        manifest = read_voice_manifest(grant.voice_id, folder=user_voices_folder())
        draft = read_draft(draft_path(user_voices_folder(), grant.voice_id))
        check_as_enrolled(grant, draft, manifest)
        desk.registry.confirm(grant.grant_id, draft.facts())
        # 3. The case waits for exactly this, or has it already.
        whole = _in_force(grant, manifest, desk)
        if whole is None:
            # 4. It is not over yet, and the host is not its own artist.
            if now >= grant.ends_at():
                raise refuse("expired", f"this grant ended on {grant.expires}; sign another")
            whole = countersign_grant(signed, desk.host.signing_key)
            # 5. In force once and for all: of two that come at once, the registry takes one.
            desk.registry.activate(grant.grant_id, whole.data, grant, now)
    except ConsentError as error:
        # The registry itself may be what refuses: that must not hide the reason.
        with suppress(VocalkitError):
            desk.registry.refused(grant.grant_id, grant.voice_id, error.reason, now)
        raise
    write_whole(manifest.grant_path, whole.data)
    if out is not None:
        write_new(out, whole.data)
    return verify_grant(whole, trust=TrustRoots([desk.host.trust_root])).grant


def check_as_enrolled(grant: ConsentGrant, draft: EnrolmentDraft, manifest: VoiceManifest) -> None:
    """Raises ConsentError (``not_as_enrolled``) unless the grant says what the enrolment found. Pure."""
    for what, granted, found in (
        ("grant id", grant.grant_id, draft.grant_id),
        ("voice", grant.voice_id, draft.voice_id),
        ("artist", grant.grantor.name, draft.name),
        ("artist's key", grant.grantor.key, draft.key),
        ("voice model", grant.model_sha256, draft.model_sha256),
        ("installed model", grant.model_sha256, manifest.sha256),
        ("consent recording", grant.recording_commitment, draft.recording_commitment),
        ("terms", grant.terms_sha256, draft.terms_sha256),
    ):
        if granted != found:
            raise refuse("not_as_enrolled", f"the grant names another {what} than the enrolment of {draft.voice_id!r}")
    _check_spoken(grant.uses, draft)
    if not manifest.sealed:
        raise refuse("not_sealed", f"the model of {draft.voice_id!r} is not sealed; enrol the voice again")


def show_grant(path: Path) -> dict[str, Any]:
    """A grant file in words, and whose signatures hold. Raises ConsentError where the artist's does not."""
    signed = SignedGrant(read_at_most(path, MAX_BYTES))
    envelope = read_envelope(signed.data, typ=TYP)
    grant = ConsentGrant.from_payload(envelope.payload)
    envelope.check(0, grant.grantor.key)
    try:
        vouched: str | None = verify_grant(signed, trust=known_roots(user_consent_folder())).voucher.name
    except ConsentError as error:
        if error.reason not in ("unknown_signer", "missing_signature"):
            raise
        vouched = None
    return {"grant": grant_in_words(grant), "signed_by": list(envelope.signers), "vouched_by": vouched}


def _in_force(grant: ConsentGrant, manifest: VoiceManifest, desk: Desk) -> SignedGrant | None:
    """The grant of this case, where it is in force and says the same as `grant`; None where the case waits for one."""
    state = desk.registry.state(grant.grant_id)
    if state == "verified":
        return None
    if state != "active":
        raise refuse("wrong_state", f"the case of this grant is {state or 'unknown'}; only a verified one is signed")
    whole = SignedGrant(desk.registry.envelope(grant.grant_id))
    signed = verify_grant(whole, trust=TrustRoots([desk.host.trust_root])).grant
    # This machine stopped between putting it in force and putting it beside the voice: signing again ends that.
    stopped = not manifest.grant_path.exists()
    if stopped:
        write_whole(manifest.grant_path, whole.data)
    if grant == signed or (stopped and _signed_again(grant, signed)):
        return whole
    raise refuse(
        "wrong_state",
        f"another grant is in force until {signed.expires}; read it with --show {manifest.grant_path}, "
        "or revoke it and enrol the voice again",
    )


def _signed_again(grant: ConsentGrant, earlier: ConsentGrant) -> bool:
    """Whether two grants differ in nothing but when they were signed: terms that begin now begin later each time."""
    lengths = [one.ends_at() - one.starts_at() for one in (grant, earlier)]
    same_term = grant.expires == earlier.expires or abs(lengths[0] - lengths[1]) <= _LEAP_DAY
    return same_term and replace(grant, not_before=earlier.not_before, expires=earlier.expires) == earlier


def _check_spoken(uses: tuple[Purpose, ...], draft: EnrolmentDraft) -> None:
    unsaid = sorted(set(uses) - set(draft.uses))
    if unsaid:
        raise refuse(
            "not_as_enrolled",
            f"the spoken consent does not name {', '.join(unsaid)}; it names {', '.join(draft.uses)}",
        )


def _sorted(words: Iterable[str]) -> tuple[Any, ...]:
    return tuple(sorted(set(words)))
