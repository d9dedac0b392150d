"""Who made a render, person and machine, and what the person chose: a sidecar beside the sound.

The US Copyright Office (Copyright and Artificial Intelligence, part 2, 2025) protects what a human
contributed to a work made with AI, and asks to tell it apart. So every render says what was handed
in, with digests, and what was chosen, beside what the machine did. It is a record, not legal advice.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from vocalkit import __version__
from vocalkit.errors import InputError
from vocalkit.provenance import Claim

CREDITS_FORMAT = "vocalkit-credits/1"

Part = Literal["instrumental", "lyrics", "melody", "first bars", "performance"]
Maker = Literal["human", "handed_in", "ai", "program"]
"""``ai`` learned from recordings; ``program`` follows rules that somebody wrote; ``handed_in`` by whoever
made the render: a human's part as far as vocalkit can know, which is not who wrote it."""

_BY_HAND = {"tempo_bpm": "the tempo", "key": "the key", "start_s": "where singing begins"}
_PROGRAM = f"vocalkit {__version__}"


@dataclass(frozen=True, slots=True)
class Material:
    """What a person handed in. name: of the file, without its folder; text: the words, where they are short."""

    part: Part
    name: str
    sha256: str
    text: str | None = None


def material(part: Part, path: Path, *, text: str | None = None) -> Material:
    """A file that was handed in. Raises InputError where it cannot be read."""
    try:
        with path.open("rb") as file:
            digest = hashlib.sha256()
            while block := file.read(1 << 20):
                digest.update(block)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    return Material(part, path.name, digest.hexdigest(), text)


@dataclass(frozen=True, slots=True)
class Role:
    """One part of the work and who did it."""

    part: str
    by: str
    maker: Maker


def roles(claim: Claim, materials: tuple[Material, ...], *, composer: str) -> tuple[Role, ...]:
    """Everybody's part in a render. composer: the backend that wrote the melody where nobody handed one in."""
    supplied = {item.part for item in materials}
    voice = Role("singing voice", claim.provenance.credit, "ai")
    found = [Role(item.part, item.name, "handed_in") for item in materials]
    if not supplied & {"melody", "performance"}:
        found.append(Role("melody", f"{_PROGRAM}, composer {composer!r}", "program" if composer == "rules" else "ai"))
    if "performance" not in supplied:
        found.append(Role("timing, pitch and expression", _PROGRAM, "program"))
    if claim.content == "mix":
        found.append(Role("mix", _PROGRAM, "program"))
    return (voice, *found, Role("choices and selection of the take", "whoever made this render", "human"))


def credits_of(
    claim: Claim, materials: tuple[Material, ...], arguments: Mapping[str, Any], files: tuple[str, ...]
) -> dict[str, Any]:
    """The sidecar as JSON values. arguments: what was asked for; files: the sounds it is about."""
    composer = str(arguments.get("composer", "rules"))
    edits = [f"{what} was set by hand" for name, what in _BY_HAND.items() if arguments.get(name) is not None]
    edits += [f"the {item.part} was handed in, not made here" for item in materials if item.part in _EDITABLE]
    edits += [f"{again['part']} was sung again, from seed {again['seed']}" for again in arguments.get("retakes", ())]
    return {
        "format": CREDITS_FORMAT,
        "render_id": claim.render_id,
        "made": claim.made,
        "files": list(files),
        "label": claim.provenance.label,
        "credit": claim.provenance.credit,
        "voice": {name: claim.to_texts()[name] for name in ("voice", "grant", "grant_sha256", "model_sha256")},
        "roles": [asdict(role) for role in (*roles(claim, materials, composer=composer), *_harmony(arguments))],
        "authorship": {
            "handed_in": [asdict(item) for item in materials],
            "seed": arguments.get("seed"),
            "chosen": dict(arguments),
            "edits": edits,
        },
    }


_EDITABLE = ("melody", "first bars", "performance")


def _harmony(arguments: Mapping[str, Any]) -> tuple[Role, ...]:
    """Who wrote the voices beside the lead, where there are any."""
    voices = (arguments.get("harmony") or {}).get("voices", 0)
    return (Role("harmony voices", _PROGRAM, "program"),) if voices else ()


def credits_text(values: Mapping[str, Any]) -> str:
    """The sidecar for people: one line a role."""
    makers = {"human": "a person", "handed_in": "handed in", "ai": "AI", "program": "a program without AI"}
    lines = [f"{values['credit']}", f"{values['label']}", ""]
    lines += [f"{role['part']}: {role['by']} ({makers[role['maker']]})" for role in values["roles"]]
    lines += ["", *(f"{edit[:1].upper()}{edit[1:]}." for edit in values["authorship"]["edits"])]
    lines += [f"Take (seed): {values['authorship']['seed']}", f"Render: {values['render_id']}, {values['made']}"]
    return "\n".join(lines) + "\n"


def credits_bytes(values: Mapping[str, Any]) -> bytes:
    """The sidecar as it is written; the ledger holds the digest of these bytes."""
    return (json.dumps(values, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode("utf-8")
