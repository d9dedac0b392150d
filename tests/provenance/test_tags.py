"""Tags say where a file comes from and leave its sound alone."""

from __future__ import annotations

import contextlib
import io
from dataclasses import replace
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.provenance.made import FORMS, PROVENANCE, claim_of, encoded, noise
from vocalkit.audio import write_wav
from vocalkit.errors import AudioError
from vocalkit.provenance import read_tags, write_tags
from vocalkit.types import SoundFormat


def samples(file: io.BytesIO) -> Any:
    return soundfile.read(io.BytesIO(file.getvalue()), dtype="float64")[0]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("content", ["stem", "mix"])
def test_round_trip_without_a_changed_sample(form: SoundFormat, content: Any) -> None:
    file, claim = encoded(form), claim_of(content=content)
    before = samples(file)
    assert read_tags(file, form) is None
    write_tags(file, form, claim)
    assert read_tags(file, form) == claim
    np.testing.assert_array_equal(samples(file), before)


@pytest.mark.parametrize("bit_depth", [16, 24, 32])
def test_every_wav_we_write_takes_tags(tmp_path: Any, bit_depth: Any) -> None:
    write_wav(tmp_path / "a.wav", noise(), bit_depth=bit_depth)
    before = soundfile.read(tmp_path / "a.wav", dtype="int32")[0]
    with (tmp_path / "a.wav").open("r+b") as file:
        write_tags(file, "wav", claim_of())
    np.testing.assert_array_equal(soundfile.read(tmp_path / "a.wav", dtype="int32")[0], before)


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_wav_data_stays_byte_for_byte(frames: int) -> None:
    """An odd number of data bytes makes RIFF pad; the tag comes after the padding."""
    file = io.BytesIO()
    soundfile.write(file, np.linspace(-1, 1, frames), 44100, subtype="PCM_24", format="WAV")
    before = file.getvalue()
    write_tags(file, "wav", claim_of())
    after = file.getvalue()
    assert after[8 : len(before)] == before[8:]
    assert int.from_bytes(after[4:8], "little") == len(after) - 8


@pytest.mark.parametrize("form", FORMS)
def test_tagging_twice_replaces(form: SoundFormat) -> None:
    file = encoded(form)
    write_tags(file, form, claim_of())
    size = len(file.getvalue())
    other = claim_of(replace(PROVENANCE, voice_id="bass", label="synthetic", mark=None), content="mix")
    write_tags(file, form, other)
    assert read_tags(file, form) == other
    write_tags(file, form, claim_of())
    assert len(file.getvalue()) <= size + 1024


@pytest.mark.parametrize("form", FORMS)
def test_other_tags_stay(form: SoundFormat) -> None:
    file = encoded(form)
    file.seek(0)
    tagged = mutagen.File(file)
    if form in ("wav", "mp3"):
        from mutagen.id3 import TIT2

        tagged.add_tags()
        tagged.tags.add(TIT2(encoding=3, text=["My song"]))
    else:
        tagged["title"] = "My song"
    file.seek(0)
    tagged.save(file)
    write_tags(file, form, claim_of())
    file.seek(0)
    again = mutagen.File(file)
    assert str(again["TIT2"] if form in ("wav", "mp3") else again["title"][0]) == "My song"
    assert read_tags(file, form) == claim_of()


@pytest.mark.parametrize("form", FORMS)
def test_any_player_shows_the_label(form: SoundFormat) -> None:
    file = encoded(form)
    write_tags(file, form, claim_of())
    file.seek(0)
    tags = mutagen.File(file).tags
    comment = str(tags.getall("COMM")[0]) if form in ("wav", "mp3") else tags["COMMENT"][0]
    assert comment == f"{PROVENANCE.label}. {PROVENANCE.credit}"


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("key", ["VOCALKIT_GRANT", "AI_GENERATED", "DIGITAL_SOURCE_TYPE"])
def test_a_part_of_the_tags_is_none(form: SoundFormat, key: str) -> None:
    file = encoded(form)
    write_tags(file, form, claim_of())
    file.seek(0)
    tagged = mutagen.File(file)
    if form in ("wav", "mp3"):
        tagged.tags.delall(f"TXXX:{key}")
    else:
        del tagged.tags[key]
    file.seek(0)
    tagged.save(file)
    assert read_tags(file, form) is None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("data", [b"", b"not audio", b"RIFF\x10\x00\x00\x00WAVEfmt ", b"OggS" * 9, b"ID3" + bytes(99)])
def test_files_that_cannot_be_tagged(form: SoundFormat, data: bytes) -> None:
    with pytest.raises(AudioError):
        write_tags(io.BytesIO(data), form, claim_of())
    with pytest.raises(AudioError):
        read_tags(io.BytesIO(data), form)


CREDITS = st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp")), min_size=1, max_size=40)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(credit=CREDITS, form=st.sampled_from(FORMS))
def test_credits_in_any_script(credit: str, form: SoundFormat) -> None:
    file = encoded(form, noise(0.01))
    claim = claim_of(replace(PROVENANCE, credit=credit))
    write_tags(file, form, claim)
    assert read_tags(file, form) == claim


@settings(max_examples=60, deadline=None)
@given(data=st.data(), form=st.sampled_from(FORMS))
def test_damaged_files_raise_only_audio_errors(data: st.DataObject, form: SoundFormat) -> None:
    file = encoded(form, noise(0.01))
    write_tags(file, form, claim_of())
    damaged = bytearray(file.getvalue())
    for _ in range(data.draw(st.integers(1, 8))):
        damaged[data.draw(st.integers(0, min(len(damaged), 600) - 1))] = data.draw(st.integers(0, 255))
    del damaged[data.draw(st.integers(0, len(damaged))) :]
    with contextlib.suppress(AudioError):
        read_tags(io.BytesIO(damaged), form)
