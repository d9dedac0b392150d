"""Which part of a song is meant: the name of a section, or a stretch of time."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from vocalkit.errors import InputError
from vocalkit.pipelines.report import SungSection
from vocalkit.types import Note
from vocalkit.types.control import family

_TIME = r"(?:(\d+):)?(\d+(?:\.\d+)?)\s*s?"
_STRETCH = re.compile(rf"\s*{_TIME}\s*(?:-|–|to)\s*{_TIME}\s*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a song. syllables: range of those in it, counted from 0 over the whole song."""

    name: str
    syllables: range


def find_part(text: str, notes: Sequence[Note], sections: Sequence[SungSection]) -> Part:
    """The part that a user names: ``Chorus 1``, ``bridge``, ``12-16s``, ``1:02-1:10``.

    A stretch of time means every syllable that begins in it. Raises InputError for an unknown section, listing those
    there are, for a name that several have, and for a stretch outside the song or without words.
    """
    stretch = _STRETCH.fullmatch(text)
    if stretch is not None:
        return _timed(text.strip(), stretch, notes)
    if not sections:
        raise InputError(f"this render names no sections, so {text!r} cannot be found; give a stretch such as 12-16s")
    found = _names(sections).get(" ".join(text.casefold().split()))
    if not found:
        raise InputError(f"there is no section {text!r}; this song has {_listed(sections)}; or give seconds: 12-16s")
    if len(found) > 1:
        raise InputError(f"{text!r} is sung {len(found)} times; say which: {_listed(sections)}")
    starts = list(itertools.accumulate((sum(section.lines) for section in sections), initial=0))
    at = found[0]
    return Part(section_names(sections)[at], range(starts[at], starts[at + 1]))


def section_names(sections: Sequence[SungSection]) -> list[str]:
    """A name for each that no other has: its heading, with its number among those of its kind where that is needed."""
    counted = Counter(section.label.casefold() for section in sections)
    seen: Counter[str] = Counter()
    names = []
    for section in sections:
        kind = _kind(section.label)
        seen[kind] += 1
        names.append(section.label if counted[section.label.casefold()] == 1 else f"{kind.title()} {seen[kind]}")
    return names


def _names(sections: Sequence[SungSection]) -> dict[str, list[int]]:
    """Everything a section may be called, in lower case, and which sections are."""
    found: dict[str, list[int]] = {}
    seen: Counter[str] = Counter()
    for at, section in enumerate(sections):
        kind = _kind(section.label)
        seen[kind] += 1
        called = {section.label.casefold(), section_names(sections)[at].casefold(), kind, family(kind)}
        # A heading of its own outdoes a count: with [Verse 2] alone, "verse 2" is that one.
        if f"{kind} {seen[kind]}" not in {other.label.casefold() for other in sections}:
            called.add(f"{kind} {seen[kind]}")
        for name in called:
            found.setdefault(name, []).append(at)
    return found


def _kind(label: str) -> str:
    return label.rstrip("0123456789. ").strip().casefold()


def _listed(sections: Sequence[SungSection]) -> str:
    names = section_names(sections)
    return ", ".join(f"{name} ({s.start_s:.1f} to {s.end_s:.1f} s)" for name, s in zip(names, sections, strict=True))


def _timed(text: str, stretch: re.Match[str], notes: Sequence[Note]) -> Part:
    minutes = [60.0 * float(stretch[group] or 0) for group in (1, 3)]
    start_s, end_s = minutes[0] + float(stretch[2]), minutes[1] + float(stretch[4])
    if end_s <= start_s:
        raise InputError(f"the stretch {text} ends before it starts; write it like 12-16s")
    starts = [note.start_s for note in notes if note.syllable is not None]
    inside = [at for at, start in enumerate(starts) if start_s - 1e-4 <= start < end_s]
    if not inside:
        raise InputError(
            f"nothing begins to be sung from {start_s:g} to {end_s:g} s; "
            f"singing is from {notes[0].start_s:.1f} to {notes[-1].end_s:.1f} s"
        )
    return Part(text, range(inside[0], inside[-1] + 1))
