"""The project's own aligner: on a singer and a speaker whose every border is known, in four languages, and refusing."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from vocalkit.audio import read
from vocalkit.consent import Use
from vocalkit.errors import AudioError, InputError, WeightsError
from vocalkit.lyrics import parse_lyrics
from vocalkit.phones import known_phones
from vocalkit.synth.backends import load_model, load_vocoder
from vocalkit.synth.perform import perform
from vocalkit.types import Audio, Lyrics, Note, Score, TempoMap
from vocalkit.voice.backends import load_aligner
from vocalkit.voice.cepstra import DIMS, cepstra
from vocalkit.voice.load import license_installed
from vocalkit.voice.own_aligner import ModelAligner
from vocalkit.voice.phone_model import chain, model_of, tensors_of
from vocalkit.voice.viterbi import best_path


@pytest.fixture(scope="module")
def aligner() -> ModelAligner:
    loaded = load_aligner("own")
    assert isinstance(loaded, ModelAligner)
    return loaded


def words_of(lyrics: Lyrics) -> tuple[tuple[str, ...], ...]:
    words: list[list[str]] = []
    for line in lyrics.sections[0].lines:
        for syllable in line.syllables:
            if syllable.position in ("single", "begin"):
                words.append([])
            words[-1].extend(syllable.phonemes)
    return tuple(map(tuple, words))


def test_a_quickly_sung_line_is_aligned_where_it_was_sung(aligner: ModelAligner) -> None:
    lyrics = parse_lyrics("The trees bow down their heads")
    syllables = lyrics.sections[0].lines[0].syllables
    notes = tuple(Note(0.5 + 0.3 * i, 0.8 + 0.3 * i, 50 + i % 3, syllable) for i, syllable in enumerate(syllables))
    performance = perform(Score(notes, TempoMap.constant(100, duration_s=5)), seed=0)
    voice = license_installed("bruno", use=Use.of_song(purposes=("research",), languages=("en-us",)))
    sung = load_vocoder().synthesize(load_model(voice).features(performance, seed=0), seed=0)
    found = aligner.align(sung, words_of(lyrics))
    assert [span.symbol for span in found] == [symbol for word in words_of(lyrics) for symbol in word]
    off = [abs(a.start_s - b.start_s) for a, b in zip(found, performance.spans, strict=True)]
    assert np.median(off) < 0.03


@pytest.mark.parametrize(("corpus", "language"), [("kathleen", "en-us"), ("kerstin", "de")])
def test_speech_is_aligned_and_other_words_are_refused(
    aligner: ModelAligner, shared_data: Path, corpus: str, language: str
) -> None:
    folder = shared_data / "speech" / corpus
    rows = [line.split("|")[:2] for line in (folder / "metadata.csv").read_text(encoding="utf-8").splitlines()]
    (name, text), (_, other) = [row for row in rows if (folder / f"{row[0]}.flac").is_file()][-2:]
    clip = read(folder / f"{name}.flac")
    spans = aligner.align(clip, words_of(parse_lyrics(text, language=language)))
    assert all(a.end_s <= b.start_s + 1e-3 for a, b in itertools.pairwise(spans))
    assert spans[-1].end_s <= clip.duration_s + 0.02
    assert spans[-1].end_s - spans[0].start_s > 0.6 * clip.duration_s
    with pytest.raises(AudioError, match="not found"):
        aligner.align(clip, words_of(parse_lyrics(other, language=language)))


def test_every_phoneme_can_stand_somewhere(aligner: ModelAligner) -> None:
    assert all(aligner.model.states_of(symbol) for symbol in known_phones())
    with pytest.raises(InputError, match="unknown phoneme"):
        aligner.model.states_of("%")


def test_what_cannot_be_aligned_is_refused(aligner: ModelAligner) -> None:
    silence = Audio(np.zeros((1, 44_100), np.float32), 44_100)
    with pytest.raises(AudioError, match="silent"):
        aligner.align(silence, (("h", "aɪ"),))
    with pytest.raises(InputError, match="needs words"):
        aligner.align(silence, ())
    with pytest.raises(AudioError, match="too long"):
        aligner.align(Audio(np.ones((1, 61 * 8000), np.float32), 8000), (("h", "aɪ"),))
    with pytest.raises(AudioError, match="too short"):
        aligner.align(Audio(np.ones((1, 800), np.float32), 8000), (("h", "aɪ") * 40,))


def test_a_damaged_model_is_refused(aligner: ModelAligner) -> None:
    tensors = tensors_of(aligner.model)
    with pytest.raises(WeightsError, match="fit together"):
        model_of(tensors | {"state": tensors["state"][:-1]})
    with pytest.raises(WeightsError, match="does not hold an aligner"):
        model_of({name: table for name, table in tensors.items() if name != "mean"})


@settings(max_examples=40, deadline=None)
@given(arrays(np.float32, (7, 5), elements=st.floats(-8, 8, width=32)), st.lists(st.booleans(), min_size=5, max_size=5))
def test_no_way_through_is_better(score: np.ndarray, wanted: list[bool]) -> None:
    optional = np.array([flag and index % 2 == 0 for index, flag in enumerate(wanted)])

    def allowed(way: tuple[int, ...]) -> bool:
        seen = set(way)
        rising = all(b - a in (0, 1) or (b - a == 2 and optional[a + 1]) for a, b in itertools.pairwise(way))
        return rising and all(optional[state] or state in seen for state in range(5))

    best = max(
        sum(float(score[t, s]) for t, s in enumerate(way))
        for way in itertools.combinations_with_replacement(range(5), 7)
        if allowed(way)
    )
    path = best_path(score, optional)
    assert allowed(tuple(path.tolist()))
    assert sum(float(score[t, s]) for t, s in enumerate(path)) == pytest.approx(best, abs=1e-4)


def test_level_does_not_matter_to_the_features() -> None:
    sound = np.random.default_rng(0).standard_normal(16_000) * np.hanning(16_000)
    frames = cepstra(sound)
    assert frames.shape == (201, DIMS)
    np.testing.assert_allclose(frames[50:150], cepstra(0.05 * sound)[50:150], atol=0.01)


def test_the_chain_has_silence_around_words_only(aligner: ModelAligner) -> None:
    wanted, optional, owner = chain(aligner.model, (("h", "aɪ"), ("m",)))
    assert owner == [-1, 0, 0, 0, 1, 1, 1, -1, 2, 2, 2, -1]
    assert [owner[i] == -1 for i in range(len(owner))] == optional
    assert len(wanted) == len(owner)
