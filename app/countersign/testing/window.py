"""The window as a tester sees it: controls by name, what they show, and pressing them as a person would."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtWidgets import QAbstractButton, QLineEdit, QPlainTextEdit, QWidget

from countersign.testing.conductor import Until
from countersign.ui.start import Running
from countersign.ui.widgets import AccountField, ChoiceCards, OtpField, PlainLabel, SelectField
from countersign.ui.widgets.buttons import KitButton

T = TypeVar("T", bound=QWidget)


class Window:
    """A running program's window."""

    def __init__(self, running: Running) -> None:
        """Look at a running program."""
        self.running = running

    @property
    def shell(self) -> QWidget:
        """The window itself: another one after a change of language."""
        return self.running.program.shell

    def find(self, name: str) -> QWidget:
        """Return the control with this name that is on screen.

        Raises:
            LookupError: There is none.
        """
        return self.find_as(name, QWidget)

    def find_as(self, name: str, kind: type[T]) -> T:
        """Return the control with this name and of this kind that is on screen.

        Raises:
            LookupError: There is none.
        """
        found = [item for item in self.shell.findChildren(kind, name) if item.isVisibleTo(self.shell)]
        if not found:
            raise LookupError(name)
        return found[-1]

    def shows(self, name: str) -> bool:
        """Tell whether a control with this name is on screen."""
        return any(item.isVisibleTo(self.shell) for item in self.shell.findChildren(QWidget, name))

    def names(self) -> frozenset[str]:
        """Return the names of all controls on screen."""
        found = (item for item in self.shell.findChildren(QWidget) if item.isVisibleTo(self.shell))
        return frozenset(item.objectName() for item in found if item.objectName())

    def press(self, name: str) -> None:
        """Press a button.

        Raises:
            AssertionError: The button says that it can't act.
        """
        button = self.find_as(name, KitButton)
        reason = button.blocked_reason()
        if reason:
            raise AssertionError(f"{name}: {reason}")
        button.click()

    def tick(self, name: str) -> None:
        """Tick a box, or take its tick away."""
        self.find_as(name, QAbstractButton).click()

    def type(self, name: str, text: str) -> None:
        """Type into a field, as one change."""
        field = self.find(name)
        if isinstance(field, OtpField):
            field.insert_code(text)
        elif isinstance(field, AccountField):
            field.set_value(text)
            field.textEdited.emit(field.text())
        elif isinstance(field, QLineEdit):
            field.setText(text)
            field.textEdited.emit(text)
            field.editingFinished.emit()
        elif isinstance(field, QPlainTextEdit):
            field.setPlainText(text)
        else:
            raise TypeError(type(field).__name__)

    def choose(self, name: str, value: str) -> None:
        """Choose from cards or from a list."""
        control = self.find(name)
        if isinstance(control, ChoiceCards):
            control.card(value).click()
        elif isinstance(control, SelectField):
            control.set_value(value)
            control.chosen.emit(value)
        else:
            raise TypeError(type(control).__name__)

    def text(self, name: str) -> str:
        """Return what a label shows."""
        return self.find_as(name, PlainLabel).text()

    @property
    def arriving(self) -> bool:
        """Whether a page is on its way: what is on screen is being left."""
        return self.running.program.shell.arriving

    @property
    def quiet(self) -> bool:
        """Whether nothing is queued or running, and no page is on its way."""
        return self.running.tasks.idle and not self.arriving

    def idle(self) -> Until:
        """Wait until nothing is queued or running."""
        return Until(lambda: self.quiet, "the program to be idle")

    def showing(self, name: str, seconds: int = 60) -> Until:
        """Wait until a control is on screen and nothing is under way."""
        return Until(lambda: self.quiet and self.shows(name), f"{name} on screen", seconds)
