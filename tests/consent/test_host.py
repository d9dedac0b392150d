"""A host's identity: made once and whole, read strictly, believed by an independent C2PA reader."""

from __future__ import annotations

import io
import json
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
import wave
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocalkit.consent import Host, HostSettings, RegistryVault, open_host, user_consent_folder
from vocalkit.consent.vault import NoVault, wrap_model_key
from vocalkit.errors import ConsentError, InputError

GRANT = "6ba7b810-9dad-41d1-80b4-00c04fd430c8"


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hosts") / "consent"
    open_host(folder, settings=HostSettings("Studio Süd", "postgresql+psycopg://db/consent"))
    return folder


@pytest.fixture
def own(home: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(home, tmp_path / "copy"))


def test_made_at_the_first_use_and_then_read(tmp_path: Path) -> None:
    once, again = (open_host(tmp_path / "a" / "b") for _ in range(2))
    assert once.signing_key.private_bytes_raw() == again.signing_key.private_bytes_raw()
    assert once.bundle == again.bundle and once.name == "vocalkit host"
    assert once.registry_url == f"sqlite:///{tmp_path}/a/b/registry.sqlite"
    assert open_host(tmp_path / "c").trust_root != once.trust_root
    assert [path.name for path in (tmp_path / "a" / "b").iterdir()] == ["host"]


def test_the_registry_of_a_folder_with_a_strange_name(tmp_path: Path) -> None:
    from sqlalchemy.engine import make_url

    folder = tmp_path / "who? 100% #1 ü"
    assert make_url(open_host(folder).registry_url).database == str(folder / "registry.sqlite")


def test_settings_of_a_new_host(home: Path) -> None:
    host = open_host(home)
    assert host.name == host.trust_root.name == "Studio Süd"
    assert host.trust_root.kinds == ("enrolled",)
    assert host.registry_url == "postgresql+psycopg://db/consent"
    with pytest.raises(InputError, match=r"host\.toml"):
        open_host(home, settings=HostSettings("Another"))


@pytest.mark.parametrize("settings", [{"name": ""}, {"name": "a\nb"}, {"name": "x", "registry": "consent.db"}])
def test_settings_that_make_no_sense(settings: Any) -> None:
    with pytest.raises(InputError):
        HostSettings(**settings)


def test_no_secret_is_printed(home: Path) -> None:
    host = open_host(home)
    assert "Studio" in repr(host) and "PRIVATE" not in repr(host) and repr(host.wrapping_key) not in repr(host)


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX modes")
def test_only_its_owner_reads_the_keys(own: Path, refused: Any) -> None:
    for path in [own / "host", *(own / "host").iterdir()]:
        assert not stat.S_IMODE(path.stat().st_mode) & 0o077, path.name
    for name in ("signing.pem", "wrapping.key", "leaf.pem"):
        (own / "host" / name).chmod(0o640)
        with refused("keys_exposed"):
            open_host(own)
        (own / "host" / name).chmod(0o600)
    open_host(own)


@pytest.mark.parametrize("name", ["signing.pem", "wrapping.key", "leaf.pem", "chain.pem", "root.pem", "host.toml"])
def test_damaged_identities(own: Path, refused: Any, name: str) -> None:
    (own / "host" / name).write_bytes(b"")
    with refused("host_damaged"):
        open_host(own)
    (own / "host" / name).unlink()
    with refused("host_damaged"):
        open_host(own)


@pytest.mark.parametrize("text", ['name = "x"\nextra = 1\n', "name = 3\n", 'registry = "a://b"\n', "name = "])
def test_settings_are_read_strictly(own: Path, refused: Any, text: str) -> None:
    (own / "host" / "host.toml").write_text(text)
    with refused("host_damaged"):
        open_host(own)


def test_another_key_in_its_place(own: Path, refused: Any) -> None:
    (own / "host" / "signing.pem").write_bytes(b"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n")
    with refused("bad_key"):
        open_host(own)


