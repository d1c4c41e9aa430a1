"""The card on the page of a new vault that asks: begin on one's own, or join others by an invitation?"""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from countersign.presentation.join import InvitationReader
from countersign.presentation.join_state import InvitationState
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import Card, Choice, ChoiceCards, Field, PlainLabel, Variant
from countersign.ui.widgets.parcel_cards import ParcelIn
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import column


class JoinCard(Card):
    """Choose, and read the invitation."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the card; ``attach`` gives it what reads invitations."""
        super().__init__(_("Alone, or with others?"), parent, icon="people")
        self.body.setSpacing(Space.M)
        self._reader: InvitationReader | None = None
        choices = [
            Choice("begin", _("Begin on my own"), _("You can invite others later.")),
            Choice("join", _("I was invited"), _("You join a workspace with an invitation: a file, or a code.")),
        ]
        self.way = ChoiceCards(_("Alone, or with others?"), choices)
        self.way.setObjectName("new_vault.way")
        self.way.set_value("begin")
        self.way.chosen.connect(self._choose)
        self.add(self.way)
        self.reading = ParcelIn("new_vault.invitation", _("Your invitation"))
        self.field = Field("", self.reading)
        self.field.label.hide()
        self.reading.setAccessibleName(_("Your invitation"))
        self.add(self.field)
        self._holder, self._lines = column()
        self.add(self._holder)
        self._shown = InvitationState()
        self.field.hide()
        self._holder.hide()

    def follow(self, before: QWidget, after: QWidget) -> None:
        """Be where Tab goes after ``before``, and lead to ``after``: what is made later would come last."""
        self.way.follow(before, self.reading.read, self.reading.paste, after)

    def attach(self, reader: InvitationReader) -> None:
        """Take what reads invitations."""
        self._reader = reader
        self.reading.attach(reader)

    def show_invitation(self, state: InvitationState) -> None:
        """Show the state."""
        if self.way.value() != ("join" if state.joining else "begin"):
            self.way.set_value("join" if state.joining else "begin")
        self.field.setVisible(state.joining)
        self.reading.set_reading(state.reading)
        self.field.set_error(state.problem)
        if state.lines != self._shown.lines:
            empty(self._lines)
            title = PlainLabel(state.title, Variant.TITLE)
            title.setObjectName("new_vault.invited_by")
            self._lines.addWidget(title)
            for line in state.lines:
                self._lines.addWidget(PlainLabel(line))
            self._lines.addWidget(PlainLabel(state.warning, Variant.STRONG))
        self._holder.setVisible(state.joining and bool(state.lines))
        self._shown = state

    def _choose(self, way: str) -> None:
        if self._reader is not None:
            self._reader.choose(joining=way == "join")
