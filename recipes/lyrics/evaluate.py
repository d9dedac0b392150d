"""How well words become syllables and phonemes: the figures of docs/lyrics.md.

    python recipes/lyrics/evaluate.py --lieder ../shared/data/scores/lieder --cmudict PATH/TO/cmudict.dict

Syllables: against how composers divide their words in the CC0 lieder (`lieder_words.py`), by words as sung, on the
half of the songs that nothing was tuned on; ``--tuning`` shows the other half. Pronunciation: English words by
themselves against the CMU Pronouncing Dictionary, which takes no part in speaking them. Speed: 1,000 lines.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from lieder_words import Song, songs

from vocalkit.lyrics import parse_lyrics
from vocalkit.lyrics.english import FUNCTION_WORDS
from vocalkit.lyrics.markup import Token
from vocalkit.lyrics.phonemize import phonemize_lines
from vocalkit.lyrics.symbols import Phone
from vocalkit.lyrics.text import find_words
from vocalkit.lyrics.words import divide_word

CODES = {"en": "en-us", "fr": "fr-fr"}
ARPABET = {
    "AA": "ɑ", "AE": "æ", "AH": "ə", "AO": "ɑ", "AW": "aʊ", "AY": "aɪ", "B": "b", "CH": "tʃ", "D": "d", "DH": "ð",
    "EH": "ɛ", "ER": "ɚ", "EY": "eɪ", "F": "f", "G": "ɡ", "HH": "h", "IH": "ɪ", "IY": "i", "JH": "dʒ", "K": "k",
    "L": "l", "M": "m", "N": "n", "NG": "ŋ", "OW": "oʊ", "OY": "ɔɪ", "P": "p", "R": "ɹ", "S": "s", "SH": "ʃ",
    "T": "t", "TH": "θ", "UH": "ʊ", "UW": "u", "V": "v", "W": "w", "Y": "j", "Z": "z", "ZH": "ʒ",
}  # fmt: skip
SAME = {"ʌ": "ə", "ɝ": "ɚ", "ɔ": "ɑ", "ɾ": "t", "ɐ": "ə"}
"""CMU writes ə and ʌ alike, r-coloured vowels alike, and has no tap; its AO and AA are one vowel for most of the US."""
BATCH = 4000

Said = list[tuple[str, int]]
"""Symbols of a word, each with its stress: 0 none or a consonant, 1 secondary, 2 primary."""


def syllable_figures(group: Sequence[Song], language: str) -> dict[str, float | int]:
    """Share of the words with the composer's number of syllables, and of those divided at the composer's places."""
    code = CODES.get(language, language)
    lines = [line for song in group for line in song.lines]
    found = [[find_words("".join(word), language=code) for word in line] for line in lines]
    spoken = phonemize_lines([[text for word in line for _, text in word] for line in found], language=code)
    total = counted = placed = 0
    types: dict[str, list[bool]] = defaultdict(list)
    for line, words, phones in zip(lines, found, spoken, strict=True):
        said = iter(phones)
        for parts, written in zip(line, words, strict=True):
            syllables = [
                syllable.text for _, text in written for syllable in divide_word(Token(text, code), next(said))
            ]
            right = len(syllables) == len(parts)
            total, counted = total + 1, counted + right
            placed += [s.lower() for s in syllables] == [part.lower() for part in parts]
            types["-".join(parts).lower()].append(right)
    return {
        "songs": len({song.file for song in group}),
        "words": total,
        "count_right": round(counted / max(total, 1), 4),
        "count_right_by_type": round(sum(sum(r) / len(r) for r in types.values()) / max(len(types), 1), 4),
        "division_right": round(placed / max(total, 1), 4),
    }


def read_cmudict(path: Path) -> dict[str, list[Said]]:
    """Every word with its pronunciations."""
    found: dict[str, list[Said]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        word, *phones = line.split("#")[0].split()
        name = re.sub(r"\(\d+\)$", "", word)
        if re.fullmatch(r"[a-z][a-z']*", name):
            marks = [(phone.rstrip("012"), phone[-1]) for phone in phones]
            found[name].append([(ARPABET[p], {"1": 2, "2": 1}.get(mark, 0)) for p, mark in marks])
    return dict(found)


def word_classes(lieder: Path, group: Sequence[Song]) -> dict[str, set[str]]:
    """Function words; proper names, from the composers of the lieder; words of the English songs; all."""
    titles = (lieder / "INDEX.tsv").read_text(encoding="utf-8").splitlines()[1:]
    composers = {line.split("\t")[1].split("/")[0] for line in titles}
    names = {name.lower() for composer in composers for name in re.findall(r"[A-Z][a-z]+", composer)}
    english = [line for song in group if song.language == "en" for line in song.lines]
    sung = {"".join(word).lower() for line in english for word in line}
    return {"function": set(FUNCTION_WORDS), "names": names, "sung": sung - FUNCTION_WORDS - names}


def folded(phones: Sequence[Phone]) -> Said:
    """Our symbols with what CMU does not tell apart made one."""
    symbols = [(SAME.get(phone.symbol, phone.symbol), phone.stress) for phone in phones]
    return [pair for i, pair in enumerate(symbols) if not (pair[0] == "ɹ" and i and symbols[i - 1][0] == "ɚ")]


def distance(left: Sequence[str], right: Sequence[str]) -> int:
    row = list(range(len(right) + 1))
    for i, a in enumerate(left, 1):
        diagonal, row[0] = row[0], i
        for j, b in enumerate(right, 1):
            diagonal, row[j] = row[j], min(diagonal + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def stressed(said: Said) -> int | None:
    """Which vowel has the main stress."""
    vowels = [stress for symbol, stress in said if symbol[0] in "aeiouɑæəɛɚɪɔʊ"]
    return vowels.index(2) if 2 in vowels else None


def vowel_count(said: Said) -> int:
    return sum(symbol[0] in "aeiouɑæəɛɚɪɔʊ" for symbol, _ in said)


def pronunciation_figures(dictionary: dict[str, list[Said]], words: Sequence[str]) -> dict[str, float | int | None]:
    """Phoneme error against the nearest pronunciation of CMU, and stress where the syllables are as many."""
    errors = length = exact = counted = stress_right = polysyllables = 0
    for word, said in zip(words, _spoken(words), strict=True):
        symbols = [symbol for symbol, _ in said]
        nearest = min(dictionary[word], key=lambda p: distance([s for s, _ in p], symbols))
        wrong = distance([s for s, _ in nearest], symbols)
        errors, length, exact = errors + wrong, length + len(nearest), exact + (wrong == 0)
        same = next((p for p in dictionary[word] if vowel_count(p) == vowel_count(said)), None)
        counted += same is not None
        if same is not None and vowel_count(said) > 1:
            polysyllables += 1
            stress_right += any(stressed(p) == stressed(said) for p in dictionary[word])
    return {
        "words": len(words),
        "phoneme_error": round(errors / max(length, 1), 4),
        "words_right": round(exact / max(len(words), 1), 4),
        "syllables_right": round(counted / max(len(words), 1), 4),
        "stress_right": round(stress_right / polysyllables, 4) if polysyllables else None,
    }


def _spoken(words: Sequence[str]) -> Iterator[Said]:
    for at in range(0, len(words), BATCH):
        for (phones,) in phonemize_lines([[word] for word in words[at : at + BATCH]], language="en-us"):
            yield folded(phones)


def speed(group: Sequence[Song]) -> dict[str, float]:
    """Processor seconds for 1,000 different lines of the English songs."""
    lines = list(dict.fromkeys(" ".join("".join(word) for word in line) for song in group for line in song.lines))[
        :1000
    ]
    began = time.process_time()
    parse_lyrics("\n".join(lines))
    return {"lines": len(lines), "seconds": round(time.process_time() - began, 2)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lieder", type=Path, required=True, help="folder of the lieder's .mxl files")
    parser.add_argument("--cmudict", type=Path, help="cmudict.dict")
    parser.add_argument("--tuning", action="store_true", help="the half of the songs that rules were tuned on")
    parser.add_argument("--only", nargs="+", metavar="LANGUAGE", help="syllables of these languages and nothing else")
    args = parser.parse_args()
    group = [song for song in songs(args.lieder) if song.held_out != args.tuning]
    result: dict[str, object] = {"half": "tuning" if args.tuning else "held out"}
    for language in args.only or sorted({song.language for song in group}):
        figures = syllable_figures([song for song in group if song.language == language], language)
        result[f"syllables_{language}"] = figures
        print(language, figures, file=sys.stderr, flush=True)
    if args.only:
        print(json.dumps(result, indent=2))
        return
    result["speed"] = speed([song for song in group if song.language == "en"])
    if args.cmudict is not None:
        dictionary = read_cmudict(args.cmudict)
        result["cmudict_all"] = pronunciation_figures(dictionary, sorted(dictionary))
        for name, members in word_classes(args.lieder, group).items():
            result[f"cmudict_{name}"] = pronunciation_figures(dictionary, sorted(members & dictionary.keys()))
    print(json.dumps(result, indent=2, ensure_ascii=False))


if __name__ == "__main__":
    main()
