"""Whether a grant covers a use. Pure: values in, ConsentError out.

There is no default request. Whoever asks says what the voice is for, in which languages, where, in
which genres and with what; ``any`` asks for all of them and only a grant of all of them covers it.
A refusal says what is granted, and by which option of the command line that is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from vocalkit.consent.grant import ANY, ConsentGrant, Purpose, check_genre, check_territory, check_thumbprint
from vocalkit.consent.moments import check_aware
from vocalkit.consent.reasons import Reason, refuse
from vocalkit.errors import InputError

Right = Literal["train", "mix", "pitch", "resell", "derive"]
ANYONE = "anyone"
"""The grantee of whoever does not say who they are."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What somebody wants to do with a voice.

    purposes: all that apply; languages: all that are sung, codes such as ``en-us``; territories: ISO 3166
    alpha-2; genres: slugs; grantee: thumbprint of the user's key, or ``anyone``; rights: those it takes.
    """

    purposes: tuple[Purpose, ...]
    languages: tuple[str, ...]
    territories: tuple[str, ...]
    genres: tuple[str, ...]
    renderer: str
    grantee: str
    rights: tuple[Right, ...]

    @classmethod
    def of_song(
        cls,
        *,
        purposes: tuple[Purpose, ...],
        languages: tuple[str, ...],
        genres: tuple[str, ...] = (ANY,),
        territories: tuple[str, ...] = (ANY,),
        grantee: str = ANYONE,
    ) -> Use:
        """What making a song with vocalkit takes: singing, mixing and shaping the pitch.

        Where genre or territory is not said, all of them are asked for: the most a grant can be asked.
        """
        return cls(
            purposes=purposes,
            languages=languages,
            territories=territories,
            genres=genres,
            renderer="vocalkit",
            grantee=grantee,
            rights=("mix", "pitch"),
        )

    def __post_init__(self) -> None:
        for name in ("purposes", "languages", "territories", "genres", "rights"):
            values = getattr(self, name)
            if not isinstance(values, tuple) or not all(isinstance(v, str) and v for v in values):
                raise InputError(f"{name} must be a tuple of words, got {values!r}")
            if not values and name != "rights":
                raise InputError(f"{name} must not be empty")
        for name, values, known in (
            ("purpose", self.purposes, get_args(Purpose)),
            ("right", self.rights, get_args(Right)),
        ):
            for value in values:
                if value not in known:
                    raise InputError(f"unknown {name} {value!r}; known: {', '.join(known)}")
        for genre in self.genres:
            check_genre(genre)
        for territory in self.territories:
            if territory != ANY:
                check_territory(territory)
        if self.grantee != ANYONE:
            check_thumbprint(self.grantee)


def check_use(grant: ConsentGrant, request: Use) -> None:
    """Raises ConsentError unless `grant` covers every part of `request`."""
    # Exclusions first: where a grant both misses and excludes a use, the exclusion is the clearer answer.
    for purpose in request.purposes:
        if purpose in grant.excluded_uses:
            raise refuse(
                "use_excluded",
                f"{grant.voice_id!r} may never be used for {purpose}; it may for {_listed(grant.uses, '--for')}",
            )
    _within("use_not_granted", "use", "--for", grant, request.purposes, grant.uses)
    _within("language_not_granted", "language", "--lang", grant, request.languages, grant.languages, subtags=True)
    _within("territory_not_granted", "territory", "--territory", grant, request.territories, grant.territories)
    _within("genre_not_granted", "genre", "--genre", grant, request.genres, grant.genres)
    _within("renderer_not_granted", "renderer", None, grant, (request.renderer,), grant.renderers)
    for right in request.rights:
        if not getattr(grant.rights, right):
            raise refuse("right_not_granted", f"the grant for {grant.voice_id!r} does not give the right to {right}")
    if grant.grantee.key is not None and grant.grantee.key.thumbprint != request.grantee:
        raise refuse(
            "wrong_grantee",
            f"the grant for {grant.voice_id!r} is for {grant.grantee.name} alone; if that is you, give --user "
            "with your key file",
        )


def check_time(grant: ConsentGrant, now: datetime) -> None:
    """Raises ConsentError unless not_before <= now < expires."""
    check_aware(now)
    if now < grant.starts_at():
        raise refuse("not_yet_valid", f"the grant for {grant.voice_id!r} begins on {grant.not_before}")
    if now >= grant.ends_at():
        raise refuse("expired", f"the grant for {grant.voice_id!r} ended on {grant.expires}; ask for a new one")


def _within(
    reason: Reason,
    what: str,
    option: str | None,
    grant: ConsentGrant,
    wanted: Iterable[str],
    granted: tuple[str, ...],
    *,
    subtags: bool = False,
) -> None:
    """Every wanted value is granted; with `subtags`, ``en`` grants ``en-us`` (RFC 4647 basic filtering)."""
    if granted == (ANY,):
        return
    for value in wanted:
        if value in granted or (subtags and any(value.startswith(f"{code}-") for code in granted)):
            continue
        asked = f"every {what}" if value == ANY else f"the {what} {value!r}"
        raise refuse(
            reason, f"the grant for {grant.voice_id!r} does not cover {asked}; it covers {_listed(granted, option)}"
        )


def _listed(granted: tuple[str, ...], option: str | None) -> str:
    """What is granted, and how to ask for it."""
    if option is None:
        return ", ".join(granted)
    if len(granted) == 1:
        return f"{granted[0]}: give {option} {granted[0]}"
    return f"{', '.join(granted)}: give {option} with one of them"
