"""`vocalkit analyze`: tempo, metre, keys, chords and sections of a recording."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from vocalkit.cli.arguments import (
    Commands,
    add_backing_options,
    add_command,
    add_json,
    given_of,
    path_argument,
    print_json,
    warn,
)
from vocalkit.cli.progress import StageBars

if TYPE_CHECKING:
    from vocalkit.pipelines.report import Heard

EXAMPLES = """\
  vocalkit analyze song.wav
  vocalkit analyze song.wav --tempo 96 --json
  vocalkit analyze song.wav --plot song.png
  vocalkit analyze song.wav --first-downbeat 0.25 --metre 4/4 --key G
  vocalkit analyze song.wav --chords chart.txt
  vocalkit analyze song.wav -o song.json
  vocalkit analyze song.wav --analysis song.json --plot corrected.png
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "analyze", summary="hear tempo, metre, keys, chords and sections", examples=EXAMPLES
    )
    parser.add_argument("track", type=path_argument, metavar="TRACK", help="WAV, FLAC, MP3 or OGG")
    add_backing_options(parser)
    parser.add_argument(
        "-o", "--output", type=path_argument, metavar="FILE", help="a .json to correct by hand and give to --analysis"
    )
    parser.add_argument("--plot", type=path_argument, metavar="FILE", help="draw it: a .png file")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.add_vocals import warnings_about
    from vocalkit.pipelines.analysis_json import analysis_dict
    from vocalkit.pipelines.choices import Choices
    from vocalkit.pipelines.files import analyze_file
    from vocalkit.pipelines.report import Heard

    choices = Choices(tempo_bpm=args.tempo, key=args.key, known=given_of(args))
    with StageBars() as progress:
        backing = analyze_file(args.track, choices, output=args.output, picture=args.plot, progress=progress)
    warnings = warnings_about(backing, choices)
    warn(warnings)
    if args.json:
        print_json(analysis_dict(backing, args.track.name, warnings))
        return 0
    _show(Heard.of(backing))
    for path in (args.output, args.plot):
        if path is not None:
            print(path)
    return 0


def _show(heard: Heard) -> None:
    pulses = f"{len(heard.beats_s)} beats (confidence {heard.beat_confidence:.2f})"
    print(f"length   {heard.duration_s:.2f} s")
    print(f"tempo    {heard.tempo_bpm:.2f} BPM in {heard.metre}, {pulses}")
    print(f"key      {heard.key}, tuned {heard.tuning_cents:+.0f} cents from A = 440 Hz")
    if len(heard.keys) > 1:
        for start_s, end_s, name in heard.keys:
            print(f"         {start_s:7.2f} to {end_s:7.2f} s  {name}")
    for start_s, end_s, label, energy in heard.sections:
        print(f"section  {start_s:7.2f} to {end_s:7.2f} s  {label} (energy {energy:.2f})")
    for start_s, end_s, room in heard.voice_places:
        print(f"voice    {start_s:7.2f} to {end_s:7.2f} s  fits (room {room:.2f})")
    for start_s, end_s in heard.lead_voice_at:
        print(f"lead     {start_s:7.2f} to {end_s:7.2f} s  someone seems to lead already")
    for start_s, end_s, chord in heard.chords:
        print(f"chord    {start_s:7.2f} to {end_s:7.2f} s  {chord}")
