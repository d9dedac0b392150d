"""Revoking, resting, erasing, reporting and proving, by the commands alone."""

from __future__ import annotations

import csv
import io
import json
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

import pytest

from vocalkit.cli.consent.standing import CAUSES
from vocalkit.cli.main import main
from vocalkit.consent import ConsentGrant, Grantee, Grantor, Rights, Royalty, open_host, user_consent_folder, utc_now
from vocalkit.consent.envelope import read_envelope
from vocalkit.consent.grant import NEVER_GRANTED
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.moments import format_moment, years_after
from vocalkit.consent.registry import Cause, Export, InclusionProof, Person, Registry, host_registry, read_checkpoint
from vocalkit.consent.registry.proofs import ConsistencyProof
from vocalkit.pipelines.consent.statement import to_csv
from vocalkit.weights import user_voices_folder

Run = Callable[..., Any]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A user who has nothing yet."""
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    return tmp_path


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """A command's JSON, or its text for another exit code than 0."""

    def call(*argv: object, code: int = 0) -> Any:
        assert main(["consent", *map(str, argv)]) == code
        captured = capsys.readouterr()
        return json.loads(captured.out) if "--json" in argv else captured.out + captured.err

    return call


@dataclass(frozen=True)
class Enrolled:
    """Ada's voice, in force, with one render of 10 s."""

    registry: Registry
    grant: ConsentGrant
    render_id: str


def registry() -> Registry:
    folder = user_consent_folder()
    return host_registry(open_host(folder), folder)


@pytest.fixture
def ada(home: Path) -> Enrolled:
    now, books = utc_now(), registry()
    key = open_host(user_consent_folder()).signing_key
    grant = ConsentGrant(
        format="vocalkit-grant",
        version=2,
        kind="enrolled",
        grant_id=str(uuid.uuid4()),
        voice_id="ada",
        model_sha256="ab" * 32,
        grantor=Grantor("=Ada Ferreira", public_jwk(key)),
        grantee=Grantee("anyone", None),
        uses=("demo",),
        excluded_uses=tuple(sorted(NEVER_GRANTED)),
        languages=("any",),
        territories=("any",),
        genres=("any",),
        renderers=("any",),
        rights=Rights(train=False, mix=True, pitch=True, resell=False, derive=False),
        royalty=Royalty("per_second", "0.05", "EUR"),
        max_seconds=None,
        not_before=format_moment(now),
        expires=format_moment(years_after(now, 1)),
        credit_line="Voice: Ada",
        label_text="AI-generated singing voice",
        terms_sha256="cd" * 32,
        recording_commitment="ef" * 32,
    )
    books.open_case(grant.grant_id, "ada", Person("=Ada Ferreira"), now)
    for state in ("challenged", "recorded", "verified"):
        books.advance(grant.grant_id, state, "step_done", now)
    books.activate(grant.grant_id, b"envelope", grant, now)
    mark = books.reserve_mark(grant.grant_id, "ada", now)
    export = Export(str(uuid.uuid4()), grant, mark, ("demo",), 10.0, ("aa" * 32,), "bb" * 32)
    books.commit_export(export, now)
    return Enrolled(books, grant, export.render_id)


def test_a_builtin_voice_is_revoked_here(run: Run, one_line: Any) -> None:
    (changed,) = run("revoke", "clara", "--cause", "asked_by_host", "--json")["changed"]
    assert changed["state"] == "revoked"
    text = run("revoke", "clara", code=3)
    assert "is revoked" in one_line(text)
    entries = run("ledger", "show", "clara", "--json")
    assert [entry["body"].get("to") for entry in entries] == ["revoked"]
    assert entries[0]["grant_id"] == changed["grant_id"]


def test_a_revoked_builtin_voice_does_not_sing(run: Run, short_song: Any, home: Path, capsys: Any) -> None:
    run("revoke", "clara")
    command = ["add-vocals", str(short_song.backing), "--lyrics", str(short_song.words), "--out", str(home / "song")]
    assert main([*command, "--voice", "clara"]) == 3
    assert "revoked" in capsys.readouterr().err
    assert not (home / "song").exists()
    reasons = [entry["body"].get("reason") for entry in run("ledger", "show", "--all", "--json")]
    assert "revoked" in reasons


def test_the_causes_to_choose_from_are_the_registrys() -> None:
    assert set(CAUSES) <= set(get_args(Cause))


def test_suspension_and_dispute_end(run: Run, ada: Enrolled, one_line: Any) -> None:
    for change, state in (("suspend", "suspended"), ("dispute", "disputed"), ("resume", "active")):
        assert run(change, "ada", "--json")["changed"] == [{"grant_id": ada.grant.grant_id, "state": state}]
    assert "only a suspended" in one_line(run("resume", "ada", code=3))
    assert "is suspended" in run("suspend", ada.grant.grant_id)


