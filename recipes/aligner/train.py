"""Trains the project's own aligner: Gaussians of phoneme states, in closed form.

    python recipes/aligner/train.py --data ../shared/data --out pretrained

1. espeak-ng reads the word lists of consent/words in six languages and two voices: its phoneme times are exact.
2. PJS's hand labels (the songs that recipes/vocoder/config.toml does not hold out): how they sound when sung.
3. Recorded speech (Kathleen, Kerstin and, with `--librispeech`, LibriSpeech; not what speech.py holds out) is aligned
   with what there is by then, and what was found becomes a third kind of source; `--turns` times. No other aligner
   takes part.
"""

from __future__ import annotations

import argparse
import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from espeak_labels import say
from pjs_labels import IPA_OF, held_out, labels, names
from speech import Spoken, speech_clips

from vocalkit.audio import read, resample
from vocalkit.lyrics.symbols import to_phones
from vocalkit.phones import phone_class
from vocalkit.types import Audio
from vocalkit.voice.cepstra import DIMS, HOP_S, RATE_HZ, Frames, cepstra
from vocalkit.voice.own_aligner import find
from vocalkit.voice.phone_model import SILENCE, STATES, PhoneModel, tensors_of
from vocalkit.weights import Source, WeightsManifest, write_manifest, write_weights

VOICES = {"en-us": "en", "de": "de", "es": "es", "ja": "ja", "fr": "fr", "pt": "pt"}
VARIANTS = (("low", "+m3", 150), ("high", "+f2", 120))
WORDS_A_PHRASE = 6
FEWEST_FRAMES = 25
LEAST_SPREAD = 0.08
Interval = tuple[str, float, float]


class Sums:
    """Counts, sums and squares of frames by source, symbol and state."""

    def __init__(self) -> None:
        self.kinds: dict[tuple[str, str, int], list[np.ndarray]] = defaultdict(
            lambda: [np.zeros(1), np.zeros(DIMS), np.zeros(DIMS)]
        )

    def add(self, source: str, frames: Frames, intervals: list[Interval]) -> None:
        for symbol, start_s, end_s in intervals:
            first, last = round(start_s / HOP_S), round(end_s / HOP_S)
            bounds = np.round(np.linspace(first, last, STATES + 1)).astype(int)
            if last - first < STATES or last > len(frames):
                continue
            for state in range(STATES):
                part = frames[bounds[state] : bounds[state + 1]].astype(np.float64)
                sums = self.kinds[source, symbol, state]
                sums[0] += len(part)
                sums[1] += part.sum(axis=0)
                sums[2] += (part**2).sum(axis=0)

    def model(self) -> PhoneModel:
        """Three states of every symbol with enough frames in some source; one Gaussian a source."""
        enough = {key for key, sums in self.kinds.items() if sums[0][0] >= FEWEST_FRAMES}
        symbols = tuple(sorted({s for _, s, _ in enough if all(self._has(enough, s, k) for k in range(STATES))}))
        mean, variance, state = [], [], []
        for source, symbol, place in sorted(enough):
            if symbol in symbols:
                count, total, square = self.kinds[source, symbol, place]
                mean.append(total / count)
                variance.append(np.maximum(square / count - (total / count) ** 2, LEAST_SPREAD))
                state.append(symbols.index(symbol) * STATES + place)
        table = [np.array(values, np.float32) for values in (mean, variance)]
        return PhoneModel(symbols, *table, np.array(state, np.int32))

    @staticmethod
    def _has(enough: set[tuple[str, str, int]], symbol: str, place: int) -> bool:
        return any(s == symbol and k == place for _, s, k in enough)

    def forget(self, source: str) -> None:
        for key in [key for key in self.kinds if key[0] == source]:
            del self.kinds[key]


def frames_of(audio: Audio) -> Frames:
    return cepstra(resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0].astype(np.float64))


def synthetic(words: Path) -> Iterator[tuple[str, Frames, list[Interval]]]:
    for code, language in VOICES.items():
        listed = (words / f"{language}.txt").read_text(encoding="utf-8").split()
        for kind, variant, pace in VARIANTS:
            for at in range(0, len(listed), WORDS_A_PHRASE):
                text = " ".join(listed[at : at + WORDS_A_PHRASE])
                sound, rate, told = say(text, code + variant, words_a_minute=pace)
                yield f"espeak-{kind}", frames_of(Audio(sound[None], rate)), _plain(told, code)


