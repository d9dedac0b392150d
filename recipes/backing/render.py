"""Pieces as sound with exact truth: tempo, swing and rubato bend one clock that notes, drums and truth share."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
from music import UNKNOWN, Piece
from playing import accompany, drums
from scipy.ndimage import gaussian_filter1d
from scipy.signal import butter, fftconvolve, sosfilt
from sounds import RATE, drum_kit, instrument

LEAD_S, TAIL_S = 0.3, 1.2


@dataclass(frozen=True)
class Take:
    """How a piece is played. bpm: felt pulses a minute; swing: where off-beats fall, 0.5 even; rubato: share by which
    the tempo strays; drums: none, with, only; cents: tuning; noise_db: signal to noise, None for none; drive: of the
    compressor, 0 for none.
    """

    seed: int
    bpm: float
    timbre: str
    bass: str = "bass"
    drums: str = "none"
    swing: float = 0.5
    rubato: float = 0.01
    cents: float = 0.0
    noise_db: float | None = None
    drive: float = 0.0
    melody: bool = False
    room: float = 0.2
    transpose: int = 0
    first_bar: int = 0
    seconds: float = 45.0


@dataclass
class Truth:
    """chords: (start s, end s, Harte name, X where unknown); keys: (start s, end s, name)."""

    beats_s: list[float]
    downbeats_s: list[float]
    compound: bool
    metre: str
    chords: list[tuple[float, float, str]]
    keys: list[tuple[float, float, str]]
    cents: float
    swung: bool

    def save(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self)), encoding="utf-8")

    @classmethod
    def load(cls, path: Path) -> Truth:
        return cls(**json.loads(path.read_text(encoding="utf-8")))


class Clock:
    """Quarters to seconds for one take."""

    def __init__(self, piece: Piece, take: Take, first: int, last: int, rng: np.random.Generator) -> None:
        beats = piece.beats[first : last + 1]
        count = beats.size
        stray = gaussian_filter1d(rng.standard_normal(count + 40), 4.0)[20 : 20 + count]
        stray = stray / (np.abs(stray).max() + 1e-9)
        period_s = 60.0 / take.bpm * (1.0 + take.rubato * stray)
        # A pulse that is shorter than the others (a bar cut by an ending) takes its share.
        length = np.diff(beats) / np.median(np.diff(beats))
        self.times_s = LEAD_S + np.concatenate([[0.0], np.cumsum(period_s[:-1] * length)])
        self.beats, self._swing = beats, 0.5 if piece.compound else take.swing

    def at(self, quarter: float) -> float:
        index = int(np.clip(np.searchsorted(self.beats, quarter, side="right") - 1, 0, self.beats.size - 2))
        part = (quarter - self.beats[index]) / (self.beats[index + 1] - self.beats[index])
        if 0.0 < part < 1.0:
            part = part * 2 * self._swing if part < 0.5 else self._swing + (part - 0.5) * 2 * (1 - self._swing)
        return float(self.times_s[index] + part * (self.times_s[index + 1] - self.times_s[index]))


def render(piece: Piece, take: Take) -> tuple[np.ndarray, Truth]:
    """Mono float32 at `sounds.RATE`, peak 0.7, and what is in it."""
    tones, beaten, truth = stems(piece, take)
    return mixed(tones, beaten, take), truth


def stems(piece: Piece, take: Take) -> tuple[np.ndarray, np.ndarray, Truth]:
    """Tones and drums, each at unit RMS or all zero, before the room; their truth is one."""
    seeds = [np.random.default_rng([take.seed, part]) for part in range(4)]
    first, last = excerpt(piece, take)
    clock = Clock(piece, take, first, last, seeds[0])
    low, high = float(piece.beats[first]), float(piece.beats[last])
    tones = np.zeros(int((clock.times_s[-1] + TAIL_S) * RATE))
    beaten = np.zeros(tones.size)
    if take.drums != "only":
        _play(tones, piece, take, clock, (low, high), seeds[1])
        tones /= np.sqrt(np.mean(tones**2)) + 1e-9
    if take.drums != "none":
        kit = drum_kit(seeds[2])
        for at, name, strength in drums(piece, seeds[3]):
            if low <= at < high:
                _add(beaten, kit[name], clock.at(at) + seeds[3].normal(0, 0.004), strength)
        beaten *= seeds[3].uniform(0.6, 1.4) / (np.sqrt(np.mean(beaten**2)) + 1e-9)
    return tones, beaten, truth_of(piece, take, clock, (first, last))


def mixed(tones: np.ndarray, beaten: np.ndarray, take: Take) -> np.ndarray:
    """The stems a take asks for, in its room, through its compressor, with its noise."""
    out = np.zeros(tones.size)
    if take.drums != "only":
        out += tones
    if take.drums != "none":
        out += beaten
    return finish(out, take, np.random.default_rng([take.seed, 4]))


def excerpt(piece: Piece, take: Take) -> tuple[int, int]:
    """First and last beat of whole bars, about `take.seconds` long."""
    downs = np.nonzero(piece.downbeats)[0]
    first = int(downs[min(take.first_bar, max(0, downs.size - 9))]) if take.first_bar else 0
    want = first + int(take.seconds * take.bpm / 60.0)
    later = downs[(downs > first + 7) & (downs <= want)]
    return first, int(later[-1]) if later.size else int(downs[-1])


def _play(
    out: np.ndarray, piece: Piece, take: Take, clock: Clock, span: tuple[float, float], rng: np.random.Generator
) -> None:
    notes = accompany(piece, rng, melody=take.melody) if piece.corpus == "leadsheets" else piece.notes
    build = int(rng.integers(1 << 30))
    players = {part: instrument(take.timbre, build) for part in ("chords", "hands", "melody")}
    players["bass"] = instrument(take.bass, build + 1) if take.bass else players["chords"]
    if take.melody:
        players["melody"] = instrument(
            rng.choice(["reeds", "strings", "fm"])
            if take.timbre in ("mallets", "reeds")
            else rng.choice(["strings", "fm", "organ"]),
            build + 2,
        )
    starts = {round(float(b), 4) for b in piece.beats[piece.downbeats]}
    gains = {"bass": 1.2, "chords": 0.7, "melody": 0.8, "hands": 0.9}
    for note in notes:
        if not span[0] - 1e-6 <= note.start < span[1] - 1e-6:
            continue
        at, until = clock.at(note.start) + rng.normal(0, 0.006), clock.at(min(note.end, span[1]))
        strength = gains[note.part] * rng.uniform(0.75, 1.0) * (1.1 if round(note.start, 4) in starts else 1.0)
        player = players[note.part]
        tone = player.note(note.midi + take.transpose + take.cents / 100.0)
        length = int(min(max(until - at, 0.08), 3.7) * RATE)
        tail = int(player.release_s * RATE)
        sound = tone[: length + tail].copy()
        sound[length:] *= np.linspace(1.0, 0.0, sound.size - length) ** 2
        _add(out, sound, at, strength)


def _add(out: np.ndarray, sound: np.ndarray, at_s: float, gain: float) -> None:
    start = max(0, round(at_s * RATE))
    piece = sound[: max(0, out.size - start)]
    out[start : start + piece.size] += gain * piece


def finish(out: np.ndarray, take: Take, rng: np.random.Generator) -> np.ndarray:
    """Room, compressor, noise, level."""
    if take.room > 0:
        t = np.arange(int(0.9 * RATE)) / RATE
        tail = rng.standard_normal(t.size) * np.exp(-t / 0.18)
        wet = fftconvolve(out, tail / np.sqrt(np.sum(tail**2)))[: out.size]
        out = out + take.room * wet
    if take.drive > 0:
        out = compress(out, take.drive)
    if take.noise_db is not None:
        out = add_noise(out, take.noise_db, rng)
    return (0.7 * out / (np.abs(out).max() + 1e-9)).astype(np.float32)


def compress(out: np.ndarray, drive: float) -> np.ndarray:
    """A fast levelling compressor that flattens dynamics, then soft clipping. drive: 1 is heavy."""
    power = sosfilt(butter(1, 8.0, fs=RATE, output="sos"), out**2)
    level = np.sqrt(np.maximum(power, 1e-8))
    return np.tanh(1.5 * drive * out / np.maximum(level, 0.02 * level.max()) ** min(1.0, 0.85 * drive))


def add_noise(out: np.ndarray, snr_db: float, rng: np.random.Generator) -> np.ndarray:
    """White and pink noise, half each by power."""
    white = rng.standard_normal(out.size)
    spectrum = np.fft.rfft(rng.standard_normal(out.size))
    pink = np.fft.irfft(spectrum / np.sqrt(np.arange(spectrum.size) + 10.0), out.size)
    noise = white / np.std(white) + pink / np.std(pink)
    return out + noise / np.std(noise) * np.sqrt(np.mean(out**2)) * 10 ** (-snr_db / 20)


def truth_of(piece: Piece, take: Take, clock: Clock, span: tuple[int, int]) -> Truth:
    first, last = span
    low, high = float(piece.beats[first]), float(piece.beats[last])
    downs = [float(clock.times_s[i - first]) for i in range(first, last + 1) if piece.downbeats[i]]
    return Truth(
        beats_s=[float(t) for t in clock.times_s],
        downbeats_s=downs,
        compound=piece.compound,
        metre=piece.metre,
        chords=_chord_truth(piece, take, clock, (low, high)),
        keys=_key_truth(piece, take, clock, (low, high)),
        cents=take.cents,
        swung=take.swing > 0.55,
    )


def _chord_truth(piece: Piece, take: Take, clock: Clock, span: tuple[float, float]) -> list[tuple[float, float, str]]:
    from vocalkit.types import ChordSpan

    out: list[tuple[float, float, str]] = []
    starts = [*[c[0] for c in piece.chords][1:], piece.end][: len(piece.chords)]
    for (start, root, quality), end in zip(piece.chords, starts, strict=True):
        a, b = max(start, span[0]), min(end, span[1])
        if b <= a:
            continue
        name = UNKNOWN if quality == UNKNOWN else "N" if root is None else ""
        at, until = clock.at(a), clock.at(b)
        name = name or ChordSpan(at, until, ((root or 0) + take.transpose) % 12, quality).name
        if out and out[-1][2] == name:
            out[-1] = (out[-1][0], until, name)
        else:
            out.append((at, until, name))
    return out


def _key_truth(piece: Piece, take: Take, clock: Clock, span: tuple[float, float]) -> list[tuple[float, float, str]]:
    out = []
    starts = [*[at for at, _ in piece.keys][1:], piece.end][: len(piece.keys)]
    for (start, key), end in zip(piece.keys, starts, strict=True):
        a, b = max(start, span[0]), min(end, span[1])
        if b > a:
            moved = replace(key, tonic=(key.tonic + take.transpose) % 12)
            out.append((clock.at(a), clock.at(b), moved.name))
    return out


def home_key(truth: Truth) -> str | None:
    """The key that reigns longest."""
    lengths: dict[str, float] = {}
    for start, end, name in truth.keys:
        lengths[name] = lengths.get(name, 0.0) + end - start
    return max(lengths, key=lambda name: lengths[name]) if lengths else None
