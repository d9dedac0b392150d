"""Words in recordings of people: those they said are heard, others are not."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import numpy as np
import pytest

from vocalkit.audio import read
from vocalkit.errors import AudioError, InputError
from vocalkit.lyrics import parse_lyrics
from vocalkit.resources import locate
from vocalkit.types import Audio
from vocalkit.voice.recogniser import SpokenWord
from vocalkit.voice.spoken import WordsVerdict, check_words

pytest.importorskip("pocketsphinx", reason="pocketsphinx is in the align extra")

LIST = tuple((locate("consent") / "words" / "en.txt").read_text(encoding="utf-8").split())


@lru_cache
def spoken(text: str) -> tuple[SpokenWord, ...]:
    lines = parse_lyrics("\n".join(text.split())).sections[0].lines
    return tuple(
        SpokenWord(word, (tuple(symbol for syllable in line.syllables for symbol in syllable.phonemes),))
        for word, line in zip(text.split(), lines, strict=True)
    )


@lru_cache
def sentence(shared_data: Path, number: int) -> tuple[Audio, str]:
    """A sentence of Kathleen's, and its words in lower case."""
    lines = (shared_data / "speech" / "kathleen" / "metadata.csv").read_text(encoding="utf-8").splitlines()
    name, _, text = lines[number].partition("|")
    return read(shared_data / "speech" / "kathleen" / f"{name}.flac"), " ".join(re.findall("[a-z]+", text.lower()))


def hear(audio: Audio, words: str, statement: str = "") -> WordsVerdict:
    decoys = spoken(" ".join(LIST[::4]))
    return check_words(audio, spoken(words), decoys=decoys, statement=spoken(statement) if statement else ())


def test_the_words_of_a_sentence_are_heard_where_they_are(shared_data: Path) -> None:
    audio, text = sentence(shared_data, 0)
    assert text == "it occurred to me that there would have to be an accounting"
    verdict = hear(audio, "occurred accounting")
    assert [match.presence for match in verdict.words] == ["heard", "heard"]
    assert verdict.words[0].end_s < verdict.words[1].start_s <= audio.duration_s
    assert verdict.outcome == "accepted"


def test_one_word_that_was_not_said_is_named(shared_data: Path) -> None:
    verdict = hear(sentence(shared_data, 0)[0], "occurred umbrella accounting")
    assert [match.presence for match in verdict.words] == ["heard", "missing", "heard"]
    assert verdict.outcome == "refused"


def test_words_in_another_order_are_not_an_answer(shared_data: Path) -> None:
    assert hear(sentence(shared_data, 0)[0], "accounting occurred").outcome == "refused"


@pytest.mark.slow
def test_a_statement_before_the_words_is_followed(shared_data: Path) -> None:
    first, second = sentence(shared_data, 0), sentence(shared_data, 1)
    gap = 3e-4 * np.random.default_rng(0).standard_normal(first[0].sample_rate // 2)
    joined = np.concatenate([first[0].mono(), gap, second[0].mono()]).astype(np.float32)
    audio = Audio(joined[None], first[0].sample_rate)
    long_words = " ".join(word for word in second[1].split() if len(word) > 5)
    said = hear(audio, long_words, first[1])
    assert said.statement_outcome == "accepted" and said.outcome == "accepted"
    other = hear(audio, long_words, sentence(shared_data, 2)[1])
    assert other.statement_outcome == "refused" and other.outcome == "refused"


def made(samples: np.ndarray, rate_hz: int = 16_000) -> Audio:
    return Audio(samples[None].astype(np.float32), rate_hz)


@pytest.mark.parametrize(
    ("audio", "says"),
    [
        (made(np.zeros(64_000)), "silent"),
        (made(np.full(64_000, np.nan)), "no numbers"),
        (made(np.zeros(0)), "0.0 s long"),
        (made(np.ones(16_000)), "1.0 s long"),
        (made(np.ones(10 * 3600 * 10), 10), "36000 s long"),
    ],
)
def test_what_cannot_be_listened_to_is_refused_at_once(audio: Audio, says: str) -> None:
    with pytest.raises(AudioError, match=says):
        check_words(audio, spoken("umbrella"), decoys=())


def test_noise_holds_no_words() -> None:
    noise = made(0.1 * np.random.default_rng(0).standard_normal(4 * 16_000))
    assert hear(noise, "umbrella picture").outcome == "refused"


def test_wrong_use_is_told() -> None:
    with pytest.raises(InputError, match="no words"):
        check_words(made(np.ones(64_000)), (), decoys=())
    with pytest.raises(InputError, match="needs phonemes"):
        SpokenWord("umbrella", ())
