from __future__ import annotations

import re
import tracemalloc
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile

from vocalkit.backing import analyze
from vocalkit.backing.features import extract
from vocalkit.backing.lead_voice import SUNG
from vocalkit.errors import AudioError, Cancelled, InputError
from vocalkit.protocols import silent
from vocalkit.types import Audio, Backing, Key

LEAST_S = 1.0


def usable(backing: Backing, audio: Audio) -> bool:
    covered = backing.chords[0].start_s == 0.0 and backing.sections[0].start_s == 0.0
    ends = np.allclose([backing.chords[-1].end_s, backing.sections[-1].end_s], audio.duration_s)
    return covered and bool(ends) and 0.0 <= backing.beat_confidence <= 1.0 and 0.0 <= backing.lead_voice <= 1.0


@pytest.mark.parametrize("sample_rate", [8_000, 22_050, 48_000])
@pytest.mark.parametrize("seconds", [1.0, 2.3, 5.0])
def test_short_tracks_work(seconds: float, sample_rate: int, sounds: SimpleNamespace) -> None:
    whole = sounds.song(bars=3, sample_rate=sample_rate)
    audio = Audio(whole.samples[:, : round(seconds * sample_rate)], sample_rate)
    assert usable(analyze(audio), audio)


def test_noise_and_silence_give_a_usable_grid() -> None:
    noise = 0.2 * np.random.default_rng(1).standard_normal((2, 12 * 44_100))
    for samples in (noise, np.zeros_like(noise), np.full_like(noise, 0.25)):
        audio = Audio(samples.astype(np.float32), 44_100)
        assert usable(analyze(audio), audio)
    assert analyze(Audio(np.zeros((1, 44_100 * 3), np.float32), 44_100)).beat_confidence == 0.0


def test_bad_input_gets_one_clear_line(four_chords: Audio) -> None:
    with pytest.raises(AudioError, match="at least 1 s"):
        analyze(Audio(np.zeros((1, 4_000), np.float32), 44_100))
    broken = np.array(four_chords.samples)
    broken[0, 5_000] = np.nan
    with pytest.raises(AudioError, match=re.compile("NaN")):
        analyze(Audio(broken, four_chords.sample_rate))
    with pytest.raises(InputError, match="20 to 400"):
        analyze(four_chords, tempo_bpm=0.0)


def test_leading_silence_is_found(sounds: SimpleNamespace) -> None:
    audio = sounds.song(start_s=3.0, bars=8)
    backing = analyze(audio)
    first = backing.sections[0]
    assert (first.label, first.energy) == ("silence", 0.0)
    assert first.end_s == pytest.approx(3.0, abs=0.1)
    assert backing.chord_at(1.0) is not None
    assert backing.chord_at(1.0).root is None  # type: ignore[union-attr]


def test_level_offset_and_rate_change_nothing_that_matters(four_chords: Audio, sounds: SimpleNamespace) -> None:
    plain = analyze(four_chords)
    quiet = analyze(Audio(0.02 * four_chords.samples + 0.1, four_chords.sample_rate))
    fast = analyze(sounds.song(sample_rate=44_100))
    for other in (quiet, fast):
        assert [c.name for c in other.chords] == [c.name for c in plain.chords]
        assert np.allclose(other.tempo_map.beats_s, plain.tempo_map.beats_s, atol=0.004)


def test_same_input_gives_the_same_bits(four_chords: Audio) -> None:
    one, two = analyze(four_chords), analyze(four_chords)
    assert np.array_equal(one.tempo_map.beats_s, two.tempo_map.beats_s)
    assert (one.chords, one.sections, one.key) == (two.chords, two.sections, two.key)
    assert (one.tuning_cents, one.lead_voice, one.beat_confidence) == (
        two.tuning_cents,
        two.lead_voice,
        two.beat_confidence,
    )


def test_energy_rises_where_the_band_comes_in(sounds: SimpleNamespace) -> None:
    soft, loud = sounds.song(bars=8), sounds.song(bars=8)
    audio = Audio(np.concatenate([0.1 * soft.samples, loud.samples], axis=1), soft.sample_rate)
    backing = analyze(audio)
    edges_s = [section.start_s for section in backing.sections]
    assert min(abs(edge - soft.duration_s) for edge in edges_s) < 2.5
    assert backing.sections[-1].energy > backing.sections[0].energy


def test_progress_rises_and_may_stop_the_work(four_chords: Audio) -> None:
    seen: list[float] = []
    analyze(four_chords, progress=lambda _stage, done: seen.append(done))
    assert seen == sorted(seen)
    assert 0.0 < seen[-1] <= 1.0

    def stop(_stage: str, _done: float) -> None:
        raise Cancelled("stopped")

    with pytest.raises(Cancelled):
        analyze(four_chords, progress=stop)


def test_features_stay_small_over_a_long_track() -> None:
    noise = np.random.default_rng(2).standard_normal((1, 30 * 22_050)).astype(np.float32)
    audio = Audio(np.tile(noise, (1, 10)), 22_050)
    tracemalloc.start()
    features = extract(audio, progress=silent)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    kept = features.onsets.nbytes + features.pitches.nbytes + features.voice.nbytes + features.level_db.nbytes
    assert kept < 0.03e6 * audio.duration_s
    assert peak < 200e6


TRACKS = {
    "clue-cards/lobby.mp3": (95.0, None),
    "clue-cards/victory.mp3": (99.0, None),
    "macleod/gold_rush.mp3": (120.0, Key(0, "major")),
    "librosa-data/Kevin_MacLeod_-_P_I_Tchaikovsky_Dance_of_the_Sugar_Plum_Fairy.hq.ogg": (None, Key(4, "minor")),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", TRACKS)
def test_known_tracks(name: str, shared_data: Path) -> None:
    bpm, key = TRACKS[name]
    samples, sample_rate = soundfile.read(shared_data / "tracks" / name, dtype="float32", always_2d=True)
    backing = analyze(Audio(samples.T, sample_rate))
    assert bpm is None or backing.tempo_map.bpm == pytest.approx(bpm, rel=0.003)
    assert key is None or backing.key == key
    assert backing.beat_confidence > 0.6


@pytest.mark.slow
def test_a_singer_is_told_from_instruments(shared_data: Path) -> None:
    folder = shared_data / "tracks"
    paths = [p for p in sorted(folder.rglob("*")) if p.suffix in (".mp3", ".ogg") and "trumpet" not in p.name]
    assert len(paths) == 10
    for path in paths:
        samples, sample_rate = soundfile.read(path, dtype="float32", always_2d=True)
        sung = analyze(Audio(samples.T, sample_rate)).lead_voice > SUNG
        assert sung == ("full-song-with-vocals" in str(path)), path.name
