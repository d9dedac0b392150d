"""A dry vocal into a finished mix: levels in LUFS (ITU-R BS.1770-4), dBTP and LU, times in seconds."""

from vocalkit.mix.loudness import integrated_lufs, true_peak_dbtp
from vocalkit.mix.settings import MixSettings
from vocalkit.mix.stems import mix_vocals

__all__ = ["MixSettings", "integrated_lufs", "mix_vocals", "true_peak_dbtp"]
