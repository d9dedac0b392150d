"""Aligned trajectories in, one voice out: chosen units, coded, as safetensors.

    python recipes/voices/train.py --config recipes/voices/config.toml --work DIR --voice clara --out pretrained/voices

What is chosen, and how, stands in `vocalkit/synth/choose_units.py`: enrolled voices are made the same way.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import numpy as np

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from vocalkit.synth.build_inventory import build_inventory
from vocalkit.synth.inventory import Bend
from vocalkit.synth.material import HOP_S, RATE_HZ
from vocalkit.types import AlignedClip
from vocalkit.weights import Source, VoiceManifest, write_manifest, write_weights


def load(path: Path) -> AlignedClip:
    """One utterance as `prepare.py` left it."""
    with np.load(path) as data:
        return AlignedClip(
            symbols=tuple(str(symbol) for symbol in data["symbols"]), borders_s=data["borders_s"],
            f0_hz=data["f0_hz"], envelope=data["envelope"], aperiodicity=data["aperiodicity"], hop_s=HOP_S,
        )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--voice", required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    settings = tomllib.loads(arguments.config.read_text())["voices"][arguments.voice]
    files = sorted(arguments.work.glob("*.npz"))
    chosen = files[settings["first"] :: settings["every"]]
    built = build_inventory([load(path) for path in chosen], minutes=settings["minutes"], bend=Bend(**settings["bend"]))
    arguments.out.mkdir(parents=True, exist_ok=True)
    target = arguments.out / f"{arguments.voice}.safetensors"
    digest, size = write_weights(target, built.tensors)
    about = {name: settings[name] for name in ("name", "description", "low_midi", "high_midi", "licence", "credit")}
    write_manifest(
        VoiceManifest(
            folder=arguments.out, id=arguments.voice, languages=tuple(settings["languages"]), file=target.name,
            sha256=digest, bytes=size, sample_rate=RATE_HZ, card=f"{arguments.voice}.md",
            grant=f"{arguments.voice}.grant.jws", sources=tuple(Source(**source) for source in settings["sources"]),
            **about,
        )
    )  # fmt: skip
    print(
        f"{target}: {len(chosen)} utterances, {sum(built.units.values())} units of {len(built.units)} phones, "
        f"{built.seconds / 60:.1f} minutes, {size / 1e6:.1f} MB"
    )


if __name__ == "__main__":
    main()
