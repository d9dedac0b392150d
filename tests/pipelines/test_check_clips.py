"""Recordings looked over before they are enrolled: faults by clip, phonemes by number, and what to read next."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from tests.speaking import speak
from vocalkit.audio import write_wav
from vocalkit.cli.main import main
from vocalkit.errors import InputError
from vocalkit.pipelines.check_clips import NOT_FOUND, check_clips, prompt_languages, read_prompts
from vocalkit.pipelines.enrolment_clips import align_clips, phonemes_of, read_clips, usable
from vocalkit.protocols import silent
from vocalkit.synth.build_inventory import build_inventory
from vocalkit.types import Audio
from vocalkit.voice.backends import load_aligner
from vocalkit.voice.coverage import choose, count_phonemes, coverage, enough

SPOKEN = {"en": "en-us", "de": "de", "es": "es", "ja": "ja"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Eight German sentences said by espeak, one of them very quiet, one with another's text; and a table of texts."""
    home = tmp_path_factory.mktemp("clips")
    prompts = read_prompts("de")[:8]
    rows = []
    for number, prompt in enumerate(prompts):
        sound = speak(prompt.text, voice="de", seed=number, words_a_minute=130)
        samples = sound.samples * np.float32(0.004 if number == 1 else 1.0)
        write_wav(home / f"{prompt.name}.wav", Audio(samples, sound.sample_rate))
        rows.append(f"{prompt.name}|{prompts[0].text if number == 2 else prompt.text}")
    (home / "texts.txt").write_text("\n".join(rows), encoding="utf-8")
    return home


@pytest.mark.parametrize("language", sorted(SPOKEN))
def test_the_sentences_say_every_phoneme_often_enough(language: str) -> None:
    prompts = read_prompts(language)
    words = phonemes_of({p.name: p.text for p in prompts}, language=SPOKEN[language])
    said = count_phonemes(words.values())
    rare = {entry.symbol: entry.count for entry in coverage(said, said) if entry.missing}
    assert len(rare) <= 6, rare
    assert len({prompt.text for prompt in prompts}) == len(prompts) >= 30
    first = count_phonemes(words[prompts[index].name] for index in choose(list(words.values()), {}, most=10))
    assert len(first) >= 0.85 * len(said)


def test_unknown_languages_name_the_known_ones() -> None:
    assert prompt_languages() == tuple(sorted(SPOKEN))
    assert read_prompts("es-419") == read_prompts("es")
    with pytest.raises(InputError, match="known: de, en, es, ja"):
        read_prompts("tlh")


def test_each_clip_is_told_what_is_wrong_with_it(folder: Path) -> None:
    report = check_clips(folder, folder / "texts.txt", language="de", aligner=load_aligner())
    faults = {clip.name: clip.faults for clip in report.clips}
    assert any("too quiet" in fault for fault in faults["de-02.wav"])
    assert faults["de-03.wav"] == (NOT_FOUND,)
    assert {clip.name for clip in report.redo} == {"de-02.wav", "de-03.wav"}
    assert 5.0 < report.good_s < 60.0
    unsaid = [entry for entry in report.coverage if entry.count == 0]
    assert unsaid and all(entry.missing == enough(entry.symbol) for entry in unsaid)
    assert report.prompts


def test_speech_of_another_language_becomes_units_of_its_own_sounds(folder: Path) -> None:
    """What enrolment does with German clips, by the default aligner."""
    clips = [
        clip for clip in usable(read_clips(folder, folder / "texts.txt", language="de")) if clip.name != "de-03.wav"
    ]
    aligned, lost = align_clips(clips, load_aligner(), silent)
    assert not lost
    units = build_inventory(aligned, minutes=5.0).units
    assert {"ʏ", "ç", "ts"} & set(units)
    assert sum(units.values()) > 60


def test_chosen_texts_fill_the_gaps_first() -> None:
    texts = [(("a", "b"),), (("a", "a"),), (("z", "i"),)]
    said = {"a": 99, "b": 99}
    assert choose(texts, said, most=2) == [2]
    assert sorted(choose(texts, {}, most=2)) == [0, 2]
    assert choose(texts, dict.fromkeys("abzi", 99), most=3) == []


def test_the_commands_print_what_was_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["voice", "prompts", "--lang", "ja"]) == 0
    assert capsys.readouterr().out.startswith("ja-01|あさ")
    table, picture = str(folder / "texts.txt"), str(folder / "coverage.png")
    pytest.importorskip("matplotlib")
    arguments = ["voice", "check", str(folder), "--transcripts", table, "--lang", "de", "--aligner", "none"]
    assert main([*arguments, "--plot", picture, "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [bool(clip["faults"]) for clip in report["clips"]] == [False, True, *[False] * 6]
    assert Path(picture).read_bytes()[:4] == b"\x89PNG"
    assert main(arguments) == 0
    assert "7 of 8 clips are good" in capsys.readouterr().out
