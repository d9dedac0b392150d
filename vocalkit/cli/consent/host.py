"""`vocalkit consent host`: who this machine is to those who check its grants and files."""

from __future__ import annotations

import argparse
from typing import Any

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json

EXAMPLES = """\
  vocalkit consent host init --name "Studio South"
  vocalkit consent host show
  vocalkit consent host show --root studio-south.json
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(actions, common, "host", summary="this machine's keys and its registry", examples=EXAMPLES)
    steps = parser.add_subparsers(title="actions", dest="step", metavar="ACTION", required=True)
    init = steps.add_parser("init", help="make the host, before its first use makes one by itself", parents=[common])
    init.add_argument("--name", default="vocalkit host", metavar="NAME", help="as it appears in files and grants")
    init.add_argument(
        "--registry", metavar="URL", help="database for several hosts, such as postgresql+psycopg://user@server/consent"
    )
    add_json(init)
    init.set_defaults(run=run_init)
    show = steps.add_parser("show", help="name, key, folder and registry", parents=[common])
    show.add_argument(
        "--root",
        type=path_argument,
        metavar="FILE",
        help="also write the public trust bundle, for `vocalkit verify --trust FILE` elsewhere",
    )
    add_json(show)
    show.set_defaults(run=run_show)


def run_init(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.host import init_host

    return _show(init_host(name=args.name, registry=args.registry), args.json)


def run_show(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.host import show_host

    return _show(show_host(bundle=args.root), args.json)


def _show(facts: dict[str, Any], as_json: bool) -> int:
    if as_json:
        print_json(facts)
        return 0
    for name, value in facts.items():
        print(f"{name:<10} {value}")
    return 0
