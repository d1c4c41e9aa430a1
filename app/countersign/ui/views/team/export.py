"""The page that exports the workspace for an audit."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from countersign.presentation.audit_export import AuditPresenter, AuditState
from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import Card, PlainLabel, PrimaryButton, ProgressRow, Variant
from countersign.ui.widgets.work_page import WorkPage, reason_label


class AuditPage(WorkPage):
    """Show the state.

    Attributes:
        presenter_state: What is shown; None before anything is.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("export", parent)
        self._presenter: AuditPresenter | None = None
        self.presenter_state: AuditState | None = None
        self._contents: tuple[str, ...] = ()
        self.card = Card(_("What is in the file"), icon="download")
        self.card.body.setSpacing(Space.M)
        self.save = PrimaryButton(_("Save the export"), icon="download")
        self.save.setObjectName("export.save")
        self.save.enter_presses = False
        self.save.activated.connect(self._save)
        self._reason = reason_label()
        self._reason.setObjectName("export.reason")
        self.save.show_reason_in(self._reason)
        self.writing = ProgressRow(_("Writing the export"), cancel_text=_("Stop"))
        self.writing.setObjectName("export.writing")
        self.writing.cancel_pressed.connect(self._cancel)
        self.writing.hide()
        self.add(self.card)
        self.add(self.writing)
        words = Card(_("Fingerprint of this workspace"), icon="shield-check")
        self.phrase = PlainLabel("", Variant.TITLE, selectable=True, ltr=True)
        self.phrase.setObjectName("export.phrase")
        phrase = Card(tone=Tone.INFO)
        phrase.add(self.phrase)
        words.add(phrase)
        self.fingerprint = PlainLabel("", Variant.CAPTION, selectable=True, ltr=True)
        self.fingerprint.setObjectName("export.fingerprint")
        words.add(self.fingerprint)
        self.check = PlainLabel("")
        words.add(self.check)
        self.add_aside(words)

    def attach(self, presenter: AuditPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start()

    def show_state(self, state: AuditState) -> None:
        """Show the state."""
        self.presenter_state = state
        self.set_heading(state.heading, state.lead)
        self.show_work("", state.problem, state.said)
        if self._contents != state.contents:
            self._contents = state.contents
            self.card.add_points(state.contents)
            self.card.add(self._reason)
            self.card.body.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeading)
        self.phrase.setText(state.phrase)
        self.fingerprint.setText(state.fingerprint)
        self.check.setText(state.check)
        self.save.set_blocked(state.blocked or (_("The export is being written.") if state.busy else ""))
        self.writing.setVisible(bool(state.busy))
        if state.busy:
            self.writing.set_progress(state.busy, state.done, state.total)

    def _save(self) -> None:
        if self._presenter is not None:
            self._presenter.save()

    def _cancel(self) -> None:
        if self._presenter is not None:
            self._presenter.cancel()
