"""From an artist's key to a grant in force, by the commands alone; and everything that must not get that far."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.cli.studio import Studio
from vocalkit.cli.main import main
from vocalkit.consent import SignedGrant, Use, open_host, trusted_roots, user_consent_folder, utc_now, verify_grant
from vocalkit.consent.draft import draft_path
from vocalkit.errors import ConsentError
from vocalkit.voice.load import license_installed
from vocalkit.weights import read_stored_model, read_voice_manifest, user_voices_folder, write_manifest

USE = Use.of_song(purposes=("demo",), languages=("en-us",), genres=("folk",), territories=("DE",))


def test_a_voice_sings_once_its_artist_granted_it(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(Exception, match="consent grant --voice ada"):
        license_installed("ada", use=USE)
    assert studio.grant("--voice", "ada", "--genre", "folk", "--territory", "DE", "-o", str(studio.work / "g")) == 0
    assert "ada may sing until" in capsys.readouterr().out
    assert studio.registry.state(studio.draft.grant_id) == "active"
    assert studio.grant_file.read_bytes() == (studio.work / "g").read_bytes()
    voice = license_installed("ada", use=USE)
    assert voice.grant.credit_line == "Voice: Ada" and voice.mark > 0
    assert voice.open_model(read_stored_model(read_voice_manifest("ada"))) == studio.model
    voice.check(seconds=2.0)
    with pytest.raises(ConsentError) as refused:
        license_installed("ada", use=replace(USE, genres=("metal",)))
    assert refused.value.reason == "genre_not_granted"
    studio.registry.revoke(studio.draft.grant_id, "asked_by_artist", utc_now())
    for attempt in (voice.check, lambda: voice.open_model(b""), lambda: license_installed("ada", use=USE)):
        with pytest.raises(ConsentError) as refused:
            attempt()
        assert refused.value.reason == "revoked"
    assert studio.refusals() == ["genre_not_granted", "revoked", "revoked", "revoked"]


def test_the_artists_key_need_not_come_to_the_host(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    draft = str(draft_path(user_voices_folder(), "ada"))
    signed, whole = str(studio.work / "ada.signed"), str(studio.work / "ada.grant")
    assert studio.grant("--sign-only", draft, "-o", signed) == 0
    assert studio.registry.state(studio.draft.grant_id) == "verified" and not studio.grant_file.exists()
    assert main(["consent", "grant", "--countersign", signed, "-o", whole]) == 0
    assert studio.registry.state(studio.draft.grant_id) == "active"
    license_installed("ada", use=USE)
    capsys.readouterr()
    assert main(["consent", "grant", "--show", whole]) == 0
    shown = capsys.readouterr().out
    assert "given by        Ada (key " in shown and "vouched for by  vocalkit host" in shown
    assert main(["consent", "grant", "--show", signed, "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert facts["grant"]["royalty"] == "0.05 EUR per second" and facts["vouched_by"] is None
    assert len(facts["signed_by"]) == 1


@pytest.mark.parametrize(
    ("wishes", "reason"),
    [
        (("--use", "political", "--language", "en-us"), "not_as_enrolled"),
        (("--use", "demo", "--language", "en-us", "--until", "2099-01-01"), "term_too_long"),
        (("--use", "demo", "--language", "en-us", "--from", "2001-01-01"), "expired"),
    ],
)
def test_what_is_not_signed(studio: Studio, wishes: tuple[str, ...], reason: str, one_line: Any, capsys: Any) -> None:
    assert studio.grant("--voice", "ada", wishes=wishes) == 3
    one_line(capsys.readouterr().err)
    assert not studio.grant_file.exists() and studio.registry.state(studio.draft.grant_id) == "verified"
    # A host refuses only what reached it: the first two were never signed.
    assert studio.refusals() == ([reason] if reason == "expired" else [])


def change_draft(studio: Studio, **changes: Any) -> None:
    path = draft_path(user_voices_folder(), "ada")
    path.write_bytes(replace(studio.draft, **changes).to_bytes())


def swap_model(studio: Studio) -> None:
    manifest = read_voice_manifest("ada")
    write_manifest(replace(manifest, sha256="00" * 32))


def unseal_model(studio: Studio) -> None:
    write_manifest(replace(read_voice_manifest("ada"), sealed=False))


@pytest.mark.parametrize(
    ("between", "reason"),
    [
        (lambda studio: change_draft(studio, grant_id=str(uuid.uuid4())), "not_as_enrolled"),
        (lambda studio: change_draft(studio, model_sha256="00" * 32), "not_as_enrolled"),
        (lambda studio: change_draft(studio, recording_commitment="00" * 32), "not_as_enrolled"),
        (lambda studio: change_draft(studio, terms_sha256="00" * 32), "not_as_enrolled"),
        (lambda studio: change_draft(studio, name="Eve"), "not_as_enrolled"),
        (lambda studio: change_draft(studio, uses=("commercial_music",)), "not_as_enrolled"),
        (swap_model, "not_as_enrolled"),
        (unseal_model, "not_sealed"),
        (lambda studio: studio.registry.revoke(studio.draft.grant_id, "asked_by_artist", utc_now()), "wrong_state"),
    ],
)
def test_what_is_not_countersigned(
    studio: Studio, between: Callable[[Studio], None], reason: str, one_line: Any, capsys: Any
) -> None:
    """The artist signed in good faith; between that and the host something changed."""
    signed = studio.work / "ada.signed"
    assert studio.grant("--sign-only", str(draft_path(user_voices_folder(), "ada")), "-o", str(signed)) == 0
    between(studio)
    capsys.readouterr()
    assert main(["consent", "grant", "--countersign", str(signed), "-o", str(studio.work / "g")]) == 3
    one_line(capsys.readouterr().err)
    assert studio.refusals() == [reason]
    assert not studio.grant_file.exists() and not (studio.work / "g").exists()
    assert studio.registry.state(studio.draft.grant_id) != "active"


def test_a_case_is_granted_once(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    assert studio.grant("--voice", "ada") == 0
    first = studio.grant_file.read_bytes()
    assert studio.grant("--voice", "ada", "--max-seconds", "9") == 3
    assert studio.grant_file.read_bytes() == first
    license_installed("ada", use=USE)


def test_a_grant_that_was_stopped_half_way_is_finished(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    """The machine stopped between putting the grant in force and putting it beside the voice."""
    draft, signed = str(draft_path(user_voices_folder(), "ada")), str(studio.work / "ada.signed")
    assert studio.grant("--sign-only", draft, "-o", signed) == 0
    assert main(["consent", "grant", "--countersign", signed]) == 0
    first = studio.grant_file.read_bytes()
    studio.grant_file.unlink()
    # Signed again with the same wishes: it is the first one that counts.
    assert studio.grant("--voice", "ada", "-o", str(studio.work / "copy")) == 0
    assert studio.grant_file.read_bytes() == (studio.work / "copy").read_bytes() == first
    # The same signature handed in again is no other grant either.
    assert main(["consent", "grant", "--countersign", signed, "-o", str(studio.work / "second copy")]) == 0
    assert (studio.work / "second copy").read_bytes() == first
    # Other wishes are another grant, which this case cannot have; the voice has its own again all the same.
    studio.grant_file.unlink()
    capsys.readouterr()
    for other in (("--max-seconds", "9"), ("--years", "2"), ("--until", "2027-02-01")):
        assert studio.grant("--voice", "ada", *other) == 3
        assert "another grant is in force" in capsys.readouterr().err
        assert studio.grant_file.read_bytes() == first
    assert studio.refusals() == ["wrong_state"] * 3
    license_installed("ada", use=USE)


def test_flipped_bits_are_not_countersigned(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    signed = studio.work / "ada.signed"
    assert studio.grant("--sign-only", str(draft_path(user_voices_folder(), "ada")), "-o", str(signed)) == 0
    data = signed.read_bytes()
    for at in range(20, len(data), 97):
        signed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        assert main(["consent", "grant", "--countersign", str(signed)]) == 3
    assert not studio.grant_file.exists()


def test_another_hosts_countersignature_does_not_count(studio: Studio, tmp_path: Path) -> None:
    assert studio.grant("--voice", "ada") == 0
    signed, other = SignedGrant(studio.grant_file.read_bytes()), tmp_path / "elsewhere"
    with pytest.raises(ConsentError) as refused:
        verify_grant(signed, trust=trusted_roots(open_host(other), other))
    assert refused.value.reason == "unknown_signer"


@pytest.mark.parametrize(
    "argv",
    [
        ["grant", "--voice", "ada"],
        ["grant", "--voice", "ada", "--countersign", "x"],
        ["grant", "--voice", "ada", "--royalty", "a lot"],
        ["grant", "--voice", "ada", "--until", "tomorrow"],
        ["grant", "--show", "absent"],
        ["grant", "--sign-only", "absent", "--key", "absent"],
        ["keygen"],
        ["host", "init", "--registry", "no-url"],
    ],
)
def test_wrong_use(
    argv: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, one_line: Any, capsys: Any
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    try:
        code = main(["consent", *argv])
    except SystemExit as stop:
        code = stop.code
    assert code == 2
    one_line(capsys.readouterr().err)


def test_a_wrong_passphrase(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    (studio.work / "words").write_text("others\n")
    assert studio.grant("--voice", "ada") == 3
    assert "passphrase is wrong" in capsys.readouterr().err
    assert not studio.grant_file.exists()


def test_a_key_is_made_once(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    before = (studio.work / "ada.pem").read_bytes()
    assert main(["consent", "keygen", "-o", str(studio.work / "ada.pem")]) == 2
    assert "choose another name" in capsys.readouterr().err
    assert (studio.work / "ada.pem").read_bytes() == before
    (studio.work / "empty").write_text("\n")
    argv = ["consent", "keygen", "-o", str(studio.work / "b.pem"), "--passphrase-file"]
    assert main([*argv, str(studio.work / "empty")]) == 2
    assert not (studio.work / "b.pem").exists()
    (studio.work / "weak").write_text("abc")
    assert main([*argv, str(studio.work / "weak"), "--json"]) == 0
    captured = capsys.readouterr()
    assert "soon guessed" in captured.err and len(json.loads(captured.out)["key"]) == 43


def test_a_host_is_shown_and_handed_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> None:
    for variable in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(variable, str(tmp_path / "home"))
    assert main(["consent", "host", "show"]) == 2
    assert not user_consent_folder().exists()
    url = "postgresql+psycopg://me:secret@server/consent"
    assert main(["consent", "host", "init", "--name", "Studio Süd", "--registry", url]) == 0
    assert main(["consent", "host", "init"]) == 2
    capsys.readouterr()
    bundle = tmp_path / "studio.json"
    assert main(["consent", "host", "show", "--root", str(bundle), "--json"]) == 0
    text = capsys.readouterr().out
    facts = json.loads(text)
    assert facts["name"] == "Studio Süd" and "secret" not in text and "server/consent" in facts["registry"]
    assert json.loads(bundle.read_bytes())["root"]["thumbprint"] == facts["key"]
    assert main(["consent", "host", "show", "--root", str(bundle)]) == 2
