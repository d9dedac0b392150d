"""The rule composer: what every tune keeps, and how musical it is."""

from __future__ import annotations

import itertools
import re
import time

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from melody_songs import BALLAD, FREE, make_backing, make_lyrics, truncate

from vocalkit.errors import InputError, LyricsError
from vocalkit.melody import ComposeSettings, RuleComposer, melody_report
from vocalkit.types import Backing, Lyrics, Score, SectionSpan

SONGS = [
    (60, 4, "C", 0.0), (75, 4, "G", 0.03), (95, 4, "Am", 0.0), (110, 4, "Eb", 0.05), (128, 4, "F#m", 0.0),
    (150, 4, "Dm", 0.02), (190, 4, "D", 0.0), (90, 3, "F", 0.02), (170, 3, "Bb", 0.0), (190, 6, "G", 0.0),
    (120, 2, "A", 0.0), (130, 5, "Em", 0.0),
]  # fmt: skip


def compose(
    backing: Backing, lyrics: Lyrics, *, seed: int = 0, low: float = 57, high: float = 74, start_s: float | None = None
) -> Score:
    return RuleComposer().compose(backing, lyrics, low_midi=low, high_midi=high, start_s=start_s, seed=seed)


def check_score(score: Score, backing: Backing, lyrics: Lyrics, *, low: float = 57, high: float = 74) -> None:
    """What holds for every tune: words in order, range, grid, breath, the end of the track."""
    words = [s for section in lyrics.sections for line in section.lines for s in line.syllables]
    assert [note.syllable for note in score.notes if note.syllable is not None] == words
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in itertools.pairwise(score.notes))
    assert all(low <= note.pitch_midi <= high for note in score.notes)
    assert score.notes[0].start_s >= 0.0
    assert score.end_s <= backing.duration_s + 1e-6
    times = [t for note in score.notes for t in (note.start_s, note.end_s)]
    slots = np.array([score.tempo_map.beat_at(t) * 4 for t in times])
    assert np.allclose(slots, np.round(slots), atol=1e-3)
    steps = np.array([note.pitch_midi - backing.tuning_cents / 100 for note in score.notes])
    assert np.allclose(steps, np.round(steps), atol=1e-6)
    for before, after in line_pairs(score, lyrics):
        assert score.notes[after].start_s - score.notes[before].end_s >= 0.25 - 1e-6


def line_pairs(score: Score, lyrics: Lyrics) -> list[tuple[int, int]]:
    """Indices of the last note of each line and the first of the next."""
    counts = [len(line.syllables) for section in lyrics.sections for line in section.lines]
    firsts = [i for i, note in enumerate(score.notes) if note.syllable is not None]
    return [(firsts[at] - 1, firsts[at]) for at in itertools.accumulate(counts[:-1])]


@pytest.mark.parametrize(("bpm", "beats_per_bar", "key", "drift"), SONGS)
@pytest.mark.parametrize("parts", [BALLAD, FREE])
def test_a_tune_reaches_the_goals(bpm: float, beats_per_bar: int, key: str, drift: float, parts: tuple) -> None:
    backing = make_backing(bpm, beats_per_bar=beats_per_bar, key=key, drift=drift, tuning_cents=17.0)
    lyrics = make_lyrics(parts)
    for seed in (0, 1):
        score = compose(backing, lyrics, seed=seed)
        check_score(score, backing, lyrics)
        report = melody_report(score, backing)
        assert report.chord_tone_rate >= 0.75
        assert report.strong_chord_tone_rate >= 0.9
        assert report.stressed_on_strong_rate >= 0.85
        assert 7 <= report.range_semitones <= 14
        assert 1.3 <= report.mean_leap_semitones <= 3.2
        assert report.largest_leap_semitones <= 12
        assert 0.08 <= report.repetition_rate <= 0.8
        assert report.commonest_duration_share <= 0.8
        assert report.syllables_per_s_max <= 6.5
        assert report.rest_count >= sum(len(section.lines) for section in lyrics.sections) - 1


