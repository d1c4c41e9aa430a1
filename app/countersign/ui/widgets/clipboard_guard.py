"""Copy a value, look again whether it is still what was copied, and take it away afterwards.

Programs that swap a copied account number for another do so within moments. Looking again half a second later finds
them; clearing afterwards leaves nothing behind for the next.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QGuiApplication

CHECK_AFTER_MS: Final = 500
CLEAR_AFTER_MS: Final = 60_000


class ClipboardGuard(QObject):
    """Guard one copied value at a time.

    Signals:
        held(str): the value of this key was still in the clipboard when looked at again.
        differs(str): it was not; the clipboard has been cleared.
    """

    held = Signal(str)
    differs = Signal(str)

    def __init__(
        self, parent: QObject, check_after_ms: int = CHECK_AFTER_MS, clear_after_ms: int = CLEAR_AFTER_MS
    ) -> None:
        """Make the guard; the times are for tests to shorten."""
        super().__init__(parent)
        self._key = self._value = ""
        self._check = QTimer(self)
        self._check.setSingleShot(True)
        self._check.setInterval(check_after_ms)
        self._check.timeout.connect(self._look_again)
        self._clear = QTimer(self)
        self._clear.setSingleShot(True)
        self._clear.setInterval(clear_after_ms)
        self._clear.timeout.connect(self.take_away)

    def copy(self, key: str, value: str) -> None:
        """Put a value into the clipboard and begin to watch it."""
        self._key, self._value = key, value
        QGuiApplication.clipboard().setText(value)
        self._check.start()
        self._clear.start()

    def take_away(self) -> None:
        """Clear the clipboard where it still holds what was copied."""
        self._check.stop()
        self._clear.stop()
        if self._value and QGuiApplication.clipboard().text() == self._value:
            QGuiApplication.clipboard().clear()
        self._key = self._value = ""

    def _look_again(self) -> None:
        if QGuiApplication.clipboard().text() == self._value:
            self.held.emit(self._key)
            return
        key, self._value = self._key, ""
        QGuiApplication.clipboard().clear()
        self._clear.stop()
        self.differs.emit(key)
