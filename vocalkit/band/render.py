"""The chart as sound: players, their places on the stage, the room, the bus. Works block by block."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from scipy.signal import sosfilt

from vocalkit.band.arrange import arrange
from vocalkit.band.chart import Chart
from vocalkit.band.events import Hit, Tone
from vocalkit.band.loudness import integrated_lufs, saturate
from vocalkit.band.players import drummer, player
from vocalkit.band.room import Room, impulse_response
from vocalkit.band.signal import Signal, high_shelf, highpass, lowpass, peak
from vocalkit.band.strings import body
from vocalkit.band.styles import STYLES, Style
from vocalkit.errors import InputError
from vocalkit.types import Audio, frozen_array
from vocalkit.units import db_to_gain

TARGET_LUFS = -17.0
CEILING_DBFS = -1.5
"""Below -1 dBFS by half a dB, so that a peak between two samples stays under it as well."""
KNEE_DBFS = -6.0
LOWEST_RATE_HZ, HIGHEST_RATE_HZ = 16000, 192000
_BLOCK_S = 6.0
_ROOM_RT60_S = 1.1
_FADE_S = 0.6

_Event = TypeVar("_Event", Tone, Hit)


@dataclass(frozen=True, slots=True)
class _Channel:
    """One strip of the desk. gain_db, send_db: of the dry bus and into the room; equalizer: sections."""

    gain_db: float
    send_db: float
    equalizer: Signal


def render_chart(chart: Chart, *, sample_rate: int = 44100, seed: int = 0) -> Audio:
    """Play a chart: stereo Audio, `chart.duration_s` long, at about -17 LUFS, peaks under -1 dBFS.

    The first beat falls at `vocalkit.band.chart.LEAD_IN_S`. The same chart, rate and seed give the
    same samples. Raises InputError for a sample rate outside 16 to 192 kHz or a negative seed.
    """
    if not LOWEST_RATE_HZ <= sample_rate <= HIGHEST_RATE_HZ:
        raise InputError(f"sample rate must be {LOWEST_RATE_HZ} to {HIGHEST_RATE_HZ} Hz, got {sample_rate}")
    if seed < 0:
        raise InputError(f"seed must be 0 or more, got {seed}")
    style = STYLES[chart.style]
    strips = _strips(chart, style, sample_rate, seed)
    room_rng = np.random.default_rng([seed, 99])
    room = Room(impulse_response(rt60_s=_ROOM_RT60_S, sample_rate=sample_rate, rng=room_rng))
    bus = _Filter(np.concatenate([highpass(28.0, sample_rate), lowpass(style.top_hz, sample_rate)]))
    samples = np.zeros((2, round(chart.duration_s * sample_rate)), np.float32)
    block = int(_BLOCK_S * sample_rate)
    room_gain = db_to_gain(style.room_db)
    for start in range(0, samples.shape[1], block):
        n = min(block, samples.shape[1] - start)
        dry, send = np.zeros((2, n)), np.zeros((2, n))
        for strip in strips:
            strip.add_to(dry, send, start)
        samples[:, start : start + n] = bus(dry + room_gain * room.process(send))
    _finish(samples, sample_rate)
    return Audio(frozen_array(samples, np.float32), sample_rate)


def _finish(samples: NDArray[np.float32], sample_rate: int) -> None:
    """Bring to loudness, hold the peaks, let the end die away. In place; then read-only."""
    lufs = integrated_lufs(samples, sample_rate)
    if np.isfinite(lufs):
        gain = db_to_gain(TARGET_LUFS - lufs)
        saturate(samples, gain=gain, knee=db_to_gain(KNEE_DBFS), ceiling=db_to_gain(CEILING_DBFS))
    fade = min(round(_FADE_S * sample_rate), samples.shape[1])
    samples[:, samples.shape[1] - fade :] *= (0.5 + 0.5 * np.cos(np.pi * np.arange(1, fade + 1) / fade)).astype(
        np.float32
    )
    samples.flags.writeable = False


class _Filter:
    """An equalizer over a stream of stereo blocks."""

    def __init__(self, sections: Signal) -> None:
        self._sections = sections
        self._state = np.zeros((sections.shape[0], 2, 2))

    def __call__(self, block: Signal) -> Signal:
        filtered, self._state = sosfilt(self._sections, block, axis=1, zi=self._state)
        return np.asarray(filtered)


class _Strip(Generic[_Event]):
    """A player at the desk: turns events into blocks of sound, in order."""

    def __init__(
        self, events: Sequence[_Event], play: Callable[[_Event, int], Signal], channel: _Channel, rate: int
    ) -> None:
        self._events: list[tuple[int, _Event]] = [(round(event.start_s * rate), event) for event in events]
        self._play: Callable[[_Event, int], Signal] = play
        self._turn = 0
        self._equalizer = _Filter(channel.equalizer)
        self._gain, self._send = db_to_gain(channel.gain_db), db_to_gain(channel.send_db)
        self._tail = np.zeros((2, 0))

    def add_to(self, dry: Signal, send: Signal, start: int) -> None:
        """Add the samples from `start` on to both buses, (2, n) each."""
        n = dry.shape[1]
        sounds: list[tuple[int, Signal]] = []
        while self._turn < len(self._events) and self._events[self._turn][0] < start + n:
            at, event = self._events[self._turn]
            sounds.append((max(at - start, 0), self._play(event, self._turn)))
            self._turn += 1
        length = max([n, self._tail.shape[1], *(at + sound.shape[1] for at, sound in sounds)])
        buffer = np.zeros((2, length))
        buffer[:, : self._tail.shape[1]] = self._tail
        for at, sound in sounds:
            buffer[:, at : at + sound.shape[1]] += sound
        self._tail = buffer[:, n:].copy()
        heard = self._gain * self._equalizer(buffer[:, :n])
        dry += heard
        send += self._send * heard


def _strips(chart: Chart, style: Style, rate: int, seed: int) -> list[_Strip[Hit] | _Strip[Tone]]:
    music = arrange(chart, seed=seed)
    extra = style.gains_db
    clear = peak(1800.0, -3.0, rate, q=0.6)  # room for the voice in every part that plays chords
    channels = {
        "drums": _Channel(-1.0, -6.0, highpass(30.0, rate)),
        "bass": _Channel(-3.0, -30.0, np.concatenate([highpass(32.0, rate), peak(250.0, -2.0, rate, q=0.8)])),
        "keys": _Channel(-9.0, -2.0, np.concatenate([highpass(110.0, rate), clear, high_shelf(5000.0, 2.0, rate)])),
        "guitar": _Channel(-10.0, -4.0, np.concatenate([body(rate), clear])),
        "pad": _Channel(-17.0, 0.0, np.concatenate([highpass(160.0, rate), clear])),
    }
    louder = {name: _Channel(c.gain_db + extra.get(name, 0.0), c.send_db, c.equalizer) for name, c in channels.items()}
    pitched = {"bass": music.bass, "keys": music.keys, "guitar": music.guitar, "pad": music.pad}
    return [
        _Strip(music.drums, drummer(rate, seed), louder["drums"], rate),
        *(_Strip(tones, player(name, style, rate, seed), louder[name], rate) for name, tones in pitched.items()),
    ]
