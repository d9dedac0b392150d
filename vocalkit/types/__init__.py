"""The values that travel along the chain: frozen, validated when made, arrays read-only.

Seconds are the only clock. Arrays are copied in unless they are already read-only, so a producer
that is done with a large array hands it over with `frozen_array` and pays for no second copy.
"""

from __future__ import annotations

from vocalkit.types.arrays import frozen_array
from vocalkit.types.control import Feel, Reference, Sliders, Wishes
from vocalkit.types.expression import EXPRESSION_RANGES, NEUTRAL, NoteExpression
from vocalkit.types.given import ChartLayout, Given, Metre
from vocalkit.types.music import (
    CHORD_INTERVALS,
    PITCH_NAMES,
    Backing,
    ChordSpan,
    Key,
    KeySpan,
    Mode,
    Note,
    Score,
    SectionSpan,
    TempoMap,
    VoicePlace,
)
from vocalkit.types.performance import Expression, F0Curve, Performance, PhonemeSpan, SourceFilter
from vocalkit.types.recording import AlignedClip
from vocalkit.types.render import Mix, Provenance, SoundFormat, Vocal, VoiceProfile
from vocalkit.types.sound import Audio
from vocalkit.types.timed import SyllableSpan, TimedLine, TimedLyrics, TimedWord
from vocalkit.types.words import Line, Lyrics, LyricSection, Syllable, WordPosition

__all__ = [
    "CHORD_INTERVALS",
    "EXPRESSION_RANGES",
    "NEUTRAL",
    "PITCH_NAMES",
    "AlignedClip",
    "Audio",
    "Backing",
    "ChartLayout",
    "ChordSpan",
    "Expression",
    "F0Curve",
    "Feel",
    "Given",
    "Key",
    "KeySpan",
    "Line",
    "LyricSection",
    "Lyrics",
    "Metre",
    "Mix",
    "Mode",
    "Note",
    "NoteExpression",
    "Performance",
    "PhonemeSpan",
    "Provenance",
    "Reference",
    "Score",
    "SectionSpan",
    "Sliders",
    "SoundFormat",
    "SourceFilter",
    "Syllable",
    "SyllableSpan",
    "TempoMap",
    "TimedLine",
    "TimedLyrics",
    "TimedWord",
    "Vocal",
    "VoicePlace",
    "VoiceProfile",
    "Wishes",
    "WordPosition",
    "frozen_array",
]
