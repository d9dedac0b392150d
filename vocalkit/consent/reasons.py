"""Why the gate refuses: stable words that programs may rely on."""

from __future__ import annotations

from typing import Literal

from vocalkit.errors import ConsentError

Reason = Literal[
    # the bytes
    "malformed",
    "too_large",
    "duplicate_key",
    "not_a_number",
    "number_range",
    "not_canonical",
    # the signature
    "wrong_type",
    "wrong_algorithm",
    "unknown_signer",
    "bad_signature",
    "missing_signature",
    "extra_signature",
    "same_signer",
    "no_trust_roots",
    "bad_trust_root",
    # the grant
    "unknown_field",
    "missing_field",
    "bad_value",
    "term_too_long",
    "wrong_signer",
    "kind_not_trusted",
    # keys, host and sealed models
    "bad_key",
    "wrong_passphrase",
    "host_damaged",
    "host_unavailable",
    "keys_exposed",
    "key_damaged",
    "no_key",
    "not_sealed",
    "bad_seal",
    "bad_draft",
    "not_as_enrolled",
    "terms_unknown",
    "voice_taken",
    # this voice, this use, now
    "wrong_voice",
    "wrong_model",
    "other_grant",
    "wrong_grantee",
    "use_excluded",
    "use_not_granted",
    "language_not_granted",
    "territory_not_granted",
    "genre_not_granted",
    "renderer_not_granted",
    "right_not_granted",
    "not_yet_valid",
    "expired",
    "revoked",
    "seconds_unknown",
    "seconds_exhausted",
    "clock_went_back",
    # the case and its state
    "unknown_grant",
    "not_active",
    "suspended",
    "disputed",
    "shredded",
    "wrong_state",
    "key_destroyed",
    "challenge_unknown",
    "challenge_used",
    "challenge_expired",
    "already_exported",
    # the spoken consent
    "no_voice",
    "words_missing",
    "statement_missing",
    "speaker_mismatch",
    "own_render",
    "spliced",
    "needs_witness",
    "wrong_recording",
    # the machine
    "registry_version",
    "ledger_damaged",
    "ledger_unavailable",
    "forged",
]


def refuse(reason: Reason, message: str) -> ConsentError:
    """The error to raise; a function so that a misspelt reason does not type-check."""
    return ConsentError(message, reason=reason)
