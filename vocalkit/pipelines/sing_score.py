"""A score or an edited performance, sung dry, without a backing."""

from __future__ import annotations

from dataclasses import dataclass, field

from vocalkit.errors import ScoreError
from vocalkit.pipelines.add_vocals import Render, call_singer, perform_score, sing_performance, warnings_of
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.harmony import dry_stem
from vocalkit.pipelines.place import fit_range
from vocalkit.pipelines.report import Report
from vocalkit.pipelines.stages import StageClock, peak_memory_bytes
from vocalkit.pipelines.voices import Singer, choose_voice
from vocalkit.pipelines.words import read_words_and_score
from vocalkit.protocols import Progress, silent
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Performance, Score, Vocal, VoiceProfile


@dataclass(frozen=True, slots=True, eq=False)
class SingScore:
    """One request: a score (with lyrics to lay under it, if it has none), or a performance."""

    source: ImportedScore | Score | Performance
    lyrics: str | None = None
    choices: Choices = field(default_factory=Choices)

    def __post_init__(self) -> None:
        if isinstance(self.source, Performance) and self.lyrics is not None:
            raise ScoreError("a performance has its words already; leave --lyrics out, or sing the score instead")
        if not self.source.notes:
            raise ScoreError("there are no notes to sing")


def sing_score(request: SingScore, *, progress: Progress = silent) -> Render:
    """Sing in the score's own time: the dry stem, its score and its performance."""
    from threadpoolctl import threadpool_limits

    clock = StageClock(progress)
    profile = choose_voice(request.choices.voice)
    with threadpool_limits(1):
        singer, score, performance, vocal, notices = _sung(request, profile, clock)
    dry, dry_gain = dry_stem(vocal.audio, vocal.audio.frames)
    report = Report(
        seed=request.choices.seed,
        provenance=vocal.provenance,
        language=performance.language,
        notes=len(performance.notes),
        use=singer.voice.request,
        stages=clock.times,
        peak_memory_bytes=peak_memory_bytes(),
        dry_gain=dry_gain,
        warnings=notices,
    )
    return Render(score, performance, dry, vocal.provenance, report, singer.voice)


def _sung(
    request: SingScore, profile: VoiceProfile, clock: StageClock
) -> tuple[Singer, Score | None, Performance, Vocal, tuple[str, ...]]:
    choices, source = request.choices, request.source
    if isinstance(source, Performance):
        singer = call_singer(profile, choices, source.languages, clock)
        source = _changed(source, choices)
        return singer, None, source, sing_performance(source, singer, choices, clock), ()
    words = read_words_and_score(
        request.lyrics, source, language=choices.language, lexicon=choices.lexicon, fit=choices.fit, clock=clock
    )
    score = words.score
    if score is None:
        raise ScoreError("there are no notes to sing")
    singer = call_singer(profile, choices, score.languages, clock)
    score, octaves = fit_range(score, low_midi=profile.low_midi, high_midi=profile.high_midi)
    notices = (*words.warnings, *warnings_of(source))
    if octaves:
        notices += (f"the score is sung {octaves:+d} octaves from where it is written, to suit the voice {profile.id}",)
    performance = perform_score(score, choices, clock)
    return singer, score, performance, sing_performance(performance, singer, choices, clock), notices


def _changed(performance: Performance, choices: Choices) -> Performance:
    """The performance with what is wished for the whole song laid on every note."""
    if not choices.expression:
        return performance
    from vocalkit.synth.perform_settings import change_of
    from vocalkit.synth.retouch import retouch

    return retouch(performance, [change_of(choices.expression)] * len(performance.notes))
