"""`vocalkit harmonize`: a score sung by several voices."""

from __future__ import annotations

import argparse

from vocalkit.cli.add_vocals import choices_of, show_render
from vocalkit.cli.arguments import (
    Commands,
    add_backing_options,
    add_command,
    add_fit,
    add_format,
    add_json,
    add_vocoder,
    path_argument,
    seconds,
    seed,
    warn,
)
from vocalkit.cli.harmony_options import add_harmony_options, harmony_of
from vocalkit.cli.progress import StageBars
from vocalkit.cli.use import add_use_options, use_of

EXAMPLES = """\
  vocalkit harmonize tune.musicxml --voices 3 --out choir
  vocalkit harmonize tune.musicxml --voices 2 --doubles 2 --sing oohs --voice bruno --out oohs
  vocalkit harmonize tune.musicxml --voices 2 --backing song.wav --out on-the-track
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "harmonize", summary="sing a score in several voices", examples=EXAMPLES)
    parser.add_argument("score", type=path_argument, metavar="SCORE", help="MusicXML, MIDI or another score")
    parser.add_argument(
        "--voices", type=int, choices=(1, 2, 3, 4), default=3, help="how many voices, the lead among them (default: 3)"
    )
    add_harmony_options(parser)
    parser.add_argument("--lyrics", type=path_argument, metavar="FILE", help="words to lay under the notes")
    parser.add_argument(
        "--backing", type=path_argument, metavar="TRACK", help="sing it on this track, with the chords heard there"
    )
    parser.add_argument("--voice", metavar="NAME", help="a voice from `vocalkit voice list` (default: the first)")
    add_backing_options(parser)
    parser.add_argument("--start", type=seconds, metavar="SECONDS", help="where singing may begin on the backing")
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the lyrics (default: en-us)")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="another seed, another take (default: 0)")
    parser.add_argument("--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations: lexicon.tsv")
    add_fit(parser)
    add_vocoder(parser)
    add_use_options(parser)
    parser.add_argument(
        "--no-master", action="store_true", help="with a backing, leave the mix as the sum of its stems"
    )
    parser.add_argument("--out", type=path_argument, required=True, metavar="DIR", help="the folder to make")
    add_format(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.harmonize import harmonize_file

    choices = choices_of(
        args,
        master=not args.no_master,
        fit=tuple(args.fit),
        harmony=harmony_of(args, voices=args.voices - 1),
        vocoder=args.vocoder,
        **use_of(args),
    )
    with StageBars() as progress:
        _, report = harmonize_file(
            args.score,
            args.out,
            lyrics=args.lyrics,
            backing=args.backing,
            choices=choices,
            form=args.format,
            progress=progress,
        )
    warn(report.warnings)
    show_render(args, report)
    return 0
