"""Score files as bytes, with limits: nothing here may be made to fill the memory or run for ever."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from xml.etree import ElementTree
from xml.parsers import expat

from vocalkit.errors import ScoreError

MAX_BYTES = 50_000_000
MAX_ELEMENTS = 2_000_000
MAX_DEPTH = 100
_MAX_ZIP_ENTRIES = 1000


def read_bytes(path: Path) -> bytes:
    """The whole file; ScoreError where it cannot be read, is empty or is larger than any score."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise ScoreError(f"cannot read the score {path}: {error.strerror or error}") from error
    if not data:
        raise ScoreError(f"{path.name}: the file is empty")
    if len(data) > MAX_BYTES:
        raise ScoreError(f"{path.name}: larger than {MAX_BYTES // 1_000_000} MB; no score needs that")
    return data


def unpack_mxl(data: bytes) -> bytes:
    """The score inside a compressed MusicXML file, found by its container."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
            if len(names) > _MAX_ZIP_ENTRIES:
                raise ScoreError(f"the MXL archive holds {len(names)} files; export it again")
            return _unpack_entry(archive, _root_file(archive, names))
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError, OSError) as error:
        raise ScoreError(f"the MXL archive is damaged ({_short(error)}); export it again") from error
    except Exception as error:  # zlib.error and lzma's have no common base
        if isinstance(error, ScoreError):
            raise
        raise ScoreError(f"the MXL archive is damaged ({_short(error)}); export it again") from error


def _short(error: Exception) -> str:
    """What a library says, on one line; it may quote half the file."""
    return " ".join(str(error).split())[:160]


def _root_file(archive: zipfile.ZipFile, names: list[str]) -> str:
    if "META-INF/container.xml" in names:
        root = _named_root(_unpack_entry(archive, "META-INF/container.xml"))
        if root in names:
            return root
    for name in names:
        if name.lower().endswith((".musicxml", ".xml")) and not name.startswith("META-INF/"):
            return name
    raise ScoreError("the MXL archive holds no MusicXML score; export it again")


def _named_root(container: bytes) -> str:
    """The score that the container names; nothing where it is not XML, as some editors write it (``Who's.xml``)."""
    try:
        tree = parse_xml(container)
    except ScoreError:
        return ""
    files = (element for element in tree.iter() if element.tag.rsplit("}", 1)[-1] == "rootfile")
    return next((element.get("full-path", "") for element in files), "")


def _unpack_entry(archive: zipfile.ZipFile, name: str) -> bytes:
    with archive.open(name) as file:  # sizes in the directory may lie, so the stream itself is bounded
        data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ScoreError(f"{name} in the MXL archive unpacks to over {MAX_BYTES // 1_000_000} MB; refused")
    return data


def parse_xml(data: bytes) -> ElementTree.Element:
    """The XML tree; ScoreError, with the line, for broken XML, entity definitions and absurd nesting."""
    _check_xml(data)
    try:
        return ElementTree.fromstring(data)
    except (ElementTree.ParseError, ValueError, LookupError) as error:
        raise ScoreError(f"the score is not well-formed XML: {error}") from error


def _check_xml(data: bytes) -> None:
    """A first pass that builds nothing, so that bombs are met before they take memory."""
    parser = expat.ParserCreate()
    state = {"elements": 0, "depth": 0}

    def begin(_name: str, _attributes: object) -> None:
        state["elements"] += 1
        state["depth"] += 1
        if state["elements"] > MAX_ELEMENTS or state["depth"] > MAX_DEPTH:
            raise ScoreError(f"line {parser.CurrentLineNumber}: too many or too deeply nested elements for a score")

    def end(_name: str) -> None:
        state["depth"] -= 1

    def refuse(*_declaration: object) -> None:
        raise ScoreError(f"line {parser.CurrentLineNumber}: the score defines XML entities, which is refused as unsafe")

    parser.StartElementHandler, parser.EndElementHandler, parser.EntityDeclHandler = begin, end, refuse
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise ScoreError(f"the score is not well-formed XML: {error}") from error
    except (ValueError, LookupError) as error:
        raise ScoreError(f"the score's XML encoding cannot be read: {error}") from error
