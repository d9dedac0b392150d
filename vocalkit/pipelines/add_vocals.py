"""A song from an instrumental and lyrics: analyze, parse, compose, perform, sing, mix."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from vocalkit.audio import check_backing, resample
from vocalkit.consent import LicensedVoice
from vocalkit.errors import InputError
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.harmony import OtherTake, dry_stem, sing_others
from vocalkit.pipelines.place import fit_range, place_score, transpose
from vocalkit.pipelines.report import Heard, Loudness, Report
from vocalkit.pipelines.stages import StageClock, peak_memory_bytes
from vocalkit.pipelines.tunes import Tune, compose_tunes, own_tune, perform_settings
from vocalkit.pipelines.voices import Singer, choose_voice, open_voice
from vocalkit.pipelines.words import Words, read_words_and_score
from vocalkit.protocols import Progress, silent
from vocalkit.score.imported import ImportedScore
from vocalkit.types import (
    Audio,
    Backing,
    Mix,
    Performance,
    Provenance,
    Score,
    TimedLyrics,
    Vocal,
    VoiceProfile,
)

LEAD_VOICE_WARNING = 0.5
BEAT_CONFIDENCE_WARNING = 0.4


@dataclass(frozen=True, slots=True, eq=False)
class AddVocals:
    """One request: lyrics as text or with times, a score with words, a score to lay lyrics under, or a performance.

    given: bars of a melody for the first of the lyrics, from which it goes on; performance: sung at its own times on
    the backing, with its own pitch; it has its words already.
    """

    backing: Audio
    lyrics: str | TimedLyrics | None = None
    score: ImportedScore | Score | None = None
    choices: Choices = Choices()  # noqa: RUF009  (frozen)
    given: ImportedScore | None = None
    performance: Performance | None = None

    def __post_init__(self) -> None:
        if self.performance is not None and (self.lyrics is not None or self.score is not None):
            raise InputError("a performance has its words and notes already; leave the lyrics and the score out")
        if self.performance is not None and not self.performance.notes:
            raise InputError("there are no notes to sing in the performance")
        if self.lyrics is None and self.score is None and self.performance is None:
            raise InputError("nothing to sing: give lyrics, a score, or both")
        if self.given is not None and (not isinstance(self.lyrics, str) or self.score is not None):
            raise InputError("to go on from given bars, give all the lyrics of the song as text, and no other score")
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

    dry: mono, unmixed, as long as the mix; mix, backing: None without a backing; others: harmonies and doubles;
    sung_s: seconds sung for it where that is not all of it, as after a retake.
    """

    score: Score | None
    performance: Performance
    dry: Audio
    provenance: Provenance
    report: Report
    voice: LicensedVoice
    mix: Mix | None = None
    backing: Backing | None = None
    others: tuple[OtherTake, ...] = ()
    sung_s: float | None = None


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


def add_variations(request: AddVocals, count: int, *, progress: Progress = silent) -> Iterator[Render]:
    """Truly different takes of one song, best first, each sung under a licence of its own.

    Each can be had again by `add_vocals` with the seed in its report.
    """
    from threadpoolctl import threadpool_limits

    check_backing(request.backing)
    clock = StageClock(progress)
    with threadpool_limits(1):
        profile, words = _prepared(request, clock)
        singer: Singer | None = call_singer(profile, request.choices, _languages(words), clock)
        backing = listen(request.backing, request.choices, clock)
        for tune in set_takes(backing, words, profile, request.choices, clock, count=count):
            own = StageClock(progress)
            if singer is None:
                singer = call_singer(profile, request.choices, _languages(words), own)
            render = _sung(request, tune, backing, singer, own)
            # One licence, one render: it is by its mark that each is known.
            singer = None
            yield replace(render, report=replace(render.report, stages=clock.times + render.report.stages))


def _add_vocals(request: AddVocals, clock: StageClock) -> Render:
    if request.performance is not None:
        return _performed(request.performance, request, clock)
    profile, words = _prepared(request, clock)
    singer = call_singer(profile, request.choices, _languages(words), clock)
    backing = listen(request.backing, request.choices, clock)
    tune = set_words(backing, words, profile, request.choices, clock)
    return _sung(request, tune, backing, singer, clock)


def _prepared(request: AddVocals, clock: StageClock) -> tuple[VoiceProfile, Words]:
    choices = request.choices
    profile = choose_voice(choices.voice)
    words = read_words_and_score(
        request.lyrics, request.score, language=choices.language, lexicon=choices.lexicon, fit=choices.fit, clock=clock
    )
    return profile, replace(words, given=request.given)


