"""The page that opens the vault. Freezing works from here, too."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.presentation.unlock import UnlockPresenter, UnlockState
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Card,
    Field,
    IconView,
    LinkButton,
    PlainLabel,
    PrimaryButton,
    ProgressRow,
    QuietButton,
    SecretField,
    Variant,
    announce,
)
from countersign.ui.widgets.page import ScrollArea
from countersign.ui.widgets.painting import follow_look

_TICK_MS = 250
_WIDTH = 460


class UnlockPage(QWidget):
    """Show one field and one button; the wait counts down in words."""

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__(parent)
        self.setObjectName("unlock.page")
        self._presenter: UnlockPresenter | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._tick)
        self._column = QWidget()
        column = QVBoxLayout(self._column)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.L)
        self._put_in_the_middle()

        self._make_banner(column)
        card = Card(padding=Space.XXL)
        card.body.setSpacing(Space.M)
        column.addWidget(card)
        self._make_words(card)
        self._make_form(card)
        self.freeze_button = QuietButton(_("Freeze all new payments"), icon="freeze")
        self.freeze_button.setObjectName("unlock.freeze")
        column.addWidget(self.freeze_button)
        self.check_button = QuietButton(_("Check details that you were given"), icon="search")
        self.check_button.setObjectName("unlock.check")
        column.addWidget(self.check_button)
        self.secret.returnPressed.connect(self._unlock)
        self.unlock_button.activated.connect(self._unlock)
        self.kit_link.activated.connect(self._switch)
        self.freeze_button.activated.connect(self._freeze)
        self._with_kit = False
        follow_look(self._restyle)

    def _put_in_the_middle(self) -> None:
        """Let the column stand in the middle, and scroll where it is higher than the window."""
        area = ScrollArea()
        content = QWidget()
        middle = QVBoxLayout(content)
        middle.setContentsMargins(Space.XL, Space.XL, Space.XL, Space.XL)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self._column)
        row.addStretch(1)
        middle.addStretch(2)
        middle.addLayout(row)
        middle.addStretch(3)
        area.show_in(content)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)

    def _restyle(self) -> None:
        self._column.setFixedWidth(look().px(_WIDTH))

    def _make_banner(self, column: QVBoxLayout) -> None:
        self._frozen = Banner(Tone.WARN, _("Payments are stopped"))
        self._frozen.hide()
        column.addWidget(self._frozen)

    def _make_words(self, card: Card) -> None:
        card.body.addWidget(IconView("mark", 40, "accent"), alignment=Qt.AlignmentFlag.AlignLeading)
        self._heading = PlainLabel("", Variant.HEADING)
        self._lead = PlainLabel("", Variant.MUTED)
        card.add(self._heading)
        card.add(self._lead)

    def _make_form(self, card: Card) -> None:
        self.secret = SecretField(_("Passphrase"))
        self.secret.setObjectName("unlock.passphrase")
        self._field = Field(_("Passphrase"), self.secret)
        card.add(self._field)
        self._wait = PlainLabel("", Variant.MUTED)
        self._wait.hide()
        card.add(self._wait)
        self._progress = ProgressRow(_("Opening your vault"))
        self._progress.hide()
        card.add(self._progress)
        self.unlock_button = PrimaryButton(_("Unlock"), icon="unlock")
        self.unlock_button.setObjectName("unlock.open")
        card.add(self.unlock_button)
        self.kit_link = LinkButton(_("Use the recovery kit"))
        self.kit_link.setObjectName("unlock.kit")
        card.add(self.kit_link)
        self._protection = PlainLabel("", Variant.CAPTION)
        self._protection.hide()
        card.add(self._protection)

    def attach(self, presenter: UnlockPresenter) -> None:
        """Take the presenter and show its first state."""
        self._presenter = presenter
        presenter.start()
        self.secret.setFocus()

    def show_state(self, state: UnlockState) -> None:
        """Show the state."""
        self._with_kit = state.with_kit
        asked = _("Recovery kit") if state.with_kit else _("Passphrase")
        if self._field.label.text() != asked:
            self._field.label.setText(asked)
            self.secret.setAccessibleName(asked)
        self._heading.setText(state.heading)
        self._lead.setText(state.lead)
        if self._field.error() != state.error:
            self._field.set_error(state.error)
        if state.wait and state.wait != self._wait.text():
            self._wait.setText(state.wait)
        self._wait.setVisible(bool(state.wait))
        self._progress.setVisible(state.busy)
        if state.busy:
            self._progress.set_progress(_("Deriving the key. This takes about a second, on purpose."))
        self.unlock_button.set_blocked(state.wait or (_("Your vault is being opened.") if state.busy else None))
        self.kit_link.setText(_("Use the passphrase") if state.with_kit else _("Use the recovery kit"))
        self._protection.setText(state.protection)
        self._protection.setVisible(bool(state.protection))
        self._frozen.set_text(_("Payments are stopped"), state.frozen)
        self._frozen.setVisible(bool(state.frozen))
        self.freeze_button.setVisible(not state.frozen)
        if state.wait:
            self._timer.start()

    def _tick(self) -> None:
        if self._presenter is not None and not self._presenter.tick():
            self._timer.stop()
            announce(self, _("You can try again now."))

    def _unlock(self) -> None:
        if self._presenter is not None and not self.unlock_button.blocked_reason():
            self._presenter.unlock(self.secret.take())

    def _switch(self) -> None:
        if self._presenter is not None:
            self._presenter.use_kit(with_kit=not self._with_kit)
            self.secret.setFocus()

    def _freeze(self) -> None:
        if self._presenter is not None:
            self._presenter.freeze()
