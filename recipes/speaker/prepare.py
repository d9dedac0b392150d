"""Voice prints of every recording the speaker gate is calibrated and judged on.

    python recipes/speaker/prepare.py --shared ../shared/data --resemblyzer Resemblyzer --work work/speaker

shared: the registered data, used for judging alone. resemblyzer: a checkout of the public repository
resemble-ai/Resemblyzer (LibriSpeech, CC BY 4.0); speakers that are registered too are left out of it,
so that no one is both calibrated and judged on.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from vocalkit.audio import read
from vocalkit.errors import AudioError
from vocalkit.types import Audio
from vocalkit.voice.prints import load_encoder, readings

SONGS = "_song"


@dataclass(frozen=True)
class Recording:
    """One clip. part: cohort, calibrate or test; kind: spoken or sung."""

    path: Path
    speaker: str
    part: str
    kind: str


def registered(shared: Path) -> Iterator[Recording]:
    """Everything with a voice in ../shared/data."""
    libri = shared / "speech" / "librispeech"
    for path in sorted((libri / "train-clean-100").glob("*.flac")):
        yield Recording(path, f"libri-{path.stem.split('-')[0]}", "test", "spoken")
    for folder in ("test-other", "dev-clean"):
        for path in sorted((libri / folder).rglob("*.flac")):
            yield Recording(path, f"libri-{path.stem.split('-')[0]}", "test", "spoken")
    for name in ("kathleen", "kerstin"):
        for path in sorted((shared / "speech" / name).glob("*.flac")):
            yield Recording(path, name, "test", "spoken")
    singing = shared / "singing"
    for path in sorted((singing / "pjs").glob("*/*.flac")):
        sung = path.stem.endswith(SONGS)
        # A bound for singing needs singing: songs of odd numbers calibrate, those of even ones are judged.
        part = "calibrate" if sung and int(path.stem[3:6]) % 2 else "test"
        yield Recording(path, "pjs", part, "sung" if sung else "spoken")
    for path in sorted((singing / "vocadito_1" / "Audio").iterdir()):
        yield Recording(path, "vocadito", "test", "sung")
    for path in sorted((singing / "vocobox").glob("*.flac")):
        yield Recording(path, "vocobox", "test", "sung")
    for path in sorted((singing / "sms-tools").glob("*.wav")):
        yield Recording(path, f"sms-{path.stem}", "test", "spoken" if "speech" in path.stem else "sung")


def public(resemblyzer: Path, taken: set[str]) -> Iterator[Recording]:
    """LibriSpeech speakers that are not registered: every other one for the cohort."""
    audio = resemblyzer / "audio_data"
    single = sorted((audio / "librispeech_train-clean-100").glob("*.flac"))
    left = [path for path in single if f"libri-{path.stem.split('-')[0]}" not in taken]
    for number, path in enumerate(left):
        part = "calibrate" if number % 2 else "cohort"
        yield Recording(path, f"libri-{path.stem.split('-')[0]}", part, "spoken")
    for path in sorted((audio / "librispeech_test-other").rglob("*.flac")):
        speaker = f"libri-{path.stem.split('-')[0]}"
        if speaker not in taken:
            yield Recording(path, speaker, "calibrate", "spoken")


def joined(recordings: list[Recording]) -> Iterator[tuple[Recording, Audio]]:
    """Clips as they are; single sung notes (vocobox) ten at a time, since one is too short for a window."""
    notes: list[tuple[Recording, Audio]] = []
    for recording in recordings:
        try:
            audio = read(recording.path, min_duration_s=0.3)
        except AudioError as error:
            print(f"left out {recording.path.name}: {error}")
            continue
        if recording.speaker != "vocobox":
            yield recording, audio
            continue
        notes.append((recording, audio))
        if len(notes) == 10:
            yield notes[0][0], Audio(np.concatenate([note.samples for _, note in notes], axis=1), audio.sample_rate)
            notes = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--resemblyzer", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    recordings = list(registered(args.shared))
    recordings += public(args.resemblyzer, {recording.speaker for recording in recordings})
    encoder = load_encoder()
    prints, rows = [], []
    for recording, audio in joined(recordings):
        try:
            found = readings(audio, encoder, what=recording.path.name)
        except AudioError as error:
            print(f"left out {recording.path.name}: {error}")
            continue
        prints.append(found)
        rows.append((recording.speaker, recording.part, recording.kind, recording.path.stem, len(found)))
    args.work.mkdir(parents=True, exist_ok=True)
    speaker, part, kind, name, count = (np.array(column) for column in zip(*rows, strict=True))
    np.savez(
        args.work / "prints.npz", prints=np.concatenate(prints), speaker=speaker, part=part, kind=kind, name=name,
        count=count,
    )  # fmt: skip
    print(f"{len(rows)} clips of {len(set(speaker))} speakers, {sum(count)} readings")


if __name__ == "__main__":
    main()
