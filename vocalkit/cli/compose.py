"""`vocalkit compose`: only the melody, as a score to edit."""

from __future__ import annotations

import argparse

from vocalkit.cli.add_vocals import choices_of
from vocalkit.cli.arguments import (
    Commands,
    add_command,
    add_composer,
    add_json,
    add_music_options,
    path_argument,
    print_json,
)
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit compose song.wav --lyrics words.txt -o tune.musicxml
  vocalkit compose song.wav --lyrics words.txt --seed 3 -o tune.mid --json
  vocalkit compose song.wav --lyrics words.lrc --composer rules -o tune.musicxml
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "compose", summary="set lyrics to a melody and write the score", examples=EXAMPLES
    )
    parser.add_argument("instrumental", type=path_argument, metavar="INSTRUMENTAL", help="WAV, FLAC, MP3 or OGG")
    parser.add_argument(
        "--lyrics", type=path_argument, required=True, metavar="FILE", help="plain text, or .lrc with times"
    )
    add_music_options(parser)
    add_composer(parser)
    parser.add_argument(
        "-o", "--output", type=path_argument, required=True, metavar="FILE", help="a .musicxml or .mid file"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.files import compose_file

    choices = choices_of(args, composer=args.composer)
    with StageBars() as progress:
        score = compose_file(args.instrumental, args.lyrics, args.output, choices=choices, progress=progress)
    if args.json:
        notes = [
            {
                "start_s": round(note.start_s, 6),
                "end_s": round(note.end_s, 6),
                "midi": note.pitch_midi,
                "syllable": note.syllable.text if note.syllable else None,
            }
            for note in score.notes
        ]
        print_json({"output": str(args.output), "key": score.key.name if score.key else None, "notes": notes})
        return 0
    print(f"{args.output}: {len(score.notes)} notes, {score.notes[0].start_s:.2f} to {score.end_s:.2f} s")
    return 0
