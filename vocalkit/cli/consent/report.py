"""`vocalkit consent report`: what was sung with whose voice, and what is owed for it."""

from __future__ import annotations

import argparse
from datetime import datetime, timezone

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json

EXAMPLES = """\
  vocalkit consent report
  vocalkit consent report --voice clara --since 2026-01-01 --until 2026-12-31 --csv 2026.csv
  vocalkit consent report --json
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        actions, common, "report", summary="statements: seconds sung and royalties owed", examples=EXAMPLES
    )
    parser.add_argument("--voice", metavar="NAME", help="one voice (default: all)")
    parser.add_argument("--since", type=_day, metavar="DATE", help="first day, such as 2026-01-31 (UTC)")
    parser.add_argument("--until", type=_day, metavar="DATE", help="last day (UTC)")
    parser.add_argument("--csv", type=path_argument, metavar="FILE", help="also a table, in a new file")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.statement import make_report
    from vocalkit.pipelines.desk import open_desk

    report = make_report(voice=args.voice, since=args.since, until=args.until, table=args.csv, desk=open_desk())
    if args.json:
        print_json(report)
        return 0
    for line in report["lines"]:
        who = f"{line['voice'] or 'an erased voice'} ({line['artist'] or 'nobody to pay'})"
        print(f"{who}: {line['seconds']} s in {line['renders']} renders, {_owed(line)}, grant {line['grant_id']}")
    if not report["lines"]:
        print("nothing was sung in that time")
    return 0


def _owed(line: dict[str, str | None]) -> str:
    if line["basis"] == "none":
        return "nothing owed"
    if line["amount"] is None:
        return f"{line['rate']} of the revenue"
    return f"{line['amount']} {line['currency']}"


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a date looks like 2026-01-31, got {text!r}") from None
