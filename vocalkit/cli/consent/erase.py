"""`vocalkit consent erase`: everything personal goes, the ledger stays verifiable."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, print_json
from vocalkit.errors import InputError

EXAMPLES = """\
  vocalkit consent erase ada --yes
  vocalkit consent erase 6f6f0f3e-3f0e-4a3e-9a55-1f6f2ce0a9d1 --yes --json
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        actions, common, "erase", summary="revoke an enrolled voice and remove all personal data", examples=EXAMPLES
    )
    parser.add_argument("name", metavar="VOICE|GRANT", help="a voice with every grant it has, or one grant")
    parser.add_argument("--yes", action="store_true", help="needed: nothing brings the voice back")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.records import erase
    from vocalkit.pipelines.desk import open_desk

    if not args.yes:
        raise InputError(f"this destroys voice and records of {args.name!r} for good; add --yes if that is meant")
    erased = erase(args.name, desk=open_desk())
    if args.json:
        print_json({"erased": erased})
        return 0
    for grant in erased:
        print(f"grant {grant['grant_id']} is {grant['state']}: names, salts, grant, key and files are gone")
    return 0
