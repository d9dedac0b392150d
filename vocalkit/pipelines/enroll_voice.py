"""An artist's own voice: consent heard and checked first, then a model of it, sealed before it touches the disk.

The result cannot sing yet. It waits, verified, for the grant that the artist signs
(`vocalkit consent grant`), which is bound to this model and to this recording.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from vocalkit.audio import read
from vocalkit.consent.challenge import MAX_BYTES, Challenge
from vocalkit.consent.draft import EnrolmentDraft
from vocalkit.consent.host import user_consent_folder
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.terms import Terms, terms_in
from vocalkit.consent.trust import trust_files
from vocalkit.pipelines.consent.challenge import ConsentVerdict
from vocalkit.pipelines.consent.files import read_at_most
from vocalkit.pipelines.consent.hearing import Spoken, hear, refusals_written_down
from vocalkit.pipelines.desk import Desk, open_desk
from vocalkit.pipelines.enrolment_clips import SpokenClip, align_clips, read_clips, usable
from vocalkit.pipelines.install_voice import NewVoice, check_name_is_free, install, model_digest
from vocalkit.protocols import Aligner, Progress, silent
from vocalkit.synth.build_inventory import BuiltInventory, build_inventory
from vocalkit.types import AlignedClip
from vocalkit.units import hz_to_midi
from vocalkit.weights import user_voices_folder, weights_bytes

MINUTES = 14.0
LONGEST_CONSENT_S = 300.0
BELOW_SPEECH, ABOVE_SPEECH = 3.0, 14.0
"""Semitones around the median of the spoken F0 where a voice made of speech still sounds like its owner."""


@dataclass(frozen=True, slots=True)
class Handed:
    """What an artist hands in.

    transcripts: None where the texts lie beside the clips; witness: a signed statement, None if not needed;
    name: how the voice is shown, None for the artist's name.
    """

    challenge: Path
    consent: Path
    clips: Path
    transcripts: Path | None = None
    witness: Path | None = None
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Enrolled:
    """What became of it.

    units: how often each phoneme is in the model; faults: why clips were left out, by name; salt: hex,
    opens the commitment together with the recording, for the artist to keep.
    """

    draft: EnrolmentDraft
    manifest: Path
    clips: int
    seconds: float
    units: dict[str, int]
    faults: dict[str, tuple[str, ...]]
    verdict: ConsentVerdict
    low_midi: float
    high_midi: float
    recording_sha256: str
    salt: str

    def to_dict(self) -> dict[str, Any]:
        """JSON values for a report."""
        return {
            "voice_id": self.draft.voice_id,
            "grant_id": self.draft.grant_id,
            "model_sha256": self.draft.model_sha256,
            "manifest": str(self.manifest),
            "clips": self.clips,
            "seconds": round(self.seconds, 3),
            "units": self.units,
            "left_out": {name: list(reasons) for name, reasons in self.faults.items()},
            "range_midi": [self.low_midi, self.high_midi],
            "verdict": self.verdict.facts(),
            "notes": list(self.notes),
            "recording_sha256": self.recording_sha256,
            "salt": self.salt,
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What was noticed about the recordings, in words."""
        return tuple(flag.detail for flag in self.verdict.flags)


def enroll_here(handed: Handed, *, progress: Progress = silent) -> Enrolled:
    """Enrol a voice for this user: their host, their registry, their folder of voices, the witnesses they trust."""
    from vocalkit.voice.backends import load_aligner

    folder = user_consent_folder()
    witnesses = tuple(root.key for root in trust_files(folder / "trust") if "witness" in root.kinds)
    return enroll_voice(
        handed,
        desk=open_desk(folder),
        voices=user_voices_folder(),
        aligner=load_aligner(),
        witnesses=witnesses,
        progress=progress,
    )


