"""Argument types and groups that several commands share: a value out of range fails at once."""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vocalkit.errors import VocalkitError

if TYPE_CHECKING:
    from vocalkit.types import Key

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
LARGEST_SEED = 2**32 - 1

Commands = Any
"""argparse's subparsers object, whose class is private."""


def bpm(text: str) -> float:
    value = _number(text)
    if not SLOWEST_BPM <= value <= FASTEST_BPM:
        raise argparse.ArgumentTypeError(f"a tempo must be {SLOWEST_BPM:.0f} to {FASTEST_BPM:.0f} BPM, got {text}")
    return value


def seconds(text: str) -> float:
    value = _number(text)
    if value < 0:
        raise argparse.ArgumentTypeError(f"seconds must not be negative, got {text}")
    return value


def seed(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= LARGEST_SEED:
        raise argparse.ArgumentTypeError(f"a seed is a whole number 0 to {LARGEST_SEED}, got {text!r}")
    return value


def port(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value <= 65535:
        raise argparse.ArgumentTypeError(f"a port is a whole number 0 to 65535, got {text!r}")
    return value


def key(text: str) -> Key:
    from vocalkit.types import Key

    try:
        return Key.parse(text)
    except VocalkitError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise argparse.ArgumentTypeError(f"expected a finite number, got {text!r}")
    return value


def add_command(
    commands: Commands, common: argparse.ArgumentParser, name: str, *, summary: str, examples: str
) -> argparse.ArgumentParser:
    """A command's parser with its examples under the options."""
    parser: argparse.ArgumentParser = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[0].upper()}{summary[1:]}.",
        epilog=f"examples:\n{examples}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
        allow_abbrev=False,
    )
    return parser


def add_music_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that listens to a backing and sets words to it."""
    parser.add_argument("--voice", metavar="NAME", help="a voice from `vocalkit voice list` (default: the first)")
    parser.add_argument("--tempo", type=bpm, metavar="BPM", help="the tempo, where you know it (default: heard)")
    parser.add_argument("--key", type=key, metavar="KEY", help="the key, such as C, F#m, 'Bb major' (default: heard)")
    parser.add_argument("--start", type=seconds, metavar="SECONDS", help="where singing may begin")
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the lyrics (default: en-us)")
    parser.add_argument("--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations: lexicon.tsv")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="another seed, another take (default: 0)")


def add_composer(parser: argparse.ArgumentParser) -> None:
    """Who writes the melody."""
    parser.add_argument(
        "--composer", default="rules", metavar="NAME", help="who writes the tune: rules (default) or learned"
    )


def add_fit(parser: argparse.ArgumentParser) -> None:
    """What may give way where lyrics and the notes of a score are not as many."""
    parser.add_argument(
        "--fit",
        action="append",
        choices=("slur", "split", "drop"),
        default=[],
        help="where lyrics and notes are not as many: slur or split notes, drop what is over (several times)",
    )


def add_format(parser: argparse.ArgumentParser) -> None:
    """How the sounds of a render are written."""
    parser.add_argument(
        "--format",
        choices=("wav", "flac", "mp3", "ogg"),
        default="wav",
        help="of the sounds (default: wav); ogg holds no signed manifest",
    )


def add_json(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def path_argument(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("a file name must not be empty")
    return Path(text)


def print_json(value: Mapping[str, Any] | list[Any]) -> None:
    print(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False))


def warn(messages: tuple[str, ...]) -> None:
    """Show warnings: one line each, beside the errors' channel."""
    for message in messages:
        print(f"vocalkit: warning: {message}", file=sys.stderr)
