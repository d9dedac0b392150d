"""Tags say where a file comes from and leave its sound alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import mutagen
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from vocalkit.errors import AudioError, InputError
from vocalkit.provenance import Tags, read_tags, write_tags
from vocalkit.types import Provenance

PROVENANCE = Provenance(
    voice_id="alto",
    grant_id="6ba7b810-9dad-41d1-80b4-00c04fd430c8",
    model_sha256="ab" * 32,
    credit="Voice: Alto · vocalkit — “test”",
)


def sound(path: Path, *, subtype: str | None = None, frames: int = 4411) -> Path:
    noise = np.random.default_rng(1).uniform(-1, 1, (frames, 2))
    soundfile.write(path, noise, 44100, subtype=subtype)
    return path


def samples(path: Path) -> Any:
    return soundfile.read(path, dtype="int32")[0] if path.suffix != ".mp3" else soundfile.read(path)[0]


@pytest.mark.parametrize(
    ("name", "subtype"),
    [
        ("a.wav", "PCM_16"),
        ("a.wav", "PCM_24"),
        ("a.wav", "FLOAT"),
        ("a.WAV", "PCM_16"),
        ("a.flac", "PCM_24"),
        ("a.mp3", None),
    ],
)
@pytest.mark.parametrize("content", ["stem", "mix"])
def test_round_trip_without_a_changed_sample(tmp_path: Path, name: str, subtype: str | None, content: Any) -> None:
    path = sound(tmp_path / name, subtype=subtype)
    before, info = samples(path), soundfile.info(path)
    assert read_tags(path) is None
    write_tags(path, PROVENANCE, content=content)
    assert read_tags(path) == Tags(PROVENANCE, content)
    np.testing.assert_array_equal(samples(path), before)
    after = soundfile.info(path)
    assert (after.frames, after.samplerate, after.channels, after.subtype) == (
        info.frames,
        info.samplerate,
        info.channels,
        info.subtype,
    )


@pytest.mark.parametrize("frames", [1, 2, 3])
def test_wav_data_stays_byte_for_byte(tmp_path: Path, frames: int) -> None:
    """An odd number of data bytes makes RIFF pad; the tag comes after the padding."""
    path = tmp_path / "a.wav"
    soundfile.write(path, np.linspace(-1, 1, frames), 44100, subtype="PCM_24")
    before = path.read_bytes()
    write_tags(path, PROVENANCE, content="stem")
    after = path.read_bytes()
    assert after[8 : len(before)] == before[8:]
    assert int.from_bytes(after[4:8], "little") == len(after) - 8


def test_tagging_twice_replaces(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav")
    write_tags(path, PROVENANCE, content="stem")
    size = path.stat().st_size
    other = Provenance("bass", PROVENANCE.grant_id, "cd" * 32, PROVENANCE.credit, "synthetic voice")
    write_tags(path, other, content="mix")
    assert read_tags(path) == Tags(other, "mix")
    write_tags(path, PROVENANCE, content="stem")
    assert path.stat().st_size <= size + 1024


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_other_tags_stay(tmp_path: Path, name: str) -> None:
    path = sound(tmp_path / name)
    file = mutagen.File(path, easy=name != "a.wav")
    if name == "a.wav":
        from mutagen.id3 import TIT2

        file.add_tags()
        file.tags.add(TIT2(encoding=3, text=["My song"]))
    else:
        file["title"] = "My song"
    file.save()
    write_tags(path, PROVENANCE, content="mix")
    again = mutagen.File(path, easy=name != "a.wav")
    assert str(again["TIT2"] if name == "a.wav" else again["title"][0]) == "My song"
    assert read_tags(path) == Tags(PROVENANCE, "mix")


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_any_player_shows_the_label(tmp_path: Path, name: str) -> None:
    path = sound(tmp_path / name)
    write_tags(path, PROVENANCE, content="mix")
    tags = mutagen.File(path).tags
    comment = tags["COMMENT"][0] if name == "a.flac" else str(tags.getall("COMM")[0])
    assert comment == f"{PROVENANCE.label}. {PROVENANCE.credit}"


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3"])
def test_a_part_of_the_tags_is_none(tmp_path: Path, name: str) -> None:
    path = sound(tmp_path / name)
    write_tags(path, PROVENANCE, content="mix")
    file = mutagen.File(path)
    if name == "a.flac":
        del file.tags["VOCALKIT_GRANT"]
    else:
        file.tags.delall("TXXX:VOCALKIT_GRANT")
    file.save()
    assert read_tags(path) is None


def test_files_that_cannot_be_tagged(tmp_path: Path) -> None:
    soundfile.write(tmp_path / "a.ogg", np.zeros(1000), 44100)
    (tmp_path / "a.wav").write_text("not audio")
    (tmp_path / "a.flac").write_bytes(b"")
    for name in ("a.ogg", "a.wav", "a.flac", "none.wav"):
        with pytest.raises(AudioError):
            write_tags(tmp_path / name, PROVENANCE, content="mix")
        with pytest.raises(AudioError):
            read_tags(tmp_path / name)


def test_provenance_must_be_whole(tmp_path: Path) -> None:
    path = sound(tmp_path / "a.wav")
    before = path.read_bytes()
    with pytest.raises(InputError):
        write_tags(path, Provenance("alto", "", "ab" * 32, "x"), content="mix")
    with pytest.raises(InputError):
        write_tags(path, PROVENANCE, content="song")  # type: ignore[arg-type]
    assert path.read_bytes() == before


CREDITS = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(credit=CREDITS, name=st.sampled_from(["a.wav", "a.flac", "a.mp3"]))
def test_credits_in_any_script(tmp_path: Path, credit: str, name: str) -> None:
    path = sound(tmp_path / name, frames=100)
    provenance = Provenance("alto", "g", "m", credit)
    write_tags(path, provenance, content="stem")
    assert read_tags(path) == Tags(provenance, "stem")
