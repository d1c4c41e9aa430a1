"""Tell of something outside the window, by the system's own notifications where it has any."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QApplication, QSystemTrayIcon, QWidget

from countersign.ui.theme.icons import icon_pixmap
from countersign.ui.theme.look import look

_EDGE = 64


class Tray:
    """The program's sign in the system's tray; it is there only once something was told, until the window is blank."""

    def __init__(self, window: QWidget, pressed: Callable[[], None]) -> None:
        """``pressed``: called when the person presses the notification."""
        self._window, self._pressed = window, pressed
        self._icon: QSystemTrayIcon | None = None

    def tell(self, title: str, text: str) -> None:
        """Show a notification; without a tray the window asks for attention in its bar."""
        QApplication.alert(self._window)
        if not QSystemTrayIcon.isSystemTrayAvailable():
            return
        if self._icon is None:
            icon = QIcon(icon_pixmap("mark", look().palette.accent, _EDGE))
            self._icon = QSystemTrayIcon(icon, self._window)
            self._icon.setToolTip(title)
            self._icon.messageClicked.connect(self._on_pressed)
            self._icon.activated.connect(lambda _reason: self._on_pressed())
        self._icon.show()
        self._icon.showMessage(title, text, self._icon.icon())

    def hide(self) -> None:
        """Take the sign away."""
        if self._icon is not None:
            self._icon.hide()

    def _on_pressed(self) -> None:
        self._window.raise_()
        self._window.activateWindow()
        self._pressed()
