"""Whether a recording answers a challenge, and whether its speaker is the voice of every clip.

Pure but for the models it loads: the challenge was taken from the registry before (so that it is
used even if this refuses), the files were read, the watermark was looked for, and a witness's
signature was verified by the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from vocalkit.consent.challenge import Challenge
from vocalkit.consent.reasons import refuse
from vocalkit.consent.wording import read_wording
from vocalkit.errors import AudioError
from vocalkit.pipelines.consent.phonemes import spoken_words, statement_words
from vocalkit.protocols import Progress, silent
from vocalkit.resources import locate
from vocalkit.types import Audio

if TYPE_CHECKING:
    from vocalkit.consent.witness import WitnessStatement
    from vocalkit.voice.risk import RiskFlag
    from vocalkit.voice.speaker import SpeakerVerdict
    from vocalkit.voice.spoken import WordsVerdict

MEASURED_LANGUAGES = ("en",)
"""Languages whose error rates are known; in others the words alone are never enough."""
_NAMED_CLIPS = 5


@dataclass(frozen=True, slots=True)
class ConsentVerdict:
    """A consent that holds. witnessed: whether a human's word was needed for it, and by whom it was given."""

    challenge: Challenge
    words: WordsVerdict
    speaker: SpeakerVerdict
    flags: tuple[RiskFlag, ...]
    witnessed_by: str | None

    def facts(self) -> dict[str, str]:
        """What the ledger may hold: numbers and words of a fixed list, nothing personal."""
        told = {
            "words": self.words.outcome,
            "speaker": self.speaker.outcome,
            "speaker_minimum": f"{self.speaker.minimum:.3f}",
            "witness": "none" if self.witnessed_by is None else "witnessed",
        }
        return told | {f"risk_{flag.name}": "found" for flag in self.flags}


def verify_consent(
    challenge: bytes,
    recording: Audio,
    clips: Sequence[Audio],
    *,
    own_mark_found: bool,
    witness: WitnessStatement | None = None,
    progress: Progress = silent,
) -> ConsentVerdict:
    """The verdict on a consent recording and the enrolment clips; nothing is kept or written.

    own_mark_found: whether our watermark is in the recording or any clip; witness: a statement that
    `verify_witness` accepted for these very files. Raises ConsentError: ``own_render``, ``spliced``,
    ``no_voice``, ``words_missing``, ``statement_missing``, ``speaker_mismatch``, ``needs_witness``.
    """
    from vocalkit.voice.prints import load_encoder
    from vocalkit.voice.risk import risk_flags
    from vocalkit.voice.speaker import compare_speakers, read_speaker_settings

    # 1. The challenge is one of ours, to the letter.
    asked = Challenge.from_bytes(challenge)
    wording = read_wording(locate("consent"), asked.language)
    asked.check_wording(wording)
    # 2. Nothing in it was rendered by us.
    if own_mark_found:
        raise refuse("own_render", "the recordings hold vocalkit's watermark: a render cannot consent; record yourself")
    # 3. The recording is one untouched take.
    progress("consent", 0.0)
    try:
        _check_listenable(recording, clips)
        flags = risk_flags(recording, clips)
        _check_untouched(flags)
        # 4. It holds the statement and the six words, in order.
        words = _hear(asked, wording.words, recording)
        _check_words(words)
        # 5. Its speaker is the voice of every clip, window by window.
        progress("consent", 0.5)
        settings = read_speaker_settings(locate("consent") / "speaker.toml")
        speaker = compare_speakers(recording, clips, encoder=load_encoder(), settings=settings, progress=progress)
        _check_speaker(speaker)
    except AudioError as error:
        raise refuse("no_voice", str(error)) from error
    # 6. What machines are unsure of, a human has vouched for.
    doubts = _doubts(asked, words, speaker, flags)
    if doubts and witness is None:
        raise refuse("needs_witness", f"{'; '.join(doubts)}: have a witness listen and sign (consent witness)")
    return ConsentVerdict(asked, words, speaker, flags, witness.name if doubts and witness is not None else None)


def _check_listenable(recording: Audio, clips: Sequence[Audio]) -> None:
    from vocalkit.voice.prints import check_clip
    from vocalkit.voice.spoken import check_take

    check_take(recording)
    for number, clip in enumerate(clips, 1):
        check_clip(clip, f"clip {number}")


def _hear(asked: Challenge, decoys: Sequence[str], recording: Audio) -> WordsVerdict:
    from vocalkit.voice.spoken import check_words

    return check_words(
        recording,
        spoken_words(asked.words, language=asked.language),
        decoys=spoken_words(decoys, language=asked.language),
        statement=statement_words(asked.statement, language=asked.language),
        english=asked.language.split("-")[0] == "en",
    )


def _check_untouched(flags: Sequence[RiskFlag]) -> None:
    for flag in flags:
        if flag.gravity == "refuse":
            raise refuse("spliced", f"the recording is no untouched take ({flag.detail}); record it again in one go")


def _check_words(words: WordsVerdict) -> None:
    missing = [match.text for match in words.words if match.presence == "missing"]
    if missing:
        raise refuse(
            "words_missing", f"not heard: {', '.join(missing)}; ask for a new challenge and read all six words"
        )
    if words.statement_outcome == "refused":
        raise refuse("statement_missing", "the statement was not heard; ask for a new challenge and read all of it")


def _check_speaker(speaker: SpeakerVerdict) -> None:
    if speaker.outcome != "refused":
        return
    other = [clip for clip in speaker.worst() if clip.outcome == "refused"]
    if not other:
        raise refuse("speaker_mismatch", "the clips are another person's than the one who consents")
    named = ", ".join(f"{clip.index + 1} (at {clip.at_s:.0f} s of voice)" for clip in other[:_NAMED_CLIPS])
    more = f" and {len(other) - _NAMED_CLIPS} more" if len(other) > _NAMED_CLIPS else ""
    raise refuse("speaker_mismatch", f"another voice than the one who consents in clip {named}{more}; leave them out")


def _doubts(
    asked: Challenge, words: WordsVerdict, speaker: SpeakerVerdict, flags: Sequence[RiskFlag]
) -> tuple[str, ...]:
    """What a machine does not decide here, in words for the artist."""
    doubts = []
    unsure = [match.text for match in words.words if match.presence == "unsure"]
    if unsure:
        doubts.append(f"unsure of the words {', '.join(unsure)}")
    if words.statement_outcome == "unsure":
        doubts.append("unsure of the statement")
    if asked.language.split("-")[0] not in MEASURED_LANGUAGES:
        doubts.append(f"no error rates are known for words in {asked.language}")
    if speaker.outcome == "unsure":
        clips = ", ".join(str(clip.index + 1) for clip in speaker.worst()[:_NAMED_CLIPS])
        doubts.append(f"unsure of the voice in clip {clips}" if clips else "unsure of the voice as a whole")
    doubts += [flag.detail for flag in flags if flag.gravity == "unsure"]
    return tuple(doubts)
