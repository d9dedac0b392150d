"""How a song is sung: one option for each of `vocalkit.synth.perform_settings.PerformSettings`."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import number

_OPTIONS = (
    ("breathiness", "breathiness", "X", "more breath in the voice, or less: -1 to 1"),
    ("tension", "tension", "X", "brighter and pressed, or dark and slack: -1 to 1"),
    ("gender", "gender", "X", "formants up, as of a smaller singer, or down: -1 to 1"),
    ("loudness", "loudness_db", "DB", "louder or softer singing, -30 to 12; louder is also brighter"),
    ("dynamics", "dynamics", "X", "scale of every rise and fall in loudness: 0 flat, 1 usual, 2 twice"),
    ("vibrato-depth", "vibrato_depth_cents", "CENTS", "of vibrato to either side: 0 to 200 (default: 60)"),
    ("vibrato-rate", "vibrato_rate_hz", "HZ", "of vibrato: 3 to 9 (default: 5.6)"),
    ("vibrato-onset", "vibrato_onset_s", "SECONDS", "from a note's start to its vibrato: 0 to 3 (default: 0.3)"),
    ("portamento", "portamento_s", "SECONDS", "for the way from note to note: 0.01 to 0.4 (default: 0.05)"),
    ("scoop", "scoop_cents", "CENTS", "how far below its note a phrase begins: 0 to 200 (default: 55)"),
    ("fluctuation", "fluctuation", "X", "small irregularities of pitch: 0 none, 1 usual, 3 at most"),
)


def add_expression_options(parser: argparse.ArgumentParser) -> None:
    """Options of every command that sings a whole song."""
    group = parser.add_argument_group("how it is sung (single notes: see docs/expression.md)")
    for option, name, unit, text in _OPTIONS:
        group.add_argument(f"--{option}", dest=name, type=number, metavar=unit, help=text)


def expression_of(args: argparse.Namespace) -> dict[str, float]:
    """What was wished for with `add_expression_options`, by the names of the settings."""
    given = {name: getattr(args, name) for _, name, _, _ in _OPTIONS}
    return {name: value for name, value in given.items() if value is not None}
