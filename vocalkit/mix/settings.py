"""What a mix aims at."""

from __future__ import annotations

from dataclasses import dataclass

from vocalkit.errors import InputError


@dataclass(frozen=True, slots=True, kw_only=True)
class MixSettings:
    """Targets of a mix.

    vocal_lift_lu: vocals over the backing as it sounds in the mix, while they sing, in LU. Released
    pop lies near +1 and within 0 to +3; the default keeps clear of both ends, also where someone
    compares with the backing before ducking. reverb_send_db: reverb under the dry vocal, in dB of
    power. duck_db: depth of the dip around 2.2 kHz that the backing gets while someone sings.
    max_tail_s: how far a last note may ring past the end of the backing.
    """

    vocal_lift_lu: float = 1.5
    reverb_send_db: float = -15.0
    duck_db: float = 2.5
    target_lufs: float = -14.0
    ceiling_dbtp: float = -1.2
    max_tail_s: float = 5.0

    def __post_init__(self) -> None:
        limits = {
            "vocal_lift_lu": (-20.0, 20.0),
            "reverb_send_db": (-60.0, 0.0),
            "duck_db": (0.0, 12.0),
            "target_lufs": (-40.0, -6.0),
            "ceiling_dbtp": (-20.0, 0.0),
            "max_tail_s": (0.0, 5.0),
        }
        for name, (low, high) in limits.items():
            value = getattr(self, name)
            if not low <= value <= high:
                raise InputError(f"mix setting {name} must be {low:g} to {high:g}, got {value}")


DEFAULT_SETTINGS = MixSettings()
