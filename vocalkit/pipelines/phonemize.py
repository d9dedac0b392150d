"""What lyrics become before they are sung: lines, words, syllables, phonemes, and a plain recitation to hear them."""

from __future__ import annotations

import itertools
import tempfile
from pathlib import Path
from typing import Any

from vocalkit.errors import LyricsError, OutputError
from vocalkit.lyrics import Lexicon, LyricSheet, phonemize_sheet, read_lexicon
from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.choices import Choices
from vocalkit.pipelines.desk import open_desk
from vocalkit.pipelines.inputs import read_words
from vocalkit.pipelines.publish import staged_file
from vocalkit.pipelines.render_folder import Release, publish
from vocalkit.pipelines.sing_score import SingScore, sing_score
from vocalkit.pipelines.voices import choose_voice
from vocalkit.protocols import Progress, silent
from vocalkit.types import Line, Lyrics, Note, Score, TempoMap

LONGEST_PREVIEW = 600
"""Syllables that a preview recites at most."""
_SYLLABLE_S = (0.26, 0.30, 0.36)
_LINE_END_S, _LINE_PAUSE_S, _STANZA_PAUSE_S = 0.55, 0.5, 1.0
_STRESS_STEPS = (0.0, 1.0, 2.0)
_FALL_STEPS = 2.0
_BEFORE_S, _BPM = 0.5, 100.0


def phonemize_file(source: str, *, language: str, lexicon: Path | None = None) -> LyricSheet:
    """Lyrics from a file of that name, or, where there is none, the words themselves. lexicon: a project dictionary."""
    own = Lexicon() if lexicon is None else read_lexicon(lexicon)
    path = Path(source)
    is_file = "\n" not in source and len(source) < 4096 and "\0" not in source and path.is_file()
    if not is_file and path.suffix.lower() in (".txt", ".lyrics") and " " not in source:
        raise LyricsError(f"there is no file {source}")
    return phonemize_sheet(read_words(path) if is_file else source, language=language, lexicon=own)


def sheet_facts(sheet: LyricSheet) -> dict[str, Any]:
    """A sheet as JSON values: every written line once, with its words, syllables, phonemes and stress."""
    return {
        "language": sheet.lyrics.language,
        "syllables_sung": sheet.lyrics.syllable_count,
        "sections": [{"label": section.label, "lines": len(section.lines)} for section in sheet.lyrics.sections],
        "lines": [
            {
                "number": line.number,
                "text": line.text,
                "words": [
                    {
                        "text": word.text,
                        "language": word.language,
                        "unknown": word.unknown or None,
                        "syllables": [
                            {"text": s.text, "phonemes": list(s.phonemes), "stress": s.stress} for s in word.syllables
                        ],
                    }
                    for word in line.words
                ],
            }
            for line in sheet.lines
        ],
        "unknown": [
            {"line": number, "word": word.text, "language": word.language, "reason": word.unknown}
            for number, word in sheet.unknown
        ],
    }


def recitation(lyrics: Lyrics, *, middle_midi: float) -> Score:
    """The words on a plain tune near one pitch, in the rhythm of speech: stress is higher and longer, lines fall."""
    if lyrics.syllable_count > LONGEST_PREVIEW:
        raise LyricsError(
            f"a preview recites at most {LONGEST_PREVIEW} syllables, these are {lyrics.syllable_count}: give a part"
        )
    notes: list[Note] = []
    time_s = _BEFORE_S
    for line in itertools.chain.from_iterable(section.lines for section in lyrics.sections):
        notes.extend(_recited(line, time_s, middle_midi))
        time_s = notes[-1].end_s + (_STANZA_PAUSE_S if line.ends_stanza else _LINE_PAUSE_S)
    return Score(tuple(notes), TempoMap.constant(_BPM, duration_s=time_s), language=lyrics.language)


def _recited(line: Line, start_s: float, middle_midi: float) -> list[Note]:
    notes: list[Note] = []
    for index, syllable in enumerate(line.syllables):
        last = index == len(line.syllables) - 1
        length_s = _LINE_END_S if last else _SYLLABLE_S[syllable.stress]
        steps = -_FALL_STEPS if last else _STRESS_STEPS[syllable.stress]
        notes.append(Note(start_s, start_s + length_s, middle_midi + steps, syllable))
        start_s += length_s
    return notes


def preview_file(sheet: LyricSheet, out: Path, *, voice: str | None = None, progress: Progress = silent) -> Render:
    """Recite the words with a voice and write one labelled WAV, written down like every render.

    Raises ConsentError where the voice may not be used so, LyricsError for more than `LONGEST_PREVIEW` syllables.
    """
    if out.suffix.lower() != ".wav":
        raise OutputError(f"a preview is written as WAV; name it {out.stem or 'preview'}.wav")
    profile = choose_voice(voice)
    score = recitation(sheet.lyrics, middle_midi=(profile.low_midi + profile.high_midi) / 2)
    choices = Choices(voice=profile.id, language=sheet.lyrics.language)
    render = sing_score(SingScore(score, choices=choices), progress=progress)
    release = Release(arguments={"command": "phonemize", "voice": profile.id, "language": sheet.lyrics.language})
    with staged_file(out) as staging, tempfile.TemporaryDirectory(dir=staging.parent, prefix=".preview-") as aside:
        folder = Path(aside) / "render"
        publish(render, folder, release, desk=open_desk(), progress=progress)
        (folder / "vocals_dry.wav").replace(staging)
    return render
