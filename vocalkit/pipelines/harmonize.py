"""A score sung by several voices, without a backing: the lead, its harmonies and doubles, and their mix."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from vocalkit.audio import check_encodable, read
from vocalkit.errors import InputError, ScoreError
from vocalkit.pipelines.add_vocals import (
    AddVocals,
    Render,
    add_vocals,
    call_singer,
    perform_score,
    sing_performance,
    warnings_of,
)
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.files import choices_in_json, materials_of
from vocalkit.pipelines.harmony import dry_stem, sing_others
from vocalkit.pipelines.inputs import read_own_score, read_words
from vocalkit.pipelines.place import fit_range
from vocalkit.pipelines.publish import check_target
from vocalkit.pipelines.render_folder import Release, publish, with_read_stage
from vocalkit.pipelines.report import Loudness, Report
from vocalkit.pipelines.stages import StageClock, peak_memory_bytes
from vocalkit.pipelines.voices import choose_voice
from vocalkit.pipelines.words import read_words_and_score
from vocalkit.protocols import Progress, silent
from vocalkit.score.imported import ImportedScore
from vocalkit.types import Score, SoundFormat


@dataclass(frozen=True, slots=True, eq=False)
class HarmonizeScore:
    """One request: a score, with lyrics to lay under it if it has none; `choices.harmony` says with what voices."""

    source: ImportedScore | Score
    lyrics: str | None = None
    choices: Choices = field(default_factory=Choices)

    def __post_init__(self) -> None:
        if not self.source.notes:
            raise ScoreError("there are no notes to sing")
        if not (self.choices.harmony.voices or self.choices.harmony.doubles):
            raise InputError("nothing to add: ask for at least two voices, or for doubles")


def harmonize_score(request: HarmonizeScore, *, progress: Progress = silent) -> Render:
    """Sing in the score's own time: every voice's stem, dry and as mixed, and their sum."""
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1):
        return _harmonized(request, StageClock(progress))


def _harmonized(request: HarmonizeScore, clock: StageClock) -> Render:
    choices, source = request.choices, request.source
    profile = choose_voice(choices.voice)
    words = read_words_and_score(
        request.lyrics, source, language=choices.language, lexicon=choices.lexicon, fit=choices.fit, clock=clock
    )
    if words.score is None:
        raise ScoreError("there are no notes to sing")
    singer = call_singer(profile, choices, words.score.languages, clock)
    score, octaves = fit_range(words.score, low_midi=profile.low_midi, high_midi=profile.high_midi)
    notices = (*words.warnings, *warnings_of(source))
    if octaves:
        notices += (f"the score is sung {octaves:+d} octaves from where it is written, to suit the voice {profile.id}",)
    performance = perform_score(score, choices, clock)
    # Harmonies first: a range that leaves them no room is told before the long work of the lead.
    others, told = sing_others(score, profile, singer, choices.harmony, seed=choices.seed, clock=clock)
    vocal = sing_performance(performance, singer, choices, clock)
    rate = vocal.audio.sample_rate
    with clock.stage("mix"):
        from vocalkit.mix import mix_choir

        mix = mix_choir(vocal, performance, [other.placed for other in others], sample_rate=rate)
    dry, dry_gain = dry_stem(vocal.audio, mix.audio.frames)
    report = Report(
        seed=choices.seed,
        provenance=mix.provenance,
        language=score.language,
        notes=len(score.notes),
        use=singer.voice.request,
        stages=clock.times,
        peak_memory_bytes=peak_memory_bytes(),
        loudness=Loudness.of(mix),
        dry_gain=dry_gain,
        warnings=(*notices, *told),
    )
    takes = tuple(other.take(rate, mix.audio.frames) for other in others)
    return Render(score, performance, dry, mix.provenance, report, singer.voice, mix, None, takes)


def harmonize_file(
    source: Path,
    out: Path,
    *,
    lyrics: Path | None = None,
    backing: Path | None = None,
    choices: Choices = Choices(),  # noqa: B008  (frozen)
    form: SoundFormat = "wav",
    progress: Progress = silent,
) -> tuple[Render, Report]:
    """Read a score, sing it in several voices, and write the folder `out`.

    backing: a track to sing it on: its beats carry the notes, and its chords the harmony.
    """
    check_target(out)
    choose_voice(choices.voice)
    clock = StageClock(progress)
    with clock.stage("read"):
        words = None if lyrics is None else read_words(lyrics)
        own = read_own_score(source, choices.reading)
        track = None if backing is None else read(backing)
        if track is not None:
            check_encodable(form, track.sample_rate)
        request = HarmonizeScore(own, words, choices)
        materials = materials_of({"instrumental": backing, "melody": source, "lyrics": lyrics}, words)
    if track is None:
        render = harmonize_score(request, progress=progress)
    else:
        render = add_vocals(AddVocals(track, words, own, choices), progress=progress)
    arguments = {"command": "harmonize", "score": source, "lyrics": lyrics, "instrumental": backing}
    release = Release(form, materials, choices_in_json(arguments, choices) | {"format": form})
    return render, publish(with_read_stage(render, clock), out, release, desk=open_desk(), progress=progress)
