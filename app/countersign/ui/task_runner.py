"""Work off the window's thread: three lanes of worker threads and one bridge back (ARCHITECTURE, Threads).

The bridge is born on the window's thread and outlives every worker; results reach its slot through a queued signal, so
no callback ever runs on a worker.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar, cast

from PySide6.QtCore import QObject, Qt, Signal, Slot

from countersign.application.ports.tasks import Lane

T = TypeVar("T")

_SWITCH_SECONDS = 0.00001
_WORKERS = {Lane.VAULT: 1, Lane.READ: 1, Lane.NETWORK: 4}


class _Bridge(QObject):
    """Carry finished work to the window's thread."""

    finished = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)

    @Slot(object)
    def _deliver(self, call: object) -> None:
        cast("Callable[[], None]", call)()


class TaskRunner:
    """The lanes. Make it on the window's thread; ``close`` waits for what has begun."""

    def __init__(self) -> None:
        # A busy worker gives way to the window five hundred times as soon as is usual: the window asks for the
        # interpreter after each widget that it makes and for each size that a layout asks of it, some hundred times for
        # a page, and waits the whole interval each time.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._bridge = _Bridge()
        self._pools = {
            lane: ThreadPoolExecutor(count, thread_name_prefix=f"countersign-{lane.value}")
            for lane, count in _WORKERS.items()
        }
        self._under_way = 0
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether nothing is queued or running, and every result has been delivered."""
        return self._under_way == 0

    @property
    def under_way(self) -> int:
        """How much is queued or running: an exchange with others waits for their news all the time."""
        return self._under_way

    def run(
        self,
        lane: Lane,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
    ) -> None:
        """Queue ``work``; exactly one of ``done`` and ``failed`` is called later, on the window's thread.

        After ``close`` nothing is queued and nobody is called: the program is ending.
        """
        if self._closed:
            return
        self._under_way += 1

        def deliver(future: Future[T]) -> None:
            if future.cancelled():
                return  # the program is closing
            error = future.exception()
            if error is None:
                result = future.result()
                self._bridge.finished.emit(lambda: self._finish(lambda: done(result)))
            elif isinstance(error, Exception):
                failure = error
                self._bridge.finished.emit(lambda: self._finish(lambda: failed(failure)))

        self._pools[lane].submit(work).add_done_callback(deliver)

    def _finish(self, call: Callable[[], None]) -> None:
        self._under_way -= 1
        call()

    def close(self) -> None:
        """Refuse new work and wait for what has begun: timeouts are the work's own, nothing is terminated."""
        self._closed = True
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
