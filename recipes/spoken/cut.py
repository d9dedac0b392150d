"""Words of the English list as people said them, cut out of read speech.

    python recipes/spoken/cut.py --shared ../shared/data --resemblyzer Resemblyzer --work work/spoken

Running speech is harder than words read one by one: it is quicker, and neighbours colour the words.
Bounds are tuned on the part `tune` (every other speaker of resemble-ai/Resemblyzer that is not in
../shared/data) and figures come from the part `test` (all others).
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from pocketsphinx import Decoder

from vocalkit.audio import read, resample
from vocalkit.errors import AudioError
from vocalkit.resources import locate
from vocalkit.types import Audio
from vocalkit.voice.align import RATE_HZ, forced_alignment

OTHER_WORDS_A_CLIP = 2
LEAST_FRAMES = 20


def transcripts(shared: Path) -> dict[str, str]:
    """Text in lower case by clip name, LibriSpeech's way of writing it."""
    libri = shared / "speech" / "librispeech"
    lines = (libri / "train-clean-100" / "transcripts.txt").read_text(encoding="utf-8").splitlines()
    for path in sorted((libri / "dev-clean").rglob("*.trans.txt")):
        lines += path.read_text(encoding="utf-8").splitlines()
    return {line.split()[0]: " ".join(line.split()[1:]).lower() for line in lines if line.strip()}


def clips(shared: Path, resemblyzer: Path) -> Iterator[tuple[Path, str, str, str]]:
    """(file, speaker, part, text)."""
    texts = transcripts(shared)
    libri = shared / "speech" / "librispeech"
    registered = sorted((libri / "train-clean-100").glob("*.flac")) + sorted((libri / "dev-clean").rglob("*.flac"))
    for path in registered:
        yield path, path.stem.split("-")[0], "test", texts[path.stem]
    taken = {path.stem for path in registered}
    public = sorted((resemblyzer / "audio_data" / "librispeech_train-clean-100").glob("*.flac"))
    for number, path in enumerate(path for path in public if path.stem not in taken and path.stem in texts):
        yield path, path.stem.split("-")[0], "test" if number % 2 else "tune", texts[path.stem]
    kathleen = shared / "speech" / "kathleen"
    for line in (kathleen / "metadata.csv").read_text(encoding="utf-8").splitlines():
        name, _, text = line.partition("|")
        yield kathleen / f"{name}.flac", "kathleen", "test", " ".join(re.findall(r"[a-z']+", text.lower()))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--resemblyzer", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    args = parser.parse_args()
    listed = set((locate("consent") / "words" / "en.txt").read_text(encoding="utf-8").split())
    decoder = Decoder(lm=None, samprate=16_000, loglevel="FATAL")
    rng = np.random.default_rng(0)
    rows, sounds, sentences, sentence_rows = [], [], [], []
    for path, speaker, part, text in clips(args.shared, args.resemblyzer):
        words = text.split()
        if any(decoder.lookup_word(word) is None for word in words):
            continue
        try:
            audio = read(path)
            mono = resample(Audio(audio.mono()[None], audio.sample_rate), RATE_HZ).samples[0].astype(np.float64)
            spans = forced_alignment(decoder, mono, text)
        except (AudioError, RuntimeError):
            continue
        if len(spans) != len(words):
            continue
        low = resample(audio, 16_000).mono()
        if 8 <= len(words) <= 22:
            sentences.append(low)
            sentence_rows.append((speaker, part, text))
        places = [(word, span[0][1], span[-1][2]) for word, span in zip(words, spans, strict=True)]
        inside = [place for place in places if place[0] in listed]
        outside = [place for place in places if place[0] not in listed and len(place[0]) >= 6]
        for at in rng.permutation(len(outside))[:OTHER_WORDS_A_CLIP]:
            inside.append(outside[at])
        for word, start_s, end_s in inside:
            piece = low[round(start_s * 16_000) : round(end_s * 16_000)]
            if len(piece) >= LEAST_FRAMES * 160:
                rows.append((speaker, part, word, word in listed, len(piece)))
                sounds.append(piece)
    args.work.mkdir(parents=True, exist_ok=True)
    columns = dict(
        zip(("speaker", "part", "word", "listed", "length"), map(np.array, zip(*rows, strict=True)), strict=True)
    )
    said = dict(zip(("by", "of", "text"), map(np.array, zip(*sentence_rows, strict=True)), strict=True))
    lengths = np.array([len(sentence) for sentence in sentences])
    np.savez(
        args.work / "words.npz", sounds=np.concatenate(sounds), sentences=np.concatenate(sentences),
        sentence_length=lengths, **columns, **said,
    )  # fmt: skip
    listed_rows = [row for row in rows if row[3]]
    print(f"{len(listed_rows)} words of the list ({len({row[2] for row in listed_rows})} different), ", end="")
    print(
        f"{len(rows) - len(listed_rows)} others, {len({row[0] for row in rows})} speakers, {len(sentences)} sentences"
    )


if __name__ == "__main__":
    main()
