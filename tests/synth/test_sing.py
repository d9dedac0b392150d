"""The built-in voices singing: in tune, in time, silent in rests, behind the gate at every phrase."""

from __future__ import annotations

import dataclasses
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from vocalkit.consent import (
    LicensedVoice,
    NoVault,
    SignedGrant,
    Use,
    license_voice,
    read_trust_roots,
    utc_now,
)
from vocalkit.consent.registry import open_registry
from vocalkit.errors import ConsentError, InputError
from vocalkit.lyrics import parse_lyrics
from vocalkit.resources import locate
from vocalkit.synth.backends import load_model, load_vocoder
from vocalkit.synth.perform import perform
from vocalkit.synth.sing import LONGEST_CHUNK_S, sing, split_phrases
from vocalkit.types import Note, Performance, PhonemeSpan, Score, TempoMap
from vocalkit.units import cents_between
from vocalkit.voice.load import license_installed
from vocalkit.weights import read_voice_manifest

VOICES = ("clara", "bruno")
LOW = {"clara": 60, "bruno": 48}


def performance_of(low_midi: int, *, lines: int = 2) -> Performance:
    lyrics = parse_lyrics("Who has seen the wind?\nNeither I nor you")
    notes, time_s = [], 0.6
    for line in lyrics.sections[0].lines[:lines]:
        for number, syllable in enumerate(line.syllables):
            notes.append(Note(time_s, time_s + 0.5, low_midi + (0, 2, 4, 7, 5, 2)[number % 6], syllable))
            time_s += 0.5
        time_s += 0.6
    return perform(Score(tuple(notes), TempoMap.constant(120, duration_s=time_s)), seed=3)


def licensed(voice_id: str) -> LicensedVoice:
    return license_installed(voice_id, use=Use.of_song(purposes=("research",), languages=("en-us",)))


@pytest.fixture(scope="module", params=VOICES)
def sung(request: pytest.FixtureRequest) -> tuple[Performance, np.ndarray, int]:
    voice = licensed(request.param)
    performance = performance_of(LOW[request.param])
    vocal = sing(performance, voice, load_model(voice), load_vocoder(), seed=3)
    assert vocal.provenance.voice_id == request.param
    return performance, vocal.audio.samples[0], vocal.audio.sample_rate


def test_praat_hears_the_pitch_that_was_performed(sung: tuple[Performance, np.ndarray, int]) -> None:
    parselmouth = pytest.importorskip("parselmouth", reason="parselmouth is in the bench extra")
    performance, samples, rate = sung
    pitch = parselmouth.Sound(samples.astype(np.float64), rate).to_pitch_ac(
        time_step=0.005, pitch_floor=60, pitch_ceiling=1100
    )
    hz, times = pitch.selected_array["frequency"], pitch.xs()
    index = np.clip(np.round(times / performance.hop_s).astype(int), 0, performance.f0.hz.size - 1)
    both = (hz > 0) & performance.f0.voiced[index]
    cents = np.abs(cents_between(hz[both], performance.f0.hz[index][both].astype(np.float64)))
    assert both.sum() > 300
    assert (cents <= 50).mean() >= 0.95
    assert (cents > 600).mean() < 0.005


def test_the_stem_is_as_long_as_the_performance_and_starts_at_nought(
    sung: tuple[Performance, np.ndarray, int],
) -> None:
    performance, samples, rate = sung
    assert len(samples) == round(performance.duration_s * rate)
    assert np.abs(samples[: int(0.45 * rate)]).max() < 1e-4
    first = performance.spans[0].start_s
    sounding = np.flatnonzero(np.abs(samples) > 1e-3)[0] / rate
    assert abs(sounding - first) < 0.06


def test_rests_are_silent_and_vowels_are_even(sung: tuple[Performance, np.ndarray, int]) -> None:
    performance, samples, rate = sung
    gap = next(
        a.end_s for a, b in zip(performance.spans, performance.spans[1:], strict=False) if b.start_s - a.end_s > 0.3
    )
    rest = samples[int((gap + 0.1) * rate) : int((gap + 0.2) * rate)]
    assert np.abs(rest).max() < 1e-4
    levels = [
        20 * np.log10(np.std(samples[int((n.start_s + 0.1) * rate) : int((n.start_s + 0.3) * rate)]) + 1e-9)
        for n in performance.notes
    ]
    assert max(levels) - min(levels) < 14
    assert np.abs(samples).max() < 1.0


def test_the_same_seed_gives_the_same_samples() -> None:
    voice = licensed("clara")
    performance = performance_of(60, lines=1)
    once, again = (sing(performance, voice, load_model(voice), load_vocoder(), seed=1).audio.samples for _ in range(2))
    assert np.array_equal(once, again)


def test_a_phrase_sounds_the_same_alone_and_in_the_song() -> None:
    voice = licensed("bruno")
    model, vocoder = load_model(voice), load_vocoder()
    whole = performance_of(48)
    alone = dataclasses.replace(whole, spans=split_phrases(whole.spans)[0])
    end = int(alone.spans[-1].end_s * model.sample_rate)
    first, second = (sing(p, voice, model, vocoder, seed=0).audio.samples[0, :end] for p in (whole, alone))
    assert np.array_equal(first, second)


def test_only_a_licensed_voice_sings() -> None:
    voice = licensed("clara")
    model, vocoder = load_model(voice), load_vocoder()
    with pytest.raises(ConsentError):
        sing(performance_of(60), voice.profile, model, vocoder, seed=0)  # type: ignore[arg-type]


def test_a_licence_that_runs_out_in_the_middle_stops_the_render(tmp_path: Path) -> None:
    manifest = read_voice_manifest("clara")
    moment = [utc_now()]

    def clock() -> datetime:
        return moment[0]

    voice = license_voice(
        manifest.profile(), SignedGrant(manifest.grant_path.read_bytes()),
        request=Use.of_song(purposes=("research",), languages=("en-us",)), standing=open_registry(f"sqlite:///{tmp_path}/registry.sqlite"),
        trust=read_trust_roots(locate("consent") / "trust"), clock=clock, vault=NoVault(),
    )  # fmt: skip
    told: list[float] = []

    def expire_after_one_phrase(stage: str, done: float, /) -> None:
        told.append(done)
        if len(told) == 1:
            moment[0] += timedelta(days=3660)

    with pytest.raises(ConsentError) as refusal:
        sing(performance_of(60), voice, load_model(voice), load_vocoder(), seed=0, progress=expire_after_one_phrase)
    assert refusal.value.reason == "expired"
    assert len(told) == 1


def test_long_runs_are_cut_at_a_silent_stop() -> None:
    spans = tuple(PhonemeSpan("ɑ" if i % 2 else "t", i * 0.5, (i + 1) * 0.5, 0) for i in range(120))
    phrases = split_phrases(spans)
    assert tuple(span for phrase in phrases for span in phrase) == spans
    assert all(phrase[-1].end_s - phrase[0].start_s <= LONGEST_CHUNK_S + 0.5 for phrase in phrases)
    assert all(phrase[0].symbol == "t" for phrase in phrases)


def test_nothing_to_sing_is_said() -> None:
    voice = licensed("clara")
    empty = dataclasses.replace(performance_of(60), spans=())
    with pytest.raises(InputError, match="no phonemes"):
        sing(empty, voice, load_model(voice), load_vocoder(), seed=0)


def test_unknown_vocoders_are_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="known: neural"):
        load_vocoder("nobody")
