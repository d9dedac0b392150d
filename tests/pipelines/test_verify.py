"""`verify` on files as they are found: released, stripped, copied, changed, foreign, broken."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile

from tests.pipelines.made import short_render, short_tune, with_mix
from vocalkit.audio import encode, read, resample
from vocalkit.consent.host import HostSettings, open_host
from vocalkit.errors import AudioError, InputError
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.desk import Desk, open_desk
from vocalkit.pipelines.evidence import Verification, judge
from vocalkit.pipelines.render_folder import Release, publish
from vocalkit.pipelines.sing_score import SingScore, sing_score
from vocalkit.pipelines.verify import Verifier, inform, open_verifier, read_labels, verify_file, verify_sound
from vocalkit.provenance import write_tags
from vocalkit.types import Audio, SoundFormat


def labels_of(path: Path, verifier: Verifier | None = None) -> Verification:
    """The verdict without listening, which takes seconds and says nothing new about labels."""
    asked = verifier or open_verifier()
    return judge(path.name, inform(path, read_labels(path, asked), asked))


SIGNED: tuple[SoundFormat, ...] = ("wav", "flac", "mp3")


@pytest.fixture
def released(mixed: Render, desk: Desk, tmp_path: Path) -> Path:
    out = tmp_path / "song"
    publish(mixed, out, desk=desk)
    return out


@pytest.fixture(scope="module")
def stranger(tmp_path_factory: pytest.TempPathFactory) -> Verifier:
    """A machine that never rendered anything."""
    return open_verifier(folder=tmp_path_factory.mktemp("stranger"))


@pytest.mark.parametrize("form", SIGNED)
def test_our_own_release_is_verified(mixed: Render, desk: Desk, tmp_path: Path, form: SoundFormat) -> None:
    publish(mixed, tmp_path / "song", Release(form), desk=desk)
    for stem in ("mix", "vocals", "vocals_dry"):
        found = labels_of(tmp_path / "song" / f"{stem}.{form}")
        assert (found.verdict, found.contradictions) == ("verified", ())
        evidence = found.evidence
        assert (evidence.form, evidence.manifest.state, evidence.manifest.sound_matches) == (form, "trusted", True)
        assert evidence.tags == evidence.manifest.claim
        assert evidence.label == mixed.provenance.label
        assert evidence.grant_now == "active"
        assert evidence.grant_then is not None
        assert set(evidence.grant_then.purposes) <= set(evidence.grant_then.uses)
        assert evidence.grant_then.expires == mixed.voice.grant.expires


def test_a_third_party_with_and_without_our_root(
    released: Path, desk: Desk, stranger: Verifier, tmp_path: Path
) -> None:
    found = labels_of(released / "mix.wav", stranger)
    assert (found.verdict, found.evidence.manifest.state, found.contradictions) == ("labelled", "valid", ())
    assert found.evidence.grant_now == "active", "a built-in voice's grant ships with vocalkit"
    (tmp_path / "bundle.json").write_bytes(desk.host.bundle.to_bytes())
    (tmp_path / "root.pem").write_bytes(desk.host.root_pem)
    for name in ("bundle.json", "root.pem"):
        empty = tmp_path / "empty"
        assert labels_of(released / "mix.wav", open_verifier([tmp_path / name], folder=empty)).verdict == "verified"
        assert not empty.exists(), "verifying makes nothing"
    other = open_host(tmp_path / "other", settings=HostSettings("Other"))
    (tmp_path / "other.pem").write_bytes(other.root_pem)
    untrusting = open_verifier([tmp_path / "other.pem"], folder=tmp_path / "empty")
    assert labels_of(released / "mix.wav", untrusting).verdict == "labelled"


@pytest.mark.parametrize(
    "data", [b"", b"{}", b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", b"\xff" * 99]
)
def test_a_bundle_that_is_none(released: Path, tmp_path: Path, data: bytes) -> None:
    (tmp_path / "bundle").write_bytes(data)
    with pytest.raises(InputError, match="trust bundle"):
        verify_file(released / "mix.wav", trust=[tmp_path / "bundle"])
    with pytest.raises(InputError, match="cannot read the trust bundle"):
        verify_file(released / "mix.wav", trust=[tmp_path / "none"])


@pytest.mark.parametrize("form", SIGNED)
def test_one_flipped_bit_of_sound_is_broken(
    mixed: Render, desk: Desk, stranger: Verifier, tmp_path: Path, form: SoundFormat
) -> None:
    publish(mixed, tmp_path / "song", Release(form), desk=desk)
    path = tmp_path / "song" / f"mix.{form}"
    data = bytearray(path.read_bytes())
    data[len(data) * 3 // 5] ^= 1
    path.write_bytes(data)
    for verifier in (open_verifier(), stranger):
        found = labels_of(path, verifier)
        assert (found.verdict, found.evidence.manifest.sound_matches) == ("broken", False)
        assert "assertion.dataHash.mismatch" in found.evidence.manifest.reasons


def test_a_cut_off_file_with_a_label_is_broken(mixed: Render, desk: Desk, tmp_path: Path) -> None:
    publish(mixed, tmp_path / "song", Release("mp3"), desk=desk)
    path = tmp_path / "song" / "mix.mp3"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert verify_file(path).verdict == "broken"


def test_a_manifest_copied_onto_other_sound(released: Path, tmp_path: Path) -> None:
    ours = (released / "mix.wav").read_bytes()
    other = io.BytesIO()
    encode(Audio(np.random.default_rng(5).uniform(-0.5, 0.5, (2, 44_100)).astype(np.float32), 44_100), other, "wav")
    grown = bytearray(other.getvalue() + ours[ours.rindex(b"C2PA") :])
    grown[4:8] = (len(grown) - 8).to_bytes(4, "little")
    (tmp_path / "copied.wav").write_bytes(grown)
    found = verify_file(tmp_path / "copied.wav")
    assert found.verdict == "broken"
    assert any("other bytes" in line for line in found.contradictions)


def test_tags_of_another_render(mixed: Render, desk: Desk, tmp_path: Path) -> None:
    publish(mixed, tmp_path / "one", Release("mp3"), desk=desk)
    with (tmp_path / "one" / "mix.mp3").open("r+b") as file:
        claim = read_labels(tmp_path / "one" / "mix.mp3", open_verifier()).tags
        assert claim is not None
        write_tags(file, "mp3", replace(claim, render_id="another"))
    found = labels_of(tmp_path / "one" / "mix.mp3")
    assert found.verdict == "broken"
    assert any("disagree about: render" in line for line in found.contradictions)


@pytest.mark.parametrize("form", SIGNED)
def test_a_stripped_file_has_no_label(mixed: Render, desk: Desk, tmp_path: Path, form: SoundFormat) -> None:
    """Two seconds under loud noise are too little for the watermark: the slow tests below have more."""
    publish(mixed, tmp_path / "song", Release(form), desk=desk)
    audio = read(tmp_path / "song" / f"mix.{form}", min_duration_s=0)
    soundfile.write(tmp_path / "bare.wav", audio.samples.T, audio.sample_rate)
    found = verify_file(tmp_path / "bare.wav")
    assert (found.verdict, found.evidence.label, found.evidence.tags) == ("unmarked", None, None)


def test_a_manifest_stripped_by_a_tagger_leaves_the_tags(mixed: Render, desk: Desk, tmp_path: Path) -> None:
    publish(mixed, tmp_path / "song", Release("mp3"), desk=desk)
    path = tmp_path / "song" / "mix.mp3"
    tagged: Any = mutagen.File(path)
    tagged.tags.delall("GEOB")
    tagged.save()
    found = labels_of(path)
    assert (found.verdict, found.evidence.manifest.state) == ("labelled", "absent")
    assert found.evidence.tags is not None


def test_ogg_says_that_it_holds_no_manifest(mixed: Render, desk: Desk, stranger: Verifier, tmp_path: Path) -> None:
    publish(mixed, tmp_path / "song", Release("ogg"), desk=desk)
    found = labels_of(tmp_path / "song" / "mix.ogg", stranger)
    assert (found.verdict, found.evidence.manifest.state, found.contradictions) == ("labelled", "absent", ())
    assert found.evidence.tags is not None


@pytest.mark.parametrize(("step", "verdict"), [("suspend", "withdrawn"), ("revoke", "withdrawn")])
def test_a_grant_taken_back_since(other_home: Path, tmp_path: Path, step: str, verdict: str) -> None:
    render, desk = short_render(), open_desk()
    publish(render, tmp_path / "song", desk=desk)
    assert labels_of(tmp_path / "song" / "vocals_dry.wav").verdict == "verified"
    getattr(desk.registry, step)(render.provenance.grant_id, "asked_by_artist", desk.clock())
    found = labels_of(tmp_path / "song" / "vocals_dry.wav")
    assert (found.verdict, found.contradictions) == (verdict, ())
    assert found.evidence.grant_now in ("suspended", "revoked")


def test_another_grant_beside_the_file(released: Path) -> None:
    values = json.loads((released / "grant.json").read_text())
    values["credit_line"] = "Somebody else"
    from vocalkit.consent.canonical import canonical

    (released / "grant.json").write_bytes(canonical(values))
    found = labels_of(released / "mix.wav")
    assert found.verdict == "broken"
    (released / "grant.json").write_text("{}")
    assert labels_of(released / "mix.wav").verdict == "verified"


NOISE = np.random.default_rng(0).uniform(-0.5, 0.5, (44_100, 2))


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "misnamed.txt"])
def test_other_peoples_files_are_unmarked(tmp_path: Path, name: str) -> None:
    form = {"a.ogg": "OGG", "a.mp3": "MP3", "a.flac": "FLAC"}.get(name, "WAV")
    soundfile.write(tmp_path / name, NOISE, 44_100, format=form)
    found = verify_file(tmp_path / name)
    assert (found.verdict, found.evidence.grant_now, found.whose) == ("unmarked", "unknown", None)


def test_what_is_no_sound(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "whole.wav", NOISE, 44_100)
    data = (tmp_path / "whole.wav").read_bytes()
    cases: dict[str, bytes] = {
        "empty.wav": b"",
        "text.mp3": b"la la la " * 99,
        "half.wav": data[: len(data) // 2],
        "head.wav": data[:20],
        "zeros": bytes(5000),
        "id3": b"ID3\x04\x00\x00\x7f\x7f\x7f\x7f" * 20,
    }
    for name, content in cases.items():
        (tmp_path / name).write_bytes(content)
        with pytest.raises(AudioError):
            verify_file(tmp_path / name)
    for path in (tmp_path, tmp_path / "none.wav"):
        with pytest.raises(AudioError):
            verify_file(path)


@pytest.mark.slow
def test_labels_cost_little_more_than_hashing(desk: Desk, sung: Render, tmp_path: Path) -> None:
    """Everything but decoding and listening, on three minutes of 24-bit stereo.

    CPU time beside that of SHA-256 over the same bytes, because other programs run meanwhile; the
    seconds are in docs/verify.md. The C2PA library reads a FLAC file twice.
    """
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 44_100 * 180)).astype(np.float32)
    long, verifier = replace(sung, dry=Audio(noise, 44_100)), open_verifier()
    forms: dict[SoundFormat, float] = {"wav": 1.5, "flac": 3.0}
    for form, factor in forms.items():
        publish(long, tmp_path / form, Release(form), desk=desk)
        path = tmp_path / form / f"vocals_dry.{form}"
        hashing = least_cpu_s(lambda path=path: hashlib.sha256(path.read_bytes()))
        assert least_cpu_s(lambda path=path: labels_of(path, verifier)) < factor * hashing + 0.03


def least_cpu_s(step: Callable[[], object]) -> float:
    taken = []
    for _ in range(5):
        began = time.process_time()
        step()
        taken.append(time.process_time() - began)
    return min(taken)


@pytest.fixture(scope="module")
def marked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Forty seconds of singing, marked and released: stems, and a mix with some noise."""
    tune = short_tune()
    notes = tuple(
        replace(note, start_s=note.start_s + 2.0 * i, end_s=note.end_s + 2.0 * i, pitch_midi=note.pitch_midi + i % 5)
        for i in range(20)
        for note in tune.notes
    )
    render = sing_score(SingScore(replace(tune, notes=notes)))
    out = tmp_path_factory.mktemp("marked") / "song"
    publish(with_mix(render, noise_peak=0.01), out, desk=open_desk())
    return out


