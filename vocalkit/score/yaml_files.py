"""YAML with limits: a project file must not fill the memory, run for ever or nest without end."""

from __future__ import annotations

from typing import Any

from vocalkit.errors import ScoreError

_MAX_EVENTS = 3_000_000
_MAX_DEPTH = 40


def load_yaml(text: str) -> Any:
    """Plain values of one YAML document. ScoreError, with the line, for what is broken, too deep or too large."""
    import yaml

    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        depth = 0
        for count, event in enumerate(yaml.parse(text, Loader=loader)):
            if isinstance(event, yaml.CollectionStartEvent):
                depth += 1
            elif isinstance(event, yaml.CollectionEndEvent):
                depth -= 1
            elif isinstance(event, yaml.AliasEvent):
                raise ScoreError(f"line {_line(event)}: YAML aliases are not read")
            if depth > _MAX_DEPTH or count > _MAX_EVENTS:
                raise ScoreError(f"line {_line(event)}: too deeply nested or too long for a score")
        return yaml.load(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise ScoreError(f"line {line}: not well-formed YAML ({error.problem})") from error
    except (yaml.YAMLError, ValueError, OverflowError, TypeError) as error:
        raise ScoreError(f"not well-formed YAML ({' '.join(str(error).split())[:120]})") from error


def _line(event: Any) -> int:
    return event.start_mark.line + 1 if event.start_mark else 0
