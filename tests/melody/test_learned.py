"""The learned composer: what every tune keeps, how musical it is, and that its settings are honoured."""

from __future__ import annotations

import itertools
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melody_songs import BALLAD, FREE, make_backing, make_lyrics
from test_compose import SONGS, check_score

from vocalkit.errors import LyricsError, WeightsError
from vocalkit.melody import ComposeSettings, load_composer, melody_report
from vocalkit.melody.encode import RATIOS, held_class, ratio_class, weight_class
from vocalkit.melody.grid import make_grid
from vocalkit.melody.learned import LearnedComposer
from vocalkit.melody.network import networks_of
from vocalkit.melody.quality import take_report
from vocalkit.types import Backing, Lyrics, Score


def compose(backing: Backing, lyrics: Lyrics, *, seed: int = 0, **wishes: float) -> Score:
    composer = LearnedComposer(ComposeSettings(**wishes))  # type: ignore[arg-type]
    return composer.compose(backing, lyrics, low_midi=57, high_midi=74, start_s=None, seed=seed)


@pytest.mark.parametrize(("bpm", "beats_per_bar", "key", "drift"), SONGS)
def test_a_tune_reaches_the_goals(bpm: float, beats_per_bar: int, key: str, drift: float) -> None:
    backing = make_backing(bpm, beats_per_bar=beats_per_bar, key=key, drift=drift, tuning_cents=17.0)
    for parts in (BALLAD, FREE):
        lyrics = make_lyrics(parts)
        score = compose(backing, lyrics, seed=1)
        check_score(score, backing, lyrics)
        report = melody_report(score, backing)
        assert report.chord_tone_rate >= 0.75
        assert report.strong_chord_tone_rate >= 0.9
        # The goal of 0.85 is for the mean over songs, which recipes/melody/evaluate.py measures.
        assert report.stressed_on_strong_rate >= 0.8
        assert 7 <= report.range_semitones <= 17
        assert 1.0 <= report.mean_leap_semitones <= 3.5
        assert report.largest_leap_semitones <= 12
        assert 0.03 <= report.repetition_rate <= 0.85
        assert report.syllables_per_s_max <= 6.5


