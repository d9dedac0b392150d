"""A dry vocal into a finished mix: levels in LUFS (ITU-R BS.1770-4), dBTP and LU, times in seconds."""

from vocalkit.mix.choir import Harmony, mix_choir
from vocalkit.mix.loudness import integrated_lufs, true_peak_dbtp
from vocalkit.mix.settings import MixSettings
from vocalkit.mix.stems import mix_vocals

__all__ = ["Harmony", "MixSettings", "integrated_lufs", "mix_choir", "mix_vocals", "true_peak_dbtp"]