@settings(max_examples=40, deadline=None)
@given(
    bpm=st.floats(40, 240),
    beats_per_bar=st.sampled_from([2, 3, 4, 5, 6, 7]),
    drift=st.floats(0, 0.1),
    duration_s=st.floats(5, 120),
    counts=st.lists(st.lists(st.integers(1, 22), min_size=1, max_size=6), min_size=1, max_size=4),
    start_s=st.one_of(st.none(), st.floats(0, 60)),
    low=st.integers(40, 70),
    width=st.integers(7, 24),
    seed=st.integers(0, 2**31),
)
def test_any_words_over_any_beat_are_sung_properly_or_refused(
    bpm: float, beats_per_bar: int, drift: float, duration_s: float, counts: list[list[int]],
    start_s: float | None, low: int, width: int, seed: int,
) -> None:  # fmt: skip
    rng = np.random.default_rng(seed)
    parts = tuple(
        (f"Verse {i}", tuple("".join(map(str, rng.integers(0, 3, n))) for n in lines)) for i, lines in enumerate(counts)
    )
    lyrics = make_lyrics(parts)
    backing = make_backing(bpm, beats_per_bar=beats_per_bar, drift=drift, duration_s=duration_s)
    try:
        score = compose(backing, lyrics, seed=seed, low=low, high=low + width, start_s=start_s)
    except LyricsError as error:
        found = re.search(r"have (\d+) syllables and about (\d+) fit", str(error))
        assert found is not None
        assert int(found[1]) == lyrics.syllable_count
        fit = int(found[2])
        assert fit < lyrics.syllable_count
        if fit == 0:
            return
        lyrics = truncate(lyrics, fit)
        score = compose(backing, lyrics, seed=seed, low=low, high=low + width, start_s=start_s)
    check_score(score, backing, lyrics, low=low, high=low + width)
    assert start_s is None or score.notes[0].start_s >= start_s - 0.01


def test_equal_seeds_give_equal_tunes_and_others_truly_different_ones() -> None:
    backing, lyrics = make_backing(104), make_lyrics(BALLAD)
    scores = [compose(backing, lyrics, seed=seed) for seed in (5, 5, 6, 7, 8)]
    assert scores[0].notes == scores[1].notes
    for one, other in itertools.combinations(scores[1:], 2):
        same = {(n.start_s, n.pitch_midi) for n in one.notes} & {(n.start_s, n.pitch_midi) for n in other.notes}
        assert len(same) < 0.6 * len(one.notes)


def test_equal_sections_repeat_their_tune_and_a_chorus_lifts() -> None:
    lifts = []
    for seed in range(6):
        backing, lyrics = make_backing(112, duration_s=180.0), make_lyrics(BALLAD)
        score = compose(backing, lyrics, seed=seed)
        parts = [[n for n in score.notes if s.start_s <= n.start_s < s.end_s] for s in score.sections]
        for one, two in ((0, 2), (1, 3)):
            assert [n.pitch_midi for n in parts[one]] == [n.pitch_midi for n in parts[two]]
            shift = parts[two][0].start_s - parts[one][0].start_s
            assert np.allclose([a.start_s + shift for a in parts[one]], [b.start_s for b in parts[two]])
        means = [float(np.mean([n.pitch_midi for n in part])) for part in parts]
        lifts.append(means[1] - means[0])
    assert 2.0 <= float(np.mean(lifts)) <= 5.0
    assert min(lifts) > 0.5


def test_stanzas_end_on_the_tonic_triad_where_the_chord_has_one() -> None:
    ends = []
    for seed in range(5):
        backing, lyrics = make_backing(100, key="G", duration_s=180.0), make_lyrics(BALLAD)
        score = compose(backing, lyrics, seed=seed)
        ends += [
            round(next(n for n in reversed(score.notes) if n.start_s < s.end_s).pitch_midi) % 12 for s in score.sections
        ]
    assert np.mean([end in (7, 11, 2) for end in ends]) >= 0.9


def test_it_starts_on_the_next_downbeat_or_after_the_intro() -> None:
    lyrics = make_lyrics((("Chorus", ("2020202", "2020202")),))
    backing = make_backing(120, duration_s=90.0)
    downbeats = backing.tempo_map.downbeats_s
    asked = compose(backing, lyrics, start_s=21.0)
    assert asked.notes[0].start_s == pytest.approx(downbeats[downbeats >= 21.0][0])
    quiet, full = 16.3, 90.0
    sections = (SectionSpan(0.0, quiet, "intro", 0.1), SectionSpan(quiet, full, "verse", 0.9))
    after_intro = compose(make_backing(120, duration_s=90.0, sections=sections), lyrics)
    assert after_intro.notes[0].start_s == pytest.approx(quiet, abs=0.5)
    assert compose(backing, lyrics).notes[0].start_s >= downbeats[1] - 1.0