def test_a_folder_that_cannot_be_made(tmp_path: Path, refused: Any) -> None:
    (tmp_path / "file").write_text("")
    with refused("host_unavailable"):
        open_host(tmp_path / "file" / "consent")


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=st.binary(min_size=1, max_size=64), aad=st.binary(max_size=40), at=st.integers(0, 10**6))
def test_wrapped_keys(home: Path, key: bytes, aad: bytes, at: int) -> None:
    host = open_host(home)
    blob = host.wrap(key, aad)
    assert host.unwrap(blob, aad) == key
    assert host.wrap(key, aad) != blob
    flipped = bytearray(blob)
    flipped[at % len(blob)] ^= 1
    for wrong, bound in ((bytes(flipped), aad), (blob, aad + b"."), (blob[: at % len(blob)], aad)):
        with pytest.raises(ConsentError) as caught:
            host.unwrap(wrong, bound)
        assert caught.value.reason == "key_damaged"


class Records:
    """Wrapped keys by grant."""

    def __init__(self, **keys: bytes) -> None:
        self.keys = keys

    def key(self, grant_id: str) -> bytes:
        return self.keys[grant_id]


def test_a_vault_needs_registry_and_host(home: Path, tmp_path: Path, refused: Any) -> None:
    host, other_grant = open_host(home), GRANT[:-1] + "9"
    wrapped = wrap_model_key(host, grant_id=GRANT, key=b"k" * 32)
    records = Records(**{GRANT: wrapped, other_grant: wrapped})
    assert RegistryVault(records, host).key(GRANT) == b"k" * 32
    with refused("key_damaged"):
        RegistryVault(records, host).key(other_grant)
    with refused("key_damaged"):
        RegistryVault(records, open_host(tmp_path)).key(GRANT)
    with refused("no_key"):
        NoVault().key(GRANT)


MAKE = """
import sys
from pathlib import Path
from vocalkit.consent import open_host
print(open_host(Path(sys.argv[1])).trust_root.thumbprint)
"""


def start(folder: Path) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", MAKE, folder], stdout=subprocess.PIPE, text=True)


def open_host_of_another_process(folder: Path) -> Host:
    start(folder).communicate(timeout=60)
    return open_host(folder)


def test_processes_that_start_at_once_agree(tmp_path: Path) -> None:
    makers = [start(tmp_path / "consent") for _ in range(6)]
    prints = {maker.communicate(timeout=60)[0].strip() for maker in makers}
    assert len(prints) == 1 and prints == {open_host(tmp_path / "consent").trust_root.thumbprint}
    assert [path.name for path in (tmp_path / "consent").iterdir()] == ["host"]


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_killed_at_any_moment(tmp_path: Path) -> None:
    """Whatever moment kill -9 meets, there is a whole host or none."""
    maker = start(tmp_path / "timed")
    begun = time.monotonic()
    maker.communicate(timeout=60)
    needed_s = time.monotonic() - begun
    for number in range(24):
        folder = tmp_path / str(number)
        maker = start(folder)
        time.sleep(needed_s * (0.6 + 0.4 * number / 23))
        maker.send_signal(signal.SIGKILL)
        maker.communicate()
        if (folder / "host").exists():
            assert len(list((folder / "host").iterdir())) == 6
        assert isinstance(open_host(folder), Host)
        assert [path.name for path in folder.iterdir()] == ["host"]


