"""`vocalkit verify`: what a file says about itself, and whether that holds. Offline, for anybody."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING

from vocalkit.cli.arguments import Commands, add_command, add_json, path_argument, print_json
from vocalkit.cli.progress import StageBars

if TYPE_CHECKING:
    from vocalkit.pipelines.evidence import Verification
    from vocalkit.provenance import Claim, ManifestState

EXIT_CODES = {"verified": 0, "withdrawn": 3, "broken": 3, "unmarked": 5, "labelled": 6}

EXAMPLES = """\
  vocalkit verify my-song/mix.wav
  vocalkit verify my-song/mix.wav --trust studio.json
  vocalkit verify my-song/vocals.wav --json

exit codes:
  0  verified: a trusted signature or this machine's ledger vouches for the file, and nothing disagrees
  2  the file is no sound that can be read
  3  broken: what was found disagrees; or withdrawn: the artist took the grant back
  5  unmarked: no manifest, no tags, no watermark
  6  labelled: it says that it is synthetic, but nothing here proves by whom (try --trust)
"""


def add_parser(commands: Commands, common: argparse.ArgumentParser) -> None:
    parser = add_command(
        commands, common, "verify", summary="tell where a file comes from and whether that holds", examples=EXAMPLES
    )
    parser.add_argument("file", type=path_argument, metavar="FILE", help="WAV, FLAC, MP3 or OGG")
    parser.add_argument(
        "--trust",
        type=path_argument,
        metavar="BUNDLE",
        action="append",
        default=[],
        help="a host's trust bundle, or PEM root certificates; may be given again",
    )
    add_json(parser)
    parser.set_defaults(run=run)


def run(args: argparse.Namespace) -> int:
    from vocalkit.pipelines.evidence import as_json
    from vocalkit.pipelines.verify import verify_file

    with StageBars() as progress:
        verification = verify_file(args.file, trust=args.trust, progress=progress)
    if args.json:
        print_json(as_json(verification))
    else:
        for name, text in _lines(verification):
            print(f"{name:<12}{text}")
    return EXIT_CODES[verification.verdict]


def _lines(verification: Verification) -> Iterator[tuple[str, str]]:
    evidence = verification.evidence
    manifest = evidence.manifest
    yield "file", verification.file
    yield "manifest", _manifest(manifest, evidence.form)
    yield "tags", "none of ours" if evidence.tags is None else _claim(evidence.tags)
    yield "watermark", _watermark(verification)
    then = evidence.grant_then
    if then is None:
        yield "grant then", "the file names none"
    else:
        until = "" if then.expires is None else f", until {then.expires}"
        yield "grant then", f"{then.grant_id} of {then.made}, for {', '.join(then.purposes)}{until}"
    yield "grant now", evidence.grant_now
    yield "AI label", evidence.label or "none"
    for contradiction in verification.contradictions:
        yield "BUT", contradiction
    yield "verdict", verification.verdict


def _manifest(manifest: ManifestState, form: str) -> str:
    if manifest.state == "absent":
        return "none (Ogg files hold none)" if form == "ogg" else "none"
    sound = {True: "the sound is as signed", False: "the sound was changed", None: "the sound could not be checked"}
    who = f"signed by {manifest.signer}" if manifest.signer else "signer unreadable"
    trust = "; that signer is not among those you trust" if manifest.state == "valid" else ""
    why = f" ({', '.join(manifest.reasons)})" if manifest.reasons else ""
    return f"{manifest.state}{why}, {who}{trust}; {sound[manifest.sound_matches]}"


def _claim(claim: Claim) -> str:
    return f"{claim.content} sung by {claim.provenance.voice_id}; {claim.provenance.credit}"


def _watermark(verification: Verification) -> str:
    mark = verification.evidence.watermark
    if mark.mark is None:
        return mark.state + (f": {mark.why}" if mark.why else "")
    return f"{mark.mark:08x}, {verification.whose}"
