"""Tunes on given times: times are kept to the sample, pitches are chosen as for any tune."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from melody_songs import make_backing, make_lyrics

from vocalkit.errors import LyricsError
from vocalkit.melody import load_composer
from vocalkit.types import SyllableSpan

LINES = ("0202020", "02020", "0202020")
STARTS_S = (4.13, 9.02, 13.5)
COMPOSERS = ("rules", "learned")


def spans(pace_s: float = 0.43) -> tuple[tuple[SyllableSpan, ...], ...]:
    """Lines at `STARTS_S`, one syllable after the other; the last of a line is held twice as long."""
    made = []
    for marks, start_s in zip(LINES, STARTS_S, strict=True):
        edges = [start_s + i * pace_s for i in range(len(marks))] + [start_s + (len(marks) + 1) * pace_s]
        made.append(tuple(SyllableSpan(a, b) for a, b in pairwise(edges)))
    return tuple(made)


@pytest.mark.parametrize("name", COMPOSERS)
def test_given_times_are_kept(name: str) -> None:
    backing, lyrics = make_backing(97, drift=0.03, tuning_cents=12.0), make_lyrics((("Verse", LINES),))
    score = load_composer(name).compose_timed(backing, lyrics, spans(), low_midi=57, high_midi=74, seed=0)
    wanted = [span for line in spans() for span in line]
    assert [note.start_s for note in score.notes] == [span.start_s for span in wanted]
    assert [note.end_s for note in score.notes] == [span.end_s for span in wanted]
    assert all(57 <= note.pitch_midi <= 74 for note in score.notes)
    assert len({note.pitch_midi for note in score.notes}) >= 4
    allowed = [backing.chord_at(note.start_s + 0.03) for note in score.notes]
    hits = [
        round(note.pitch_midi - 0.12) % 12 in chord.pitch_classes
        for note, chord in zip(score.notes, allowed, strict=True)
        if chord is not None
    ]
    assert np.mean(hits) > 0.6


@pytest.mark.parametrize("name", COMPOSERS)
def test_lines_with_equal_words_share_a_tune(name: str) -> None:
    lyrics = make_lyrics((("Chorus", LINES[:1]),))
    line = lyrics.sections[0]
    twice = type(lyrics)((line, line), lyrics.language)
    # Two bars of four beats at 120, one chord a bar and four chords: the second line meets the chords of the first.
    backing = make_backing(120, duration_s=60.0)
    first = spans()[0]
    later = tuple(SyllableSpan(s.start_s + 8.0, s.end_s + 8.0) for s in first)
    score = load_composer(name).compose_timed(backing, twice, (first, later), low_midi=57, high_midi=74, seed=3)
    pitches = [note.pitch_midi for note in score.notes]
    assert pitches[: len(first)] == pitches[len(first) :]


def test_times_between_given_ones_move_to_the_grid() -> None:
    backing, lyrics = make_backing(120), make_lyrics((("Verse", ("0202",)),))
    times = (4.31, 4.78, 5.33, 5.82, 6.3)
    line = tuple(SyllableSpan(a, b, given=i == 0) for i, (a, b) in enumerate(pairwise(times)))
    score = load_composer("rules").compose_timed(backing, lyrics, (line,), low_midi=57, high_midi=74, seed=0)
    assert score.notes[0].start_s == 4.31
    beats = np.array([score.tempo_map.beat_at(note.start_s) * 4 for note in score.notes[1:]])
    assert np.allclose(beats, np.round(beats), atol=1e-6)


@pytest.mark.parametrize(("change_s", "message"), [(200.0, "go on to"), (-3.0, "on top of"), (None, "times for")])
def test_times_that_cannot_be_sung_are_refused(change_s: float | None, message: str) -> None:
    lines = list(spans())
    if change_s is None:
        lines.pop()
        lines.append(spans()[2][:-1])
    else:
        # The last line late, past the end of the track; or early, into the line before.
        moved = change_s if change_s > 0 else STARTS_S[1] - STARTS_S[2] + 0.1
        lines[2] = tuple(SyllableSpan(s.start_s + moved, s.end_s + moved) for s in lines[2])
    with pytest.raises(LyricsError, match=message):
        load_composer("rules").compose_timed(
            make_backing(97), make_lyrics((("Verse", LINES),)), tuple(lines), low_midi=57, high_midi=74, seed=0
        )
