"""Settings files: TOML in, frozen dataclasses out, strict keys, every fault listed at once."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

from vocalkit.errors import ConfigError, InputError
from vocalkit.resources import build, read_toml

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")


def read_config(path: Path, cls: type[T]) -> T:
    """The settings in a TOML file as the frozen dataclass `cls`.

    Raises ConfigError when the file cannot be read, or naming every unknown key and wrong value.
    """
    try:
        table = read_toml(Path(path))
    except InputError as error:
        raise ConfigError(str(error)) from error
    return config_from_table(table, cls, source=str(path))


def parse_config(text: str, cls: type[T], *, source: str = "settings") -> T:
    """As `read_config`, from the TOML text itself; source: what to call it in errors."""
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{source}: not TOML: {error}") from error
    return config_from_table(table, cls, source=source)


def config_from_table(table: Mapping[str, object], cls: type[T], *, source: str = "settings") -> T:
    """As `read_config`, from a table that is parsed already."""
    built, faults = build(cls, table)
    if built is None:
        raise ConfigError(f"{source}: {'; '.join(map(str, faults))}")
    return built