def enroll_voice(
    handed: Handed,
    *,
    desk: Desk,
    voices: Path,
    aligner: Aligner,
    witnesses: Sequence[PublicJwk] = (),
    progress: Progress = silent,
) -> Enrolled:
    """Enrol a voice into the folder `voices`.

    Raises ConsentError, InputError or AudioError; then no voice is left, the refusal stands in the
    ledger, and a challenge that was taken stays taken: whoever fails asks for another one.
    """
    # 1. What can be wrong with the files is found before the challenge is used up.
    challenge = Challenge.from_bytes(read_at_most(handed.challenge, MAX_BYTES))
    terms = terms_in(challenge.language)
    with refusals_written_down(challenge, desk):
        check_name_is_free(challenge.voice_id, desk.registry, voices=voices, grant_id=challenge.grant_id)
    progress("read", 0.0)
    clips = read_clips(handed.clips, handed.transcripts, language=challenge.language)
    good = usable(clips)
    spoken = _spoken(handed, clips, good)
    progress("read", 1.0)
    # 2. The challenge is used, the words are heard, and every clip is who spoke them.
    verdict = hear(challenge, spoken, handed.witness, witnesses=witnesses, desk=desk, progress=progress)
    # 3. Only now is a model made.
    aligned, lost = align_clips(good, aligner, progress)
    built = build_inventory(aligned, minutes=MINUTES, low_hz=_creak_hz(aligned))
    model, salt = weights_bytes(built.tensors), secrets.token_bytes(32)
    draft = _draft(challenge, terms, model=model, recording_sha256=spoken.recording_sha256, salt=salt)
    # 4. Sealed, listed, and ready for its grant.
    voice = _voice(handed, challenge, draft, model, built, aligned)
    manifest = install(voice, desk, voices=voices)
    desk.registry.record(challenge.grant_id, draft.facts(), desk.clock())
    desk.registry.advance(challenge.grant_id, "verified", "step_done", desk.clock())
    faults = {clip.name: clip.quality.faults for clip in clips if clip.quality.faults}
    return Enrolled(
        draft=draft,
        manifest=manifest,
        clips=len(aligned),
        seconds=sum(clip.duration_s for clip in aligned),
        units=dict(built.units),
        faults=faults | dict.fromkeys(lost, ("its words were not found in it",)),
        verdict=verdict,
        low_midi=voice.low_midi,
        high_midi=voice.high_midi,
        recording_sha256=spoken.recording_sha256,
        salt=salt.hex(),
    )


def _spoken(handed: Handed, clips: Sequence[SpokenClip], good: Sequence[SpokenClip]) -> Spoken:
    recording = read(handed.consent, max_duration_s=LONGEST_CONSENT_S)
    digest = hashlib.sha256(handed.consent.read_bytes()).hexdigest()
    return Spoken(recording, digest, tuple(clip.audio for clip in good), tuple(clip.sha256 for clip in clips))


def _voice(
    handed: Handed,
    challenge: Challenge,
    draft: EnrolmentDraft,
    model: bytes,
    built: BuiltInventory,
    aligned: Sequence[AlignedClip],
) -> NewVoice:
    middle = round(hz_to_midi(_spoken_hz(aligned)))
    return NewVoice(
        draft=draft,
        model=model,
        name=handed.name or challenge.name,
        description=f"Enrolled from {built.seconds / 60:.1f} minutes of speech.",
        languages=(challenge.language.split("-")[0],),
        low_midi=middle - BELOW_SPEECH,
        high_midi=middle + ABOVE_SPEECH,
        credit=f"Voice: {challenge.name}",
        card=_card(draft, built, clips=len(aligned)),
    )


def _draft(challenge: Challenge, terms: Terms, *, model: bytes, recording_sha256: str, salt: bytes) -> EnrolmentDraft:
    return EnrolmentDraft(
        format="vocalkit-enrolment",
        version=1,
        voice_id=challenge.voice_id,
        grant_id=challenge.grant_id,
        name=challenge.name,
        key=challenge.key,
        uses=challenge.uses,
        language=challenge.language,
        model_sha256=model_digest(model),
        recording_commitment=hashlib.sha256(salt + bytes.fromhex(recording_sha256)).hexdigest(),
        terms_sha256=terms.sha256,
    )


def _spoken_hz(clips: Sequence[AlignedClip]) -> float:
    f0 = np.concatenate([clip.f0_hz for clip in clips])
    return float(np.median(f0[f0 > 0]))


def _creak_hz(clips: Sequence[AlignedClip]) -> float:
    """Vowels three quarters as high as the speaker usually is are creaky more often than not."""
    return 0.75 * _spoken_hz(clips)


def _card(draft: EnrolmentDraft, built: BuiltInventory, *, clips: int) -> str:
    rare = ", ".join(symbol for symbol, count in sorted(built.units.items()) if count < 3) or "none"
    return (
        f"# {draft.voice_id}\n\n"
        f"The voice of {draft.name}, enrolled with spoken consent; it sings only under a grant signed by them.\n\n"
        f"- {clips} clips, {built.seconds / 60:.1f} minutes kept, {sum(built.units.values())} units of "
        f"{len(built.units)} phonemes\n"
        f"- phonemes heard fewer than three times: {rare}\n"
        f"- model SHA-256: {draft.model_sha256}\n"
    )
