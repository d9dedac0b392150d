"""`vocalkit consent`: keys, challenges, grants, revocation, the ledger and statements."""

from __future__ import annotations

import argparse
from types import ModuleType

from vocalkit.cli.arguments import Commands, add_command
from vocalkit.cli.consent import challenge, erase, grant, host, keygen, ledger, report, standing, sweep, witness

ACTIONS: tuple[ModuleType, ...] = (
    keygen,
    challenge,
    witness,
    grant,
    host,
    standing,
    erase,
    sweep,
    report,
    ledger,
)
"""One module an action, each with ``add_parser(actions, common)``, in the order an artist meets them."""

EXAMPLES = """\
  vocalkit consent keygen -o ada.pem --passphrase-file words.txt
  vocalkit consent host show
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "consent", summary="keys, grants, revocation, the ledger, statements", examples=EXAMPLES
    )
    actions = parser.add_subparsers(title="actions", dest="action", metavar="ACTION", required=True)
    for action in ACTIONS:
        action.add_parser(actions, common)
