"""The table: beats, downbeats, key and chords on the held-out scores, ours beside librosa's.

    python recipes/backing/evaluate.py --work work/backing [--librosa plain drums band] [--method ours]

Every figure is kept (work/results.jsonl, by method), so that a run goes on where it was ended. Measures are mir_eval's:
F at 70 ms, the first five seconds left out; weighted key score; maj/min chord overlap. In compound metres the beat is
the dotted pulse. Chords of hymns count where the four voices spell one. librosa: `beat_track`, every fourth or third
beat from the first as downbeat (the metre given to it), `chroma_cqt` correlated with Krumhansl's profiles, and 24
triad templates on its beat-synchronous chroma.
"""

from __future__ import annotations

import argparse
import json
import re
import warnings
from collections import defaultdict
from pathlib import Path

import mir_eval
import numpy as np
import soundfile
from plan import CONDITIONS
from render import Truth, home_key
from tqdm import tqdm

from vocalkit.types import Audio, Key

FIGURES = ("beat", "downbeat", "key", "chord", "continuity")
ROOTS = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--method", default="ours", help="name under which our figures are kept")
    parser.add_argument("--conditions", nargs="*", default=[*CONDITIONS, "band", "compound", "compound drums"])
    parser.add_argument("--librosa", nargs="*", default=[], help="conditions that librosa is asked as well")
    parser.add_argument("--scores", type=int, default=99, help="only the first so many held-out scores")
    parser.add_argument("--table", action="store_true", help="only show what was measured before")
    args = parser.parse_args()
    results = Results(args.work / "results.jsonl")
    if not args.table:
        for condition in args.conditions:
            measure(args.work, condition, args.method, analyzed, results, args.scores)
        for condition in args.librosa:
            measure(args.work, condition, "librosa", by_librosa, results, args.scores)
    print(results.tables())


class Results:
    """One line of JSON for every track and method."""

    def __init__(self, path: Path) -> None:
        self.path = path
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self.lines = [json.loads(line) for line in lines]
        self._done = {(line["method"], line["track"]) for line in self.lines}

    def has(self, method: str, track: str) -> bool:
        return (method, track) in self._done

    def add(self, line: dict[str, object]) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self.lines.append(line)

    def tables(self) -> str:
        """Means by condition, then by timbre and corpus of the takes with and without drums."""
        out = [self._table("condition", self.lines)]
        usual = [line for line in self.lines if line["condition"] in ("plain", "drums", "band")]
        return "\n".join([*out, *(self._table(by, usual) for by in ("timbre", "corpus", "metre"))])

    def _table(self, by: str, lines: list[dict]) -> str:
        groups: dict[tuple[str, str], list[dict]] = defaultdict(list)
        for line in lines:
            groups[(str(line["method"]), str(line[by]))].append(line)
        rows = [f"| method | {by} | tracks | beat F | downbeat F | key | chords maj/min | CMLt |", "|---" * 8 + "|"]
        for (method, name), members in groups.items():
            cells = []
            for figure in FIGURES:
                values = [m[figure] for m in members if m[figure] is not None]
                cells.append(f"{np.mean(values):.3f}" if values else "–")
            rows.append(f"| {method} | {name} | {len(members)} | {' | '.join(cells)} |")
        return "\n".join(rows) + "\n"


def measure(work: Path, condition: str, method: str, analysis, results: Results, scores: int) -> None:
    """Every held-out track of one condition."""
    tracks = sorted((work / "held-out").glob(f"*-{condition.replace(' ', '-')}.flac"))
    for path in tqdm(tracks, desc=f"{method} {condition}"):
        wanted = path.stem[3:] == condition.replace(" ", "-") and int(path.stem[:2]) < scores
        if not wanted or results.has(method, path.stem):
            continue
        sound, rate = soundfile.read(path, dtype="float32")
        truth = Truth.load(path.with_suffix(".json"))
        corpus, name, timbre = path.with_suffix(".txt").read_text(encoding="utf-8").strip().split("\t")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = analysis(sound, rate, truth)
            figures = judge(found, truth, pitched=condition != "drums only")
        results.add(
            {
                "method": method,
                "track": path.stem,
                "condition": condition,
                "timbre": timbre,
                "corpus": corpus,
                "metre": truth.metre,
                "name": name,
                **figures,
            }
        )


