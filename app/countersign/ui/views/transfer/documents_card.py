"""Documents on screen, in the third step: what is attached, and attaching by hand or by dropping."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.transfer_documents import AttachedRow, DocumentsPart, DocumentsState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Banner, Card, LinkButton, PlainLabel, ProgressRow, QuietButton, Variant, announce
from countersign.ui.widgets.refill import refill


class DocumentsCard(Card):
    """Lists what is attached; empty it is one line and a button."""

    def __init__(self, part: DocumentsPart) -> None:
        """Make the card."""
        super().__init__(_("Documents"), icon="document")
        self._part = part
        self._shown: DocumentsState | None = None
        self.add(PlainLabel(_("The contract or the invoice: it is signed with the payment, and approvers open it.")))
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.M)
        self.body.addLayout(self._rows)
        self.problem = Banner(Tone.WARN, _("This document was not attached"))
        self.problem.setObjectName("transfer.amount.document_problem")
        self.problem.hide()
        self.add(self.problem)
        self.progress = ProgressRow(_("Reading the document"), cancel_text=_("Stop reading"))
        self.progress.setObjectName("transfer.amount.document_progress")
        self.progress.cancel_pressed.connect(part.stop)
        self.progress.hide()
        self.add(self.progress)
        self.attach_button = QuietButton(_("Attach a document…"), icon="plus")
        self.attach_button.setObjectName("transfer.amount.attach")
        self.attach_button.activated.connect(part.choose)
        self.body.addWidget(self.attach_button, 0, Qt.AlignmentFlag.AlignLeading)
        self.bounds = PlainLabel("", Variant.CAPTION)
        self.add(self.bounds)

    def show_documents(self, state: DocumentsState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        if before == state:
            return
        if before is None or before.rows != state.rows:
            refill(self._rows, [self._row(place, row) for place, row in enumerate(state.rows)])
        self.bounds.setText(state.bounds)
        self.attach_button.setVisible(state.may_choose)
        self.progress.setVisible(bool(state.busy))
        if state.busy:
            self.progress.set_progress(state.busy)
        wanted = bool(state.problem.text)
        self.problem.set_text(state.problem.title, state.problem.text)
        if wanted and self.problem.isHidden():
            self.problem.appear()
        self.problem.setVisible(wanted)
        if state.said and (before is None or before.said != state.said):
            announce(self, state.said)

    def _row(self, place: int, row: AttachedRow) -> QWidget:
        holder = QWidget()
        line = QHBoxLayout(holder)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(Space.M)
        words = QVBoxLayout()
        words.setSpacing(2)
        name = PlainLabel(row.name, Variant.STRONG)
        name.setObjectName(f"transfer.amount.document.{place}")
        words.addWidget(name)
        words.addWidget(PlainLabel(row.detail, Variant.MUTED))
        line.addLayout(words, 1)
        remove = LinkButton(_("Remove"), name=_("Remove {name}").format(name=row.name))
        remove.setObjectName(f"transfer.amount.remove.{place}")
        remove.activated.connect(partial(self._remove, row.sha256))
        line.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        return holder

    def _remove(self, sha256: str) -> None:
        self.attach_button.setFocus()  # the link goes away, and the keyboard would be nowhere
        self._part.remove(sha256)
