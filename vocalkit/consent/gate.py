"""The only door to a voice: a profile, a signed grant and a use go in, a `LicensedVoice` comes out.

What this guards against is accident, stale permission and swapped files. Python keeps no secret
from code that runs beside it: whoever edits the source or walks through its memory can forge
anything, and no seal below pretends otherwise.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, NoReturn

from vocalkit.consent.canonical import canonical
from vocalkit.consent.envelope import verify
from vocalkit.consent.grant import ConsentGrant, SignedGrant
from vocalkit.consent.keys import TrustRoots
from vocalkit.consent.moments import check_aware
from vocalkit.consent.policy import Use, check_time, check_use
from vocalkit.consent.reasons import refuse
from vocalkit.consent.standing import Standing
from vocalkit.types import Provenance, VoiceProfile

Clock = Callable[[], datetime]

_SECRET = secrets.token_bytes(32)


@dataclass(frozen=True, slots=True, eq=False)
class _Licence:
    """Everything that was decided when the voice was licensed."""

    profile: VoiceProfile
    grant: ConsentGrant
    request: Use
    standing: Standing
    clock: Clock
    since: datetime


class LicensedVoice:
    """A voice that may be sung with, now, for the use it was licensed for. Made by `license_voice` alone.

    It cannot be built, subclassed, copied, pickled or changed: each raises ConsentError (``forged``).
    A worker in another process licenses again. `check` is to be called before every phrase.
    """

    __slots__ = ("__licence", "__seal")

    __licence: _Licence
    __seal: bytes

    def __init__(self, *_: object, **__: object) -> None:
        _forged("a LicensedVoice is made by license_voice alone")

    def __init_subclass__(cls, **_: object) -> NoReturn:
        _forged("LicensedVoice has no subclasses")

    def __setattr__(self, name: str, value: object) -> NoReturn:
        _forged("a LicensedVoice does not change")

    def __delattr__(self, name: str) -> NoReturn:
        _forged("a LicensedVoice does not change")

    def __copy__(self) -> NoReturn:
        _forged("a LicensedVoice is not copied")

    def __deepcopy__(self, memo: object) -> NoReturn:
        _forged("a LicensedVoice is not copied")

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        _forged("a LicensedVoice does not leave its process; license the voice again there")

    def __getstate__(self) -> NoReturn:
        _forged("a LicensedVoice does not leave its process; license the voice again there")

    @property
    def profile(self) -> VoiceProfile:
        return self.__opened().profile

    @property
    def grant(self) -> ConsentGrant:
        return self.__opened().grant

    @property
    def model_sha256(self) -> str:
        """The digest the voice's weights must have: pass it to the loader."""
        return self.__opened().grant.model_sha256

    @property
    def provenance(self) -> Provenance:
        grant = self.__opened().grant
        return Provenance(
            voice_id=grant.voice_id,
            grant_id=grant.grant_id,
            model_sha256=grant.model_sha256,
            credit=grant.credit_line,
            label=grant.label_text,
        )

    def check(self, *, seconds: float | None = None) -> None:
        """Raises ConsentError unless the voice may be sung with at this moment.

        seconds: how much is about to be sung; required where the grant limits them, and booked there.
        """
        # 1. This object came out of the gate, unaltered.
        licence = self.__opened()
        # 2. One reading of the clock decides all that follows; a clock that went back decides nothing.
        now = check_aware(licence.clock())
        if now < licence.since:
            raise refuse("clock_went_back", "the clock was set back since the voice was licensed; license it again")
        # 3. The grant has not run out, and nobody took it back.
        check_time(licence.grant, now)
        licence.standing.check(licence.grant.grant_id)
        # 4. There are seconds left.
        if licence.grant.max_seconds is not None:
            if seconds is None:
                raise refuse("seconds_unknown", "this grant limits the seconds sung: say how many are to come")
            licence.standing.charge(
                licence.grant.grant_id, seconds=seconds, max_seconds=licence.grant.max_seconds, now=now
            )

    def __opened(self) -> _Licence:
        try:
            licence, seal = self.__licence, self.__seal
        except AttributeError:
            _forged("this LicensedVoice did not come out of the gate")
        if type(licence) is not _Licence or not isinstance(seal, bytes):
            _forged("this LicensedVoice was tampered with")
        if not hmac.compare_digest(seal, _seal_of(self, licence)):
            _forged("this LicensedVoice was tampered with")
        return licence


def license_voice(
    profile: VoiceProfile,
    signed: SignedGrant,
    *,
    request: Use,
    standing: Standing,
    trust: TrustRoots,
    clock: Clock,
) -> LicensedVoice:
    """The voice, licensed for `request` as of now. Raises ConsentError with the reason otherwise."""
    # 1. Fix the time once, so that every step judges the same moment.
    now = check_aware(clock())
    # 2. The envelope is whole and signed by a trusted key.
    verified = verify(signed.data, typ="vocalkit-grant+jws", trust=trust)
    # 3. Its payload is a grant, to the letter.
    grant = ConsentGrant.from_payload(verified.payload)
    # 4. The one who signed is the one who grants, and is trusted for this kind of grant.
    if grant.grantor.key_thumbprint != verified.signer.thumbprint:
        raise refuse("wrong_signer", f"the grant names {grant.grantor.name!r} as grantor, but another key signed it")
    if grant.kind not in verified.signer.kinds:
        raise refuse("kind_not_trusted", f"{verified.signer.name!r} is not trusted to grant {grant.kind} voices")
    # 5. It is about this voice and these weights.
    if grant.voice_id != profile.id:
        raise refuse("wrong_voice", f"the grant is for the voice {grant.voice_id!r}, not for {profile.id!r}")
    if grant.model_sha256 != profile.model_sha256:
        raise refuse("wrong_model", f"the grant covers other weights of {profile.id!r} than those installed")
    # 6. It covers this use, now, and was not revoked.
    check_use(grant, request)
    check_time(grant, now)
    standing.check(grant.grant_id)
    # 7. Only here is a licensed voice made.
    return _issue(_Licence(profile, grant, request, standing, clock, now))


def require_licence(voice: object, *, seconds: float | None = None) -> LicensedVoice:
    """`voice`, checked, if it is a `LicensedVoice`: the first line of whatever sings.

    The method is taken from the class itself, so that an object that only looks alike is refused.
    """
    if type(voice) is not LicensedVoice:
        _forged(f"only a LicensedVoice can sing, got {type(voice).__name__}; call license_voice")
    LicensedVoice.check(voice, seconds=seconds)
    return voice


def _issue(licence: _Licence) -> LicensedVoice:
    voice = object.__new__(LicensedVoice)
    object.__setattr__(voice, "_LicensedVoice__licence", licence)
    object.__setattr__(voice, "_LicensedVoice__seal", _seal_of(voice, licence))
    return voice


def _seal_of(voice: LicensedVoice, licence: _Licence) -> bytes:
    """Ties the object itself to what was decided for it: neither can be swapped for another."""
    bound: dict[str, Any] = {
        "voice": hex(id(voice)),
        "profile": {key: repr(value) for key, value in asdict(licence.profile).items()},
        "grant": licence.grant.to_payload().decode("utf-8"),
        "request": asdict(licence.request),
        "standing": hex(id(licence.standing)),
        "clock": hex(id(licence.clock)),
        "since": licence.since.isoformat(),
    }
    return hmac.digest(_SECRET, canonical(bound), "sha256")


def _forged(message: str) -> NoReturn:
    raise refuse("forged", message)
