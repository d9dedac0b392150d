"""What a user may wish of the tune: options that `add-vocals`, `compose` and `retake` share."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vocalkit.cli.arguments import path_argument

if TYPE_CHECKING:
    from vocalkit.pipelines.control import Asked

MOST_TAKES = 16

SLIDER_HELP = {
    "range": "-1 narrow to 1 wide in pitch",
    "energy": "-1 low and soft to 1 high and strong",
    "complexity": "-1 plain to 1 ornate",
    "density": "-1 few long notes to 1 many short ones",
    "repetition": "-1 ever new to 1 ever the same",
    "syncopation": "-1 on the beat to 1 off it",
}


def slider(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = 2.0
    if not -1.0 <= value <= 1.0:
        raise argparse.ArgumentTypeError(f"a slider goes from -1 to 1, got {text}")
    return value


def take_count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if not 1 <= value <= MOST_TAKES:
        raise argparse.ArgumentTypeError(f"expected a whole number from 1 to {MOST_TAKES}, got {text!r}")
    return value


def add_wishes(parser: argparse.ArgumentParser) -> None:
    """Prompt, sliders and reference."""
    group = parser.add_argument_group("the tune", "sliders go from -1 to 1; 0 is as people write")
    group.add_argument(
        "--prompt", default="", metavar="WORDS", help="such as 'hopeful, soaring chorus, laid-back verse'"
    )
    for name, text in SLIDER_HELP.items():
        group.add_argument(f"--{name}", type=slider, metavar="X", help=text)
    group.add_argument(
        "--reference", type=path_argument, metavar="TRACK", help="takes tempo feel, energy curve and range from it"
    )


def add_takes(parser: argparse.ArgumentParser) -> None:
    """How many takes are written and kept."""
    parser.add_argument(
        "--best-of", type=take_count, default=1, metavar="N", help="write N takes and keep the one of best quality"
    )
    parser.add_argument(
        "--continue",
        dest="given",
        type=path_argument,
        metavar="SCORE",
        help="go on from these first bars, MusicXML or MIDI; they are sung to the first of the lyrics",
    )
    parser.add_argument(
        "--variations", type=take_count, default=1, metavar="N", help="N truly different takes, the best first"
    )


def asked_of(args: argparse.Namespace) -> Asked:
    """What `add_wishes` read."""
    from vocalkit.pipelines.control import Asked

    sliders = {name: value for name in SLIDER_HELP if (value := getattr(args, name)) is not None}
    return Asked(args.prompt, sliders, args.reference)
