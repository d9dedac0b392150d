"""What is found in a score, and how lyrics are fitted to a tune."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.errors import ScoreError
from vocalkit.score import ImportedNote, ImportedScore, Sheet, SheetNote
from vocalkit.score.check import check_sheet
from vocalkit.score.fit import fit_lyrics
from vocalkit.types import Line, Lyrics, LyricSection, Syllable, TempoMap


def sheet(*notes: tuple[float, float, float, str | None], bpm: float = 60.0) -> Sheet:
    """(start, end, pitch, text) in quarters; at 60 quarters a minute these are seconds."""
    made = tuple(
        SheetNote(Fraction(start), Fraction(end), pitch, text, continues=text is None and bool(index))
        for index, (start, end, pitch, text) in enumerate(notes)
    )
    end = made[-1].end
    return Sheet(made, end, ((Fraction(0), bpm),), bars=tuple(Fraction(4 * n) for n in range(int(end // 4) + 1)))


def kinds(made: Sheet, **limits: float) -> list[tuple[str, int]]:
    return [(finding.kind, finding.bar) for finding in check_sheet(made, **limits)]


def test_a_plain_tune_has_no_faults() -> None:
    assert kinds(sheet((0, 1, 60, "la"), (1, 2, 64, "la"), (3, 5, 72, "la")), low_midi=55, high_midi=75) == []


@pytest.mark.parametrize(
    ("made", "found"),
    [
        (sheet((0, 1, 60, None)), [("words", 1)]),
        (sheet((0, 1, 60, None), (1, 2, 62, "la")), [("words", 1)]),
        (sheet((4, 5, 50, "la"), (5, 6, 63, "la")), [("leap", 2)]),
        (sheet((0, 7, 60, "la"), (7, 14, 62, "la")), [("breath", 1)]),
        (sheet((0, 1, 60, "la"), (1, 1.0625, 62, "la"), (2, 3, 62, "la")), [("short", 1)]),
        (sheet(*((n / 10, (n + 1) / 10, 60, "la") for n in range(20))), [("crowded", 1)]),
        (sheet((0, 1, 60, "la"), bpm=20.0), [("tempo", 0 + 1)]),
    ],
)
def test_findings(made: Sheet, found: list[tuple[str, int]]) -> None:
    assert kinds(made) == found


def test_range_against_a_voice() -> None:
    findings = check_sheet(sheet((0, 1, 50, "la"), (2, 3, 80, "la")), low_midi=55.0, high_midi=75.0)
    assert [finding.kind for finding in findings] == ["range", "range"]
    assert "D3" in findings[0].text and "G#5" in findings[1].text


def test_a_breath_mark_lets_one_breathe() -> None:
    long = sheet((0, 7, 60, "la"), (7, 14, 62, "la"))
    marked = replace(long, notes=(replace(long.notes[0], breath=True), long.notes[1]))
    assert kinds(marked) == []


def tune(*spans: tuple[float, float, bool]) -> ImportedScore:
    notes = tuple(ImportedNote(start, end, 60.0, continues=carried) for start, end, carried in spans)
    return ImportedScore(notes, TempoMap.constant(120, duration_s=notes[-1].end_s))


def lyrics(*counts: int) -> Lyrics:
    lines = tuple(Line("la", tuple(Syllable(f"{n}", ("a",)) for n in range(count))) for count in counts)
    return Lyrics((LyricSection("Verse", lines),), "it")


def test_the_shortest_notes_too_many_are_slurred() -> None:
    fitted = fit_lyrics(tune((0, 1, False), (1, 1.2, False), (1.2, 3, False)), lyrics(2), ["slur"])
    assert [n.syllable.text if n.syllable else None for n in fitted.score.notes] == ["0", None, "1"]
    assert fitted.report == ("1 notes carry on the syllable before them",)


def test_the_longest_notes_too_few_are_split() -> None:
    fitted = fit_lyrics(tune((0, 1, False), (1, 3, False)), lyrics(3), ["split"])
    assert [(n.start_s, n.end_s) for n in fitted.score.notes] == [(0, 1), (1, 2), (2, 3)]


def test_lines_are_fitted_to_phrases_one_by_one() -> None:
    score = tune((0, 1, False), (1, 2, False), (3, 4, False), (4, 5, False))
    fitted = fit_lyrics(score, lyrics(1, 3), ["slur", "split"])
    assert (fitted.slurred, fitted.split) == (1, 1)
    assert [n.syllable.text if n.syllable else None for n in fitted.score.notes] == ["0", None, "0", "1", "2"]
    with pytest.raises(ScoreError, match=r"line 1: 2 notes.*1 syllables.*slur or drop"):
        fit_lyrics(score, lyrics(1, 3), ["split"])


def test_what_is_over_can_be_dropped_and_is_told() -> None:
    fitted = fit_lyrics(tune((0, 0.2, False)), lyrics(2), ["drop", "split"])
    assert len(fitted.score.notes) == 1 and fitted.report == ("1 syllables are left out",)
    with pytest.raises(ScoreError, match="unknown way"):
        fit_lyrics(tune((0, 1, False)), lyrics(1), ["squeeze"])  # type: ignore[list-item]


@given(st.lists(st.floats(0.1, 2.0), min_size=1, max_size=12), st.integers(1, 20))
@settings(max_examples=60, deadline=None)
def test_all_ways_together_always_fit(lengths: list[float], count: int) -> None:
    now, spans = 0.0, []
    for length in lengths:
        spans.append((now, now + length, False))
        now += length
    fitted = fit_lyrics(tune(*spans), lyrics(count), ["slur", "split", "drop"])
    sung = [n.syllable.text for n in fitted.score.notes if n.syllable]
    assert sung == [str(n) for n in range(len(sung))] and len(sung) + fitted.dropped_syllables == count


def test_notes_that_overlap_are_found_in_their_bar() -> None:
    from vocalkit.score import parse_score

    back = "<backup><duration>2</duration></backup>"
    body = "".join(
        f"<note><pitch><step>{step}</step><octave>4</octave></pitch><duration>{length}</duration>"
        f"<lyric><text>la</text></lyric></note>{after}"
        for step, length, after in [("C", 4, "</measure><measure number='2'>"), ("D", 4, back), ("E", 2, "")]
    )
    xml = f"<score-partwise><part id='a'><measure number='1'>{body}</measure></part></score-partwise>"
    read = parse_score(xml.encode(), ".musicxml")
    assert kinds(read) == [("overlap", 2)] and "1 notes overlap" in read.warnings[0]
    ustx = (
        b"voice_parts: [{notes: [{position: 0, duration: 960, tone: 60, lyric: la},"
        b"{position: 480, duration: 480, tone: 62, lyric: la}]}]"
    )
    assert kinds(parse_score(ustx, ".ustx")) == [("overlap", 1)]
