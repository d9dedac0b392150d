"""The whole mix: balance, exact sums, targets, lengths, and what is refused."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
import soundfile
from threadpoolctl import threadpool_limits

from vocalkit.audio import read, write_wav
from vocalkit.errors import InputError
from vocalkit.mix import MixSettings, integrated_lufs, mix_vocals, true_peak_dbtp
from vocalkit.types import Audio, Performance, Vocal

MakeBacking = Callable[..., Audio]
MakeVocal = Callable[..., tuple[Vocal, Performance]]


def sung_lufs(samples: np.ndarray, rate: int, performance: Performance) -> float:
    """Loudness of the notes alone, strung together, by pyloudnorm: another way than the room's own."""
    parts = [samples[:, round(n.start_s * rate) : round(n.end_s * rate)] for n in performance.notes]
    return float(pyloudnorm.Meter(rate).integrated_loudness(np.concatenate(parts, axis=1).T))


@pytest.mark.parametrize(("rate", "channels"), [(44100, 2), (44100, 1), (8000, 1), (22050, 2), (48000, 2), (96000, 1)])
def test_the_plain_sum_is_exact(make_backing: MakeBacking, make_vocal: MakeVocal, rate: int, channels: int) -> None:
    backing = make_backing(rate=rate, channels=channels, level=0.5)
    vocal, performance = make_vocal()
    mix = mix_vocals(backing, vocal, performance, master=False)
    assert mix.audio.samples.shape == mix.vocals.samples.shape == backing.samples.shape
    assert mix.audio.sample_rate == mix.vocals.sample_rate == rate
    expected = np.float32(mix.backing_gain) * backing.samples + mix.vocals.samples
    assert np.array_equal(mix.audio.samples, expected)
    assert mix.true_peak_dbtp <= -1.0
    assert mix.lufs == integrated_lufs(mix.audio)
    assert not mix.mastered
    lift = sung_lufs(mix.vocals.samples, rate, performance) - sung_lufs(
        mix.backing_gain * backing.samples, rate, performance
    )
    assert 0.0 < lift < 3.0
    assert mix.vocal_lift_lu == pytest.approx(1.5, abs=0.01)


