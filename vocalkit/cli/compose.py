"""`vocalkit compose`: only the melody, as a score to edit."""

from __future__ import annotations

import argparse
from typing import Any

from vocalkit.cli.add_vocals import choices_of
from vocalkit.cli.arguments import (
    Commands,
    add_command,
    add_composer,
    add_json,
    add_music_options,
    path_argument,
    print_json,
    warn,
)
from vocalkit.cli.control import add_takes, add_wishes, asked_of
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit compose song.wav --lyrics words.txt -o tune.musicxml
  vocalkit compose song.wav --lyrics words.txt --seed 3 -o tune.mid --json
  vocalkit compose song.wav --lyrics words.txt --first-downbeat 0.25 --chords chart.txt -o tune.musicxml
  vocalkit compose song.wav --lyrics words.txt --prompt "catchy, sparse verse" --best-of 4 -o catchy.musicxml
  vocalkit compose song.wav --lyrics words.txt --variations 3 -o takes.musicxml
  vocalkit compose song.wav --lyrics words.txt --reference other.wav --range 0.5 -o after.musicxml
  vocalkit compose song.wav --lyrics words.txt --continue opening.musicxml -o whole.musicxml
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
    add_wishes(parser)
    add_takes(parser)
    parser.add_argument(
        "-o", "--output", type=path_argument, required=True, metavar="FILE", help="a .musicxml or .mid file"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.files import compose_file

    choices = choices_of(args, best_of=args.best_of, composer=args.composer)
    with StageBars() as progress:
        written = compose_file(
            args.instrumental,
            args.lyrics,
            args.output,
            choices=choices,
            asked=asked_of(args),
            variations=args.variations,
            given=args.given,
            progress=progress,
        )
    warn(tuple(dict.fromkeys((*written[0][1].notices, *(text for _, tune in written for text in tune.warnings)))))
    if args.json:
        takes = [_as_json(path, tune) for path, tune in written]
        print_json(takes[0] if args.variations == 1 else {"output": str(args.output), "takes": takes})
        return 0
    for path, tune in written:
        score = tune.score
        when = f"{score.notes[0].start_s:.2f} to {score.end_s:.2f} s"
        print(f"{path}: {len(score.notes)} notes, {when}, seed {tune.seed}{_apart(tune)}")
        for line in tune.report.lines:
            print(f"  {line}")
    return 0


def _apart(tune: Any) -> str:
    return "" if tune.distance is None else f", {100 * tune.distance:.0f} % unlike the nearest take"


def _as_json(path: Any, tune: Any) -> dict[str, Any]:
    notes = [
        {
            "start_s": round(note.start_s, 6),
            "end_s": round(note.end_s, 6),
            "midi": note.pitch_midi,
            "syllable": note.syllable.text if note.syllable else None,
        }
        for note in tune.score.notes
    ]
    key = tune.score.key.name if tune.score.key else None
    facts = {"seed": tune.seed, "distance": tune.distance, "quality": tune.report.to_dict()}
    return {"output": str(path), "key": key, "notes": notes, **facts}
