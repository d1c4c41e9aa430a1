"""Show long work: what is going on, how far it is, and a way to stop it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QVBoxLayout, QWidget

from countersign.ui.theme.style import Dress, dress
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.link_buttons import LinkButton
from countersign.ui.widgets.painting import follow_look


class ProgressRow(QWidget):
    """Show one piece of work; never a spinner alone.

    Args:
        title: what is being done.
        cancel_text: of the link that stops it; none where empty.

    Signals:
        cancel_pressed: the person wants it to stop.
    """

    cancel_pressed = Signal()

    def __init__(self, title: str, parent: QWidget | None = None, *, cancel_text: str = "") -> None:
        super().__init__(parent)
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.S)
        top = QHBoxLayout()
        top.setSpacing(Space.M)
        self._title = PlainLabel(title, Variant.LABEL)
        top.addWidget(self._title, 1)
        self._cancel: LinkButton | None = None
        if cancel_text:
            self._cancel = LinkButton(cancel_text)
            self._cancel.activated.connect(self.cancel_pressed)
            top.addWidget(self._cancel)
        body.addLayout(top)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(title)
        self._bar.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        body.addWidget(self._bar)
        self._stage = PlainLabel("", Variant.CAPTION)
        body.addWidget(self._stage)
        self.set_progress("")
        follow_look(self._restyle)

    def set_progress(self, stage: str, done: int = 0, total: int = 0) -> None:
        """Show the stage, and ``done`` of ``total``; a total of 0 means nobody knows.

        Where nobody knows, the bar stays empty and the words carry the message:
        nothing moves for its own sake.
        """
        changed = stage != self._stage.text()
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(min(done, total) if total else 0)
        self._bar.setVisible(total > 0)
        self._stage.setText(stage)
        self._stage.setVisible(bool(stage))
        self._bar.setAccessibleDescription(stage)
        if changed and self.isVisible():
            announce(self, stage)

    def set_cancellable(self, cancellable: bool) -> None:
        """Show or hide the link, as when sending has begun."""
        if self._cancel is not None:
            self._cancel.setVisible(cancellable)

    def _restyle(self) -> None:
        dress(self._bar, Dress.PROGRESS)
