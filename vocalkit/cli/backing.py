"""`vocalkit backing`: a chord chart, played by the project's own band."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json, seed

EXAMPLES = """\
  vocalkit backing chart.txt -o backing.wav
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "backing", summary="play a chord chart and write it as WAV", examples=EXAMPLES
    )
    parser.add_argument("chart", type=path_argument, metavar="CHART", help="the chart, plain text")
    parser.add_argument("-o", "--output", type=path_argument, required=True, metavar="FILE", help="a .wav file")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="another seed, another touch (default: 0)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.files import render_chart_file

    audio = render_chart_file(args.chart, args.output, seed=args.seed)
    if args.json:
        facts = {"duration_s": audio.duration_s, "sample_rate": audio.sample_rate, "channels": audio.channels}
        print_json({"output": str(args.output), **facts})
        return 0
    print(f"{args.output}: {audio.duration_s:.1f} s, {audio.sample_rate} Hz")
    return 0
