"""A part of a finished song again: its tune, its singing, its samples; everything else stays as it was.

The samples outside the part are those of the earlier dry stem, with the watermark they have. The part is sung under a
licence asked for now and carries that one's mark; the new files name both marks. See docs/adr/0010.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from vocalkit.audio import read, resample
from vocalkit.consent.reasons import refuse
from vocalkit.errors import InputError
from vocalkit.pipelines.add_vocals import Render, call_singer, perform_score
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.control import Asked, with_control
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.earlier import Earlier, read_render
from vocalkit.pipelines.harmony import HIGHEST_DRY_PEAK
from vocalkit.pipelines.labelling import sha256_of
from vocalkit.pipelines.part import Part, find_part
from vocalkit.pipelines.publish import check_target
from vocalkit.pipelines.render_folder import Release, publish
from vocalkit.pipelines.report import Heard, Loudness, Report, SungSection
from vocalkit.pipelines.stages import StageClock, peak_memory_bytes
from vocalkit.pipelines.tunes import assumptions, wishes_for, with_energy
from vocalkit.pipelines.voices import Singer, choose_voice
from vocalkit.protocols import Progress, silent
from vocalkit.synth.splice import CROSSFADE_S, Spliced, splice, splice_sound
from vocalkit.types import Audio, Lyrics, Reference, Score, Sliders, Vocal, Wishes
from vocalkit.types.control import family

MOST_KEPT_MARKS = 32
"""So many renders may lie one on another; a claim's text has room for no more."""


@dataclass(frozen=True, slots=True)
class Retake:
    """What is to be sung again. part: as the user names it; seed: None for one the song has not had; keep_tune: sing
    the same notes again; instrumental: where it lies now, None: where it lay; asked: wishes for the part."""

    part: str
    seed: int | None = None
    keep_tune: bool = False
    best_of: int = 4
    instrumental: Path | None = None
    asked: Asked = Asked()  # noqa: RUF009  (frozen)


def retake_folder(folder: Path, out: Path, request: Retake, *, progress: Progress = silent) -> tuple[Render, Report]:
    """Sing a part of the render in `folder` again and write the whole song to `out`, which may be `folder`.

    Raises InputError for a part that is not there and a render that cannot be kept, ConsentError where the voice may
    no longer be sung with, or is under another grant than the one the rest of the song was sung under.
    """
    from threadpoolctl import threadpool_limits

    check_target(out)
    desk, clock = open_desk(), StageClock(progress)
    with clock.stage("read"):
        earlier = read_render(folder, desk.registry)
        part = find_part(request.part, earlier.performance.notes, earlier.sections)
        instrumental = _instrumental(earlier, request.instrumental)
    choices = with_control(_choices(earlier, request), request.asked, clock)
    with threadpool_limits(1):
        render = _retaken(earlier, part, instrumental, request, choices, clock)
    arguments = dict(earlier.arguments) | {"retakes": [*earlier.arguments.get("retakes", ()), render.report.retake]}
    release = Release(earlier.form, earlier.materials, arguments)
    return render, publish(render, out, release, desk=desk, progress=progress)


def _retaken(
    earlier: Earlier, part: Part, instrumental: Audio, request: Retake, choices: Choices, clock: StageClock
) -> Render:
    singer = call_singer(choose_voice(choices.voice), choices, earlier.performance.languages, clock)
    _check_grant(singer, earlier)
    with clock.stage("compose"):
        score, notices, seed = _rewritten(earlier, part, request, choices)
    # How strongly the whole song is sung was chosen with it; what is asked now is about the part's tune.
    choices = replace(choices, seed=seed, wishes=_choices(earlier, request).wishes)
    before, after = _kept(earlier.score, score, part)
    spliced = splice(earlier.performance, perform_score(score, choices, clock), before=before, after=after)
    sung_s, dry, vocal, louder = _sung(earlier, spliced, singer, choices, clock)
    with clock.stage("mix"):
        from vocalkit.mix import mix_vocals

        mix = mix_vocals(instrumental, vocal, spliced.performance, master=choices.master)
    from vocalkit.melody.quality import take_report

    profile = singer.voice.profile
    quality = take_report(score, earlier.backing, low_midi=profile.low_midi, high_midi=profile.high_midi)
    report = Report(
        seed=choices.seed,
        provenance=mix.provenance,
        language=score.language,
        notes=len(score.notes),
        use=singer.voice.request,
        stages=clock.times,
        peak_memory_bytes=peak_memory_bytes(),
        heard=Heard.of(earlier.backing),
        loudness=Loudness.of(mix),
        dry_gain=earlier.report["dry_gain"],
        warnings=(*choices.notices, *notices, *louder, *assumptions(score, quality, earlier.backing)),
        sections=SungSection.of(score, earlier.lyrics) if earlier.sections else (),
        quality=quality,
        retake=_told(earlier, part, spliced, choices.seed),
    )
    whole = _as_long(dry, mix.audio.frames)
    return Render(
        score,
        spliced.performance,
        whole,
        mix.provenance,
        report,
        singer.voice,
        mix,
        earlier.backing,
        sung_s=sung_s,
    )


