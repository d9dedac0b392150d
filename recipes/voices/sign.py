"""Sign one grant per built-in voice, under a trust root made for this release alone.

    python recipes/voices/sign.py

Reads every manifest in pretrained/voices and the terms in consent/builtin_grant.toml; writes
<id>.grant.jws beside each manifest and the root as consent/trust/project.json. The private key is
made in memory and never written: nobody, this project included, can sign another grant under the
root. Running it again makes a new root and new grants for all voices, which replace the old ones;
do so whenever the weights or the credit of a voice change, and commit all of it together.
"""

from __future__ import annotations

import argparse
import hashlib
from datetime import datetime, timezone
from pathlib import Path

from vocalkit.config import read_config
from vocalkit.consent import TrustRoots, Use, verify_grant
from vocalkit.consent.builtin import BuiltinTerms, SignedRelease, sign_release
from vocalkit.consent.policy import check_time, check_use
from vocalkit.resources import locate
from vocalkit.types import VoiceProfile
from vocalkit.weights import VoiceManifest, list_voices, read_voice_manifest, read_weights


def sign_voices(pretrained: Path, consent: Path, *, not_before: datetime) -> SignedRelease:
    """Sign for every voice below `pretrained`, check the result at the gate, then write it all."""
    voices = pretrained / "voices"
    manifests = [read_voice_manifest(profile.id, folder=voices) for profile in list_voices(folder=voices)]
    for manifest in manifests:
        read_weights(manifest)
    terms = read_config(consent / "builtin_grant.toml", BuiltinTerms)
    terms_sha256 = hashlib.sha256((consent / terms.terms).read_bytes()).hexdigest()
    release = sign_release(
        [manifest.profile() for manifest in manifests], terms, terms_sha256=terms_sha256, not_before=not_before
    )
    for manifest in manifests:
        _check(manifest.profile(), release, terms, not_before)
    _write(manifests, release, consent)
    return release


def _check(profile: VoiceProfile, release: SignedRelease, terms: BuiltinTerms, now: datetime) -> None:
    """A grant that the gate would refuse must not be written."""
    grant = verify_grant(release.grants[profile.id], trust=TrustRoots([release.root])).grant
    check_use(grant, Use.of_song(purposes=terms.uses, languages=profile.languages))
    check_time(grant, now)


def _write(manifests: list[VoiceManifest], release: SignedRelease, consent: Path) -> None:
    for manifest in manifests:
        manifest.grant_path.write_bytes(release.grants[manifest.id].data)
    root = consent / "trust" / "project.json"
    root.parent.mkdir(exist_ok=True)
    root.write_bytes(release.root.to_bytes())


def main() -> None:
    """Sign in the checkout that this script belongs to, unless told otherwise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pretrained", type=Path, default=locate("pretrained"))
    parser.add_argument("--consent", type=Path, default=locate("consent"))
    args = parser.parse_args()
    today = datetime.now(timezone.utc).replace(hour=0, minute=0, second=0, microsecond=0)
    release = sign_voices(args.pretrained, args.consent, not_before=today)
    print(f"signed {', '.join(release.grants)} under {release.root.thumbprint}")


if __name__ == "__main__":
    main()
