"""Registered scores as pieces to play: notes by part, with the exact truth about beats, bars, keys and chords.

Positions are quarter notes as floats. Lead sheets are played with their repeats, songs and hymns as written. Chords
come from the lead sheets' symbols, from When in Rome's analyses of the songs, and for hymns from the four voices.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

import numpy as np

from vocalkit.score import Reading, read_sheet
from vocalkit.score.abc import parse_abc, tune_titles
from vocalkit.score.files import parse_xml, read_bytes, unpack_mxl
from vocalkit.score.musicxml import bar_marks_of
from vocalkit.score.musicxml_part import PartWalk, bar_lengths
from vocalkit.score.sheet import Sheet, TimeSignature
from vocalkit.types import CHORD_INTERVALS, Key

UNKNOWN = "X"
Chord = tuple[float, int | None, str]
"""Start in quarters, root (None: no chord) and quality; quality `UNKNOWN` where nobody can say."""


@dataclass(frozen=True)
class Played:
    """One note. part: ``bass``, ``chords``, ``melody`` or ``hands`` (a pianist's two)."""

    start: float
    end: float
    midi: float
    part: str


@dataclass
class Piece:
    """beats: felt pulses, with the last bar's end; downbeats: whether each opens a bar; compound: pulses fall in three.

    keys: (start, Key), empty where the score does not say. pulse_bpm: the score's own tempo in pulses, if it has one.
    """

    name: str
    corpus: str
    notes: list[Played]
    beats: np.ndarray
    downbeats: np.ndarray
    compound: bool
    metre: str
    chords: list[Chord] = field(default_factory=list)
    keys: list[tuple[float, Key]] = field(default_factory=list)
    pulse_bpm: float | None = None

    @property
    def end(self) -> float:
        return float(self.beats[-1])


class Unfit(Exception):
    """A score that this recipe has no use for, and why."""


def pulse_of(signature: TimeSignature, *, cut_in_four: bool = False) -> Fraction:
    """Length of a felt beat in quarters: dotted in compound metres; lead sheets' 2/2 is played in four."""
    count, unit = signature.count, signature.unit
    if unit >= 8 and count % 3 == 0 and count > 3:
        return Fraction(12, unit)
    if cut_in_four and (count, unit) == (2, 2):
        return Fraction(1)
    return Fraction(4, unit)


def grid(
    bars: list[Fraction], end: Fraction, signatures: list[tuple[Fraction, TimeSignature]], *, cut_in_four: bool = False
) -> tuple[np.ndarray, np.ndarray, bool, str]:
    """Pulses and downbeats of bars in a row. Raises Unfit for changing or unusual metres."""
    metres = dict.fromkeys((s.count, s.unit) for _, s in signatures)
    if len(metres) > 1:
        raise Unfit("the metre changes")
    signature = signatures[0][1] if signatures else TimeSignature(4, 4)
    pulse, nominal = pulse_of(signature, cut_in_four=cut_in_four), signature.quarters
    count = nominal / pulse
    if count not in (2, 3, 4):
        raise Unfit(f"{signature.count}/{signature.unit}")
    beats: list[Fraction] = []
    downs: list[bool] = []
    edges = [*bars, end]
    rest = Fraction(0)  # what a bar that a repeat sign cuts in two still lacks
    for index, (low, high) in enumerate(itertools.pairwise(edges)):
        length = high - low
        goes_on = rest == length and length < nominal
        lead = nominal - length if length < nominal and index == 0 else Fraction(0)
        rest = nominal - length if length < nominal and not goes_on and index else Fraction(0)
        at = low - lead
        while at < high:
            if at >= low:
                beats.append(at)
                downs.append(at == low and not lead and not goes_on)
            at += pulse
    beats.append(edges[-1])
    downs.append(True)
    compound = pulse.numerator == 3
    shown = (4, 4) if cut_in_four and (signature.count, signature.unit) == (2, 2) else (signature.count, signature.unit)
    return np.array([float(b) for b in beats]), np.array(downs), compound, f"{shown[0]}/{shown[1]}"


def lead_sheet(path: Path) -> Piece:
    """Melody and chord symbols of one lead sheet, repeats played."""
    sheet = read_sheet(path)
    if len(sheet.chords) < 8:
        raise Unfit("hardly any chords")
    beats, downs, compound, metre = grid(list(sheet.bars), sheet.end, list(sheet.signatures), cut_in_four=True)
    chords = [(float(c.start), c.root, c.quality) for c in sheet.chords]
    notes = [Played(float(n.start), float(n.end), n.pitch_midi, "melody") for n in sheet.notes]
    keys = _lead_sheet_keys(sheet)
    return Piece(path.stem, "leadsheets", notes, beats, downs, compound, metre, chords, keys)


def _lead_sheet_keys(sheet: Sheet) -> list[tuple[float, Key]]:
    """The signature's key if the last chord is its tonic, its relative minor if it is that; else nobody says."""
    last = sheet.chords[-1]
    if not sheet.keys or len(sheet.keys) > 1 or last.root is None:
        return []
    major = sheet.keys[0][1]
    tonic = major.tonic if major.mode == "major" else (major.tonic + 3) % 12
    minor = CHORD_INTERVALS[last.quality][1] == 3
    if last.root == tonic and not minor:
        return [(0.0, Key(tonic, "major"))]
    if last.root == (tonic + 9) % 12 and minor:
        return [(0.0, Key(last.root, "minor"))]
    return []


def hymns(path: Path) -> list[tuple[str, bytes]]:
    """Names and text of the tunes of a hymnal."""
    data = path.read_bytes()
    tunes = re.split(rb"(?m)^(?=X:\s*\d)", data)[1:]
    return [
        (f"hymn {n} {title}", tune) for n, (title, tune) in enumerate(zip(tune_titles(data), tunes, strict=True), 1)
    ]


def hymn(data: bytes, name: str) -> Piece:
    """Four voices of one tune, chords heard from them."""
    voices = []
    for part in range(1, 9):
        try:
            voices.append(parse_abc(data, Reading(part=part, repeats=False)))
        except Exception:  # the tune has no more voices
            break
    if len(voices) < 4:
        raise Unfit("fewer than four voices")
    first = voices[0]
    end = max(v.end for v in voices)
    beats, downs, compound, metre = grid(list(first.bars), end, list(first.signatures))
    notes = [
        Played(float(n.start), float(n.end), n.pitch_midi, "bass" if v is voices[-1] else "chords")
        for v in voices
        for n in v.notes
    ]
    pulse = float(np.median(np.diff(beats)))
    tempo = float(first.tempos[0][1]) / pulse if first.tempos else None
    keys = [(0.0, first.keys[0][1])] if len(first.keys) == 1 and _ends_home(notes, first.keys[0][1]) else []
    piece = Piece(name, "hymns", notes, beats, downs, compound, metre, [], keys, tempo)
    piece.chords = sounding_chords(notes, beats)
    return piece


def _ends_home(notes: list[Played], key: Key) -> bool:
    last = max(note.start for note in notes if note.part == "bass")
    return any(round(n.midi) % 12 == key.tonic for n in notes if n.part == "bass" and n.start == last)


def sounding_chords(notes: list[Played], beats: np.ndarray) -> list[Chord]:
    """A chord on every beat where the sounding pitch classes spell one exactly, `UNKNOWN` elsewhere."""
    spelt = {}
    for quality in ("maj", "min", "7", "min7", "maj7", "dim", "hdim7", "dim7"):
        for root in range(12):
            spelt.setdefault(frozenset((root + step) % 12 for step in CHORD_INTERVALS[quality]), (root, quality))
    out: list[Chord] = []
    for low, high in itertools.pairwise(beats):
        here = [n for n in notes if n.start < high - 1e-6 and n.end > low + 1e-6]
        shares: dict[int, float] = {}
        for n in here:
            pc = round(n.midi) % 12
            shares[pc] = shares.get(pc, 0.0) + min(n.end, high) - max(n.start, low)
        most = frozenset(pc for pc, share in shares.items() if share >= 0.75 * (high - low))
        root, quality = spelt.get(most, (None, UNKNOWN))
        out.append((float(low), root, quality))
    return out


def song(score: Path, analysis: Path | None) -> Piece:
    """The accompaniment of one song as written (its sung parts left out), with When in Rome's chords and keys."""
    root = parse_xml(unpack_mxl(read_bytes(score)))
    bar_marks_of(root)  # namespaces go
    parts = [part.findall("measure") for part in root.findall("part")]
    parts = [measures for measures in parts if measures]
    starts = [Fraction(0)]
    for length in bar_lengths(parts):
        starts.append(starts[-1] + length)
    read = [PartWalk(measures, starts).read() for measures in parts]
    played = [part for part in read if not any(note.lyrics for note in part.notes)]
    notes = [
        Played(float(n.start), float(n.end), n.pitch, "hands")
        for part in played
        for n in part.notes
        if n.end > n.start and not n.cue
    ]
    if len(notes) < 60:
        raise Unfit("no accompaniment")
    signatures = next((p.signatures for p in read if p.signatures), [])
    beats, downs, compound, metre = grid(starts[:-1], starts[-1], list(signatures))
    pulse = float(np.median(np.diff(beats)))
    tempos = [bpm for part in read for _, bpm in part.tempos]
    piece = Piece(
        score.stem, "lieder", notes, beats, downs, compound, metre, pulse_bpm=tempos[0] / pulse if tempos else None
    )
    if analysis is not None:
        numbers = [measure.get("number", "") for measure in parts[0]]
        piece.chords, piece.keys = roman(analysis, numbers, [float(s) for s in starts])
    return piece


def roman(path: Path, numbers: list[str], starts: list[float]) -> tuple[list[Chord], list[tuple[float, Key]]]:
    """Chords and keys of a RomanText analysis, laid on the score's bars by their numbers."""
    import music21

    parsed = music21.converter.parse(path, format="romantext")
    where = {number: index for index, number in enumerate(numbers)}
    chords: list[Chord] = []
    keys: list[tuple[float, Key]] = []
    for measure in parsed.recurse().getElementsByClass("Measure"):
        index = where.get(str(measure.number))
        if index is None:
            continue
        length = starts[index + 1] - starts[index]
        short = max(0.0, measure.barDuration.quarterLength - length) if index == 0 else 0.0
        for numeral in measure.getElementsByClass("RomanNumeral"):
            at = starts[index] + max(0.0, float(numeral.offset) - (short if measure.paddingLeft == 0 else 0.0))
            chords.append((at, *_quality(numeral)))
            key = (
                Key(numeral.key.tonic.pitchClass, numeral.key.mode) if numeral.key.mode in ("major", "minor") else None
            )
            if key is not None and (not keys or keys[-1][1] != key):
                keys.append((at, key))
    return sorted(chords, key=lambda c: c[0]), keys


def _quality(numeral) -> tuple[int | None, str]:
    """Root and nearest of our qualities, by which notes stand over the root."""
    root = numeral.root().pitchClass
    steps = frozenset((p.pitchClass - root) % 12 for p in numeral.pitches)
    for quality in ("7", "min7", "maj7", "hdim7", "dim7", "minmaj7", "maj", "min", "dim", "aug"):
        if steps == frozenset(CHORD_INTERVALS[quality]):
            return root, quality
    for third, fifth, quality in ((4, 7, "maj"), (3, 7, "min"), (3, 6, "dim"), (4, 8, "aug")):
        if {third, fifth} <= steps:
            return root, quality
    return None, UNKNOWN


def catalogue(shared: Path) -> list[tuple[str, str, tuple]]:
    """(corpus, name, how to load) of every score that may be of use. ``songs`` are lieder that nobody analysed."""
    scores = shared / "scores"
    found: list[tuple[str, str, tuple]] = []
    found += [("leadsheets", path.stem, (path,)) for path in sorted((scores / "leadsheets").glob("*.mxl"))]
    book = next((scores / "hymns").glob("*.abc"))
    found += [("hymns", name, (tune,)) for name, tune in hymns(book)]
    titles = {}
    for line in (scores / "lieder" / "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        file, title = line.split("\t")[:2]
        titles[_plain(title)] = scores / "lieder" / file
    for analysis in sorted((scores / "when-in-rome").rglob("analysis.txt")):
        path = titles.get(_plain(str(analysis.parent.relative_to(scores / "when-in-rome"))))
        if path is not None:
            found.append(("lieder", path.stem, (path, analysis)))
    analysed = {name for corpus, name, _ in found if corpus == "lieder"}
    songs = sorted(path for path in titles.values() if path.stem not in analysed)
    return found + [("songs", path.stem, (path, None)) for path in songs]


def _plain(title: str) -> str:
    letters = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode()
    return re.sub(r"[^a-z0-9]", "", letters.lower())


def load(corpus: str, name: str, how: tuple) -> Piece:
    """Read one entry of the catalogue. Raises Unfit."""
    if corpus == "leadsheets":
        return lead_sheet(how[0])
    if corpus == "hymns":
        return hymn(how[0], name)
    return song(*how)


def fingerprint(piece: Piece) -> tuple[int, ...]:
    """The first steps of the highest line: one tune under two titles has one."""
    top: dict[float, float] = {}
    for note in piece.notes:
        top[note.start] = max(top.get(note.start, 0.0), note.midi)
    line = [round(top[at]) for at in sorted(top)[:17]]
    return tuple(b - a for a, b in itertools.pairwise(line))
