"""The rendered backing as a whole."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray
from scipy.signal import resample_poly, welch

from vocalkit.band import Chart, chart_backing, parse_chart, render_chart
from vocalkit.band.chart import STYLE_NAMES
from vocalkit.errors import InputError
from vocalkit.types import Audio

RATE = 24000
BANDS_HZ = ((30, 120), (120, 500), (500, 2000), (2000, 8000), (8000, 11000))
SONG = (
    "[Intro]\n| G | C |\n[Verse]\n| G D/F# | Em7 | C | D |\n[Chorus]\n| C | D | Em | Cmaj7 |\n[Outro]\n| Am7 D | G |\n"
)


def song(style: str, tempo: int = 132) -> Chart:
    metre = "3/4" if style == "waltz" else "4/4"
    return parse_chart(f"Tempo: {tempo}\nMetre: {metre}\nKey: G\nStyle: {style}\n" + SONG)


@pytest.fixture(scope="module")
def renders() -> dict[str, tuple[Chart, Audio]]:
    return {style: (song(style), render_chart(song(style), sample_rate=RATE)) for style in STYLE_NAMES}


def balance_db(samples: NDArray[np.float32], rate: int) -> NDArray[np.float64]:
    """Long-term level of each band relative to all."""
    hz, power = welch(samples.mean(axis=0), rate, nperseg=8192)
    levels = np.array([power[(hz >= low) & (hz < high)].sum() for low, high in BANDS_HZ])
    return 10.0 * np.log10(levels / levels.sum())


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_length_loudness_peaks_and_ends(renders: dict[str, tuple[Chart, Audio]], style: str) -> None:
    chart, audio = renders[style]
    x = audio.samples
    assert audio.channels == 2 and audio.frames == round(chart.duration_s * RATE)
    assert -18.0 <= pyloudnorm.Meter(RATE).integrated_loudness(x.T.astype(np.float64)) <= -16.0
    oversampled = resample_poly(x.astype(np.float64), 4, 1, axis=1)
    assert np.abs(oversampled).max() <= 10 ** (-1 / 20)
    assert np.abs(x.mean(axis=1)).max() < 1e-4
    assert np.abs(x[:, : RATE // 5]).max() < 1e-9  # lead-in
    assert np.abs(x[:, -20:]).max() < 1e-4
    crest_db = 20 * np.log10(np.abs(x).max() / np.sqrt(np.mean(x**2)))
    assert 12.0 < crest_db < 20.0


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_the_balance_is_that_of_music_and_leaves_room_for_a_voice(
    renders: dict[str, tuple[Chart, Audio]], style: str
) -> None:
    """Limits lie around what the registered real instrumentals measure."""
    low, warm, middle, presence, air = balance_db(renders[style][1].samples, RATE)
    assert -7.0 < low < -0.5
    assert -8.0 < warm < -1.0
    assert -16.0 < middle < -4.0
    assert -27.0 < presence < -9.0
    assert -35.0 < air < -17.0


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_strokes_fall_on_the_beats_of_the_truth(renders: dict[str, tuple[Chart, Audio]], style: str) -> None:
    import librosa

    chart, audio = renders[style]
    beats_s = chart_backing(chart).tempo_map.beats_s
    onsets_s = librosa.onset.onset_detect(y=audio.mono(), sr=RATE, hop_length=256, backtrack=False, units="time")
    span = (beats_s[8 if len(beats_s) > 8 else 0], beats_s[-chart.beats_per_bar])
    inside = beats_s[(beats_s >= span[0]) & (beats_s < span[1])]
    off_s = np.array([onsets_s[np.argmin(np.abs(onsets_s - b))] - b for b in inside])
    assert np.mean(np.abs(off_s) < 0.035) > 0.85
    assert abs(np.median(off_s)) < 0.02  # the detector's frames lag by up to half a window


@pytest.mark.parametrize("style", STYLE_NAMES)
def test_a_chorus_is_louder_than_a_verse(renders: dict[str, tuple[Chart, Audio]], style: str) -> None:
    chart, audio = renders[style]
    level = {}
    for section in chart_backing(chart).sections:
        part = audio.samples[:, round(section.start_s * RATE) : round(section.end_s * RATE)]
        level[section.label] = 10 * np.log10(np.mean(part.astype(np.float64) ** 2))
    assert level["Chorus"] > level["Verse"] + 1.5
    assert level["Verse"] > level["Intro"] + 0.5


def test_the_chords_of_the_truth_are_in_the_sound(renders: dict[str, tuple[Chart, Audio]]) -> None:
    import librosa

    chart, audio = renders["pop"]
    chroma = librosa.feature.chroma_cqt(y=audio.mono(), sr=RATE, hop_length=1024)
    for chord in chart_backing(chart).chords:
        frames = slice(*(int(t * RATE / 1024) for t in (chord.start_s + 0.1, chord.end_s - 0.05)))
        heard = chroma[:, frames].mean(axis=1)
        inside = heard[list(chord.pitch_classes)].mean()
        outside = np.delete(heard, list(chord.pitch_classes)).mean()
        assert inside > 1.5 * outside, chord.name


def test_same_seed_same_samples_and_another_seed_another_take() -> None:
    chart = parse_chart("Tempo: 120\nKey: C\n[A: full]\n| C | F | G |")
    one, again, other = (render_chart(chart, sample_rate=22050, seed=s).samples for s in (7, 7, 8))
    np.testing.assert_array_equal(one, again)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("rate", [16000, 48000, 96000])
def test_other_sample_rates(rate: int) -> None:
    chart = parse_chart("Tempo: 140\nKey: C\nStyle: folk\n[A: full]\n| C | G |")
    audio = render_chart(chart, sample_rate=rate)
    assert audio.sample_rate == rate and audio.frames == round(chart.duration_s * rate)
    assert np.all(np.isfinite(audio.samples)) and 0.1 < np.abs(audio.samples).max() < 0.9


def test_a_chart_without_chords_still_renders() -> None:
    chart = parse_chart("Tempo: 120\nKey: C\n[Break]\n| N.C. | x2")
    assert np.all(np.isfinite(render_chart(chart, sample_rate=16000).samples))


@pytest.mark.parametrize(("rate", "seed"), [(0, 0), (8000, 0), (400000, 0), (44100, -1)])
def test_refuses_impossible_settings(rate: int, seed: int) -> None:
    with pytest.raises(InputError, match="must be"):
        render_chart(song("pop"), sample_rate=rate, seed=seed)


@pytest.mark.slow
def test_memory_does_not_grow_with_length_beyond_the_audio() -> None:
    import tracemalloc

    def overhead(bars: int) -> float:
        chart = parse_chart(f"Tempo: 120\nKey: C\nStyle: pop\n[A: full]\n| C | Am | F | G | x{bars // 4}")
        tracemalloc.start()
        audio = render_chart(chart, sample_rate=16000)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return (peak - audio.samples.nbytes) / 2**20

    short, long = overhead(8), overhead(80)
    assert long < 1.3 * short + 8.0


def test_the_shipped_example_renders() -> None:
    text = (Path(__file__).resolve().parents[2] / "docs" / "examples" / "chart.txt").read_text()
    audio = render_chart(parse_chart(text), sample_rate=16000)
    assert 0.1 < np.abs(audio.samples).max() < 0.9 and 60.0 < audio.duration_s < 76.0
