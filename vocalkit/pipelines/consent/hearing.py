"""A challenge answered: taken from the registry, heard, compared with every clip, and written down."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from vocalkit.consent.challenge import Challenge
from vocalkit.consent.envelope import MAX_BYTES
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.reasons import refuse
from vocalkit.consent.witness import WitnessStatement, verify_witness
from vocalkit.errors import ConsentError, VocalkitError
from vocalkit.pipelines.consent.challenge import ConsentVerdict, verify_consent
from vocalkit.pipelines.consent.files import read_at_most
from vocalkit.pipelines.desk import Desk
from vocalkit.protocols import Progress
from vocalkit.types import Audio


@dataclass(frozen=True, slots=True, eq=False)
class Spoken:
    """The consent recording and the clips, with the SHA-256 of their files."""

    recording: Audio
    recording_sha256: str
    clips: tuple[Audio, ...]
    clip_sha256s: tuple[str, ...]

    @property
    def clips_sha256(self) -> str:
        """One digest of all clips, in whatever order they came: what a witness signs."""
        return clips_digest(self.clip_sha256s)


def clips_digest(digests: Sequence[str]) -> str:
    """SHA-256 over the sorted SHA-256 (hex, one a line) of every clip."""
    return hashlib.sha256("".join(f"{digest}\n" for digest in sorted(digests)).encode()).hexdigest()


def hear(
    challenge: Challenge,
    spoken: Spoken,
    witness: Path | None,
    *,
    witnesses: Sequence[PublicJwk],
    desk: Desk,
    progress: Progress,
) -> ConsentVerdict:
    """The verdict on a case that is ``recorded`` from then on. witnesses: whose word counts here.

    Raises ConsentError with the reason, which then stands in the ledger. The challenge is used either
    way; where only a witness was missing, the same recordings may come once more with their statement.
    """
    files = {"recording": spoken.recording_sha256, "clips": spoken.clips_sha256}
    with refusals_written_down(challenge, desk):
        # 1. It was issued here, is in time, and is used from now on.
        issued = None if witness is None else desk.registry.answered_challenge(challenge.challenge_id)
        if issued is None:
            issued = desk.registry.take_challenge(challenge.challenge_id, desk.clock())
            desk.registry.advance(challenge.grant_id, "recorded", "step_done", desk.clock())
            desk.registry.record(challenge.grant_id, files, desk.clock())
        if issued != challenge.to_bytes():
            raise refuse("bad_value", "this challenge differs from the one that was issued; make a new one")
        # 2. A witness speaks of the very files that were heard in time.
        desk.registry.confirm(challenge.grant_id, files)
        statement = None if witness is None else _witness(witness, challenge, spoken, witnesses)
        # 3. No recording is a render of ours; the words are said; every clip is who said them.
        verdict = verify_consent(
            issued,
            spoken.recording,
            spoken.clips,
            own_mark_found=_marked(spoken, progress),
            witness=statement,
            progress=progress,
        )
        desk.registry.record(challenge.grant_id, verdict.facts(), desk.clock())
    return verdict


@contextmanager
def refusals_written_down(challenge: Challenge, desk: Desk) -> Iterator[None]:
    """Whatever the body refuses gets its entry; the registry's own trouble never hides the reason."""
    try:
        yield
    except ConsentError as error:
        with suppress(VocalkitError):
            desk.registry.refused(challenge.grant_id, challenge.voice_id, error.reason, desk.clock())
        raise


def _witness(path: Path, challenge: Challenge, spoken: Spoken, witnesses: Sequence[PublicJwk]) -> WitnessStatement:
    return verify_witness(
        read_at_most(path, MAX_BYTES),
        challenge_id=challenge.challenge_id,
        recording_sha256=spoken.recording_sha256,
        clips_sha256=spoken.clips_sha256,
        trusted=witnesses,
    )


def _marked(spoken: Spoken, progress: Progress) -> bool:
    """Whether any recording holds a mark under the published key."""
    from vocalkit.provenance.watermark import detect, published_key

    published = published_key()
    keys = {published.name: published.key}
    sounds = (spoken.recording, *spoken.clips)
    for number, sound in enumerate(sounds):
        progress("own marks", number / len(sounds))
        if detect(sound, keys=keys) is not None:
            return True
    progress("own marks", 1.0)
    return False
