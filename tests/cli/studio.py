"""An artist's studio for tests: a home with a host, a voice enrolled and verified, and its artist's key."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from vocalkit.cli.main import main
from vocalkit.consent import EnrolmentDraft
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.pem import read_public_key
from vocalkit.consent.registry import Person, Registry
from vocalkit.consent.terms import terms_in
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.install_voice import NewVoice, install, model_digest
from vocalkit.weights import read_stored_model, read_voice_manifest, user_voices_folder

USES = ("advertising", "commercial_music", "demo")
PASSPHRASE = "four words of hers"


@dataclass(frozen=True)
class Studio:
    """The voice "ada", which waits for its grant, and Ada's key in `work`."""

    work: Path
    draft: EnrolmentDraft
    model: bytes

    @property
    def registry(self) -> Registry:
        return open_desk().registry

    @property
    def grant_file(self) -> Path:
        return read_voice_manifest("ada").grant_path

    def refusals(self) -> list[str]:
        return [str(entry.facts()["reason"]) for entry in self.registry.entries() if entry.kind == "refused"]

    def grant(self, *more: str, wishes: tuple[str, ...] = ("--use", "demo", "--language", "en-us")) -> int:
        """`consent grant` with her key; the caller says for what."""
        return main(
            ["consent", "grant", "--key", str(self.work / "ada.pem"), "--passphrase-file", str(self.work / "words"),
             "--royalty", "0.05 EUR per second", "--yes", *wishes, *more]
        )  # fmt: skip


def make_studio(work: Path) -> Studio:
    """In the home that is set: a host, Ada's key, and her voice as `voice enroll` leaves it."""
    work.mkdir()
    (work / "words").write_text(f"{PASSPHRASE}\n")
    assert main(["consent", "keygen", "-o", str(work / "ada.pem"), "--passphrase-file", str(work / "words")]) == 0
    return Studio(work, *enrol(read_public_key(work / "ada.pub")))


def enrol(key: PublicJwk) -> tuple[EnrolmentDraft, bytes]:
    """A voice called ada with the model of a built-in one, so that it can sing; returns its model too."""
    desk = open_desk()
    now, registry, grant_id = desk.clock(), desk.registry, str(uuid.uuid4())
    like = read_voice_manifest("clara")
    model = read_stored_model(like)
    draft = EnrolmentDraft(
        "vocalkit-enrolment", 1, "ada", grant_id, "Ada", key, USES, "en-us", model_digest(model), "ef" * 32,
        terms_in("en-us").sha256,
    )  # fmt: skip
    registry.open_case(grant_id, "ada", Person("Ada"), now)
    registry.add_challenge(grant_id, str(uuid.uuid4()), b"words", now + timedelta(minutes=10), now)
    registry.advance(grant_id, "recorded", "step_done", now)
    voice = NewVoice(
        draft=draft,
        model=model,
        name="Ada",
        description="enrolled",
        languages=("en",),
        low_midi=like.low_midi,
        high_midi=like.high_midi,
        credit="Voice: Ada",
        card="# ada\n",
    )
    install(voice, desk, voices=user_voices_folder())
    registry.record(grant_id, draft.facts(), now)
    registry.advance(grant_id, "verified", "step_done", now)
    return draft, model
