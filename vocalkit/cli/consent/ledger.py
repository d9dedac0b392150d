"""`vocalkit consent ledger`: the record of everything that became of grants, and proofs of it."""

from __future__ import annotations

import argparse
import json
from typing import Any

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json

EXAMPLES = """\
  vocalkit consent ledger show
  vocalkit consent ledger show clara --all --json
  vocalkit consent ledger checkpoint -o monday.checkpoint
  vocalkit consent ledger verify --checkpoint monday.checkpoint
  vocalkit consent ledger prove 0 --json
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        actions, common, "ledger", summary="show, verify and prove what was written down", examples=EXAMPLES
    )
    parts = parser.add_subparsers(title="actions", dest="part", metavar="ACTION", required=True)
    _add_show(parts, common)
    verify = parts.add_parser("verify", help="read all of it again and believe nothing", parents=[common])
    verify.add_argument(
        "--checkpoint",
        type=path_argument,
        action="append",
        default=[],
        metavar="FILE",
        help="a checkpoint that was kept elsewhere, which the ledger must contain; may be repeated",
    )
    add_json(verify)
    verify.set_defaults(run=run_verify)
    checkpoint = parts.add_parser("checkpoint", help="sign the ledger as it is", parents=[common])
    checkpoint.add_argument("-o", "--out", type=path_argument, metavar="FILE", help="keep it elsewhere, in a new file")
    add_json(checkpoint)
    checkpoint.set_defaults(run=run_checkpoint)
    prove = parts.add_parser("prove", help="a proof for others (RFC 9162)", parents=[common])
    what = prove.add_mutually_exclusive_group(required=True)
    what.add_argument("entry", nargs="?", type=_count, metavar="ENTRY", help="that this entry is in the ledger")
    what.add_argument("--since", type=_count, metavar="SIZE", help="that the ledger begins with its first SIZE entries")
    add_json(prove)
    prove.set_defaults(run=run_prove)


def _add_show(parts: Commands, common: argparse.ArgumentParser) -> None:
    show = parts.add_parser("show", help="its newest entries", parents=[common])
    show.add_argument("name", nargs="?", metavar="VOICE|GRANT", help="only what is about this")
    how_many = show.add_mutually_exclusive_group()
    how_many.add_argument("--last", type=_count, default=20, metavar="N", help="how many (default: 20)")
    how_many.add_argument("--all", action="store_true", help="from the beginning")
    add_json(show)
    show.set_defaults(run=run_show)


def run_show(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.records import ledger_entries
    from vocalkit.pipelines.desk import open_desk

    entries = ledger_entries(args.name, last=None if args.all else args.last, desk=open_desk())
    if args.json:
        print_json(entries)
        return 0
    for entry in entries:
        facts = json.dumps(entry["body"], separators=(", ", " "), ensure_ascii=False).replace('"', "")
        print(f"{entry['sequence']:>7}  {entry['time']}  {entry['kind']:<10} {entry['grant_id'] or '-':<36}  {facts}")
    if not entries:
        print("nothing is written down yet")
    return 0


def run_verify(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.records import verify_ledger
    from vocalkit.pipelines.desk import open_desk

    audit = verify_ledger(args.checkpoint, desk=open_desk())
    if args.json:
        print_json(audit)
        return 0
    print(f"{audit['entries']} entries hold, root {audit['root_hash']}")
    print(f"{audit['checkpoints']} checkpoints fit, the newest at {audit['newest_checkpoint']} entries")
    return 0


def run_checkpoint(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.records import write_checkpoint
    from vocalkit.pipelines.desk import open_desk

    checkpoint = write_checkpoint(args.out, desk=open_desk())
    if args.json:
        print_json(checkpoint)
        return 0
    print(f"{checkpoint['tree_size']} entries signed, root {checkpoint['root_hash']}")
    if args.out is not None:
        print(f"{args.out}: keep it where whoever could change the ledger cannot")
    return 0


def run_prove(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.records import prove_entry, prove_growth
    from vocalkit.pipelines.desk import open_desk

    desk = open_desk()
    proof: dict[str, Any] = (
        prove_growth(args.since, desk=desk) if args.entry is None else prove_entry(args.entry, desk=desk)
    )
    if args.json:
        print_json(proof)
        return 0
    for name, value in proof.items():
        if name == "path":
            value = "\n".join(value)
        elif name == "checkpoint":
            value = json.dumps(value, separators=(",", ":"), sort_keys=True)
        print(f"{name.replace('_', ' ')}:\n{value}")
    return 0


def _count(text: str) -> int:
    try:
        value = int(text)
    except ValueError:
        value = -1
    if not 0 <= value < 2**53:
        raise argparse.ArgumentTypeError(f"expected a number of entries, got {text!r}")
    return value
