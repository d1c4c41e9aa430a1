"""Attempts at opening the vault: counted durably before each is made, and slowed down.

Three are free; then one waits 1, 2, 4 … seconds, at most 15 minutes. This slows a person at this computer; whoever
holds a copy of the files guesses elsewhere, against Argon2id and the device secret.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from countersign.adapters.system.durable_file import write_durably
from countersign.application.ports.clock import Clock
from countersign.domain.canonical import Fields, canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError, UserFacingError

ATTEMPTS_FILE: Final = "vault.attempts"
FREE_ATTEMPTS: Final = 3
LONGEST_WAIT_MS: Final = 15 * 60 * 1000

_FIRST_WAIT_MS = 1000
_LONGEST_EXPONENT = 10  # 2^10 s is beyond the longest wait


@dataclass(frozen=True, slots=True)
class Attempts:
    """What the file says.

    Attributes:
        failed: Attempts since the last success, the one under way included.
        unrecorded: Failures that are not in the ledger yet.
        last_at: The latest time at which one was made; never goes back with the clock.
    """

    failed: int = 0
    unrecorded: int = 0
    last_at: int = 0

    @property
    def delay_ms(self) -> int:
        """How long after ``last_at`` the next may be made."""
        if self.failed < FREE_ATTEMPTS:
            return 0
        exponent = min(self.failed - FREE_ATTEMPTS, _LONGEST_EXPONENT)
        return min(LONGEST_WAIT_MS, _FIRST_WAIT_MS << exponent)


class Throttle:
    """Counts and slows attempts at one vault."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._path = folder / ATTEMPTS_FILE
        self._clock = clock
        self._watched: tuple[int, int] | None = None  # (last_at, monotonic time at which it was first seen here)

    def read(self) -> Attempts:
        """Read the file; one that can't be read counts as many failures, so that spoiling it gains nothing."""
        try:
            fields = Fields(parse_canonical(self._path.read_bytes()), "attempts")
            found = Attempts(fields.integer("failed"), fields.integer("unrecorded"), fields.integer("last_at"))
            fields.end()
        except FileNotFoundError:
            return Attempts()
        except SecurityError:
            return Attempts(failed=FREE_ATTEMPTS + _LONGEST_EXPONENT)
        return found

    def wait_ms(self) -> int:
        """Return how long the next attempt must wait."""
        attempts = self.read()
        monotonic, now = self._clock.monotonic_ms(), self._clock.now_ms()
        if self._watched is None or self._watched[0] != attempts.last_at:
            self._watched = (attempts.last_at, monotonic)
        passed_here = monotonic - self._watched[1]
        # A clock put back says nothing; then only the time that passed before our eyes counts.
        passed = max(passed_here, now - attempts.last_at)
        return max(0, attempts.delay_ms - passed)

    def begin(self) -> Attempts:
        """Count an attempt, durably, before it is made.

        Raises:
            UserFacingError: ``vault.wait`` (``wait_ms``).
        """
        wait = self.wait_ms()
        if wait:
            raise UserFacingError("vault.wait", wait_ms=wait)
        before = self.read()
        begun = Attempts(before.failed + 1, before.unrecorded + 1, max(before.last_at, self._clock.now_ms()))
        self._write(begun)
        return begun

    def succeeded(self) -> int:
        """Forget the waits, and return how many failures the ledger doesn't know of yet."""
        unrecorded = max(0, self.read().unrecorded - 1)
        self._write(replace(self.read(), failed=0, unrecorded=unrecorded))
        return unrecorded

    def recorded(self) -> None:
        """Note that the ledger knows of every failure."""
        self._write(replace(self.read(), unrecorded=0))

    def _write(self, attempts: Attempts) -> None:
        content = canonical_bytes(
            {"failed": attempts.failed, "unrecorded": attempts.unrecorded, "last_at": attempts.last_at}
        )
        write_durably(self._path, content, point="vault.attempts")
