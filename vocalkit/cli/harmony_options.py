"""Options about voices beside the lead, which `harmonize` and `add-vocals` share."""

from __future__ import annotations

import argparse
from typing import Any


def add_harmony_options(parser: argparse.ArgumentParser) -> None:
    """What `harmonize` and `add-vocals` share about voices beside the lead."""
    parser.add_argument(
        "--doubles", type=int, choices=range(5), default=0, help="further takes of the lead beside it (default: 0)"
    )
    parser.add_argument(
        "--sing", choices=("words", "oohs", "aahs"), default="words", help="what harmonies sing (default: words)"
    )
    parser.add_argument(
        "--width", type=float, default=0.7, metavar="W", help="how far voices stand apart, 0 to 1 (default: 0.7)"
    )


def harmony_of(args: argparse.Namespace, *, voices: int) -> Any:
    """The pipeline's `HarmonyChoices`. voices: beside the lead."""
    from vocalkit.pipelines.harmony import HarmonyChoices

    return HarmonyChoices(voices, args.doubles, args.sing, args.width)
