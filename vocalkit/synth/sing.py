"""A performance and a licensed voice to a sung stem, phrase by phrase."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from vocalkit.consent import LicensedVoice, require_licence
from vocalkit.errors import InputError
from vocalkit.phones import is_voiced, phone_class
from vocalkit.protocols import AcousticModel, Progress, Vocoder, silent
from vocalkit.provenance.watermark import embed, published_key
from vocalkit.types import Audio, Expression, F0Curve, Performance, PhonemeSpan, Vocal
from vocalkit.units import seconds_to_frames

PHRASE_GAP_S = 0.12
LONGEST_CHUNK_S = 20.0
PAD_S = 0.06
"""What a phrase's sound takes of the silence before and after it."""
_EDGE_S = 0.004


def sing(
    performance: Performance,
    voice: LicensedVoice,
    model: AcousticModel,
    vocoder: Vocoder,
    *,
    seed: int,
    within_s: tuple[float, float] | None = None,
    progress: Progress = silent,
) -> Vocal:
    """The dry stem, mono at the model's rate, from 0 s to the end of the performance, with the render's mark in it.

    within_s: sing only the phrases that sound between two times; the others stay silent and are not booked.

    The licence is checked before every phrase, so expiry and revocation stop a render that is
    under way: ConsentError, and nothing is returned. Nobody is handed a sound without the watermark.
    Memory beyond the stem and its marked copy is that of one phrase.
    """
    rate = model.sample_rate
    stem = np.zeros((1, seconds_to_frames(performance.duration_s, rate)), np.float32)
    phrases = phrases_within(performance, within_s)
    if not phrases:
        raise InputError("the performance holds no phonemes to sing")
    for number, spans in enumerate(phrases):
        require_licence(voice, seconds=spans[-1].end_s - spans[0].start_s)
        progress("sing", number / len(phrases))
        part, first = cut(performance, spans)
        sound = vocoder.synthesize(model.features(part, seed=seed + first), seed=seed + first)
        _place(sound, stem, at=seconds_to_frames(first * performance.hop_s, rate))
    progress("sing", 1.0)
    stem.flags.writeable = False
    marked = embed(Audio(stem, rate), voice.mark, key=published_key().key, progress=progress)
    return Vocal(marked, replace(voice.provenance, mark=voice.mark))


def phrases_within(performance: Performance, within_s: tuple[float, float] | None) -> list[tuple[PhonemeSpan, ...]]:
    """The phrases that sound between two times, None: all."""
    phrases = split_phrases(performance.spans)
    if within_s is None:
        return phrases
    start_s, end_s = within_s
    return [spans for spans in phrases if spans[0].start_s < end_s and spans[-1].end_s > start_s]


def split_phrases(spans: tuple[PhonemeSpan, ...]) -> list[tuple[PhonemeSpan, ...]]:
    """Spans in groups with silence between them; a long group is cut where a stop is silent anyway."""
    phrases: list[list[PhonemeSpan]] = []
    for span in spans:
        group = phrases[-1] if phrases else None
        if group is None or span.start_s - group[-1].end_s > PHRASE_GAP_S or _may_cut(group, span):
            phrases.append([span])
        else:
            group.append(span)
    return [tuple(group) for group in phrases]


def _may_cut(group: list[PhonemeSpan], span: PhonemeSpan) -> bool:
    length_s = span.start_s - group[0].start_s
    closed = phone_class(span.symbol) in ("stop", "affricate") and not is_voiced(span.symbol)
    return (closed and length_s > LONGEST_CHUNK_S / 2) or length_s > LONGEST_CHUNK_S


def cut(performance: Performance, spans: tuple[PhonemeSpan, ...]) -> tuple[Performance, int]:
    """The performance of some spans alone, on its own clock, and the frame it starts at in the whole."""
    hop_s, total = performance.hop_s, performance.f0.hz.size
    pad = round(PAD_S / hop_s)
    first = max(0, round(spans[0].start_s / hop_s) - pad)
    last = min(total, round(spans[-1].end_s / hop_s) + pad)
    offset_s = first * hop_s
    window = slice(first, last)
    curves = performance.expression
    moved = tuple(
        PhonemeSpan(span.symbol, max(0.0, span.start_s - offset_s), span.end_s - offset_s, span.note) for span in spans
    )
    part = Performance(
        performance.notes,
        moved,
        F0Curve(performance.f0.hz[window], performance.f0.voiced[window], hop_s),
        performance.loudness_dbfs[window],
        Expression(curves.breathiness[window], curves.tension[window], curves.gender[window]),
        performance.language,
    )
    return part, first


def _place(sound: Audio, stem: np.ndarray, *, at: int) -> None:
    """Add a phrase to the stem, its first and last 4 ms faded so that no edge clicks."""
    samples = sound.samples[0].copy()
    edge = min(round(_EDGE_S * sound.sample_rate), len(samples) // 2)
    ramp = np.sin(np.linspace(0.0, np.pi / 2, edge, dtype=np.float32)) ** 2
    samples[:edge] *= ramp
    samples[len(samples) - edge :] *= ramp[::-1]
    room = min(len(samples), stem.shape[1] - at)
    stem[0, at : at + room] += samples[:room]
