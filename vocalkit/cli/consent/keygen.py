"""`vocalkit consent keygen`: an artist's own key, which signs their grants."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json
from vocalkit.cli.consent.passphrase import add_passphrase_file, new_passphrase

EXAMPLES = """\
  vocalkit consent keygen -o ada.pem
  vocalkit consent keygen -o ada.pem --passphrase-file words.txt
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(actions, common, "keygen", summary="make an artist's signing key", examples=EXAMPLES)
    parser.add_argument("-o", "--out", type=path_argument, required=True, metavar="FILE", help="where the key goes")
    add_passphrase_file(parser)
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.consent.files import check_free
    from vocalkit.pipelines.consent.grants import make_key

    check_free(args.out)
    key = make_key(args.out, new_passphrase(args.passphrase_file))
    if args.json:
        print_json({"file": str(args.out), "public_file": str(args.out.with_suffix(".pub")), "key": key.thumbprint})
        return 0
    print(f"{args.out}: key {key.thumbprint}")
    print(f"{args.out.with_suffix('.pub')}: its public half, for `consent challenge`")
    print("Keep the file and its passphrase: nobody can replace them, and nobody else should have them.")
    return 0
