"""The learned composer: the rule composer's words on bars and forms, with rhythm and pitches drawn from networks."""

from __future__ import annotations

import numpy as np

from vocalkit.melody.compose import RuleComposer
from vocalkit.melody.grid import Grid
from vocalkit.melody.learned_pitch import LearnedWriter
from vocalkit.melody.learned_rhythm import RhythmWriter, draw_rhythms
from vocalkit.melody.network import PitchNetwork, RhythmNetwork, pretrained
from vocalkit.melody.settings import ComposeSettings
from vocalkit.melody.tunes import Plan, Rhythms, Song, Steps, TuneWriter

STYLE = "leadsheets"
"""The kind of song the networks are asked for: with chord symbols, as popular songs are written."""
WIDEST_LINE, WIDEST_SONG = 15, 18
"""Semitones, as in `vocalkit.melody.contour`; half of the human songs move within 15 or less."""


class LearnedComposer(RuleComposer):
    """Composes with networks that learned from public-domain songs; a `vocalkit.protocols.Composer`.

    networks: others than those that come with vocalkit; style: one of `vocalkit.melody.encode.STYLES`, None for any.
    """

    _widest = (WIDEST_LINE, WIDEST_SONG)

    def __init__(
        self,
        settings: ComposeSettings | None = None,
        *,
        networks: tuple[RhythmNetwork, PitchNetwork] | None = None,
        style: str | None = STYLE,
    ) -> None:
        super().__init__(settings)
        self._rhythm_network, self._pitch_network = pretrained() if networks is None else networks
        self._style = style

    def _rhythms(self, plans: list[Plan], grid: Grid, rng: np.random.Generator) -> Rhythms:
        return draw_rhythms(plans, grid, RhythmWriter(self._rhythm_network, grid, self._settings, rng, self._style))

    def _writer(self, song: Song, plans: list[Plan], steps: list[Steps], rng: np.random.Generator) -> TuneWriter:
        return LearnedWriter(self._pitch_network, song, plans, steps, self._settings, rng, style=self._style)
