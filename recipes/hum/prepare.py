"""Features and labels that the hum network learns from.

    python recipes/hum/prepare.py --shared ../shared/data --work work/hum

PJS songs of the parts train and dev (see songs.py), each as it is and changed as recordings change:
resampled (other pitch, formants and pace), equalised, in a room, in noise. And tunes that vocalkit's own
built-in voices sing, whose notes are known exactly: these have what PJS lacks, slurs and several notes on
a vowel. One .npz a recording: features (t, SIZE), onset (t,), sounding (t,).
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from songs import Song, read_songs

from vocalkit.audio import read, resample
from vocalkit.melody.hum_f0 import RATE_HZ, track_f0
from vocalkit.melody.hum_features import HOP_S, hum_features
from vocalkit.types import Audio

COPIES = 5
MADE = 24
_ONSET_SIGMA_S = 0.012
_VOWELS = ("ɑ", "i", "u", "ɛ", "oʊ", "æ", "ʌ", "eɪ")
_OPENERS = ("l", "n", "m", "d", "b", "t", "s", "h", "w", "j", "ɹ", "k", "f", "v", "")


def labels(starts_s: np.ndarray, spans_s: np.ndarray, frames: int) -> tuple[np.ndarray, np.ndarray]:
    """onset: a bump at every start, 1 at its top; sounding: 1 inside every span."""
    times = np.arange(frames) * HOP_S
    onset = np.zeros(frames)
    for start in starts_s:
        np.maximum(onset, np.exp(-0.5 * ((times - start) / _ONSET_SIGMA_S) ** 2), out=onset)
    sounding = np.zeros(frames)
    for start, end in spans_s:
        sounding[(times >= start) & (times < end)] = 1.0
    return onset, sounding


def changed(mono: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, float]:
    """A copy as another room, microphone and throat would have it, and how many times longer it is."""
    from scipy import signal

    stretch = float(np.exp2(rng.uniform(-0.9, 0.35)))
    rate = round(RATE_HZ * stretch)
    moved = resample(Audio(mono[None], RATE_HZ), rate).samples[0]
    if rng.random() < 0.6:
        tilt = rng.uniform(-0.6, 0.6)
        moved = signal.lfilter([1.0, tilt], [1.0], moved)
    if rng.random() < 0.5:
        length = round(RATE_HZ * rng.uniform(0.1, 0.5))
        room = rng.standard_normal(length) * np.exp(-6.9 * np.arange(length) / length)
        room[0] = 0.0
        wet = signal.fftconvolve(moved, room)[: len(moved)]
        moved = moved + wet * (rng.uniform(0.05, 0.35) * moved.std() / max(wet.std(), 1e-9))
    if rng.random() < 0.7:
        noise = signal.lfilter([1.0], [1.0, -rng.uniform(0.0, 0.95)], rng.standard_normal(len(moved)))
        moved = moved + noise * (moved.std() / noise.std() * 10 ** (-rng.uniform(15, 50) / 20))
    return np.ascontiguousarray(moved, np.float32), rate / RATE_HZ


def save(path: Path, mono: np.ndarray, starts_s: np.ndarray, spans_s: np.ndarray) -> None:
    features = hum_features(mono, track_f0(mono))
    onset, sounding = labels(starts_s, spans_s, len(features))
    np.savez(path, features=features, onset=onset.astype(np.float32), sounding=sounding.astype(np.float32))


def prepare_song(song: Song, work: Path) -> None:
    rng = np.random.default_rng(int(song.name[3:]))
    mono = resample(Audio(read(song.audio).mono()[None], read(song.audio).sample_rate), RATE_HZ).samples[0]
    save(work / f"{song.part}-{song.name}-0.npz", mono, song.vowels[:, 0], song.vowels)
    for copy in range(1, COPIES if song.part == "train" else 1):
        moved, longer = changed(mono, rng)
        save(work / f"{song.part}-{song.name}-{copy}.npz", moved, song.vowels[:, 0] * longer, song.vowels * longer)


def made_tune(seed: int, low: float, high: float) -> Iterator[tuple[float, float, float, bool]]:
    """Notes of a random tune: start s, end s, pitch, begins a syllable. Steps, leaps, repeats, slurs and rests."""
    rng = np.random.default_rng([7, seed])
    scale = [0, 2, 4, 5, 7, 9, 11] if rng.random() < 0.6 else [0, 2, 3, 5, 7, 8, 10]
    tones = [p for p in range(int(np.ceil(low)), int(high) + 1) if (p - seed) % 12 in scale]
    at, now, beat = len(tones) // 2, 0.6, float(rng.uniform(0.38, 0.7))
    for count in range(44):
        length = beat * float(rng.choice([0.33, 0.5, 0.5, 1.0, 1.0, 1.5, 2.0]))
        slurred = count > 0 and rng.random() < 0.25
        step = int(rng.choice([-4, -2, -1, -1, 0, 0, 1, 1, 2, 4]))
        if slurred and step == 0:
            step = 1
        at = int(np.clip(at + step, 0, len(tones) - 1))
        yield now, now + length, float(tones[at]), not slurred
        now += length
        if not slurred and rng.random() < 0.12:
            now += beat


def prepare_made(seed: int, voice: str, work: Path) -> None:
    from vocalkit.pipelines.choices import Choices
    from vocalkit.pipelines.sing_score import SingScore, sing_score
    from vocalkit.pipelines.voices import choose_voice
    from vocalkit.types import Note, Score, Syllable, TempoMap

    rng = np.random.default_rng([8, seed])
    profile = choose_voice(voice)
    notes: list[Note] = []
    for start, end, pitch, begins in made_tune(seed, profile.low_midi, profile.high_midi):
        sounds = tuple(p for p in (str(rng.choice(_OPENERS)), str(rng.choice(_VOWELS))) if p)
        same = notes and notes[-1].pitch_midi == pitch and notes[-1].end_s >= start - 1e-6
        if begins or (same and not begins):
            notes.append(Note(start, end, pitch, Syllable("la", sounds, 1)))
        else:
            notes.append(Note(start, end, pitch))
    score = Score(tuple(notes), TempoMap.constant(100.0, duration_s=notes[-1].end_s + 1.0))
    render = sing_score(SingScore(score, choices=Choices(voice=voice, seed=seed)))
    sung = render.score or score
    mono = resample(render.dry, RATE_HZ).samples[0]
    starts = np.array([note.start_s for note in sung.notes])
    spans = np.array([(note.start_s, note.end_s) for note in sung.notes])
    part = "dev" if seed % 8 == 0 else "train"
    save(work / f"{part}-made-{voice}-{seed}-0.npz", mono, starts, spans)
    if part == "train":
        moved, longer = changed(mono, rng)
        save(work / f"{part}-made-{voice}-{seed}-1.npz", moved, starts * longer, spans * longer)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    args.work.mkdir(parents=True, exist_ok=True)
    for song in read_songs(args.shared):
        if song.part != "test" and not (args.work / f"{song.part}-{song.name}-0.npz").exists():
            prepare_song(song, args.work)
    for seed in range(MADE):
        voice = ("clara", "bruno")[seed % 2]
        if not list(args.work.glob(f"*-made-{voice}-{seed}-0.npz")):
            prepare_made(seed, voice, args.work)


if __name__ == "__main__":
    main()
