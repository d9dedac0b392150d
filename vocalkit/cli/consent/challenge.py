"""`vocalkit consent challenge`: what an artist is to read aloud, within ten minutes."""

from __future__ import annotations

import argparse
import textwrap
from typing import TYPE_CHECKING, Any

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json
from vocalkit.errors import InputError

if TYPE_CHECKING:
    from vocalkit.consent.challenge import Challenge

EXAMPLES = """\
  vocalkit consent challenge --name "Ada" --key ada.pub --voice ada --language en-us --use demo -o challenge.json
  vocalkit consent challenge --name "Ada" --key ada.pub --voice ada --language de --use demo -o challenge.json --json
"""
_WIDTH = 72


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        actions, common, "challenge", summary="six words and a statement for an artist to read aloud", examples=EXAMPLES
    )
    parser.add_argument("--name", required=True, metavar="NAME", help="the artist's name, as they say it")
    parser.add_argument(
        "--key", type=path_argument, required=True, metavar="FILE", help="their public key, from `consent keygen`"
    )
    parser.add_argument("--contact", metavar="TEXT", help="how to reach them; it is kept out of the ledger")
    parser.add_argument("--voice", required=True, metavar="NAME", help="what the voice is to be called, such as ada")
    parser.add_argument("--language", required=True, metavar="CODE", help="what they speak, such as en-us")
    parser.add_argument(
        "--use", action="append", required=True, metavar="WORD", help="what it may be used for; give it several times"
    )
    parser.add_argument(
        "-o", "--out", type=path_argument, required=True, metavar="FILE", help="the challenge, for `voice enroll`"
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    import os

    from vocalkit.consent.pem import read_public_key
    from vocalkit.pipelines.consent.issue import issue_challenge
    from vocalkit.pipelines.desk import open_desk

    challenge = issue_challenge(
        name=args.name,
        key=read_public_key(args.key),
        contact=args.contact,
        voice_id=args.voice,
        uses=_purposes(args.use),
        language=args.language,
        out=args.out,
        desk=open_desk(),
        entropy=os.urandom,
    )
    if args.json:
        print_json(
            {
                "file": str(args.out),
                "challenge_id": challenge.challenge_id,
                "grant_id": challenge.grant_id,
                "statement": challenge.statement,
                "words": list(challenge.words),
                "expires": challenge.expires,
            }
        )
        return 0
    print(in_large(challenge))
    print(f"Record it in one take, in a quiet room, before {challenge.expires}. Then: vocalkit voice enroll --help")
    return 0


def in_large(challenge: Challenge) -> str:
    """The statement and the words as an artist reads them from a screen."""
    lines = [
        "",
        "  Read this aloud:",
        "",
        *textwrap.wrap(challenge.statement, _WIDTH, initial_indent="    ", subsequent_indent="    "),
        "",
        "  Then, slowly, with a pause after each:",
        "",
        *(f"    {number}.  {word.upper()}" for number, word in enumerate(challenge.words, 1)),
        "",
    ]
    return "\n".join(lines)


def _purposes(words: list[str]) -> tuple[Any, ...]:
    from vocalkit.consent.wording import GRANTABLE

    for word in words:
        if word not in GRANTABLE:
            raise InputError(f"no voice may be used for {word!r}; known: {', '.join(GRANTABLE)}")
    return tuple(words)
