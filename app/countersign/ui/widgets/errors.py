"""Gather what is wrong with a page at its top."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.ui.theme.tokens import Tone
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.cards import Card
from countersign.ui.widgets.fields import Field
from countersign.ui.widgets.link_buttons import LinkButton


class ErrorSummary(Card):
    """List the errors of a page as links to their fields; takes the focus when shown.

    Args:
        title: such as "There is a problem with what you typed".
    """

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(title, parent, tone=Tone.DANGER)
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._links: list[LinkButton] = []
        self._fields: list[Field] = []
        self.hide()

    def show_errors(self, errors: Sequence[tuple[Field, str]]) -> None:
        """Show each error here and at its field, in the same words; empty hides all.

        Fields that had an error and are not named any more are cleared.
        """
        self.clear()
        for field, words in errors:
            field.set_error(words)
            link = LinkButton(words)
            link.activated.connect(partial(self._go, field))
            self._links.append(link)
            self._fields.append(field)
            self.body.addWidget(link, 0, Qt.AlignmentFlag.AlignLeading)
        if errors:
            self.show()
            spoken = " ".join(words for _field, words in errors)
            self.setAccessibleDescription(spoken)
            self.setFocus(Qt.FocusReason.OtherFocusReason)
            announce(self, f"{self.accessibleName()}. {spoken}", assertive=True)

    def clear(self) -> None:
        """Hide the summary and clear the fields it named."""
        for link in self._links:
            self.body.removeWidget(link)
            link.hide()
            link.deleteLater()
        for field in self._fields:
            field.set_error("")
        self._links, self._fields = [], []
        self.hide()

    def links(self) -> tuple[LinkButton, ...]:
        """Return the links, first error first."""
        return tuple(self._links)

    @staticmethod
    def _go(field: Field) -> None:
        field.control.setFocus(Qt.FocusReason.ShortcutFocusReason)
