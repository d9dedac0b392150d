"""The vocal chain: clean up, tame sibilants, compress, and set in a small room.

The sound is worked at one level (the notes at -20 LUFS), so thresholds mean the same for every
voice; the mix sets the level afterwards.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from vocalkit.errors import InputError
from vocalkit.mix.curves import Curve, Samples, at_edges, block_slices, gain_of, hop_count, hop_frames, smooth
from vocalkit.mix.loudness import block_powers, gated_lufs, hop_energies, sung_blocks
from vocalkit.types import Note
from vocalkit.units import SILENCE_DB, db_to_gain

WORKING_LUFS = -20.0
_SIBILANCE_HZ = 5500.0
_SIBILANCE_DBFS = -32.0
_SIBILANCE_RATIO = 3.0
_SIBILANCE_MAX_DB = 6.0
_COMB_S = 0.031
"""Mean delay of the reverb's comb filters: sets how its feedback relates to its decay."""


def decay_s(notes: Sequence[Note]) -> float:
    """Reverb time (to -60 dB) that suits the pace: short notes get a short room, 0.7 to 1.8 s."""
    median_s = float(np.median([note.duration_s for note in notes]))
    return float(np.clip(0.6 + 1.2 * median_s, 0.7, 1.8))


def vocal_chain(
    dry: Samples,
    sample_rate: int,
    *,
    channels: int,
    spans_s: Sequence[tuple[float, float]],
    room_s: float,
    send_db: float,
) -> Samples:
    """The processed vocal: float32 (channels, n). dry: float32 (n,), used up as working space.

    spans_s: where notes sound; room_s: reverb time; send_db: power of the reverb under the voice.
    """
    _to_working_level(dry, sample_rate, spans_s)
    _de_ess(dry, sample_rate)
    _shape(dry, sample_rate)
    return _with_room(dry, sample_rate, channels=channels, room_s=room_s, send_db=send_db)


def _to_working_level(dry: Samples, sample_rate: int, spans_s: Sequence[tuple[float, float]]) -> None:
    hop_s = hop_frames(sample_rate) / sample_rate
    powers = block_powers(hop_energies(dry[None, :], sample_rate), hop_s)
    sung = gated_lufs(powers[sung_blocks(spans_s, powers.size)])
    if sung == SILENCE_DB:
        raise InputError("the vocal is silent where its notes are; there is nothing to mix")
    dry *= np.float32(db_to_gain(WORKING_LUFS - sung))


