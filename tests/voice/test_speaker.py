"""The speaker gate: prints made by hand for its logic, people for its ears."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vocalkit.audio import read, resample
from vocalkit.errors import AudioError, InputError
from vocalkit.resources import locate
from vocalkit.types import Audio
from vocalkit.voice.bounds import Bounds, least
from vocalkit.voice.prints import Encoder, load_encoder, readings, unit, voiced_part, windows
from vocalkit.voice.speaker import compare_speakers, judge_prints, read_speaker_settings

SETTINGS = read_speaker_settings(locate("consent") / "speaker.toml")
MEAN = np.asarray(SETTINGS.mean, np.float32)


def voice(person: int, *, clip: int = 0, count: int = 6, spread: float = 0.03) -> NDArray[np.float32]:
    """Prints around a direction of one's own, beside the strangers' mean as real ones are."""
    own = np.random.default_rng(person).standard_normal(256)
    noise = np.random.default_rng([person, clip]).standard_normal((count, 256))
    return unit((MEAN + 0.5 * own / np.linalg.norm(own) + spread * noise).astype(np.float32))


def test_a_persons_own_clips_are_accepted() -> None:
    verdict = judge_prints(voice(1, count=20), [voice(1, clip=n) for n in range(1, 9)], settings=SETTINGS)
    assert verdict.outcome == "accepted" and not verdict.worst()
    assert verdict.minimum == min(clip.together for clip in verdict.clips) >= verdict.threshold


def test_one_foreign_clip_among_two_hundred_is_found_and_named() -> None:
    clips = [voice(1, clip=n) for n in range(1, 200)]
    clips.insert(77, voice(2))
    verdict = judge_prints(voice(1, count=20), clips, settings=SETTINGS)
    assert verdict.outcome == "refused"
    assert [clip.index for clip in verdict.worst()] == [77]


def test_one_foreign_window_in_a_clip_is_found() -> None:
    duet = np.concatenate([voice(1, clip=1), voice(2, count=3), voice(1, clip=2)])
    verdict = judge_prints(voice(1, count=20), [voice(1, clip=n) for n in range(3, 9)] + [duet], settings=SETTINGS)
    assert verdict.outcome == "refused" and verdict.worst()[0].index == 6
    assert verdict.worst()[0].at_s == pytest.approx(6 * 0.7)


@pytest.mark.parametrize("foreign", [4, 5, 6, 7, 8])
def test_foreign_clips_cannot_vouch_for_each_other(foreign: int) -> None:
    clips = [voice(1, clip=n) for n in range(1, 9 - foreign)] + [voice(2, clip=n) for n in range(foreign)]
    assert judge_prints(voice(1, count=20), clips, settings=SETTINGS).outcome != "accepted"


def test_windows_are_means_of_three_readings() -> None:
    prints = voice(3, count=5)
    assert windows(prints).shape == (3, 256)
    np.testing.assert_allclose(windows(prints)[1], unit(prints[1:4].sum(axis=0)), atol=1e-6)
    assert windows(prints[:1]).shape == (1, 256)


def test_bounds_know_three_answers() -> None:
    bounds = Bounds(accept=0.5, refuse=0.2)
    assert [bounds.judge(score) for score in (0.5, 0.2, 0.1)] == ["accepted", "unsure", "refused"]
    assert least("accepted", "refused", "unsure") == "refused"
    with pytest.raises(InputError):
        Bounds(accept=0.1, refuse=0.2)


def test_pauses_are_cut_and_levels_made_equal() -> None:
    tone = 0.3 * np.sin(np.arange(32_000) / 7).astype(np.float32)
    sound = np.concatenate([tone, np.zeros(48_000, np.float32), tone])
    kept = voiced_part(sound)
    assert 64_000 <= len(kept) < 70_000
    np.testing.assert_allclose(voiced_part(sound * 0.1), kept, atol=1e-5)
    assert len(voiced_part(np.zeros(16_000, np.float32))) == 0


def refuses_to_encode(mono: NDArray[np.float32]) -> NDArray[np.float32]:
    raise AssertionError("what holds no voice must not reach the encoder")


def sound(samples: NDArray[np.float32], rate_hz: int = 16_000) -> Audio:
    return Audio(samples[None].astype(np.float32), rate_hz)


@pytest.mark.parametrize(
    ("clip", "says"),
    [
        (sound(np.zeros(80_000)), "silent"),
        (sound(np.full(80_000, np.nan)), "no numbers"),
        (sound(np.zeros(0)), "0.0 s long"),
        (sound(np.ones(10 * 3600 * 10), 10), "36000 s long"),
        (sound(np.sin(np.arange(8_000) / 5)), "0.5 s long"),
        (sound(np.concatenate([np.sin(np.arange(8_000) / 5), np.zeros(80_000)])), "1.6 s are needed"),
    ],
)
def test_what_holds_no_voice_is_refused_before_any_work(clip: Audio, says: str) -> None:
    with pytest.raises(AudioError, match=says):
        readings(clip, refuses_to_encode)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    pytest.importorskip("resemblyzer", reason="resemblyzer is in the enroll extra")
    return load_encoder()


def utterances(shared_data: Path, speaker: str, count: int) -> list[Audio]:
    paths = sorted((shared_data / "speech" / "librispeech" / "test-other" / speaker).rglob("*.flac"))
    return [read(path) for path in paths][:count]


def one_after_the_other(clips: list[Audio]) -> Audio:
    return sound(np.concatenate([clip.mono() for clip in clips]))


@pytest.mark.slow
def test_people_are_told_apart(encoder: Encoder, shared_data: Path) -> None:
    own, other = utterances(shared_data, "2609", 7), utterances(shared_data, "3080", 3)
    consent, clips = one_after_the_other(own[:3]), own[3:]
    assert compare_speakers(consent, clips, encoder=encoder, settings=SETTINGS).outcome == "accepted"
    mixed = compare_speakers(consent, [*clips, other[0]], encoder=encoder, settings=SETTINGS)
    assert mixed.outcome == "refused" and mixed.worst()[0].index == len(clips)
    another = compare_speakers(one_after_the_other(other), clips, encoder=encoder, settings=SETTINGS)
    assert another.outcome == "refused" and another.whole < SETTINGS.whole.refuse


@pytest.mark.slow
def test_a_duet_is_not_accepted(encoder: Encoder, shared_data: Path) -> None:
    own, other = utterances(shared_data, "2609", 9), utterances(shared_data, "3080", 3)
    one, two = (voiced_part(one_after_the_other(clips).mono())[: 6 * 16_000] for clips in (own[3:5], other))
    assert min(len(one), len(two)) >= 4 * 16_000
    length = min(len(one), len(two))
    for duet in (one[:length] + two[:length], np.concatenate([one[:length], two[:length]])):
        consent, clips = one_after_the_other(own[:3]), [*own[5:], sound(duet)]
        verdict = compare_speakers(consent, clips, encoder=encoder, settings=SETTINGS)
        assert verdict.outcome != "accepted" and verdict.worst()[0].index == len(clips) - 1


def test_a_short_consent_recording_is_refused(shared_data: Path) -> None:
    def two_readings(mono: NDArray[np.float32]) -> NDArray[np.float32]:
        return voice(1, count=2)

    clip = resample(utterances(shared_data, "2609", 1)[0], 16_000)
    with pytest.raises(AudioError, match="6 s"):
        compare_speakers(clip, [clip], encoder=two_readings, settings=SETTINGS)
    with pytest.raises(InputError, match="clips, got 0"):
        compare_speakers(clip, [], encoder=two_readings, settings=SETTINGS)
