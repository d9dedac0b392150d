"""What is destroyed when a permission ends: by the artist, by its term, by erasure."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.studio import Studio
from vocalkit.cli.main import main
from vocalkit.consent import Use, utc_now
from vocalkit.consent.registry import Person
from vocalkit.errors import ConsentError
from vocalkit.pipelines.consent.retention import sweep
from vocalkit.pipelines.desk import Desk, open_desk
from vocalkit.voice.load import license_installed
from vocalkit.weights import user_voices_folder

DEMO = Use.of_song(purposes=("demo",), languages=("en-us",))


def kept() -> list[str]:
    folder = user_voices_folder()
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


EVERYTHING = ["ada.grant.jws", "ada.md", "ada.sealed", "ada.toml", "ada/draft.json"]
WITHOUT_MODEL = [name for name in EVERYTHING if name != "ada.sealed"]


@pytest.fixture
def ada(studio: Studio) -> Studio:
    """Her voice, in force for a year."""
    assert studio.grant("--voice", "ada") == 0
    assert kept() == EVERYTHING
    return studio


def in_years(years: int) -> Desk:
    desk = open_desk()
    return Desk(desk.host, desk.registry, lambda: utc_now() + timedelta(days=366 * years))


def test_no_recording_and_no_measurement_is_kept(ada: Studio) -> None:
    """All that enrolment leaves: sealed model, what is said about it, and the registry."""
    home = user_voices_folder().parent
    names = {str(path.relative_to(home)) for path in home.rglob("*") if path.is_file()}
    registry = {name for name in names if name.startswith("consent/registry.sqlite")}
    host = {f"consent/host/{name}" for name in ("signing.pem", "wrapping.key", "leaf.pem", "chain.pem", "root.pem")}
    host |= {"consent/host/host.toml", "consent/host/checkpoint.json"}
    assert names == registry | host | {f"voices/{name}" for name in EVERYTHING}


def test_revoking_destroys_the_model(ada: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["consent", "revoke", "ada"]) == 0
    assert kept() == WITHOUT_MODEL
    with pytest.raises(ConsentError) as refused:
        license_installed("ada", use=DEMO)
    assert refused.value.reason == "revoked"


def test_erasing_destroys_everything(ada: Studio) -> None:
    assert main(["consent", "erase", "ada", "--yes"]) == 0
    assert kept() == []


def test_the_end_of_the_term_destroys_the_model(ada: Studio) -> None:
    assert sweep(desk=open_desk(), voices=user_voices_folder()) == [] and kept() == EVERYTHING
    for removed in (True, False):
        (swept,) = sweep(desk=in_years(1), voices=user_voices_folder())
        assert (swept["state"], swept["model_removed"], swept["personal_data"]) == ("expired", removed, True)
    assert kept() == WITHOUT_MODEL
    with pytest.raises(ConsentError) as refused:
        open_desk().registry.key(ada.draft.grant_id)
    assert refused.value.reason in ("expired", "key_destroyed")


def test_a_suspended_voice_ends_with_its_term_too(ada: Studio) -> None:
    assert main(["consent", "suspend", "ada"]) == 0
    assert sweep(desk=open_desk(), voices=user_voices_folder()) == []
    (swept,) = sweep(desk=in_years(1), voices=user_voices_folder())
    assert swept["state"] == "expired" and kept() == WITHOUT_MODEL


def test_another_enrolment_under_the_same_name_is_left_alone(ada: Studio) -> None:
    """A case that was given up shares the voice's name; ending it must not touch the voice that sings."""
    other = "0b2f3f1c-9f53-4c3e-8a77-2f0f6f0e1d11"
    ada.registry.open_case(other, "ada", Person("Ada"), utc_now())
    assert main(["consent", "revoke", other]) == 0
    assert main(["consent", "erase", other, "--yes"]) == 0
    assert kept() == EVERYTHING
    # And the other way round: the files are hers although another case has the name.
    ada.registry.open_case(other[:-1] + "2", "ada", Person("Ada"), utc_now())
    assert main(["consent", "erase", ada.draft.grant_id, "--yes"]) == 0
    assert kept() == []


def test_sweeping_by_command(ada: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    capsys.readouterr()
    assert main(["consent", "sweep"]) == 0
    assert "no permission has ended" in capsys.readouterr().out
    model = (user_voices_folder() / "ada.sealed").read_bytes()
    assert main(["consent", "revoke", "ada"]) == 0
    # A file that came back, from a backup.
    (user_voices_folder() / "ada.sealed").write_bytes(model)
    capsys.readouterr()
    assert main(["consent", "sweep", "--json"]) == 0
    (swept,) = json.loads(capsys.readouterr().out)["swept"]
    assert swept["model_removed"] and swept["state"] == "revoked"
    assert main(["consent", "sweep"]) == 0
    assert f"erase {ada.draft.grant_id} --yes" in capsys.readouterr().out


def test_a_model_that_cannot_be_removed_does_not_hide_the_revocation(
    ada: Studio, monkeypatch: pytest.MonkeyPatch, one_line: Any, capsys: Any
) -> None:
    def denied(path: Path, missing_ok: bool = False) -> None:
        raise PermissionError(13, "Permission denied", str(path))

    capsys.readouterr()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", denied)
        assert main(["consent", "revoke", "ada"]) == 2
    assert "consent sweep" in one_line(capsys.readouterr().err)
    assert ada.registry.state(ada.draft.grant_id) == "revoked"
    assert main(["consent", "sweep"]) == 0
    assert kept() == WITHOUT_MODEL
