"""What is played under a tune, as pitch classes beat by beat, and the chords and key that this makes."""

from __future__ import annotations

from fractions import Fraction
from xml.etree.ElementTree import Element

import numpy as np
from numpy.typing import NDArray
from templates import chord_odds

from vocalkit.backing.chords import Bar, chord_names, decode_chords
from vocalkit.backing.key import key_scores
from vocalkit.score.musicxml_part import bar_lengths
from vocalkit.score.musicxml_values import divisions_of, duration_of, pitch_of
from vocalkit.types import Key

BASS_TOP_MIDI = 55
Sounding = tuple[Fraction, Fraction, float]
"""Start and end in quarters, MIDI pitch."""


def played_notes(root: Element) -> list[Sounding]:
    """Every note of the parts without words, chords in full; bars in the order they are written."""
    parts = [part.findall("measure") for part in root.findall("part")]
    starts = [Fraction(0)]
    for length in bar_lengths([measures for measures in parts if measures]):
        starts.append(starts[-1] + length)
    notes: list[Sounding] = []
    for measures in parts:
        if any(measure.find("note/lyric") is not None for measure in measures):
            continue
        notes += _part_notes(measures, starts)
    return notes


def _part_notes(measures: list[Element], starts: list[Fraction]) -> list[Sounding]:
    notes: list[Sounding] = []
    divisions, transpose = Fraction(1), Fraction(0)
    for measure, bar_start in zip(measures, starts, strict=False):
        now = latest = bar_start
        for element in measure:
            if element.tag == "attributes":
                divisions = divisions_of(element, measure) or divisions
            elif element.tag in ("backup", "forward"):
                step = duration_of(element, measure, divisions)
                now = max(bar_start, now - step) if element.tag == "backup" else now + step
            elif element.tag == "note" and element.find("grace") is None:
                step = duration_of(element, measure, divisions)
                if element.find("chord") is None:
                    latest, now = now, now + step
                pitch = pitch_of(element, measure, transpose)
                if pitch is not None and step > 0:
                    notes.append((latest, latest + step, pitch))
    return notes


def beat_chroma(notes: list[Sounding], edges: list[Fraction]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Treble and bass as float64 (beats, 12), rows of length 1 or 0: quarters that each pitch class sounds."""
    treble, bass = np.zeros((len(edges) - 1, 12)), np.zeros((len(edges) - 1, 12))
    limits = np.array([float(edge) for edge in edges])
    for start, end, pitch in notes:
        low = max(0, int(np.searchsorted(limits, float(start), side="right")) - 1)
        for beat in range(low, len(edges) - 1):
            if limits[beat] >= float(end):
                break
            seconds = min(float(end), limits[beat + 1]) - max(float(start), limits[beat])
            if seconds > 0:
                treble[beat, round(pitch) % 12] += seconds
                if pitch < BASS_TOP_MIDI:
                    bass[beat, round(pitch) % 12] += seconds
    for table in (treble, bass):
        table /= np.maximum(np.linalg.norm(table, axis=1, keepdims=True), 1e-9)
    return treble, bass


def chords_of(
    treble: NDArray[np.float64], bass: NDArray[np.float64], *, key: Key, beats_per_bar: int, first_downbeat: int
) -> list[tuple[int | None, str]]:
    """Root and quality on every beat: templates on the notes, under the Viterbi search that recordings have too."""
    odds, bar = chord_odds(treble, bass, key), Bar(beats_per_bar, first_downbeat)
    path = decode_chords(odds, treble.sum(axis=1) > 0, key=None, bar=bar)
    names = chord_names()
    return [names[int(state)] for state in path]


def key_of_music(treble: NDArray[np.float64], bass: NDArray[np.float64], signed: Key | None) -> Key:
    """The better of the two keys that share the signature; of all where there is none."""
    scores = key_scores(treble, bass)
    if signed is None:
        mode, tonic = np.unravel_index(int(scores.argmax()), (2, 12))
        return Key(int(tonic), "major" if mode == 0 else "minor")
    major = signed.tonic if signed.mode == "major" else (signed.tonic + 3) % 12
    minor = (major + 9) % 12
    return Key(major, "major") if scores[0, major] >= scores[1, minor] else Key(minor, "minor")
