"""Take amounts, accounts, secrets and one-time codes.

None of them judges what was typed: that is the domain's work. They only show it
well, and let everything be pasted (WCAG 2.2, 3.3.8).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QFont, QKeyEvent, QKeySequence, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QSizePolicy, QWidget

from countersign.presentation.messages import _
from countersign.ui.theme.fonts import Weight, font
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import TypeSize
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.fields import TextField
from countersign.ui.widgets.link_buttons import LinkButton
from countersign.ui.widgets.painting import is_mirrored, leading, mirrored_rect

_SPACES: Final = re.compile(r"[\s\u00a0\u2007\u202f\u2066-\u2069]+")


class AmountField(TextField):
    """Take an amount: right-aligned, tabular, the currency's code before it.

    What is typed stays as it is typed. On leaving the field ``formatter`` may return
    the grouped form; it gets the raw text and returns None where that isn't an amount.

    Args:
        currency: ISO 4217 code shown at the leading edge.
        formatter: text to grouped text, or None to leave it.
    """

    def __init__(
        self,
        name: str = "",
        parent: QWidget | None = None,
        *,
        currency: str = "",
        formatter: Callable[[str], str | None] | None = None,
    ) -> None:
        self._currency = currency
        self._formatter = formatter
        super().__init__(name, parent)
        # Figures are read from left to right in every language.
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setAlignment(Qt.AlignmentFlag.AlignRight)

    def currency(self) -> str:
        """Return the code shown."""
        return self._currency

    def set_currency(self, currency: str) -> None:
        """Show another ISO 4217 code."""
        self._currency = currency
        self._restyle()
        self.update()

    def set_formatter(self, formatter: Callable[[str], str | None] | None) -> None:
        """Set what groups the digits when the field is left."""
        self._formatter = formatter

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Group the digits, on leaving only."""
        super().focusOutEvent(event)
        grouped = self._formatter(self.text()) if self._formatter else None
        if grouped is not None and grouped != self.text():
            self.setText(grouped)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the currency's code."""
        super().paintEvent(event)
        if self._currency:
            painter = QPainter(self)
            painter.setFont(font(TypeSize.LEAD, Weight.MEDIUM))
            painter.setPen(QColor(look().palette.muted))
            box = QRectF(13, 0, self.width() - 26, self.height())
            painter.drawText(box, leading(self), self._currency)

    def _restyle(self) -> None:
        super()._restyle()
        self.setFont(font(TypeSize.TITLE, Weight.MEDIUM))
        room = self.fontMetrics().horizontalAdvance(self._currency) + 12 if self._currency else 0
        self.setTextMargins(room, 0, 0, 0)


def in_groups(text: str, groups: tuple[int, ...] = (4,)) -> str:
    """Return text without spaces, cut into groups; the last size repeats.

    ``(4,)`` suits an IBAN, ``(2, 2, 2)`` a UK sort code, ``(4, 4, 4, 4, 3)`` a
    Chinese card, ``(3, 4, 4, 1)`` a CNAPS code.
    """
    rest = _SPACES.sub("", text)
    parts: list[str] = []
    index = 0
    while rest:
        size = groups[min(index, len(groups) - 1)]
        parts.append(rest[:size])
        rest = rest[size:]
        index += 1
    return " ".join(parts)