@pytest.mark.slow
def test_a_marked_release(marked: Path) -> None:
    for name in ("vocals_dry.wav", "vocals.wav", "mix.wav"):
        found = verify_file(marked / name)
        assert (found.verdict, found.evidence.watermark.state) == ("verified", "found"), name
        assert found.evidence.owner is not None
        assert found.evidence.owner.released


@pytest.mark.slow
def test_without_any_label_the_watermark_still_answers(marked: Path, stranger: Verifier, tmp_path: Path) -> None:
    audio = resample(read(marked / "mix.wav"), 32_000)
    with (tmp_path / "bare.mp3").open("w+b") as file:
        encode(audio, file, "mp3")
    found = verify_file(tmp_path / "bare.mp3")
    assert (found.verdict, found.evidence.manifest.state, found.evidence.tags) == ("labelled", "absent", None)
    assert found.evidence.owner is not None
    assert not found.evidence.owner.released
    assert found.whose is not None
    assert "given out here" in found.whose
    abroad = verify_sound(tmp_path / "bare.mp3", stranger)
    assert abroad.verdict == "labelled"
    assert abroad.whose is not None
    assert "unknown host" in abroad.whose
    shutil.copy(marked / "report.json", tmp_path)
    assert "report.json" in str(verify_sound(tmp_path / "bare.mp3", stranger).whose)


@pytest.mark.slow
def test_a_mark_of_another_render(marked: Path, sung: Render, desk: Desk, tmp_path: Path) -> None:
    """The marked sound released a second time under a claim with another mark."""
    audio = read(marked / "vocals_dry.wav")
    liar = replace(sung, dry=audio, provenance=replace(sung.provenance, mark=sung.voice.mark))
    publish(liar, tmp_path / "song", desk=desk)
    found = verify_file(tmp_path / "song" / "vocals_dry.wav")
    assert found.evidence.manifest.state == "trusted"
    assert found.verdict == "broken"
    assert any("carries the watermark" in line for line in found.contradictions)
