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
    add_reading,
    add_vocoder,
    given_of,
    path_argument,
    print_json,
    reading_of,
    warn,
)
from vocalkit.cli.control import add_takes, add_wishes, asked_of
from vocalkit.cli.expression import add_expression_options, expression_of
from vocalkit.cli.harmony_options import add_harmony_options, harmony_of
from vocalkit.cli.progress import StageBars
from vocalkit.cli.use import add_use_options, use_of

EXAMPLES = """\
  vocalkit add-vocals song.wav --lyrics words.txt --out my-song
  vocalkit add-vocals song.wav --lyrics words.txt --voice bruno --seed 2 --no-master --out take-2
  vocalkit add-vocals song.wav --lyrics words.lrc --out on-my-times
  vocalkit add-vocals song.wav --score tune.musicxml --format flac --out my-tune
  vocalkit add-vocals song.wav --score tune.musicxml --verse 1 --as-written --out my-verse
  vocalkit add-vocals song.wav --lyrics words.txt --analysis song.json --out corrected
  vocalkit add-vocals song.wav --lyrics words.txt --harmony 2 --doubles 2 --sing oohs --out my-choir
  vocalkit add-vocals song.wav --lyrics words.txt --tension 0.5 --vibrato-rate 6 --portamento 0.12 --out belted
  vocalkit add-vocals song.wav --lyrics words.txt --for demo --genre folk --territory DE --out my-demo
  vocalkit add-vocals song.wav --lyrics words.txt --prompt "hopeful, soaring chorus, laid-back verse" --out hopeful
  vocalkit add-vocals song.wav --lyrics words.txt --energy -0.5 --density 0.5 --best-of 4 --out soft
  vocalkit add-vocals song.wav --lyrics words.txt --variations 2 --out takes
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "add-vocals", summary="sing lyrics on an instrumental", examples=EXAMPLES)
    parser.add_argument("instrumental", type=path_argument, metavar="INSTRUMENTAL", help="WAV, FLAC, MP3 or OGG")
    parser.add_argument(
        "--lyrics", type=path_argument, metavar="FILE", help="the words: plain text, or .lrc with times"
    )
    parser.add_argument(
        "--score",
        type=path_argument,
        metavar="FILE",
        help="your own melody: MusicXML, MIDI, USTX, ABC …, or a performance.json",
    )
    add_music_options(parser)
    add_composer(parser)
    add_fit(parser)
    add_reading(parser)
    add_wishes(parser)
    add_takes(parser)
    parser.add_argument(
        "--harmony", type=int, choices=range(4), default=0, help="harmony voices beside the lead (default: 0)"
    )
    add_harmony_options(parser)
    add_expression_options(parser)
    add_vocoder(parser)
    add_use_options(parser)
    parser.add_argument("--no-master", action="store_true", help="leave the mix as the sum of its stems")
    parser.add_argument("--out", type=path_argument, required=True, metavar="DIR", help="the folder to make")
    add_format(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.files import add_vocals_to_file

    harmony = harmony_of(args, voices=args.harmony)
    more = {"fit": tuple(args.fit), "reading": reading_of(args), "expression": expression_of(args)}
    more |= {"best_of": args.best_of, "harmony": harmony, "composer": args.composer, "vocoder": args.vocoder}
    choices = choices_of(args, master=not args.no_master, **more, **use_of(args))
    if args.variations > 1:
        return _run_variations(args, choices)
    with StageBars() as progress:
        _, report = add_vocals_to_file(
            args.instrumental,
            args.out,
            lyrics=args.lyrics,
            score=args.score,
            given=args.given,
            choices=choices,
            asked=asked_of(args),
            form=args.format,
            progress=progress,
        )
    warn(report.warnings)
    show_render(args, report)
    return 0


def _run_variations(args: argparse.Namespace, choices: Any) -> int:
    from vocalkit.errors import InputError
    from vocalkit.pipelines.files import add_variations_to_folder

    if args.score is not None:
        raise InputError("--variations are of a melody that is written here; leave out --score, or --variations")
    with StageBars() as progress:
        reports = add_variations_to_folder(
            args.instrumental,
            args.out,
            args.variations,
            lyrics=args.lyrics,
            given=args.given,
            choices=choices,
            asked=asked_of(args),
            form=args.format,
            progress=progress,
        )
    warn(tuple(dict.fromkeys(warning for report in reports for warning in report.warnings)))
    if args.json:
        takes = [
            {"out": str(args.out / f"take-{number}"), **report.to_dict({})} for number, report in enumerate(reports, 1)
        ]
        print_json({"out": str(args.out), "takes": takes})
        return 0
    for number, report in enumerate(reports, 1):
        print(f"{args.out / f'take-{number}'}: seed {report.seed}")
        for line in report.quality.lines if report.quality is not None else ():
            print(f"  {line}")
    return 0


def choices_of(args: argparse.Namespace, **more: Any) -> Any:
    """The pipeline's `Choices` from the options that `add_music_options` offers; more: other fields of it."""
    from vocalkit.lyrics import read_lexicon
    from vocalkit.pipelines.choices import Choices

    return Choices(
        voice=args.voice,
        tempo_bpm=args.tempo,
        key=args.key,
        known=given_of(args),
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
    for line in report.quality.lines if report.quality is not None else ():
        print(line)
    for path in sorted(args.out.iterdir()):
        print(path)