@settings(max_examples=25, deadline=None)
@given(
    bpm=st.floats(40, 240),
    beats_per_bar=st.sampled_from([2, 3, 4, 5, 6, 7]),
    drift=st.floats(0, 0.1),
    counts=st.lists(st.lists(st.integers(1, 22), min_size=1, max_size=5), min_size=1, max_size=3),
    low=st.integers(40, 70),
    width=st.integers(7, 24),
    chords=st.sampled_from([None, (), ((0, "maj"),), ((1, "dim7"), (6, "aug"))]),
    seed=st.integers(0, 2**31),
)
def test_any_words_over_any_beat_are_sung_properly_or_refused(
    bpm: float, beats_per_bar: int, drift: float, counts: list[list[int]], low: int, width: int,
    chords: tuple[tuple[int, str], ...] | None, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    parts = tuple(
        (f"Verse {i}", tuple("".join(map(str, rng.integers(0, 3, n))) for n in lines)) for i, lines in enumerate(counts)
    )
    lyrics = make_lyrics(parts)
    backing = make_backing(bpm, beats_per_bar=beats_per_bar, drift=drift, duration_s=90.0, chords=chords)
    try:
        score = LearnedComposer().compose(backing, lyrics, low_midi=low, high_midi=low + width, start_s=None, seed=seed)
    except LyricsError as error:
        assert "fit in this track" in str(error)
        return
    check_score(score, backing, lyrics, low=low, high=low + width)


def test_equal_seeds_give_equal_tunes_and_others_truly_different_ones() -> None:
    backing, lyrics = make_backing(104), make_lyrics(BALLAD)
    scores = [compose(backing, lyrics, seed=seed) for seed in (5, 5, 6, 7)]
    assert scores[0].notes == scores[1].notes
    for one, other in itertools.combinations(scores[1:], 2):
        same = {(n.start_s, n.pitch_midi) for n in one.notes} & {(n.start_s, n.pitch_midi) for n in other.notes}
        assert len(same) < 0.6 * len(one.notes)


def test_equal_sections_repeat_their_tune_and_a_chorus_lifts() -> None:
    lifts = []
    for seed in range(5):
        backing, lyrics = make_backing(112, duration_s=180.0), make_lyrics(BALLAD)
        score = compose(backing, lyrics, seed=seed)
        parts = [[n for n in score.notes if s.start_s <= n.start_s < s.end_s] for s in score.sections]
        for one, two in ((0, 2), (1, 3)):
            assert [n.pitch_midi for n in parts[one]] == [n.pitch_midi for n in parts[two]]
        means = [float(np.mean([n.pitch_midi for n in part])) for part in parts]
        lifts.append(means[1] - means[0])
    assert 1.5 <= float(np.mean(lifts)) <= 6.0


def test_stanzas_end_on_the_tonic_triad_where_the_chord_has_one() -> None:
    ends = []
    for seed in range(5):
        score = compose(make_backing(100, key="G", duration_s=180.0), make_lyrics(BALLAD), seed=seed)
        for section in score.sections:
            last = next(note for note in reversed(score.notes) if note.start_s < section.end_s)
            ends.append(round(last.pitch_midi) % 12 in (7, 11, 2))
    assert np.mean(ends) >= 0.9


def test_melisma_syncopation_and_pace_do_what_they_say() -> None:
    backing, lyrics = make_backing(100, duration_s=180.0), make_lyrics(BALLAD)

    def slurs(melisma: float) -> int:
        scores = [compose(backing, lyrics, seed=seed, melisma=melisma) for seed in range(3)]
        return sum(note.syllable is None for score in scores for note in score.notes)

    assert slurs(0.0) == 0 < slurs(0.25) < slurs(0.9)

    def syncopated(syncopation: float) -> float:
        scores = [compose(backing, make_lyrics(FREE), seed=seed, syncopation=syncopation) for seed in range(3)]
        return float(np.mean([take_report(s, backing, low_midi=57, high_midi=74).syncopated_rate for s in scores]))

    assert syncopated(0.0) < syncopated(1.0)

    def sung_s(pace: float) -> float:
        score = compose(backing, make_lyrics(FREE), syllables_per_s=pace)
        return sum(note.duration_s for note in score.notes)

    assert sung_s(4.5) < 0.7 * sung_s(1.2)


def test_triplet_feel_puts_notes_on_thirds_of_a_beat() -> None:
    score = LearnedComposer(ComposeSettings(feel="triplet")).compose(
        make_backing(100), make_lyrics((("Verse", ("0200200200", "0200200200")),)),
        low_midi=55, high_midi=72, start_s=None, seed=1,
    )  # fmt: skip
    thirds = np.array([score.tempo_map.beat_at(n.start_s) * 3 for n in score.notes])
    assert np.allclose(thirds, np.round(thirds), atol=1e-3)


def test_sixty_bars_take_less_than_five_seconds() -> None:
    backing, lyrics = make_backing(120, duration_s=128.0), make_lyrics(BALLAD)
    LearnedComposer()
    began = time.process_time()
    compose(backing, lyrics)
    assert time.process_time() - began < 5.0


def test_it_is_found_by_name_and_its_weights_are_checked() -> None:
    assert isinstance(load_composer("learned"), LearnedComposer)
    with pytest.raises(WeightsError, match="lack"):
        networks_of({})


def test_classes_of_places_and_intervals() -> None:
    grid = make_grid(make_backing(120).tempo_map)
    assert [weight_class(w) for w in (0.1, 0.2, 0.25, 0.5, 0.75, 1.0)] == [0, 1, 2, 3, 4, 5]
    assert all(ratio_class(ratio) == index for index, ratio in enumerate(RATIOS))
    assert held_class(grid, 0, 4) == 0
    assert held_class(grid, grid.slots_per_bar - 1, grid.slots_per_bar + 1) == 2
