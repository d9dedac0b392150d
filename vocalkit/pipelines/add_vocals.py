"""A song from an instrumental and lyrics: analyze, parse, compose, perform, sing, mix."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from vocalkit.audio import check_backing, resample
from vocalkit.consent import ANYONE, LicensedVoice, Purpose, Use
from vocalkit.consent.grant import ANY
from vocalkit.errors import InputError
from vocalkit.lyrics.lexicon import Lexicon
from vocalkit.melody.backends import check_composer
from vocalkit.pipelines.place import fit_range, place_score, transpose
from vocalkit.pipelines.report import Heard, Loudness, Report
from vocalkit.pipelines.stages import StageClock, peak_memory_bytes
from vocalkit.pipelines.voices import Singer, choose_voice, open_voice
from vocalkit.pipelines.words import Words, read_words_and_score
from vocalkit.protocols import Progress, silent
from vocalkit.score.fit import Way
from vocalkit.score.imported import ImportedScore
from vocalkit.types import (
    Audio,
    Backing,
    Key,
    Mix,
    Performance,
    Provenance,
    Score,
    TimedLyrics,
    Vocal,
    VoiceProfile,
)

SLOWEST_BPM, FASTEST_BPM = 20.0, 400.0
LEAD_VOICE_WARNING = 0.5
BEAT_CONFIDENCE_WARNING = 0.4
HIGHEST_DRY_PEAK = 0.98


@dataclass(frozen=True, slots=True)
class Choices:
    """What a user may choose beside the music. None: heard in the backing, or the first voice.

    tempo_bpm: beats per minute; start_s: earliest second of singing; composer, vocoder: backends.
    lexicon: the user's own pronunciations; fit: how lyrics may give way to the notes of a score.
    purposes, genres, territories, user: what the song is for, as the consent gate is asked; user: thumbprint
    of the key of whoever makes it.
    """

    voice: str | None = None
    tempo_bpm: float | None = None
    key: Key | None = None
    start_s: float | None = None
    language: str = "en-us"
    seed: int = 0
    master: bool = True
    composer: str = "rules"
    vocoder: str = "world"
    purposes: tuple[Purpose, ...] = ("commercial_music", "noncommercial_music")
    genres: tuple[str, ...] = (ANY,)
    territories: tuple[str, ...] = (ANY,)
    user: str = ANYONE
    lexicon: Lexicon | None = None
    fit: tuple[Way, ...] = ()

    def __post_init__(self) -> None:
        tempo = self.tempo_bpm
        if tempo is not None and not (math.isfinite(tempo) and SLOWEST_BPM <= tempo <= FASTEST_BPM):
            raise InputError(f"a tempo must be {SLOWEST_BPM:.0f} to {FASTEST_BPM:.0f} BPM, got {tempo}")
        if self.start_s is not None and not (math.isfinite(self.start_s) and self.start_s >= 0):
            raise InputError(f"singing cannot start at {self.start_s} s; give seconds from 0")
        if self.seed < 0:
            raise InputError(f"a seed must not be negative, got {self.seed}")
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


@dataclass(frozen=True, slots=True, eq=False)
class AddVocals:
    """One request: lyrics as text or with times, a score with words, or a score to lay the lyrics under."""

    backing: Audio
    lyrics: str | TimedLyrics | None = None
    score: ImportedScore | Score | None = None
    choices: Choices = Choices()

    def __post_init__(self) -> None:
        if self.lyrics is None and self.score is None:
            raise InputError("nothing to sing: give lyrics, a score, or both")
        start_s = self.choices.start_s
        if start_s is not None and isinstance(self.lyrics, TimedLyrics):
            raise InputError("timed lyrics say when singing begins; leave --start out")
        if start_s is not None and start_s >= self.backing.duration_s:
            raise InputError(
                f"singing cannot start at {start_s:g} s: the instrumental ends at {self.backing.duration_s:.1f} s"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Render:
    """Everything a run made, by leave of `voice`.

    dry: mono, unmixed, as long as the mix; mix, backing: None without a backing.
    """

    score: Score | None
    performance: Performance
    dry: Audio
    provenance: Provenance
    report: Report
    voice: LicensedVoice
    mix: Mix | None = None
    backing: Backing | None = None


def add_vocals(request: AddVocals, *, progress: Progress = silent) -> Render:
    """Sing on an instrumental.

    The same request gives the same take, on any number of threads: the same bits but for the
    watermark, which tells every render from every other.
    """
    from threadpoolctl import threadpool_limits

    check_backing(request.backing)
    # One thread: sums taken in another order on another machine would change the last bits.
    with threadpool_limits(1):
        return _add_vocals(request, StageClock(progress))


def _add_vocals(request: AddVocals, clock: StageClock) -> Render:
    choices = request.choices
    profile = choose_voice(choices.voice)
    words = read_words_and_score(
        request.lyrics, request.score, language=choices.language, lexicon=choices.lexicon, fit=choices.fit, clock=clock
    )
    singer = call_singer(profile, choices, _languages(words), clock)
    backing = listen(request.backing, choices, clock)
    score, notices = set_words(backing, words, profile, choices, clock)
    performance = perform_score(score, choices, clock)
    vocal = sing_performance(performance, singer, choices, clock)
    with clock.stage("mix"):
        from vocalkit.mix import mix_vocals

        vocal = replace(vocal, audio=resample(vocal.audio, request.backing.sample_rate))
        mix = mix_vocals(request.backing, vocal, performance, master=choices.master)
    dry, dry_gain = dry_stem(vocal.audio, mix.audio.frames)
    report = Report(
        seed=choices.seed,
        provenance=mix.provenance,
        language=score.language,
        notes=len(score.notes),
        use=singer.voice.request,
        stages=clock.times,
        peak_memory_bytes=peak_memory_bytes(),
        heard=Heard.of(backing),
        loudness=Loudness.of(mix),
        dry_gain=dry_gain,
        warnings=(*warnings_about(backing, choices), *warnings_of(request.score), *notices),
    )
    return Render(score, performance, dry, mix.provenance, report, singer.voice, mix, backing)


def _languages(words: Words) -> tuple[str, ...]:
    """What will be sung in: the words under the user's own notes, or those to be set."""
    sung = words.lyrics if words.score is None else words.score
    if sung is None:
        raise InputError("nothing to sing: give lyrics, a score, or both")
    return sung.languages


