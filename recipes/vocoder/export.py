"""A checkpoint in; weights with their manifest out, and the same vocoder for OpenUtau.

    python recipes/vocoder/export.py --checkpoint WORK/runs/NAME/latest.pt --out pretrained
    python recipes/vocoder/export.py --checkpoint WORK/runs/NAME/latest.pt --onnx DIR

Weights are the averaged ones, in half precision. The model card, `vocoder.md`, is written by hand.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import Any

import numpy as np
import torch

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

from vocalkit.nn.export import write_onnx
from vocalkit.synth.mel import CONTRACT
from vocalkit.synth.torch_engine import build_network
from vocalkit.weights import Source, WeightsManifest, write_manifest, write_weights

NAME = "vocoder"


def openutau_settings() -> str:
    """`vocoder.yaml` with every key: where one is missing, OpenUtau takes a default of its own."""
    keys = {
        "name": "vocalkit", "model": f"{NAME}.onnx", "sample_rate": CONTRACT.sample_rate, "hop_size": CONTRACT.hop,
        "win_size": CONTRACT.n_fft, "fft_size": CONTRACT.n_fft, "num_mel_bins": CONTRACT.n_mels,
        "mel_fmin": round(CONTRACT.low_hz), "mel_fmax": round(CONTRACT.high_hz), "mel_base": "'e'",
        "mel_scale": "slaney", "pitch_controllable": "true", "force_on_cpu": "false",
    }  # fmt: skip
    return "".join(f"{key}: {value}\n" for key, value in keys.items())


def write_pretrained(average: dict[str, torch.Tensor], config: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {name: value.numpy().astype(np.float16) for name, value in average.items()}
    digest, size = write_weights(folder / f"{NAME}.safetensors", tensors)
    sources = tuple(
        Source(corpus["title"], corpus["author"], corpus["licence"], corpus["url"]) for corpus in config["corpora"]
    )
    write_manifest(
        WeightsManifest(
            folder=folder, name=NAME, file=f"{NAME}.safetensors", sha256=digest, bytes=size,
            licence=config["weights"]["licence"], sample_rate=CONTRACT.sample_rate, sources=sources, card=f"{NAME}.md",
        )
    )  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=None)
    parser.add_argument("--onnx", type=Path, default=None)
    arguments = parser.parse_args()
    config = tomllib.loads(arguments.config.read_text())
    kept = torch.load(arguments.checkpoint, map_location="cpu", weights_only=True)
    if arguments.out is not None:
        write_pretrained(kept["average"], config, arguments.out)
    if arguments.onnx is not None:
        arguments.onnx.mkdir(parents=True, exist_ok=True)
        network = build_network(kept["about"]["shape"])
        network.load_state_dict(kept["average"])
        write_onnx(network, arguments.onnx / f"{NAME}.onnx")
        (arguments.onnx / "vocoder.yaml").write_text(openutau_settings())
    print(f"{sum(value.numel() for value in kept['average'].values()) / 1e6:.2f} M parameters, step {kept['step']}")


if __name__ == "__main__":
    main()