def test_the_sum_survives_24_bit_files(tmp_path: Path, make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    backing = make_backing(level=0.6)
    mix = mix_vocals(backing, *make_vocal(), master=False)
    write_wav(tmp_path / "mix.wav", mix.audio)
    write_wav(tmp_path / "vocals.wav", mix.vocals)
    rest = (
        read(tmp_path / "mix.wav").samples - backing.samples * mix.backing_gain - read(tmp_path / "vocals.wav").samples
    )
    assert 20 * np.log10(np.max(np.abs(rest))) < -120.0


def test_a_backing_that_leaves_room_keeps_its_gain(make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    assert mix_vocals(make_backing(level=0.02), *make_vocal(), master=False).backing_gain == 1.0


@pytest.mark.parametrize(("rate", "channels", "level", "offset"), [
    (44100, 2, 0.2, 0.0), (44100, 1, 0.2, 0.1), (22050, 1, 0.2, 0.0), (8000, 1, 0.2, 0.0), (96000, 2, 0.2, 0.0),
    (44100, 2, 0.002, 0.0), (44100, 2, 3.0, 0.0),
])  # fmt: skip
def test_the_master_holds_its_targets(
    make_backing: MakeBacking, make_vocal: MakeVocal, rate: int, channels: int, level: float, offset: float
) -> None:
    backing = make_backing(rate=rate, channels=channels, level=level, offset=offset)
    vocal, performance = make_vocal()
    mix = mix_vocals(backing, vocal, performance, master=True)
    assert mix.audio.samples.shape == backing.samples.shape
    assert pyloudnorm.Meter(rate).integrated_loudness(mix.audio.samples.T) == pytest.approx(-14.0, abs=0.3)
    assert true_peak_dbtp(mix.audio) <= -1.0
    assert 0.0 < mix.vocal_lift_lu < 3.0
    assert mix.mastered
    assert np.max(np.abs(mix.vocals.samples)) <= 1.0
    centred = backing.samples - backing.samples.mean(axis=1, keepdims=True)
    lift = sung_lufs(mix.vocals.samples, rate, performance) - sung_lufs(mix.backing_gain * centred, rate, performance)
    assert 0.0 < lift < 3.0


@pytest.mark.parametrize("master", [False, True])
def test_same_bits_on_any_number_of_threads(make_backing: MakeBacking, make_vocal: MakeVocal, master: bool) -> None:
    backing, (vocal, performance) = make_backing(), make_vocal()
    mixes = []
    for threads in (1, 4):
        with threadpool_limits(threads):
            mixes.append(mix_vocals(backing, vocal, performance, master=master))
    assert np.array_equal(mixes[0].audio.samples, mixes[1].audio.samples)
    assert np.array_equal(mixes[0].vocals.samples, mixes[1].vocals.samples)


@pytest.mark.parametrize("master", [False, True])
def test_a_last_note_rings_out(make_backing: MakeBacking, make_vocal: MakeVocal, master: bool) -> None:
    backing = make_backing(5.0)
    mix = mix_vocals(backing, *make_vocal((1.0, 4.7), duration_s=7.0), master=master)
    assert 0.3 < mix.audio.duration_s - backing.duration_s < 5.0
    assert mix.vocals.frames == mix.audio.frames
    assert np.max(np.abs(mix.audio.samples[:, -10:])) < 1e-4


def test_the_lift_follows_the_settings(make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    backing, (vocal, performance) = make_backing(), make_vocal()
    low, high = (
        mix_vocals(backing, vocal, performance, master=False, settings=MixSettings(vocal_lift_lu=lift))
        for lift in (0.5, 2.5)
    )
    assert high.vocal_lift_lu - low.vocal_lift_lu == pytest.approx(2.0, abs=0.01)


def test_the_level_of_the_dry_vocal_does_not_matter(make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    backing = make_backing()
    quiet, loud = (mix_vocals(backing, *make_vocal(level=level), master=False) for level in (0.003, 0.3))
    assert np.allclose(quiet.audio.samples, loud.audio.samples, atol=1e-3)


def test_singing_where_the_backing_rests(make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    samples = make_backing(10.0).samples.copy()
    samples[:, : 6 * 44100] = 0.0
    mix = mix_vocals(Audio(samples, 44100), *make_vocal((1.0, 2.0, 3.0), duration_s=6.0), master=True)
    assert mix.lufs == pytest.approx(-14.0, abs=0.3)
    assert mix.vocal_lift_lu == pytest.approx(1.5, abs=0.01)


def test_one_very_short_note(make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    mix = mix_vocals(make_backing(), *make_vocal((3.0,), note_s=0.12), master=False)
    assert mix.vocal_lift_lu == pytest.approx(1.5, abs=0.01)


def test_what_cannot_be_mixed(make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    vocal, performance = make_vocal()
    with pytest.raises(InputError, match="no notes"):
        mix_vocals(make_backing(), vocal, replace(performance, notes=()), master=True)
    silent_vocal = replace(vocal, audio=Audio(np.zeros((1, 7 * 44100), "f4"), 44100))
    with pytest.raises(InputError, match="vocal is silent"):
        mix_vocals(make_backing(), silent_vocal, performance, master=True)
    with pytest.raises(InputError, match="backing is silent"):
        mix_vocals(Audio(np.zeros((2, 8 * 44100), "f4"), 44100), vocal, performance, master=False)
    with pytest.raises(InputError, match="last note ends"):
        mix_vocals(make_backing(1.0), *make_vocal((9.0,), duration_s=10.0), master=False)
    with pytest.raises(InputError, match="3 channels"):
        mix_vocals(make_backing(channels=3), vocal, performance, master=False)
    with pytest.raises(InputError, match="vocal_lift_lu"):
        MixSettings(vocal_lift_lu=50.0)


@pytest.mark.slow
@pytest.mark.parametrize("master", [False, True])
def test_memory_is_a_few_copies(make_backing: MakeBacking, make_vocal: MakeVocal, master: bool) -> None:
    """Mix and vocals, the vocal while it is worked on, and small curves: nothing else grows with length."""
    backing = make_backing(180.0)
    vocal, performance = make_vocal(tuple(float(t) for t in range(2, 170, 2)), duration_s=175.0)
    tracemalloc.start()
    mix_vocals(backing, vocal, performance, master=master)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.9 * backing.samples.nbytes


@pytest.mark.slow
@pytest.mark.parametrize("master", [False, True])
def test_registered_tracks(shared_data: Path, make_vocal: MakeVocal, master: bool) -> None:
    paths = sorted(p for p in (shared_data / "tracks").rglob("*") if p.suffix in (".mp3", ".ogg"))
    assert len(paths) >= 10
    for path in paths:
        backing = read(path)
        if backing.duration_s < 10:
            continue
        starts = tuple(np.arange(3.0, backing.duration_s - 3.0, 1.0).tolist())
        vocal, performance = make_vocal(starts, duration_s=backing.duration_s)
        mix = mix_vocals(backing, vocal, performance, master=master)
        assert true_peak_dbtp(mix.audio) <= -1.0, path.name
        assert 0.0 < mix.vocal_lift_lu < 3.0, path.name
        if master:
            assert mix.lufs == pytest.approx(-14.0, abs=0.3), path.name
        else:
            rest = mix.audio.samples[:, : backing.frames] - mix.backing_gain * backing.samples
            rest -= mix.vocals.samples[:, : backing.frames]
            assert 20 * np.log10(np.max(np.abs(rest)) + 1e-12) < -120, path.name


def test_a_player_reads_the_files(tmp_path: Path, make_backing: MakeBacking, make_vocal: MakeVocal) -> None:
    mix = mix_vocals(make_backing(), *make_vocal(), master=True)
    write_wav(tmp_path / "mix.wav", mix.audio)
    samples, rate = soundfile.read(tmp_path / "mix.wav")
    assert (len(samples), rate) == (mix.audio.frames, mix.audio.sample_rate)
