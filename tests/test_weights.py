"""Only the very bytes that a manifest names become tensors."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocalkit.errors import InputError, WeightsError
from vocalkit.weights import (
    MAX_BYTES,
    ManifestError,
    Source,
    VoiceManifest,
    WeightsContentError,
    WeightsDigestError,
    WeightsManifest,
    WeightsMissing,
    WeightsSizeError,
    list_voices,
    load_profile,
    read_manifest,
    read_stored_model,
    read_voice_manifest,
    read_weights,
    user_voices_folder,
    write_manifest,
    write_weights,
)

TENSORS = {
    "envelope": np.linspace(0, 1, 12, dtype=np.float32).reshape(3, 4),
    "counts": np.array([1, 2, 3], dtype=np.int32),
}
SOURCE = Source("Readings", "A. Reader", "CC-BY-4.0", "https://example.org/readings")


def model(folder: Path, **changes: Any) -> WeightsManifest:
    sha256, size = write_weights(folder / "model.safetensors", TENSORS)
    manifest = WeightsManifest(folder, "model", "model.safetensors", sha256, size, "CC0-1.0", 44100, (SOURCE,), "m.md")
    return replace(manifest, **changes)


def voice(folder: Path, voice_id: str = "alto", **changes: Any) -> VoiceManifest:
    sha256, size = write_weights(folder / f"{voice_id}.safetensors", TENSORS)
    manifest = VoiceManifest(
        folder=folder,
        id=voice_id,
        name="Alto",
        description='Warm, "low"',
        languages=("en-us", "de"),
        low_midi=53.0,
        high_midi=74.5,
        licence="CC0-1.0",
        credit="Voice: Alto · vocalkit",
        file=f"{voice_id}.safetensors",
        sha256=sha256,
        bytes=size,
        sample_rate=44100,
        card=f"{voice_id}.md",
        grant=f"{voice_id}.grant.jws",
        sources=(SOURCE, SOURCE),
    )
    return replace(manifest, **changes)


def test_round_trip(tmp_path: Path) -> None:
    manifest = read_manifest(write_manifest(model(tmp_path)))
    assert manifest == model(tmp_path)
    tensors = read_weights(manifest, names=TENSORS)
    assert tensors.keys() == TENSORS.keys()
    for name, tensor in tensors.items():
        assert tensor.dtype == TENSORS[name].dtype
        np.testing.assert_array_equal(tensor, TENSORS[name])
        with pytest.raises(ValueError, match="read-only"):
            tensor[0] = 0


def test_the_same_tensors_are_the_same_bytes(tmp_path: Path) -> None:
    one = write_weights(tmp_path / "one", TENSORS)
    two = write_weights(tmp_path / "two", dict(reversed(TENSORS.items())))
    assert one == two
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_not_contiguous_tensors(tmp_path: Path) -> None:
    write_weights(tmp_path / "model.safetensors", {"t": TENSORS["envelope"].T})
    manifest = model(tmp_path)
    sha256, size = write_weights(tmp_path / "model.safetensors", {"t": TENSORS["envelope"].T})
    np.testing.assert_array_equal(
        read_weights(replace(manifest, sha256=sha256, bytes=size))["t"], TENSORS["envelope"].T
    )


def test_missing(tmp_path: Path) -> None:
    manifest = model(tmp_path)
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(WeightsMissing, match="reinstall"):
        read_weights(manifest)
    (tmp_path / "model.safetensors").mkdir()
    with pytest.raises(WeightsError):
        read_weights(manifest)


@pytest.mark.parametrize("change", [lambda data: data[:-1], lambda data: data + b"\0", lambda data: b""])
def test_wrong_size(tmp_path: Path, change: Any) -> None:
    manifest = model(tmp_path)
    path = tmp_path / "model.safetensors"
    path.write_bytes(change(path.read_bytes()))
    with pytest.raises(WeightsSizeError):
        read_weights(manifest)


def test_every_flipped_byte(tmp_path: Path) -> None:
    manifest = model(tmp_path)
    path = tmp_path / "model.safetensors"
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(WeightsDigestError):
            read_weights(manifest)


def test_a_sealed_model_is_the_gates_to_open(tmp_path: Path) -> None:
    manifest = voice(tmp_path, sealed=True)
    with pytest.raises(WeightsContentError, match="gate"):
        read_weights(manifest)
    assert read_stored_model(manifest) == (tmp_path / manifest.file).read_bytes()
    with pytest.raises(WeightsSizeError):
        read_stored_model(replace(manifest, bytes=manifest.bytes + 1))


def test_no_manifest_asks_for_more_than_a_model_can_have(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="at most"):
        voice(tmp_path, bytes=MAX_BYTES + 1)


@pytest.mark.parametrize("data", [b"not safetensors", b"\xff" * 64, b"\x02" + b"\0" * 7 + b"{}x"])
def test_authentic_but_not_safetensors(tmp_path: Path, data: bytes) -> None:
    manifest = model(tmp_path, sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
    (tmp_path / "model.safetensors").write_bytes(data)
    with pytest.raises(WeightsContentError):
        read_weights(manifest)


def test_other_tensors_than_asked_for(tmp_path: Path) -> None:
    with pytest.raises(WeightsContentError, match=r"missing tensors \['f0'\], unknown tensors \['counts'\]"):
        read_weights(model(tmp_path), names=("envelope", "f0"))


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "model"\n', "", "name: missing"),
        ('name = "model"', 'nmae = "model"', "nmae: unknown"),
        ('card = "m.md"', "card = 3", "card"),
        ('card = "m.md"', 'card = "../m.md"', "plain file name"),
        ('file = "model.safetensors"', 'file = "/etc/passwd"', "plain file name"),
        ("sample_rate = 44100", "sample_rate = 0", "positive"),
        ("sample_rate = 44100", "sample_rate = 44100.5", "sample_rate"),
        ('licence = "CC-BY-4.0"', 'license = "CC-BY-4.0"', "sources[0].license"),
        ('sha256 = "', 'sha256 = "AB', "sha256"),
        ('licence = "CC0-1.0"', "licence = ", "TOML"),
    ],
)
def test_a_faulty_manifest(tmp_path: Path, old: str, new: str, says: str) -> None:
    path = write_manifest(model(tmp_path))
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))
    with pytest.raises(ManifestError) as caught:
        read_manifest(path)
    assert says in str(caught.value)


def test_no_manifest(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no such file"):
        read_manifest(tmp_path / "none.toml")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.text(st.characters(exclude_categories=("Cs",)), max_size=20),
    st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=5), max_size=3),
)
def test_any_text_survives_a_manifest(tmp_path: Path, text: str, languages: list[str]) -> None:
    manifest = voice(tmp_path, description=text, languages=("en", *languages))
    write_manifest(manifest)
    assert read_voice_manifest("alto", folder=tmp_path) == manifest


@pytest.mark.parametrize("sealed", [True, False])
def test_whether_a_voice_is_sealed_survives_a_manifest(tmp_path: Path, sealed: bool) -> None:
    write_manifest(voice(tmp_path, sealed=sealed))
    assert read_voice_manifest("alto", folder=tmp_path).sealed is sealed


def test_voices(tmp_path: Path) -> None:
    assert list_voices(folder=tmp_path) == ()
    for voice_id in ("tenor", "alto"):
        write_manifest(voice(tmp_path, voice_id))
    assert [profile.id for profile in list_voices(folder=tmp_path)] == ["alto", "tenor"]
    profile = load_profile("tenor", folder=tmp_path)
    manifest = read_voice_manifest("tenor", folder=tmp_path)
    assert profile.model_sha256 == manifest.sha256 and profile.model_file == "tenor.safetensors"
    assert (profile.low_midi, profile.high_midi, profile.languages) == (53.0, 74.5, ("en-us", "de"))
    assert manifest.grant_path == tmp_path / "tenor.grant.jws"
    assert read_weights(manifest).keys() == TENSORS.keys()


def test_enrolled_voices_stand_behind_the_built_in_ones(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = own_home / "with-voices"
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("USERPROFILE", str(home))
    built_in = [profile.id for profile in list_voices()]
    user_voices_folder().mkdir(parents=True)
    write_manifest(voice(user_voices_folder(), "ada", sealed=True))
    write_manifest(voice(user_voices_folder(), "clara", sealed=True))
    assert [profile.id for profile in list_voices()] == [*built_in, "ada"]
    assert read_voice_manifest("ada").folder == user_voices_folder()
    assert not read_voice_manifest("clara").sealed


@pytest.mark.parametrize("voice_id", ["bass", "", "../alto", "ALTO", "alto.toml", "*"])
def test_an_unknown_voice(tmp_path: Path, voice_id: str) -> None:
    for known in ("tenor", "alto"):
        write_manifest(voice(tmp_path, known))
    with pytest.raises(InputError, match="known voices: alto, tenor"):
        load_profile(voice_id, folder=tmp_path)


def test_no_voice_at_all(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="none is installed"):
        load_profile("alto", folder=tmp_path)


def test_a_voice_under_another_name(tmp_path: Path) -> None:
    write_manifest(voice(tmp_path)).rename(tmp_path / "tenor.toml")
    with pytest.raises(ManifestError, match="names the voice 'alto'"):
        load_profile("tenor", folder=tmp_path)


@pytest.mark.parametrize(
    "change", [{"languages": ()}, {"low_midi": 90.0}, {"id": "Alto"}, {"grant": "a/b"}, {"bytes": 0}]
)
def test_voices_that_make_no_sense(tmp_path: Path, change: Any) -> None:
    with pytest.raises(InputError):
        voice(tmp_path, **change)
