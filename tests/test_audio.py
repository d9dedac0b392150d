"""Files in and out, and change of rate."""

from __future__ import annotations

import io
import os
import struct
import subprocess
import sys
import tracemalloc
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.audio import READABLE, check_backing, encode, read, resample, write_wav
from vocalkit.errors import AudioError, InputError, OutputError
from vocalkit.types import Audio, SoundFormat


def tone(duration_s: float = 2.0, rate: int = 44100, channels: int = 2, level: float = 0.3) -> np.ndarray:
    """float32 (n, channels): a different sine in each channel."""
    t = np.arange(round(duration_s * rate)) / rate
    return np.stack([level * np.sin(2 * np.pi * 220 * (c + 1) * t) for c in range(channels)], axis=1).astype("f4")


def sound_file(path: Path, **options: float) -> Path:
    rate = int(options.get("rate", 44100))
    soundfile.write(path, tone(**options), rate)  # type: ignore[arg-type]
    return path


def refusal(path: Path) -> str:
    with pytest.raises(AudioError) as caught:
        read(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("channels", [1, 2])
def test_reads_every_format_as_soundfile_does(tmp_path: Path, suffix: str, channels: int) -> None:
    path = sound_file(tmp_path / f"a.{suffix}", channels=channels, duration_s=3.1)
    audio = read(path)
    expected, rate = soundfile.read(path, dtype="float32", always_2d=True)
    assert (audio.sample_rate, audio.channels) == (rate, channels)
    assert np.array_equal(audio.samples, expected.T)
    assert audio.frames == round(3.1 * 44100)


@pytest.mark.parametrize("rate", [8000, 22050, 48000, 96000, 192000])
def test_keeps_the_rate(tmp_path: Path, rate: int) -> None:
    assert read(sound_file(tmp_path / "a.flac", rate=rate)).sample_rate == rate


def test_reads_mp3_whose_header_overstates_its_length(tmp_path: Path) -> None:
    """Cover art in front of the sound counts as sound in libsndfile's frame count."""
    whole = sound_file(tmp_path / "a.mp3")
    size = 200_000
    tag = b"ID3\x03\x00\x00" + bytes((size >> shift) & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
    padded = tmp_path / "b.mp3"
    data = whole.read_bytes()
    first = data.find(b"Info")
    padded.write_bytes(tag + data.replace(data[first : first + 4], b"\0\0\0\0", 1))
    audio = read(padded)
    assert np.array_equal(audio.samples, soundfile.read(padded, dtype="float32")[0].T)
    assert audio.duration_s == pytest.approx(2.0, abs=0.1)


def test_reads_the_registered_tracks(shared_data: Path) -> None:
    for path in sorted((shared_data / "tracks").rglob("*.mp3")):
        assert np.array_equal(read(path).samples, soundfile.read(path, dtype="float32")[0].T), path.name


def test_memory_is_the_audio_and_a_block(tmp_path: Path) -> None:
    path = sound_file(tmp_path / "a.wav", duration_s=40.0)
    tracemalloc.start()
    audio = read(path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < audio.samples.nbytes + 3_000_000


@pytest.mark.parametrize("suffix", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("part", [0.4, 0.9])
def test_refuses_a_file_that_is_cut_off(tmp_path: Path, suffix: str, part: float) -> None:
    whole = sound_file(tmp_path / f"a.{suffix}", duration_s=5.0)
    data = whole.read_bytes()
    cut = tmp_path / f"cut.{suffix}"
    cut.write_bytes(data[: int(len(data) * part)])
    message = refusal(cut)
    assert "cut off" in message or (suffix == "flac" and "damaged" in message)


def test_accepts_wav_written_to_a_pipe(tmp_path: Path) -> None:
    path = sound_file(tmp_path / "a.wav")
    data = bytearray(path.read_bytes())
    at = data.find(b"data") + 4
    data[at : at + 4] = b"\xff\xff\xff\xff"
    path.write_bytes(data)
    assert read(path).duration_s == pytest.approx(2.0)


def test_refuses_cut_mp3_without_a_header_that_counts(shared_data: Path, tmp_path: Path) -> None:
    data = (shared_data / "tracks/clue-cards/game-60s.mp3").read_bytes()
    cut = tmp_path / "cut.mp3"
    cut.write_bytes(data[: len(data) // 2])
    assert "last frame is cut off" in refusal(cut)


def test_refuses_what_is_not_there(tmp_path: Path) -> None:
    assert "no file" in refusal(tmp_path / "absent.wav")
    assert "folder" in refusal(tmp_path)
    (tmp_path / "empty.wav").touch()
    assert "empty" in refusal(tmp_path / "empty.wav")
    os.mkfifo(tmp_path / "pipe.wav")
    assert "not a regular file" in refusal(tmp_path / "pipe.wav")


@pytest.mark.parametrize(
    ("head", "word"),
    [
        (b"\x00\x00\x00\x20ftypisom\x00\x00\x02\x00isomiso2avc1mp41", "video"),
        (b"\x00\x00\x00\x14ftypqt  ", "video"),
        (b"\x1a\x45\xdf\xa3\x9fB\x86\x81\x01", "video"),
        (b"RIFF\x00\x10\x00\x00AVI LIST", "video"),
        (b"\x00\x00\x00\x20ftypM4A \x00\x00\x02\x00", "AAC"),
        (b"MThd\x00\x00\x00\x06", "MIDI"),
        (b"Twinkle, twinkle, little star\n" * 5, "text"),
        ("Märchen aus alten Zeiten, ".encode() * 300, "text"),
    ],
)
def test_says_what_a_foreign_file_is(tmp_path: Path, head: bytes, word: str) -> None:
    path = tmp_path / "song.wav"
    path.write_bytes(head if word == "text" else head + np.random.default_rng(0).bytes(100_000))
    message = refusal(path)
    assert word in message
    assert READABLE in message


@settings(max_examples=60, deadline=None)
@given(
    st.binary(min_size=1, max_size=400),
    st.sampled_from([b"", b"RIFF\x24\0\0\0WAVE", b"OggS\0", b"ID3", b"\xff\xfb\x90\x00"]),
)
def test_junk_is_refused_in_one_line(tmp_path_factory: pytest.TempPathFactory, junk: bytes, head: bytes) -> None:
    path = tmp_path_factory.mktemp("junk") / "a.wav"
    path.write_bytes(head + junk)
    refusal(path)


def test_refuses_other_sound_formats(tmp_path: Path) -> None:
    assert "AIFF" in refusal(sound_file(tmp_path / "a.aiff"))


def test_refuses_more_than_two_channels(tmp_path: Path) -> None:
    assert "6 channels" in refusal(sound_file(tmp_path / "a.wav", channels=6))


def test_refuses_rates_nobody_uses(tmp_path: Path) -> None:
    assert "4000 Hz" in refusal(sound_file(tmp_path / "a.wav", rate=4000))


def test_refuses_silence_and_accepts_what_is_barely_not(tmp_path: Path) -> None:
    assert "silent" in refusal(sound_file(tmp_path / "a.wav", level=0.0))
    assert "silent" in refusal(sound_file(tmp_path / "b.flac", level=10 ** (-72 / 20)))
    assert read(sound_file(tmp_path / "c.wav", level=10 ** (-60 / 20))).frames


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_refuses_what_is_not_a_number_and_says_where(tmp_path: Path, value: float) -> None:
    samples = tone()
    samples[66150, 1] = value
    soundfile.write(tmp_path / "a.wav", samples, 44100, subtype="FLOAT")
    assert "1.500 s" in refusal(tmp_path / "a.wav")


@pytest.mark.parametrize("suffix", ["wav", "mp3"])
def test_refuses_a_fifth_of_a_second(tmp_path: Path, suffix: str) -> None:
    message = refusal(sound_file(tmp_path / f"a.{suffix}", duration_s=0.2))
    assert "at least 1 s" in message
    assert "0.2" in message


def test_refuses_three_hours_before_decoding(tmp_path: Path) -> None:
    path = tmp_path / "long.wav"
    size = 3 * 3600 * 8000
    header = struct.pack(
        "<4sI4s4sIHHIIHH4sI", b"RIFF", size + 36, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8, b"data", size
    )
    with path.open("wb") as file:
        file.write(header)
        file.truncate(size + 44)
    tracemalloc.start()
    assert "3 h long; the limit is 30 min" in refusal(path)
    assert tracemalloc.get_traced_memory()[1] < 1_000_000
    tracemalloc.stop()


def test_refuses_a_long_mp3_by_its_frames(tmp_path: Path) -> None:
    data = sound_file(tmp_path / "a.mp3", rate=8000, channels=1, duration_s=30.0).read_bytes()
    path = tmp_path / "long.mp3"
    path.write_bytes(data * 62)
    with pytest.raises(AudioError, match="limit is 30 min"):
        read(path)


def test_a_flac_that_lies_about_its_length(tmp_path: Path) -> None:
    data = bytearray(sound_file(tmp_path / "a.flac").read_bytes())
    for claimed in (0, 2 * 88200, (1 << 36) - 1):
        fields = int.from_bytes(data[18:26], "big")
        data[18:26] = ((fields >> 36 << 36) | claimed).to_bytes(8, "big")
        path = tmp_path / f"{claimed}.flac"
        path.write_bytes(data)
        refusal(path)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can drop to another user")
def test_refuses_without_permission_as_another_user(tmp_path: Path) -> None:
    check_without_rights(tmp_path, drop=True)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_refuses_without_permission(tmp_path: Path) -> None:
    check_without_rights(tmp_path, drop=False)


def check_without_rights(tmp_path: Path, *, drop: bool) -> None:
    path = sound_file(tmp_path / "a.wav")
    path.chmod(0)
    for folder in [tmp_path, *tmp_path.parents[:2]]:
        folder.chmod(0o755)
    child = os.fork()
    if child == 0:
        code = 1
        try:
            if drop:
                os.setuid(65534)
            read(path)
        except AudioError as error:
            code = 0 if "no permission" in str(error) else 2
        finally:
            os._exit(code)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(("bit_depth", "error"), [(16, 2**-16), (24, 2**-24), (32, 0.0)])
@pytest.mark.parametrize("channels", [1, 2])
def test_writes_what_it_reads_back(tmp_path: Path, bit_depth: int, error: float, channels: int) -> None:
    audio = Audio(tone(1.0003, 44100, channels).T, 44100)
    write_wav(tmp_path / "a.wav", audio, bit_depth=bit_depth)  # type: ignore[arg-type]
    again = read(tmp_path / "a.wav")
    assert again.samples.shape == audio.samples.shape
    assert np.max(np.abs(again.samples - audio.samples)) <= error * 1.01
    info = soundfile.info(tmp_path / "a.wav")
    assert info.subtype == {16: "PCM_16", 24: "PCM_24", 32: "FLOAT"}[bit_depth]
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]


@settings(max_examples=25, deadline=None)
@given(st.lists(st.floats(-1, 1, width=32), max_size=50))
def test_24_bit_survives_a_second_round(tmp_path_factory: pytest.TempPathFactory, values: list[float]) -> None:
    folder = tmp_path_factory.mktemp("round")
    once, twice = folder / "1.wav", folder / "2.wav"
    write_wav(once, Audio(np.array([values], "f4"), 8000))
    write_wav(twice, Audio(soundfile.read(once, dtype="float32", always_2d=True)[0].T, 8000))
    assert once.read_bytes() == twice.read_bytes()


def test_pcm_refuses_to_clip_and_float_keeps_it(tmp_path: Path) -> None:
    loud = Audio(tone(level=1.5).T, 44100)
    with pytest.raises(InputError, match="clip"):
        write_wav(tmp_path / "a.wav", loud)
    assert not list(tmp_path.iterdir())
    write_wav(tmp_path / "a.wav", loud, bit_depth=32)
    assert np.array_equal(read(tmp_path / "a.wav").samples, loud.samples)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="cannot write"):
        write_wav(tmp_path / "absent" / "a.wav", Audio(tone().T, 44100))


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """A limit on the size of files stops the write midway, as a full disk does."""
    (tmp_path / "a.wav").write_bytes(b"before")
    program = """
import resource, signal, sys
from pathlib import Path
from typing import Any
import numpy as np
from vocalkit.audio import write_wav
from vocalkit.errors import OutputError
from vocalkit.types import Audio, SoundFormat
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
try:
    write_wav(Path(sys.argv[1]), Audio(np.full((2, 200_000), 0.5, np.float32), 44100))
except OutputError as error:
    print(error)
    sys.exit(5)
"""
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "a.wav")], capture_output=True, text=True, check=False
    )
    assert done.returncode == 5, done.stderr
    assert "nothing was left" in done.stdout
    assert (tmp_path / "a.wav").read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir()] == ["a.wav"]


