"""Ask for the words of a recovery kit, to do at once what it may do."""

from __future__ import annotations

from collections.abc import Callable

from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import Card, Field, KitButton, PlainLabel, SafeButton, SecretField, Variant
from countersign.ui.widgets.work_page import button_row


class KitCard(Card):
    """A field for twelve words, and two buttons."""

    def __init__(
        self, name: str, text: str, confirm: KitButton, done: Callable[[str], None], leave: Callable[[], None] | None
    ) -> None:
        """Make the card.

        Args:
            name: Begins the names of its controls.
            text: What follows from it.
            confirm: What does it; its name is given here.
            done: Called with what was typed, which is forgotten here.
            leave: What the safe button calls; None where the page has one of its own.
        """
        super().__init__("", icon="key")
        self.body.setSpacing(Space.M)
        self.setObjectName(f"{name}.kit_card")
        self._title = PlainLabel("", Variant.TITLE)
        self.add(self._title)
        self.add(PlainLabel(text, Variant.MUTED))
        self.words = SecretField()
        self.words.setObjectName(f"{name}.kit")
        hint = _("Twelve words with spaces between them. They are used here and kept nowhere.")
        self.add(Field(_("Words of your recovery kit"), self.words, hint=hint))
        confirm.setObjectName(f"{name}.kit_confirm")
        confirm.enter_presses = False
        confirm.activated.connect(lambda: done(self.words.take()))
        buttons: list[KitButton] = [confirm]
        if leave is not None:
            back = SafeButton(_("Leave it as it is"))
            back.setObjectName(f"{name}.kit_leave")
            back.activated.connect(leave)
            back.set_partner(confirm)
            buttons.insert(0, back)
        self.add(button_row(buttons))
        self.hide()

    def ask(self, title: str) -> None:
        """Show the card under a title; an empty one hides it, and forgets what was typed."""
        if title and self.isHidden():
            self.words.take()
        self._title.setText(title)
        self.setVisible(bool(title))
