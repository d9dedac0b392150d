"""What follows from what was found: one contradiction outweighs any number of labels."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from tests.provenance.made import PROVENANCE, claim_of
from vocalkit.pipelines.evidence import WITHDRAWN, Evidence, Owner, Watermark, as_json, judge
from vocalkit.provenance import SOURCE_TYPES, ManifestState
from vocalkit.provenance.watermark import Detection

CLAIM = claim_of()
MARK = 0x1A2B3C4D
GOOD = ManifestState("trusted", (), True, "Studio", SOURCE_TYPES["stem"], MARK, CLAIM)
HEARD = Watermark(Detection(MARK, "published", 9.0, 1e-9, 0.0, 60.0, 1.0, 1.0))
OTHERS = Watermark(Detection(7, "published", 9.0, 1e-9, 0.0, 60.0, 1.0, 1.0))
SILENT = Watermark()
OTHER = claim_of(replace(PROVENANCE, mark=7, voice_id="bass"), render_id="another")
OWNER = Owner(PROVENANCE.grant_id, PROVENANCE.voice_id, "2026-11-21T08:00:00Z", (CLAIM.render_id,), False)
NONE = ManifestState("absent")


def evidence(**changes: Any) -> Evidence:
    return replace(Evidence("wav", GOOD, CLAIM, HEARD, OWNER, grant_now="active"), **changes)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, "verified"),
        ({"watermark": SILENT}, "verified"),
        ({"owner": None}, "verified"),
        ({"tags": None}, "verified"),
        ({"grant_now": "expired"}, "verified"),
        ({"manifest": replace(GOOD, state="valid")}, "labelled"),
        ({"manifest": NONE}, "labelled"),
        ({"manifest": NONE, "owner": replace(OWNER, released=True)}, "verified"),
        ({"manifest": NONE, "tags": None}, "labelled"),
        ({"manifest": NONE, "tags": None, "owner": None}, "labelled"),
        ({"manifest": NONE, "watermark": SILENT, "owner": None}, "labelled"),
        ({"manifest": NONE, "watermark": SILENT, "owner": None, "tags": None}, "unmarked"),
        (
            {
                "manifest": ManifestState("trusted", (), True, "Camera", "digitalCapture"),
                "watermark": SILENT,
                "owner": None,
                "tags": None,
            },
            "unmarked",
        ),
        *[({"grant_now": state}, "withdrawn") for state in WITHDRAWN],
    ],
)
def test_verdicts(changes: dict[str, Any], verdict: str) -> None:
    found = judge("a.wav", evidence(**changes))
    assert (found.verdict, found.contradictions) == (verdict, ())
    json.dumps(as_json(found), allow_nan=False)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"manifest": replace(GOOD, state="invalid", sound_matches=False)}, "other bytes"),
        ({"manifest": replace(GOOD, state="invalid", reasons=("claimSignature.mismatch",))}, "claimSignature.mismatch"),
        ({"manifest": replace(GOOD, mark=9)}, "two different watermarks"),
        ({"manifest": replace(GOOD, source_type=SOURCE_TYPES["mix"])}, "another kind of source"),
        ({"tags": OTHER}, "disagree about: mark, render, voice"),
        ({"watermark": OTHERS, "owner": None}, "carries the watermark 00000007, the manifest names"),
        ({"manifest": NONE, "watermark": OTHERS, "owner": None}, "the tags name the watermark"),
        (
            {"manifest": ManifestState("trusted", (), True, "Camera", "digitalCapture"), "tags": None, "owner": None},
            "not synthetic",
        ),
        ({"owner": replace(OWNER, grant_id="other")}, "another grant"),
        ({"owner": replace(OWNER, voice_id="bass")}, "another voice"),
        ({"owner": replace(OWNER, renders=("other",))}, "no release of the render"),
        ({"owner": None, "own_host": CLAIM.host}, "never gave out"),
        ({"other_grant_beside": True}, "grant.json"),
    ],
)
def test_contradictions(changes: dict[str, Any], words: str) -> None:
    found = judge("a.wav", evidence(**changes))
    assert found.verdict == "broken"
    assert any(words in line for line in found.contradictions), found.contradictions
    json.dumps(as_json(found), allow_nan=False)


def test_an_erased_voice_is_no_contradiction() -> None:
    assert judge("a.wav", evidence(owner=replace(OWNER, voice_id=None))).verdict == "verified"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "given out here for the voice alto"),
        ({"owner": replace(OWNER, voice_id=None)}, "(erased)"),
        ({"owner": None}, "says the manifest"),
        ({"owner": None, "manifest": NONE}, "says the tags"),
        ({"owner": None, "manifest": NONE, "tags": None, "sidecar_mark": MARK}, "report.json"),
        ({"owner": None, "manifest": NONE, "tags": None}, "unknown host"),
    ],
)
def test_whose_watermark(changes: dict[str, Any], words: str) -> None:
    whose = judge("a.wav", evidence(**changes)).whose
    assert whose is not None
    assert words in whose
