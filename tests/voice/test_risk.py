"""Signs of cutting, synthesis and reuse: on made sound, where the truth is known, and none on people's takes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from vocalkit.audio import read
from vocalkit.types import Audio
from vocalkit.voice.duplicates import fingerprint, same_recordings
from vocalkit.voice.risk import risk_flags
from vocalkit.voice.signs import measure_signs

RATE_HZ = 16_000
Sound = NDArray[np.float64]


def babble(seed: int, seconds: float) -> Sound:
    """Noise whose spectrum and level wander as those of speech do, with soft ends."""
    rng = np.random.default_rng(seed)
    count = round(seconds * RATE_HZ)
    blocks = [
        np.convolve(rng.standard_normal(1600 + 40), np.hanning(4 + 2 * int(rng.integers(1, 18))), "same")[:1600]
        * rng.uniform(0.3, 1.0)
        for _ in range(count // 1600 + 1)
    ]
    sound = np.concatenate(blocks)[:count]
    fade = np.minimum(1.0, np.minimum(np.arange(count), np.arange(count)[::-1]) / (0.06 * RATE_HZ))
    return 0.1 * sound / sound.std() * fade**2


def take(*parts: Sound, room: float = 1e-4, seed: int = 0) -> Audio:
    """Parts with pauses in one room's noise."""
    gap = np.zeros(round(0.4 * RATE_HZ))
    sound = np.concatenate([gap, *(piece for part in parts for piece in (part, gap))])
    noise = room * np.random.default_rng(seed).standard_normal(len(sound)) if room else 0.0
    return Audio((sound + noise)[None].astype(np.float32), RATE_HZ)


def names(consent: Audio, *clips: Audio) -> set[str]:
    return {flag.name for flag in risk_flags(consent, clips)}


PARTS = [babble(seed, 1.5) for seed in range(4)]


def test_one_take_in_one_room_has_no_signs() -> None:
    assert names(take(*PARTS), take(babble(9, 5))) == set()


def test_digital_silence_inside_is_found() -> None:
    flags = risk_flags(take(*PARTS, room=0.0), [])
    assert flags[0].name == "digital_silence" and flags[0].gravity == "refuse"


def test_silence_before_and_after_is_nothing() -> None:
    inside = take(*PARTS).samples[0]
    padded = np.concatenate([np.zeros(8000), inside, np.zeros(8000)]).astype(np.float32)
    assert measure_signs(Audio(padded[None], RATE_HZ)).zero_s < 0.02


def test_hard_ends_are_found() -> None:
    hard = [part[2000:-2000] for part in PARTS for _ in range(2)]
    short = take(*[part[:6000] for part in hard])
    assert "cut_ends" in names(short)


def test_a_background_that_changes_is_noted() -> None:
    quiet, noisy = take(*PARTS).samples[0], take(*PARTS[:2], room=1e-2, seed=1).samples[0]
    flags = risk_flags(Audio(np.concatenate([quiet, noisy])[None], RATE_HZ), [])
    assert [(flag.name, flag.gravity) for flag in flags] == [("uneven_background", "note")]


def test_a_telephone_is_noted() -> None:
    from scipy.signal import butter, sosfilt

    wide = take(*PARTS).samples[0]
    narrow = sosfilt(butter(12, 3400, fs=RATE_HZ, output="sos"), wide).astype(np.float32)
    assert "narrow_band" in names(Audio(narrow[None], RATE_HZ))


@pytest.mark.parametrize("shift", [0, 777, 12_345])
def test_one_recording_twice_is_found_wherever_it_starts(shift: int) -> None:
    clip = take(*PARTS)
    later = Audio(0.5 * clip.samples[:, shift:], RATE_HZ)
    assert list(same_recordings([fingerprint(take(babble(8, 5))), fingerprint(clip), fingerprint(later)])) == [(1, 2)]


def test_reuse_is_told_from_doubles() -> None:
    consent, clip = take(*PARTS), take(babble(9, 4))
    assert names(consent, clip, clip) == {"duplicate_clips"}
    reused = [flag for flag in risk_flags(consent, [clip, consent]) if flag.name == "consent_reused"]
    assert reused[0].clips == (1,) and reused[0].gravity == "unsure"


def test_too_short_for_a_fingerprint_is_no_copy() -> None:
    short = Audio(np.ones((1, 100), np.float32), RATE_HZ)
    assert list(same_recordings([fingerprint(short), fingerprint(short)])) == []


def test_takes_of_people_have_no_grave_signs(shared_data: Path) -> None:
    paths = sorted((shared_data / "speech" / "librispeech" / "train-clean-100").glob("*.flac"))[:20]
    paths += sorted((shared_data / "speech" / "kathleen").glob("*.flac"))[:20]
    for path in paths:
        assert all(flag.gravity != "refuse" for flag in risk_flags(read(path), [])), path.name


def test_two_takes_of_a_sentence_are_two_recordings(shared_data: Path) -> None:
    clips = sorted((shared_data / "speech" / "kathleen").glob("arctic_a0068_*.flac"))
    assert len(clips) == 2
    assert list(same_recordings([fingerprint(read(path)) for path in clips])) == []
