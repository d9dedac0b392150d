"""`vocalkit.nn.vocoder.HarmonicVocoder` in NumPy and SciPy alone: the same sound to within rounding, no torch.

Arrays lie as (frames, ...), and what is as wide as a spectrum is worked on in blocks of frames small enough for a
processor's cache.
"""
