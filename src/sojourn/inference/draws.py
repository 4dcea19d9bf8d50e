"""Named, counter-based random streams: the only source of chance in the model.

A draw depends on the seed, the name of what is drawn and the number of the member, and on
nothing else: not on the order of calls, the other names, the chunk or the thread. Members can
therefore be made in any order and anywhere, and two scenarios of one seed share their draws.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sojourn.inputs.errors import InputError

WORDS = 4
"""Philox makes four 64-bit words at each step of its counter."""

LARGEST_SEED = 2**63 - 1


def uniform(seed: int, name: str, members: int | range) -> NDArray[np.float64]:
    """Uniform draws of a name for some members, float64 [n], strictly between 0 and 1.

    `members` is a number n (members 0 to n-1) or a contiguous `range` of member numbers. Member
    i reads word i of the Philox 4x64-10 stream (Salmon et al. 2011) whose key is (seed, hash of
    the name). Raises InputError for a seed outside 0 to 2**63 - 1 or any other members.
    """
    return matrix(seed, (name,), members)[0]


def matrix(seed: int, names: Sequence[str], members: int | range) -> NDArray[np.float64]:
    """Uniform draws of several names, float64 [names, n]; row p is `uniform(seed, names[p])`."""
    lo, hi = bounds(members)
    check_seed(seed)
    block = lo // WORDS
    stream = np.random.Philox(key=np.zeros(2, dtype=np.uint64))
    # setting the state of one generator is three times faster than making one for each name
    state = stream.state
    state["state"]["counter"][0] = block
    state["state"]["key"][0] = seed
    words = np.empty((len(names), hi - lo), dtype=np.uint64)
    for p, name in enumerate(names):
        state["state"]["key"][1] = name_key(name)
        stream.state = state
        words[p] = stream.random_raw(hi - block * WORDS)[lo - block * WORDS :]
    # the 53 leading bits at the middle of their cell: never exactly 0 or 1
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


SPARSE = 25
"""One in so many members: fewer are cheaper picked out of the stream one by one."""


def picked(
    seed: int, names: Sequence[str], members: NDArray[np.int64], among: int
) -> NDArray[np.float64]:
    """Uniform draws of several names for members in any order, float64 [names, n].

    The same values as `matrix(seed, names, among)[:, members]`; members lie below `among`.
    """
    if members.size * SPARSE > among:
        return matrix(seed, names, among)[:, members]
    check_seed(seed)
    block, word = np.divmod(members, WORDS)
    # numpy's generator counts once before it makes the first words
    counter = block.astype(np.uint64) + np.uint64(1)
    rows = [_philox(counter, word, seed, name_key(name)) for name in names]
    words = np.stack(rows) if rows else np.empty((0, members.size), np.uint64)
    return ((words >> np.uint64(11)).astype(np.float64) + 0.5) * 2.0**-53


_MULTIPLIERS = (0xD2E7470EE14C6C93, 0xCA5A826395121157)
_WEYL = (0x9E3779B97F4A7C15, 0xBB67AE8584CAA73B)
_LOW = np.uint64(0xFFFFFFFF)
_HALF = np.uint64(32)


def _philox(
    counter: NDArray[np.uint64], word: NDArray[np.int64], seed: int, key: int
) -> NDArray[np.uint64]:
    """Word `word` of Philox 4x64-10 at each counter (Salmon et al. 2011, section 3.2)."""
    x = [counter, *(np.zeros_like(counter) for _ in range(WORDS - 1))]
    keys = [seed, key]
    for _ in range(10):
        high0, low0 = _product(_MULTIPLIERS[0], x[0])
        high1, low1 = _product(_MULTIPLIERS[1], x[2])
        x = [high1 ^ x[1] ^ np.uint64(keys[0]), low1, high0 ^ x[3] ^ np.uint64(keys[1]), low0]
        keys = [(k + w) % 2**64 for k, w in zip(keys, _WEYL, strict=True)]
    return np.choose(word, x)


def _product(a: int, b: NDArray[np.uint64]) -> tuple[NDArray[np.uint64], NDArray[np.uint64]]:
    """High and low 64 bits of a x b, by halves."""
    a_high, a_low = np.uint64(a >> 32), np.uint64(a & 0xFFFFFFFF)
    b_high, b_low = b >> _HALF, b & _LOW
    low = a_low * b_low
    middle = a_high * b_low + (low >> _HALF)
    cross = a_low * b_high + (middle & _LOW)
    high = a_high * b_high + (middle >> _HALF) + (cross >> _HALF)
    return high, np.uint64(a) * b


def normal(seed: int, names: Sequence[str], members: int | range) -> NDArray[np.float64]:
    """Standard normal draws of several names, float64 [names, n], by the inverse distribution."""
    from scipy.special import ndtri

    return ndtri(matrix(seed, names, members))


def bounds(members: int | range) -> tuple[int, int]:
    """First member and the one after the last. Raises InputError for anything but n or a range."""
    if isinstance(members, range) and members.step == 1:
        lo, hi = members.start, members.stop
    elif isinstance(members, int) and not isinstance(members, bool):
        lo, hi = 0, members
    else:
        raise InputError("draws", "members", members, "a number or a contiguous range of members")
    if not 0 <= lo <= hi:
        raise InputError("draws", "members", members, "member numbers of 0 or more")
    return lo, hi


def check_seed(seed: int) -> None:
    """Refuse a seed that is not a whole number from 0 to 2**63 - 1."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= LARGEST_SEED:
        raise InputError("draws", "seed", seed, "a whole number from 0 to 2**63 - 1")


@lru_cache(maxsize=65536)
def name_key(name: str) -> int:
    """64-bit key of a name: the first 8 bytes of its BLAKE2b hash, little-endian."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")
