"""`vocalkit sing`: a score, or an edited performance, sung dry."""

from __future__ import annotations

import argparse

from vocalkit.cli.add_vocals import show_render
from vocalkit.cli.arguments import (
    Commands,
    add_command,
    add_fit,
    add_format,
    add_json,
    add_reading,
    add_vocoder,
    path_argument,
    reading_of,
    seed,
    warn,
)
from vocalkit.cli.expression import add_expression_options, expression_of
from vocalkit.cli.progress import StageBars
from vocalkit.cli.use import add_use_options, use_of

EXAMPLES = """\
  vocalkit sing tune.musicxml --voice clara --out tune
  vocalkit sing tune.mid --lyrics words.txt --voice bruno --out tune-low
  vocalkit sing my-song/performance.json --voice clara --for noncommercial_music --out again
  vocalkit sing tune.musicxml --breathiness 0.4 --loudness -6 --vibrato-depth 30 --out softly
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "sing", summary="sing a score or an edited performance.json", examples=EXAMPLES
    )
    parser.add_argument(
        "score", type=path_argument, metavar="SCORE", help="MusicXML, MIDI, USTX, ABC … or performance.json"
    )
    parser.add_argument("--lyrics", type=path_argument, metavar="FILE", help="words to lay under the notes")
    parser.add_argument("--voice", metavar="NAME", help="a voice from `vocalkit voice list` (default: the first)")
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the lyrics (default: en-us)")
    parser.add_argument("--seed", type=seed, default=0, metavar="N", help="another seed, another take (default: 0)")
    parser.add_argument("--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations: lexicon.tsv")
    add_fit(parser)
    add_reading(parser)
    add_expression_options(parser)
    add_vocoder(parser)
    add_use_options(parser)
    parser.add_argument("--out", type=path_argument, required=True, metavar="DIR", help="the folder to make")
    add_format(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.lyrics import read_lexicon
    from vocalkit.pipelines.choices import Choices
    from vocalkit.pipelines.files import sing_file

    choices = Choices(
        voice=args.voice,
        language=args.lang,
        seed=args.seed,
        lexicon=None if args.lexicon is None else read_lexicon(args.lexicon),
        fit=tuple(args.fit),
        reading=reading_of(args),
        expression=expression_of(args),
        vocoder=args.vocoder,
        **use_of(args),
    )
    with StageBars() as progress:
        _, report = sing_file(
            args.score, args.out, lyrics=args.lyrics, choices=choices, form=args.format, progress=progress
        )
    warn(report.warnings)
    show_render(args, report)
    return 0
