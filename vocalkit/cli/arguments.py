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
from vocalkit.synth.names import DEFAULT_VOCODER, VOCODER_NAMES

if TYPE_CHECKING:
    from vocalkit.score import Reading
    from vocalkit.types import Given, Key, Metre

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
LARGEST_SEED = 2**32 - 1

Commands = Any
"""argparse's subparsers object, whose class is private."""


def bpm(text: str) -> float:
    value = number(text)
    if not SLOWEST_BPM <= value <= FASTEST_BPM:
        raise argparse.ArgumentTypeError(f"a tempo must be {SLOWEST_BPM:.0f} to {FASTEST_BPM:.0f} BPM, got {text}")
    return value


def seconds(text: str) -> float:
    value = number(text)
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


def ordinal(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = 0
    if value < 1:
        raise argparse.ArgumentTypeError(f"expected a number from 1 on, got {text!r}")
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


def metre(text: str) -> Metre:
    from vocalkit.types import Metre

    try:
        return Metre.parse(text)
    except VocalkitError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def number(text: str) -> float:
    """Any finite number; what uses it knows its range."""
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
    add_backing_options(parser)
    parser.add_argument("--start", type=seconds, metavar="SECONDS", help="where singing may begin")
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the lyrics (default: en-us)")
    parser.add_argument("--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations: lexicon.tsv")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="another seed, another take (default: 0)")


def add_backing_options(parser: argparse.ArgumentParser) -> None:
    """What the user knows of the backing; everything else is heard and follows it."""
    known = parser.add_argument_group("what you know of the backing (default: heard)")
    known.add_argument("--tempo", type=bpm, metavar="BPM", help="the tempo; in 6/8 of the dotted pulse")
    known.add_argument("--first-downbeat", type=seconds, metavar="SECONDS", help="when a bar begins, such as the first")
    known.add_argument("--metre", type=metre, metavar="N/M", help="such as 4/4, 3/4, 6/8 or 5/4")
    known.add_argument("--key", type=key, metavar="KEY", help="the key, such as C, F#m, 'Bb major'")
    known.add_argument("--chords", type=path_argument, metavar="CHART", help="a chord chart: docs/chord-charts.md")
    known.add_argument("--analysis", type=path_argument, metavar="FILE", help="a corrected `vocalkit analyze -o FILE`")


def given_of(args: argparse.Namespace) -> Given:
    """What `add_backing_options` was told, tempo and key apart: those are a pipeline's `Choices` themselves."""
    from vocalkit.errors import InputError
    from vocalkit.pipelines.inputs import read_given
    from vocalkit.types import Given

    if args.analysis is not None and (args.tempo is not None or args.key is not None):
        raise InputError("--analysis says it all: correct tempo and key in the file instead of adding --tempo or --key")
    given = Given(first_downbeat_s=args.first_downbeat, metre=args.metre)
    return read_given(chords=args.chords, analysis=args.analysis, given=given)


def add_composer(parser: argparse.ArgumentParser) -> None:
    """Who writes the melody."""
    parser.add_argument(
        "--composer", default="rules", metavar="NAME", help="who writes the tune: rules (default) or learned"
    )


def add_vocoder(parser: argparse.ArgumentParser) -> None:
    """What turns the sung features into sound."""
    parser.add_argument(
        "--vocoder",
        default=DEFAULT_VOCODER,
        metavar="NAME",
        help=f"what makes the sound: {', '.join(VOCODER_NAMES)} (default: {DEFAULT_VOCODER})",
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


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Which line of a score file is read, for every command that reads one; `reading_of` takes it up."""
    group = parser.add_argument_group("which line of the score")
    group.add_argument(
        "--verse", type=ordinal, default=1, metavar="N", help="whose words; repeats go on from it (default: 1)"
    )
    group.add_argument("--part", type=ordinal, metavar="N", help="part or track (default: the first with words)")
    group.add_argument(
        "--part-voice", type=ordinal, metavar="N", help="voice of a part that has several (default: most words)"
    )
    group.add_argument("--song", type=ordinal, default=1, metavar="N", help="tune of a file with many (default: 1)")
    group.add_argument("--as-written", action="store_true", help="do not play repeats")


def reading_of(args: argparse.Namespace) -> Reading:
    """What `add_reading` and ``--lang`` said."""
    from vocalkit.score import Reading

    return Reading(args.lang, args.verse, args.part, args.part_voice, not args.as_written, args.song)


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
