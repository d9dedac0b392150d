"""`vocalkit consent grant`: the artist signs what their voice may be used for, and the host countersigns."""

from __future__ import annotations

import argparse
import sys
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, get_args

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json
from vocalkit.cli.consent.passphrase import add_passphrase_file, known_passphrase
from vocalkit.errors import InputError, VocalkitError

if TYPE_CHECKING:
    from vocalkit.consent import Royalty
    from vocalkit.pipelines.consent.grants import Wishes

EXAMPLES = """\
  vocalkit consent grant --voice ada --key ada.pem --use demo --language en-us --royalty "0.05 EUR per second"
  vocalkit consent grant --voice ada --key ada.pem --use demo --language en --royalty none --user Bo --user-key bo.pub
  vocalkit consent grant --sign-only draft.json --key ada.pem --use demo --language en-us --royalty none -o ada.signed
  vocalkit consent grant --countersign ada.signed -o ada.grant
  vocalkit consent grant --show ada.grant
"""


def add_parser(actions: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(actions, common, "grant", summary="sign what a voice may be used for", examples=EXAMPLES)
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--voice", metavar="NAME", help="sign and countersign for a voice that was enrolled here")
    what.add_argument(
        "--sign-only", type=path_argument, metavar="DRAFT", help="the artist's half elsewhere: sign this draft.json"
    )
    what.add_argument(
        "--countersign", type=path_argument, metavar="SIGNED", help="the host's half: accept what an artist signed"
    )
    what.add_argument("--show", type=path_argument, metavar="FILE", help="print a grant in words")
    _add_wishes(parser)
    parser.add_argument("--key", type=path_argument, metavar="FILE", help="the artist's key from `consent keygen`")
    add_passphrase_file(parser)
    parser.add_argument("-o", "--out", type=path_argument, metavar="FILE", help="a copy of the grant for the artist")
    parser.add_argument("--yes", action="store_true", help="sign without asking: the artist has read the terms")
    add_json(parser)
    parser.set_defaults(run=run)


def _add_wishes(parser: argparse.ArgumentParser) -> None:
    from_artist = parser.add_argument_group("what the artist decides")
    many: dict[str, Any] = {"action": "append", "metavar": "WORD"}
    add = from_artist.add_argument
    add("--use", **many, help="may be used for this; give it several times")
    add("--exclude", **many, default=[], help="may never be used for this (deception and its like always are)")
    add("--language", **many, help="may sing in this, such as en-us")
    add("--genre", **many, help="kind of music (default: any)")
    add("--territory", **many, help="country, such as DE (default: any)")
    add("--renderer", **many, help="program that may render (default: vocalkit)")
    add("--allow", **many, help="right: mix, pitch, train, derive or resell (default: mix and pitch)")
    add(
        "--royalty",
        type=_royalty,
        metavar="TERMS",
        help='none, "0.05 EUR per second", "2 EUR per render", "10 percent"',
    )
    add("--max-seconds", type=int, metavar="N", help="seconds that may be sung in all (default: no limit)")
    add("--from", dest="since", type=_day, metavar="DAY", help="first day, 2027-01-31 (default: now)")
    end = from_artist.add_mutually_exclusive_group()
    end.add_argument("--years", type=int, default=1, metavar="N", help="how long, at most 10 (default: 1)")
    end.add_argument("--until", type=_day, metavar="DAY", help="the day it ends")
    add("--credit", metavar="TEXT", help='credit line (default: "Voice: " and the name)')
    add("--label", default="AI-generated singing voice", metavar="TEXT", help="label in every file")
    add("--user", metavar="NAME", help="for this user alone, with --user-key (default: anyone)")
    add("--user-key", type=path_argument, metavar="FILE", help="that user's public key, from `consent keygen`")


def run(args: argparse.Namespace) -> int:
    from vocalkit.consent.moments import utc_now
    from vocalkit.pipelines.consent import grants
    from vocalkit.pipelines.desk import open_desk

    if args.show is not None:
        return _show(grants.show_grant(args.show), args.json)
    if args.countersign is not None:
        grant = grants.countersign_file(args.countersign, args.out, desk=open_desk())
    else:
        wishes, key = _wishes(args), _needed(args.key, "--key")
        confirm = _already_read if args.yes else _ask
        passphrase = known_passphrase(args.passphrase_file, key)
        if args.sign_only is not None:
            out = _needed(args.out, "--out")
            grant = grants.sign_draft_file(args.sign_only, wishes, key, passphrase, out, confirm=confirm, now=utc_now())
        else:
            grant = grants.grant_voice(args.voice, wishes, key, passphrase, args.out, confirm=confirm, desk=open_desk())
    facts = {
        "voice": grant.voice_id,
        "grant_id": grant.grant_id,
        "expires": grant.expires,
        "in_force": args.sign_only is None,
        "file": None if args.out is None else str(args.out),
    }
    if args.json:
        print_json(facts)
    elif args.sign_only is not None:
        print(f"signed until {grant.expires}; send {args.out} to the host, who countersigns it")
    else:
        print(f"{grant.voice_id} may sing until {grant.expires} (grant {grant.grant_id})")
    return 0


def _wishes(args: argparse.Namespace) -> Wishes:
    from vocalkit.consent.grant import ANY, Purpose
    from vocalkit.consent.pem import read_public_key
    from vocalkit.consent.policy import Right
    from vocalkit.pipelines.consent.grants import Wishes

    if (args.user is None) != (args.user_key is None):
        raise InputError("--user and --user-key belong together: a name, and the key that proves it")
    return Wishes(
        uses=_words(_needed(args.use, "--use"), get_args(Purpose), "use"),
        excluded_uses=_words(args.exclude, get_args(Purpose), "use"),
        languages=tuple(_needed(args.language, "--language")),
        genres=tuple(args.genre or (ANY,)),
        territories=tuple(args.territory or (ANY,)),
        renderers=tuple(args.renderer or ("vocalkit",)),
        rights=_words(args.allow or ("mix", "pitch"), get_args(Right), "right"),
        royalty=_needed(args.royalty, "--royalty"),
        max_seconds=args.max_seconds,
        since=args.since,
        years=args.years,
        until=args.until,
        credit=args.credit,
        label=args.label,
        user=args.user,
        user_key=None if args.user_key is None else read_public_key(args.user_key),
    )


def _words(words: list[str] | tuple[str, ...], known: tuple[str, ...], what: str) -> tuple[Any, ...]:
    for word in words:
        if word not in known:
            raise InputError(f"unknown {what} {word!r}; known: {', '.join(known)}")
    return tuple(words)


def _needed(value: Any, flag: str) -> Any:
    if value is None:
        raise InputError(f"{flag} is needed here (see: vocalkit consent grant --help)")
    return value


def _already_read(terms: str, grant: tuple[tuple[str, str], ...]) -> bool:
    return True


def _ask(terms: str, grant: tuple[tuple[str, str], ...]) -> bool:
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask the artist; after they have read the terms, use --yes")
    print(terms)
    _print_words(grant)
    return input("\nType yes to sign this: ").strip() == "yes"


def _show(shown: dict[str, Any], as_json: bool) -> int:
    if as_json:
        print_json(shown | {"grant": dict(shown["grant"])})
        return 0
    _print_words(shown["grant"])
    signers, voucher = ", ".join(shown["signed_by"]), shown["vouched_by"] or "no key that is trusted here"
    _print_words((("signed by", signers), ("vouched for by", voucher)))
    return 0


def _print_words(pairs: tuple[tuple[str, str], ...]) -> None:
    for name, value in pairs:
        print(f"{name:<15} {value}")


def _royalty(text: str) -> Royalty:
    from vocalkit.consent.in_words import royalty_from_words

    try:
        return royalty_from_words(text)
    except VocalkitError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _day(text: str) -> datetime:
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=timezone.utc)
    except ValueError:
        raise argparse.ArgumentTypeError(f"a day looks like 2027-01-31, got {text!r}") from None
