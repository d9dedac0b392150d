"""Setting words to a tune over a backing: layout on bars, rhythm, pitch, and figures about the result.

Positions are slots: equal fractions of a tracked beat, counted from the first downbeat. Only
`Grid.time_at` turns them into seconds, so a drifting tempo is followed without further ado.
"""

from __future__ import annotations

from vocalkit.melody.backends import load_composer
from vocalkit.melody.compose import RuleComposer
from vocalkit.melody.report import MelodyReport, melody_report
from vocalkit.melody.settings import ComposeSettings

__all__ = ["ComposeSettings", "MelodyReport", "RuleComposer", "load_composer", "melody_report"]