def _de_ess(dry: Samples, sample_rate: int) -> None:
    """Turn the band of s and sh down where it sticks out, up to 6 dB, in place."""
    from scipy.signal import butter

    if sample_rate < 4 * _SIBILANCE_HZ:
        return
    sections = butter(2, _SIBILANCE_HZ, "highpass", fs=sample_rate, output="sos")
    hop = hop_frames(sample_rate)
    energies = np.zeros(hop_count(dry.size, hop))
    for block, band in _filtered(dry, sections, hop):
        hops = hop_count(band.size, hop)
        squares = np.pad(band * band, (0, hops * hop - band.size)).reshape(hops, hop)
        energies[block.start // hop : block.start // hop + hops] = squares.mean(axis=1)
    level_db = 10.0 * np.log10(smooth(energies, _hops(0.003, sample_rate)) + 1e-12)
    over_db = (level_db - _SIBILANCE_DBFS) * (1.0 - 1.0 / _SIBILANCE_RATIO)
    cut_db = smooth(np.clip(over_db, 0.0, _SIBILANCE_MAX_DB), _hops(0.004, sample_rate))
    keep: Curve = at_edges(np.asarray(db_to_gain(-cut_db)))
    for block, band in _filtered(dry, sections, hop):
        dry[block] += (gain_of(keep, block, hop) - np.float32(1.0)) * band


def _filtered(dry: Samples, sections: Any, hop: int) -> Any:
    """(block, filtered block) over a signal; the block is read before it is handed out."""
    from scipy.signal import sosfilt

    state = np.zeros((len(sections), 2))
    for block in block_slices(dry.size, hop):
        band, state = sosfilt(sections, dry[block].astype(np.float64), zi=state)
        yield block, band.astype(np.float32)


def _hops(seconds: float, sample_rate: int) -> int:
    return max(1, round(seconds * sample_rate / hop_frames(sample_rate)))


def _shape(dry: Samples, sample_rate: int) -> None:
    """High-pass, equalizer and compressor, in place; bands above the sample rate's reach are left out."""
    import pedalboard

    bands: list[tuple[float, Any]] = [
        (90.0, pedalboard.HighpassFilter(90.0)),
        (90.0, pedalboard.HighpassFilter(90.0)),
        (250.0, pedalboard.PeakFilter(250.0, -1.5, 1.0)),
        (3200.0, pedalboard.PeakFilter(3200.0, 1.5, 0.8)),
        (10_000.0, pedalboard.HighShelfFilter(10_000.0, 2.0, 0.7)),
    ]
    chain = [stage for hz, stage in bands if hz < 0.42 * sample_rate]
    chain.append(pedalboard.Compressor(threshold_db=-22.0, ratio=3.0, attack_ms=8.0, release_ms=120.0))
    board = pedalboard.Pedalboard(chain)  # type: ignore[attr-defined]
    for block in block_slices(dry.size, hop_frames(sample_rate)):
        dry[block] = board.process(dry[block], sample_rate, reset=False)


def _with_room(dry: Samples, sample_rate: int, *, channels: int, room_s: float, send_db: float) -> Samples:
    """Dry sound in every channel with the room after it: float32 (channels, n)."""
    delay = round(float(np.clip(room_s / 60.0, 0.012, 0.03)) * sample_rate)
    board = _room(sample_rate, room_s)
    send = np.float32(db_to_gain(send_db) / _room_gain(sample_rate, room_s, channels))
    out = np.empty((channels, dry.size), dtype=np.float32)
    for block in block_slices(dry.size, hop_frames(sample_rate)):
        early, late = max(0, block.start - delay), max(0, block.stop - delay)
        source = np.pad(dry[early:late], (block.stop - block.start - (late - early), 0))
        out[:, block] = dry[block] + send * _through(board, source, sample_rate, channels)
    return out


def _room(sample_rate: int, room_s: float) -> Any:
    import pedalboard

    feedback = 10.0 ** (-3.0 * _COMB_S / room_s)
    size = float(np.clip((feedback - 0.7) / 0.28, 0.0, 1.0))
    stages: list[Any] = [pedalboard.HighpassFilter(250.0)]
    if sample_rate > 18_000:
        stages.append(pedalboard.LowpassFilter(7500.0))
    stages.append(pedalboard.Reverb(room_size=size, damping=0.35, wet_level=1.0, dry_level=0.0, width=1.0))
    return pedalboard.Pedalboard(stages)  # type: ignore[attr-defined]


def _room_gain(sample_rate: int, room_s: float, channels: int) -> float:
    """Root of the energy that the room makes of a unit click, per channel: its gain for steady sound."""
    click = np.zeros(round(2.0 * room_s * sample_rate), dtype=np.float32)
    click[0] = 1.0
    response = _through(_room(sample_rate, room_s), click, sample_rate, channels)
    return float(np.sqrt(np.sum(response.astype(np.float64) ** 2) / channels))


def _through(board: Any, mono: Samples, sample_rate: int, channels: int) -> Samples:
    """A mono block through a board that keeps its state: float32 (channels, n).

    The board takes an array's longer side for time, so a short last block is padded, and a mono
    one goes in as one row.
    """
    if channels == 1:
        return np.asarray(board.process(mono, sample_rate, reset=False))[None, :]
    padded = np.pad(mono, (0, max(0, 4 - mono.size)))
    both = np.repeat(padded[None, :], channels, axis=0)
    return np.asarray(board.process(both, sample_rate, reset=False))[:, : mono.size]
