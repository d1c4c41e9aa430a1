"""Finds what a test left running: Python threads, Qt threads, Qt timers, and warnings nobody expected."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, ClassVar, Self
from weakref import WeakSet

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    import pytest
    from PySide6.QtCore import QObject, QThread, QTimer

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


class LeftoverTimers:
    """Watches the Qt threads and timers that a test starts.

    What was first started before this test (a window kept by a wider fixture, say) may be started again and go on.
    """

    _seen_before: ClassVar[WeakSet[QObject]] = WeakSet()

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from PySide6.QtCore import QThread, QTimer  # noqa: PLC0415 - only where Qt is loaded already

        self._started: WeakSet[QTimer | QThread] = WeakSet()
        monkeypatch.setattr(QTimer, "start", self._watching(QTimer.start))
        monkeypatch.setattr(QThread, "start", self._watching(QThread.start))

    def _watching(self, start: Callable[..., None]) -> Callable[..., None]:
        def watched(one: QTimer | QThread, *arguments: object) -> None:
            if one not in self._seen_before:
                self._seen_before.add(one)
                self._started.add(one)
            start(one, *arguments)

        return watched

    def left(self, grace: float = GRACE) -> list[str]:
        """Name what this test started first and what still runs.

        Args:
            grace: Seconds that a Qt thread has for ending.
        """
        from PySide6.QtCore import QCoreApplication, QEvent, QTimer  # noqa: PLC0415
        from shiboken6 import isValid  # noqa: PLC0415

        # Windows closed by the test are only marked for deletion; their timers go with them.
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete.value)
        found = []
        for one in [one for one in self._started if isValid(one)]:
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
