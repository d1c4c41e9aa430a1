"""Work off the window's thread: lanes of worker threads and one bridge back (ARCHITECTURE, Threads).

The bridge is born on the window's thread and outlives every worker; the news that a call has ended reaches its slot
through a queued signal, so no callback ever runs on a worker, and none is ever let go of there.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import count
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

from countersign.application.ports.tasks import Lane

T = TypeVar("T")

_SWITCH_SECONDS = 0.00001
_WORKERS = {Lane.VAULT: 1, Lane.READ: 1, Lane.NETWORK: 4, Lane.NEWS: 1}


class _Bridge(QObject):
    """Carry the news that a call has ended to the window's thread."""

    ended = Signal(int)

    def __init__(self, deliver: Callable[[int], None]) -> None:
        super().__init__()
        self._deliver = deliver
        self.ended.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    @Slot(int)
    def _hand_over(self, number: int) -> None:
        self._deliver(number)


@dataclass(slots=True)
class _Call:
    """What was asked for, and how it ended. It belongs to the window's thread."""

    lane: Lane
    work: Callable[[], object]
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    result: object = None
    error: BaseException | None = None


class TaskRunner:
    """The lanes. Make it on the window's thread; ``close`` waits for what has begun."""

    def __init__(self) -> None:
        # A busy worker gives way to the window five hundred times as soon as is usual: the window asks for the
        # interpreter after each widget that it makes and for each size that a layout asks of it, some hundred times for
        # a page, and waits the whole interval each time.
        sys.setswitchinterval(_SWITCH_SECONDS)
        self._bridge = _Bridge(self._finish)
        self._calls: dict[int, _Call] = {}
        self._numbers = count()
        self._pools = {
            lane: ThreadPoolExecutor(workers, thread_name_prefix=f"countersign-{lane.value}")
            for lane, workers in _WORKERS.items()
        }
        self._closed = False

    @property
    def idle(self) -> bool:
        """Whether nothing is queued or running, and every result has been delivered; to wait for news is no work."""
        return all(call.lane is Lane.NEWS for call in self._calls.values())

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
        number = next(self._numbers)
        self._calls[number] = _Call(lane, work, done, failed)
        self._pools[lane].submit(self._perform, number)

    def _perform(self, number: int) -> None:
        """Do the work on a worker, and tell the window's thread.

        A worker knows a call by its number only, once it tells: a page that the call holds must not meet its end here,
        because whoever lets go last takes it apart, and Qt's objects are taken apart on the window's thread alone.
        """
        self._attempt(number)
        self._bridge.ended.emit(number)

    def _attempt(self, number: int) -> None:
        call = self._calls[number]
        try:
            call.result = call.work()
        except BaseException as error:  # noqa: BLE001 - whatever the work raises is its outcome
            call.error = error
        finally:
            del call  # an error keeps this frame, and with it what is in it

    def _finish(self, number: int) -> None:
        call = self._calls.pop(number)
        if call.error is None:
            call.done(call.result)
        elif isinstance(call.error, Exception):
            call.failed(call.error)
        else:
            raise call.error

    def close(self) -> None:
        """Refuse new work and wait for what has begun: timeouts are the work's own, nothing is terminated."""
        self._closed = True
        for pool in self._pools.values():
            pool.shutdown(wait=True, cancel_futures=True)