def test_erasing_takes_the_files_too(run: Run, ada: Enrolled, home: Path, one_line: Any) -> None:
    folder = user_voices_folder()
    (folder / "ada").mkdir(parents=True)
    (folder / "ada" / "draft.json").write_text('{"name":"Ada Ferreira"}')
    (folder / "ada.sealed").write_bytes(b"model")
    (folder / "bob.sealed").write_bytes(b"model")
    assert "--yes" in one_line(run("erase", "ada", code=2))
    assert (folder / "ada.sealed").exists()
    assert run("erase", "ada", "--yes", "--json")["erased"] == [{"grant_id": ada.grant.grant_id, "state": "shredded"}]
    assert sorted(path.name for path in folder.iterdir()) == ["bob.sealed"]
    everything = b"".join(path.read_bytes() for path in user_consent_folder().rglob("*") if path.is_file())
    assert b"Ferreira" not in everything
    assert "no voice and no grant" in one_line(run("erase", "ada", "--yes", code=2))
    assert run("erase", ada.grant.grant_id, "--yes", "--json")["erased"][0]["state"] == "shredded"
    assert run("ledger", "verify", "--json")["entries"] > 5
    (line,) = run("report", "--json")["lines"]
    assert (line["artist"], line["amount"]) == (None, "0.50")


def test_a_statement_in_words_json_and_a_table(run: Run, ada: Enrolled, home: Path, one_line: Any) -> None:
    text = run("report", "--voice", "ada", "--csv", home / "owed.csv")
    assert "0.50 EUR" in text and "10.000 s in 1 renders" in text
    (line,) = run("report", "--json")["lines"]
    assert (line["seconds"], line["amount"], line["currency"]) == ("10.000", "0.50", "EUR")
    assert [export["render_id"] for export in line["exports"]] == [ada.render_id]
    (row,) = csv.DictReader(io.StringIO((home / "owed.csv").read_text(encoding="utf-8")))
    assert (row["artist"], row["seconds"], row["amount"]) == ("'=Ada Ferreira", "10.000", "0.50")
    assert "exists" in one_line(run("report", "--csv", home / "owed.csv", code=2))
    today = utc_now().strftime("%Y-%m-%d")
    assert len(run("report", "--since", today, "--until", today, "--json")["lines"]) == 1
    assert run("report", "--until", "2026-01-01", "--json")["lines"] == []
    assert "nothing was sung" in run("report", "--voice", "bob")
    assert to_csv(ada.registry.statement(voice_id="bob")).count("\r\n") == 1


def test_a_third_party_checks_a_proof(run: Run, ada: Enrolled, home: Path) -> None:
    host = public_jwk(open_host(user_consent_folder()).signing_key)
    entries = run("ledger", "show", "--all", "--json")
    number = next(entry["sequence"] for entry in entries if entry["kind"] == "exported")
    told = run("ledger", "prove", number, "--json")
    signed = json.dumps(told.pop("checkpoint"), separators=(",", ":"), sort_keys=True).encode()
    proof = InclusionProof(**told | {"path": tuple(told["path"])})
    checkpoint = read_checkpoint(signed, host)
    assert proof.holds() and (proof.tree_size, proof.root_hash) == (checkpoint.tree_size, checkpoint.root_hash)
    assert ada.render_id in proof.entry
    told = run("ledger", "prove", "--since", 3, "--json")
    told.pop("checkpoint")
    assert ConsistencyProof(**told | {"path": tuple(told["path"])}).holds()
    assert "path:" in run("ledger", "prove", number)


def test_a_checkpoint_kept_elsewhere_is_held_against_the_ledger(
    run: Run, ada: Enrolled, home: Path, one_line: Any
) -> None:
    kept = home / "monday.checkpoint"
    run("ledger", "checkpoint", "-o", kept)
    read_envelope(kept.read_bytes(), typ="vocalkit-checkpoint+jws")
    run("suspend", "ada")
    assert "entries hold" in run("ledger", "verify", "--checkpoint", kept)
    folder = user_consent_folder()
    (folder / "registry.sqlite").unlink()
    (folder / "host" / "checkpoint.json").unlink()
    run("revoke", "clara")
    run("ledger", "verify")
    assert "was cut" in one_line(run("ledger", "verify", "--checkpoint", kept, code=3))
    assert "exists" in one_line(run("ledger", "checkpoint", "-o", kept, code=2))


def test_an_empty_ledger_is_told(run: Run, one_line: Any) -> None:
    assert "nothing is written" in run("ledger", "show")
    assert run("ledger", "verify", "--json")["entries"] == 0
    assert "no leaf" in one_line(run("ledger", "prove", 0, code=2))


@pytest.mark.parametrize(
    "argv",
    [
        ["revoke", "nobody"],
        ["suspend", "../etc"],
        ["ledger", "prove", "99"],
        ["ledger", "prove", "--since", "0"],
        ["ledger", "verify", "--checkpoint", "no-such-file"],
        ["ledger", "show", "nobody"],
    ],
)
def test_wrong_use_is_one_line(run: Run, one_line: Any, argv: list[str]) -> None:
    assert one_line(run(*argv, code=2))


@pytest.mark.parametrize("line", ["revoke", "revoke clara --cause mood", "ledger show --last -1", "report --since may"])
def test_wrong_arguments(line: str) -> None:
    with pytest.raises(SystemExit) as left:
        main(["consent", *line.split()])
    assert left.value.code == 2
