"""Prints, as JSON, every phoneme of every language of the packaged espeak, as espeak writes it in IPA."""

from __future__ import annotations

import ctypes
import json
import os
import re
import sys
import tempfile
from pathlib import Path

import espeakng_loader

SPOKEN_KINDS = range(2, 9)
RETRIEVAL, UTF8_TEXT, PHONEME_TEXT, IPA = 2, 1, 0x100, 2
NAME_BYTES, ENTRY_BYTES = 32, 16

Table = tuple[int, list[tuple[str, int]]]


def read_tables(data: bytes) -> dict[str, Table]:
    """`phontab`: a count, then for each table its size, the table it includes, its name and its phonemes."""
    tables: dict[str, Table] = {}
    at = 4
    for _ in range(data[0]):
        size, included = data[at], data[at + 1]
        name = data[at + 4 : at + 4 + NAME_BYTES].split(b"\0")[0].decode()
        at += 4 + NAME_BYTES
        phonemes = []
        for _ in range(size):
            phonemes.append((data[at : at + 4].rstrip(b"\0").decode("latin-1"), data[at + 11]))
            at += ENTRY_BYTES
        tables[name] = (included, phonemes)
    return tables


def phonemes_of(name: str, tables: dict[str, Table]) -> dict[str, int]:
    """The phonemes of a table with those of the tables that it includes."""
    included, own = tables[name]
    base = phonemes_of(list(tables)[included - 1], tables) if included else {}
    return base | dict(own)


def languages_of(folder: Path, tables: dict[str, Table]) -> dict[str, str]:
    """The table that each language speaks with."""
    found: dict[str, str] = {}
    for path in sorted(path for path in (folder / "lang").rglob("*") if path.is_file()):
        text = path.read_text(encoding="utf-8", errors="replace")
        code = re.findall(r"^language\s+(\S+)", text, re.MULTILINE)
        named = re.findall(r"^phonemes\s+(\S+)", text, re.MULTILINE)
        for table in (*named, path.name.lower(), code[0].split("-")[0]) if code else ():
            if table in tables:
                found[code[0]] = table
                break
    return found


def spoken(library: ctypes.CDLL, language: str, names: list[str]) -> list[str]:
    """How espeak writes each phoneme, one a line of its trace."""
    libc = ctypes.CDLL(None)
    libc.fopen.restype, libc.fopen.argtypes = ctypes.c_void_p, [ctypes.c_char_p] * 2
    libc.fclose.argtypes = [ctypes.c_void_p]
    library.espeak_SetPhonemeTrace.argtypes = [ctypes.c_int, ctypes.c_void_p]
    library.espeak_SetVoiceByName(language.encode())
    with tempfile.TemporaryDirectory() as home:
        trace = Path(home) / "trace"
        file = libc.fopen(os.fsencode(trace), b"w")
        library.espeak_SetPhonemeTrace(IPA, file)
        for name in names:
            text = f"[[{name}]]\n".encode()
            library.espeak_Synth(text, len(text) + 1, 0, 1, 0, PHONEME_TEXT | UTF8_TEXT, None, None)
        library.espeak_SetPhonemeTrace(0, None)
        libc.fclose(file)
        return trace.read_text(encoding="utf-8", errors="replace").split("\n")[: len(names)]


def main() -> None:
    folder = Path(espeakng_loader.get_data_path())
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    library.espeak_Initialize(RETRIEVAL, 0, os.fsencode(folder.parent), 0)
    deaf = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(lambda *_: 0)
    library.espeak_SetSynthCallback(deaf)
    tables = read_tables((folder / "phontab").read_bytes())
    found = {}
    for language, table in languages_of(folder, tables).items():
        phonemes = [(n, kind) for n, kind in phonemes_of(table, tables).items() if n and kind in SPOKEN_KINDS]
        written = spoken(library, language, [name for name, _ in phonemes])
        found[language] = [
            (name, kind, ipa.strip().strip("_"))
            for (name, kind), ipa in zip(phonemes, written, strict=False)
            if ipa.strip("_ ")
        ]
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