def analyzed(sound: np.ndarray, rate: int, _truth: Truth) -> dict:
    """What the product hears."""
    from vocalkit.backing import analyze

    backing = analyze(Audio(sound[None], rate))
    grid = backing.tempo_map
    pulse = getattr(backing, "pulse_beats", 1)
    return {
        "beats": grid.beats_s[grid.first_downbeat % pulse :: pulse],
        "downbeats": grid.downbeats_s,
        "key": backing.key.name,
        "chords": [(c.start_s, c.end_s, c.name) for c in backing.chords],
    }


def by_librosa(sound: np.ndarray, rate: int, truth: Truth) -> dict:
    """The same with librosa's own tools."""
    import librosa

    _, frames = librosa.beat.beat_track(y=sound, sr=rate)
    beats = librosa.frames_to_time(frames, sr=rate)
    chroma = librosa.feature.chroma_cqt(y=sound, sr=rate)
    mean = chroma.mean(axis=1)
    scores = [
        (np.corrcoef(mean, np.roll(shape, tonic))[0, 1], Key(tonic, mode).name)
        for mode, shape in zip(("major", "minor"), KRUMHANSL, strict=True)
        for tonic in range(12)
    ]
    edges = librosa.util.fix_frames(frames, x_min=0, x_max=chroma.shape[1])
    synced = librosa.util.sync(chroma, edges, aggregate=np.mean)
    triads = np.array([[(pc - r) % 12 in (0, third, 7) for pc in range(12)] for third in (4, 3) for r in range(12)])
    best = (triads / np.sqrt(3) @ synced).argmax(axis=0)
    times = librosa.frames_to_time(edges, sr=rate)
    names = [f"{ROOTS[b % 12]}:{'maj' if b < 12 else 'min'}" for b in best]
    per_bar = max(2, round(len(truth.beats_s) / max(1, len(truth.downbeats_s))))
    return {
        "beats": beats,
        "downbeats": beats[::per_bar],
        "key": max(scores)[1],
        "chords": [(a, b, n) for a, b, n in zip(times[:-1], times[1:], names, strict=False) if b > a],
    }


KRUMHANSL = (
    (6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88),
    (6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17),
)


def judge(found: dict, truth: Truth, *, pitched: bool) -> dict[str, float | None]:
    """mir_eval's figures of one track; None where nobody knows the truth. What rings on after the last beat is cut."""
    end_s = truth.beats_s[-1] + 0.1
    beats, downs = (trimmed(found[name], end_s) for name in ("beats", "downbeats"))
    true_beats, true_downs = (trimmed(values, end_s) for values in (truth.beats_s, truth.downbeats_s))
    key = home_key(truth)
    return {
        "beat": float(mir_eval.beat.f_measure(true_beats, beats)),
        "downbeat": float(mir_eval.beat.f_measure(true_downs, downs)),
        "continuity": float(mir_eval.beat.continuity(true_beats, beats)[1]) if beats.size > 1 else 0.0,
        "key": float(mir_eval.key.weighted_score(key, found["key"])) if key and pitched else None,
        "chord": chord_overlap(found["chords"], truth) if pitched else None,
    }


def trimmed(times_s, end_s: float) -> np.ndarray:
    times = np.asarray(times_s, np.float64)
    return mir_eval.beat.trim_beats(times[times <= end_s])


def chord_overlap(chords: list[tuple[float, float, str]], truth: Truth) -> float | None:
    if not any(name not in ("X", "N") for _, _, name in truth.chords):
        return None
    reference, heard = (np.array([(a, b) for a, b, _ in spans]) for spans in (truth.chords, chords))
    # mir_eval spells a sixth chord otherwise than Harte's shorthand.
    names = [re.sub(r":6$", ":maj6", name) for _, _, name in truth.chords]
    scores = mir_eval.chord.evaluate(reference, names, heard, [name for _, _, name in chords])
    return float(scores["majmin"])


if __name__ == "__main__":
    main()
