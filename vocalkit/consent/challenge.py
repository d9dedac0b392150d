"""The spoken challenge: a statement and six words that nobody could have recorded beforehand.

It is made once, answered once, within ten minutes. The words are drawn with 48 bits of chance, so
that a recording made before does not hold them; the statement names the artist and the use, so that
what was agreed to can be heard. Pure: the time and the chance come in.
"""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Literal

from vocalkit.consent.canonical import canonical, parse
from vocalkit.consent.grant import (
    Purpose,
    check_digest,
    check_grant_id,
    check_language,
    check_purposes,
    check_text,
    check_voice_id,
)
from vocalkit.consent.keys import PublicJwk
from vocalkit.consent.moments import format_moment, parse_moment
from vocalkit.consent.reasons import refuse
from vocalkit.consent.wording import Wording
from vocalkit.errors import InputError
from vocalkit.resources import build

WORDS = 6
LIFETIME = timedelta(minutes=10)
ENTROPY_BYTES = WORDS + 16 + 16
MAX_BYTES = 16 * 1024


@dataclass(frozen=True, slots=True)
class Challenge:
    """What an artist is asked to say. Times RFC 3339 UTC; words_sha256: of the list the words are from.

    key: the artist's, which alone may sign the grant that follows.
    """

    format: Literal["vocalkit-challenge"]
    version: Literal[1]
    challenge_id: str
    grant_id: str
    voice_id: str
    name: str
    key: PublicJwk
    language: str
    uses: tuple[Purpose, ...]
    statement: str
    words: tuple[str, ...]
    words_sha256: str
    issued: str
    expires: str

    def __post_init__(self) -> None:
        check_grant_id(self.challenge_id)
        check_grant_id(self.grant_id)
        check_voice_id(self.voice_id)
        check_text("name", self.name, most=200)
        check_language(self.language)
        check_purposes("uses", self.uses)
        check_text("statement", self.statement, most=2000)
        if len(self.words) != WORDS:
            raise InputError(f"words must be {WORDS}, got {len(self.words)}")
        for word in self.words:
            check_text("words", word, most=40)
        check_digest("words_sha256", self.words_sha256)
        if self.expires_at() - parse_moment(self.issued, what="issued") != LIFETIME:
            raise InputError(f"a challenge lasts {LIFETIME.total_seconds() / 60:.0f} minutes")

    def expires_at(self) -> datetime:
        return parse_moment(self.expires, what="expires")

    def to_bytes(self) -> bytes:
        """The one spelling of this challenge: RFC 8785 JSON."""
        return canonical(asdict(self))

    @classmethod
    def from_bytes(cls, data: bytes) -> Challenge:
        """The challenge that `data` spells. Raises ConsentError with the reason of its first fault."""
        if len(data) > MAX_BYTES:
            raise refuse("too_large", f"a challenge has at most {MAX_BYTES} bytes, this has {len(data)}")
        challenge, faults = build(cls, parse(data, what="challenge"))
        if challenge is None:
            raise refuse(faults[0].kind, f"challenge refused: {'; '.join(map(str, faults))}")
        return challenge

    def check_time(self, now: datetime) -> None:
        """Raises ConsentError (``challenge_expired``) unless it was issued and has not run out."""
        if not parse_moment(self.issued, what="issued") <= now < self.expires_at():
            raise refuse("challenge_expired", f"this challenge was for {self.issued} to {self.expires}; make a new one")

    def check_wording(self, wording: Wording) -> None:
        """Raises ConsentError (``bad_value``) unless the texts are what `wording` makes of the rest."""
        statement = wording.state(name=self.name, voice_id=self.voice_id, uses=self.uses)
        if self.words_sha256 != words_digest(wording) or not set(self.words) <= set(wording.words):
            raise refuse("bad_value", "the challenge's words are from another list than this version's; make a new one")
        if self.statement != statement:
            raise refuse("bad_value", "the challenge's statement is not the one for its name and uses; make a new one")


def make_challenge(
    *,
    name: str,
    key: PublicJwk,
    voice_id: str,
    uses: tuple[Purpose, ...],
    language: str,
    wording: Wording,
    now: datetime,
    entropy: bytes,
) -> Challenge:
    """A challenge for one person and one voice, in `wording`; language: the code it is spoken in, as ``en-us``.

    entropy: 38 bytes from the system's random source, never used before. Raises InputError.
    """
    if len(entropy) != ENTROPY_BYTES:
        raise InputError(f"a challenge takes {ENTROPY_BYTES} bytes of chance, got {len(entropy)}")
    if language.split("-")[0] != wording.language:
        raise InputError(f"the wording is {wording.language!r}, the challenge is to be {language!r}")
    chance, ids = entropy[:WORDS], entropy[WORDS:]
    chosen = tuple(sorted(set(uses)))
    return Challenge(
        format="vocalkit-challenge",
        version=1,
        challenge_id=str(uuid.UUID(bytes=ids[:16], version=4)),
        grant_id=str(uuid.UUID(bytes=ids[16:], version=4)),
        voice_id=voice_id,
        name=name,
        key=key,
        language=language,
        uses=chosen,
        statement=wording.state(name=name, voice_id=voice_id, uses=chosen),
        words=tuple(wording.words[byte] for byte in chance),
        words_sha256=words_digest(wording),
        issued=format_moment(now),
        expires=format_moment(now + LIFETIME),
    )


def words_digest(wording: Wording) -> str:
    """SHA-256 of a word list, one word a line."""
    return hashlib.sha256("".join(f"{word}\n" for word in wording.words).encode("utf-8")).hexdigest()
