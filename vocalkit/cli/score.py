"""`vocalkit score`: from one format to another, and a look for what cannot be sung."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from vocalkit.cli.arguments import (
    Commands,
    add_command,
    add_json,
    add_reading,
    path_argument,
    print_json,
    reading_of,
    warn,
)

EXAMPLES = """\
  vocalkit score convert tune.musicxml tune.ustx
  vocalkit score convert tune.mid tune.ds --lang en-us --lexicon lexicon.tsv
  vocalkit score convert tune.musicxml once.musicxml --as-written
  vocalkit score check tune.musicxml --voice clara --plot tune.png
  vocalkit score check tune.mid --json
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "score", summary="convert scores and check them", examples=EXAMPLES)
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    converting = actions.add_parser(
        "convert", parents=[common],
        help="MusicXML, MIDI, USTX, UST, .ds, UltraStar .txt, LRC; reads MXL, KAR and ABC too",
    )  # fmt: skip
    converting.add_argument("source", type=path_argument, metavar="IN")
    converting.add_argument("target", type=path_argument, metavar="OUT", help="its suffix says the format")
    converting.add_argument(
        "--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations for a .ds file: lexicon.tsv"
    )
    _add_common(converting)
    converting.set_defaults(run=run_convert)
    checking = actions.add_parser("check", parents=[common], help="what a singer would stumble over")
    checking.add_argument("source", type=path_argument, metavar="FILE")
    checking.add_argument("--voice", metavar="NAME", help="check against the range of this voice")
    checking.add_argument("--plot", type=path_argument, metavar="FILE.png", help="draw the notes, findings marked")
    _add_common(checking)
    checking.set_defaults(run=run_check)


def _add_common(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the words (default: en-us)")
    add_reading(parser)
    add_json(parser)


def run_convert(args: argparse.Namespace) -> int:
    from vocalkit.lyrics import read_lexicon
    from vocalkit.pipelines.score import convert_score

    lexicon = None if args.lexicon is None else read_lexicon(args.lexicon)
    made = convert_score(args.source, args.target, reading=reading_of(args), lexicon=lexicon)
    if args.json:
        print_json(asdict(made))
        return 0
    warn(made.warnings)
    print(f"{args.target}: {made.notes} notes, {made.syllables} syllables, {made.duration_s:.1f} s")
    for loss in made.losses:
        print(f"  not carried: {loss}")
    return 0


def run_check(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.score import check_score

    checked = check_score(args.source, reading=reading_of(args), voice=args.voice, picture=args.plot)
    if args.json:
        print_json(asdict(checked))
        return 0
    warn(checked.warnings)
    print(f"{checked.title or args.source.name}: {checked.notes} notes, {checked.syllables} syllables")
    for finding in checked.findings:
        print(f"  bar {finding.bar}, {finding.time_s:.1f} s: {finding.text}")
    if not checked.findings:
        print("  nothing to complain about")
    return 0
