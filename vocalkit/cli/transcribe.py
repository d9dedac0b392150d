"""`vocalkit transcribe`: a hummed or sung idea to a score, and to a performance that follows it."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import (
    Commands,
    add_command,
    add_fit,
    add_json,
    bpm,
    key,
    path_argument,
    print_json,
    warn,
)
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit transcribe hum.wav -o hum.musicxml
  vocalkit transcribe hum.wav --lyrics words.txt --backing song.wav --pitch key -o hum.mid
  vocalkit transcribe hum.wav --tempo 96 --performance hum.json -o hum.musicxml --json
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "transcribe", summary="turn a hum or a sung line into a score", examples=EXAMPLES
    )
    parser.add_argument("hum", type=path_argument, metavar="HUM", help="one voice alone: WAV, FLAC, MP3 or OGG")
    parser.add_argument("--lyrics", type=path_argument, metavar="FILE", help="words to lay under the notes")
    parser.add_argument(
        "--backing", type=path_argument, metavar="TRACK", help="what was hummed to: gives tempo, key and tuning"
    )
    parser.add_argument(
        "--pitch",
        choices=("sung", "semitone", "key"),
        default="semitone",
        help="leave pitches as sung, write the semitone that was meant, or put every note in the key "
        "(default: semitone)",
    )
    parser.add_argument("--key", type=key, metavar="KEY", help="the key, such as C, F#m, 'Bb major' (default: heard)")
    parser.add_argument("--tempo", type=bpm, metavar="BPM", help="the tempo, where you know it")
    parser.add_argument("--lang", default="en-us", metavar="CODE", help="language of the lyrics (default: en-us)")
    parser.add_argument("--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations: lexicon.tsv")
    add_fit(parser)
    parser.add_argument(
        "--performance",
        type=path_argument,
        metavar="FILE.json",
        help="also write how it was hummed, for `vocalkit sing` to follow",
    )
    parser.add_argument(
        "-o",
        "--output",
        type=path_argument,
        required=True,
        metavar="FILE",
        help="the score; its suffix says the format",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.lyrics import read_lexicon
    from vocalkit.pipelines.transcribe import HumChoices, transcribe_file

    choices = HumChoices(
        pitch=args.pitch,
        key=args.key,
        tempo_bpm=args.tempo,
        language=args.lang,
        lexicon=None if args.lexicon is None else read_lexicon(args.lexicon),
        **({"fit": tuple(args.fit)} if args.fit else {}),
    )
    with StageBars() as progress:
        made = transcribe_file(
            args.hum,
            args.output,
            lyrics=args.lyrics,
            backing=args.backing,
            performance=args.performance,
            choices=choices,
            progress=progress,
        )
    warn(made.warnings)
    tune = made.transcription.tune
    if args.json:
        notes = [
            {
                "start_s": round(note.start_s, 4),
                "end_s": round(note.end_s, 4),
                "midi": round(note.pitch_midi, 3),
                "sung_midi": round(sung.pitch_midi, 3),
                "certainty": round(sung.certainty, 3),
            }
            for note, sung in zip(made.transcription.notes, made.transcription.sung, strict=True)
        ]
        print_json(
            {
                "output": str(args.output),
                "key": tune.key.name,
                "tuning_cents": round(tune.tuning_cents, 1),
                "notes": notes,
                "not_carried": list(made.losses),
                "warnings": list(made.warnings),
            }
        )
        return 0
    print(f"{args.output}: {len(made.score.notes)} notes, {tune.key.name}, {tune.tuning_cents:+.0f} cents from 440 Hz")
    for loss in made.losses:
        print(f"  not carried: {loss}")
    return 0
