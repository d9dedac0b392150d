"""Sing and gather the voices that the watermark is measured on, before any mark is in them.

    python recipes/watermark/prepare.py --shared ../shared/data --work work/watermark

Our own singer on many scores (the singer's own path but for its last step, which marks), vowels held
for a minute, and recordings of people. Takes up where an earlier run ended.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from plan import Plan, read_plan

from vocalkit.audio import read, resample, write_wav
from vocalkit.consent import Use
from vocalkit.errors import VocalkitError
from vocalkit.lyrics import phonemize_underlay
from vocalkit.pipelines.place import fit_range
from vocalkit.pipelines.voices import Singer, choose_voice, open_voice
from vocalkit.score import in_seconds, lay_words
from vocalkit.score.read import read_sheet
from vocalkit.synth.perform import perform
from vocalkit.synth.performance_json import performance_to_json
from vocalkit.synth.sing import cut, split_phrases
from vocalkit.types import Audio, Note, Performance, Score, Syllable, TempoMap
from vocalkit.units import seconds_to_frames

RATE = 44_100


def unmarked(performance: Performance, singer: Singer, *, seed: int) -> Audio:
    """What `vocalkit.synth.sing.sing` makes before it embeds the mark."""
    rate = singer.model.sample_rate
    stem = np.zeros(seconds_to_frames(performance.duration_s, rate) + rate, np.float32)
    for spans in split_phrases(performance.spans):
        part, first = cut(performance, spans)
        sound = singer.vocoder.synthesize(singer.model.features(part, seed=seed + first), seed=seed + first).samples[0]
        at = seconds_to_frames(first * performance.hop_s, rate)
        room = min(sound.size, stem.size - at)
        stem[at : at + room] += sound[:room]
    return Audio(stem[None, :], rate)


def keep(name: str, audio: Audio, work: Path, performance: Performance | None = None) -> None:
    if performance is not None:
        (work / f"{name}.json").write_text(performance_to_json(performance), encoding="utf-8")
    write_wav(work / f"{name}.wav", audio, bit_depth=32)
    print(f"{name}: {audio.duration_s:.0f} s", flush=True)


def score_of(path: Path, singer: Singer) -> Score:
    imported = in_seconds(read_sheet(path))
    score = lay_words(imported, phonemize_underlay(imported.words, language=imported.language))
    profile = singer.voice.profile
    return fit_range(score, low_midi=profile.low_midi, high_midi=profile.high_midi)[0]


def sing_scores(plan: Plan, shared: Path, work: Path, singers: list[Singer]) -> None:
    every = sorted([*(shared / "scores/leadsheets").glob("*.mxl"), *(shared / "scores/lieder").glob("*.mxl")])
    order = np.random.default_rng(plan.seed).permutation(len(every))
    held_out = (every[index] for index in order if every[index].stem not in plan.tuned_on)
    number = 0
    for path in held_out:
        if number == plan.sung:
            return
        name = f"sung-{number:02d}"
        if not (work / f"{name}.wav").exists():
            singer = singers[number % len(singers)]
            try:
                performance = perform(score_of(path, singer), seed=number)
            except VocalkitError as error:
                print(f"{path.stem}: left out: {error}", flush=True)
                continue
            if not plan.shortest_s <= performance.duration_s <= plan.longest_s:
                continue
            keep(name, unmarked(performance, singer, seed=number), work, performance)
        number += 1


def hold_vowels(plan: Plan, work: Path, singers: list[Singer]) -> None:
    for singer in singers:
        profile = singer.voice.profile
        for vowel in plan.vowels:
            name = f"vowel-{profile.id}-{vowel}"
            if (work / f"{name}.wav").exists():
                continue
            note = Note(0.5, 62.5, (profile.low_midi + profile.high_midi) / 2, Syllable(vowel, (vowel,), 2))
            performance = perform(Score((note,), TempoMap.constant(80.0, duration_s=64.0)), seed=1)
            keep(name, unmarked(performance, singer, seed=1), work, performance)


def gather(name: str, paths: list[Path], count: int, plan: Plan, work: Path) -> None:
    """Recordings one after the other, a minute and a bit in each of `count` files."""
    recordings = iter(paths)
    for number in range(count):
        parts: list[np.ndarray] = []
        while sum(part.size for part in parts) < plan.shortest_s * RATE:
            parts.append(resample(read(next(recordings)), RATE).mono())
        keep(f"{name}-{number:02d}", Audio(np.concatenate(parts)[None, :], RATE), work)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    arguments = parser.parse_args()
    plan, shared = read_plan(), arguments.shared
    work = arguments.work / "hosts"
    work.mkdir(parents=True, exist_ok=True)
    singers = [
        open_voice(choose_voice(voice), Use.of_song(purposes=("research",), languages=("en-us",)), vocoder="world")
        for voice in plan.voices
    ]
    songs = sorted((shared / "singing/pjs").glob("*/*_song.flac"))
    gather("pjs", [path for path in songs if int(path.stem[3:6]) >= plan.first_pjs], plan.pjs, plan, work)
    gather("spoken", sorted((shared / "speech/kathleen").rglob("*.flac")), plan.spoken, plan, work)
    hold_vowels(plan, work, singers)
    sing_scores(plan, shared, work, singers)


if __name__ == "__main__":
    main()
