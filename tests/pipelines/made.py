"""The shortest renders there are: two syllables, sung by the first voice."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from vocalkit.pipelines.add_vocals import Render
from vocalkit.pipelines.desk import Desk
from vocalkit.pipelines.sing_score import SingScore, sing_score
from vocalkit.provenance import read_manifest, read_tags
from vocalkit.provenance.container import sound_format
from vocalkit.types import Audio, Mix, Note, Score, Syllable, TempoMap


def short_tune() -> Score:
    la = Syllable("la", ("l", "ɑ"), 1)
    notes = (Note(0.5, 1.0, 62.0, la), Note(1.0, 2.0, 64.0, la))
    return Score(notes, TempoMap.constant(120.0, duration_s=2.5))


def short_render() -> Render:
    return sing_score(SingScore(short_tune()))


def with_mix(render: Render, *, noise_peak: float = 0.1) -> Render:
    vocals = Audio(np.repeat(render.dry.samples * np.float32(0.5), 2, axis=0), render.dry.sample_rate)
    noise = np.random.default_rng(0).uniform(-noise_peak, noise_peak, vocals.samples.shape).astype(np.float32)
    mix = Mix(
        Audio(vocals.samples + noise, vocals.sample_rate), vocals, render.provenance, 1.0, -20.0, -3.0, 1.0, False
    )
    return replace(render, mix=mix)


def sounds_in(folder: Path) -> list[Path]:
    """Every file that a player would open, by its bytes, hidden ones too."""
    found = []
    for path in folder.rglob("*"):
        if path.is_file():
            with path.open("rb") as file:
                if sound_format(file) is not None:
                    found.append(path)
    return found


def check_labelled(path: Path, desk: Desk) -> None:
    """Assert that a sound bears its labels and that the ledger has its digest."""
    from vocalkit.pipelines.labelling import sha256_of

    with path.open("rb") as file:
        form = sound_format(file)
        assert form is not None
        claim = read_tags(file, form)
        assert claim is not None, path
        if form != "ogg":
            state = read_manifest(file, form, anchors_pem=desk.host.root_pem)
            assert (state.state, state.claim) == ("trusted", claim), path
        digest = sha256_of(file)
    exported = [entry.facts() for entry in desk.registry.entries() if entry.kind == "exported"]
    assert any(digest in facts["files"] and facts["render"] == claim.render_id for facts in exported), path
