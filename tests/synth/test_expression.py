"""Every control does to the sung sound what its name says: measured by Praat and by spectra, songs and notes."""

from __future__ import annotations

import dataclasses
import functools
import json
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.synth.test_sing import licensed
from vocalkit.errors import InputError
from vocalkit.synth.backends import load_model, load_vocoder
from vocalkit.synth.perform import PerformSettings, perform
from vocalkit.synth.perform_settings import change_of
from vocalkit.synth.performance_json import performance_from_json, performance_to_json
from vocalkit.synth.retouch import retouch
from vocalkit.types import NEUTRAL, Note, NoteExpression, Performance, Score, Syllable, TempoMap

RATE_HZ = 44_100
LONG = (1.0, 3.0)
STEADY = PerformSettings(fluctuation=0.0, scoop_cents=0.0, vibrato_depth_cents=0.0, dynamics=0.0)
LA = Syllable("la", ("l", "ɑ"), 1)


def tune(own: NoteExpression = NEUTRAL) -> Score:
    """Half a second, then two seconds a fourth higher, which is the note that wishes."""
    notes = (Note(0.5, 1.0, 60.0, LA), Note(*LONG, 65.0, LA, own))
    return Score(notes, TempoMap.constant(120.0, duration_s=4.0))


@functools.cache
def singer() -> tuple[Any, Any]:
    pytest.importorskip("parselmouth", reason="parselmouth is in the bench extra")
    return load_model(licensed("clara")), load_vocoder()


def heard(performance: Performance) -> NDArray[np.float64]:
    model, vocoder = singer()
    return np.asarray(vocoder.synthesize(model.features(performance, seed=0), seed=0).samples[0], np.float64)


def by_song(**wishes: float) -> Performance:
    return perform(tune(), seed=0, settings=dataclasses.replace(STEADY, **wishes))


def by_note(**wishes: Any) -> Performance:
    return perform(tune(NoteExpression(**wishes)), seed=0, settings=STEADY)


def by_edit(**wishes: Any) -> Performance:
    """As a user edits performance.json: the second note is given wishes."""
    document = json.loads(performance_to_json(by_song()))
    document["notes"][1]["expression"] = wishes
    return performance_from_json(json.dumps(document))


WAYS = pytest.mark.parametrize("way", [by_song, by_note, by_edit])


