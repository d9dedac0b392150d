"""`vocalkit voice enroll`: an artist's own voice, behind their consent."""

from __future__ import annotations

import argparse
from pathlib import Path

from vocalkit.cli.arguments import Commands, add_json, print_json
from vocalkit.cli.progress import StageBars

SHOWN_FAULTS = 8


def add_enroll(actions: Commands, common: argparse.ArgumentParser) -> None:
    """The action and its options."""
    parser = actions.add_parser(
        "enroll", help="make a voice of your own recordings, behind your consent", parents=[common]
    )
    parser.add_argument(
        "--challenge", type=Path, required=True, metavar="FILE", help="from `vocalkit consent challenge`"
    )
    parser.add_argument(
        "--consent", type=Path, required=True, metavar="FILE", help="you, reading the statement and the six words"
    )
    parser.add_argument("--audio", type=Path, required=True, metavar="DIR", help="your clips, a sentence each")
    parser.add_argument(
        "--transcripts", type=Path, metavar="FILE", help="lines of name|text; default: a .txt beside each clip"
    )
    parser.add_argument("--witness", type=Path, metavar="FILE", help="a trusted witness's statement, where asked for")
    parser.add_argument("--name", metavar="TEXT", help="how the voice is shown (default: your name)")
    add_json(parser)
    parser.set_defaults(run=run_enroll)


def run_enroll(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.enroll_voice import Handed, enroll_here

    handed = Handed(args.challenge, args.consent, args.audio, args.transcripts, args.witness, args.name)
    with StageBars() as progress:
        enrolled = enroll_here(handed, progress=progress)
    facts = enrolled.to_dict()
    if args.json:
        print_json(facts)
        return 0
    draft = enrolled.draft
    print(f"{draft.voice_id}: {enrolled.clips} clips, {enrolled.seconds / 60:.1f} minutes of {draft.name}")
    for name, reasons in list(enrolled.faults.items())[:SHOWN_FAULTS]:
        print(f"  left out {name}: {'; '.join(reasons)}")
    if len(enrolled.faults) > SHOWN_FAULTS:
        print(f"  and {len(enrolled.faults) - SHOWN_FAULTS} more (--json lists them)")
    for note in enrolled.notes:
        print(f"  note: {note}")
    print("keep these two with your recording; they prove that the grant means it:")
    print(f"  recording {enrolled.recording_sha256}")
    print(f"  salt      {enrolled.salt}")
    print(f"next: vocalkit consent grant --voice {draft.voice_id} --key YOUR-KEY.pem --help")
    return 0
