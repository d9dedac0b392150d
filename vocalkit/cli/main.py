"""The `vocalkit` command: one parser, one way to fail.

Exit codes: 0 done, 2 wrong use or bad input, 3 consent refused, 4 a missing optional part, 130
stopped by Ctrl-C or SIGTERM, 1 a fault of vocalkit itself; `verify` adds 5 and 6. Every error is one
line on stderr that starts with ``vocalkit: ``; ``--debug`` adds the traceback. Only argparse is
imported here, so that ``vocalkit --help`` answers at once.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

from vocalkit import __version__
from vocalkit.cli import (
    add_vocals,
    analyze,
    backing,
    bench,
    compose,
    consent,
    demo,
    harmonize,
    phonemize,
    resynth,
    retake,
    score,
    sing,
    transcribe,
    verify,
    voice,
)
from vocalkit.errors import VocalkitError

COMMANDS = (
    *(add_vocals, retake, sing, resynth, analyze, compose, transcribe, harmonize, score),
    *(phonemize, backing, voice, consent, verify, bench, demo),
)
INTERRUPTED = 130
INTERNAL_FAULT = 1

EXAMPLES = """\
examples:
  vocalkit add-vocals song.wav --lyrics words.txt --out my-song
  vocalkit voice list
  vocalkit analyze song.wav
"""


class Parser(argparse.ArgumentParser):
    """An argument parser whose errors are one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"vocalkit: {message} (see: {self.prog} --help)\n")


def build_parser() -> Parser:
    """The parser of every command."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--debug", action="store_true", default=argparse.SUPPRESS, help="show the traceback of an error"
    )
    parser = Parser(
        prog="vocalkit",
        description="A licensed voice sings your lyrics on your instrumental.",
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[common],
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"vocalkit {__version__}")
    commands = parser.add_subparsers(title="commands", dest="command", metavar="COMMAND", required=True)
    for command in COMMANDS:
        command.add_parser(commands, common)
    return parser


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    args = build_parser().parse_args(argv)
    debug = getattr(args, "debug", False)
    with warnings.catch_warnings(), _sigterm_like_ctrl_c():
        if not debug:
            warnings.simplefilter("ignore")
        return _run(args, debug)


def _run(args: argparse.Namespace, debug: bool) -> int:
    try:
        code: int = args.run(args)
        sys.stdout.flush()
        return code
    except KeyboardInterrupt:
        return _fail("stopped; nothing was left behind", INTERRUPTED, debug)
    except BrokenPipeError:
        # The reader (`| head`) has left; give Python's exit somewhere harmless to flush to.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except VocalkitError as error:
        return _fail(str(error), error.exit_code, debug)
    except MemoryError:
        return _fail("out of memory; close other programs or use a shorter track", 2, debug)
    except OSError as error:
        return _fail(f"the system refused: {error.strerror or error} ({error.filename or 'no file'})", 2, debug)
    except Exception as error:
        text = f"internal error, please report it: {type(error).__name__}: {error} (--debug shows where)"
        return _fail(text, INTERNAL_FAULT, debug)


def _fail(message: str, code: int, debug: bool) -> int:
    if debug:
        traceback.print_exc()
    print(f"vocalkit: {' '.join(message.split())}", file=sys.stderr)
    return code


@contextmanager
def _sigterm_like_ctrl_c() -> Iterator[None]:
    """Let SIGTERM clean up the way Ctrl-C does; the old handler comes back at the end."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, _interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def _interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise KeyboardInterrupt