def held_vowel(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    return samples[round(1.4 * RATE_HZ) : round(2.6 * RATE_HZ)]


def sound(samples: NDArray[np.float64]) -> Any:
    import parselmouth

    return parselmouth.Sound(samples, RATE_HZ)


def hnr_db(samples: NDArray[np.float64]) -> float:
    values = sound(held_vowel(samples)).to_harmonicity_cc(minimum_pitch=150.0).values
    return float(np.mean(values[values > -100]))


def tilt_db_per_octave(samples: NDArray[np.float64]) -> float:
    part = held_vowel(samples)
    power = np.abs(np.fft.rfft(part * np.hanning(len(part)))) ** 2
    hz = np.fft.rfftfreq(len(part), 1 / RATE_HZ)
    edges = 500.0 * 2.0 ** np.arange(0, 4.01, 0.5)
    bands = [10 * np.log10(power[(hz >= a) & (hz < b)].mean()) for a, b in pairwise(edges)]
    return float(np.polyfit(np.arange(len(bands)) / 2.0, bands, 1)[0])


def log_envelope(samples: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spectral envelope of the held vowel in dB, on a hundred points an octave from 400 Hz to 6 kHz, its tilt out."""
    pyworld = pytest.importorskip("pyworld")
    part = held_vowel(samples)
    f0, times = pyworld.harvest(part, RATE_HZ)
    envelope = 10 * np.log10(pyworld.cheaptrick(part, f0, times, RATE_HZ)).mean(axis=0)
    octaves = np.arange(0.0, np.log2(6000 / 400), 0.01)
    values = np.interp(400.0 * 2.0**octaves, np.linspace(0, RATE_HZ / 2, envelope.size), envelope)
    return np.asarray(values - np.polyval(np.polyfit(octaves, values, 1), octaves))


def formant_shift_octaves(plain: NDArray[np.float64], moved: NDArray[np.float64]) -> float:
    """By how much the second envelope has to be moved down to be most like the first."""
    one, other = log_envelope(plain), log_envelope(moved)

    def likeness(shift: int) -> float:
        a, b = (one[: one.size - shift], other[shift:]) if shift >= 0 else (one[-shift:], other[:shift])
        return float(np.corrcoef(a, b)[0, 1])

    return max(range(-60, 61), key=likeness) / 100.0


def level_db(samples: NDArray[np.float64], start_s: float = 1.4, end_s: float = 2.6) -> float:
    return float(20 * np.log10(np.std(samples[round(start_s * RATE_HZ) : round(end_s * RATE_HZ)])))


def pitch_cents(samples: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times and F0 in cents of MIDI pitch as Praat hears it, where voiced."""
    pitch = sound(samples).to_pitch_ac(time_step=0.005, pitch_floor=120.0, pitch_ceiling=900.0)
    hz = pitch.selected_array["frequency"]
    return pitch.xs()[hz > 0], 6900.0 + 1200.0 * np.log2(hz[hz > 0] / 440.0)


def vibrato(samples: NDArray[np.float64], start_s: float, end_s: float) -> tuple[float, float]:
    """Depth in cents to either side and rate in Hz of the swing between two times."""
    times, cents = pitch_cents(samples)
    grid = np.arange(start_s, end_s, 0.005)
    swing = np.interp(grid, times, cents)
    swing = (swing - swing.mean()) * np.hanning(grid.size)
    spectrum = np.abs(np.fft.rfft(swing, 4096))
    hz = np.fft.rfftfreq(4096, 0.005)
    band = (hz > 2.5) & (hz < 10.0)
    peak = int(np.argmax(spectrum * band))
    return float(spectrum[peak] * 4.0 / grid.size), float(hz[peak])


@WAYS
def test_breathiness_lowers_the_harmonics_to_noise_ratio(way: Any) -> None:
    plain, more, less = (hnr_db(heard(way(breathiness=value))) for value in (0.0, 0.9, -0.9))
    assert more < plain - 4.0
    assert less > plain + 0.5


@WAYS
def test_tension_tilts_the_spectrum(way: Any) -> None:
    plain, more, less = (tilt_db_per_octave(heard(way(tension=value))) for value in (0.0, 0.8, -0.8))
    assert plain + 1.5 < more < plain + 3.5
    assert plain - 3.5 < less < plain - 1.5


@WAYS
def test_gender_moves_formants_and_not_the_pitch(way: Any) -> None:
    plain, up, down = (heard(way(gender=value)) for value in (0.0, 0.8, -0.8))
    assert formant_shift_octaves(plain, up) == pytest.approx(0.2, abs=0.06)
    assert formant_shift_octaves(plain, down) == pytest.approx(-0.2, abs=0.06)
    pitches = [np.median(pitch_cents(held_vowel(samples))[1]) for samples in (plain, up, down)]
    assert np.ptp(pitches) < 5.0


@WAYS
def test_loudness_is_heard_in_decibels(way: Any) -> None:
    plain, louder, softer = (level_db(heard(way(loudness_db=value))) for value in (0.0, 5.0, -9.0))
    assert louder - plain == pytest.approx(5.0, abs=0.5)
    assert softer - plain == pytest.approx(-9.0, abs=0.5)


@pytest.mark.parametrize("way", [by_note, by_edit])
def test_a_swell_grows_over_its_note(way: Any) -> None:
    samples, plain = heard(way(swell_db=10.0)), heard(by_song())
    early, late = (level_db(samples, t, t + 0.1) - level_db(plain, t, t + 0.1) for t in (1.3, 2.7))
    assert early == pytest.approx(1.75, abs=0.5)
    assert late == pytest.approx(8.75, abs=0.5)


@WAYS
def test_vibrato_is_as_deep_and_as_fast_as_asked(way: Any) -> None:
    depth, rate_hz = vibrato(heard(way(vibrato_depth_cents=90.0, vibrato_rate_hz=4.8)), 1.7, 2.8)
    song_wide = way is by_song  # varied from note to note, as singers do
    assert depth == pytest.approx(90.0, abs=25.0 if song_wide else 12.0)
    assert rate_hz == pytest.approx(4.8, abs=0.5 if song_wide else 0.25)
    assert vibrato(heard(way(vibrato_depth_cents=0.0)), 1.7, 2.8)[0] < 5.0


@WAYS
def test_vibrato_begins_when_asked(way: Any) -> None:
    samples = heard(way(vibrato_onset_s=1.0, vibrato_depth_cents=100.0))
    assert vibrato(samples, 1.2, 1.65)[0] < 15.0
    assert vibrato(samples, 2.3, 2.85)[0] > 50.0


@WAYS
def test_portamento_takes_the_time_asked(way: Any) -> None:
    for wished_s in (0.06, 0.2):
        times, cents = pitch_cents(heard(way(portamento_s=wished_s)))
        grid = np.arange(0.6, 1.5, 0.001)
        curve = np.interp(grid, times, cents)
        low = grid[np.argmax(curve > 6050.0)]
        high = grid[np.argmax(curve > 6450.0)]
        factor = 1.38 if way is by_song else 1.0  # a leap of a fourth upwards takes longer by the song's rule
        assert high - low == pytest.approx(min(wished_s * factor, 0.33 * 0.5 if way is by_song else 1.0), abs=0.03)


def test_neutral_wishes_change_nothing() -> None:
    performance = by_song(vibrato_depth_cents=60.0)
    same = retouch(performance, [NEUTRAL] * 2)
    assert performance_to_json(same) == performance_to_json(performance)
    assert np.array_equal(same.f0.hz, performance.f0.hz)
    assert np.array_equal(same.loudness_dbfs, performance.loudness_dbfs)


def test_an_edit_stays_on_its_note_and_is_not_written_back() -> None:
    plain, edited = by_song(), by_edit(vibrato_depth_cents=80.0, breathiness=0.5, loudness_db=3.0)
    before = slice(0, round(0.85 / plain.hop_s))
    voiced = plain.f0.voiced[before]
    assert np.array_equal(
        edited.f0.hz[before][voiced], np.round(plain.f0.hz[before][voiced].astype(np.float64), 3).astype(np.float32)
    )
    np.testing.assert_allclose(edited.loudness_dbfs[before], plain.loudness_dbfs[before], atol=0.006)
    assert not edited.expression.breathiness[before].any()
    assert all("expression" not in note for note in json.loads(performance_to_json(edited))["notes"])


def test_a_breath_is_taken_from_the_note_before_it() -> None:
    notes = (Note(0.5, 1.5, 60.0, LA, NoteExpression(breath=True)), Note(1.5, 2.5, 62.0, LA))
    sung = perform(Score(notes, TempoMap.constant(120.0, duration_s=3.0)), seed=0)
    assert sung.notes[0].end_s == pytest.approx(1.25)
    assert sung.notes[1] == notes[1]
    gaps_s = [b.start_s - a.end_s for a, b in zip(sung.spans, sung.spans[1:], strict=False)]
    assert max(gaps_s) > 0.1


@pytest.mark.parametrize(
    ("wishes", "message"),
    [
        ({"breathiness": 2.0}, r"notes\[1\].*breathiness must be -1 to 1"),
        ({"vibrato": 3.0}, r"notes\[1\].*cannot change 'vibrato'"),
        ({"loudness_db": "loud"}, r"notes\[1\].*must be a number"),
        ([1], r"notes\[1\].*object"),
    ],
)
def test_bad_edits_are_named(wishes: Any, message: str) -> None:
    document = json.loads(performance_to_json(by_song()))
    document["notes"][1]["expression"] = wishes
    with pytest.raises(InputError, match=message):
        performance_from_json(json.dumps(document))


def test_a_finished_performance_takes_no_wish_that_only_a_score_can() -> None:
    assert change_of({"gender": 0.3}) == NoteExpression(gender=0.3)
    with pytest.raises(InputError, match="dynamics cannot be changed"):
        change_of({"dynamics": 0.5})
    with pytest.raises(InputError, match="unknown expression"):
        change_of({"volume": 0.5})
