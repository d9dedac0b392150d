"""The chord chart format."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vocalkit.band import Chart, ChartSection, format_chart, parse_chart
from vocalkit.band.chart import STYLE_NAMES, Bar, BarChord
from vocalkit.band.chords import SUFFIXES, ChordSymbol, parse_chord
from vocalkit.errors import ChartError
from vocalkit.types import Key

EXAMPLES = Path(__file__).resolve().parents[2] / "docs" / "examples"
HEAD = "Tempo: 100\nKey: C\n"

symbols = st.builds(
    lambda root, suffix, bass: parse_chord(root + suffix + bass),
    st.sampled_from(["C", "F#", "Bb", "G"]), st.sampled_from(SUFFIXES), st.sampled_from(["", "/E", "/Ab"]),
) | st.just(parse_chord("N.C."))  # fmt: skip


@st.composite
def bars(draw: st.DrawFn, beats: int) -> Bar:
    """A bar of one share length, held by dots."""
    shares = draw(st.sampled_from([n for n in (1, 2, beats, 2 * beats) if 2 * beats % n == 0]))
    share = beats / shares
    cuts = sorted({0, *draw(st.lists(st.integers(0, shares - 1), max_size=3))})
    ends = [*cuts[1:], shares]
    return Bar(tuple(BarChord(draw(symbols), a * share, (b - a) * share) for a, b in zip(cuts, ends, strict=True)))


@st.composite
def charts(draw: st.DrawFn) -> Chart:
    beats = draw(st.sampled_from([3, 4]))
    words = st.text("abcdefgh RST12-'", min_size=1, max_size=20).map(lambda t: " ".join(("Q" + t).split()))
    sections = st.builds(
        ChartSection,
        words,
        st.lists(bars(beats), min_size=1, max_size=6).map(tuple),
        st.integers(0, 100).map(lambda n: n / 100),
    )
    return Chart(
        title=" ".join(draw(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), max_size=20)).split()),
        tempo_bpm=draw(st.integers(400, 2400)) / 10,
        key=Key(draw(st.integers(0, 11)), draw(st.sampled_from(["major", "minor"]))),
        sections=tuple(draw(st.lists(sections, min_size=1, max_size=4))),
        beats_per_bar=beats,
        style=draw(st.sampled_from([s for s in STYLE_NAMES if s != "waltz" or beats == 3])),
        swing=draw(st.integers(50, 75)) / 100,
    )


@settings(max_examples=60, deadline=None)
@given(charts())
def test_a_chart_written_out_reads_back_equal(chart: Chart) -> None:
    assert parse_chart(format_chart(chart)) == chart


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200) | st.text("|[]%x. \nCGAm7/:#N", max_size=60).map(lambda t: HEAD + "[A]\n" + t))
def test_any_text_is_read_or_refused_in_one_line(text: str) -> None:
    try:
        chart = parse_chart(text)
    except ChartError as error:
        assert "\n" not in str(error)
    else:
        assert chart.bar_count > 0


def read_symbols(line: str, metre: str = "4/4") -> list[list[tuple[str, float]]]:
    chart = parse_chart(f"{HEAD}Metre: {metre}\n[A]\n{line}")
    return [[(c.symbol.text, c.beats) for c in bar.chords] for bar in chart.sections[0].bars]


def test_bars_share_hold_repeat_and_rest() -> None:
    assert read_symbols("| C  G/B | Am . . F | % | N.C. |") == [
        [("C", 2), ("G/B", 2)], [("Am", 3), ("F", 1)], [("Am", 3), ("F", 1)], [("N.C.", 4)],
    ]  # fmt: skip
    assert read_symbols("| C | F | x3") == [[("C", 4)], [("F", 4)]] * 3
    assert read_symbols("| C F G | C . G |", "3/4") == [[("C", 1), ("F", 1), ("G", 1)], [("C", 2), ("G", 1)]]


def test_a_percent_reaches_back_over_the_line_end() -> None:
    assert read_symbols("| C | G |\n| % | F |")[2] == [("G", 4)]


def test_headings_without_bars_repeat_their_kind() -> None:
    chart = parse_chart(HEAD + "[Verse 1]\n| C |\n[Chorus]\n| F |\n[Verse 2]\n[Chorus: 30%]\n")
    assert [s.label for s in chart.sections] == ["Verse 1", "Chorus", "Verse 2", "Chorus"]
    assert chart.sections[2].bars == chart.sections[0].bars
    assert chart.sections[1].energy > chart.sections[0].energy > chart.sections[3].energy == 0.3


def test_head_is_read_whatever_its_case_and_order() -> None:
    chart = parse_chart(
        "\ufeff# remark\nKEY: f#m\nbpm: 92.5 BPM\nTime: 3/4\nfeel: Waltz\nTitle: A: #1\nSwing: 60%\n[A]\n|C|"
    )
    assert (chart.title, chart.tempo_bpm, chart.beats_per_bar) == ("A: #1", 92.5, 3)
    assert (chart.key.name, chart.style, chart.swing) == ("F# minor", "waltz", 0.6)


@pytest.mark.parametrize(
    ("text", "line", "expected"),
    [
        (HEAD + "[A]\n| C | Xm |", 4, "root A to G"),
        (HEAD + "[A]\n| C G Am |", 4, "evenly"),
        (HEAD + "[A]\n| C |  | G |", 4, "empty bar"),
        (HEAD + "[A]\n| % |", 4, "no bar before"),
        (HEAD + "[A]\n| . C |", 4, "cannot begin with a dot"),
        (HEAD + "[A]\n| C | x0", 4, "x1 to x99"),
        (HEAD + "[A]\n|", 4, "no bars"),
        (HEAD + "[A]\nC G Am F", 4, "bars like"),
        (HEAD + "[A\n| C |", 3, "heading"),
        (HEAD + "[A: loud]\n| C |", 3, "light, medium, full"),
        (HEAD + "[A]\n[B]\n| C |", 3, "no bars"),
        (HEAD + "| C |", 3, "before any section"),
        (HEAD + "Colour: red\n[A]\n| C |", 3, "Title, Tempo"),
        (HEAD + "Key: D\n[A]\n| C |", 3, "already on line 2"),
        ("Tempo: fast\nKey: C\n[A]\n| C |", 1, "40 to 240"),
        ("Tempo: 20\nKey: C\n[A]\n| C |", 1, "40 to 240"),
        ("Tempo: 90\nKey: H\n[A]\n| C |", 2, "key"),
        (HEAD + "Metre: 5/4\n[A]\n| C |", 3, "4/4 or 3/4"),
        (HEAD + "Style: polka\n[A]\n| C |", 3, "pop, ballad"),
        (HEAD + "Swing: 90%\n[A]\n| C |", 3, "50%"),
    ],
)
def test_faults_name_their_line_and_what_was_expected(text: str, line: int, expected: str) -> None:
    with pytest.raises(ChartError, match=rf"line {line}: .*{expected}"):
        parse_chart(text)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no tempo"), ("Tempo: 90\n[A]\n| C |", "no key"), (HEAD, "no sections"),
        (HEAD + "Style: waltz\n[A]\n| C |", "Metre: 3/4"), (HEAD + "[A]\n| C | x99\n| C | x99\n" * 8, "minutes"),
        (HEAD + "[A]\n" + "| C | F | G | x99\n" * 100, "more than"),
    ],
)  # fmt: skip
def test_faults_of_the_whole_chart(text: str, message: str) -> None:
    with pytest.raises(ChartError, match=message):
        parse_chart(text)


def test_bars_must_fill_the_metre() -> None:
    short = Bar((BarChord(ChordSymbol("C", 0), 0.0, 3.0),))
    with pytest.raises(ChartError, match="4 beats"):
        Chart("", 100.0, Key(0, "major"), (ChartSection("A", (short,), 0.5),))


def test_the_example_fits_its_words() -> None:
    chart = parse_chart((EXAMPLES / "chart.txt").read_text())
    assert 60.0 <= chart.duration_s <= 75.0
    sung = [s for s in chart.sections if s.kind in ("verse", "chorus")]
    words = (EXAMPLES / "lyrics.txt").read_text()
    headings = [line.strip("[]") for line in words.splitlines() if line.startswith("[")]
    assert headings == [s.label for s in sung]
    assert all(len(s.bars) == 2 * 4 for s in sung)  # four lines of two bars


def test_the_benchmark_words_have_their_headings() -> None:
    files = sorted((EXAMPLES / "lyrics").glob("*.txt"))
    assert len(files) == 9
    register = (EXAMPLES / "README.md").read_text()
    for file in files:
        lines = [line for line in file.read_text().splitlines() if line]
        assert [line for line in lines if line[0] == "["][:3] == ["[Verse 1]", "[Chorus]", "[Verse 2]"], file.name
        assert 8 <= sum(line[0] != "[" for line in lines) <= 16, file.name
        assert f"| {file.name} |" in register
