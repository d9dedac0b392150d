"""The release's own grants, and how they are made."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import sys
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vocalkit.consent
from vocalkit.config import read_config
from vocalkit.consent import NoVault, SignedGrant, Use, license_voice, read_trust_roots
from vocalkit.consent.builtin import BuiltinTerms, sign_release
from vocalkit.consent.grant import ConsentGrant
from vocalkit.errors import InputError
from vocalkit.resources import locate
from vocalkit.weights import (
    VoiceManifest,
    list_voices,
    read_stored_model,
    read_voice_manifest,
    voices_folder,
    write_manifest,
    write_weights,
)

RECIPE = Path(__file__).parents[2] / "recipes" / "voices" / "sign.py"
WANTED = Use(
    purposes=("commercial_music", "demo"),
    languages=("any",),
    territories=("any",),
    genres=("any",),
    renderer="vocalkit",
    grantee="anyone",
    rights=("mix", "pitch"),
)


def load_recipe() -> Any:
    spec = importlib.util.spec_from_file_location("sign_recipe", RECIPE)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def terms() -> BuiltinTerms:
    return read_config(locate("consent") / "builtin_grant.toml", BuiltinTerms)


def make_voice(folder: Path, voice_id: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    sha256, size = write_weights(folder / f"{voice_id}.safetensors", {"a": np.arange(4, dtype=np.float32)})
    write_manifest(
        VoiceManifest(
            folder=folder, id=voice_id, name=voice_id, description="test", languages=("en-us",), low_midi=50.0,
            high_midi=70.0, licence="CC0-1.0", credit=f"Voice: {voice_id}", file=f"{voice_id}.safetensors",
            sha256=sha256, bytes=size, sample_rate=44100, card=f"{voice_id}.md", grant=f"{voice_id}.grant.jws",
            sources=(),
        )
    )  # fmt: skip


def test_the_recipe_signs_every_voice(tmp_path: Path, world: Any, refused: Any) -> None:
    voices, consent = tmp_path / "pretrained" / "voices", tmp_path / "consent"
    for voice_id in ("one", "two"):
        make_voice(voices, voice_id)
    (consent / "terms").mkdir(parents=True)
    for name in ("builtin_grant.toml", "terms/builtin.en.txt"):
        (consent / name).write_bytes((locate("consent") / name).read_bytes())
    start = datetime(2027, 1, 1, tzinfo=timezone.utc)
    recipe = load_recipe()
    recipe.sign_voices(tmp_path / "pretrained", consent, not_before=start)

    def license_one(voice_id: str, clock_at: datetime) -> Any:
        manifest = read_voice_manifest(voice_id, folder=voices)
        return license_voice(
            manifest.profile(),
            SignedGrant(manifest.grant_path.read_bytes()),
            request=WANTED,
            standing=world.standing,
            trust=read_trust_roots(consent / "trust"),
            clock=lambda: clock_at,
            vault=NoVault(),
        )

    voice = license_one("one", start)
    voice.check()
    assert voice.provenance.credit == "Voice: one"
    manifest = read_voice_manifest("one", folder=voices)
    stored = read_stored_model(manifest)
    assert voice.open_model(stored) == stored
    with refused("wrong_model"):
        voice.open_model(stored[:-1])
    with refused("expired"):
        license_one("two", datetime(2037, 1, 1, tzinfo=timezone.utc))
    # A second signing rotates the root: the grants of the first are void under it.
    old = (voices / "one.grant.jws").read_bytes()
    recipe.sign_voices(tmp_path / "pretrained", consent, not_before=start)
    (voices / "one.grant.jws").write_bytes(old)
    with refused("unknown_signer"):
        license_one("one", start)
    license_one("two", start).check()
    everything = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b'"d":' not in everything and b"PRIVATE" not in everything


def test_the_terms_bind_what_they_should() -> None:
    read = terms()
    assert read.label_text and read.rights.train is False and read.rights.resell is False
    assert read.rights.derive is False and read.rights.mix and read.rights.pitch
    assert {"deception", "impersonation", "biometric_identification"} <= set(read.excluded_uses)
    assert (locate("consent") / read.terms).is_file()


def test_terms_that_no_grant_may_carry(profile: Any) -> None:
    start = datetime(2027, 1, 1, tzinfo=timezone.utc)
    with pytest.raises(InputError, match="no voice"):
        sign_release([], terms(), terms_sha256="00" * 32, not_before=start)
    with pytest.raises(InputError, match="twice"):
        sign_release([profile, profile], terms(), terms_sha256="00" * 32, not_before=start)
    with pytest.raises(InputError, match="excluded_uses"):
        sign_release([profile], replace(terms(), excluded_uses=("fraud",)), terms_sha256="00" * 32, not_before=start)


def test_the_installed_voices_pass_the_gate(world: Any) -> None:
    if not voices_folder().is_dir() or not list_voices():
        pytest.skip("no built-in voice is in pretrained/voices")
    wanted_terms = hashlib.sha256((locate("consent") / terms().terms).read_bytes()).hexdigest()
    for profile in list_voices():
        manifest = read_voice_manifest(profile.id)
        signed = SignedGrant(manifest.grant_path.read_bytes())
        voice = license_voice(
            profile,
            signed,
            request=WANTED,
            standing=world.standing,
            trust=read_trust_roots(locate("consent") / "trust"),
            # The day after signing, so that this test does not end with the grants.
            clock=lambda signed=signed: _payload(signed).starts_at() + timedelta(days=1),
            vault=NoVault(),
        )
        assert voice.grant.terms_sha256 == wanted_terms
        assert voice.provenance.credit == profile.credit
        assert voice.open_model(read_stored_model(manifest))


def _payload(signed: SignedGrant) -> ConsentGrant:
    import base64
    import json

    text = json.loads(signed.data)["payload"]
    return ConsentGrant.from_payload(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))


ALLOWED = {"vocalkit.consent", "vocalkit.errors", "vocalkit.types", "vocalkit.units", "vocalkit.protocols"}
ALLOWED |= {"vocalkit.resources", "cryptography", "joserfc", "rfc8785"}


def test_the_gate_imports_nothing_heavy_and_reads_no_environment() -> None:
    folder = Path(vocalkit.consent.__file__).parent
    for path in folder.glob("*.py"):
        text = path.read_text(encoding="utf-8")
        for node in ast.walk(ast.parse(text)):
            names = (
                [alias.name for alias in node.names]
                if isinstance(node, ast.Import)
                else [str(node.module)]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            for name in names:
                known = name.split(".")[0] in sys.stdlib_module_names or name in ("fcntl", "msvcrt")
                assert known or any(name == ok or name.startswith(f"{ok}.") for ok in ALLOWED), f"{path.name}: {name}"
        assert "environ" not in text and "getenv" not in text, f"{path.name}: no switch decides about consent"
