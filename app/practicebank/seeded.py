"""Repeatable choices for a practice world: a stream of bytes made from a seed by SHA-256.

For people, amounts and dates only. Secrets (codes, keys, tokens) come from ``secrets``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Seeded:
    """Choose repeatably: the same seed and topic give the same choices, on every machine.

    Args:
        seed: The world's seed.
        topic: What the choices are for; each topic has a stream of its own, so that adding
            one kind of thing to the world does not move the others.
    """

    def __init__(self, seed: int, topic: str) -> None:
        self._prefix = f"practicebank/{seed}/{topic}/".encode()
        self._counter = 0

    def below(self, bound: int) -> int:
        """Return a whole number from 0 up to, not including, ``bound``."""
        digest = hashlib.sha256(self._prefix + str(self._counter).encode()).digest()
        self._counter += 1
        return int.from_bytes(digest[:16], "big") % bound

    def between(self, low: int, high: int) -> int:
        """Return a whole number from ``low`` to ``high``, both included."""
        return low + self.below(high - low + 1)

    def choose(self, options: Sequence[T]) -> T:
        """Return one of ``options``."""
        return options[self.below(len(options))]

    def chance(self, percent: int) -> bool:
        """Return whether something with this probability happens."""
        return self.below(100) < percent

    def digits(self, count: int) -> str:
        """Return ``count`` decimal digits."""
        return str(self.below(10**count)).zfill(count)

    def identifier(self) -> str:
        """Return 32 hexadecimal digits in the shape of a UUID."""
        raw = f"{self.below(1 << 128):032x}"
        return f"{raw[:8]}-{raw[8:12]}-{raw[12:16]}-{raw[16:20]}-{raw[20:]}"
