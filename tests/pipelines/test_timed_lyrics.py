"""Timed lyrics from file to notes: the times of an LRC file are the times that are sung."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import ShortSong
from vocalkit.errors import InputError, LyricsError, ScoreError
from vocalkit.pipelines.add_vocals import AddVocals
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.files import compose_file
from vocalkit.pipelines.inputs import read_words_or_times
from vocalkit.pipelines.stages import StageClock
from vocalkit.pipelines.words import read_words_and_score
from vocalkit.protocols import silent
from vocalkit.types import Audio, TimedLyrics

LRC = """\
[ti:Wind]
[00:02.10]<00:02.10>Who <00:02.61>has <00:03.05>seen <00:03.60>the <00:04.10>wind?<00:05.90>
[00:06.02]Neither I nor you
"""


@pytest.mark.parametrize("composer", ["rules", "learned"])
def test_the_times_of_an_lrc_file_are_sung(composer: str, short_song: ShortSong, tmp_path: Path) -> None:
    words = tmp_path / "words.lrc"
    words.write_text(LRC, encoding="utf-8")
    tune = tmp_path / "tune.musicxml"
    [(_, written)] = compose_file(short_song.backing, words, tune, choices=Choices(composer=composer))
    score = written.score
    assert [round(note.start_s, 6) for note in score.notes[:6]] == [2.1, 2.61, 3.05, 3.6, 4.1, 6.02]
    assert score.notes[4].end_s == pytest.approx(5.9)
    assert len(score.notes) == 10
    assert tune.stat().st_size > 1000


def test_timed_words_bring_their_own_rhythm_and_beginning(tmp_path: Path) -> None:
    words = tmp_path / "words.lrc"
    words.write_text(LRC, encoding="utf-8")
    timed = read_words_or_times(words)
    assert isinstance(timed, TimedLyrics)
    with pytest.raises(InputError, match="leave --start out"):
        AddVocals(Audio([[0.0] * 100_000], 8000), timed, None, Choices(start_s=2.0))  # type: ignore[arg-type]
    parsed = read_words_and_score(timed, None, language="en-us", clock=StageClock(silent))
    assert parsed.spans is not None and sum(map(len, parsed.spans)) == 10
    from vocalkit.melody import load_composer
    from vocalkit.types import Backing, Key, TempoMap

    backing = Backing(20.0, TempoMap.constant(100, duration_s=20.0), Key(0, "major"), (), ())
    assert parsed.lyrics is not None
    score = load_composer("rules").compose_timed(
        backing, parsed.lyrics, parsed.spans, low_midi=57, high_midi=74, seed=0
    )
    with pytest.raises(ScoreError, match="own rhythm"):
        read_words_and_score(timed, score, language="en-us", clock=StageClock(silent))


def test_words_timed_too_fast_are_warned_of(tmp_path: Path) -> None:
    words = tmp_path / "words.lrc"
    words.write_text("[00:01.00]Neither I nor you<00:01.40>\n[00:04.00]Who has seen the wind?\n", encoding="utf-8")
    parsed = read_words_and_score(read_words_or_times(words), None, language="en-us", clock=StageClock(silent))
    assert any("1.0 s" in warning for warning in parsed.warnings)


def test_a_missing_lrc_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LyricsError, match="there is no file"):
        read_words_or_times(tmp_path / "none.lrc")
