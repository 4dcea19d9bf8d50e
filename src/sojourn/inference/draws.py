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
