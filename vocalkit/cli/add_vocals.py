"""`vocalkit add-vocals`: the whole chain, from an instrumental and words to a folder."""

from __future__ import annotations

import argparse
from typing import Any

from vocalkit.cli.arguments import (
    Commands,
    add_command,
    add_composer,
    add_fit,
    add_format,
    add_json,
    add_music_options,
    path_argument,
    print_json,
    warn,
)
from vocalkit.cli.progress import StageBars
from vocalkit.cli.use import add_use_options, use_of

EXAMPLES = """\
  vocalkit add-vocals song.wav --lyrics words.txt --out my-song
  vocalkit add-vocals song.wav --lyrics words.txt --voice bruno --seed 2 --no-master --out take-2
  vocalkit add-vocals song.wav --lyrics words.lrc --out on-my-times
  vocalkit add-vocals song.wav --score tune.musicxml --format flac --out my-tune
  vocalkit add-vocals song.wav --lyrics words.txt --for demo --genre folk --territory DE --out my-demo
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "add-vocals", summary="sing lyrics on an instrumental", examples=EXAMPLES)
    parser.add_argument("instrumental", type=path_argument, metavar="INSTRUMENTAL", help="WAV, FLAC, MP3 or OGG")
    parser.add_argument(
        "--lyrics", type=path_argument, metavar="FILE", help="the words: plain text, or .lrc with times"
    )
    parser.add_argument("--score", type=path_argument, metavar="FILE", help="your own melody: MusicXML or MIDI")
    add_music_options(parser)
    add_composer(parser)
    add_fit(parser)
    add_use_options(parser)
    parser.add_argument("--no-master", action="store_true", help="leave the mix as the sum of its stems")
    parser.add_argument("--out", type=path_argument, required=True, metavar="DIR", help="the folder to make")
    add_format(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.files import add_vocals_to_file

    choices = choices_of(args, composer=args.composer, master=not args.no_master, fit=tuple(args.fit), **use_of(args))
    with StageBars() as progress:
        _, report = add_vocals_to_file(
            args.instrumental,
            args.out,
            lyrics=args.lyrics,
            score=args.score,
            choices=choices,
            form=args.format,
            progress=progress,
        )
    warn(report.warnings)
    show_render(args, report)
    return 0


def choices_of(args: argparse.Namespace, **more: Any) -> Any:
    """The pipeline's `Choices` from the options that `add_music_options` offers; more: other fields of it."""
    from vocalkit.lyrics import read_lexicon
    from vocalkit.pipelines.add_vocals import Choices

    return Choices(
        voice=args.voice,
        tempo_bpm=args.tempo,
        key=args.key,
        start_s=args.start,
        language=args.lang,
        seed=args.seed,
        lexicon=None if args.lexicon is None else read_lexicon(args.lexicon),
        **more,
    )


def show_render(args: argparse.Namespace, report: Any) -> None:
    """Tell where the files are, and the figures one wants to see at once."""
    if args.json:
        print_json({"out": str(args.out), **report.to_dict({})})
        return
    if report.heard is not None and report.loudness is not None:
        heard, levels = report.heard, report.loudness
        print(
            f"heard {heard.tempo_bpm:.1f} BPM, {heard.key}; {report.notes} notes sung by {report.provenance.voice_id}"
        )
        print(
            f"mix {levels.lufs:.1f} LUFS, {levels.true_peak_dbtp:.1f} dBTP, "
            f"vocals {levels.vocal_lift_lu:+.1f} LU over the backing"
        )
    for path in sorted(args.out.iterdir()):
        print(path)
