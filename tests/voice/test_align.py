"""The aligner on recorded speech, and on a singer whose every border is known because we sang it."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from vocalkit.audio import read
from vocalkit.consent import Use
from vocalkit.errors import AudioError, InputError
from vocalkit.lyrics import parse_lyrics
from vocalkit.phones import known_phones
from vocalkit.protocols import Aligner
from vocalkit.synth.backends import load_model, load_vocoder
from vocalkit.synth.perform import perform
from vocalkit.synth.sing import sing
from vocalkit.types import Audio, Lyrics, Note, Score, TempoMap
from vocalkit.voice.align import arpabet
from vocalkit.voice.backends import load_aligner
from vocalkit.voice.load import license_installed

pytest.importorskip("pocketsphinx", reason="pocketsphinx is in the align extra")


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return load_aligner("pocketsphinx")


def words_of(lyrics: Lyrics) -> tuple[tuple[str, ...], ...]:
    words: list[list[str]] = []
    for line in lyrics.sections[0].lines:
        for syllable in line.syllables:
            if syllable.position in ("single", "begin"):
                words.append([])
            words[-1].extend(syllable.phonemes)
    return tuple(map(tuple, words))


def test_a_quickly_sung_line_is_aligned_where_it_was_sung(aligner: Aligner) -> None:
    lyrics = parse_lyrics("The trees bow down their heads")
    syllables = lyrics.sections[0].lines[0].syllables
    notes = tuple(Note(0.5 + 0.3 * i, 0.8 + 0.3 * i, 50 + i % 3, syllable) for i, syllable in enumerate(syllables))
    performance = perform(Score(notes, TempoMap.constant(100, duration_s=5)), seed=0)
    voice = license_installed("bruno", use=Use.of_song(purposes=("research",), languages=("en-us",)))
    sung = sing(performance, voice, load_model(voice), load_vocoder(), seed=0).audio
    found = aligner.align(sung, words_of(lyrics))
    assert [span.symbol for span in found] == [symbol for word in words_of(lyrics) for symbol in word]
    starts = {(span.symbol, index): span.start_s for index, span in enumerate(performance.spans)}
    off = [abs(a.start_s - b) for a, b in zip(found, starts.values(), strict=True)]
    assert np.median(off) < 0.03


def test_speech_of_the_register_is_aligned_in_order(aligner: Aligner, shared_data: Path) -> None:
    table = (shared_data / "speech" / "kathleen" / "metadata.csv").read_text(encoding="utf-8").splitlines()
    name, _, text = table[0].partition("|")
    clip = read(shared_data / "speech" / "kathleen" / f"{name}.flac")
    spans = aligner.align(clip, words_of(parse_lyrics(text)))
    assert all(a.end_s <= b.start_s + 1e-3 for a, b in itertools.pairwise(spans))
    assert spans[-1].end_s <= clip.duration_s + 0.02
    assert spans[-1].end_s - spans[0].start_s > 0.6 * clip.duration_s


def test_every_phone_has_an_english_neighbour() -> None:
    assert all(arpabet(symbol) for symbol in known_phones())


def test_what_cannot_be_aligned_is_refused(aligner: Aligner) -> None:
    silence = Audio(np.zeros((1, 44_100), np.float32), 44_100)
    with pytest.raises(AudioError, match="silent"):
        aligner.align(silence, (("h", "aɪ"),))
    with pytest.raises(InputError, match="needs words"):
        aligner.align(silence, ())
    with pytest.raises(InputError, match="unknown phoneme"):
        aligner.align(Audio(np.ones((1, 44_100), np.float32) * 0.1, 44_100), (("%",),))
    with pytest.raises(AudioError, match="too long"):
        aligner.align(Audio(np.zeros((1, 61 * 8000), np.float32), 8000), (("h", "aɪ"),))
    with pytest.raises(InputError, match="known: own, pocketsphinx"):
        load_aligner("mfa")
