"""`vocalkit bench`: sing on every track of a folder and measure what came out."""

from __future__ import annotations

import argparse
from pathlib import Path

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit bench tracks --lyrics poems
  vocalkit bench tracks --lyrics poems --skip '*vocals*' --json --out renders
"""
CHECKOUT_LYRICS = Path("docs/examples/lyrics")


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "bench", summary="measure the whole chain on a folder of tracks", examples=EXAMPLES
    )
    parser.add_argument("folder", type=path_argument, metavar="FOLDER", help="tracks, searched in subfolders too")
    parser.add_argument(
        "--lyrics", type=path_argument, default=CHECKOUT_LYRICS, metavar="DIR",
        help=f"a folder of .txt lyrics (default: {CHECKOUT_LYRICS}, in a checkout)",
    )  # fmt: skip
    parser.add_argument("--skip", action="append", default=[], metavar="PATTERN", help="leave matching paths out")
    parser.add_argument("--voice", metavar="NAME", help="one voice for all (default: the voices take turns)")
    parser.add_argument("--out", type=path_argument, metavar="DIR", help="keep the renders in this folder")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.bench import as_json, plan, run_bench
    from vocalkit.pipelines.bench_table import tables

    trials = plan(args.folder, args.lyrics, skip=args.skip, voice=args.voice)
    with StageBars() as progress:
        outcomes = tuple(run_bench(trials, out=args.out, progress=progress))
    print(as_json(outcomes) if args.json else tables(outcomes))
    return 2 if any(outcome.error for outcome in outcomes) else 0
