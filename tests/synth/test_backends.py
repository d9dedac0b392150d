"""The table of vocoders is the one that the command line names."""

from __future__ import annotations

import pytest

from vocalkit.errors import InputError
from vocalkit.synth.backends import VOCODERS, load_vocoder
from vocalkit.synth.names import DEFAULT_VOCODER, VOCODER_NAMES


def test_every_name_has_a_loader() -> None:
    assert tuple(VOCODERS) == VOCODER_NAMES
    assert DEFAULT_VOCODER in VOCODERS


def test_an_unknown_name_lists_the_known_ones() -> None:
    with pytest.raises(InputError, match=", ".join(VOCODER_NAMES)):
        load_vocoder("nobody")
