"""From a chart to what every player plays, with human timing and touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from vocalkit.band.chart import RING_S, Chart, PlacedChord
from vocalkit.band.drumming import drum_part
from vocalkit.band.events import Arrangement, Tone
from vocalkit.band.styles import STYLES, Groove, Style, groove_of
from vocalkit.band.voicing import Voicing, bass_notes, guitar_voicing, keys_voicings

_STEP_BEATS = 0.25
_STRUM_S = 0.022
_LATEST_S = 0.014
_MAX_PAD_BEATS = 8.0


@dataclass(frozen=True, slots=True)
class _Stroke:
    """A place where a part plays: `symbol` of its pattern, over chord number `chord`."""

    symbol: str
    start_beat: float
    end_beat: float
    chord: int
    energy: float


def arrange(chart: Chart, *, seed: int) -> Arrangement:
    """Every note and stroke of the band; the same chart and seed give the same arrangement."""
    style = STYLES[chart.style]
    chords = chart.placed_chords()
    symbols = [chord.symbol for chord in chords]
    seeds = np.random.SeedSequence(seed).spawn(5)
    rngs = [np.random.default_rng(s) for s in seeds]
    looseness_s = style.looseness_s
    bass = _bass(chart, style, _Player(rngs[0], 0.6 * looseness_s, late_s=0.003), bass_notes(symbols))
    keys = _keys(chart, style, _Player(rngs[1], looseness_s), keys_voicings(symbols))
    guitar = _guitar(chart, style, _Player(rngs[2], looseness_s), [guitar_voicing(s) for s in symbols])
    pad = _pad(chart, style, _Player(rngs[3], 2.0 * looseness_s), keys_voicings(symbols))
    return Arrangement(bass, keys, guitar, pad, drum_part(chart, style, rng=rngs[4]))


class _Player:
    """Human timing and touch around what is written."""

    def __init__(self, rng: np.random.Generator, looseness_s: float, *, late_s: float = 0.0) -> None:
        self._rng, self._looseness_s, self._late_s = rng, looseness_s, late_s

    def timing_s(self) -> float:
        return self._late_s + float(np.clip(self._rng.normal(0.0, self._looseness_s), -_LATEST_S, _LATEST_S))

    def touch(self, velocity: float, energy: float) -> float:
        """A velocity as played: busier sections are played harder, and no two notes alike."""
        played = velocity * (0.62 + 0.38 * energy) * (1.0 + self._rng.normal(0.0, 0.05))
        return float(np.clip(played, 0.05, 1.0))


def _strokes(chart: Chart, style: Style, pattern_of: Callable[[Groove], str], forced: str) -> list[_Stroke]:
    """Where one part plays. Every chord is sounded: `forced` is played where the pattern misses one.

    The last bar breaks the pattern: each of its chords is played once and the last rings out.
    """
    chords = chart.placed_chords()
    starts = np.array([chord.start_beat for chord in chords])
    found: list[_Stroke] = []
    for section, _, first in chart.placed_bars():
        pattern = pattern_of(groove_of(style, section.energy, chart.beats_per_bar))
        end = first + chart.beats_per_bar
        last_bar = end >= chart.beat_count
        if not pattern and not (last_bar and found):
            continue
        at = {first + i * _STEP_BEATS: c for i, c in enumerate(pattern) if c != "."} if not last_bar else {}
        for start in starts[(starts >= first) & (starts < end)]:
            at.setdefault(float(start), forced)
        beats = sorted(at)
        for beat, following in zip(beats, [*beats[1:], end], strict=True):
            chord = int(np.searchsorted(starts, beat, side="right")) - 1
            found.append(_Stroke(at[beat], beat, min(following, chords[chord].end_beat), chord, section.energy))
    return [stroke for stroke in found if chords[stroke.chord].symbol.root is not None]


def _span_s(chart: Chart, start_beat: float, end_beat: float) -> float:
    """Length in seconds; what lasts to the end of the chart rings on."""
    ring_s = 0.85 * RING_S if end_beat >= chart.beat_count else 0.0
    return chart.time_at(end_beat) + ring_s - chart.time_at(start_beat)


def _accent(beat: float, beats_per_bar: int) -> float:
    """Metric weight of a position: the bar's first beat most, off-beats least."""
    inside = beat % beats_per_bar
    if inside == 0.0:
        return 1.0
    return 0.9 if inside % 1.0 == 0.0 else 0.8


def _sorted(tones: list[Tone]) -> tuple[Tone, ...]:
    return tuple(sorted(tones, key=lambda tone: (tone.start_s, tone.midi)))


def _bass(chart: Chart, style: Style, player: _Player, notes: Sequence[int | None]) -> tuple[Tone, ...]:
    tones = []
    chords = chart.placed_chords()
    for stroke in _strokes(chart, style, lambda groove: groove.bass, "R"):
        root = notes[stroke.chord]
        if root is None:
            continue
        following = notes[min(stroke.chord + 1, len(notes) - 1)]
        midi = _bass_pitch(stroke.symbol, root, following, chords[stroke.chord], chart)
        start_s = chart.time_at(stroke.start_beat) + player.timing_s()
        length_s = 0.94 * _span_s(chart, stroke.start_beat, stroke.end_beat)
        accent = _accent(stroke.start_beat, chart.beats_per_bar)
        tones.append(Tone(start_s, length_s, midi, player.touch(0.85 * accent, stroke.energy)))
    return _sorted(tones)