def _performed(given: Performance, request: AddVocals, clock: StageClock) -> Render:
    """A performance on the backing, as it is."""
    choices = request.choices
    profile = choose_voice(choices.voice)
    singer = call_singer(profile, choices, given.languages, clock)
    backing = listen(request.backing, choices, clock)
    tune = own_tune(_score_of(given, backing), backing, Words(None, None), profile, choices, ())
    return _sung(request, tune, backing, singer, clock)


def _sung(request: AddVocals, tune: Tune, backing: Backing, singer: Singer, clock: StageClock) -> Render:
    """A tune sung and mixed; the take's own seed is the performance's too."""
    choices, score = replace(request.choices, seed=tune.seed), tune.score
    performance = request.performance or perform_score(score, choices, clock)
    vocal = sing_performance(performance, singer, choices, clock)
    others, told = sing_others(score, singer.voice.profile, singer, choices.harmony, seed=choices.seed, clock=clock)
    with clock.stage("mix"):
        from vocalkit.mix import mix_vocals

        vocal = replace(vocal, audio=resample(vocal.audio, request.backing.sample_rate))
        mix = mix_vocals(
            request.backing, vocal, performance, master=choices.master, harmonies=[other.placed for other in others]
        )
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
        warnings=(
            *warnings_about(backing, choices), *warnings_of(request.score), *choices.notices, *tune.warnings, *told
        ),
        sections=tune.sections,
        quality=tune.report,
    )  # fmt: skip
    takes = tuple(other.take(request.backing.sample_rate, mix.audio.frames) for other in others)
    return Render(score, performance, dry, mix.provenance, report, singer.voice, mix, backing, takes)


def _score_of(performance: Performance, backing: Backing) -> Score:
    """The notes of a performance on the backing's beats and chords, at their own times."""
    return Score(
        performance.notes, backing.tempo_map, backing.key, backing.chords, backing.sections, performance.language
    )


def _languages(words: Words) -> tuple[str, ...]:
    """What will be sung in: the words under the user's own notes, or those to be set."""
    sung = words.lyrics if words.score is None else words.score
    if sung is None:
        raise InputError("nothing to sing: give lyrics, a score, or both")
    return sung.languages


def listen(audio: Audio, choices: Choices, clock: StageClock) -> Backing:
    """Stage `analyze`: what is heard in the backing, following what the user says of it."""
    with clock.stage("analyze") as progress:
        from vocalkit.backing import analyze

        return analyze(audio, tempo_bpm=choices.tempo_bpm, key=choices.key, given=choices.known, progress=progress)


def set_words(backing: Backing, words: Words, profile: VoiceProfile, choices: Choices, clock: StageClock) -> Tune:
    """Stage `compose`: a melody for the words, or the user's score on the backing's beats."""
    return set_takes(backing, words, profile, choices, clock, count=1)[0]


def set_takes(
    backing: Backing, words: Words, profile: VoiceProfile, choices: Choices, clock: StageClock, *, count: int
) -> tuple[Tune, ...]:
    """Stage `compose`: `count` melodies for the words, best first; a user's own score is the only one there is."""
    with clock.stage("compose"):
        if words.score is None:
            return compose_tunes(backing, words, profile, choices, count=count)
        if count > 1:
            raise InputError("variations are of a melody that is written here; with a score of your own leave them out")
        placed = place_score(words.score, backing, start_s=choices.start_s)
        sung, notices = _within_range(placed, profile)
        # As the composer does: notes carry the backing's tuning, so that the voice agrees with it.
        tuned = transpose(sung, backing.tuning_cents / 100.0)
        return (own_tune(tuned, backing, words, profile, choices, notices),)


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

        return perform(score, seed=choices.seed, settings=perform_settings(choices.wishes, choices.expression))


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
    if backing.beat_confidence < BEAT_CONFIDENCE_WARNING and choices.tempo_bpm is None and not backing.assumed:
        found.append(f"the beat is hard to hear (taken as {backing.tempo_bpm:.1f} BPM); give --tempo if you know it")
    return (*found, *backing.assumed)


def warnings_of(score: ImportedScore | Score | None) -> tuple[str, ...]:
    """What could not be kept of a score file."""
    return score.warnings if isinstance(score, ImportedScore) else ()
