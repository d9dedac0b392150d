"""The whole chain on a short song, with the voices that ship."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.pipelines.made import short_render
from vocalkit.audio import read
from vocalkit.errors import InputError, LyricsError, ScoreError
from vocalkit.pipelines import figures
from vocalkit.pipelines.add_vocals import AddVocals, Render, add_vocals, dry_stem, sing_performance, warnings_about
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.files import add_vocals_to_file, compose_file, sing_file
from vocalkit.pipelines.publish import RENDER_TEXTS
from vocalkit.pipelines.sing_score import SingScore, sing_score
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.voices import choose_voice, every_voice, open_voice
from vocalkit.provenance import read_tags
from vocalkit.types import Audio, Key, TempoMap

STAGES = ("read", "parse", "voice", "analyze", "compose", "perform", "sing", "mix", "publish")


@pytest.fixture(scope="module")
def rendered(short_song, tmp_path_factory: pytest.TempPathFactory) -> Path:  # type: ignore[no-untyped-def]
    """An unmastered render of the short song."""
    out = tmp_path_factory.mktemp("rendered") / "song"
    choices = Choices(master=False, seed=3)
    add_vocals_to_file(short_song.backing, out, lyrics=short_song.words, choices=choices)
    return out


@pytest.fixture(scope="module")
def render(short_song) -> Render:  # type: ignore[no-untyped-def]
    return add_vocals(AddVocals(read(short_song.backing), short_song.words.read_text()))


def test_there_is_a_high_and_a_low_voice() -> None:
    voices = every_voice()
    assert len({voice.id for voice in voices}) == len(voices) >= 2
    middles = [(voice.low_midi + voice.high_midi) / 2 for voice in voices]
    assert max(middles) - min(middles) >= 7
    assert choose_voice(None) == voices[0]
    with pytest.raises(InputError, match=f"known: {voices[0].id}"):
        choose_voice("nobody")


def test_the_folder_holds_what_it_should(rendered: Path) -> None:
    sounds = ("mix.wav", "vocals.wav", "vocals_dry.wav")
    assert sorted(path.name for path in rendered.iterdir()) == sorted((*sounds, *RENDER_TEXTS))


def test_stems_line_up_and_add_up(rendered: Path, short_song) -> None:  # type: ignore[no-untyped-def]
    backing = read(short_song.backing)
    mix, vocals, dry = (figures.sound(rendered / name) for name in ("mix.wav", "vocals.wav", "vocals_dry.wav"))
    report = figures.load_report(rendered)
    assert figures.aligned(backing, mix, vocals, dry)
    assert mix.frames - backing.frames <= 5 * backing.sample_rate
    assert mix.channels == backing.channels
    assert figures.residual_dbfs(mix, backing, vocals, backing_gain=report["backing_gain"]) < -90
    assert np.abs(dry.samples).max() > 0.01


def test_notes_start_on_the_grid_and_vowels_on_notes(rendered: Path) -> None:
    performance, report = figures.load_performance(rendered), figures.load_report(rendered)
    assert figures.on_grid(performance, TempoMap(np.array(report["heard"]["beats_s"]))) == 1.0
    assert figures.planned_onsets(performance).p95_ms < 40


def test_the_report_tells_everything(rendered: Path, short_song) -> None:  # type: ignore[no-untyped-def]
    report = json.loads((rendered / "report.json").read_text())
    assert tuple(report["stages_s"]) == STAGES
    assert report["total_s"] == pytest.approx(sum(report["stages_s"].values()), abs=0.01)
    assert report["seed"] == 3
    assert report["arguments"]["instrumental"] == str(short_song.backing)
    assert report["mastered"] is False
    assert abs(report["tempo_bpm"] - 120) < 1
    assert report["peak_memory_bytes"] > 5e7
    assert all(report[name] for name in ("versions", "grant_id", "models", "label", "key", "credit", "heard"))


def test_every_sound_says_where_it_comes_from(rendered: Path) -> None:
    for name, content in (("mix.wav", "mix"), ("vocals.wav", "stem"), ("vocals_dry.wav", "stem")):
        with (rendered / name).open("rb") as file:
            tags = read_tags(file, "wav")
        assert tags is not None
        assert tags.content == content
        assert "AI" in tags.provenance.label


def test_the_master_is_loud_and_has_headroom(render: Render) -> None:
    assert render.mix is not None
    lufs, dbtp = figures.levels(render.mix.audio)
    assert lufs == pytest.approx(-14, abs=0.5)
    assert dbtp <= -1.0
    assert 0 <= render.mix.vocal_lift_lu <= 3


def test_one_licence_gives_the_same_bits() -> None:
    """Under one licence there is one mark, so nothing at all may differ."""
    singer = open_voice(choose_voice(None), Choices().use(("en-us",)), vocoder="world")
    performance = short_render().performance
    vocals = [sing_performance(performance, singer, Choices(), StageClock()) for _ in range(2)]
    assert np.array_equal(vocals[0].audio.samples, vocals[1].audio.samples)


def test_a_seed_is_a_take(short_song, render: Render) -> None:  # type: ignore[no-untyped-def]
    request = AddVocals(read(short_song.backing), short_song.words.read_text())
    again = add_vocals(request)
    other = add_vocals(replace(request, choices=Choices(seed=1)))
    assert again.mix is not None
    assert render.mix is not None
    assert figures.same_but_for_marks(again.dry, render.dry)
    assert not figures.same_but_for_marks(other.dry, render.dry)
    assert again.provenance.mark != render.provenance.mark
    assert again.performance.spans == render.performance.spans
    assert again.score is not None
    assert render.score is not None
    assert other.score is not None
    assert again.score.notes == render.score.notes
    assert other.score.notes != render.score.notes


@pytest.mark.slow
def test_threads_change_nothing(short_song, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    for threads in ("1", "4"):
        command = [sys.executable, "-m", "vocalkit", "add-vocals", str(short_song.backing)]
        command += ["--lyrics", str(short_song.words), "--out", str(tmp_path / threads)]
        limits = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS"), threads)
        subprocess.run(command, check=True, env={**os.environ, **limits}, capture_output=True)
    for name in ("score.musicxml", "score.mid", "performance.json"):
        assert (tmp_path / "1" / name).read_bytes() == (tmp_path / "4" / name).read_bytes(), name
    # Labels and watermarks tell every render from every other.
    for name in ("vocals.wav", "vocals_dry.wav"):
        sounds = [figures.sound(tmp_path / threads / name) for threads in ("1", "4")]
        assert figures.same_but_for_marks(*sounds), name


@pytest.mark.slow
@pytest.mark.parametrize(("rate", "channels"), [(48_000, 1), (22_050, 2), (96_000, 2)])
def test_rate_and_channels_are_kept(short_song, rate: int, channels: int) -> None:  # type: ignore[no-untyped-def]
    from vocalkit.audio import resample

    whole = read(short_song.backing)
    backing = resample(Audio(whole.samples[:channels], whole.sample_rate), rate)
    render = add_vocals(AddVocals(backing, short_song.words.read_text(), choices=Choices(master=False)))
    assert render.mix is not None
    assert render.mix.audio.sample_rate == render.mix.vocals.sample_rate == render.dry.sample_rate == rate
    assert render.mix.audio.channels == channels
    gain = render.mix.backing_gain
    assert figures.residual_dbfs(render.mix.audio, backing, render.mix.vocals, backing_gain=gain) < -90


def test_the_pipeline_keeps_its_hands_off_files(short_song, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    empty = tmp_path / "empty"
    empty.mkdir()
    monkeypatch.chdir(empty)
    add_vocals(AddVocals(read(short_song.backing), short_song.words.read_text()))
    assert list(empty.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".musicxml", ".mid"])
def test_an_own_score_lands_on_the_beats(short_song, tmp_path: Path, suffix: str) -> None:  # type: ignore[no-untyped-def]
    tune = tmp_path / f"tune{suffix}"
    [(_, composed)] = compose_file(short_song.backing, short_song.words, tune, choices=Choices())
    words = None if suffix == ".musicxml" else short_song.words
    out = tmp_path / "song"
    add_vocals_to_file(short_song.backing, out, score=tune, lyrics=words)
    performance, report = figures.load_performance(out), figures.load_report(out)
    assert report["notes"] == len(composed.score.notes)
    assert figures.on_grid(performance, TempoMap(np.array(report["heard"]["beats_s"]))) > 0.9
    sung = [note.syllable.text for note in performance.notes if note.syllable]
    assert [text.strip(",.?").lower() for text in sung][:3] == ["who", "has", "seen"]


@pytest.mark.slow
def test_an_edited_performance_is_sung(rendered: Path, tmp_path: Path) -> None:
    text = (rendered / "performance.json").read_text()
    values = json.loads(text)
    values["f0_hz"] = [hz and hz * 2 ** (1 / 12) for hz in values["f0_hz"]]
    edited = tmp_path / "performance.json"
    edited.write_text(json.dumps(values))
    sing_file(edited, tmp_path / "out")
    left = {path.name for path in (tmp_path / "out").iterdir()}
    assert left == {"vocals_dry.wav", *RENDER_TEXTS} - {"score.musicxml", "score.mid"}
    pytest.importorskip("parselmouth", reason="needs praat-parselmouth (the `bench` extra)")
    dry = figures.sound(tmp_path / "out" / "vocals_dry.wav")
    assert figures.pitch_figures(dry, figures.load_performance(tmp_path / "out")).in_tune > 0.9
    assert figures.pitch_figures(dry, figures.load_performance(rendered)).in_tune < 0.2


def test_requests_are_checked_before_any_work(short_song, render: Render) -> None:  # type: ignore[no-untyped-def]
    backing = read(short_song.backing)
    with pytest.raises(InputError, match="nothing to sing"):
        AddVocals(backing)
    with pytest.raises(InputError, match="ends at"):
        AddVocals(backing, "la la", choices=Choices(start_s=backing.duration_s))
    for bad in ({"tempo_bpm": 0.0}, {"tempo_bpm": float("nan")}, {"start_s": -1.0}, {"seed": -1}):
        with pytest.raises(InputError):
            Choices(**bad)
    with pytest.raises(InputError, match="nobody"):
        add_vocals(AddVocals(backing, "la la", choices=Choices(voice="nobody")))
    with pytest.raises(LyricsError):
        add_vocals(AddVocals(backing, "..."))
    with pytest.raises(ScoreError, match="words already"):
        SingScore(render.performance, "la la")


def test_a_score_value_is_sung_as_it_is(render: Render) -> None:
    assert render.score is not None
    sung = sing_score(SingScore(render.score))
    assert sung.mix is None
    assert sung.report.heard is None
    assert sung.dry.duration_s == pytest.approx(sung.performance.duration_s, abs=0.01)


def test_warnings_are_no_refusals(render: Render) -> None:
    assert render.backing is not None
    sung_already = replace(render.backing, lead_voice=0.9)
    unsteady = replace(render.backing, beat_confidence=0.1)
    assert "on this track already" in warnings_about(sung_already, Choices())[0]
    assert "--tempo" in warnings_about(unsteady, Choices())[0]
    assert warnings_about(unsteady, Choices(tempo_bpm=100.0, key=Key(0, "major"))) == ()


@pytest.mark.slow
def test_a_track_with_a_singer_is_warned_about(shared_data: Path) -> None:
    from vocalkit.pipelines.files import analyze_file

    (song,) = (shared_data / "tracks" / "full-song-with-vocals").glob("*.ogg")
    assert any("already" in line for line in warnings_about(analyze_file(song, Choices()), Choices()))


@pytest.mark.parametrize(("peak", "gain"), [(0.5, 1.0), (0.98, 1.0), (1.96, 0.5), (0.0, 1.0)])
def test_a_dry_stem_fits_a_file(peak: float, gain: float) -> None:
    sung = Audio(np.array([[0.0, peak, -peak / 2]], np.float32), 44_100)
    dry, found = dry_stem(sung, 5)
    assert found == pytest.approx(gain)
    assert dry.samples[0].tolist() == pytest.approx([0.0, peak * gain, -peak / 2 * gain, 0.0, 0.0])
    assert dry_stem(sung, 2)[0].frames == 2
