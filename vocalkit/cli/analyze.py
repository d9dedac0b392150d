"""`vocalkit analyze`: tempo, key, chords and sections of a recording."""

from __future__ import annotations

import argparse
from dataclasses import asdict

from vocalkit.cli.arguments import Commands, add_command, add_json, bpm, key, path_argument, print_json, warn
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit analyze song.wav
  vocalkit analyze song.wav --tempo 96 --json
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "analyze", summary="hear tempo, key, chords and sections", examples=EXAMPLES)
    parser.add_argument("track", type=path_argument, metavar="TRACK", help="WAV, FLAC, MP3 or OGG")
    parser.add_argument("--tempo", type=bpm, metavar="BPM", help="the tempo, where you know it")
    parser.add_argument("--key", type=key, metavar="KEY", help="the key, where you know it")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.add_vocals import Choices, warnings_about
    from vocalkit.pipelines.files import analyze_file
    from vocalkit.pipelines.report import Heard

    choices = Choices(tempo_bpm=args.tempo, key=args.key)
    with StageBars() as progress:
        backing = analyze_file(args.track, choices, progress=progress)
    warnings = warnings_about(backing, choices)
    warn(warnings)
    heard = Heard.of(backing)
    if args.json:
        print_json({"track": str(args.track), **asdict(heard), "warnings": list(warnings)})
        return 0
    print(f"length   {heard.duration_s:.2f} s")
    print(f"tempo    {heard.tempo_bpm:.2f} BPM, {len(heard.beats_s)} beats (confidence {heard.beat_confidence:.2f})")
    print(f"key      {heard.key}, tuned {heard.tuning_cents:+.0f} cents from A = 440 Hz")
    for start_s, end_s, label, energy in heard.sections:
        print(f"section  {start_s:7.2f} to {end_s:7.2f} s  {label} (energy {energy:.2f})")
    for start_s, end_s, name in heard.chords:
        print(f"chord    {start_s:7.2f} to {end_s:7.2f} s  {name}")
    return 0
