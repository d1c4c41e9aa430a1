"""Work off the window's thread, in lanes (ARCHITECTURE, Threads)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Protocol, TypeVar

T = TypeVar("T")


class Lane(Enum):
    """Where a task runs."""

    VAULT = "vault"  # one worker: owns the writing connection and the keys; at most 100 ms a task
    READ = "read"  # one worker: its own read-only, interruptible connection
    NETWORK = "network"  # a few workers: never touch the vault
    NEWS = "news"  # one worker: waits for what others send, most of the time, and does nothing else


class Tasks(Protocol):
    """Run work in a lane and hand its result back on the caller's own thread."""

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Queue ``work``. Exactly one of ``done`` and ``failed`` is called later, on the thread that owns the tasks.

        ``work`` touches no widget. Nothing is ever terminated: timeouts are the work's own.
        """