@settings(max_examples=25, deadline=None)
@given(
    st.integers(8000, 20000),
    st.sampled_from([(44100, 48000), (48000, 44100), (44100, 22050), (8000, 96000), (96000, 44100)]),
)
def test_resampled_length_is_exact(frames: int, rates: tuple[int, int]) -> None:
    old, new = rates
    audio = Audio(np.random.default_rng(frames).standard_normal((1, frames)).astype("f4") * 0.1, old)
    assert resample(audio, new).frames == round(frames * new / old)


def test_resampling_keeps_the_sound_and_its_time() -> None:
    audio = Audio(tone(2.0, 44100).T, 44100)
    there = resample(audio, 48000)
    expected = tone(2.0, 48000).T
    middle = slice(2000, -2000)
    assert np.max(np.abs(there.samples[:, middle] - expected[:, middle])) < 1e-4
    assert np.array_equal(there.samples, resample(audio, 48000).samples)
    assert resample(audio, 44100) is audio


def test_check_backing() -> None:
    check_backing(Audio(tone().T, 44100))
    with pytest.raises(AudioError, match="the backing is silent"):
        check_backing(Audio(np.zeros((2, 44100), "f4"), 44100))
    with pytest.raises(AudioError, match="3 channels"):
        check_backing(Audio(np.ones((3, 44100), "f4"), 44100))


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "ogg"])
@pytest.mark.parametrize("channels", [1, 2])
def test_every_format_can_be_encoded(form: SoundFormat, channels: int) -> None:
    time_s = np.arange(22_050) / 44_100
    samples = np.tile(0.5 * np.sin(2 * np.pi * 440 * time_s).astype(np.float32), (channels, 1))
    file = io.BytesIO()
    encode(Audio(samples, 44_100), file, form)
    file.seek(0)
    decoded, rate = soundfile.read(file, dtype="float32", always_2d=True)
    assert (rate, decoded.shape) == (44_100, samples.T.shape)
    error = float(np.abs(decoded.T - samples)[:, 4000:-4000].max())
    assert error <= (2**-23 if form in ("wav", "flac") else 0.02)