def listen(audio: Audio, choices: Choices, clock: StageClock) -> Backing:
    """Stage `analyze`: what is heard in the backing, with the user's tempo and key where given."""
    with clock.stage("analyze") as progress:
        from vocalkit.backing import analyze

        return analyze(audio, tempo_bpm=choices.tempo_bpm, key=choices.key, progress=progress)


def set_words(
    backing: Backing, words: Words, profile: VoiceProfile, choices: Choices, clock: StageClock
) -> tuple[Score, tuple[str, ...]]:
    """Stage `compose`: a melody for the words, or the user's score on the backing's beats; and warnings."""
    low_midi, high_midi = profile.low_midi, profile.high_midi
    with clock.stage("compose"):
        if words.score is None:
            if words.lyrics is None:
                raise InputError("nothing to sing: give lyrics, a score, or both")
            from vocalkit.melody.backends import load_composer

            composer = load_composer(choices.composer)
            if words.spans is not None:
                timed = composer.compose_timed(
                    backing,
                    words.lyrics,
                    words.spans,
                    low_midi=low_midi,
                    high_midi=high_midi,
                    seed=choices.seed,
                )
                return timed, words.warnings
            composed = composer.compose(
                backing,
                words.lyrics,
                low_midi=low_midi,
                high_midi=high_midi,
                start_s=choices.start_s,
                seed=choices.seed,
            )
            return composed, words.warnings
        placed = place_score(words.score, backing, start_s=choices.start_s)
        sung, notices = _within_range(placed, profile)
        # As the composer does: notes carry the backing's tuning, so that the voice agrees with it.
        return transpose(sung, backing.tuning_cents / 100.0), (*words.warnings, *notices)


def _within_range(score: Score, profile: VoiceProfile) -> tuple[Score, tuple[str, ...]]:
    moved, octaves = fit_range(score, low_midi=profile.low_midi, high_midi=profile.high_midi)
    if octaves == 0:
        return moved, ()
    how = f"{abs(octaves)} octave{'s' if abs(octaves) > 1 else ''} {'higher' if octaves > 0 else 'lower'}"
    return moved, (f"the score is sung {how} than written, where the voice {profile.id} is at home",)


def call_singer(profile: VoiceProfile, choices: Choices, languages: tuple[str, ...], clock: StageClock) -> Singer:
    """Stage `voice`: the licence and the model, before any long work that a refusal would waste.

    languages: every one that will be sung.
    """
    with clock.stage("voice"):
        return open_voice(profile, choices.use(languages), vocoder=choices.vocoder)


def perform_score(score: Score, choices: Choices, clock: StageClock) -> Performance:
    """Stage `perform`: how the score is sung."""
    with clock.stage("perform"):
        from vocalkit.synth.perform import perform

        return perform(score, seed=choices.seed)


def sing_performance(performance: Performance, singer: Singer, choices: Choices, clock: StageClock) -> Vocal:
    """Stage `sing`: the sound, dry mono from sample 0."""
    with clock.stage("sing") as progress:
        from vocalkit.synth.sing import sing

        return sing(performance, singer.voice, singer.model, singer.vocoder, seed=choices.seed, progress=progress)


def warnings_about(backing: Backing, choices: Choices) -> tuple[str, ...]:
    """What the user should know about the backing before they wonder at the result."""
    found = []
    if backing.lead_voice >= LEAD_VOICE_WARNING:
        found.append("someone seems to sing on this track already; the new vocal will be on top of them")
    if backing.beat_confidence < BEAT_CONFIDENCE_WARNING and choices.tempo_bpm is None:
        found.append(
            f"the beat is hard to hear (taken as {backing.tempo_map.bpm:.1f} BPM); give --tempo if you know it"
        )
    return tuple(found)


def warnings_of(score: ImportedScore | Score | None) -> tuple[str, ...]:
    """What could not be kept of a score file."""
    return score.warnings if isinstance(score, ImportedScore) else ()


def dry_stem(audio: Audio, frames: int) -> tuple[Audio, float]:
    """The sung sound cut or filled to `frames` samples, and the gain that keeps its peaks under full scale.

    A voice may sing past full scale before anything has mixed it, and PCM files cannot hold that;
    the gain is 1 where it fits.
    """
    peak = float(np.max(np.abs(audio.samples), initial=0.0))
    gain = min(1.0, HIGHEST_DRY_PEAK / peak) if peak > 0 else 1.0
    samples = np.zeros((audio.channels, frames), np.float32)
    kept = min(frames, audio.frames)
    np.multiply(audio.samples[:, :kept], np.float32(gain), out=samples[:, :kept])
    samples.flags.writeable = False
    return Audio(samples, audio.sample_rate), gain
