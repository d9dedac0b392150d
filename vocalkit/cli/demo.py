"""`vocalkit demo`: the same chain in a browser, on this machine alone unless asked."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, port

EXAMPLES = """\
  vocalkit demo
  vocalkit demo --port 7870
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(commands, common, "demo", summary="open the chain in a browser", examples=EXAMPLES)
    parser.add_argument(
        "--host", default="127.0.0.1", metavar="ADDRESS", help="address to serve on (default: 127.0.0.1)"
    )
    parser.add_argument(
        "--port", type=port, default=7860, metavar="N", help="port to serve on, 0 for any (default: 7860)"
    )
    parser.add_argument("--share", action="store_true", help="also make a public link through gradio's servers")
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.demo.app import serve

    serve(host=args.host, port=args.port, share=args.share)
    return 0
