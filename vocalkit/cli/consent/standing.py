"""`vocalkit consent revoke`, `suspend`, `resume` and `dispute`: what became of a permission."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, print_json

CAUSES = ("asked_by_artist", "asked_by_estate", "asked_by_host", "breach", "dispute", "key_lost", "settled")

SUMMARIES = {
    "revoke": "take a permission back for good, and destroy the voice's key and model",
    "suspend": "let a voice rest until `consent resume`",
    "resume": "end a suspension or a dispute",
    "dispute": "let a voice rest while its permission is in question",
}


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    for change, summary in SUMMARIES.items():
        usual = {"resume": "settled", "dispute": "dispute"}.get(change, "asked_by_artist")
        parser = add_command(actions, common, change, summary=summary, examples=f"  vocalkit consent {change} clara\n")
        parser.add_argument("name", metavar="VOICE|GRANT", help="a voice with every grant it has, or one grant")
        parser.add_argument(
            "--cause", choices=CAUSES, default=usual, metavar="WORD", help=f"why, of: {', '.join(CAUSES)} ({usual})"
        )
        add_json(parser)
        parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.records import change_standing
    from vocalkit.pipelines.desk import open_desk

    changed = change_standing(args.name, args.action, args.cause, desk=open_desk())
    if args.json:
        print_json({"changed": changed})
        return 0
    for grant in changed:
        print(f"grant {grant['grant_id']} is {grant['state']}")
    return 0