def _check_grant(singer: Singer, earlier: Earlier) -> None:
    grant = singer.voice.grant
    if grant.grant_id != earlier.provenance.grant_id or grant.model_sha256 != earlier.provenance.model_sha256:
        raise refuse(
            "other_grant",
            f"the voice {grant.voice_id!r} now sings under another grant, or with another model, than this render was "
            "made with; render the song again",
        )


def _rewritten(earlier: Earlier, part: Part, request: Retake, choices: Choices) -> tuple[Score, tuple[str, ...], int]:
    """The score with the part's new notes, what is to be told about it, and the seed it came from."""
    old = earlier.score
    if request.keep_tune or not earlier.is_composed:
        own = () if request.keep_tune else ("the melody is your own, so the part is sung again to the same notes",)
        return old, own, choices.seed
    from vocalkit.melody.backends import load_composer
    from vocalkit.melody.quality import TakeReport, take_report
    from vocalkit.melody.retake import NEW_ENOUGH, Task, retake
    from vocalkit.melody.sliders import compose_settings

    profile, lyrics, backing = choose_voice(choices.voice), earlier.lyrics, earlier.backing
    low_midi, high_midi = profile.low_midi, profile.high_midi
    kind = _kind_at(earlier, part.syllables.start)
    before = wishes_for(lyrics, _choices(earlier, request))
    asked = bool(request.asked.prompt or request.asked.sliders or request.asked.reference)
    wishes = _for_part(before, choices.wishes, kind, lyrics) if asked else before
    settings = compose_settings(wishes)
    composer = load_composer(choices.composer, settings)
    lines = tuple(count for section in earlier.sections for count in section.lines)

    def write(seed: int) -> Score:
        return composer.compose(
            backing, lyrics, low_midi=low_midi, high_midi=high_midi, start_s=choices.start_s, seed=seed
        )

    def judge(score: Score) -> TakeReport:
        return take_report(score, backing, low_midi=low_midi, high_midi=high_midi)

    task = Task(old, backing, part.syllables, lines, low_midi, high_midi, settings.of(kind))
    taken = retake(task, write, judge, seed=choices.seed, best_of=request.best_of)
    told: tuple[str, ...] = ()
    if taken.distance < NEW_ENOUGH:
        told = (f"the part has little room to differ: {taken.distance:.0%} of its steps are new; try a longer one",)
    stronger = Sliders(energy=min(1.0, max(-1.0, wishes.of(kind).energy - before.song.energy)))
    return with_energy(taken.score, Wishes(kinds=((kind, stronger),))), told, taken.seed


def _for_part(before: Wishes, asked: Wishes, kind: str, lyrics: Lyrics) -> Wishes:
    """The song's wishes, and what was asked for the part on sections of its kind: all else must lie where it lay."""
    there = {family(section.kind) for section in lyrics.sections}
    kinds = {name: before.of(name) for name in sorted(there)} | {kind: asked.of(kind)}
    return Wishes(Sliders(), tuple(kinds.items()), before.feel)


def _kind_at(earlier: Earlier, syllable: int) -> str:
    at = 0
    for section in earlier.lyrics.sections:
        at += section.syllable_count
        if syllable < at:
            return family(section.kind)
    return ""


def _kept(old: Score, new: Score, part: Part) -> tuple[int, int]:
    """How many notes before the part, and after it, are those of the old score."""
    from vocalkit.melody.retake import groups

    sung = groups(old.notes)
    before, after = sung[part.syllables.start][0], len(old.notes) - sung[part.syllables[-1]][-1] - 1
    if (
        old.notes[:before] != new.notes[:before]
        or old.notes[len(old.notes) - after :] != new.notes[len(new.notes) - after :]
    ):
        raise AssertionError("a retake changed notes outside its part")
    return before, after


