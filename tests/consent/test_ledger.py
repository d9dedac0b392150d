"""The ledger only grows, and shows every other change."""

from __future__ import annotations

import multiprocessing
import uuid
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import pytest

from vocalkit.consent import FileStanding, revoke, user_consent_folder
from vocalkit.consent.ledger import Event, append, read_entries
from vocalkit.errors import ConsentError, InputError

NOW = datetime(2027, 3, 1, tzinfo=timezone.utc)


def fill(folder: Path, count: int) -> list[str]:
    ids = [str(uuid.uuid4()) for _ in range(count)]
    for grant_id in ids:
        revoke(grant_id, folder=folder, cause="dispute", now=NOW)
    return ids


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    ids = fill(tmp_path / "deep" / "ledger", 3)
    entries = read_entries(tmp_path / "deep" / "ledger")
    assert [entry.event for entry in entries] == [Event("revoked", i, cause="dispute") for i in ids]
    assert [entry.sequence for entry in entries] == [0, 1, 2]
    assert entries[0].time == "2027-03-01T00:00:00Z"


def test_no_ledger_is_an_empty_one(tmp_path: Path) -> None:
    assert read_entries(tmp_path / "none") == ()
    FileStanding(tmp_path / "none").check(str(uuid.uuid4()))
    assert not (tmp_path / "none").exists()


def test_only_the_revoked_grant_is_revoked(tmp_path: Path, refused: Any) -> None:
    ids = fill(tmp_path, 2)
    standing = FileStanding(tmp_path)
    for grant_id in ids:
        with refused("revoked"):
            standing.check(grant_id)
        with refused("revoked"):
            standing.charge(grant_id, seconds=1.0, max_seconds=10, now=NOW)
        with refused("revoked"):
            revoke(grant_id, folder=tmp_path, cause="breach", now=NOW)
    standing.check(str(uuid.uuid4()))
    assert len(read_entries(tmp_path)) == 2


@pytest.mark.parametrize("grant_id", ["", "alto", "6BA7B810-9DAD-41D1-80B4-00C04FD430C8"])
def test_only_grants_are_revoked(tmp_path: Path, grant_id: str) -> None:
    with pytest.raises(InputError, match="UUID"):
        revoke(grant_id, folder=tmp_path, cause="dispute", now=NOW)


@pytest.mark.parametrize("event", [("revoked", 5, "dispute"), ("revoked", 0, "none"), ("charged", 0, "none")])
def test_events_that_make_no_sense(event: Any) -> None:
    with pytest.raises(InputError):
        Event(event[0], str(uuid.uuid4()), milliseconds=event[1], cause=event[2])


def lines(folder: Path) -> list[bytes]:
    return (folder / "ledger.jsonl").read_bytes().splitlines(keepends=True)


@pytest.mark.parametrize(
    "tamper",
    [
        lambda all_lines: all_lines[:-1],
        lambda all_lines: all_lines[1:],
        lambda all_lines: [],
        lambda all_lines: [all_lines[1], all_lines[0], all_lines[2]],
        lambda all_lines: [all_lines[0], all_lines[0], *all_lines[1:]],
        lambda all_lines: [all_lines[0], all_lines[2]],
        lambda all_lines: [*all_lines, b"\n"],
        lambda all_lines: [*all_lines, all_lines[2]],
        lambda all_lines: [*all_lines[:2], all_lines[2][:-1]],
        lambda all_lines: [*all_lines[:2], all_lines[2].replace(b"dispute", b"breach")],
        lambda all_lines: [all_lines[0].replace(b"2027", b"2026"), *all_lines[1:]],
        lambda all_lines: [b"{}\n", *all_lines[1:]],
    ],
)
def test_tampering_is_found(tmp_path: Path, refused: Any, tamper: Any) -> None:
    fill(tmp_path, 3)
    (tmp_path / "ledger.jsonl").write_bytes(b"".join(tamper(lines(tmp_path))))
    with refused("ledger_damaged"):
        read_entries(tmp_path)
    before = (tmp_path / "ledger.jsonl").read_bytes()
    with refused("ledger_damaged"):
        revoke(str(uuid.uuid4()), folder=tmp_path, cause="dispute", now=NOW)
    assert (tmp_path / "ledger.jsonl").read_bytes() == before


