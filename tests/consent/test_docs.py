"""docs/consent.md keeps to the code: every reason, and every command as it is typed."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import get_args

import pytest

from vocalkit.cli.main import build_parser
from vocalkit.consent.reasons import Reason

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "docs" / "consent.md").read_text(encoding="utf-8")
COMMANDS = [line for line in TEXT.splitlines() if line.startswith("vocalkit ")]


def section(heading: str) -> str:
    return re.split(r"^## ", TEXT.split(f"## {heading}\n", 1)[1], maxsplit=1, flags=re.MULTILINE)[0]


def test_every_reason_is_in_the_table_once() -> None:
    rows = [line for line in section("Why it was refused").splitlines() if line.startswith("| ")]
    named = [word for row in rows for word in re.findall(r"`([a-z_]+)`", row)]
    assert sorted(named) == sorted(get_args(Reason))


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_can_be_typed(line: str) -> None:
    args = build_parser().parse_args(shlex.split(line)[1:])
    assert callable(args.run)


def test_the_flow_is_whole() -> None:
    actions = [" ".join(line.split()[1:3]) for line in COMMANDS]
    order = ("consent keygen", "consent challenge", "voice enroll", "consent grant", "verify my-song/mix.wav")
    assert [actions.index(action) for action in order] == sorted(actions.index(action) for action in order)


def test_links_lead_somewhere() -> None:
    headings = {
        re.sub(r"[^\w -]", "", line.lstrip("# ").lower()).replace(" ", "-")
        for line in TEXT.splitlines()
        if line.startswith("#")
    }
    for target in re.findall(r"\]\(([^)]+)\)", TEXT):
        path, _, anchor = target.partition("#")
        assert not path or (ROOT / "docs" / path).is_file(), target
        assert path or anchor in headings, target
