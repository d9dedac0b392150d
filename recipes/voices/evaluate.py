"""How well the built-in voices are understood, in tune and in time: the figures of their model cards.

    python recipes/voices/evaluate.py --lyrics docs/examples/lyrics

Each line is sung on a plain tune in the middle of the voice's range. Words: pocketsphinx, which took
no part in singing (though it aligned the recordings), picks among the true line and nine decoys of
like length. Pitch: Praat's F0 against the performance's.
"""

from __future__ import annotations

import argparse
import json
import re
from pathlib import Path

import numpy as np
import soxr
from numpy.typing import NDArray

from vocalkit.consent import LicensedVoice, Use
from vocalkit.lyrics import read_lyrics
from vocalkit.synth.backends import load_model, load_vocoder
from vocalkit.synth.perform import perform
from vocalkit.synth.sing import sing
from vocalkit.types import Line, Note, Performance, Score, TempoMap
from vocalkit.units import cents_between
from vocalkit.voice.load import license_installed

STEPS = (0, 2, 4, 2, 5, 4, 2, 0)
DECOYS = 9


def tune(line: Line, *, middle_midi: float, bpm: float = 84.0) -> Score:
    """A line on a plain up-and-down tune, stressed syllables longer."""
    time_s, notes = 0.5, []
    for index, syllable in enumerate(line.syllables):
        last = index == len(line.syllables) - 1
        beats = 2.0 if last else 1.0 if syllable.stress else 0.5
        end_s = time_s + beats * 60.0 / bpm
        notes.append(Note(time_s, end_s, middle_midi - 2 + STEPS[index % len(STEPS)], syllable))
        time_s = end_s
    return Score(tuple(notes), TempoMap.constant(bpm, duration_s=time_s + 1.0))


def plain(text: str) -> str:
    return " ".join(re.sub(r"[^a-z' ]", " ", text.lower().replace("’", "'")).split())


def likelihood(mono_16k: NDArray[np.float32], words: str) -> float | None:
    """Acoustic score a frame of forced alignment; None where a word is not in the recogniser's dictionary."""
    from pocketsphinx import Decoder

    decoder = Decoder(lm=None, samprate=16_000, loglevel="FATAL")
    if any(decoder.lookup_word(word) is None for word in words.split()):
        return None
    decoder.set_align_text(words)
    decoder.start_utt()
    decoder.process_raw((mono_16k / (np.abs(mono_16k).max() + 1e-9) * 16000).astype(np.int16).tobytes(), full_utt=True)
    try:
        decoder.end_utt()
    except RuntimeError:
        return -np.inf
    segments = list(decoder.seg() or [])
    frames = sum(segment.end_frame - segment.start_frame + 1 for segment in segments)
    return sum(segment.ascore for segment in segments) / max(frames, 1) if segments else -np.inf


def in_tune(stem: NDArray[np.float32], rate: int, performance: Performance) -> tuple[int, int]:
    """Frames within 50 cents of the performance's F0, of those that both Praat and it hold voiced in notes."""
    import parselmouth

    pitch = parselmouth.Sound(stem.astype(np.float64), rate).to_pitch_ac(
        time_step=performance.hop_s, pitch_floor=60, pitch_ceiling=1100
    )
    hz, times = pitch.selected_array["frequency"], pitch.xs()
    index = np.clip(np.round(times / performance.hop_s).astype(int), 0, performance.f0.hz.size - 1)
    sung = np.zeros(len(times), bool)
    for note in performance.notes:
        sung |= (times >= note.start_s) & (times < note.end_s)
    both = (hz > 0) & performance.f0.voiced[index] & sung
    off = np.abs(cents_between(hz[both], performance.f0.hz[index][both].astype(np.float64)))
    return int((off <= 50).sum()), int(both.sum())


def evaluate(voice: LicensedVoice, lines: list[Line], *, seed: int) -> dict[str, float]:
    model, vocoder = load_model(voice), load_vocoder()
    middle = (voice.profile.low_midi + voice.profile.high_midi) / 2
    right = asked = close = voiced = 0
    for number, line in enumerate(lines):
        performance = perform(tune(line, middle_midi=middle), seed=seed)
        stem = sing(performance, voice, model, vocoder, seed=seed).audio
        good, counted = in_tune(stem.samples[0], stem.sample_rate, performance)
        close, voiced = close + good, voiced + counted
        mono = soxr.resample(stem.samples[0], stem.sample_rate, 16_000)
        others = sorted(
            (other for other in lines if plain(other.text) != plain(line.text)),
            key=lambda other: (
                abs(len(other.syllables) - len(line.syllables)),
                (lines.index(other) * 7919 + number) % 97,
            ),
        )
        truth = likelihood(mono, plain(line.text))
        rivals = [score for other in others[:DECOYS] if (score := likelihood(mono, plain(other.text))) is not None]
        if truth is not None and rivals:
            asked, right = asked + 1, right + (truth > max(rivals))
    return {"lines": asked, "line_chosen": right / max(asked, 1), "voiced_within_50_cents": close / max(voiced, 1)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lyrics", type=Path, required=True)
    parser.add_argument("--voices", nargs="+", default=["clara", "bruno"])
    parser.add_argument("--lines", type=int, default=40)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    every = [
        line
        for path in sorted(arguments.lyrics.glob("*.txt"))
        for section in read_lyrics(path, language="en-us").sections
        for line in section.lines
    ]
    picked = np.random.default_rng(arguments.seed).permutation(len(every))[: arguments.lines]
    lines = [every[index] for index in sorted(picked)]
    for voice_id in arguments.voices:
        voice = license_installed(voice_id, use=Use.of_song(purposes=("research",), languages=("en-us",)))
        print(json.dumps({"voice": voice_id, **evaluate(voice, lines, seed=arguments.seed)}), flush=True)


if __name__ == "__main__":
    main()
