"""Make the last press of a large payment deliberate."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QDeadlineTimer, QTimer, Signal
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _, ngettext
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import PrimaryButton

_SECOND: Final = 1000


class ArmingButton(PrimaryButton):
    """Be a primary button that can be pressed only after a wait; Enter never does.

    Nothing moves while it waits: the button looks unable to act, and says for how
    long when pressed. Readers hear when the wait begins and when it is over.

    Signals:
        armed: the wait is over.
    """

    armed = Signal()
    enter_presses = False

    def __init__(
        self,
        text: str,
        parent: QWidget | None = None,
        *,
        icon: str | None = None,
        name: str | None = None,
    ) -> None:
        """Make a button that is armed from the start; call `arm_after` to have it wait."""
        self._deadline: QDeadlineTimer | None = None
        super().__init__(text, parent, icon=icon, name=name)
        self._own_icon = icon
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._arm)

    def arm_after(self, milliseconds: int) -> None:
        """Begin to wait; nothing or less arms at once. A new call begins anew."""
        self._timer.stop()
        if milliseconds <= 0:
            self._arm()
            return
        self._deadline = QDeadlineTimer(milliseconds)
        self.set_icon("clock")
        self.setAccessibleDescription(self.waiting_reason())
        announce(self, self.waiting_reason())
        self._timer.start(milliseconds)

    def is_armed(self) -> bool:
        """Tell whether pressing acts now."""
        return self._deadline is None

    def waiting_reason(self) -> str:
        """Return the sentence that says how long is left, empty when armed."""
        if self._deadline is None:
            return ""
        left = max(1, -(-self._deadline.remainingTime() // _SECOND))
        return ngettext(
            "Read the details once more. This button works in {seconds} second.",
            "Read the details once more. This button works in {seconds} seconds.",
            left,
        ).format(seconds=left)

    def is_waiting(self) -> bool:
        """Tell whether the button looks unable to act."""
        return super().is_waiting() or self._deadline is not None

    def _on_clicked(self) -> None:
        if self._reason is None and self._deadline is not None:
            self.refuse(self.waiting_reason())
        else:
            super()._on_clicked()

    def _arm(self) -> None:
        self._deadline = None
        self.set_icon(self._own_icon)
        if self._reason_label is not None and self._reason is None:
            self._reason_label.setText("")
            self._reason_label.hide()
        announce(self, _("{button} can be pressed now.").format(button=self._name or self._text))
        self.armed.emit()
