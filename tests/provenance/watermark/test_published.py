from __future__ import annotations

import pytest

from vocalkit.errors import InputError
from vocalkit.provenance.watermark import PublishedKey, published_key


def test_the_published_key_can_be_read_and_used() -> None:
    published = published_key()
    assert published.name == "vocalkit-1"
    assert len(published.key) == 32


@pytest.mark.parametrize("key_hex", ["", "00ff", "zz" * 32])
def test_a_key_that_is_none_is_refused(key_hex: str) -> None:
    with pytest.raises(InputError, match="key_hex"):
        PublishedKey("bad", key_hex)
