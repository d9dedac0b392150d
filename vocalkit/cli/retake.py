"""`vocalkit retake`: a part of a finished song again, everything else as it was."""

from __future__ import annotations

import argparse

from vocalkit.cli.add_vocals import show_render
from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, seed, warn
from vocalkit.cli.control import add_wishes, asked_of, take_count
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit retake my-song --part "Verse 1" --out my-song-2
  vocalkit retake my-song --part 4-7s --seed 5 --energy 0.5 --out my-song-3
  vocalkit retake my-song --part "Verse 1" --keep-tune --out my-song-4 --json
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands,
        common,
        "retake",
        summary="sing a part of a render again and leave the rest as it is",
        examples=EXAMPLES,
    )
    parser.add_argument("folder", type=path_argument, metavar="DIR", help="what add-vocals wrote, as WAV or FLAC")
    parser.add_argument(
        "--part", required=True, metavar="PART", help="a section such as 'Chorus 1', or a stretch such as 12-16s"
    )
    parser.add_argument("--seed", type=seed, metavar="N", help="another seed, another take (default: a new one)")
    parser.add_argument("--keep-tune", action="store_true", help="sing the same notes again")
    parser.add_argument(
        "--best-of", type=take_count, default=4, metavar="N", help="write N and keep the best (default: 4)"
    )
    parser.add_argument(
        "--instrumental", type=path_argument, metavar="FILE", help="where the instrumental lies, if it was moved"
    )
    add_wishes(parser)
    parser.add_argument("--out", type=path_argument, required=True, metavar="DIR", help="the folder to make")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.retake import Retake, retake_folder

    request = Retake(
        part=args.part,
        seed=args.seed,
        keep_tune=args.keep_tune,
        best_of=args.best_of,
        instrumental=args.instrumental,
        asked=asked_of(args),
    )
    with StageBars() as progress:
        _, report = retake_folder(args.folder, args.out, request, progress=progress)
    warn(report.warnings)
    if not args.json and report.retake is not None:
        told = report.retake
        print(f"{told['part']}: sung again from {told['start_s']:.2f} to {told['end_s']:.2f} s, seed {told['seed']}")
    show_render(args, report)
    return 0
