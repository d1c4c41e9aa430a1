"""Tells of errors that nobody foresaw: on the window, and to the standard error for whoever looks into them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import QObject, QTimer


class Surprises(QObject):
    """Hears of every exception that reaches the event loop until ``close``. Make it on the window's thread."""

    def __init__(self, tell: Callable[[str], None]) -> None:
        """Take over from the interpreter.

        Args:
            tell: Called in a turn of its own, once for each place, with a code: what it was and where, without anything
                that a person typed.
        """
        super().__init__()
        self._tell = tell
        self._told: set[str] = set()
        self._before = sys.excepthook
        sys.excepthook = self._hear
        self._own = sys.excepthook

    def _hear(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        self._before(kind, error, trace)
        # The interpreter would keep the frames, and in them a painter that is at work: Qt doesn't survive the next one.
        sys.last_type = sys.last_value = sys.last_traceback = None
        code = _code(kind, trace)
        if issubclass(kind, Exception) and code not in self._told:
            self._told.add(code)
            QTimer.singleShot(0, self, partial(self._tell, code))

    def close(self) -> None:
        """Give it back."""
        if sys.excepthook is self._own:
            sys.excepthook = self._before


def _code(kind: type[BaseException], trace: TracebackType | None) -> str:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None:
        return kind.__name__
    return f"{kind.__name__} {Path(trace.tb_frame.f_code.co_filename).stem}:{trace.tb_lineno}"
