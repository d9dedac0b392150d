"""Repeats, endings and jumps of a MusicXML score, bar by bar, from signs and from the words that stand for them."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element

from vocalkit.score.repeats import BarMarks

_TAGS = re.compile(r"<[^>]{0,200}>")
_FINE = re.compile(r"\W*fine\W*", re.IGNORECASE)
_DA_CAPO = re.compile(r"\W*(d\.?\s?c\.?|da\s+capo)(\W|$)", re.IGNORECASE)
_DAL_SEGNO = re.compile(r"\W*(d\.?\s?s\.?|dal\s+segno)(\W|$)", re.IGNORECASE)
_TO_CODA = re.compile(r"\W*to\s+(coda|\ue048)", re.IGNORECASE)
_STOPS = frozenset({"stop", "discontinue"})
_MAX_TURNS = 99


def bar_marks(parts: list[list[Element]]) -> list[BarMarks]:
    """The signs of every bar, whichever part they stand in. Brackets reach from their start to their stop."""
    marks = [BarMarks() for _ in range(max(len(measures) for measures in parts))]
    for measures in parts:
        for mark, measure in zip(marks, measures, strict=False):
            for element in measure:
                if element.tag == "barline":
                    _barline(mark, element)
                elif element.tag in ("direction", "sound"):
                    _direction(mark, element)
    _fill_brackets(marks, [measures for measures in parts if _has_endings(measures)])
    if not any(mark.to_coda for mark in marks):
        codas = [mark for mark in marks if mark.coda]
        if len(codas) > 1:  # two signs and no words: the first is where to leave
            codas[0].coda, codas[0].to_coda = False, True
    return marks


def _barline(mark: BarMarks, barline: Element) -> None:
    repeat = barline.find("repeat")
    if repeat is None:
        return
    if repeat.get("direction") == "forward":
        mark.forward = True
    else:
        times = repeat.get("times") or "2"
        mark.backward = min(int(times), _MAX_TURNS) if times.isdecimal() and int(times[:6]) >= 1 else 2


def _direction(mark: BarMarks, direction: Element) -> None:
    sound = direction if direction.tag == "sound" else direction.find("sound")
    attributes = sound.attrib if sound is not None else {}
    words = "".join(_TAGS.sub("", words.text or "") for words in direction.iterfind("direction-type/words"))
    mark.segno |= "segno" in attributes or direction.find("direction-type/segno") is not None
    mark.to_coda |= "tocoda" in attributes or bool(_TO_CODA.match(words))
    mark.coda |= "coda" in attributes or (
        direction.find("direction-type/coda") is not None and "tocoda" not in attributes and not _TO_CODA.match(words)
    )
    mark.fine |= "fine" in attributes or bool(_FINE.fullmatch(words))
    mark.da_capo |= "dacapo" in attributes or bool(_DA_CAPO.match(words))
    mark.dal_segno |= "dalsegno" in attributes or bool(_DAL_SEGNO.match(words))


def _has_endings(measures: list[Element]) -> bool:
    return any(measure.find("barline/ending") is not None for measure in measures)


def _fill_brackets(marks: list[BarMarks], parts: list[list[Element]]) -> None:
    """Brackets stand over every part alike: the first that has any tells. One without a stop ends with its repeat."""
    for measures in parts[:1]:
        passes: frozenset[int] | None = None
        kinds = [{ending.get("type") for ending in measure.iterfind("barline/ending")} for measure in measures]
        closed = False
        for index, (mark, measure) in enumerate(zip(marks, measures, strict=False)):
            for ending in measure.iterfind("barline/ending"):
                if ending.get("type") == "start":
                    passes = _passes(ending.get("number") or "")
                    mark.opens = True
                    closed = _is_closed(kinds, index)
            mark.endings = passes
            if kinds[index] & _STOPS or (not closed and mark.backward):
                passes = None


def _is_closed(kinds: list[set[str | None]], start: int) -> bool:
    """A stop comes before the next bracket begins."""
    following = next((index for index in range(start + 1, len(kinds)) if "start" in kinds[index]), len(kinds))
    return any(kinds[index] & _STOPS for index in range(start, following))


def _passes(text: str) -> frozenset[int]:
    """``1, 2`` or ``1-3`` as numbers."""
    numbers: set[int] = set()
    for low, high in re.findall(r"(\d{1,2})(?:\s*-\s*(\d{1,2}))?", text):
        numbers.update(range(int(low), int(high or low) + 1))
    return frozenset(numbers or {1})