def test_sections_go_where_the_backing_has_its_own() -> None:
    edges = [0.3 + 2.0 * bar for bar in (0, 6, 22, 38, 54)]
    spans = tuple(
        SectionSpan(low, high, label, energy)
        for low, high, label, energy in zip(
            edges[:-1], edges[1:], ("intro", "verse", "chorus", "verse"), (0.2, 0.6, 1.0, 0.6), strict=True
        )
    )
    backing = make_backing(120, duration_s=130.0, sections=spans)
    score = compose(backing, make_lyrics(BALLAD[:3]))
    for section, edge in zip(score.sections, edges[1:], strict=False):
        assert section.start_s == pytest.approx(edge, abs=1.1)


def test_a_minor_key_sings_the_leading_tone_of_its_dominant() -> None:
    classes = set()
    for seed in range(6):
        backing = make_backing(100, key="Am", chords=((0, "min"), (7, "7")))
        score = compose(backing, make_lyrics(BALLAD), seed=seed)
        for note in score.notes:
            chord = backing.chord_at(0.5 * (note.start_s + note.end_s))
            if chord is not None and chord.root == 4 and backing.chord_at(note.start_s) is chord:
                classes.add(round(note.pitch_midi) % 12)
    assert 8 in classes
    assert 7 not in classes


def test_without_chords_the_key_leads() -> None:
    backing = make_backing(100, key="D", chords=())
    score = compose(backing, make_lyrics(BALLAD))
    assert all(round(note.pitch_midi) % 12 in backing.key.scale for note in score.notes)
    report = melody_report(score, backing)
    assert report.chord_tone_rate is None
    assert report.strong_chord_tone_rate is None


def test_triplet_feel_puts_notes_on_thirds_of_a_beat() -> None:
    composer = RuleComposer(ComposeSettings(feel="triplet"))
    backing, lyrics = make_backing(100), make_lyrics((("Verse", ("0200200200", "0200200200")),))
    score = composer.compose(backing, lyrics, low_midi=55, high_midi=72, start_s=None, seed=1)
    thirds = np.array([score.tempo_map.beat_at(n.start_s) * 3 for n in score.notes])
    assert np.allclose(thirds, np.round(thirds), atol=1e-3)
    assert np.any(np.abs(thirds / 3 - np.round(thirds / 3)) > 0.1)


def test_a_few_cadences_are_slurred_by_step() -> None:
    slurs, notes = 0, 0
    for seed in range(8):
        score = compose(make_backing(100, duration_s=180.0), make_lyrics(BALLAD), seed=seed)
        for before, after in itertools.pairwise(score.notes):
            if after.syllable is None:
                slurs += 1
                assert 1 <= abs(after.pitch_midi - before.pitch_midi) <= 4
                assert after.start_s == pytest.approx(before.end_s)
        notes += len(score.notes)
    assert 0 < slurs < 0.05 * notes


def test_sixty_bars_take_less_than_two_seconds() -> None:
    backing, lyrics = make_backing(120, duration_s=128.0), make_lyrics(BALLAD)
    began = time.perf_counter()
    compose(backing, lyrics)
    assert time.perf_counter() - began < 2.0


@pytest.mark.parametrize("lines", [(), ("",)])
def test_no_words_are_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(LyricsError, match="no syllables"):
        compose(make_backing(100), make_lyrics((("Verse", lines),)))


def test_too_many_words_are_refused_with_both_numbers() -> None:
    lyrics = make_lyrics((("Verse", ("02020202",) * 200),))
    with pytest.raises(LyricsError, match=r"have 1600 syllables and about \d+ fit"):
        compose(make_backing(100, duration_s=60.0), lyrics)


def test_a_track_shorter_than_a_line_is_refused() -> None:
    with pytest.raises(LyricsError, match="about 0 fit"):
        compose(make_backing(100, duration_s=3.0), make_lyrics(BALLAD))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"high": 62.0}, "at least 7 semitones"),
        ({"high": float("nan")}, "at least 7 semitones"),
        ({"seed": -1}, "seed"),
        ({"start_s": -2.0}, "start"),
    ],
)
def test_impossible_wishes_are_refused(change: dict, message: str) -> None:
    with pytest.raises(InputError, match=message):
        compose(make_backing(100), make_lyrics(BALLAD), **change)
