"""Give painted widgets a role and a sentence for screen readers."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAccessibleWidget, QWidget


class Picture(QWidget):
    """Be something painted that a screen reader can name.

    The name is the accessible name; the role is ``accessible_role``.
    """

    accessible_role: QAccessible.Role = QAccessible.Role.Graphic

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make sure the factory knows pictures."""
        super().__init__(parent)
        _install()


class _Factory:
    """Keep the interfaces alive: Qt holds them by bare pointer."""

    def __init__(self) -> None:
        self.installed = False
        self.interfaces: dict[int, QAccessibleInterface] = {}

    def make(self, _key: str, thing: QObject) -> QAccessibleInterface | None:
        """Return the interface of a picture, None for anything else."""
        if not isinstance(thing, Picture):
            return None
        made = QAccessibleWidget(thing, thing.accessible_role)
        # Replaced only when the address is used again, when Qt has let go of the old one.
        self.interfaces[id(thing)] = made
        return made


_factory = _Factory()


def _install() -> None:
    """Register the factory once."""
    if not _factory.installed:
        QAccessible.installFactory(_factory.make)
        _factory.installed = True
