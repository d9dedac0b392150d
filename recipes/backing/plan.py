"""Which scores are held out, how training takes are drawn, and the takes that are measured: `config.toml` as values."""

from __future__ import annotations

import hashlib
import pickle
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from music import Piece, Unfit, catalogue, fingerprint, load
from render import Take
from sounds import TRAINED, UNHEARD
from tqdm import tqdm

from vocalkit.config import read_config

SLOWEST_BPM, FASTEST_BPM = 60.0, 180.0
CONDITIONS = ("plain", "drums", "drums only", "swing", "rubato", "noise", "compressed")
"""As `held_out_takes` makes them: no drums, with drums, and the latter made harder in five ways."""


@dataclass(frozen=True)
class Plan:
    """See the comments in `config.toml`."""

    seed: int
    lead_sheets: int
    hymns: int
    lieder: int
    compound: int
    takes: int
    ambient: int
    read_lead_sheets: int
    read_hymns: int
    read_lieder: int
    read_songs: int
    seconds: float
    held_out_seconds: float


@dataclass
class Split:
    """compound: held out besides, for 6/8 and its like, which the forty hardly hold."""

    held_out: list[Piece]
    compound: list[Piece]
    train: list[Piece]


def read_plan() -> Plan:
    return read_config(Path(__file__).with_name("config.toml"), Plan)


def digest(corpus: str, name: str) -> str:
    return hashlib.sha256(f"{corpus}/{name}".encode()).hexdigest()


def split(plan: Plan, shared: Path, work: Path) -> Split:
    """Pieces held out and pieces learnt from; kept in `work`, since analyses are slow to read."""
    kept = work / "pieces.pickle"
    if kept.exists():
        return pickle.loads(kept.read_bytes())
    wanted = {"leadsheets": plan.lead_sheets, "hymns": plan.hymns, "lieder": plan.lieder}
    held_out: list[Piece] = []
    train: list[Piece] = []
    room = {
        "leadsheets": plan.read_lead_sheets,
        "hymns": plan.read_hymns,
        "lieder": plan.read_lieder,
        "songs": plan.read_songs,
    }
    for corpus, name, how in tqdm(sorted(catalogue(shared), key=lambda entry: digest(entry[0], entry[1]))):
        if not room[corpus]:
            continue
        try:
            piece = load(corpus, name, how)
        except (Unfit, ValueError, IndexError):
            continue
        except Exception as error:  # what parsers throw has no common base; an unreadable score is left out, aloud
            print(f"left out {corpus}/{name}: {error!r:.100}")
            continue
        if corpus in wanted and wanted[corpus] and piece.keys and len(piece.beats) > 40:
            held_out.append(piece)
            wanted[corpus] -= 1
        else:
            train.append(piece)
        room[corpus] -= 1
    compound = [piece for piece in train if piece.compound and piece.keys][: plan.compound]
    known = {fingerprint(piece) for piece in (*held_out, *compound)}
    found = Split(held_out, compound, [piece for piece in train if fingerprint(piece) not in known])
    work.mkdir(parents=True, exist_ok=True)
    kept.write_bytes(pickle.dumps(found))
    names = [f"{piece.corpus}/{piece.name}\n" for piece in (*found.held_out, *found.compound)]
    (work / "held-out.txt").write_text("".join(names), encoding="utf-8")
    return found


def tempo(piece: Piece, rng: np.random.Generator) -> float:
    """The score's own give or take a tenth, or what people tap to; 60 to 180 pulses a minute."""
    if piece.pulse_bpm and SLOWEST_BPM <= piece.pulse_bpm <= FASTEST_BPM:
        bpm = piece.pulse_bpm * rng.uniform(0.9, 1.1)
    else:
        bpm = (84.0 if piece.compound else 112.0) * 2.0 ** rng.normal(0.0, 0.33)
    return float(np.clip(bpm, SLOWEST_BPM, FASTEST_BPM))


def training_take(plan: Plan, train: list[Piece], number: int) -> tuple[Piece, Take]:
    """The number-th take to learn from."""
    rng = np.random.default_rng([plan.seed, 1, number])
    kind = ("leadsheets", "lieder", "hymns", "leadsheets", "compound", "leadsheets", "lieder", "lieder")[number % 8]
    pieces = [piece for piece in train if piece.corpus == kind or (kind == "compound" and piece.compound)]
    piece = pieces[rng.integers(len(pieces))]
    bars = int(piece.downbeats.sum())
    return piece, Take(
        seed=int(rng.integers(1 << 30)),
        bpm=tempo(piece, rng),
        timbre=str(rng.choice(TRAINED)),
        bass=str(rng.choice(["bass", "bass", "", "pluck", "organ"])),
        drums=str(rng.choice(["none", "with", "only"], p=[0.42, 0.5, 0.08])),
        swing=float(rng.uniform(0.56, 0.69)) if rng.random() < 0.25 else 0.5,
        rubato=float(rng.uniform(0.02, 0.07) if rng.random() < 0.35 else rng.uniform(0.0, 0.02)),
        cents=float(rng.uniform(-50, 50)),
        noise_db=float(rng.uniform(8, 35)) if rng.random() < 0.25 else None,
        drive=float(rng.uniform(0.3, 1.0)) if rng.random() < 0.25 else 0.0,
        melody=bool(rng.random() < 0.35),
        room=float(rng.uniform(0, 0.5)),
        transpose=int(rng.integers(-5, 7)),
        first_bar=int(rng.integers(0, max(1, bars - 16))) if rng.random() < 0.6 else 0,
        seconds=plan.seconds,
    )


def held_out_takes(plan: Plan, pieces: Split, number: int) -> list[dict[str, Take]]:
    """Takes of a held-out score by condition, those of one group from the same stems; timbres take turns.

    Scores after the forty are the compound ones: ``compound`` (without drums) and ``compound drums``.
    """
    timbres = (*TRAINED, *UNHEARD)
    piece = (*pieces.held_out, *pieces.compound)[number]
    rng = np.random.default_rng([plan.seed, 2, number])
    plain = Take(
        seed=int(rng.integers(1 << 30)),
        bpm=tempo(piece, rng),
        timbre=timbres[number % len(timbres)],
        bass="bass" if piece.corpus == "leadsheets" else "",
        cents=float(rng.uniform(-40, 40)),
        melody=bool(rng.random() < 0.35),
        transpose=int(rng.integers(-5, 7)),
        seconds=plan.held_out_seconds,
    )
    drums = replace(plain, drums="with")
    if number >= len(pieces.held_out):
        return [{"compound": plain, "compound drums": drums}]
    same = {
        "plain": plain,
        "drums": drums,
        "drums only": replace(drums, drums="only"),
        "noise": replace(drums, noise_db=10.0),
        "compressed": replace(drums, drive=1.0),
    }
    rubato = {"rubato": replace(drums, rubato=0.05)}
    return [same, rubato] if piece.compound else [same, rubato, {"swing": replace(drums, swing=2 / 3)}]