def test_what_a_killed_maker_left_is_swept(tmp_path: Path) -> None:
    left = tmp_path / ".host-abc"
    left.mkdir()
    (left / "signing.pem").write_bytes(b"private")
    open_host(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["host"]
    (tmp_path / ".host-file").write_bytes(b"not a folder")
    (tmp_path / "target").mkdir()
    (tmp_path / ".host-link").symlink_to(tmp_path / "target")
    open_host(tmp_path)
    assert (tmp_path / "target").is_dir(), "a link is not followed"


def test_a_maker_whose_stage_was_swept_takes_the_host_of_the_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between its files another process makes the host, and sweeps: the slower one ends with that host."""
    first: list[Host] = []

    def slowly(descriptor: int) -> None:
        if not first:
            first.append(open_host_of_another_process(tmp_path))
        real(descriptor)

    real = os.fsync
    monkeypatch.setattr(os, "fsync", slowly)
    mine = open_host(tmp_path)
    assert mine.trust_root == first[0].trust_root
    assert [path.name for path in tmp_path.iterdir()] == ["host"]


def test_the_chain_is_what_c2pa_asks_for(home: Path) -> None:
    host = open_host(home)
    leaf, middle = x509.load_pem_x509_certificates(host.certificate_chain_pem)
    (root,) = x509.load_pem_x509_certificates(host.root_pem)
    leaf.verify_directly_issued_by(middle)
    middle.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    for certificate, is_ca in ((leaf, False), (middle, True), (root, True)):
        found = certificate.extensions
        assert found.get_extension_for_class(x509.BasicConstraints).critical
        assert found.get_extension_for_class(x509.BasicConstraints).value.ca is is_ca
        usage = found.get_extension_for_class(x509.KeyUsage)
        assert usage.critical and usage.value.digital_signature is not is_ca and usage.value.key_cert_sign is is_ca
        found.get_extension_for_class(x509.SubjectKeyIdentifier)
        found.get_extension_for_class(x509.AuthorityKeyIdentifier)
        assert (certificate.not_valid_after_utc - certificate.not_valid_before_utc).days > 19 * 365
    assert list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value) == [
        ExtendedKeyUsageOID.EMAIL_PROTECTION
    ]
    # The authorities' keys are gone: the folder holds two private keys, the host's and the leaf's.
    texts = [path.read_bytes() for path in (home / "host").iterdir()]
    assert sum(text.count(b"PRIVATE KEY-----\n") for text in texts) == 4
    public = {key.public_bytes_raw() for key in (leaf.public_key(), host.signing_key.public_key())}  # type: ignore[union-attr]
    assert len(public) == 2 and root.public_key().public_bytes_raw() not in public  # type: ignore[union-attr]


def silence() -> io.BytesIO:
    stream = io.BytesIO()
    with wave.open(stream, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 800)
    stream.seek(0)
    return stream


def read_back(data: bytes, anchors: bytes | None) -> dict[str, Any]:
    import c2pa

    settings: dict[str, Any] = {"verify": {"verify_trust": True, "remote_manifest_fetch": False, "ocsp_fetch": False}}
    if anchors is not None:
        eku = "1.3.6.1.5.5.7.3.4"
        settings["trust"] = {"trust_anchors": anchors.decode(), "trust_config": eku}
    with c2pa.Reader("audio/wav", io.BytesIO(data), context=c2pa.Context.from_dict(settings)) as reader:
        return {"state": reader.get_validation_state(), **json.loads(reader.json())}


def test_an_independent_reader_trusts_what_a_host_signs(home: Path, tmp_path: Path) -> None:
    import c2pa

    host = open_host(home)
    context = c2pa.Context.from_dict({"verify": {"remote_manifest_fetch": False, "ocsp_fetch": False}})
    manifest = {
        "claim_generator_info": [{"name": "vocalkit-test"}],
        "assertions": [
            {
                "label": "c2pa.actions.v2",
                "data": {
                    "actions": [
                        {
                            "action": "c2pa.created",
                            "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia",
                        }
                    ]
                },
            }
        ],
    }
    info = c2pa.C2paSignerInfo(c2pa.C2paSigningAlg.ED25519, host.certificate_chain_pem, host.leaf_key_pem, None)
    target = io.BytesIO()
    c2pa.Builder(json.dumps(manifest), context).sign(c2pa.Signer.from_info(info), "audio/wav", silence(), target)
    signed = target.getvalue()
    assert read_back(signed, host.root_pem)["state"] == "Trusted"
    assert read_back(signed, open_host(tmp_path).root_pem)["state"] == "Valid"
    assert read_back(signed, None)["state"] == "Valid"
    at = signed.index(b"data") + 200
    assert read_back(signed[:at] + b"\1" + signed[at + 1 :], host.root_pem)["state"] == "Invalid"


def test_no_variable_moves_a_users_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    before = user_consent_folder()
    for name in ("XDG_DATA_HOME", "VOCALKIT_HOME", "VOCALKIT_CONSENT"):
        monkeypatch.setenv(name, "/elsewhere")
    assert user_consent_folder() == before
    assert os.path.commonpath([before, Path.home()]) == str(Path.home())
