"""`vocalkit resynth`: a recording taken apart and made again by a vocoder."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from vocalkit.cli.arguments import Commands, add_command, add_json, add_vocoder, path_argument, print_json, seed
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit resynth take.wav -o copy.wav
  vocalkit resynth take.wav -o up.wav --transpose 3
  vocalkit resynth take.wav -o baseline.wav --vocoder griffinlim
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "resynth", summary="make a recording of one voice again with a vocoder", examples=EXAMPLES
    )
    parser.add_argument("recording", type=path_argument, metavar="IN", help="one voice: WAV, FLAC, MP3 or OGG")
    parser.add_argument("-o", "--out", type=path_argument, required=True, metavar="OUT", help="the WAV file to write")
    parser.add_argument(
        "--transpose", type=float, default=0.0, metavar="SEMITONES", help="another pitch, same formants (default: 0)"
    )
    add_vocoder(parser)
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="another seed, another noise (default: 0)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.resynth import resynth_file

    with StageBars() as progress:
        done = resynth_file(
            args.recording, args.out, vocoder=args.vocoder, semitones=args.transpose, seed=args.seed, progress=progress
        )
    if args.json:
        print_json({"recording": str(args.recording), "out": str(args.out), **asdict(done)})
        return 0
    turned = f", turned down {-done.gain_db:.1f} dB" if done.gain_db else ""
    print(f"{args.out}: {done.duration_s:.2f} s by {done.vocoder}, {done.transposed_semitones:+g} semitones{turned}")
    return 0
