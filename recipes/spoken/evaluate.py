"""Error rates of the spoken challenge on words and sentences of people, joined into recordings.

    python recipes/spoken/evaluate.py --work work/spoken --part test --recordings 40 -o docs/pictures

A recording is a sentence (in the place of the statement) and six words of the list with pauses, all
cut from read speech. Asked for is what was said, or with one word, all words or the statement
exchanged. Words come from many speakers, since no speaker has said six of most lists; whose voice it
is, is the speaker gate's business.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.pipelines.consent.phonemes import spoken_words, statement_words
from vocalkit.resources import locate
from vocalkit.types import Audio
from vocalkit.voice.recogniser import SpokenWord
from vocalkit.voice.spoken import WordsVerdict, check_words

RATE_HZ = 16_000
PAUSE_S = 0.45
ROOM = 10 ** (-60 / 20)
CONDITIONS = ("as asked", "one word wrong", "one word of no list", "all words wrong", "another statement")
NOISES_DB = (None, 20.0, 10.0)


@dataclass(frozen=True)
class Material:
    listed: list[tuple[str, NDArray[np.float32]]]
    others: list[tuple[str, NDArray[np.float32]]]
    sentences: list[tuple[str, NDArray[np.float32]]]


def load(work: Path, part: str) -> Material:
    with np.load(work / "words.npz") as data:
        pieces = np.split(data["sounds"], np.cumsum(data["length"])[:-1])
        rows = [
            (bool(listed), (str(word), piece))
            for where, word, listed, piece in zip(data["part"], data["word"], data["listed"], pieces, strict=True)
            if where == part
        ]
        said = np.split(data["sentences"], np.cumsum(data["sentence_length"])[:-1])
        sentences = [
            (str(text), sound)
            for of, text, sound in zip(data["of"], data["text"], said, strict=True)
            if of == part and len(sound) > 3 * RATE_HZ
        ]
    return Material([w for listed, w in rows if listed], [w for listed, w in rows if not listed], sentences)


def join(
    pieces: Sequence[NDArray[np.float32]], rng: np.random.Generator, noise_db: float | None, *, edge_s: float = PAUSE_S
) -> Audio:
    """Pieces at one level with pauses, in a room's noise 60 dB down or in white noise at `noise_db`."""
    gap = np.zeros(round(edge_s * RATE_HZ), np.float32)
    parts = [gap]
    for piece in pieces:
        edge = np.minimum(1.0, np.minimum(np.arange(len(piece)), np.arange(len(piece))[::-1]) / 80)
        parts += [(piece * edge * (0.1 / np.sqrt(np.mean(piece**2) + 1e-9))).astype(np.float32), gap]
    sound = np.concatenate(parts)
    level = ROOM if noise_db is None else 0.1 * 10 ** (-noise_db / 20)
    return Audio((sound + level * rng.standard_normal(len(sound))).astype(np.float32)[None], RATE_HZ)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--part", choices=("tune", "test"), required=True)
    parser.add_argument("--recordings", type=int, default=40, help="of each kind")
    parser.add_argument("--words", type=int, default=1000, help="single ones of each kind, at the most")
    parser.add_argument("-o", "--out", type=Path, required=True)
    args = parser.parse_args()
    material = load(args.work, args.part)
    names = (locate("consent") / "words" / "en.txt").read_text(encoding="utf-8").split()
    words = dict(zip(names, spoken_words(names, language="en-us"), strict=True))
    scores = single_words(material, words, args.words)
    print("\n| asked | noise | recordings | accepted | unsure | refused | words heard | unsure | missing |")
    print("|---|---|---|---|---|---|---|---|---|")
    for condition in CONDITIONS:
        for noise_db in NOISES_DB if condition in ("as asked", "one word wrong") else (None,):
            rng = np.random.default_rng(7)
            verdicts = []
            for _ in range(args.recordings):
                verdicts.append(trial(condition, material, words, rng, noise_db))
            print(row(condition, noise_db, verdicts), flush=True)
    args.out.mkdir(parents=True, exist_ok=True)
    draw(scores, args.out / "spoken-words.png")


