"""The credentials of a host, made once."""

from __future__ import annotations

import pytest

from tests.provenance.made import credentials
from vocalkit.provenance import ManifestSigner


@pytest.fixture(scope="session")
def signer() -> ManifestSigner:
    return credentials()
