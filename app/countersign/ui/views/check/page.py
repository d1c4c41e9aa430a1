"""Type, paste or open what somebody gave you; what can be told of it stands beside it at once."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from countersign.presentation.check import CheckPresenter, CheckState, countries
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space
from countersign.ui.views.check.result import ResultPanel
from countersign.ui.widgets import (
    Card,
    Field,
    PlainLabel,
    ProgressRow,
    QuietButton,
    ScrollPage,
    SelectField,
    TextArea,
    TextField,
    Variant,
    announce,
)
from countersign.ui.widgets.dropped import dropped_file

_TICK_MS: Final = 150
_MESSAGE_LINES: Final = 6


class CheckPage(ScrollPage):
    """Three ways in, one result. Nothing is kept: the fields are emptied when the page is left."""

    def __init__(self, parent: QWidget | None = None, *, with_way_back: bool = False) -> None:
        """Make the page; ``attach`` gives it its presenter.

        Args:
            parent: Qt's parent.
            with_way_back: Show a button that leads back: where there is no side bar.
        """
        super().__init__(
            _("Check these details now"),
            _("Before you pay: type or paste what you were given. No vault is needed, and nothing is kept or sent."),
            parent,
        )
        self.setObjectName("check.page")
        self.setAcceptDrops(True)
        self._presenter: CheckPresenter | None = None
        self._heading_told = ""
        self._near: dict[str, PlainLabel] = {}
        self._shown = CheckState()
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        if with_way_back:
            self.back_button = QuietButton(_("Back"), icon="back")
            self.back_button.setObjectName("check.back")
            self.back_button.activated.connect(self._go_back)
            self.set_tools([self.back_button])
        self._make_details()
        self._make_message()
        self._make_file()
        self.result = ResultPanel()
        self.add_aside(self.result)

    def _make_details(self) -> None:
        card = Card(_("An account and a name"), icon="bank")
        card.body.setSpacing(Space.L)
        self.account = TextField(_("Account"), placeholder="DE89 3704 0044 0532 0130 00")
        self.account.setObjectName("check.account_field")
        hint = _("An IBAN, or the bank's code and the account number, as you were given them.")
        self._account_field = Field(_("Account"), self.account, hint=hint)
        card.add(self._account_field)
        self._add_near("details", card)
        self.country = SelectField(_("Country of the account"), options=countries())
        self.country.setObjectName("check.country")
        card.add(Field(_("Country of the account"), self.country))
        self.name = TextField(_("Name of the account holder"))
        self.name.setObjectName("check.name")
        card.add(Field(_("Name of the account holder"), self.name))
        self.add(card)
        for field in (self.account, self.name):
            field.textEdited.connect(self._details_edited)
            field.editingFinished.connect(self._details_settled)
        self.country.chosen.connect(self._details_settled)

    def _make_message(self) -> None:
        card = Card(_("A message or an invoice"), icon="message")
        self.message = TextArea(_("Message"), lines=_MESSAGE_LINES)
        self.message.setObjectName("check.message")
        self.message.setAcceptDrops(False)  # the page takes what is dropped: a file is no text
        card.add(Field(_("Message"), self.message, hint=_("Paste the whole text; it is searched for accounts.")))
        self._add_near("message", card)
        self.add(card)
        self.message.textChanged.connect(self._message_edited)

    def _make_file(self) -> None:
        card = Card(_("A file"), icon="document")
        card.add(PlainLabel(_("A payment file (pain.001), a list in CSV, or a text. You can also drop it here.")))
        row = QHBoxLayout()
        self.open_button = QuietButton(_("Open a file"), icon="document")
        self.open_button.setObjectName("check.open")
        self.clear_button = QuietButton(_("Clear everything"), icon="close")
        self.clear_button.setObjectName("check.clear")
        row.addWidget(self.open_button)
        row.addWidget(self.clear_button)
        row.addStretch(1)
        card.body.addLayout(row)
        self.progress = ProgressRow(_("Reading the file"), cancel_text=_("Stop reading"))
        self.progress.setObjectName("check.progress")
        self.progress.hide()
        card.add(self.progress)
        self._add_near("file", card)
        self.add(card)
        self.open_button.activated.connect(self._open)
        self.clear_button.activated.connect(self._clear)
        self.progress.cancel_pressed.connect(self._cancel)

    def _add_near(self, source: str, card: Card) -> None:
        """Repeat the verdict under what was typed: in one column the result lies below the edge of the window."""
        label = PlainLabel("", Variant.STRONG)
        label.setObjectName(f"check.near.{source}")
        label.hide()
        card.add(label)
        self._near[source] = label

    def attach(self, presenter: CheckPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    # — showing —

    def show_state(self, state: CheckState) -> None:
        """Show the state."""
        self.result.show_state(state)
        self._shown = state
        self._show_near()
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy, state.done // 1024, state.total // 1024)
            self._timer.start()
        else:
            self._timer.stop()
        if state.heading and state.heading != self._heading_told:
            announce(self, state.heading)
        self._heading_told = state.heading

    def _show_near(self) -> None:
        state = self._shown
        text = state.heading or state.reason
        for source, label in self._near.items():
            label.setText(text)
            label.set_ink(state.tone if state.tone != "neutral" else None)
            label.setVisible(bool(text) and source == state.source and self.one_column())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Repeat the verdict, or not, by how many columns there are."""
        super().resizeEvent(event)
        self._show_near()

    # — what the person does —

    def _tick(self) -> None:
        if self._presenter is None or not self._presenter.tick():
            self._timer.stop()

    def _details_edited(self, _text: str) -> None:
        self._vet_details(settled=False)

    def _details_settled(self) -> None:
        if self.account.text() or self.name.text():
            self._vet_details(settled=True)

    def _vet_details(self, *, settled: bool) -> None:
        if self._presenter is not None:
            account, name, country = self.account.text(), self.name.text(), self.country.value()
            self._presenter.details_edited(account, name, country, settled=settled)

    def _message_edited(self) -> None:
        if self._presenter is not None:
            self._presenter.message_edited(self.message.toPlainText())

    def open_file(self, path: Path) -> None:
        """Vet a file."""
        if self._presenter is not None:
            self._presenter.open_file(path)

    def _open(self) -> None:
        if self._presenter is not None:
            self._presenter.choose_file()

    def _cancel(self) -> None:
        if self._presenter is not None:
            self._presenter.cancel()

    def _clear(self) -> None:
        self._wipe()
        if self._presenter is not None:
            self._presenter.clear()
        self.account.setFocus()

    def _go_back(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()

    def _wipe(self) -> None:
        """Empty the fields, with what could be undone in them."""
        self.message.blockSignals(True)
        for field in (self.account, self.name, self.message):
            field.clear()
        self.message.blockSignals(False)

    # — dropping —

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take one file of this computer, or text."""
        found = event.mimeData()
        if dropped_file(event) is not None or found.hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Vet what was dropped."""
        path = dropped_file(event)
        if path is not None:
            self.open_file(path)
        elif event.mimeData().hasText():
            self.message.setPlainText(event.mimeData().text())
        event.acceptProposedAction()

    def hideEvent(self, event: QHideEvent) -> None:
        """Keep nothing once the page is left; a window that is only out of sight keeps it."""
        super().hideEvent(event)
        if not event.spontaneous():
            self._wipe()
            if self._presenter is not None:
                self._presenter.clear()
