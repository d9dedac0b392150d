"""`vocalkit voice align`: when each phoneme of a recording is said or sung."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_json, path_argument, print_json


def add_align(actions: Commands, common: argparse.ArgumentParser) -> None:
    """The action and its options."""
    parser = actions.add_parser("align", help="find when each phoneme of a recording is said", parents=[common])
    parser.add_argument("clip", type=path_argument, metavar="CLIP", help="WAV, FLAC, MP3 or OGG, at most a minute")
    parser.add_argument("--text", required=True, metavar="WORDS", help="what it says")
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the words (default: en-us)")
    parser.add_argument("--aligner", default="own", metavar="NAME", help="own (default) or pocketsphinx")
    parser.add_argument("--plot", type=path_argument, metavar="FILE.png", help="draw the spectrogram with the phonemes")
    add_json(parser)
    parser.set_defaults(run=run_align)


def run_align(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.align_clip import align_clip

    spans = align_clip(args.clip, args.text, language=args.lang, aligner=args.aligner, picture=args.plot)
    if args.json:
        rows = [{"symbol": s.symbol, "start_s": round(s.start_s, 4), "end_s": round(s.end_s, 4)} for s in spans]
        print_json(rows)
        return 0
    for span in spans:
        print(f"{span.start_s:8.3f} {span.end_s:8.3f}  {span.symbol}")
    return 0