def test_every_flipped_byte_is_found(tmp_path: Path, refused: Any) -> None:
    fill(tmp_path, 2)
    for name in ("ledger.jsonl", "head.json"):
        whole = (tmp_path / name).read_bytes()
        for at in range(len(whole)):
            changed = bytearray(whole)
            changed[at] ^= 1
            (tmp_path / name).write_bytes(changed)
            with refused("ledger_damaged"):
                read_entries(tmp_path)
        (tmp_path / name).write_bytes(whole)
    assert len(read_entries(tmp_path)) == 2


@pytest.mark.parametrize("name", ["ledger.jsonl", "head.json"])
def test_a_deleted_file_is_found(tmp_path: Path, refused: Any, name: str) -> None:
    fill(tmp_path, 1)
    (tmp_path / name).unlink()
    with refused("ledger_damaged"):
        FileStanding(tmp_path).check(str(uuid.uuid4()))


def test_a_stop_at_any_byte_of_an_append(tmp_path: Path) -> None:
    """Before head.json names a line it is either whole, and counts, or it is not, and does not."""
    fill(tmp_path, 2)
    head = (tmp_path / "head.json").read_bytes()
    fill(tmp_path, 1)
    whole = (tmp_path / "ledger.jsonl").read_bytes()
    start = len(b"".join(lines(tmp_path)[:2]))
    for end in range(start, len(whole) + 1, 7):
        (tmp_path / "head.json").write_bytes(head)
        (tmp_path / "ledger.jsonl").write_bytes(whole[:end])
        assert len(read_entries(tmp_path)) == 2
        fill(tmp_path, 1)
        assert len(read_entries(tmp_path)) == 3
    (tmp_path / "head.json").write_bytes(head)
    (tmp_path / "ledger.jsonl").write_bytes(whole)
    assert len(read_entries(tmp_path)) == 3
    fill(tmp_path, 1)
    assert len(read_entries(tmp_path)) == 4


def test_a_refused_append_changes_nothing(tmp_path: Path) -> None:
    fill(tmp_path, 1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def never(_: Any) -> Event:
        raise InputError("no")

    with pytest.raises(InputError):
        append(tmp_path, never, now=NOW)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_folder_that_is_a_file(tmp_path: Path, refused: Any) -> None:
    (tmp_path / "file").write_text("x")
    with refused("ledger_unavailable"):
        revoke(str(uuid.uuid4()), folder=tmp_path / "file", cause="dispute", now=NOW)
    with refused("ledger_unavailable"):
        FileStanding(tmp_path / "file").check(str(uuid.uuid4()))


def _charge_many(folder: Path, grant_id: str, times: int) -> None:
    for _ in range(times):
        try:
            FileStanding(folder).charge(grant_id, seconds=1.0, max_seconds=20, now=NOW)
        except ConsentError as error:
            if error.reason != "seconds_exhausted":
                raise


def test_writers_at_once_never_pass_the_limit(tmp_path: Path) -> None:
    grant_id = str(uuid.uuid4())
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_charge_many, args=(tmp_path, grant_id, 8)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    entries = read_entries(tmp_path)
    assert [entry.event.milliseconds for entry in entries] == [1000] * 20


def test_the_users_ledger_has_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    before = user_consent_folder()
    for name in ("XDG_DATA_HOME", "VOCALKIT_HOME", "VOCALKIT_CONSENT"):
        monkeypatch.setenv(name, "/elsewhere")
    assert user_consent_folder() == before
    assert before.is_absolute()
