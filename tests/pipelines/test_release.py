"""Nothing unlabelled and nothing unrecorded is ever released, wherever a render is stopped."""

from __future__ import annotations

import hashlib
import json
import os
import random
import resource
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.pipelines.made import check_labelled, short_render, sounds_in
from vocalkit.audio import read
from vocalkit.consent.certificates import make_chain
from vocalkit.errors import ConsentError, InputError, OutputError
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.credits import Material
from vocalkit.pipelines.desk import Desk, open_desk
from vocalkit.pipelines.publish import RENDER_FILES
from vocalkit.pipelines.render_folder import UNSIGNED, Release, publish, seconds_sung
from vocalkit.pipelines.staging import held
from vocalkit.provenance import Claim, read_manifest, read_tags
from vocalkit.types import Audio, SoundFormat

ROOT = Path(__file__).resolve().parents[2]
FORMS: tuple[SoundFormat, ...] = ("wav", "flac", "mp3", "ogg")


def kinds(desk: Desk) -> list[str]:
    return [entry.kind for entry in desk.registry.entries() if entry.kind in ("exported", "abandoned")]


def entries(desk: Desk, render_id: str) -> list[dict[str, Any]]:
    return [entry.facts() for entry in desk.registry.entries() if entry.facts().get("render") == render_id]


@pytest.mark.parametrize("form", FORMS)
def test_every_format_leaves_labelled(mixed: Render, desk: Desk, tmp_path: Path, form: SoundFormat) -> None:
    out = tmp_path / "song"
    report = publish(mixed, out, Release(form, arguments={"seed": 0}), desk=desk)
    names = {path.name for path in out.iterdir()}
    assert {f"{stem}.{form}" for stem in ("mix", "vocals", "vocals_dry")} <= names <= RENDER_FILES
    facts = json.loads((out / "report.json").read_text())
    assert (UNSIGNED in report.warnings) == (form == "ogg") == (not facts["manifest"])
    for path in sounds_in(out):
        check_labelled(path, desk)
        assert facts["files_sha256"][path.name] == hashlib.sha256(path.read_bytes()).hexdigest()
        with path.open("rb") as file:
            claim = read_tags(file, form)
        assert claim is not None
        assert claim.content == ("mix" if path.stem == "mix" else "stem")
        assert (claim.host, claim.render_id) == (desk.name, facts["render_id"])
        assert claim.grant_sha256 == hashlib.sha256((out / "grant.json").read_bytes()).hexdigest()
        assert not claim.may_train
    (export,) = entries(desk, facts["render_id"])
    assert set(export["files"]) == set(facts["files_sha256"].values())
    assert export["milliseconds"] == pytest.approx(seconds_sung(mixed.performance) * 1000, abs=1)
    assert export["authorship"] == hashlib.sha256((out / "credits.json").read_bytes()).hexdigest()
    assert [path.name for path in tmp_path.iterdir()] == ["song"]


@pytest.mark.parametrize("form", ["wav", "flac"])
def test_labels_change_no_sample(mixed: Render, desk: Desk, tmp_path: Path, form: SoundFormat) -> None:
    publish(mixed, tmp_path / "song", Release(form), desk=desk)
    assert mixed.mix is not None
    for name, audio in (("mix", mixed.mix.audio), ("vocals", mixed.mix.vocals), ("vocals_dry", mixed.dry)):
        written = read(tmp_path / "song" / f"{name}.{form}", min_duration_s=0)
        assert np.abs(written.samples - audio.samples).max() <= 2**-24


def test_the_mix_names_its_vocals(mixed: Render, desk: Desk, tmp_path: Path) -> None:
    import c2pa

    publish(mixed, tmp_path / "song", desk=desk)
    trust = {"trust_anchors": desk.host.root_pem.decode(), "trust_config": "1.3.6.1.5.5.7.3.4"}
    context = c2pa.Context.from_dict({"verify": {"verify_trust": True}, "trust": trust})
    with (tmp_path / "song" / "mix.wav").open("rb") as file:
        reader = c2pa.Reader("audio/wav", file, None, context)
        assert reader.get_validation_state() == "Trusted"
        manifest: Any = reader.get_active_manifest()
    assert sorted(part["title"] for part in manifest["ingredients"]) == ["instrumental", "vocals"]


def test_credits_tell_people_from_machines(sung: Render, desk: Desk, tmp_path: Path) -> None:
    words = Material("lyrics", "words.txt", "ab" * 32, "la la")
    melody = Material("melody", "tune.mid", "cd" * 32)
    arguments = {"seed": 4, "tempo_bpm": 120.0, "key": None, "voice": "clara"}
    publish(sung, tmp_path / "song", Release(materials=(words, melody), arguments=arguments), desk=desk)
    values = json.loads((tmp_path / "song" / "credits.json").read_text())
    makers = {role["part"]: role["maker"] for role in values["roles"]}
    assert makers["singing voice"] == "ai"
    assert makers["lyrics"] == makers["melody"] == "handed_in"
    assert makers["timing, pitch and expression"] == "program"
    assert "mix" not in makers
    assert values["authorship"]["handed_in"][0]["text"] == "la la"
    assert values["authorship"]["seed"] == 4
    assert values["authorship"]["edits"] == [
        "the tempo was set by hand",
        "the melody was handed in, not made here",
    ]
    text = (tmp_path / "song" / "CREDITS.txt").read_text()
    assert sung.provenance.credit in text
    assert sung.provenance.label in text
    assert "lyrics: words.txt (handed in)" in text


