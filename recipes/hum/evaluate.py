"""How well hums are transcribed: note F on PJS songs and on vocadito_1, beside what people and other methods reach.

    python recipes/hum/evaluate.py --shared ../shared/data --part test --vocadito
    python recipes/hum/evaluate.py --shared ../shared/data --part dev --other   # Praat + segmentation of the F0 alone

A note counts where its onset lies within 50 ms and its pitch within 50 cents (mir_eval.transcription, offsets
ignored). PJS truth is the MIDI file, moved by whole octaves where the song was sung in another (pjs012). Columns:
onset: onset alone; sung: pitches as they were sung; written: as `--pitch semitone` writes them; tuned: the same,
told that the tuning is 440 Hz, as a backing would tell; ceiling: sung and written where the cuts are PJS's own
labels, which no method that listens to F0 can pass by much. No note was tuned
on the part ``test`` or on vocadito_1 (four test songs were among the eight that the F0 tracker was set on).
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Sequence
from pathlib import Path

import mir_eval
import numpy as np
from songs import read_songs

from vocalkit.audio import read, resample
from vocalkit.melody.hum import transcribe_hum
from vocalkit.melody.hum_f0 import HOP_S, RATE_HZ, track_f0
from vocalkit.melody.hum_notes import HumNote, note_pitch
from vocalkit.melody.hum_pitch import corrected, write_pitches
from vocalkit.types import Audio
from vocalkit.units import hz_to_midi, midi_to_hz

ONSET_S, CENTS = 0.05, 50.0
COLUMNS = ("onset P", "onset R", "onset F", "sung", "written", "tuned", "ceiling sung", "ceiling written")


def spans(notes: Sequence[HumNote]) -> np.ndarray:
    return np.array([(note.start_s, max(note.end_s, note.start_s + 0.01)) for note in notes]).reshape(-1, 2)


def onset_figures(truth: np.ndarray, notes: Sequence[HumNote]) -> tuple[float, float, float]:
    return mir_eval.transcription.onset_precision_recall_f1(truth[:, :2], spans(notes), onset_tolerance=ONSET_S)


def note_f(truth: np.ndarray, notes: Sequence[HumNote]) -> float:
    found = mir_eval.transcription.precision_recall_f1_overlap(
        truth[:, :2], midi_to_hz(truth[:, 2]), spans(notes), midi_to_hz(np.array([n.pitch_midi for n in notes])),
        onset_tolerance=ONSET_S, pitch_tolerance=CENTS, offset_ratio=None,
    )  # fmt: skip
    return float(found[2])


def in_octave(truth: np.ndarray, notes: Sequence[HumNote]) -> np.ndarray:
    away = np.median([note.pitch_midi for note in notes]) - np.median(truth[:, 2])
    return truth + np.array([0.0, 0.0, 12.0 * np.round(away / 12.0)])


def labelled_notes(audio: Audio, vowels: np.ndarray) -> list[HumNote]:
    """Notes cut where the labels cut: what is left is how far the singing lies from the score."""
    mono = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0]
    pitched = track_f0(mono)
    midi = np.where(pitched.f0.voiced, hz_to_midi(pitched.f0.hz), np.nan)
    notes = []
    for start, end in vowels:
        part = midi[round(start / HOP_S) : round(end / HOP_S)]
        if np.isfinite(part).sum() >= 6:
            notes.append(HumNote(float(start), float(end), note_pitch(part), 1.0))
    return notes


def figures(audio: Audio, truth: np.ndarray, vowels: np.ndarray | None) -> list[float]:
    found = transcribe_hum(audio)
    truth = in_octave(truth, found.sung)
    known = corrected(found.sung, write_pitches(found.sung, tuning_cents=0.0), tuning_cents=0.0)
    row = [*onset_figures(truth, found.sung), *(note_f(truth, n) for n in (found.sung, found.notes, known))]
    if vowels is None:
        return row
    ideal = labelled_notes(audio, vowels)
    written = corrected(ideal, write_pitches(ideal), tuning_cents=0.0)
    return [*row, note_f(truth, ideal), note_f(truth, written)]


def praat_notes(audio: Audio) -> list[HumNote]:
    """Praat's F0 cut where it jumps or stops: the simplest method that people use."""
    import parselmouth

    sound = parselmouth.Sound(audio.mono().astype(np.float64), audio.sample_rate)
    pitch = sound.to_pitch_ac(time_step=0.01, pitch_floor=65.0, pitch_ceiling=800.0)
    hz, times = pitch.selected_array["frequency"], pitch.xs()
    notes, first = [], None
    for at in range(len(hz) + 1):
        sounds = at < len(hz) and hz[at] > 0
        if first is not None:
            level = np.median(hz_to_midi(hz[first:at]))
            if not sounds or abs(hz_to_midi(np.array(hz[at])) - level) > 0.8:
                if at - first >= 8:
                    notes.append(HumNote(float(times[first]), float(times[at - 1]), float(level), 1.0))
                first = None
        if first is None and sounds:
            first = at
    return notes


