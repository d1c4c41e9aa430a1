"""The documents of one order, on its page and in the inbox: opened or saved by a person, never by themselves."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.order_documents import DocumentLine, OrderDocuments, OrderDocumentsState
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import QuietButton
from countersign.ui.widgets.cards import Banner, Card
from countersign.ui.widgets.flow_layout import FlowLayout
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.refill import refill


class OrderDocumentsCard(Card):
    """Lists the documents; hidden where there are none."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the card; ``attach`` gives it its presenter."""
        super().__init__(_("Documents"), parent, icon="document")
        self.setObjectName("documents")
        self._presenter: OrderDocuments | None = None
        self._shown: OrderDocumentsState | None = None
        self.lead = PlainLabel("")
        self.lead.setObjectName("documents.lead")
        self.add(self.lead)
        self.problem = Banner(Tone.DANGER, _("That did not work"))
        self.problem.setObjectName("documents.problem")
        self.problem.hide()
        self.add(self.problem)
        self.done = PlainLabel("", Variant.LABEL, ink="ok")
        self.done.setObjectName("documents.done")
        self.done.hide()
        self.add(self.done)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(Space.L)
        self.body.addLayout(self._rows)
        self.hide()

    def attach(self, presenter: OrderDocuments, order: str) -> None:
        """Take the presenter and show an order's documents."""
        self._presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def show_documents(self, state: OrderDocumentsState) -> None:
        """Show the state."""
        before, self._shown = self._shown, state
        self.lead.setText(state.lead)
        if before is None or before.lines != state.lines:
            refill(self._rows, [self._row(place, line) for place, line in enumerate(state.lines)])
        wanted = bool(state.problem.text)
        self.problem.set_text(state.problem.title or _("That did not work"), state.problem.text)
        if wanted and self.problem.isHidden():
            self.problem.appear()
        self.problem.setVisible(wanted)
        self.done.setText(state.said)
        self.done.setVisible(bool(state.said))
        if state.said and (before is None or before.said != state.said):
            announce(self, state.said)
        self.setVisible(bool(state.lines))

    def _row(self, place: int, line: DocumentLine) -> QWidget:
        holder = QWidget()
        body = QVBoxLayout(holder)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.XS)
        name = PlainLabel(line.name, Variant.STRONG)
        name.setObjectName(f"documents.name.{place}")
        body.addWidget(name)
        body.addWidget(PlainLabel(line.detail, Variant.CAPTION, selectable=True))
        if line.missing:
            missing = PlainLabel(line.missing, Variant.LABEL, ink="warn")
            missing.setObjectName(f"documents.missing.{place}")
            body.addWidget(missing)
            return holder
        buttons = QWidget()
        row = FlowLayout(buttons, Space.S)
        for key, words, named, icon, act in (
            ("open", _("Open"), _("Open {name}").format(name=line.name), "external", self._open),
            ("save", _("Save a copy…"), _("Save a copy of {name}").format(name=line.name), "download", self._save),
        ):
            button = QuietButton(words, icon=icon, name=named)
            button.setObjectName(f"documents.{key}.{place}")
            button.enter_presses = False
            button.activated.connect(partial(act, line.sha256))
            row.addWidget(button)
        body.addWidget(buttons)
        return holder

    def _open(self, sha256: str) -> None:
        if self._presenter is not None:
            self._presenter.open(sha256)

    def _save(self, sha256: str) -> None:
        if self._presenter is not None:
            self._presenter.save(sha256)