def test_a_revoked_grant_releases_nothing(other_home: Path, tmp_path: Path) -> None:
    render, desk = short_render(), open_desk()
    desk.registry.revoke(render.provenance.grant_id, "asked_by_artist", desk.clock())
    with pytest.raises(ConsentError) as refused:
        publish(render, tmp_path / "out" / "song", desk=desk)
    assert refused.value.reason == "revoked"
    assert not (tmp_path / "out").exists()
    assert kinds(desk) == []


def test_a_mark_of_another_host_releases_nothing(sung: Render, other_home: Path, tmp_path: Path) -> None:
    with pytest.raises(ConsentError):
        publish(sung, tmp_path / "out", desk=open_desk())
    assert not (tmp_path / "out").exists()


def test_what_cannot_be_signed_is_not_released(sung: Render, desk: Desk, tmp_path: Path) -> None:
    strange = make_chain("Other", now=desk.clock())
    host = replace(desk.host, leaf_key_pem=strange.key_pem)
    before = kinds(desk)
    with pytest.raises(OutputError, match="cannot be signed"):
        publish(sung, tmp_path / "song", desk=replace(desk, host=host))
    assert list(tmp_path.iterdir()) == []
    assert kinds(desk) == before


def test_what_does_not_read_back_as_trusted_is_not_released(sung: Render, desk: Desk, tmp_path: Path) -> None:
    host = replace(desk.host, root_pem=make_chain("Other", now=desk.clock()).root_pem)
    with pytest.raises(OutputError, match="does not read back"):
        publish(sung, tmp_path / "song", desk=replace(desk, host=host))
    assert list(tmp_path.iterdir()) == []


def test_a_render_that_cannot_be_put_in_place_is_abandoned(sung: Render, desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "song"
    publish(sung, out, desk=desk)
    before, inode = kinds(desk), out.stat().st_ino
    with held(out), pytest.raises(OutputError, match="another render is being put there"):
        publish(sung, out, desk=desk)
    assert kinds(desk)[len(before) :] == ["exported", "abandoned"]
    assert out.stat().st_ino == inode
    assert [path.name for path in tmp_path.iterdir()] == ["song"]


def test_a_format_that_cannot_hold_it_is_refused_early(sung: Render, desk: Desk, tmp_path: Path) -> None:
    fast = replace(sung, dry=Audio(np.zeros((1, 9600), np.float32), 96_000))
    before = kinds(desk)
    with pytest.raises(InputError, match="--format flac"):
        publish(fast, tmp_path / "song", Release("mp3"), desk=desk)
    assert list(tmp_path.iterdir()) == []
    assert kinds(desk) == before


CHILD = """
import sys
from pathlib import Path
from tests.pipelines.made import short_render, with_mix
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.render_folder import Release, publish

render, desk, out = with_mix(short_render()), open_desk(), Path(sys.argv[1])
publish(render, out / "warm", desk=desk)
print("ready", flush=True)
number = 0
while sys.argv[2] == "forever" or number < int(sys.argv[2]):
    publish(render, out / f"take-{number % 3}", Release(("wav", "flac", "mp3", "ogg")[number % 4]), desk=desk)
    number += 1
"""


def child(out: Path, count: str, **options: Any) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", CHILD, str(out), count]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, **options)


def kill_at_random(out: Path, *, times: int, seed: int) -> int:
    """Start renders and kill them at random moments; check all that is left each time. Returns hidden folders seen."""
    moments, hidden = random.Random(seed), 0
    for _ in range(times):
        with child(out, "forever") as process:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
            time.sleep(moments.uniform(0.0, 0.4))
            process.kill()
        desk = open_desk()
        desk.registry.verify_ledger()
        for path in sounds_in(out):
            check_labelled(path, desk)
        hidden += sum(path.name.startswith(".") for path in out.iterdir())
    return hidden


def test_kill_9_leaves_nothing_unlabelled(other_home: Path, sung: Render, desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out"
    kill_at_random(out, times=2, seed=1)
    with child(out, "0") as process:
        assert process.wait() == 0
    assert not any(path.name.startswith(".") for path in out.iterdir()), "the next render sweeps"


@pytest.mark.slow
def test_kill_9_at_many_moments(other_home: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert kill_at_random(out, times=15, seed=2) > 0, "no kill fell into a render"
    with child(out, "0") as process:
        assert process.wait() == 0
    assert not any(path.name.startswith(".") for path in out.iterdir())


def test_a_full_disk_leaves_nothing(other_home: Path, tmp_path: Path) -> None:
    """A limit on file sizes stands in for the disk: the sounds do not fit, everything else does."""
    out = tmp_path / "out"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    with child(out, "1", preexec_fn=limit, stderr=subprocess.PIPE) as process:
        _, errors = process.communicate()
    assert process.returncode != 0
    assert "OutputError" in errors
    assert "file too large" in errors
    assert sounds_in(tmp_path) == []
    assert kinds(open_desk()) == []


def test_signed_stems_stand_alone(mixed: Render, desk: Desk, tmp_path: Path) -> None:
    publish(mixed, tmp_path / "song", desk=desk)
    claims: set[Claim] = set()
    for name in ("mix", "vocals", "vocals_dry"):
        with (tmp_path / "song" / f"{name}.wav").open("rb") as file:
            state = read_manifest(file, "wav", anchors_pem=desk.host.root_pem)
        assert state.claim is not None
        claims.add(replace(state.claim, content="stem"))
    assert len(claims) == 1, "one render, one claim"
