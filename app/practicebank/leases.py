"""Who still needs the bank: it ends a little while after the last lease is gone."""

from __future__ import annotations

import os
import threading
import time


class Leases:
    """Count leases; say when the last has been gone for long enough.

    Args:
        linger_seconds: How long the bank outlives its last lease.
        bound: Whether leases decide at all. A bank that a person started in a terminal serves
            until it is told to stop.
    """

    def __init__(self, linger_seconds: float, *, bound: bool) -> None:
        self._linger_seconds = linger_seconds
        self._bound = bound
        self._changed = threading.Condition()
        self._held = 0
        self._ended = False
        self._free_since = time.monotonic()

    def take(self) -> None:
        """Note that somebody needs the bank."""
        with self._changed:
            self._held += 1
            self._changed.notify_all()

    def give_back(self) -> None:
        """Note that somebody is gone."""
        with self._changed:
            self._held -= 1
            self._free_since = time.monotonic()
            self._changed.notify_all()

    def end(self) -> None:
        """End now, whoever still holds a lease."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()

    @property
    def ended(self) -> bool:
        """Return whether the bank is ending."""
        with self._changed:
            return self._ended

    def wait_for_end(self) -> None:
        """Wait until nobody has needed the bank for the linger time, or until told to end."""
        with self._changed:
            while not self._ended:
                if self._held or not self._bound:
                    # Wakes now and then, so that Ctrl-C is heard on every system.
                    self._changed.wait(1.0)
                    continue
                left = self._free_since + self._linger_seconds - time.monotonic()
                if left <= 0:
                    self._ended = True
                    return
                self._changed.wait(left)

    def hold_until_end_of(self, pipe: int) -> None:
        """Hold a lease until a pipe ends; the other end may be killed at any time.

        Args:
            pipe: The pipe's file descriptor. It is read without Python's buffers, whose lock
                would stop the interpreter from ending while a read is under way.
        """
        self.take()

        def watch() -> None:
            try:
                while os.read(pipe, 64):
                    pass
            except OSError:
                pass
            finally:
                self.give_back()

        threading.Thread(target=watch, name="lease-stdin", daemon=True).start()