class AccountField(TextField):
    """Take an account number; shown in groups when the field is left.

    `value` is free of spaces. Always left to right.
    """

    def __init__(
        self,
        name: str = "",
        parent: QWidget | None = None,
        *,
        placeholder: str = "",
        groups: tuple[int, ...] = (4,),
        upper: bool = True,
    ) -> None:
        """Make a field; ``upper`` shows letters as capitals when the field is left."""
        super().__init__(name, parent, placeholder=placeholder)
        self._groups = groups
        self._upper = upper
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)

    def value(self) -> str:
        """Return the number without spaces, as typed otherwise."""
        text = _SPACES.sub("", self.text())
        return text.upper() if self._upper else text

    def set_value(self, value: str) -> None:
        """Show a number in groups."""
        self.setText(in_groups(value, self._groups))

    def set_groups(self, groups: tuple[int, ...]) -> None:
        """Change the grouping, as for another kind of number."""
        self._groups = groups
        if not self.hasFocus():
            self.set_value(self.value())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the number in groups."""
        super().focusOutEvent(event)
        grouped = in_groups(self.value(), self._groups)
        if grouped != self.text():
            self.setText(grouped)


class SecretField(TextField):
    """Take a passphrase, hidden until the person wants to see it; paste works.

    The button at the trailing edge shows and hides; `hide_secret` hides again.
    """

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        """Make a hidden field."""
        super().__init__(name, parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
        self._toggle = LinkButton(_("Show"), self, name=_("Show what you type"))
        self._toggle.setCursor(Qt.CursorShape.PointingHandCursor)
        self._toggle.activated.connect(self._on_toggle)
        self._place()

    def is_shown(self) -> bool:
        """Tell whether the text can be read."""
        return self.echoMode() == QLineEdit.EchoMode.Normal

    def show_secret(self, shown: bool) -> None:
        """Show or hide what is typed."""
        mode = QLineEdit.EchoMode.Normal if shown else QLineEdit.EchoMode.Password
        self.setEchoMode(mode)
        self._toggle.setText(_("Hide") if shown else _("Show"))
        self._toggle.set_name(_("Hide what you type") if shown else _("Show what you type"))
        self._place()

    def take(self) -> str:
        """Return what was typed and empty the field."""
        text = self.text()
        self.clear()
        self.show_secret(shown=False)
        return text

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Keep the button at the trailing edge."""
        super().resizeEvent(event)
        self._place()

    def _on_toggle(self) -> None:
        self.show_secret(not self.is_shown())
        announce(self, _("Shown") if self.is_shown() else _("Hidden"))

    def _place(self) -> None:
        if not hasattr(self, "_toggle"):
            return
        size = self._toggle.sizeHint()
        left = self.width() - size.width() - 8
        box = mirrored_rect(self, QRectF(left, (self.height() - size.height()) / 2, size.width(), size.height()))
        self._toggle.setGeometry(box.toRect())
        room = size.width() + 4
        mirrored = is_mirrored(self)
        self.setTextMargins(room if mirrored else 0, 0, 0 if mirrored else room, 0)

    def _restyle(self) -> None:
        super()._restyle()
        self._place()


class OtpField(TextField):
    """Take a one-time code as the bank describes it (``otpFormat``, ``otpMaxLength``).

    Spaces and dashes of a pasted code are dropped; what can't belong to the code is
    refused aloud rather than silently.

    Args:
        digits_only: the bank says ``integer``; else letters are taken too.
        max_length: the bank's greatest length, None where it says none.
    """

    def __init__(
        self,
        name: str = "",
        parent: QWidget | None = None,
        *,
        digits_only: bool = True,
        max_length: int | None = 6,
    ) -> None:
        super().__init__(name, parent)
        self._digits_only = digits_only
        self._max = max_length
        self.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        hints = Qt.InputMethodHint.ImhNoPredictiveText | Qt.InputMethodHint.ImhSensitiveData
        if digits_only:
            hints |= Qt.InputMethodHint.ImhDigitsOnly
        self.setInputMethodHints(hints)
        self.textEdited.connect(self._on_edited)

    def set_rules(self, *, digits_only: bool, max_length: int | None) -> None:
        """Follow another description."""
        self._digits_only, self._max = digits_only, max_length
        self._restyle()
        self._on_edited(self.text())

    def value(self) -> str:
        """Return the code."""
        return self.text()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Clean a pasted code before it is put in."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self.insert_code(QApplication.clipboard().text())
            event.accept()
            return
        super().keyPressEvent(event)

    def insert_code(self, text: str) -> None:
        """Put a code in at the cursor, freed of spaces and dashes."""
        self.insert(text)
        self._on_edited(self.text())

    def sizeHint(self) -> QSize:
        """Return a width that tells how long the code is."""
        cells = min(self._max or 12, 16)
        cell = self.fontMetrics().horizontalAdvance("0")
        return QSize((cells + 1) * cell + 32, super().sizeHint().height())

    def _on_edited(self, text: str) -> None:
        kept = "".join(c for c in text if self._belongs(c))
        dropped = [c for c in text if not self._belongs(c) and c != "-" and not c.isspace()]
        too_long = self._max is not None and len(kept) > self._max
        if too_long:
            kept = kept[: self._max]
        if kept != text:
            self.setText(kept)
        if dropped:
            announce(self, _("This code has digits only."))
        elif too_long:
            announce(self, _("This code has {count} characters.").format(count=self._max))

    def _belongs(self, character: str) -> bool:
        if self._digits_only:
            return character.isascii() and character.isdigit()
        return character.isalnum()

    def _restyle(self) -> None:
        super()._restyle()
        made = font(TypeSize.HEADING, Weight.MEDIUM)
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, look().px(4))
        self.setFont(made)
        self.setMinimumWidth(self.sizeHint().width() if hasattr(self, "_max") else 0)
        self.updateGeometry()
