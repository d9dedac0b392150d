"""A manifest binds a claim to the bytes of a file, and an independent reader agrees."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from typing import Any

import c2pa
import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.provenance.made import PROVENANCE, claim_of, credentials, encoded, noise
from vocalkit.errors import OutputError
from vocalkit.provenance import (
    MANIFEST_MIMES,
    SOURCE_TYPES,
    Claim,
    ManifestSigner,
    read_manifest,
    read_tags,
    sign_manifest,
    write_tags,
)
from vocalkit.types import SoundFormat

SIGNED: tuple[SoundFormat, ...] = tuple(MANIFEST_MIMES)


def signed(form: SoundFormat, signer: ManifestSigner, claim: Claim | None = None, *, stem: Any = None) -> io.BytesIO:
    claim, source, target = claim or claim_of(), encoded(form), io.BytesIO()
    write_tags(source, form, claim)
    sign_manifest(source, target, form, claim, signer, stem=stem)
    return target


@pytest.mark.parametrize("form", SIGNED)
def test_a_signed_file_is_trusted_by_its_root_and_valid_for_others(form: SoundFormat, signer: ManifestSigner) -> None:
    file = signed(form, signer)
    state = read_manifest(file, form, anchors_pem=signer.root_pem)
    assert (state.state, state.reasons, state.sound_matches) == ("trusted", (), True)
    assert (state.signer, state.claim, state.mark) == ("Studio", claim_of(), PROVENANCE.mark)
    assert state.source_type == SOURCE_TYPES["stem"]
    assert state.says_synthetic
    stranger = read_manifest(file, form, anchors_pem=credentials("Other").root_pem)
    assert (stranger.state, stranger.reasons, stranger.sound_matches) == ("valid", (), True)
    assert read_manifest(file, form).state == "valid"
    assert read_tags(file, form) == claim_of()


@pytest.mark.parametrize("form", SIGNED)
def test_signing_changes_no_sample(form: SoundFormat, signer: ManifestSigner) -> None:
    before, after = encoded(form), signed(form, signer)
    sounds = [soundfile.read(io.BytesIO(file.getvalue()))[0] for file in (before, after)]
    np.testing.assert_array_equal(*sounds)


def test_a_reader_that_is_not_ours_agrees(signer: ManifestSigner) -> None:
    """c2pa-python's own Reader, with our root as its anchor and nothing of our code."""
    trust = {"trust_anchors": signer.root_pem.decode(), "trust_config": "1.3.6.1.5.5.7.3.4"}
    context = c2pa.Context.from_dict({"verify": {"verify_trust": True}, "trust": trust})
    stem = signed("wav", signer)
    mix = signed("wav", signer, claim_of(content="mix"), stem=stem)
    reader = c2pa.Reader("audio/wav", mix, None, context)
    assert reader.get_validation_state() == "Trusted"
    manifest: Any = reader.get_active_manifest()
    assertions = {entry["label"]: entry["data"] for entry in manifest["assertions"]}
    actions = assertions["c2pa.actions.v2"]["actions"]
    assert [entry["action"] for entry in actions] == ["c2pa.created", "c2pa.placed", "c2pa.watermarked"]
    assert actions[0]["digitalSourceType"].endswith("compositeWithTrainedAlgorithmicMedia")
    assert len(actions[1]["parameters"]["ingredients"]) == 2
    assert {part["title"]: "active_manifest" in part for part in manifest["ingredients"]} == {
        "vocals": True,
        "instrumental": False,
    }
    assert assertions["c2pa.soft-binding"]["alg"] == "org.vocalkit.watermark.1"
    assert assertions["c2pa.soft-binding"]["blocks"][0]["value"] == "1a2b3c4d"
    assert {entry["use"] for entry in assertions["cawg.training-mining"]["entries"].values()} == {"notAllowed"}
    assert len(json.loads(reader.json())["manifests"]) == 2
    flipped = bytearray(mix.getvalue())
    flipped[5000] ^= 1
    assert c2pa.Reader("audio/wav", io.BytesIO(flipped), None, context).get_validation_state() == "Invalid"


