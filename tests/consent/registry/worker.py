"""Another process at work on a registry: ``worker.py ACTION URL [NUMBER] [GRANT_FILE]``; a line for each success."""

from __future__ import annotations

import sys
import uuid
from datetime import datetime, timezone
from pathlib import Path

from vocalkit.consent import ConsentGrant
from vocalkit.consent.registry import Export, Registry, open_registry
from vocalkit.errors import ConsentError

NOW = datetime(2027, 3, 1, 12, 0, 0, tzinfo=timezone.utc)


def done(word: object) -> None:
    print(word, flush=True)


def make(url: str) -> None:
    """Open the registry, whoever else does."""
    open_registry(url)
    done("made")


def refuse(registry: Registry, times: int) -> None:
    """Write refusals."""
    for _ in range(times):
        registry.refused(None, None, "wrong_voice", NOW)
        done("refused")


def charge(registry: Registry, times: int, grant: ConsentGrant) -> None:
    """Book seconds until there are none left, at most `times`."""
    for _ in range(times):
        try:
            registry.charge(grant, 1.0, NOW)
        except ConsentError as error:
            done(error.reason)
            return
        done("charged")


def churn(registry: Registry, grant: ConsentGrant) -> None:
    """Everything a render writes, again and again, until killed."""
    while True:
        mark = registry.reserve_mark(grant.grant_id, grant.voice_id, NOW)
        registry.charge(grant, 0.01, NOW)
        done("charged")
        render = str(uuid.uuid4())
        registry.commit_export(Export(render, grant, mark, ("demo",), 0.01, ("aa" * 32,), "bb" * 32), NOW)
        done(f"exported {render}")


def main(action: str, url: str, *rest: str) -> None:
    if action == "make":
        make(url)
    elif action == "refuse":
        refuse(open_registry(url), int(rest[0]))
    elif action == "charge":
        charge(open_registry(url), int(rest[0]), ConsentGrant.from_payload(Path(rest[1]).read_bytes()))
    elif action == "churn":
        churn(open_registry(url), ConsentGrant.from_payload(Path(rest[0]).read_bytes()))
    else:
        sys.exit(f"unknown action {action}")


if __name__ == "__main__":
    main(*sys.argv[1:])
