"""What each style plays and how it is mixed: data only.

A pattern is one bar in sixteenth steps, sixteen in 4/4; in 3/4 the first twelve are used. A dot
lets ring what sounds.

- drums: a digit strikes, 1 soft to 9 hard;
- bass: ``R`` root, ``5`` fifth, ``8`` octave, ``a`` a step towards the next chord;
- keys: ``C`` whole chord, ``c`` softer, a digit one voice of it counted from the lowest;
- guitar: ``D``/``U`` down and up strum, ``d``/``u`` softer, a digit one string from the lowest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from vocalkit.band.chart import StyleName

KeysTimbre = Literal["electric", "felt"]
Drums = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Groove:
    """What the band plays in one bar; an empty pattern is silent, pad says whether the pad plays."""

    drums: Drums
    bass: str = ""
    keys: str = ""
    guitar: str = ""
    pad: bool = False


@dataclass(frozen=True, slots=True)
class Style:
    """One style. grooves: for light, medium and full sections; triple: their drums in 3/4.

    gains_db: of each part's bus; looseness_s: deviation of the players' timing; room_db: reverb level.
    """

    grooves: tuple[Groove, Groove, Groove]
    triple: tuple[Drums, Drums, Drums]
    keys: KeysTimbre
    snare: str
    fill: tuple[str, ...]
    gains_db: Mapping[str, float] = field(default_factory=dict)
    looseness_s: float = 0.004
    room_db: float = -14.0
    top_hz: float = 16000.0


_TRIPLE: tuple[Drums, Drums, Drums] = (
    {"kick": "6...........", "shaker": "5...3...3..."},
    {"kick": "8...........", "rim": "....4...5...", "hat": "5...4.3.4.3."},
    {"kick": "9.......5...", "snare": "....6...7...", "hat": "6.3.6.4.6.4."},
)

STYLES: dict[StyleName, Style] = {
    "pop": Style(
        grooves=(
            Groove({"kick": "6...............", "hat": "4...3...4...3..."}, "R...............", "C.......c.......",
                   "0.2.3.4.3.2.3.2."),
            Groove({"kick": "8.....5.8.......", "rim": "....7.......7...", "hat": "6.3.5.3.6.3.5.4."},
                   "R.....R.R.....5.", "C.....c...c.....", "0.2.3.4.3.2.3.2."),
            Groove({"kick": "9.....6.9.5.....", "snare": "....9.......9..1", "hat": "7.5.7.5.7.5.7.5."},
                   "R.R.R.R.R.R.5.a.", "C.....c.C...c...", "D...d.u..uD.d.u.", pad=True),
        ),
        triple=_TRIPLE, keys="electric", snare="snare", fill=("snare", "tom1", "tom2", "tom3"),
    ),
    "ballad": Style(
        grooves=(
            Groove({}, "R...............", "0.1.2.1.3.1.2.1."),
            Groove({"kick": "6.......5.......", "brush": "....5.......5...", "shaker": "4...2...4...2..."},
                   "R.......5.......", "0.1.2.1.3.1.2.1.", pad=True),
            Groove({"kick": "9.....5.8.......", "snare": "....8.......8...", "hat": "6.3.5.3.6.3.5.3.",
                    "ride": "5...4...5...4..."},
                   "R.....R.8...5.a.", "C...c...C...c...", "0.2.3.4.5.4.3.2.", pad=True),
        ),
        triple=_TRIPLE, keys="felt", snare="snare", fill=("snare", "tom2", "tom3"),
        room_db=-10.0, looseness_s=0.005, gains_db={"keys": 3.0},
    ),
    "folk": Style(
        grooves=(
            Groove({}, "R...............", "", "0.2.3.2.1.2.4.2."),
            Groove({"kick": "6.......6.......", "shaker": "4.2.5.2.4.2.5.2.", "brush": "....4.......5..."},
                   "R.......5.......", "", "0.2.3.2.1.2.4.2."),
            Groove({"kick": "8.....4.8.......", "brush": "....7.......8...", "shaker": "5.3.6.3.5.3.6.3."},
                   "R...5...R...a...", "C.......c.......", "D...d.u.D.u.d.u.", pad=True),
        ),
        triple=_TRIPLE, keys="felt", snare="brush", fill=("brush", "tom2", "tom3"),
        looseness_s=0.005, gains_db={"guitar": 2.5},
    ),
    "waltz": Style(
        grooves=(
            Groove({}, "R...........", "0.1.2.1.3.1.", ""),
            Groove({}, "R...........", "", "0...d...d..."),
            Groove({}, "R.......a...", "C...c...c...", "0...d...d.u.", pad=True),
        ),
        triple=(
            {"shaker": "....3...3..."},
            {"kick": "6...........", "brush": "....5...5...", "shaker": "4...2...2..."},
            {"kick": "8...........", "brush": "....7...7.2.", "ride": "6...4...4.3."},
        ),
        keys="felt", snare="brush", fill=("brush", "tom2", "tom3"), looseness_s=0.006, room_db=-11.0,
    ),
    "lo-fi": Style(
        grooves=(
            Groove({"hat": "4.3.4.3.4.3.4.3."}, "R...............", "C...............", ""),
            Groove({"kick": "8......4..7.....", "rim": "....7.......7...", "hat": "6.4.5.4.6.4.5.4."},
                   "R......R..5.....", "C.....c.........", "0...3...4...3..."),
            Groove({"kick": "9......5..8.....", "snare": "....8.......8..2", "hat": "6.4.6.4.6.4.6.5."},
                   "R......R..5...a.", "C.....c...c.....", "0...3...4...3.2.", pad=True),
        ),
        triple=_TRIPLE, keys="electric", snare="snare", fill=("rim", "snare", "tom3"),
        looseness_s=0.007, top_hz=8500.0, gains_db={"drums": -1.0, "keys": 1.5},
    ),
}  # fmt: skip


def level_of(energy: float) -> int:
    """Which groove an energy calls for: 0 light, 1 medium, 2 full."""
    return 0 if energy < 0.45 else 1 if energy < 0.7 else 2


def groove_of(style: Style, energy: float, beats_per_bar: int) -> Groove:
    """The groove of a section, its patterns cut to the metre."""
    level = level_of(energy)
    groove = style.grooves[level]
    steps = 4 * beats_per_bar
    drums = groove.drums if beats_per_bar == 4 else style.triple[level]
    return Groove(
        drums={piece: pattern[:steps] for piece, pattern in drums.items()},
        bass=groove.bass[:steps],
        keys=groove.keys[:steps],
        guitar=groove.guitar[:steps],
        pad=groove.pad,
    )
