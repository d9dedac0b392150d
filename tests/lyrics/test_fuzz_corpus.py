"""The kept corpus of the fuzz target: inputs that were hard once stay easy."""

from __future__ import annotations

import importlib.util
import time
from pathlib import Path

import pytest

FUZZ = Path(__file__).resolve().parents[1] / "fuzz"
CORPUS = sorted((FUZZ / "corpus" / "lyrics").iterdir())


def read_anything(data: bytes) -> None:
    spec = importlib.util.spec_from_file_location("fuzz_lyrics", FUZZ / "fuzz_lyrics.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.read_anything(data)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.name)
def test_the_corpus_is_read_or_refused_in_one_line(path: Path) -> None:
    began = time.process_time()
    read_anything(path.read_bytes())
    assert time.process_time() - began < 5.0


def test_long_input_is_refused_or_read_in_bounded_time() -> None:
    began = time.process_time()
    for head in (2, 18, 22, 26, 30, 1, 0):
        for filler in (b"a", b"-a", b"{a}", b"[de]a ", b"'", "さ".encode(), b"1", b"xi'an", b"\n", b"_", b"a\ta\n"):
            read_anything(bytes([head]) + filler * (3_000_000 // len(filler)))
    assert time.process_time() - began < 15.0


@pytest.mark.slow
@pytest.mark.parametrize("head", [2, 6, 18, 22, 26, 30], ids=["en", "fr", "la", "ja", "cmn", "ko"])
@pytest.mark.parametrize(
    "filler", ["ab" * 39 + " ", "a-" * 39 + " ", "{a}", "[de]a ", "x' ", "さ", "月", "1 ", "xi'an "]
)
def test_the_most_text_that_is_taken_takes_a_bounded_time(head: int, filler: str) -> None:
    line = (filler * 490)[:490].rstrip("-{[' ") + "\n"
    began = time.process_time()
    read_anything(bytes([head]) + (line * 203).encode())
    assert time.process_time() - began < 60.0
