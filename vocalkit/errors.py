"""The exception tree: one clear line each, and what to do next.

Every error that vocalkit raises on purpose is a `VocalkitError`. Its message is one line that a
musician can act on; `exit_code` is what the command line leaves with.
"""

from __future__ import annotations


class VocalkitError(Exception):
    """Base of every error raised on purpose."""

    exit_code = 2


class InputError(VocalkitError):
    """The caller passed a value that cannot be used."""


class AudioError(InputError):
    """An audio file cannot be read, or holds nothing that can be worked with."""


class LyricsError(InputError):
    """Lyrics are empty, unreadable, in another script, or do not fit the track."""


class ScoreError(InputError):
    """A score cannot be read or holds impossible notes."""


class ChartError(InputError):
    """A chord chart cannot be read."""


class ConfigError(InputError):
    """A settings file has unknown keys or wrong values; the message lists every fault."""


class WeightsError(VocalkitError):
    """A model file is missing, damaged, or not the one its manifest names."""


class OutputError(VocalkitError):
    """Results cannot be written; nothing was left half-written."""


class ConsentError(VocalkitError):
    """The consent gate refused. `reason` is a stable machine-readable word."""

    exit_code = 3

    def __init__(self, message: str, *, reason: str) -> None:
        super().__init__(message)
        self.reason = reason


class BackendUnavailable(VocalkitError):
    """An optional part is not installed; the message names the extra to install."""

    exit_code = 4


class Cancelled(VocalkitError):
    """The user stopped the work; everything begun was cleaned up."""

    exit_code = 130