def test_training_is_the_artists_choice(signer: ManifestSigner) -> None:
    state = read_manifest(signed("wav", signer, claim_of(may_train=True)), "wav", anchors_pem=signer.root_pem)
    assert state.state == "trusted"
    assert state.claim is not None
    assert state.claim.may_train


def test_a_sound_without_a_mark_claims_none(signer: ManifestSigner) -> None:
    file = signed("flac", signer, claim_of(replace(PROVENANCE, mark=None)))
    state = read_manifest(file, "flac", anchors_pem=signer.root_pem)
    assert (state.state, state.mark) == ("trusted", None)


@pytest.mark.parametrize("form", SIGNED)
@settings(max_examples=12, deadline=None)
@given(at=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_no_flipped_bit_says_anything_else(form: SoundFormat, signer: ManifestSigner, at: float, bit: int) -> None:
    data = bytearray(signed(form, signer).getvalue())
    data[int(at * len(data))] ^= 1 << bit
    state = read_manifest(io.BytesIO(data), form, anchors_pem=signer.root_pem)
    # Only padding may differ in a file that is still trusted.
    assert state.state != "trusted" or (state.claim == claim_of() and state.sound_matches)


@pytest.mark.parametrize("form", SIGNED)
def test_a_flipped_bit_of_sound_is_a_mismatch(form: SoundFormat, signer: ManifestSigner) -> None:
    data = bytearray(signed(form, signer).getvalue())
    data[len(data) * 3 // 5] ^= 1
    state = read_manifest(io.BytesIO(data), form, anchors_pem=signer.root_pem)
    assert (state.state, state.sound_matches) == ("invalid", False)
    assert "assertion.dataHash.mismatch" in state.reasons


def test_a_manifest_copied_onto_other_sound_is_a_mismatch(signer: ManifestSigner) -> None:
    """The C2PA chunk of one WAV file appended to another."""
    ours = signed("wav", signer).getvalue()
    store = ours[ours.rindex(b"C2PA") :]
    other = encoded("wav", noise(seed=2))
    write_tags(other, "wav", claim_of())
    grown = bytearray(other.getvalue() + store)
    grown[4:8] = (len(grown) - 8).to_bytes(4, "little")
    state = read_manifest(io.BytesIO(grown), "wav", anchors_pem=signer.root_pem)
    assert (state.state, state.sound_matches, state.claim) == ("invalid", False, claim_of())


def test_tags_changed_after_signing_break_the_manifest(signer: ManifestSigner) -> None:
    file = signed("mp3", signer)
    write_tags(file, "mp3", claim_of(replace(PROVENANCE, voice_id="bass")))
    assert read_manifest(file, "mp3", anchors_pem=signer.root_pem).state == "invalid"


def test_a_stripped_manifest_is_absent(signer: ManifestSigner) -> None:
    file = signed("mp3", signer)
    file.seek(0)
    mutagen.File(file).delete(file)
    assert read_manifest(file, "mp3", anchors_pem=signer.root_pem).state == "absent"


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("data", [b"", b"not audio", b"RIFF", b"RIFF\xff\xff\xff\xffWAVE" + b"\xff" * 99])
def test_files_without_a_manifest(form: SoundFormat, data: bytes) -> None:
    assert read_manifest(io.BytesIO(data), form).state == "absent"
    assert read_manifest(encoded(form), form).state == "absent"


def test_remains_of_a_manifest_are_not_taken_for_none(signer: ManifestSigner) -> None:
    data = signed("mp3", signer).getvalue()
    state = read_manifest(io.BytesIO(data[: data.index(b"jumdc2pa") + 2000]), "mp3", anchors_pem=signer.root_pem)
    assert state.state == "invalid"


def test_what_cannot_be_signed_says_so(signer: ManifestSigner) -> None:
    with pytest.raises(OutputError, match="cannot be signed"):
        sign_manifest(io.BytesIO(b"text"), io.BytesIO(), "wav", claim_of(), signer)
    wrong = replace(signer, key_pem=credentials("Other").key_pem)
    with pytest.raises(OutputError, match="cannot be signed"):
        sign_manifest(encoded("wav"), io.BytesIO(), "wav", claim_of(), wrong)
