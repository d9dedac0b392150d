"""What the vowel-onset estimator is worth, on recorded singing with phoneme labels by other people.

``python -m vocalkit.pipelines.onset_trial FOLDER`` runs it on a corpus laid out like PJS: folders
with ``<name>_song.flac`` and ``<name>.lab`` (HTK: start and end in 100 ns, phoneme). Each search is
centred up to 40 ms beside the label, at random, so that finding the centre is no success; `follows`
tells how much of that displacement the estimator sees through (1 all, 0 it sits in the centre). The
errors hold those of the labels too: their median is told apart (bias) from the spread around it.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vocalkit.audio import read
from vocalkit.pipelines.onsets import ExpectedVowel, Manner, manner, vowel_onsets

JITTER_S = 0.040
_VOWELS = ("a", "i", "u", "e", "o")
_SILENCES = ("pau", "sil", "br")
_IPA = {
    "sh": "ʃ", "ch": "tʃ", "ts": "ts", "f": "ɸ", "r": "ɾ", "ry": "ɾ", "N": "n", "my": "m", "ny": "n", "y": "j",
    "g": "ɡ", "gy": "ɡ", "j": "dʒ", "ky": "k", "py": "p", "by": "b", "hy": "ç", "ty": "t", "dy": "d", "cl": "t",
}  # fmt: skip
"""Romanised Japanese phonemes of the labels whose symbol is not that of the IPA."""


@dataclass(frozen=True, slots=True)
class TrialResult:
    """Errors of found onsets against labels and how far beside these was searched, s: float64 (n,) each."""

    errors_s: NDArray[np.float64]
    beside_s: NDArray[np.float64]
    manners: tuple[Manner, ...]

    def of(self, kind: Manner) -> TrialResult:
        """The vowels that came after one manner of sound."""
        chosen = [found == kind for found in self.manners]
        return TrialResult(self.errors_s[chosen], self.beside_s[chosen], (kind,) * sum(chosen))

    @property
    def follows(self) -> float:
        """1 - slope of error over displacement, among the three quarters that lie nearest the bias."""
        deviation = np.abs(self.errors_s - np.median(self.errors_s))
        near = deviation <= np.percentile(deviation, 75)
        return float(1.0 - np.polyfit(self.beside_s[near], self.errors_s[near], 1)[0])


def run_trial(folders: Sequence[Path], *, seed: int = 0) -> TrialResult:
    """Find every labelled vowel that follows a consonant or a pause in the folders' songs."""
    rng = np.random.default_rng(seed)
    errors: list[float] = []
    displaced: list[float] = []
    manners: list[Manner] = []
    for folder in folders:
        song = folder / f"{folder.name}_song.flac"
        if not song.exists():
            continue
        audio = read(song)
        truth = _labelled_vowels(folder / f"{folder.name}.lab", audio.duration_s)
        beside = [ExpectedVowel(v.time_s + rng.uniform(-JITTER_S, JITTER_S), v.after) for v in truth]
        found_s = vowel_onsets(audio, beside)
        displaced += [place.time_s - vowel.time_s for place, vowel in zip(beside, truth, strict=True)]
        errors += [found - vowel.time_s for found, vowel in zip(found_s, truth, strict=True)]
        manners += [vowel.after for vowel in truth]
    heard = np.isfinite(errors)
    return TrialResult(
        np.array(errors)[heard],
        np.array(displaced)[heard],
        tuple(kind for kind, found in zip(manners, heard, strict=True) if found),
    )


def _labelled_vowels(path: Path, duration_s: float) -> list[ExpectedVowel]:
    rows = [line.split() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    found = []
    for (_, _, before), (start, _, symbol) in itertools.pairwise(rows):
        time_s = int(start) * 1e-7
        if symbol in _VOWELS and before not in _VOWELS and 0.3 < time_s < duration_s - 0.2:
            kind: Manner = "pause" if before in _SILENCES else manner(_IPA.get(before, before))
            found.append(ExpectedVowel(time_s, kind))
    return found


def describe(result: TrialResult) -> str:
    """A Markdown table: bias, the size of the deviation from it in ms, and how well shifts are followed."""
    parts: list[tuple[str, TrialResult]] = [("all", result)]
    parts += [(kind, result.of(kind)) for kind in sorted(set(result.manners))]
    lines = [
        "| after | onsets | bias ms | median deviation ms | 95th percentile ms | follows |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, part in parts:
        ms = 1e3 * part.errors_s
        deviation = np.abs(ms - np.median(ms))
        figures = (np.median(ms), np.median(deviation), np.percentile(deviation, 95))
        shown = " | ".join(f"{figure:.0f}" for figure in figures)
        lines.append(f"| {name} | {ms.size} | {shown} | {part.follows:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(describe(run_trial(sorted(path for path in Path(sys.argv[1]).iterdir() if path.is_dir()))))
