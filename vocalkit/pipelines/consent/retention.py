"""What is kept of an enrolled voice, and until when.

Recordings are heard and measured once, at enrolment, and neither they nor the measurement are kept.
What is kept is the sealed model with its key, until the permission ends; and manifest, card, draft,
grant and the artist's name, until somebody asks to erase them (`vocalkit.pipelines.consent.records`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vocalkit.consent.draft import draft_path, read_draft
from vocalkit.consent.registry import Registry
from vocalkit.errors import ConsentError, OutputError
from vocalkit.pipelines.desk import Desk
from vocalkit.pipelines.install_voice import remove_files, remove_model

_OVER = ("expired", "revoked", "shredded")


def sweep(*, desk: Desk, voices: Path) -> list[dict[str, Any]]:
    """Destroy key and model of every enrolled voice whose permission has ended; says of each what became of it.

    Raises OutputError where a file cannot be removed. Doing it again changes nothing.
    """
    swept = []
    for case in desk.registry.cases():
        if case.kind == "builtin":
            continue
        # Nobody need have asked for the voice since: then the ledger learns only now that the term is over.
        desk.registry.notice_the_end(case.grant_id, desk.clock())
        state = desk.registry.state(case.grant_id)
        if state not in _OVER:
            continue
        desk.registry.destroy_key(case.grant_id, desk.clock())
        removed = drop_model(case.grant_id, desk.registry, voices=voices)
        swept.append(
            {
                "grant_id": case.grant_id,
                "voice": case.voice_id,
                "state": state,
                "expires": case.expires,
                "model_removed": removed,
                "personal_data": desk.registry.person(case.grant_id) is not None,
            }
        )
    return swept


def drop_model(grant_id: str, registry: Registry, *, voices: Path) -> bool:
    """Remove the model that was enrolled for this grant; False where there is none. Raises OutputError."""
    voice_id = _voice_of((grant_id,), registry, voices)
    try:
        return voice_id is not None and remove_model(voice_id, voices=voices)
    except OSError as error:
        raise _stuck(voice_id, error) from error


def drop_voice(grants: tuple[str, ...], registry: Registry, *, voices: Path) -> None:
    """Remove every file of the voice that was enrolled for one of these grants, if it is there. Raises OutputError."""
    voice_id = _voice_of(grants, registry, voices)
    try:
        if voice_id is not None:
            remove_files(voice_id, voices=voices)
    except OSError as error:
        raise _stuck(voice_id, error) from error


def _voice_of(grants: tuple[str, ...], registry: Registry, voices: Path) -> str | None:
    """The voice whose files belong to one of these grants, and not to another enrolment under the same name."""
    cases = [case for case in registry.cases() if case.kind == "enrolled"]
    for voice_id in {case.voice_id for case in cases if case.grant_id in grants} - {None}:
        try:
            belongs = read_draft(draft_path(voices, str(voice_id))).grant_id in grants
        except ConsentError:
            # No draft that tells: then they are whose the name is, if it is nobody else's.
            belongs = all(case.grant_id in grants for case in cases if case.voice_id == voice_id)
        if belongs:
            return voice_id
    return None


def _stuck(voice_id: str | None, error: OSError) -> OutputError:
    return OutputError(
        f"cannot remove files of {voice_id!r}: {error.strerror or error}; what the ledger says holds all the same, "
        "`vocalkit consent sweep` tries again"
    )