_OPEN = {"ä": "a", "o̞": "o", "e̞": "e", "ɯᵝ": "ɯ", "ũ": "ɴ"}


def _plain(told: list[Interval], code: str) -> list[Interval]:
    """espeak's events in the project's alphabet; what holds several phonemes is left out."""
    found = []
    for name, start_s, end_s in told:
        bare = "".join(mark for mark in name if mark not in "ˈˌː")
        if not bare or bare.startswith("_"):
            found.append((SILENCE, start_s, end_s))
            continue
        phones = to_phones([_OPEN.get(bare, bare)], language=code)
        if len(phones) == 1 and phone_class(phones[0].symbol) is not None:
            found.append((phones[0].symbol, start_s, end_s))
    return found


def sung(data: Path) -> Iterator[tuple[Frames, list[Interval]]]:
    for name in names(data):
        if name not in held_out():
            audio = read(data / name / f"{name}_song.flac")
            known = [(IPA_OF[s], a, b) for s, a, b in labels(data, name) if s in IPA_OF and b <= audio.duration_s]
            yield frames_of(audio), known


def heard(model: PhoneModel, clips: list[tuple[Spoken, Frames]]) -> Iterator[tuple[Frames, list[Interval]]]:
    for clip, frames in clips:
        found = find(model, frames, clip.words)
        symbols = [symbol for word in clip.words for symbol in word]
        intervals: list[Interval] = []
        end_s = 0.0
        for symbol, start, end in zip(symbols, found.starts_s, found.ends_s, strict=True):
            if start > end_s + 0.06:
                intervals.append((SILENCE, end_s, float(start)))
            intervals.append((symbol, float(start), float(end)))
            end_s = float(end)
        yield frames, intervals


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--turns", type=int, default=1)
    parser.add_argument("--librispeech", action="store_true", help="70 more speakers; five times the work")
    args = parser.parse_args()
    sums = Sums()
    for source, frames, intervals in synthetic(Path("consent/words")):
        sums.add(source, frames, intervals)
    print("espeak:", len(sums.model().symbols), "symbols", flush=True)
    for frames, intervals in sung(args.data / "singing" / "pjs"):
        sums.add("pjs", frames, intervals)
    clips = [(clip, frames_of(clip.audio)) for clip in speech_clips(args.data / "speech", many=args.librispeech)]
    print("pjs, and", len(clips), "clips to align", flush=True)
    for turn in range(args.turns):
        model = sums.model()
        sums.forget("speech")
        for frames, intervals in heard(model, clips):
            sums.add("speech", frames, intervals)
        print("turn", turn + 1, len(clips), "clips", flush=True)
    _write(sums.model(), args.out, many=args.librispeech)


def _write(model: PhoneModel, out: Path, *, many: bool) -> None:
    out.mkdir(parents=True, exist_ok=True)
    digest, size = write_weights(out / "aligner.safetensors", tensors_of(model))
    sources = (
        Source("PJS: phoneme-balanced Japanese singing voice corpus", "J. Koguchi, S. Takamichi", "CC-BY-SA-4.0",
               "https://sites.google.com/site/shinnosuketakamichi/research-topics/pjs_corpus"),
        Source("dataset-voice-kathleen", "Kathleen, rhasspy", "CC0-1.0",
               "https://github.com/rhasspy/dataset-voice-kathleen"),
        Source("dataset-voice-kerstin", "Kerstin, rhasspy", "CC0-1.0",
               "https://github.com/rhasspy/dataset-voice-kerstin"),
    )  # fmt: skip
    if many:
        sources += (Source("LibriSpeech", "V. Panayotov and others", "CC-BY-4.0", "https://www.openslr.org/12"),)
    manifest = WeightsManifest(
        out, "aligner", "aligner.safetensors", digest, size, "CC-BY-SA-4.0", RATE_HZ, sources, "aligner.md"
    )
    print(json.dumps({"symbols": len(model.symbols), "gaussians": len(model.mean), "bytes": size}))
    write_manifest(manifest)


if __name__ == "__main__":
    main()