def _sung(
    earlier: Earlier, spliced: Spliced, singer: Singer, choices: Choices, clock: StageClock
) -> tuple[float, Audio, Vocal, tuple[str, ...]]:
    """Seconds sung, the dry stem with the new part, the same before its gain with both marks, and warnings."""
    from vocalkit.synth.sing import phrases_within, sing

    within_s = (spliced.start_s, spliced.end_s)
    with clock.stage("sing") as progress:
        fresh = sing(
            spliced.performance,
            singer.voice,
            singer.model,
            singer.vocoder,
            seed=choices.seed,
            within_s=within_s,
            progress=progress,
        )
        gain = float(earlier.report["dry_gain"])
        part = resample(fresh.audio, earlier.dry.sample_rate)
        peak = gain * float(np.max(np.abs(part.samples), initial=0.0))
        turned = min(1.0, HIGHEST_DRY_PEAK / peak) if peak > 0 else 1.0
        part = Audio(part.samples * np.float32(gain * turned), part.sample_rate)
        dry = splice_sound(earlier.dry, part, start_s=spliced.start_s, end_s=spliced.end_s)
    kept = (earlier.provenance.mark, *earlier.provenance.kept_marks)
    provenance = replace(fresh.provenance, kept_marks=tuple(mark for mark in kept if mark is not None))
    if len(provenance.kept_marks) > MOST_KEPT_MARKS:
        raise InputError(f"{MOST_KEPT_MARKS} retakes lie one on another already; render the song again")
    vocal = Vocal(Audio(dry.samples / np.float32(gain), dry.sample_rate), provenance)
    sung_s = sum(spans[-1].end_s - spans[0].start_s for spans in phrases_within(spliced.performance, within_s))
    softer = () if turned == 1.0 else (f"the new part is sung {-20 * np.log10(turned):.1f} dB softer to stay in range",)
    return float(sung_s), dry, vocal, softer


def _told(earlier: Earlier, part: Part, spliced: Spliced, seed: int) -> dict[str, Any]:
    """Which part was sung again: outside start_s to end_s every sample of the dry stem is the earlier one's."""
    return {
        "part": part.name,
        "start_s": round(spliced.start_s, 6),
        "end_s": round(spliced.end_s, 6),
        "crossfade_s": CROSSFADE_S,
        "syllables": [part.syllables.start, part.syllables.stop],
        "seed": seed,
        "from_render": earlier.report["render_id"],
    }


def _as_long(dry: Audio, frames: int) -> Audio:
    samples = np.zeros((1, frames), np.float32)
    kept = min(frames, dry.frames)
    samples[:, :kept] = dry.samples[:, :kept]
    samples.flags.writeable = False
    return Audio(samples, dry.sample_rate)


def _instrumental(earlier: Earlier, path: Path | None) -> Audio:
    """The instrumental, once its digest says that it is the one the song was made on."""
    known = next((item for item in earlier.materials if item.part == "instrumental"), None)
    lay = path if path is not None else Path(str(earlier.arguments.get("instrumental", "")))
    if not lay.is_file():
        name = known.name if known is not None else "the instrumental"
        raise InputError(f"{name} is no longer at {lay}; say where it is with --instrumental")
    with lay.open("rb") as file:
        digest = sha256_of(file)
    if known is not None and digest != known.sha256:
        raise InputError(f"{lay} is not the instrumental that the song was made on; give that one with --instrumental")
    return read(lay)


def _choices(earlier: Earlier, request: Retake) -> Choices:
    """What was chosen for the render, with another seed."""
    said = earlier.arguments
    last = [retake["seed"] for retake in said.get("retakes", ())]
    seed = request.seed if request.seed is not None else (earlier.report["seed"] + 1 + len(last)) % 2**32
    return Choices(
        voice=earlier.report["voice"],
        start_s=said.get("start_s"),
        language=said["language"],
        seed=seed,
        master=said["master"],
        composer=said["composer"],
        vocoder=said["vocoder"],
        purposes=tuple(said["purposes"]),
        genres=tuple(said["genres"]),
        territories=tuple(said["territories"]),
        user=said["user"],
        expression=said.get("expression", {}),
        wishes=_wishes(said.get("wishes")),
        sliders=tuple((name, value) for name, value in said.get("sliders", ())),
        reference=_reference(said.get("reference")),
    )


def _wishes(values: Mapping[str, Any] | None) -> Wishes:
    if values is None:
        return Wishes()
    kinds = tuple((kind, Sliders(**sliders)) for kind, sliders in values["kinds"])
    return Wishes(Sliders(**values["song"]), kinds, values["feel"])


def _reference(values: Mapping[str, Any] | None) -> Reference | None:
    if values is None:
        return None
    energy = tuple((place, value) for place, value in values["energy"])
    return Reference(values["tempo_bpm"], values["feel"], energy, values["range_semitones"])
