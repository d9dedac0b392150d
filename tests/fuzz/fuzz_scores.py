"""A fuzz target for every score importer.

    pip install atheris && python tests/fuzz/fuzz_scores.py .abc tests/fuzz/corpus/scores -max_total_time=300

Whatever the bytes, the answer is a score or one line of `ScoreError`, in bounded time. What was found and mended
stays in the corpus, which tests/score/test_fuzz.py reads without atheris.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from vocalkit.errors import ScoreError

SMALL = 500
FORMATS = (".musicxml", ".mxl", ".mid", ".ust", ".ustx", ".ds", ".txt", ".lrc", ".abc")


def read_score_bytes(data: bytes, suffix: str) -> Any:
    """What the importer makes of the bytes, in seconds too; None where it refuses them."""
    from vocalkit.score import in_seconds, parse_score
    from vocalkit.score.files import MAX_BYTES, read_bytes
    from vocalkit.score.lrc import parse_lrc

    try:
        if len(data) > MAX_BYTES:
            with tempfile.TemporaryDirectory() as folder:
                path = Path(folder) / f"large{suffix}"
                path.write_bytes(data)
                data = read_bytes(path)
        if suffix == ".lrc":
            return parse_lrc(data)
        sheet = parse_score(data, suffix)
        in_seconds(sheet)
    except ScoreError as error:
        assert str(error) and "\n" not in str(error), "an error is one line"
        assert len(str(error)) < 400, "an error is short"
        return None
    if len(sheet.notes) < SMALL:
        _write_again(sheet)
    return sheet


def _write_again(sheet: Any) -> None:
    """Whatever was read can be written as MusicXML and read again, no syllable lost."""
    from vocalkit.score import parse_score
    from vocalkit.score.write import write_score

    back = parse_score(write_score(sheet, ".musicxml").data, ".musicxml")
    assert [note.pitch_midi for note in back.notes] == [round(note.pitch_midi) for note in sheet.notes]
    assert len(back.syllables) == len(sheet.syllables)


def main() -> None:
    import atheris

    suffix = sys.argv.pop(1)
    with atheris.instrument_imports(include=["vocalkit.score"]):
        import vocalkit.score
        import vocalkit.score.lrc  # noqa: F401
    atheris.Setup(sys.argv, lambda data: read_score_bytes(data, suffix) and None)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