def single_words(material: Material, words: dict[str, SpokenWord], most: int) -> dict[str, list[tuple[float, float]]]:
    """Every cut word by itself, asked for as what it is and as another; prints how often it is heard.

    Returns (margin, fit) of the words asked for that were found at all.
    """
    rng = np.random.default_rng(11)
    names, decoys = list(words), list(words.values())
    kinds = {
        "said": [(word, word, sound) for word, sound in material.listed],
        "another of the list": [(other(names, word, rng), word, sound) for word, sound in material.listed],
        "said was a word of no list": [
            (names[rng.integers(len(names))], word, sound) for word, sound in material.others
        ],
    }
    scores: dict[str, list[tuple[float, float]]] = {}
    print("| asked for one word | words | heard | unsure | missing |")
    print("|---|---|---|---|---|")
    for kind, trials in kinds.items():
        matches = [
            check_words(join([sound], rng, None, edge_s=0.9), [words[asked]], decoys=decoys).words[0]
            for asked, _, sound in (trials[at] for at in rng.permutation(len(trials))[:most])
        ]
        counts = [sum(match.presence == presence for match in matches) for presence in ("heard", "unsure", "missing")]
        print(
            f"| {kind} | {len(matches)} | "
            + " | ".join(f"{count} ({count / len(matches):.1%})" for count in counts)
            + " |"
        )
        scores[kind] = [(m.margin, m.fit) for m in matches if m.margin is not None and m.fit is not None]
    return scores


def other(names: list[str], word: str, rng: np.random.Generator) -> str:
    return [name for name in names if name != word][rng.integers(len(names) - 1)]


def trial(
    condition: str,
    material: Material,
    words: dict[str, SpokenWord],
    rng: np.random.Generator,
    noise_db: float | None,
) -> WordsVerdict:
    """The verdict on one recording and what is asked of it."""
    picks = [material.listed[at] for at in rng.choice(len(material.listed), 6, replace=False)]
    text, sentence = material.sentences[rng.integers(len(material.sentences))]
    said = [word for word, _ in picks]
    sounds = [sound for _, sound in picks]
    wrong: set[int] = set()
    unsaid = [name for name in words if name not in said]
    if condition == "one word wrong":
        wrong = {int(rng.integers(6))}
    elif condition == "all words wrong":
        wrong = set(range(6))
    elif condition == "one word of no list":
        at = int(rng.integers(6))
        sounds[at] = material.others[rng.integers(len(material.others))][1]
        wrong = {at}
    elif condition == "another statement":
        text = material.sentences[rng.integers(len(material.sentences))][0]
    if condition != "one word of no list":
        for at in wrong:
            said[at] = unsaid[rng.integers(len(unsaid))]
    audio = join([sentence, *sounds], rng, noise_db)
    statement = statement_words(text, language="en-us")
    asked = [words[name] for name in said]
    return check_words(audio, asked, decoys=list(words.values()), statement=statement)


def row(condition: str, noise_db: float | None, verdicts: list[WordsVerdict]) -> str:
    outcomes = [verdict.outcome for verdict in verdicts]
    heard = [match.presence for verdict in verdicts for match in verdict.words]
    noise = "−60 dB" if noise_db is None else f"{noise_db:.0f} dB below"
    cells = [condition, noise, len(verdicts), *(outcomes.count(o) for o in ("accepted", "unsure", "refused"))]
    cells += [heard.count(presence) for presence in ("heard", "unsure", "missing")]
    return "| " + " | ".join(map(str, cells)) + " |"


def draw(asked: dict[str, list[tuple[float, float]]], path: Path) -> None:
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(figsize=(7, 4), dpi=90)
    for name, colour in zip(asked, ("C0", "C3", "C1"), strict=True):
        points = np.array(asked[name]).reshape(-1, 2)
        axes.plot(np.clip(points[:, 0], -200, 200), np.clip(points[:, 1], -6, 3), ".", color=colour, ms=3, label=name)
    axes.set_xlabel("margin over the best decoy, nats")
    axes.set_ylabel("margin over any phones, nats a frame")
    axes.legend(title="asked for")
    axes.grid(alpha=0.3)
    figure.tight_layout()
    figure.savefig(path)


if __name__ == "__main__":
    main()
