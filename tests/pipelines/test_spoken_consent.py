"""A whole consent: what is asked, what is said, whose voice it is, and why it is refused.

espeak-ng with a room's noise under it stands in for an artist. That it gets as far as it does is the
limit that docs/spoken-consent.md states: signs of synthesis are few, and no proof.
"""

from __future__ import annotations

from datetime import datetime, timezone

import numpy as np
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.pipelines.espeak_voice import read_aloud
from vocalkit.consent.challenge import ENTROPY_BYTES, Challenge, make_challenge
from vocalkit.consent.keys import public_jwk
from vocalkit.consent.witness import WitnessStatement
from vocalkit.consent.wording import read_wording
from vocalkit.errors import ConsentError
from vocalkit.pipelines.consent.challenge import verify_consent
from vocalkit.resources import locate
from vocalkit.types import Audio

pytest.importorskip("resemblyzer", reason="resemblyzer is in the enroll extra")
pytest.importorskip("pocketsphinx", reason="pocketsphinx is in the align extra")

NOW = datetime(2027, 3, 1, 12, 0, 0, tzinfo=timezone.utc)
OTHER = "en-us+f3"
TEXTS = (
    "The birch canoe slid on the smooth planks, and nobody said a word about it.",
    "Glue the sheet to the dark blue background before the evening comes.",
    "It is easy to tell the depth of a well when the water is clear.",
    "These days a chicken leg is a rare dish in the little village.",
)


def ask(language: str = "en-us") -> Challenge:
    return make_challenge(
        name="Ada",
        key=public_jwk(Ed25519PrivateKey.generate()),
        voice_id="ada",
        uses=("demo",),
        language=language,
        wording=read_wording(locate("consent"), language),
        now=NOW,
        entropy=bytes(range(37, 37 + ENTROPY_BYTES)),
    )


ASKED = ask()
WITNESS = WitnessStatement(
    "vocalkit-witness", 1, ASKED.challenge_id, "ab" * 32, "cd" * 32, "Grace Hopper", "2027-03-01T12:00:00Z"
)


@pytest.fixture(scope="module")
def clips() -> tuple[Audio, ...]:
    return tuple(read_aloud(text) for text in TEXTS)


@pytest.fixture(scope="module")
def answer() -> Audio:
    return read_aloud(ASKED.statement, ASKED.words)


def reason(recording: Audio, clips: tuple[Audio, ...], *, marked: bool = False, asked: bytes | None = None) -> str:
    with pytest.raises(ConsentError) as refusal:
        verify_consent(asked or ASKED.to_bytes(), recording, clips, own_mark_found=marked)
    return refusal.value.reason


def test_our_own_render_never_consents(answer: Audio, clips: tuple[Audio, ...]) -> None:
    assert reason(answer, clips, marked=True) == "own_render"


def test_bare_synthesis_is_no_take(clips: tuple[Audio, ...]) -> None:
    assert reason(read_aloud(ASKED.statement, ASKED.words, room=0.0), clips) == "spliced"


def test_words_joined_with_silence_are_no_take(answer: Audio, clips: tuple[Audio, ...]) -> None:
    sound = answer.mono()
    pieces = [piece for part in np.array_split(sound, 7) for piece in (part, np.zeros(4000, np.float32))]
    assert reason(Audio(np.concatenate(pieces)[None], answer.sample_rate), clips) == "spliced"


@pytest.mark.parametrize(
    "samples", [np.zeros(160_000), np.full(160_000, np.nan), np.zeros(0)], ids=("silence", "nan", "nothing")
)
def test_nothing_to_listen_to_is_no_voice(samples: np.ndarray, answer: Audio, clips: tuple[Audio, ...]) -> None:
    empty = Audio(samples[None].astype(np.float32), 16_000)
    assert reason(empty, clips) == "no_voice"
    assert reason(answer, (*clips, empty)) == "no_voice"


def test_ten_hours_are_refused_before_any_work(answer: Audio, clips: tuple[Audio, ...]) -> None:
    long = Audio(np.ones((1, 10 * 3600 * 10), np.float32), 10)
    assert reason(long, clips) == "no_voice"
    assert reason(answer, (long,)) == "no_voice"


def test_a_challenge_of_ones_own_making_is_refused(answer: Audio, clips: tuple[Audio, ...]) -> None:
    altered = ASKED.to_bytes().replace(ASKED.words[0].encode(), b"hello")
    assert reason(answer, clips, asked=altered) == "bad_value"


@pytest.mark.slow
def test_one_wrong_word_is_enough(clips: tuple[Audio, ...]) -> None:
    wrong = ("umbrella", *ASKED.words[1:])
    assert reason(read_aloud(ASKED.statement, wrong), clips) == "words_missing"


@pytest.mark.slow
def test_the_words_without_the_statement_are_not_enough(clips: tuple[Audio, ...]) -> None:
    other = "The boy was there when the sun rose. A rod is used to catch pink salmon. The source of the river is clear."
    assert reason(read_aloud(other, ASKED.words), clips) in ("statement_missing", "words_missing")


@pytest.mark.slow
def test_what_is_unsure_takes_a_witness(answer: Audio, clips: tuple[Audio, ...]) -> None:
    # espeak's statement is only half understood: enough not to be refused, not enough to be believed.
    assert reason(answer, clips) == "needs_witness"
    verdict = verify_consent(ASKED.to_bytes(), answer, clips, own_mark_found=False, witness=WITNESS)
    assert verdict.witnessed_by == "Grace Hopper" and verdict.facts()["witness"] == "witnessed"
    assert verdict.words.words_outcome != "refused" and verdict.speaker.outcome != "refused"


@pytest.mark.slow
def test_another_persons_clips_are_refused_even_with_a_witness(answer: Audio, clips: tuple[Audio, ...]) -> None:
    foreign = tuple(read_aloud(text, voice=OTHER) for text in TEXTS)
    for given in (foreign, (*clips, foreign[0])):
        with pytest.raises(ConsentError) as refusal:
            verify_consent(ASKED.to_bytes(), answer, given, own_mark_found=False, witness=WITNESS)
        assert refusal.value.reason == "speaker_mismatch"


@pytest.mark.slow
def test_a_language_without_figures_takes_a_witness(clips: tuple[Audio, ...]) -> None:
    asked = ask("de")
    recording = read_aloud(asked.statement, asked.words, voice="de")
    assert reason(recording, clips, asked=asked.to_bytes()) in ("needs_witness", "words_missing", "statement_missing")
