"""Signing at the bank what was sent there already: who signs, by their own user ID."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal

from countersign.presentation.messages import _
from countersign.ui.widgets.buttons import PrimaryButton
from countersign.ui.widgets.cards import Card
from countersign.ui.widgets.fields import Field, TextField
from countersign.ui.widgets.labels import PlainLabel, Variant


class BankSigningCard(Card):
    """Asks who signs.

    Attributes:
        signs: Somebody wants to sign: carries the user ID as it was typed.
    """

    signs = Signal(str)

    def __init__(self, name: str, lead: str = "") -> None:
        """Make the card; ``name`` begins the names of its parts, ``lead`` is what stands over the field."""
        super().__init__(_("Sign at the bank"), icon="shield-check")
        self._name = name
        self._lead = lead
        self._made = False
        self.hide()

    def show_offer(self, *, offered: bool) -> None:
        """Show the card where a signature can be given here; its parts are made when they are first wanted."""
        if offered and not self._made:
            self._made = True
            self._make()
        self.setVisible(offered)

    def _make(self) -> None:
        one = _("You see amount and payee again before you type the code. Your signature counts for this payment.")
        self.add(PlainLabel(self._lead or one, Variant.BODY))
        self.person = TextField(_("User ID at the bank"))
        self.person.setObjectName(f"{self._name}.person")
        hint = _("Of the person who signs now: each signs under their own.")
        self.add(Field(_("User ID at the bank"), self.person, hint=hint))
        self.sign = PrimaryButton(_("Sign at the bank"))
        self.sign.setObjectName(f"{self._name}.sign")
        self.sign.enter_presses = False
        self.sign.activated.connect(lambda: self.signs.emit(self.person.text()))
        self.body.addWidget(self.sign, 0, Qt.AlignmentFlag.AlignLeading)
