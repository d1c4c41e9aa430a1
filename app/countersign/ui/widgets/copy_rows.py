"""Fields to copy one by one, each with its button and what became of the copy."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.carry_words import CopyField
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import QuietButton
from countersign.ui.widgets.cards import Divider
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.refill import refill
from countersign.ui.widgets.strong_ends import StrongEndsLabel


class CopyRows(QWidget):
    """Show fields; those that can be copied have a button."""

    def __init__(self, name: str, copy: Callable[[str, str], None]) -> None:
        """Make the rows.

        Args:
            name: Begins the names of the widgets.
            copy: Called with a field's key and what is to be copied.
        """
        super().__init__()
        self._name, self._copy = name, copy
        self._fields: tuple[CopyField, ...] = ()
        self._notes: dict[str, PlainLabel] = {}
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.S)

    def set_fields(self, fields: Sequence[CopyField]) -> None:
        """Show these fields; rows that stay the same are left as they are."""
        if tuple(fields) == self._fields:
            return
        self._fields = tuple(fields)
        self._notes = {}
        parts: list[QWidget] = []
        for field in fields:
            parts += [Divider(), self._row(field)] if parts else [self._row(field)]
        refill(self._body, parts)

    def show_copied(self, key: str) -> None:
        """Say that what was copied was still there a moment later."""
        for name, note in self._notes.items():
            note.setVisible(name == key)
        if key in self._notes:
            announce(self, self._notes[key].text())

    def _row(self, field: CopyField) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(PlainLabel(field.label, Variant.CAPTION))
        account = field.key == "account"
        make = StrongEndsLabel if account else PlainLabel
        value = make(field.shown, Variant.TITLE if account else Variant.LEAD, selectable=not account, ltr=field.ltr)
        value.setObjectName(f"{self._name}.field.{field.key}")
        value.setAccessibleName(f"{field.label}: {field.shown}")
        words.addWidget(value)
        note = self._notes[field.key] = PlainLabel(
            _("Copied, and still the same a moment later"), Variant.CAPTION, ink="ok"
        )
        note.setObjectName(f"{self._name}.copied.{field.key}")
        note.hide()
        words.addWidget(note)
        line.addLayout(words, 1)
        if field.copied:
            button = QuietButton(_("Copy"), icon="copy", name=_("Copy: {label}").format(label=field.label))
            button.setObjectName(f"{self._name}.copy.{field.key}")
            button.enter_presses = False
            button.activated.connect(partial(self._copy, field.key, field.copied))
            line.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
        return row
