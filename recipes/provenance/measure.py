"""What labels cost: seconds to sign and to verify three minutes of 24-bit stereo, and bytes added.

    python recipes/provenance/measure.py

Verifying is everything but decoding and listening for the watermark: manifest, tags, registry, grant,
verdict. The best of eleven runs, wall clock and CPU time of this process; imports are done before.
Hash is SHA-256 over the same bytes by Python's hashlib: what no verifier can do without. Signing is
all of it: encoding, tags, manifest, reading back.
"""

from __future__ import annotations

import hashlib
import io
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from vocalkit.audio import encode
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.evidence import Verification, judge
from vocalkit.pipelines.labelling import labelled, put
from vocalkit.pipelines.verify import Verifier, inform, open_verifier, read_labels
from vocalkit.provenance import MANIFEST_MIMES, Claim
from vocalkit.types import Audio, Provenance

RUNS = 11
CLAIM = Claim(
    Provenance("alto", "6ba7b810-9dad-41d1-80b4-00c04fd430c8", "ab" * 32, "Voice: nobody", mark=0x1A2B3C4D),
    content="stem",
    render_id="00000000-0000-4000-8000-000000000001",
    grant_sha256="cd" * 32,
    purposes=("demo",),
    may_train=False,
    made="2026-11-21T08:00:00Z",
    host="nobody",
)


def best(step: Callable[[], Any]) -> tuple[float, float]:
    """Least wall-clock and CPU seconds of a step."""
    walls, cpus = [], []
    for _ in range(RUNS):
        wall, cpu = time.perf_counter(), time.process_time()
        step()
        walls.append(time.perf_counter() - wall)
        cpus.append(time.process_time() - cpu)
    return min(walls), min(cpus)


def labels_of(path: Path, verifier: Verifier) -> Verification:
    return judge(path.name, inform(path, read_labels(path, verifier), verifier))


def main() -> None:
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, (2, 44_100 * 180)).astype(np.float32)
    audio = Audio(noise, 44_100)
    with tempfile.TemporaryDirectory() as scratch:
        home = Path(scratch)
        desk, verifier = open_desk(home / "host"), open_verifier(folder=home / "host")
        print(f"{'':6}{'MB':>8}{'sign s':>9}{'hash CPU':>12}{'verify':>12}{'its CPU':>12}{'added bytes':>13}   (ms)")
        for form in MANIFEST_MIMES:
            plain = io.BytesIO()
            encode(audio, plain, form)
            began = time.perf_counter()
            path = home / f"a.{form}"
            file = labelled(audio, form, CLAIM, desk.signer, beside=home)
            put(file, path)
            file.close()
            took_s = time.perf_counter() - began
            data = path.read_bytes()
            hash_s, _ = best(lambda data=data: hashlib.sha256(data).digest())
            wall_s, cpu_s = best(
                lambda path=path: judge(path.name, inform(path, read_labels(path, verifier), verifier))
            )
            added = len(data) - len(plain.getvalue())
            milliseconds = "".join(f"{1e3 * seconds:12.1f}" for seconds in (hash_s, wall_s, cpu_s))
            print(f"{form:6}{len(data) / 1e6:8.1f}{took_s:9.2f}{milliseconds}{added:13}")


if __name__ == "__main__":
    main()
