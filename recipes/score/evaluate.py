"""How faithfully scores are read and written: every figure of docs/scores.md.

    python recipes/score/evaluate.py words hymns notes order trips speed --data ../shared/data/scores

words, hymns: syllables against a count taken straight from the XML (xml_syllables.py) and the ABC (hymns.py).
notes: pitches and onsets against partitura. order: repeats against music21. trips: MusicXML → format → MusicXML.
speed: seconds to read the longest.
"""

from __future__ import annotations

import argparse
import random
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import hymns
import peers
import trips
import words

from vocalkit.score import Reading, Sheet, in_seconds, read_sheet
from vocalkit.score.abc import parse_abc, tune_titles

FOLDERS = ("lieder", "leadsheets", "hymns")


@dataclass(frozen=True)
class Choice:
    """Which scores: every n-th of some folders, from one number to another. A long run can be done in pieces."""

    data: Path
    every: int = 1
    first: int = 0
    last: int | None = None
    folders: tuple[str, ...] = FOLDERS

    @property
    def slice(self) -> slice:
        return slice(self.first, self.last, self.every)

    @property
    def mxl(self) -> tuple[str, ...]:
        return tuple(folder for folder in self.folders if folder != "hymns")


def scores(choice: Choice, folder: str) -> list[Path]:
    return sorted((choice.data / folder).glob("*.mxl"))[choice.slice]


def sheets(choice: Choice, folder: str) -> Iterator[tuple[str, Sheet]]:
    """Name and sung line, repeats played, of the scores of a folder."""
    if folder == "hymns":
        book = (choice.data / "hymns" / hymns.BOOK).read_bytes()
        for song, title in list(enumerate(tune_titles(book), 1))[choice.slice]:
            yield title, parse_abc(book, Reading(song=song))
    else:
        for path in scores(choice, folder):
            yield path.name, read_sheet(path)


def report_words(choice: Choice) -> None:
    for folder in choice.mxl:
        figures = words.WordFigures()
        for path in scores(choice, folder):
            words.judge(path, figures)
            words.judge_voices(path, figures)
        print(f"words, {folder}: {figures.files} files, {figures.verses} verses")
        for name in ("line", "part", "voice"):
            there, kept = getattr(figures, f"{name}_there"), getattr(figures, f"{name}_kept")
            print(f"  {name}: {kept} of {there} syllables in order = {kept / max(1, there):.4%}")
        print(f"  under rests or grace notes: {figures.elsewhere}")
        for lost, name in sorted(figures.worst, reverse=True)[:12]:
            print(f"  -{lost} {name}")


def report_trips(choice: Choice) -> None:
    for folder in choice.folders:
        figures = {suffix: trips.TripFigures() for suffix in trips.FORMATS}
        for name, sheet in sheets(choice, folder):
            trips.travel(sheet, name, figures)
        print(f"trips, {folder}: → format → MusicXML")
        for suffix, found in figures.items():
            beats = f", {found.beats} on the beat" if suffix in trips.IN_BEATS else ""
            print(
                f"  {suffix}: {found.whole} of {found.files} files whole, notes {found.kept} of {found.notes}{beats}, "
                f"syllables {found.syllables_kept} of {found.syllables}"
            )
            for fault, _ in found.faults.most_common(5):
                print(f"    {fault}")


def report_hymns(choice: Choice) -> None:
    figures = hymns.HymnFigures()
    hymns.judge(choice.data / "hymns" / hymns.BOOK, figures, every=choice.every)
    print(f"hymns: {figures.tunes} tunes, {figures.verses} verses")
    print(f"  {figures.kept} of {figures.there} syllables in order = {figures.kept / max(1, figures.there):.4%}")
    print(
        f"  {figures.agreed} of {figures.notes} notes as music21 reads them, which cannot read {figures.unread} tunes"
    )
    for fault in figures.faults[:40]:
        print(f"  {fault}")


def report_notes(choice: Choice) -> None:
    for folder in choice.mxl:
        figures = peers.PeerFigures()
        for path in scores(choice, folder):
            peers.judge_notes(path, figures)
        print(f"notes, {folder}: {figures.files} files; partitura cannot read {figures.unread}")
        share = figures.agreed / max(1, figures.theirs)
        print(f"  {figures.agreed} of {figures.theirs} notes alike = {share:.4%}; we read {figures.ours}")
        for fault in figures.faults[:20]:
            print(f"  {fault}")


def report_order(choice: Choice) -> None:
    for folder in choice.mxl:
        figures = peers.PeerFigures()
        for path in scores(choice, folder):
            peers.judge_order(path, figures)
        played = figures.files - figures.unread
        print(f"order, {folder}: {figures.files} files with repeats; music21 cannot play {figures.unread}")
        print(f"  {figures.agreed} of {played} in the same order")
        for fault in figures.faults[:40]:
            print(f"  {fault}")


def report_speed(choice: Choice) -> None:
    timed = []
    for path in scores(choice, "lieder"):
        begin = time.process_time()
        sheet = read_sheet(path)
        score = in_seconds(sheet)
        timed.append((time.process_time() - begin, path.name, score.notes[-1].end_s / 60, len(score.notes)))
    print(f"speed: {len(timed)} lieder in {sum(row[0] for row in timed):.1f} s of CPU; the slowest and the longest:")
    for seconds, name, minutes, notes in [*sorted(timed)[:-4:-1], *sorted(timed, key=lambda row: -row[2])[:3]]:
        print(f"  {name}: {seconds:.2f} s, {minutes:.1f} minutes, {notes} notes")


REPORTS = {
    "words": report_words,
    "hymns": report_hymns,
    "notes": report_notes,
    "order": report_order,
    "trips": report_trips,
    "speed": report_speed,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=list(REPORTS), default=list(REPORTS))
    parser.add_argument("--data", type=Path, default=Path("../shared/data/scores"))
    parser.add_argument("--every", type=int, default=1, help="only every n-th file")
    parser.add_argument("--from", dest="first", type=int, default=0, help="number of the first file, from 0")
    parser.add_argument("--to", dest="last", type=int, help="number of the file before which to stop")
    parser.add_argument("--folders", nargs="+", choices=FOLDERS, default=FOLDERS)
    args = parser.parse_args()
    random.seed(0)
    choice = Choice(args.data, args.every, args.first, args.last, tuple(args.folders))
    for what in args.what:
        REPORTS[what](choice)


if __name__ == "__main__":
    main()
