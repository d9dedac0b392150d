"""The data that travels with the package: where it lies, and how its tables are read strictly.

A table (parsed TOML or JSON) becomes a frozen dataclass only if every key is known, every value
has the declared type and nothing is missing. All faults come back at once, so that whoever wrote
the file mends it in one go. The caller turns them into its own typed error.
"""

from __future__ import annotations

import dataclasses
import math
import sys
import types
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from vocalkit.errors import InputError, VocalkitError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

Folder = Literal["consent", "pretrained"]
FaultKind = Literal["unknown_field", "missing_field", "bad_value"]
T = TypeVar("T")


@dataclasses.dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a table. where: dotted path of the key."""

    kind: FaultKind
    where: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.message}"


def locate(folder: Folder) -> Path:
    """The folder of packaged data: inside an installed wheel, or at the root of a checkout.

    Raises VocalkitError, naming both places, when neither holds it.
    """
    if folder not in get_args(Folder):
        raise InputError(f"no packaged folder {folder!r}; known: {', '.join(get_args(Folder))}")
    package = Path(__file__).resolve().parent
    installed = package / "data" / folder
    if installed.is_dir():
        return installed
    checkout = package.parent / folder
    # The project file tells a checkout from a folder of the same name that lies beside an installed package.
    if (package.parent / "pyproject.toml").is_file() and checkout.is_dir():
        return checkout
    raise VocalkitError(
        f"vocalkit's {folder!r} data is missing: looked in {installed} and {checkout}; reinstall vocalkit"
    )


def user_folder(name: Literal["consent", "voices"]) -> Path:
    """Where this user's own data lies. Fixed by the platform, so that no variable points it elsewhere."""
    if sys.platform == "win32":
        return Path.home() / "AppData" / "Local" / "vocalkit" / name
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "vocalkit" / name
    return Path.home() / ".local" / "share" / "vocalkit" / name


def read_toml(path: Path) -> dict[str, Any]:
    """The table in a TOML file. Raises InputError when it is missing or not TOML."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"no such file: {path}") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"cannot read {path} as TOML: {error}") from error


def toml_text(table: Mapping[str, object]) -> str:
    """A flat table as TOML lines; what is None is left out. Values: str, bool, int, float, tuples of them."""
    return "".join(f"{key} = {_toml(value)}\n" for key, value in table.items() if value is not None)


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        escaped = "".join(c if ord(c) >= 0x20 and ord(c) != 0x7F else f"\\u{ord(c):04X}" for c in escaped)
        return f'"{escaped}"'
    if isinstance(value, tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return repr(value)


def build(
    cls: type[T], table: Mapping[str, object], *, given: Mapping[str, object] | None = None, where: str = ""
) -> tuple[T | None, tuple[Fault, ...]]:
    """A dataclass from a table, or every fault of the table.

    given: values the caller sets itself; the table may not name them. Field types may be str, int,
    float (whole numbers count), bool, Literal, an optional of these, tuples, and dataclasses.
    """
    given = given or {}
    hints = get_type_hints(cls)
    fields = {field.name: field for field in dataclasses.fields(cls) if field.name not in given}  # type: ignore[arg-type]
    prefix = f"{where}." if where else ""
    faults = [
        Fault("unknown_field", f"{prefix}{key}", f"unknown; known are {', '.join(sorted(fields))}")
        for key in table
        if key not in fields
    ]
    values: dict[str, Any] = dict(given)
    for name, field in fields.items():
        if name in table:
            values[name] = _convert(hints[name], table[name], f"{prefix}{name}", faults)
        elif field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
            faults.append(Fault("missing_field", f"{prefix}{name}", "missing"))
    if faults:
        return None, tuple(faults)
    try:
        return cls(**values), ()
    except InputError as error:
        return None, (Fault("bad_value", where or cls.__name__, str(error)),)


def _convert(kind: Any, value: object, where: str, faults: list[Fault]) -> Any:
    """`value` as `kind`; adds to `faults` and returns None where it is not one."""
    origin = get_origin(kind)
    if origin in (Union, types.UnionType):
        if value is None and types.NoneType in get_args(kind):
            return None
        (inner,) = (arm for arm in get_args(kind) if arm is not types.NoneType)
        return _convert(inner, value, where, faults)
    if origin is Literal:
        # 1 == True in Python; a literal must match in type as well.
        if any(type(value) is type(choice) and value == choice for choice in get_args(kind)):
            return value
        return _fault(faults, where, f"must be one of {', '.join(map(repr, get_args(kind)))}, got {value!r}")
    if origin is tuple:
        return _convert_tuple(get_args(kind), value, where, faults)
    if dataclasses.is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(value, Mapping):
            return _fault(faults, where, f"must be a table, got {value!r}")
        built, inner_faults = build(kind, value, where=where)
        faults.extend(inner_faults)
        return built
    if kind is float and type(value) in (int, float):
        number = float(value)  # type: ignore[arg-type]
        return number if math.isfinite(number) else _fault(faults, where, f"must be finite, got {value!r}")
    if kind in (str, int, bool, float):
        return value if type(value) is kind else _fault(faults, where, f"must be {kind.__name__}, got {value!r}")
    raise TypeError(f"{where}: no strict reading is known for the type {kind}")


def _convert_tuple(arms: tuple[Any, ...], value: object, where: str, faults: list[Fault]) -> Any:
    if not isinstance(value, (list, tuple)):
        return _fault(faults, where, f"must be a list, got {value!r}")
    if len(arms) == 2 and arms[1] is Ellipsis:
        return tuple(_convert(arms[0], item, f"{where}[{i}]", faults) for i, item in enumerate(value))
    if len(arms) != len(value):
        return _fault(faults, where, f"must hold {len(arms)} values, got {len(value)}")
    return tuple(
        _convert(arm, item, f"{where}[{i}]", faults) for i, (arm, item) in enumerate(zip(arms, value, strict=True))
    )


def _fault(faults: list[Fault], where: str, message: str) -> None:
    faults.append(Fault("bad_value", where, message))
