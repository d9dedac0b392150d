"""What a user may choose about a song, checked before anything is read."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from vocalkit.consent import ANYONE, Purpose, Use
from vocalkit.consent.grant import ANY
from vocalkit.errors import InputError
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.melody.backends import check_composer
from vocalkit.pipelines.harmony import HarmonyChoices
from vocalkit.score.fit import Way
from vocalkit.score.reading import Reading
from vocalkit.synth.names import DEFAULT_VOCODER
from vocalkit.synth.perform_settings import settings_of
from vocalkit.types import Given, Key, Reference, Wishes

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may choose beside the music. None: heard in the backing, or the first voice.

    tempo_bpm: beats per minute; known: what else is known of the backing; start_s: earliest second of singing;
    composer, vocoder: backends.
    lexicon: the user's own pronunciations; fit: how lyrics may give way to the notes of a score; reading: which line
    of a score file is read, in this `language`; harmony: which voices join the lead.
    wishes: of the tune; sliders: those of the whole song that count whatever else says; reference: to take after;
    best_of: takes of which the best is sung; prompt: the words that the wishes came from; notices: what was assumed.
    purposes, genres, territories, user: what the song is for, as the consent gate is asked; user: thumbprint
    of the key of whoever makes it. expression: how the whole song is sung, by the names of `PerformSettings`.
    """

    voice: str | None = None
    tempo_bpm: float | None = None
    key: Key | None = None
    known: Given = Given()  # noqa: RUF009  (frozen)
    start_s: float | None = None
    language: str = "en-us"
    seed: int = 0
    master: bool = True
    composer: str = "rules"
    vocoder: str = DEFAULT_VOCODER
    purposes: tuple[Purpose, ...] = ("commercial_music", "noncommercial_music")
    genres: tuple[str, ...] = (ANY,)
    territories: tuple[str, ...] = (ANY,)
    user: str = ANYONE
    lexicon: Lexicon | None = None
    fit: tuple[Way, ...] = ()
    reading: Reading = field(default_factory=Reading)
    harmony: HarmonyChoices = field(default_factory=HarmonyChoices)
    wishes: Wishes = Wishes()  # noqa: RUF009  (frozen)
    sliders: tuple[tuple[str, float], ...] = ()
    reference: Reference | None = None
    best_of: int = 1
    prompt: str = ""
    notices: tuple[str, ...] = ()
    expression: Mapping[str, float] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reading", replace(self.reading, language=self.language))
        tempo = self.tempo_bpm
        if tempo is not None and not (math.isfinite(tempo) and SLOWEST_BPM <= tempo <= FASTEST_BPM):
            raise InputError(f"a tempo must be {SLOWEST_BPM:.0f} to {FASTEST_BPM:.0f} BPM, got {tempo}")
        if self.start_s is not None and not (math.isfinite(self.start_s) and self.start_s >= 0):
            raise InputError(f"singing cannot start at {self.start_s} s; give seconds from 0")
        if self.seed < 0:
            raise InputError(f"a seed must not be negative, got {self.seed}")
        settings_of(self.expression)
        check_composer(self.composer)
        # What no grant can say is told now, not after the words were read.
        self.use((self.language,))

    def use(self, languages: tuple[str, ...]) -> Use:
        """What the consent gate is asked for a song in these languages. Raises InputError for unknown words."""
        return Use.of_song(
            purposes=self.purposes,
            languages=languages,
            genres=self.genres,
            territories=self.territories,
            grantee=self.user,
        )
