"""Says ``painted`` on standard output as soon as a first window has been painted."""

from __future__ import annotations

import sys
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget


class SayWhenPainted(QObject):
    """Waits for the first window of a program to be painted, with all that it is to show first."""

    def __init__(self, application: QCoreApplication, whole: Callable[[], bool] = lambda: True) -> None:
        super().__init__(application)
        self._application, self._whole = application, whole
        application.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """See a window painted; the word is said once the loop comes round again."""
        painted = event.type() is QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow()
        if painted and self._whole():
            self._application.removeEventFilter(self)
            QTimer.singleShot(0, self._say)
        return False

    @staticmethod
    def _say() -> None:
        sys.stdout.write("painted\n")
        sys.stdout.flush()
