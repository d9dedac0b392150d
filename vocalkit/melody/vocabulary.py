"""The words that a prompt may use, and where each moves the sliders. To teach it a word, add a row.

range, energy, complexity, density, repetition, syncopation, in that order, -1 to 1.
"""

from __future__ import annotations

from vocalkit.types import Feel, Sliders

# fmt: off
_TABLE: dict[str, tuple[float, float, float, float, float, float]] = {
    #                                 range  energy  compl.  dens.   rep.  sync.
    "soaring anthemic triumphant":   ( 0.8,   0.8,   0.1,   0.0,   0.2,   0.0),
    "uplifting euphoric rousing":    ( 0.5,   0.7,   0.0,   0.1,   0.2,   0.1),
    "hopeful bright optimistic":     ( 0.3,   0.4,   0.0,   0.0,   0.1,   0.0),
    "happy cheerful sunny joyful":   ( 0.2,   0.5,   0.0,   0.3,   0.2,   0.2),
    "playful bouncy cheeky":         ( 0.3,   0.3,   0.3,   0.4,   0.1,   0.5),
    "energetic driving powerful":    ( 0.2,   0.8,   0.0,   0.4,   0.2,   0.2),
    "big loud epic":                 ( 0.5,   0.8,   0.0,   0.0,   0.2,   0.0),
    "intense urgent fierce":         ( 0.2,   0.8,   0.2,   0.5,   0.2,   0.2),
    "angry aggressive":              (-0.2,   0.9,   0.0,   0.5,   0.4,   0.2),
    "dramatic passionate":           ( 0.7,   0.6,   0.3,   0.0,   0.0,   0.0),
    "romantic warm tender":          ( 0.3,  -0.2,   0.1,  -0.2,   0.0,   0.0),
    "calm gentle peaceful quiet":    (-0.3,  -0.6,  -0.2,  -0.3,   0.0,  -0.2),
    "soft hushed whispered":         (-0.4,  -0.8,  -0.2,  -0.2,   0.0,   0.0),
    "intimate close fragile":        (-0.5,  -0.6,   0.0,   0.0,   0.0,   0.0),
    "sad mournful sorrowful":        (-0.2,  -0.5,   0.0,  -0.4,   0.0,  -0.2),
    "melancholy melancholic wistful":( 0.0,  -0.4,   0.2,  -0.2,   0.0,   0.0),
    "longing yearning nostalgic":    ( 0.5,   0.0,   0.2,  -0.3,   0.0,   0.0),
    "dark brooding ominous":         (-0.4,  -0.6,   0.2,  -0.2,   0.3,   0.0),
    "dreamy floating ethereal":      ( 0.3,  -0.3,   0.1,  -0.6,   0.0,   0.0),
    "sleepy lazy lullaby":           (-0.4,  -0.7,  -0.4,  -0.5,   0.3,  -0.2),
    "laid-back relaxed chilled mellow":(-0.2, -0.4, -0.1,  -0.4,   0.1,   0.2),
    "solemn stately hymn-like":      (-0.2,   0.0,  -0.5,  -0.5,   0.2,  -0.8),
    "simple plain naive":            (-0.3,   0.0,  -0.8,   0.0,   0.3,  -0.3),
    "catchy hooky memorable":        ( 0.0,   0.2,  -0.3,   0.2,   0.8,   0.2),
    "repetitive hypnotic mantra":    (-0.2,   0.0,  -0.3,   0.0,   1.0,   0.0),
    "varied unpredictable surprising":(0.2,   0.0,   0.6,   0.0,  -0.8,   0.2),
    "through-composed":              ( 0.0,   0.0,   0.2,   0.0,  -1.0,   0.0),
    "complex intricate ornate":      ( 0.3,   0.0,   0.9,   0.3,  -0.3,   0.2),
    "jazzy sophisticated":           ( 0.3,   0.0,   0.8,   0.2,  -0.2,   0.6),
    "angular leaping":               ( 0.6,   0.2,   0.8,   0.0,   0.0,   0.0),
    "wide sweeping operatic":        ( 1.0,   0.3,   0.2,   0.0,   0.0,   0.0),
    "narrow flat monotone":          (-1.0,   0.0,  -0.3,   0.0,   0.3,   0.0),
    "high":                          ( 0.0,   0.9,   0.0,   0.0,   0.0,   0.0),
    "low deep":                      ( 0.0,  -0.9,   0.0,   0.0,   0.0,   0.0),
    "dense busy wordy rapid":        ( 0.0,   0.2,   0.1,   0.9,   0.0,   0.2),
    "rap-like talky conversational": (-0.6,   0.0,   0.0,   0.8,   0.2,   0.5),
    "sparse spacious airy":          ( 0.0,  -0.2,   0.0,  -0.8,   0.0,   0.0),
    "slow sustained drawn-out":      ( 0.0,  -0.1,   0.0,  -0.9,   0.0,  -0.2),
    "syncopated off-beat":           ( 0.0,   0.1,   0.1,   0.1,   0.0,   1.0),
    "funky groovy":                  ( 0.1,   0.3,   0.2,   0.3,   0.3,   0.8),
    "straight square on-beat":       ( 0.0,   0.0,  -0.1,   0.0,   0.0,  -1.0),
    "marching march-like":           ( 0.0,   0.3,  -0.4,   0.0,   0.3,  -0.9),
    "folky folk-like":               ( 0.0,   0.0,  -0.4,   0.0,   0.3,  -0.3),
    "bluesy soulful":                ( 0.2,   0.2,   0.4,  -0.1,   0.2,   0.4),
    "poppy radio-friendly":          ( 0.0,   0.3,  -0.2,   0.2,   0.5,   0.2),
    "swung shuffled swinging":       ( 0.0,   0.0,   0.0,   0.0,   0.0,   0.2),
}
# fmt: on

WORDS: dict[str, Sliders] = {word: Sliders(*row) for words, row in _TABLE.items() for word in words.split()}
"""Every known word."""

FEELS: dict[str, Feel] = {"swung": "triplet", "shuffled": "triplet", "swinging": "triplet"}
"""Words that also say how beats are split: of the whole song, for one song has one feel."""

DEGREES: dict[str, float] = {
    "very": 1.5, "really": 1.5, "extremely": 2.0, "super": 1.5, "more": 1.0, "quite": 0.8, "rather": 0.8,
    "somewhat": 0.5, "slightly": 0.4, "bit": 0.4, "little": 0.4, "less": -0.7, "not": -0.7, "never": -1.0, "no": -0.7,
}  # fmt: skip
"""Words before another that make it count more, less, or the other way."""

_SILENT = """
a an the and but with then in on of for to feel feeling mood vibe song tune melody melodies vocal vocals part parts
section sections line lines please make it is be sound sounds sounding style kind let some
"""
SILENT = frozenset(_SILENT.split())
"""Words that mean nothing to the sliders and are no fault."""
