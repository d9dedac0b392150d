"""Write the trained networks where the product reads them: safetensors and manifest, beside a model card by hand.

python recipes/backing/export.py --work work/backing [--out pretrained/backing]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
import torch
from networks import Network, harmony_network, pulse_network

from vocalkit.backing.network import HARMONY_BLOCKS, PULSE_BLOCKS, run
from vocalkit.backing.stream import ANALYSIS_RATE
from vocalkit.weights import Source, WeightsManifest, write_manifest, write_weights

SOURCES = (
    Source("OpenScore Lieder Corpus", "OpenScore", "CC0-1.0", "https://github.com/OpenScore/Lieder"),
    Source("Open Hymnal", "Open Hymnal Project", "public domain", "http://openhymnal.org"),
    Source("OpenEWLD", "F. Simonetta", "public domain works, MIT files", "https://github.com/00sapo/OpenEWLD"),
    Source(
        "When in Rome (analyses of the lieder)", "M. Gotham and others", "CC-BY-SA-4.0",
        "https://github.com/MarkGotham/When-in-Rome",
    ),
)  # fmt: skip
LARGEST_DIFFERENCE = 1e-3


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path("pretrained/backing"))
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    for name, network, blocks in (
        ("pulse", pulse_network(), PULSE_BLOCKS),
        ("harmony", harmony_network(), HARMONY_BLOCKS),
    ):
        network.load_state_dict(torch.load(args.work / f"{name}.pt", weights_only=True)["network"])
        network.eval()
        check(network, blocks)
        file = f"{name}.safetensors"
        sha256, size = write_weights(args.out / file, network.tensors())
        manifest = WeightsManifest(
            folder=args.out, name=name, file=file, sha256=sha256, bytes=size, licence="CC-BY-SA-4.0",
            sample_rate=ANALYSIS_RATE, sources=SOURCES, card="backing.md",
        )  # fmt: skip
        print(write_manifest(manifest), f"{size} bytes")


def check(network: Network, blocks: int) -> None:
    """numpy gives what torch gives, or nothing is written."""
    x = np.random.default_rng(0).standard_normal((500, network.enter.in_channels)).astype(np.float32)
    with torch.no_grad():
        expected = network(torch.from_numpy(x.T[None]))[0].numpy().T
    difference = float(np.abs(run(network.tensors(), x, blocks=blocks) - expected).max())
    if difference > LARGEST_DIFFERENCE:
        raise SystemExit(f"numpy and torch differ by {difference}")


if __name__ == "__main__":
    main()
