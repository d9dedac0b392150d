"""From key and mark to the sign of every tile, and back.

A key scatters three parts over the tiles of a period: a pilot, which is the same for every mark and
tells where the period starts, and two halves of the mark. Each half is a word of a random linear
code of 16 bits: a tile carries the parity of the bits that its column picks. All words of a half are
compared at once, since tiles summed by column and put through a Hadamard transform give the
correlation with each of them.

Every sign is flipped by a keyed coin, and those of the second half by coins that depend on the first
half too: a wrong first half finds no second one, and halves of two marks never join. So for whoever
does not know the key, and for sound that holds no mark, the signs of each mark are fair coins.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

from vocalkit.errors import InputError
from vocalkit.provenance.watermark.grid import BANDS, CHIPS

MARK_BITS = 32
MIN_KEY_BYTES = 16
_HALF_BITS = 16
_WORDS = 1 << _HALF_BITS
_TILES = CHIPS * BANDS
_PILOT_TILES = _TILES // 4
_FIRSTS = 4
"""First halves that are tried, from the best on."""

Signs = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Word:
    """The mark whose pattern agrees best with some tiles.

    score: correlation of the whole pattern with the tiles, in units of its noise. margin: how far the
    second half is ahead of its runner-up, likewise.
    """

    mark: int
    score: float
    margin: float


@dataclass(frozen=True)
class Code:
    """What a key says about a period, by tile. part: 0 pilot, 1 and 2 halves; column: the bits a tile
    carries; coin: ±1."""

    key: bytes
    part: NDArray[np.int8]
    column: NDArray[np.uint16]
    coin: Signs

    @cached_property
    def pilot(self) -> Signs:
        """Signs of the pilot, 0 elsewhere: (CHIPS, BANDS)."""
        signs: Signs = np.where(self.part == 0, self.coin, np.float32(0.0)).reshape(CHIPS, BANDS)
        return signs

    def signs(self, mark: int) -> Signs:
        """The whole pattern of a mark: ±1, (CHIPS, BANDS). Raises InputError unless it is 1 to 2^32 - 1."""
        check_mark(mark)
        halves = np.array([0, mark >> _HALF_BITS, mark & (1 << _HALF_BITS) - 1], np.uint16)
        words = np.where(_parity(self.column & halves[self.part]), np.float32(-1.0), np.float32(1.0))
        signs: Signs = (self.coin * words * self._second_coin(int(halves[1]))).reshape(CHIPS, BANDS)
        return signs

    def score(self, mark: int, tiles: NDArray[np.floating]) -> float:
        """Correlation of a mark's pattern with tiles (CHIPS, BANDS), in units of its noise; 0 without any."""
        noise = float(np.sqrt(np.sum(tiles**2)))
        return float(np.sum(self.signs(mark) * tiles)) / noise if noise > 0.0 else 0.0

    def read(self, tiles: NDArray[np.floating]) -> Word | None:
        """The mark that agrees best with tiles (CHIPS, BANDS) summed over periods; None if all are 0."""
        values = tiles.reshape(-1) * self.coin.astype(np.float64)
        noise = float(np.sqrt(np.sum(values**2)))
        if noise == 0.0:
            return None
        pilot = float(values[self.part == 0].sum())
        firsts = self._correlations(values, 1)
        words = []
        for first in np.argpartition(firsts, -_FIRSTS)[-_FIRSTS:]:
            seconds = self._correlations(values * self._second_coin(int(first)), 2)
            second = int(np.argmax(seconds))
            best, seconds[second] = float(seconds[second]), -np.inf
            score = (pilot + float(firsts[first]) + best) / noise
            words.append(Word(int(first) << _HALF_BITS | second, score, best - float(seconds.max())))
        word = max(words, key=lambda word: word.score)
        return replace(word, margin=word.margin / float(np.sqrt(np.sum(values[self.part == 2] ** 2)) or 1.0))

    def _correlations(self, values: NDArray[np.floating], part: int) -> NDArray[np.float32]:
        """With each of the 65,536 words of a half."""
        mine = self.part == part
        folded = np.bincount(self.column[mine], weights=values[mine], minlength=_WORDS)
        words = folded.astype(np.float32)
        for _ in range(_HALF_BITS):
            # Sums over the first bit, which then moves behind the others: after all turns they are where they were.
            zero, one = words.reshape(2, -1)
            words = np.stack([zero + one, zero - one], axis=1).reshape(-1)
        return words

    def _second_coin(self, first: int) -> Signs:
        """Coins of the second half beside a first one; 1 on other tiles."""
        coin: Signs = np.where(self.part == 2, _coins(self.key, b"second" + first.to_bytes(2, "big")), np.float32(1.0))
        return coin


def check_mark(mark: int) -> None:
    if not 0 < mark < 1 << MARK_BITS:
        raise InputError(f"a mark is a whole number from 1 to {(1 << MARK_BITS) - 1}, got {mark}")


@lru_cache(maxsize=64)
def code_of(key: bytes) -> Code:
    """The code of a key of at least 16 bytes; the same on every machine."""
    if len(key) < MIN_KEY_BYTES:
        raise InputError(f"a watermark key has at least {MIN_KEY_BYTES} bytes, got {len(key)}")
    order = np.argsort(_stream(key, b"order", np.dtype("<u8")), kind="stable")
    part = np.empty(_TILES, np.int8)
    part[order[:_PILOT_TILES]] = 0
    part[order[_PILOT_TILES:]] = 1 + np.arange(_TILES - _PILOT_TILES) % 2
    return Code(key, part, _stream(key, b"column", np.dtype("<u2")), _coins(key, b"coin"))


def _coins(key: bytes, label: bytes) -> Signs:
    coins: Signs = np.where(_stream(key, label, np.dtype("u1")) & 1, np.float32(-1.0), np.float32(1.0))
    return coins


def _stream(key: bytes, label: bytes, kind: np.dtype[np.unsignedinteger]) -> NDArray[np.unsignedinteger]:  # type: ignore[type-arg]
    """A keyed pseudo-random number for every tile: SHAKE-256 (FIPS 202) of the label and the key."""
    digest = hashlib.shake_256(b"vocalkit watermark 1 " + label + b":" + key).digest(_TILES * kind.itemsize)
    return np.frombuffer(digest, kind)


def _parity(bits: NDArray[np.uint16]) -> NDArray[np.bool_]:
    for shift in (8, 4, 2, 1):
        bits = bits ^ (bits >> np.uint16(shift))
    odd: NDArray[np.bool_] = (bits & np.uint16(1)).astype(bool)
    return odd
