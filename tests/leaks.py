"""Finds what a test left running: Python threads, Qt threads, Qt timers, and warnings nobody expected."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Self
from weakref import WeakKeyDictionary, WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import pytest
    from PySide6.QtCore import QThread, QTimer

GRACE = 2.0
"""Seconds that a thread told to stop has for stopping."""


class LeftoverThreads:
    """Remembers the Python threads of now, and names later those that came and stayed."""

    def __init__(self) -> None:
        self._known: WeakSet[threading.Thread] = WeakSet(threading.enumerate())

    def left(self, grace: float = GRACE) -> list[str]:
        """Name the threads begun since and still alive.

        Args:
            grace: Seconds to wait for them, all together.
        """
        deadline = time.monotonic() + grace
        found = []
        for thread in self._new():
            thread.join(max(0.0, deadline - time.monotonic()))
            if thread.is_alive():
                found.append(f"thread {thread.name!r}")
        return found

    def _new(self) -> list[threading.Thread]:
        # A thread that Qt began shows up here once Python runs in it, and can't be joined; the timers' check sees it.
        foreign = threading._DummyThread  # noqa: SLF001 - no public name exists
        return [one for one in threading.enumerate() if one not in self._known and not isinstance(one, foreign)]


class QtWatch:
    """Watches, all session long, the Qt threads and timers that are started, and when each was started first.

    What was first started before a test began (by a window that a wider fixture keeps, say) may be started again in
    it and go on.
    """

    def __init__(self) -> None:
        from PySide6.QtCore import QThread, QTimer  # noqa: PLC0415 - not where Qt is blocked

        self._now = 0
        self._first_started: WeakKeyDictionary[QTimer | QThread, int] = WeakKeyDictionary()
        self._originals = {kind: kind.start for kind in (QTimer, QThread)}
        for kind, start in self._originals.items():
            setattr(kind, "start", self._watching(start))  # noqa: B010 - mypy forbids the plain assignment

    def stop(self) -> None:
        """Take the watch off again."""
        for kind, start in self._originals.items():
            setattr(kind, "start", start)  # noqa: B010

    def _watching(self, start: Callable[..., None]) -> Callable[..., None]:
        def watched(one: QTimer | QThread, *arguments: object) -> None:
            self._first_started.setdefault(one, self._now)
            start(one, *arguments)

        return watched

    def begin(self) -> None:
        """Say that a test begins: what is started first from here on is its own."""
        self._now += 1

    def left(self, grace: float = GRACE) -> list[str]:
        """Name what this test started first and what still runs.

        Args:
            grace: Seconds that a Qt thread has for ending.
        """
        from PySide6.QtCore import QCoreApplication, QEvent, QTimer  # noqa: PLC0415
        from shiboken6 import isValid  # noqa: PLC0415

        # Windows closed by the test are only marked for deletion; their timers go with them.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        started = [one for one, when in self._first_started.items() if when == self._now]
        found = []
        for one in filter(isValid, started):
            name = one.objectName() or type(one).__name__
            if isinstance(one, QTimer):
                if one.isActive():
                    found.append(f"timer {name!r} of {type(one.parent()).__name__}")
            elif one.isRunning() and not one.wait(int(grace * 1000)):
                found.append(f"Qt thread {name!r}")
        return found


class UnexpectedWarnings(logging.Handler):
    """Collects everything logged at WARNING and above, from any thread."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one line of what was said."""
        self.lines.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def __enter__(self) -> Self:
        """Begin to listen."""
        logging.getLogger().addHandler(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop listening."""
        logging.getLogger().removeHandler(self)


def expects_warnings(item: pytest.Item) -> bool:
    """Tell whether a test looks at what was logged itself (it asks for ``caplog``)."""
    return "caplog" in getattr(item, "fixturenames", ())
