"""What a song is for: the options that ask the consent gate, and no more than they say."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from pathlib import Path
from typing import Any

from vocalkit.cli.consent.passphrase import add_passphrase_file, known_passphrase
from vocalkit.errors import InputError, VocalkitError


def add_use_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that sings."""
    group = parser.add_argument_group("what the song is for (the singer's grant must allow all of it)")
    group.add_argument(
        "--for",
        action="append",
        dest="purposes",
        type=purpose,
        metavar="PURPOSE",
        help="commercial_music, noncommercial_music, demo, education, research, live_performance, film_and_games, "
        "advertising, political or sexual_content; may be repeated (default: commercial and noncommercial music)",
    )
    group.add_argument(
        "--genre",
        action="append",
        type=genre,
        metavar="GENRE",
        help="kind of music, such as folk; may be repeated (default: any)",
    )
    group.add_argument(
        "--territory",
        action="append",
        type=territory,
        metavar="COUNTRY",
        help="where it will be heard, such as DE; may be repeated (default: any)",
    )
    group.add_argument(
        "--user",
        metavar="KEY",
        help="who you are, where a voice is lent to you alone: your key (ada.pem), its public half (ada.pub) or its "
        "thumbprint (default: anyone)",
    )
    add_passphrase_file(group)


def use_of(args: argparse.Namespace) -> dict[str, Any]:
    """The fields of the pipeline's `Choices` that were given with `add_use_options`."""
    said = {"purposes": args.purposes, "genres": args.genre, "territories": args.territory}
    fields: dict[str, Any] = {name: tuple(sorted(set(words))) for name, words in said.items() if words}
    if args.user is not None:
        fields["user"] = _user(args.user, args.passphrase_file)
    return fields


def purpose(text: str) -> str:
    from vocalkit.consent.wording import GRANTABLE

    word = text.lower().replace("-", "_")
    if word not in GRANTABLE:
        raise argparse.ArgumentTypeError(f"no voice may be used for {text!r}; known: {', '.join(GRANTABLE)}")
    return word


def genre(text: str) -> str:
    from vocalkit.consent.grant import check_genre

    return _checked(check_genre, "-".join(text.lower().split()), f"a genre looks like folk or hip-hop, got {text!r}")


def territory(text: str) -> str:
    from vocalkit.consent.grant import ANY, check_territory

    if text.lower() == ANY:
        return ANY
    return _checked(check_territory, text.upper(), f"a country is two letters (ISO 3166) such as DE, got {text!r}")


def _checked(check: Callable[[str], object], text: str, fault: str) -> str:
    try:
        check(text)
    except VocalkitError:
        raise argparse.ArgumentTypeError(fault) from None
    return text


def _user(text: str, passphrase_file: Path | None) -> str:
    """The thumbprint of a user's key. Who opens the key has proved to hold it; the rest is taken at its word."""
    from vocalkit.consent.grant import check_thumbprint
    from vocalkit.consent.keys import thumbprint
    from vocalkit.consent.pem import read_key, read_public_key

    path = Path(text)
    if text and path.is_file():
        if path.suffix == ".pub":
            return read_public_key(path).thumbprint
        return thumbprint(read_key(path, known_passphrase(passphrase_file, path)))
    try:
        check_thumbprint(text)
    except InputError:
        raise InputError(
            f"--user {text!r} is neither a key file nor a thumbprint, as consent keygen prints it"
        ) from None
    return text
