"""Aligners beside labels that are known: PJS by hand, espeak-ng by construction; and beside each other.

    python recipes/aligner/evaluate.py --data ../shared/data --out pretrained

- sung: PJS's held-out songs, cut at their pauses into pieces of at most 20 s; hand labels.
- spoken: espeak-ng reading consent/terms in voices and texts that nothing was trained on; exact labels.
- agreement: the last 40 Kathleen clips, pocketsphinx's borders taken for true.
- refused: clips with their own transcript and with that of the next clip.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from espeak_labels import say
from pjs_labels import IPA_OF, held_out, labels
from speech import Spoken, corpus
from train import _plain

from vocalkit.audio import read
from vocalkit.errors import AudioError
from vocalkit.protocols import Aligner
from vocalkit.types import Audio
from vocalkit.voice.own_aligner import ModelAligner, find, frames_of
from vocalkit.voice.phone_model import SILENCE, model_of
from vocalkit.weights import read_manifest, read_weights

PIECE_S, EDGE_S = 20.0, 0.15
UNSEEN = {"en-us+m7": "en", "de+f5": "de", "es+m7": "es", "ja+f5": "ja"}
Case = tuple[Audio, tuple[tuple[str, ...], ...], list[float]]
"""A clip, its words, and the true start of every phoneme (NaN where it is not labelled)."""


def sung(data: Path) -> Iterator[Case]:
    for name in held_out():
        audio = read(data / "singing" / "pjs" / name / f"{name}_song.flac")
        piece: list[tuple[str, float, float]] = []
        for label in [*labels(data / "singing" / "pjs", name), ("pau", 1e9, 1e9)]:
            if label[0] != "pau":
                piece.append(label)
            elif piece:
                if piece[-1][2] <= audio.duration_s and piece[-1][2] - piece[0][1] <= PIECE_S:
                    yield _case(audio, piece)
                piece = []


def _case(audio: Audio, piece: list[tuple[str, float, float]]) -> Case:
    begin_s, end_s = max(piece[0][1] - EDGE_S, 0.0), piece[-1][2] + EDGE_S
    low, high = round(begin_s * audio.sample_rate), round(end_s * audio.sample_rate)
    symbols: list[str] = []
    starts: list[float] = []
    for label, start_s, _ in piece:
        parts = [IPA_OF[label]] if label in IPA_OF else ["ʔ"] if label == "cl" else [IPA_OF.get(label[0], "k"), "j"]
        symbols += parts
        starts += [start_s - begin_s] + [float("nan")] * (len(parts) - 1)
    return Audio(audio.mono()[None, low:high].copy(), audio.sample_rate), (tuple(symbols),), starts


def spoken(voice: str, language: str) -> Iterator[Case]:
    text = Path(f"consent/terms/enrolled.{language}.txt").read_text(encoding="utf-8")
    for sentence in text.replace("\n", " ").replace("。", ". ").split(". ")[:12]:
        sound, rate, told = say(sentence, voice)
        if not 1.0 < len(sound) / rate < PIECE_S:
            continue
        words: list[list[str]] = [[]]
        starts: list[float] = []
        for symbol, start_s, _ in _plain(told, voice.split("+")[0]):
            if symbol == SILENCE:
                words += [[]] if words[-1] else []
            else:
                words[-1].append(symbol)
                starts.append(start_s)
        if starts and len(starts) > 0.9 * sum(bool(name) for name, _, _ in told):
            yield Audio(sound[None], rate), tuple(tuple(word) for word in words if word), starts


def errors_s(aligner: Aligner, cases: list[Case]) -> tuple[np.ndarray, int]:
    """Found minus true starts, and how many clips were refused."""
    found, refused = [], 0
    for audio, words, starts in cases:
        try:
            spans = aligner.align(audio, words)
        except AudioError:
            refused += 1
            continue
        found += [span.start_s - start for span, start in zip(spans, starts, strict=True) if start == start]
    return np.array(found), refused


def show(what: str, who: str, errors: np.ndarray, refused: int) -> None:
    within = [100.0 * np.mean(np.abs(errors) <= ms / 1000.0) for ms in (10, 25, 50)]
    print(
        f"| {what} | {who} | {len(errors)} | {within[0]:.1f} / {within[1]:.1f} / {within[2]:.1f} | "
        f"{1000 * np.median(np.abs(errors)):.0f} | {1000 * np.median(errors):+.0f} | {refused} |",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where aligner.toml is")
    args = parser.parse_args()
    own = ModelAligner(model_of(read_weights(read_manifest(args.out / "aligner.toml"))))
    aligners: dict[str, Aligner] = {"own": own} | _pocketsphinx()
    print("| clips | aligner | borders | within 10 / 25 / 50 ms, % | median ms | bias ms | refused |")
    sources: dict[str, Callable[[], Iterator[Case]]] = {"PJS, sung": lambda: sung(args.data)}
    sources |= {f"espeak {voice}": lambda v=voice, c=code: spoken(v, c) for voice, code in UNSEEN.items()}
    for what, source in sources.items():
        cases = list(source())
        for who, aligner in aligners.items():
            show(what, who, *errors_s(aligner, cases))
    clips = corpus(args.data / "speech", "kathleen", held_out=True)
    if "pocketsphinx" in aligners:
        agreed: list[Case] = []
        for clip in clips:
            spans = aligners["pocketsphinx"].align(clip.audio, clip.words)
            agreed.append((clip.audio, clip.words, [span.start_s for span in spans]))
        show("Kathleen, beside pocketsphinx", "own", *errors_s(own, agreed))
    _fits(own, clips, "Kathleen")
    _fits(own, corpus(args.data / "speech", "kerstin", held_out=True), "Kerstin")


def _fits(own: ModelAligner, clips: list[Spoken], who: str) -> None:
    true, false = [], []
    for clip, other in zip(clips, [*clips[1:], clips[0]], strict=True):
        frames = frames_of(clip.audio, clip.words)
        true.append(find(own.model, frames, clip.words).fit)
        try:
            false.append(find(own.model, frames, other.words).fit)
        except AudioError:
            false.append(-99.0)
    print(
        f"{who}: fit of {len(true)} own transcripts {min(true):.2f} to {max(true):.2f}, median {np.median(true):.2f}; "
        f"of others' {min(false):.2f} to {max(false):.2f}, median {np.median(false):.2f}"
    )


def _pocketsphinx() -> dict[str, Aligner]:
    try:
        import pocketsphinx  # noqa: F401
    except ImportError:
        return {}
    from vocalkit.voice.align import PocketsphinxAligner

    return {"pocketsphinx": PocketsphinxAligner()}


if __name__ == "__main__":
    main()
