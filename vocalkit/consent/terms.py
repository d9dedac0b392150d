"""The text an enrolling artist is shown, in their language, and the digest by which a grant names it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

from vocalkit.consent.grant import check_language
from vocalkit.consent.reasons import refuse
from vocalkit.resources import locate


@dataclass(frozen=True, slots=True)
class Terms:
    """A text as it was shown. language: such as ``en``; sha256: of its bytes in the package."""

    language: str
    text: str
    sha256: str


def every_terms() -> tuple[Terms, ...]:
    """All there are, by language."""
    found = sorted((locate("consent") / "terms").glob("enrolled.*.txt"))
    return tuple(_terms(path.name.split(".")[1], path.read_bytes()) for path in found)


def terms_in(language: str) -> Terms:
    """The terms in a language: ``en`` serves ``en-us``. ConsentError (``terms_unknown``) names those there are."""
    check_language(language)
    known = {terms.language: terms for terms in every_terms()}
    terms = known.get(language) or known.get(language.split("-")[0])
    if terms is None:
        raise refuse("terms_unknown", f"there are no terms in {language!r}; there are some in {', '.join(known)}")
    return terms


def terms_with(sha256: str) -> Terms:
    """The terms with this digest. Raises ConsentError (``terms_unknown``): nobody signs what cannot be shown."""
    for terms in every_terms():
        if terms.sha256 == sha256:
            return terms
    raise refuse("terms_unknown", f"this version of vocalkit has no terms with SHA-256 {sha256}; enrol the voice again")


def _terms(language: str, data: bytes) -> Terms:
    return Terms(language, data.decode("utf-8"), hashlib.sha256(data).hexdigest())
