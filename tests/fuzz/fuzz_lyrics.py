"""A fuzz target for everything that reads a user's words: lyrics sheets, project dictionaries, typed underlay.

    pip install atheris && python tests/fuzz/fuzz_lyrics.py tests/fuzz/corpus/lyrics -max_total_time=300

Whatever the bytes, the answer is words or one line of `LyricsError`, in bounded time. What was found and mended
stays in the corpus, which tests/lyrics/test_fuzz_corpus.py reads without atheris.
"""

from __future__ import annotations

import sys

from vocalkit.errors import BackendUnavailable, LyricsError

LANGUAGES = ("en-us", "fr-fr", "de", "it", "la", "ja", "cmn", "ko", "pl", "he")


def read_anything(data: bytes) -> None:
    """The first byte chooses the reader and the language, the rest is the text."""
    from vocalkit.lyrics import lay_typed, parse_lexicon, phonemize_sheet
    from vocalkit.lyrics.text import decode_text

    if not data:
        return
    kind, language = data[0] % 4, LANGUAGES[data[0] // 4 % len(LANGUAGES)]
    try:
        text = decode_text(data[1:], name="fuzz")
        if kind == 0:
            parse_lexicon(text)
        elif kind == 1:
            lay_typed(text, language=language)
        else:
            phonemize_sheet(text, language=language)
    except (LyricsError, BackendUnavailable) as error:
        assert "\n" not in str(error), "an error is one line"


def main() -> None:
    import atheris

    with atheris.instrument_imports(include=["vocalkit.lyrics"]):
        import vocalkit.lyrics  # noqa: F401
    atheris.Setup(sys.argv, read_anything)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
