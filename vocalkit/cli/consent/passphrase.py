"""Passphrases come from the terminal or from a file, never from the command line, where others could read them."""

from __future__ import annotations

import argparse
import getpass
import sys
from pathlib import Path

from vocalkit.cli.arguments import path_argument, warn
from vocalkit.errors import InputError


def add_passphrase_file(options: argparse._ActionsContainer) -> None:
    options.add_argument(
        "--passphrase-file",
        type=path_argument,
        metavar="FILE",
        help="read the key's passphrase from the first line of a file (default: ask for it)",
    )


def new_passphrase(file: Path | None) -> str:
    """A passphrase for a new key, asked for twice; a weak one is warned about."""
    from vocalkit.consent.pem import check_passphrase, weakness

    chosen = _ask("Passphrase for the new key: ") if file is None else _first_line(file)
    check_passphrase(chosen)
    if file is None and _ask("The same again: ") != chosen:
        raise InputError("the two passphrases differ; nothing was written")
    why = weakness(chosen)
    if why is not None:
        warn((f"this passphrase is soon guessed: {why}",))
    return chosen


def known_passphrase(file: Path | None, key: Path) -> str:
    """The passphrase of a key that exists."""
    return _ask(f"Passphrase of {key}: ") if file is None else _first_line(file)


def _ask(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise InputError("there is no terminal to ask for the passphrase; use --passphrase-file FILE")
    return getpass.getpass(prompt)


def _first_line(path: Path) -> str:
    from vocalkit.pipelines.consent.files import read_at_most

    try:
        text = read_at_most(path, 4096).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(f"{path} is not a text file") from None
    return text.splitlines()[0] if text else ""
