"""Sound in and out of files: the only user of codecs. Seconds, Hz, float32 (channels, n) at full scale 1.0."""

from vocalkit.audio.checks import (
    MAX_DURATION_S,
    MAX_SAMPLE_RATE,
    MIN_DURATION_S,
    MIN_SAMPLE_RATE,
    SILENT_BELOW_DBFS,
    check_backing,
)
from vocalkit.audio.containers import READABLE
from vocalkit.audio.rate import resample
from vocalkit.audio.reading import read
from vocalkit.audio.writing import check_encodable, encode, write_wav

__all__ = [
    "MAX_DURATION_S",
    "MAX_SAMPLE_RATE",
    "MIN_DURATION_S",
    "MIN_SAMPLE_RATE",
    "READABLE",
    "SILENT_BELOW_DBFS",
    "check_backing",
    "check_encodable",
    "encode",
    "read",
    "resample",
    "write_wav",
]
