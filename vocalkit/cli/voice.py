"""`vocalkit voice`: which voices there are, and how to make one of your own."""

from __future__ import annotations

import argparse

from vocalkit.cli.align import add_align
from vocalkit.cli.arguments import Commands, add_command, add_json, print_json
from vocalkit.cli.clips import add_clips
from vocalkit.cli.enroll import add_enroll

EXAMPLES = """\
  vocalkit voice list
  vocalkit voice list --json
  vocalkit voice show clara
  vocalkit voice prompts --lang es
  vocalkit voice check clips --transcripts clips.txt --plot coverage.png
  vocalkit voice align take.wav --text "Who has seen the wind? Neither I nor you" --plot take.png
  vocalkit voice enroll --challenge challenge.json --consent consent.wav --audio clips --transcripts clips.txt
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "voice", summary="list, describe and enrol voices", examples=EXAMPLES)
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="every voice that is installed", parents=[common])
    add_json(listing)
    listing.set_defaults(run=run_list)
    showing = actions.add_parser("show", help="one voice: range, languages, licence, sources", parents=[common])
    showing.add_argument("name", metavar="NAME")
    add_json(showing)
    showing.set_defaults(run=run_show)
    add_enroll(actions, common)
    add_clips(actions, common)
    add_align(actions, common)


def run_list(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.voices import every_voice, voice_facts

    voices = every_voice()
    if args.json:
        print_json([voice_facts(voice) for voice in voices])
        return 0
    for voice in voices:
        print(f"{voice.id:<12} {voice.name}: {voice.description} ({', '.join(voice.languages)})")
    return 0


def run_show(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.voices import choose_voice, voice_facts

    facts = voice_facts(choose_voice(args.name))
    if args.json:
        print_json(facts)
        return 0
    for name, value in facts.items():
        print(f"{name.replace('_', ' '):<14} {', '.join(value) if isinstance(value, list) else value}")
    return 0
