"""Time and chance: asked for here and nowhere else."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    """The time."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch, UTC."""

    def monotonic_ms(self) -> int:
        """Return milliseconds of a clock that never goes back; its zero has no meaning."""


class Entropy(Protocol):
    """A cryptographically secure source of randomness."""

    def token_bytes(self, count: int) -> bytes:
        """Return ``count`` random bytes."""


def new_identifier(entropy: Entropy) -> str:
    """Return 128 random bits as 32 hex digits: the subject of events."""
    return entropy.token_bytes(16).hex()
