"""`vocalkit phonemize`: how lyrics will be said, before anything is sung."""

from __future__ import annotations

import argparse

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json, warn
from vocalkit.cli.progress import StageBars

EXAMPLES = """\
  vocalkit phonemize words.txt
  vocalkit phonemize "Amazing grace, how sweet the sound"
  vocalkit phonemize words.txt --lang en-gb --lexicon lexicon.tsv --json
  vocalkit phonemize "my [fr]amour, hello{h ə ˈl oʊ}" --preview hear.wav --voice clara
"""
_STRESS_MARKS = ("", "ˌ", "ˈ")


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "phonemize", summary="show how lyrics will be said, syllable by syllable", examples=EXAMPLES
    )
    parser.add_argument("words", metavar="FILE|TEXT", help="a lyrics file, or the words themselves")
    parser.add_argument(
        "--lang", "--language", default="en-us", metavar="CODE", help="language of the lyrics (default: en-us)"
    )
    parser.add_argument("--lexicon", type=path_argument, metavar="FILE", help="your own pronunciations: lexicon.tsv")
    parser.add_argument("--preview", type=path_argument, metavar="WAV", help="also recite the words into this file")
    parser.add_argument("--voice", metavar="NAME", help="who recites them (default: the first voice)")
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.phonemize import phonemize_file, preview_file, sheet_facts

    sheet = phonemize_file(args.words, language=args.lang, lexicon=args.lexicon)
    if args.preview is not None:
        with StageBars() as progress:
            preview_file(sheet, args.preview, voice=args.voice, progress=progress)
    if args.json:
        print_json(sheet_facts(sheet))
        return 0
    for line in sheet.lines:
        print(f"{line.number:>4}  {line.text}")
        print(f"      {'  '.join('-'.join(s.text for s in word.syllables) for word in line.words)}")
        said = (
            " . ".join(_STRESS_MARKS[s.stress] + " ".join(s.phonemes) for s in word.syllables) for word in line.words
        )
        print(f"      {'  |  '.join(said)}")
    warn(
        tuple(
            f"line {number}: {word.text} {word.unknown}; write it in a lexicon or as {word.text}{{…}}"
            for number, word in sheet.unknown
        )
    )
    return 0