def test_flac_and_wav_hold_the_same_samples() -> None:
    samples = np.random.default_rng(0).uniform(-1, 1, (2, 5000)).astype(np.float32)
    samples[0, :2] = (1.0, -1.0)
    found = []
    for form in ("wav", "flac"):
        file = io.BytesIO()
        encode(Audio(samples, 48_000), file, form)
        file.seek(0)
        found.append(soundfile.read(file, dtype="int32")[0])
    np.testing.assert_array_equal(*found)


def test_what_a_format_cannot_hold() -> None:
    loud = Audio(np.full((1, 100), 1.5, np.float32), 44_100)
    for form in ("wav", "flac", "mp3", "ogg"):
        with pytest.raises(InputError, match="would clip"):
            encode(loud, io.BytesIO(), form)
    with pytest.raises(InputError, match="MP3 holds no 96000 Hz"):
        encode(Audio(np.zeros((1, 100), np.float32), 96_000), io.BytesIO(), "mp3")


@pytest.mark.parametrize("form", ["wav", "flac", "mp3", "ogg"])
def test_a_full_disk_is_not_missed(form: SoundFormat) -> None:
    """libsndfile does not see what Python raises in its callbacks."""

    class Full(io.BytesIO):
        def write(self, data: Any) -> int:
            if self.tell() + len(data) > 20_000:
                raise OSError(28, "No space left on device")
            return super().write(data)

    noise = np.random.default_rng(0).uniform(-0.9, 0.9, (2, 100_000)).astype(np.float32)
    with pytest.raises(OSError, match="No space left"):
        encode(Audio(noise, 44_100), Full(), form)
