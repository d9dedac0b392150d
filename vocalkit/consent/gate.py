"""The only door to a voice: a profile, a signed grant and a use go in, a `LicensedVoice` comes out.

What this guards against is accident, stale permission and swapped or stolen files. Python keeps no
secret from code that runs beside it: whoever edits the source or walks through its memory can forge
anything, and no seal below pretends otherwise.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, Protocol

from vocalkit.consent.canonical import canonical
from vocalkit.consent.grant import ConsentGrant, SignedGrant
from vocalkit.consent.moments import check_aware
from vocalkit.consent.policy import Use, check_time, check_use
from vocalkit.consent.reasons import refuse
from vocalkit.consent.seal import check_sealed, unseal
from vocalkit.consent.signed import verify_grant
from vocalkit.consent.trust import TrustRoots
from vocalkit.consent.vault import Vault
from vocalkit.errors import ConsentError, VocalkitError
from vocalkit.types import Provenance, VoiceProfile

Clock = Callable[[], datetime]

_SECRET = secrets.token_bytes(32)


class Standing(Protocol):
    """Knows what became of a grant after it was signed. The registry is one."""

    def check(self, grant: ConsentGrant, *, now: datetime) -> None:
        """Raises ConsentError (``revoked`` and its like, or any reason why it cannot tell)."""

    def charge(self, grant: ConsentGrant, *, seconds: float, now: datetime) -> None:
        """Book `seconds` as sung. Raises ConsentError, booking nothing, where the total would exceed."""

    def reserve_mark(self, *, grant_id: str, voice_id: str, now: datetime) -> int:
        """A new 32-bit watermark, not 0, recorded for this grant before it is returned."""

    def refused(self, *, grant_id: str | None, voice_id: str | None, reason: str, now: datetime) -> None:
        """Record a refusal."""


@dataclass(frozen=True, slots=True, eq=False)
class _Licence:
    """Everything that was decided when the voice was licensed."""

    profile: VoiceProfile
    grant: ConsentGrant
    request: Use
    standing: Standing
    vault: Vault
    clock: Clock
    since: datetime
    mark: int


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
    def request(self) -> Use:
        """The use it was licensed for."""
        return self.__opened().request

    @property
    def mark(self) -> int:
        """The 32-bit watermark that everything sung under this licence carries; reserved for it alone."""
        return self.__opened().mark

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
        with _recorded(licence.standing, licence.grant.grant_id, licence.profile.id, licence.clock):
            # 2. The grant stands, now.
            now = _stands(licence)
            # 3. There are seconds left.
            if licence.grant.max_seconds is not None:
                if seconds is None:
                    raise refuse("seconds_unknown", "this grant limits the seconds sung: say how many are to come")
                licence.standing.charge(licence.grant, seconds=seconds, now=now)

    def open_model(self, stored: bytes) -> bytes:
        """The voice's model in the clear, from the bytes of its file. Raises ConsentError with the reason.

        The key of a sealed model never leaves this method. A model in the clear is accepted for
        built-in voices alone.
        """
        # 1. This object came out of the gate, unaltered.
        licence = self.__opened()
        grant = licence.grant
        with _recorded(licence.standing, grant.grant_id, grant.voice_id, licence.clock):
            # 2. The grant stands, now: no key is read before.
            _stands(licence)
            # 3. An enrolled voice opens with the key of this very grant.
            model = stored
            if grant.kind == "enrolled":
                check_sealed(stored, voice_id=grant.voice_id)
                key = licence.vault.key(grant.grant_id)
                model = unseal(stored, key=key, voice_id=grant.voice_id, grant_id=grant.grant_id)
            # 4. These are the weights that the grant covers.
            if not hmac.compare_digest(hashlib.sha256(model).hexdigest(), grant.model_sha256):
                raise refuse(
                    "wrong_model", f"the installed model of {grant.voice_id!r} is not the one its grant covers"
                )
            return model

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
    vault: Vault,
) -> LicensedVoice:
    """The voice, licensed for `request` as of now. Raises ConsentError with the reason otherwise."""
    # 1. Fix the time once, so that every step judges the same moment.
    now = check_aware(clock())
    with _recorded(standing, None, profile.id, lambda: now):
        # 2. The envelope is whole, and signed by all who must have signed it.
        grant = verify_grant(signed, trust=trust).grant
    with _recorded(standing, grant.grant_id, profile.id, lambda: now):
        # 3. It is about this voice and these weights.
        if grant.voice_id != profile.id:
            raise refuse("wrong_voice", f"the grant is for the voice {grant.voice_id!r}, not for {profile.id!r}")
        if grant.model_sha256 != profile.model_sha256:
            raise refuse("wrong_model", f"the grant covers other weights of {profile.id!r} than those installed")
        # 4. It covers this use, now, and nobody took it back.
        check_use(grant, request)
        check_time(grant, now)
        standing.check(grant, now=now)
        # 5. What will be sung can be traced to it.
        mark = standing.reserve_mark(grant_id=grant.grant_id, voice_id=profile.id, now=now)
        # 6. Only here is a licensed voice made.
        return _issue(_Licence(profile, grant, request, standing, vault, clock, now, mark))


def require_licence(voice: object, *, seconds: float | None = None) -> LicensedVoice:
    """`voice`, checked, if it is a `LicensedVoice`: the first line of whatever sings.

    The method is taken from the class itself, so that an object that only looks alike is refused.
    """
    if type(voice) is not LicensedVoice:
        _forged(f"only a LicensedVoice can sing, got {type(voice).__name__}; call license_voice")
    LicensedVoice.check(voice, seconds=seconds)
    return voice


def _stands(licence: _Licence) -> datetime:
    """The present, if the grant stands at it."""
    # One reading of the clock decides all that follows; a clock that went back decides nothing.
    now = check_aware(licence.clock())
    if now < licence.since:
        raise refuse("clock_went_back", "the clock was set back since the voice was licensed; license it again")
    check_time(licence.grant, now)
    licence.standing.check(licence.grant, now=now)
    return now


@contextmanager
def _recorded(standing: Standing, grant_id: str | None, voice_id: str, clock: Clock) -> Iterator[None]:
    """Every refusal is an entry in the standing's record, as far as it can still write one."""
    try:
        yield
    except ConsentError as error:
        # What refuses may be the record itself: its failure must not hide the reason.
        with suppress(VocalkitError):
            standing.refused(grant_id=grant_id, voice_id=voice_id, reason=error.reason, now=clock())
        raise


def _issue(licence: _Licence) -> LicensedVoice:
    voice = object.__new__(LicensedVoice)
    object.__setattr__(voice, "_LicensedVoice__licence", licence)
    object.__setattr__(voice, "_LicensedVoice__seal", _seal_of(voice, licence))
    return voice


def _seal_of(voice: LicensedVoice, licence: _Licence) -> bytes:
    """Ties the object itself to what was decided for it: neither can be swapped for another."""
    # The values' own text names every field; what is not a value counts by its identity, which the licence holds.
    bound = (
        *map(repr, (licence.profile, licence.grant, licence.request, licence.since, licence.mark)),
        *map(hex, map(id, (voice, licence.standing, licence.vault, licence.clock))),
    )
    return hmac.digest(_SECRET, canonical(bound), "sha256")


def _forged(message: str) -> NoReturn:
    raise refuse("forged", message)
