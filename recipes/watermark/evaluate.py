"""The whole table: how often a mark is read after what may happen to it, and how it sounds.

    python recipes/watermark/prepare.py --shared ../shared/data --work work/watermark
    python recipes/watermark/evaluate.py --shared ../shared/data --work work/watermark

Takes up where an earlier run ended (results.jsonl), shows what it is at, and writes table.md and
table.json after every render. `--part` runs one part alone, also beside a run of another; `--renders`
makes fewer renders. The judge of sound is PESQ (`pip install pesq`).
"""

from __future__ import annotations

import argparse
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from attacks import BEYOND, MIX_ONLY, PROMISED, STEM_ONLY, Attack
from plan import Plan, read_plan
from sounds import Host, anywhere, backing, backings, hosts, own_mix, part, plain_mix
from table import write_tables

from vocalkit.audio import resample
from vocalkit.provenance.watermark import detect, embed, published_key
from vocalkit.provenance.watermark.code import code_of
from vocalkit.provenance.watermark.detect import MAX_FALSE_ALARM, false_alarm, read_best, scenes
from vocalkit.types import Audio

PARTS = ("promised", "beyond", "quality", "false")
KEYS_A_WINDOW = 100
OWN = "our own mix and master, MP3 128 kbit/s"
QUIET = "vocals 6 LU under the backing"


