"""Many processes at one registry: none loses an entry, none passes a limit, and one that is killed leaves it whole."""

from __future__ import annotations

import random
import stat
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from vocalkit.consent.registry import Registry, open_registry
from vocalkit.errors import ConsentError


def finished(processes: list[Any]) -> list[list[str]]:
    """The lines that each printed; fails with what went wrong in any."""
    lines = []
    for process in processes:
        out, err = process.communicate(timeout=300)
        assert process.returncode == 0, err
        lines.append(out.split())
    return lines


@pytest.mark.slow
def test_eight_makers_make_one_registry(url: str, tmp_path: Path, worker: Any) -> None:
    assert finished([worker("make", url) for _ in range(8)]) == [["made"]] * 8
    assert open_registry(url).verify_ledger().entries == 0
    if url.startswith("sqlite"):
        # No half-made file stays behind, and nobody else may read it.
        assert [path.name for path in tmp_path.iterdir() if not path.name.endswith(("-wal", "-shm"))] == [
            "registry.sqlite"
        ]
        assert stat.S_IMODE((tmp_path / "registry.sqlite").stat().st_mode) == 0o600


@pytest.mark.slow
def test_eight_writers_lose_nothing(house: Any, registry: Registry, worker: Any) -> None:
    lines = finished([worker("refuse", house.url, 25) for _ in range(8)])
    assert [len(words) for words in lines] == [25] * 8
    assert registry.verify_ledger().entries == 200


@pytest.mark.slow
def test_eight_renders_together_stay_within_the_limit(house: Any, registry: Registry, worker: Any) -> None:
    grant = house.active(registry, max_seconds=50)
    lines = finished([worker("charge", house.url, 20, grant=grant) for _ in range(8)])
    words = Counter(word for line in lines for word in line)
    assert words["charged"] == 50
    assert words["seconds_exhausted"] >= 1
    registry.verify_ledger()
    totals = [entry.facts()["total"] for entry in registry.entries() if entry.kind == "charged"]
    assert totals == [1000 * number for number in range(1, 51)]


@pytest.mark.slow
def test_a_writer_killed_at_any_moment_leaves_a_whole_ledger(house: Any, registry: Registry, worker: Any) -> None:
    """What it reported is there, and at most one step more that it had no time to report."""
    grant = house.active(registry)
    chance = random.Random(20261121)
    reported: Counter[str] = Counter()
    renders: list[str] = []
    for _ in range(12):
        process = worker("churn", house.url, grant=grant)
        process.stdout.readline()
        time.sleep(chance.uniform(0.0, 0.25))
        process.kill()
        lines = ["charged", *process.communicate()[0].splitlines()]
        reported.update(line.split()[0] for line in lines)
        renders += [line.split()[1] for line in lines if line.startswith("exported") and len(line.split()) == 2]
        registry.verify_ledger()
        registry.check(grant, house.now)
    written = Counter(house.kinds(registry))
    for kind in ("charged", "exported"):
        assert reported[kind] <= written[kind] <= reported[kind] + 12
    stored = [entry.facts()["render"] for entry in registry.entries() if entry.kind == "exported"]
    assert set(renders) <= set(stored)


@pytest.mark.slow
def test_a_revocation_stops_a_render_in_another_process(house: Any, registry: Registry, worker: Any) -> None:
    grant = house.active(registry)
    process = worker("churn", house.url, grant=grant)
    assert process.stdout.readline() == "charged\n"
    registry.revoke(grant.grant_id, "asked_by_artist", house.now)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 1 and "was revoked" in err
    after = [entry.kind for entry in registry.entries()]
    assert "exported" not in after[after.index("key", after.index("granted")) :]


def test_threads_share_one_registry(house: Any, registry: Registry) -> None:
    grant = house.active(registry, max_seconds=12)
    refusals: list[str] = []

    def sing() -> None:
        for _ in range(5):
            try:
                registry.charge(grant, 1.0, house.now)
            except ConsentError as error:
                refusals.append(error.reason)

    threads = [threading.Thread(target=sing) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refusals == ["seconds_exhausted"] * 8
    registry.verify_ledger()


def test_verifying_beside_a_writer_finds_nothing_wrong(house: Any, registry: Registry) -> None:
    """The witness's file is newer than what a reader sees of the database, and that is no damage."""
    grant = house.active(registry)

    def rest_and_wake() -> None:
        for _ in range(8):
            registry.suspend(grant.grant_id, "asked_by_artist", house.now)
            registry.resume(grant.grant_id, "asked_by_artist", house.now)

    writer = threading.Thread(target=rest_and_wake)
    writer.start()
    verified = 0
    while writer.is_alive():
        registry.verify_ledger()
        verified += 1
    writer.join()
    assert verified > 1
    assert registry.verify_ledger().checkpoints == 17
