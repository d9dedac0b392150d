"""How faithfully scores are read and written: every figure of docs/scores.md.

    python recipes/score/evaluate.py words notes order trips speed --data ../shared/data/scores

words: syllables against a count taken straight from the XML (xml_syllables.py). notes: pitches and onsets against
partitura. order: repeats against music21. trips: MusicXML → format → MusicXML. speed: seconds to read the longest.
Nothing here is tuned on these files beyond what docs/scores.md says.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

import hymns
import trips
import words


def scores(data: Path, folder: str, every: int) -> list[Path]:
    return sorted((data / folder).glob("*.mxl"))[::every]


def report_words(data: Path, every: int) -> None:
    for folder in ("lieder", "leadsheets"):
        figures = words.WordFigures()
        for path in scores(data, folder, every):
            words.judge(path, figures)
            words.judge_voices(path, figures)
        print(f"words, {folder}: {figures.files} files, {figures.verses} verses")
        for name in ("line", "part", "voice"):
            there, kept = getattr(figures, f"{name}_there"), getattr(figures, f"{name}_kept")
            print(f"  {name}: {kept} of {there} syllables in order = {kept / max(1, there):.4%}")
        print(f"  under rests or grace notes: {figures.elsewhere}")
        for lost, name in sorted(figures.worst, reverse=True)[:12]:
            print(f"  -{lost} {name}")


def report_trips(data: Path, every: int) -> None:
    for folder in ("lieder", "leadsheets"):
        figures = {suffix: trips.TripFigures() for suffix in trips.FORMATS}
        for path in scores(data, folder, every):
            trips.travel(path, figures)
        print(f"trips, {folder}: MusicXML → format → MusicXML")
        for suffix, found in figures.items():
            beats = f", {found.beats} on the beat" if suffix in trips.IN_BEATS else ""
            print(
                f"  {suffix}: {found.whole} of {found.files} files whole, notes {found.kept} of {found.notes}{beats}, "
                f"syllables {found.syllables_kept} of {found.syllables}"
            )
            for fault, _ in found.faults.most_common(5):
                print(f"    {fault}")


def report_hymns(data: Path, every: int) -> None:
    figures = hymns.HymnFigures()
    hymns.judge(data / "hymns" / "openhymnal_pd.abc", figures, every=every)
    print(f"hymns: {figures.tunes} tunes, {figures.verses} verses")
    print(f"  {figures.kept} of {figures.there} syllables in order = {figures.kept / max(1, figures.there):.4%}")
    print(
        f"  {figures.agreed} of {figures.notes} notes as music21 reads them, which cannot read {figures.unread} tunes"
    )
    for fault in figures.faults[:40]:
        print(f"  {fault}")


REPORTS = {"words": report_words, "hymns": report_hymns, "trips": report_trips}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", nargs="*", choices=list(REPORTS), default=list(REPORTS))
    parser.add_argument("--data", type=Path, default=Path("../shared/data/scores"))
    parser.add_argument("--every", type=int, default=1, help="only every n-th file")
    args = parser.parse_args()
    random.seed(0)
    for what in args.what:
        REPORTS[what](args.data, args.every)


if __name__ == "__main__":
    main()
