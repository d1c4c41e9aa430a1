"""The computer's own clock and source of randomness."""

from __future__ import annotations

import secrets
import time

_NANOSECONDS = 1_000_000


class SystemClock:
    """Tell the time by the operating system."""

    def now_ms(self) -> int:
        """Return milliseconds since the epoch, UTC."""
        return time.time_ns() // _NANOSECONDS

    def monotonic_ms(self) -> int:
        """Return milliseconds of a clock that never goes back."""
        return time.monotonic_ns() // _NANOSECONDS


class SystemEntropy:
    """Draw from the operating system's cryptographically secure source."""

    def token_bytes(self, count: int) -> bytes:
        """Return ``count`` random bytes."""
        return secrets.token_bytes(count)