def _bass_pitch(symbol: str, root: int, following: int | None, chord: PlacedChord, chart: Chart) -> int:
    """The note a bass pattern asks for; a slash bass stays put, for its chord's fifth may clash."""
    if chord.symbol.bass is not None and symbol in "58":
        return root
    if symbol == "5":
        fifth = next((c for c in chord.symbol.pitch_classes if (c - root) % 12 in (6, 7, 8)), None)
        if fifth is None:
            return root
        up = root + (fifth - root) % 12
        return up if up <= 45 else up - 12
    if symbol == "8":
        return root + 12
    if symbol == "a" and following is not None and following != root:
        side = -1 if following > root else 1
        return next(following + side * step for step in (1, 2, 3) if (following + side * step) % 12 in chart.key.scale)
    return root


def _keys(chart: Chart, style: Style, player: _Player, voicings: Sequence[Voicing]) -> tuple[Tone, ...]:
    tones = []
    chords = chart.placed_chords()
    for stroke in _strokes(chart, style, lambda groove: groove.keys, "C"):
        notes = voicings[stroke.chord]
        accent = _accent(stroke.start_beat, chart.beats_per_bar)
        end_beat = stroke.end_beat
        if stroke.symbol.isdigit():  # the pedal holds what is arpeggiated
            notes = (notes[int(stroke.symbol) % len(notes)],)
            end_beat = min(chords[stroke.chord].end_beat, stroke.start_beat + chart.beats_per_bar)
        loud = {"C": 0.72, "c": 0.55}.get(stroke.symbol, 0.62) * accent
        start_s = chart.time_at(stroke.start_beat) + player.timing_s()
        length_s = 0.97 * _span_s(chart, stroke.start_beat, end_beat)
        for voice, midi in enumerate(notes):
            weight = 1.0 if voice == len(notes) - 1 else 0.88
            tones.append(Tone(start_s + 0.003 * voice, length_s, midi, player.touch(loud * weight, stroke.energy)))
    return _sorted(tones)


def _pad(chart: Chart, style: Style, player: _Player, voicings: Sequence[Voicing]) -> tuple[Tone, ...]:
    """Long soft chords; a chord that is written again right after itself is held."""
    tones = []
    chords = chart.placed_chords()
    held: list[tuple[float, float, int, float]] = []
    strokes = _strokes(chart, style, lambda groove: "C" if groove.pad else "", "C")
    for stroke in strokes:
        if held:
            start, end, chord, energy = held[-1]
            same = chords[chord].symbol == chords[stroke.chord].symbol and end == stroke.start_beat
            if same and stroke.end_beat - start <= _MAX_PAD_BEATS:
                held[-1] = (start, stroke.end_beat, chord, energy)
                continue
        held.append((stroke.start_beat, stroke.end_beat, stroke.chord, stroke.energy))
    for start, end, chord, energy in held:
        start_s = chart.time_at(start) + player.timing_s()
        for midi in voicings[chord]:
            tones.append(Tone(start_s, _span_s(chart, start, end), midi, player.touch(0.7, energy)))
    return _sorted(tones)


def _guitar(chart: Chart, style: Style, player: _Player, voicings: Sequence[Voicing]) -> tuple[Tone, ...]:
    """Strums roll over the strings; a string rings until it is played again or the chord changes."""
    chords = chart.placed_chords()
    struck: list[tuple[int, int, float, float, float, float]] = []  # string, midi, beat, end, offset_s, velocity
    for stroke in _strokes(chart, style, lambda groove: groove.guitar, "D"):
        notes = voicings[stroke.chord]
        accent = _accent(stroke.start_beat, chart.beats_per_bar)
        timing_s = player.timing_s()
        end = chords[stroke.chord].end_beat
        if stroke.symbol.isdigit():
            string = min(int(stroke.symbol), len(notes) - 1)
            velocity = player.touch((0.75 if string == 0 else 0.62) * accent, stroke.energy)
            struck.append((string, notes[string], stroke.start_beat, end, timing_s, velocity))
            continue
        strings = range(len(notes)) if stroke.symbol in "Dd" else range(len(notes) - 1, max(len(notes) - 5, -1), -1)
        loud = {"D": 0.8, "U": 0.65, "d": 0.55, "u": 0.48}[stroke.symbol] * accent
        for turn, string in enumerate(strings):
            roll_s = _STRUM_S * (turn / max(len(strings) - 1, 1) - 0.4)
            velocity = player.touch(loud * (1.0 - 0.05 * turn), stroke.energy)
            struck.append((string, notes[string], stroke.start_beat, end, timing_s + roll_s, velocity))
    return _sorted(_ringing(chart, struck))


def _ringing(chart: Chart, struck: list[tuple[int, int, float, float, float, float]]) -> list[Tone]:
    tones = []
    next_on: dict[int, float] = {}
    for string, midi, beat, end, offset_s, velocity in reversed(struck):
        until = min(end, next_on.get(string, end))
        next_on[string] = beat
        start_s = chart.time_at(beat) + offset_s
        tones.append(Tone(start_s, _span_s(chart, beat, until), midi, velocity))
    return tones
