"""The page that shows one order, or the answer to it, as a code."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.code_showing import ShowCodePresenter, ShowCodeState
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Field,
    FlowLayout,
    PlainLabel,
    PrimaryButton,
    QuietButton,
    SafeButton,
    SelectField,
    Variant,
)
from countersign.ui.widgets.code_player import CodePlayer
from countersign.ui.widgets.refill import empty
from countersign.ui.widgets.work_page import WorkPage, column, reason_label


class ShowCodePage(WorkPage):
    """Show the code, and what it stands for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("show_code", parent)
        self._presenter: ShowCodePresenter | None = None
        self._phrase_shown: tuple[str, ...] = ()
        self._parts_shown: tuple[str, ...] = ()
        self.blocked = reason_label()
        self.blocked.setObjectName("show_code.blocked")
        self.add(self.blocked)
        self.code_card = Card(_("Hold the other device before it"), icon="qr")
        self.player = CodePlayer("show_code")
        self.code_card.add(self.player)
        self.add(self.code_card)
        self.file_note = Banner(Tone.INFO, _("Too long for codes"))
        self.file_note.setObjectName("show_code.as_file")
        self.add(self.file_note)
        for card in (self._make_order(), self._make_readers(), self._make_file()):
            self.add_aside(card)
        self.back = SafeButton(_("Back to the payment"))
        self.back.setObjectName("show_code.back")
        self.back.activated.connect(self._leave)
        self.read = PrimaryButton(_("Read the answer"), icon="qr")
        self.read.setObjectName("show_code.read")
        self.read.activated.connect(self._read)
        self.set_actions(self.back, self.read)

    def _make_order(self) -> Card:
        card = self.order_card = Card(_("What it is"), icon="document")
        self.payee = PlainLabel("", Variant.STRONG)
        self.amount = PlainLabel("", Variant.TITLE, ltr=True)
        self.amount.setObjectName("show_code.amount")
        self.phrase_title = PlainLabel(_("The other device must show the same six words:"))
        self._phrase = QWidget()
        self._phrase.setObjectName("show_code.phrase")
        self._phrase_row = FlowLayout(self._phrase, Space.M)
        for widget in (self.payee, self.amount, self.phrase_title, self._phrase):
            card.add(widget)
        return card

    def _make_readers(self) -> Card:
        card = self.readers_card = Card(_("For whom"), icon="people")
        self.reader = SelectField(_("Who reads it"))
        self.reader.setObjectName("show_code.reader")
        self.reader.chosen.connect(self._choose)
        self._reader_field = Field(_("Who reads it"), self.reader, hint=_("It is shorter for one than for everybody."))
        card.add(self._reader_field)
        holder, self._parts = column()
        card.add(holder)
        return card

    def _make_file(self) -> Card:
        card = Card(_("Or as a file"), icon="download")
        card.add(PlainLabel(_("The same with all its documents, to be mailed or put on a stick."), Variant.MUTED))
        self.save = QuietButton(_("Save it as a file"), icon="download")
        self.save.setObjectName("show_code.save")
        self.save.activated.connect(self._save)
        reason = reason_label()
        self.save.show_reason_in(reason)
        card.add(reason)
        card.body.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeading)
        self.saved = PlainLabel("", Variant.LABEL)
        self.saved.setObjectName("show_code.saved")
        self.saved.hide()
        card.add(self.saved)
        return card

    def attach(self, presenter: ShowCodePresenter, order: str) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def show_state(self, state: ShowCodeState) -> None:
        """Show the state."""
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem)
        self.blocked.setText(state.blocked)
        self.blocked.setVisible(bool(state.blocked) and not state.busy)
        self.player.set_frames(state.frames)
        self.code_card.setVisible(bool(state.frames))
        self.file_note.set_text(_("Too long for codes"), state.as_file)
        self.file_note.setVisible(bool(state.as_file))
        self.order_card.setVisible(bool(state.payee))
        self.payee.setText(state.payee)
        self.amount.setText(state.amount)
        self._show_phrase(state.phrase)
        self.readers_card.setVisible(bool(state.readers))
        self.reader.set_options(state.readers)
        self.reader.set_value(state.reader)
        self._reader_field.setVisible(len(state.readers) > 1)
        self._show_parts(state)
        self.save.set_blocked(state.blocked)
        self.saved.setText(state.saved)
        self.saved.setVisible(bool(state.saved))
        self.read.setText(_("Read another code") if state.answered else _("Read the answer"))

    def _show_phrase(self, words: tuple[str, ...]) -> None:
        if words == self._phrase_shown:
            return
        self._phrase_shown = words
        empty(self._phrase_row)
        for place, word in enumerate(words, 1):
            self._phrase_row.addWidget(PlainLabel(f"{place} {word}", Variant.STRONG, wrap=False, ltr=True))

    def _show_parts(self, state: ShowCodeState) -> None:
        only = (state.readers[0][1],) if len(state.readers) == 1 else ()
        parts = (*only, *state.parts)
        if parts != self._parts_shown:
            self._parts_shown = parts
            empty(self._parts)
            for text in parts:
                self._parts.addWidget(PlainLabel(text, Variant.MUTED if text not in only else Variant.STRONG))

    # — what the person does —

    def _choose(self, value: str) -> None:
        if self._presenter is not None:
            self._presenter.choose_reader(value)

    def _save(self) -> None:
        if self._presenter is not None:
            self._presenter.save()

    def _read(self) -> None:
        if self._presenter is not None:
            self._presenter.read_answer()

    def _leave(self) -> None:
        if self._presenter is not None:
            self._presenter.leave()