class Results:
    """A line of JSON for everything measured; what is there already is not measured again."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._done = {self._name(line) for line in self.lines()}

    def lines(self) -> list[dict[str, object]]:
        """As they stand in the file, to which runs of other parts may be adding."""
        if not self.path.exists():
            return []
        return [json.loads(line) for line in self.path.read_text(encoding="utf-8").splitlines()]

    @staticmethod
    def _name(line: dict[str, object]) -> tuple[object, ...]:
        return (line["part"], line["render"], line.get("sound"), line.get("attack"))

    def has(self, **name: object) -> bool:
        return self._name(name) in self._done

    def add(self, **line: object) -> None:
        with self.path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")
        self._done.add(self._name(line))


def random_of(plan: Plan, *names: object) -> np.random.Generator:
    """Its own numbers for everything, so that a run taken up again is the run it was."""
    return np.random.default_rng([plan.seed, zlib.crc32(repr(names).encode())])


class Render:
    """A minute of a host under some key with some mark, as a stem and as a mix."""

    def __init__(self, plan: Plan, number: int, every: list[Host], tracks: list[Path]) -> None:
        random = random_of(plan, "render", number)
        self.host = every[number % len(every)]
        # Every other render has the published key.
        own = random.bytes(32) if number % 2 else published_key().key
        self.key, self.mark = own, int(random.integers(1, 2**32))
        whole = self.host.audio()
        self.marked = embed(whole, self.mark, key=self.key)
        self.where = anywhere(whole, plan.seconds, random)
        self.before, self.stem = part(whole, self.where), part(self.marked, self.where)
        self.under = backing(tracks, self.marked.frames, random)
        beside = part(self.under, self.where)
        self.mix, self.quiet = plain_mix(self.stem, beside), plain_mix(self.stem, beside, lift_lu=-6.0)

    def own(self) -> Audio | None:
        if self.host.performance is None:
            return None
        return part(own_mix(self.marked, self.host.performance, self.under), self.where)


def rows(kind: str, render: Render) -> Iterator[tuple[str, str, Audio | None, Attack]]:
    """(sound, attack, audio, what is done) for each row of a table."""
    attacks = PROMISED if kind == "promised" else BEYOND
    for name, audio in (("stem", render.stem), ("mix", render.mix)):
        for attack, do in attacks.items():
            yield name, attack, audio, do
    if kind == "promised":
        for attack, do in MIX_ONLY.items():
            yield "mix", attack, render.mix, do
        yield "mix", OWN, None, MIX_ONLY["MP3 128 kbit/s"]
    else:
        yield "mix", QUIET, render.quiet, PROMISED["as it is"]
        for attack, do in STEM_ONLY.items():
            yield "stem", attack, render.stem, do


def look(plan: Plan, results: Results, kind: str, number: int, every: list[Host], tracks: list[Path]) -> None:
    render = Render(plan, number, every, tracks)
    for sound, attack, audio, do in rows(kind, render):
        name = {"part": kind, "render": number, "sound": sound, "attack": attack}
        if results.has(**name):
            continue
        source = render.own() if attack == OWN else audio
        if source is None:
            continue
        found = detect(do(source, random_of(plan, kind, number, attack)), keys={"key": render.key})
        results.add(
            **name,
            host=render.host.name,
            right=found is not None and found.mark == render.mark,
            wrong=found is not None and found.mark != render.mark,
            score=None if found is None else found.score,
        )


def judge(plan: Plan, results: Results, number: int, every: list[Host], tracks: list[Path]) -> None:
    """PESQ wide band over 20 s that are sung, and how far the change lies under the voice."""
    if results.has(part="quality", render=number):
        return
    from pesq import NoUtterancesError, pesq

    render = Render(plan, number, every, tracks)
    before, after = render.before.samples[0].astype(np.float64), render.stem.samples[0].astype(np.float64)
    change_db = 10.0 * np.log10(np.sum(before**2) / np.sum((after - before) ** 2))
    pair = [resample(sound, 16_000).samples[0] for sound in (render.before, render.stem)]
    scores = []
    for start in range(0, pair[0].size - 320_000 + 1, 320_000):
        try:
            scores.append(float(pesq(16_000, *(sound[start : start + 320_000] for sound in pair), "wb")))
        except NoUtterancesError:
            continue
    results.add(part="quality", render=number, host=render.host.name, change_db=float(change_db), pesq=scores)


def alarm(plan: Plan, results: Results, number: int, every: list[Host], tracks: list[Path]) -> None:
    """A sound without a mark, or with one under another key, looked at with a hundred wrong keys."""
    if results.has(part="false", render=number):
        return
    random = random_of(plan, "false", number)
    render = Render(plan, number, every, tracks)
    kind = ("unmarked stem", "unmarked mix", "marked stem", "marked mix")[number % 4]
    plain = render.before if kind.startswith("unmarked") else render.stem
    sound = plain if kind.endswith("stem") else plain_mix(plain, part(render.under, render.where))
    seconds = float(random.choice([20.0, plan.seconds]))
    both = tuple(scenes(sound, 0.0, seconds))
    scores, chances = [], []
    for _ in range(KEYS_A_WINDOW):
        code = code_of(random.bytes(32))
        found = [(scene.bends.alignments, reading.score) for scene in both if (reading := read_best(scene, code))]
        scores.append(max((score for _, score in found), default=0.0))
        chances += [false_alarm(score, alignments=alignments, tries=1) for alignments, score in found]
    alarms = sum(chance <= MAX_FALSE_ALARM for chance in chances)
    results.add(part="false", render=number, kind=kind, seconds=seconds, scores=scores, alarms=alarms)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, required=True)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--part", choices=PARTS, action="append", help="one part alone; may be given again")
    parser.add_argument("--renders", type=int, help="at most so many of each part")
    parser.add_argument("--first", type=int, default=0, help="begin at this render, beside a run that began earlier")
    arguments = parser.parse_args()
    plan = read_plan()
    every, tracks = hosts(arguments.work, plan.seed), backings(arguments.shared)
    results = Results(arguments.work / "results.jsonl")
    counts = {"promised": plan.renders, "beyond": plan.beyond_renders, "quality": len(every)}
    counts["false"] = plan.windows // KEYS_A_WINDOW
    for kind in arguments.part or PARTS:
        count = min(counts[kind], arguments.renders or counts[kind])
        for number in range(arguments.first, count):
            print(f"{kind}: {number + 1} of {count}", file=sys.stderr, flush=True)
            if kind == "quality":
                judge(plan, results, number, every, tracks)
            elif kind == "false":
                alarm(plan, results, number, every, tracks)
            else:
                look(plan, results, kind, number, every, tracks)
            write_tables(results.lines(), arguments.work)
    print((arguments.work / "table.md").read_text())


if __name__ == "__main__":
    main()
