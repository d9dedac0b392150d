"""Issuing a spoken challenge: made, registered as the case's only open one, written for the artist."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from vocalkit.consent import Purpose
from vocalkit.consent.challenge import ENTROPY_BYTES, Challenge, make_challenge
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.registry.people import Person
from vocalkit.consent.wording import read_wording
from vocalkit.pipelines.consent.files import check_free, write_new
from vocalkit.pipelines.consent.phonemes import spoken_words, statement_words
from vocalkit.pipelines.desk import Desk
from vocalkit.resources import locate


def issue_challenge(
    *,
    name: str,
    key: PublicJwk,
    contact: str | None,
    voice_id: str,
    uses: tuple[Purpose, ...],
    language: str,
    out: Path,
    desk: Desk,
    entropy: Callable[[int], bytes],
) -> Challenge:
    """Open a case for an artist and a voice, and write its challenge to `out`, a new file.

    entropy: the system's random source, such as `os.urandom`. Nothing personal goes into the ledger:
    the registry commits to it with salt. Raises InputError, LyricsError for a name that the language
    cannot say, OutputError, ConsentError.
    """
    check_free(out)
    now = desk.clock()
    challenge = make_challenge(
        name=name,
        key=key,
        voice_id=voice_id,
        uses=uses,
        language=language,
        wording=read_wording(locate("consent"), language),
        now=now,
        entropy=entropy(ENTROPY_BYTES),
    )
    # What nobody can phonemize nobody can check: better told now than after the recording.
    spoken_words(challenge.words, language=language)
    statement_words(challenge.statement, language=language)
    data = challenge.to_bytes()
    desk.registry.open_case(challenge.grant_id, voice_id, Person(name, contact), now)
    desk.registry.add_challenge(challenge.grant_id, challenge.challenge_id, data, challenge.expires_at(), now)
    write_new(out, data)
    return challenge