def show(name: str, rows: list[list[float]]) -> None:
    means = np.mean(np.array(rows), axis=0)
    print(f"{name:<14}" + "".join(f"{value:>16.3f}" for value in means), flush=True)


def vocadito(shared: Path) -> None:
    folder = shared / "singing" / "vocadito_1"
    people = []
    for who in ("A1", "A2"):
        with (folder / "Annotations" / "Notes" / f"vocadito_1_notes{who}.csv").open() as file:
            rows = np.array([[float(cell) for cell in row] for row in csv.reader(file)])
        people.append(np.stack([rows[:, 0], rows[:, 0] + rows[:, 2], hz_to_midi(rows[:, 1])], axis=1))
    audio = read(folder / "Audio" / "vocadito_1.wav")
    as_notes = [[HumNote(*map(float, row), 1.0) for row in person] for person in people]
    print("vocadito_1, note F against annotators A1, A2:")
    print(f"  the other annotator  {note_f(people[0], as_notes[1]):.3f} {note_f(people[1], as_notes[0]):.3f}")
    found = transcribe_hum(audio)
    print(f"  vocalkit, as sung    {note_f(people[0], found.sung):.3f} {note_f(people[1], found.sung):.3f}")
    onsets = [onset_figures(person, found.sung)[2] for person in people]
    print(f"  vocalkit, onset only {onsets[0]:.3f} {onsets[1]:.3f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--part", choices=("train", "dev", "test"), default="test")
    parser.add_argument("--songs", type=int, help="only so many")
    parser.add_argument("--other", action="store_true", help="Praat's F0, cut where it jumps, beside it")
    parser.add_argument("--vocadito", action="store_true", help="one file that nothing may be chosen on: look rarely")
    args = parser.parse_args()
    songs = [song for song in read_songs(args.shared) if song.part == args.part][: args.songs]
    print(f"PJS {args.part}: {', '.join(song.name[3:] for song in songs)}")
    print(" " * 14 + "".join(f"{name:>16}" for name in COLUMNS))
    rows, others, spent, heard = [], [], 0.0, 0.0
    for song in songs:
        audio = read(song.audio)
        began = time.process_time()
        transcribe_hum(audio)
        spent, heard = spent + time.process_time() - began, heard + audio.duration_s
        rows.append(figures(audio, song.score, song.vowels))
        if args.other:
            notes = praat_notes(audio)
            truth = in_octave(song.score, notes)
            others.append([*onset_figures(truth, notes), note_f(truth, notes)])
    show("vocalkit", rows)
    if others:
        show("Praat, jumps", others)
    print(f"processor seconds for a minute of hum: {60.0 * spent / heard:.2f}")
    if args.vocadito:
        vocadito(args.shared)


if __name__ == "__main__":
    main()
