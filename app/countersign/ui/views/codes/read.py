"""The page that reads a code: from pictures, the clipboard, the screen, or by camera."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Final

from PySide6.QtCore import QTimer
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QHideEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QWidget

from countersign.presentation.code_reading import ReadCodePresenter, ReadCodeState
from countersign.presentation.messages import _
from countersign.ui.pictures import grey_map
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets import Card, PlainLabel, ProgressRow, QuietButton, SafeButton, Variant, announce
from countersign.ui.widgets.dropped import dropped_files
from countersign.ui.widgets.work_page import WorkPage, button_row, reason_label

TICK_MS: Final = 120


class ReadCodePage(WorkPage):
    """Offer where to read from, and say how far it is.

    Attributes:
        presenter: What the page is attached to; None before that.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        """Make the page; ``attach`` gives it its presenter."""
        super().__init__("read_code", parent)
        self.presenter: ReadCodePresenter | None = None
        self._said = ""
        self.setAcceptDrops(True)
        self.reading = ProgressRow(_("Reading the code"), cancel_text=_("Stop"))
        self.reading.setObjectName("read_code.reading")
        self.reading.cancel_pressed.connect(self._stop)
        self.reading.hide()
        self.add(self.reading)
        self.hint = PlainLabel("", Variant.LABEL, ink="warn")
        self.hint.setObjectName("read_code.hint")
        self.hint.hide()
        self.add(self.hint)
        self.add(self._make_screen())
        self.add(self._make_pictures())
        self.add(self._make_camera())
        self.back = SafeButton(_("Back"))
        self.back.setObjectName("read_code.back")
        self.back.activated.connect(self._leave)
        self.set_actions(self.back, None)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def _make_screen(self) -> Card:
        text = _(
            "A colleague shows it in a video call, say. Press this, then leave the whole code in sight beside "
            "this window. Nothing but codes is looked for, and no picture is kept."
        )
        card = self._card(_("It is on this screen"), "eye", text)
        self.screen_button = self._button("read_code.screen", _("Read from the screen"), "eye", self._screen)
        self._with_reason(card, self.screen_button)
        return card

    def _make_pictures(self) -> Card:
        text = _(
            "Screenshots or photographs of it, or a .countersign file. Drop as many as you have on this page, "
            "or choose them one after the other, in any order."
        )
        card = self._card(_("It is in pictures"), "document", text)
        self.choose = self._button("read_code.choose", _("Choose a file or picture"), "document", self._choose)
        self.paste_button = self._button("read_code.paste", _("Paste"), "paste", self._paste)
        self.paste_button.setAccessibleName(_("Paste a code from the clipboard"))
        self._with_reason(card, self.choose, self.paste_button)
        return card

    def _make_camera(self) -> Card:
        text = _("Let the code fill most of what the camera sees, and hold it still for a round.")
        card = self._card(_("Hold it before the camera"), "mobile", text)
        self.camera_button = self._button("read_code.camera", _("Read by camera"), "mobile", self._camera)
        self._with_reason(card, self.camera_button)
        return card

    @staticmethod
    def _card(title: str, icon: str, text: str) -> Card:
        card = Card(title, icon=icon)
        card.body.setSpacing(Space.M)
        card.add(PlainLabel(text, Variant.MUTED))
        return card

    @staticmethod
    def _button(name: str, text: str, icon: str, act: Callable[[], None]) -> QuietButton:
        button = QuietButton(text, icon=icon)
        button.setObjectName(name)
        button.activated.connect(act)
        return button

    @staticmethod
    def _with_reason(card: Card, *buttons: QuietButton) -> None:
        reason = reason_label()
        for button in buttons:
            button.show_reason_in(reason)
        card.add(reason)
        card.add(button_row(buttons))

    def attach(self, presenter: ReadCodePresenter, order: str = "") -> None:
        """Take the presenter and show its first state."""
        self.presenter = presenter
        self.destroyed.connect(presenter.close)
        presenter.start(order)

    def show_state(self, state: ReadCodeState) -> None:
        """Show the state."""
        self.set_heading(state.heading, state.lead)
        self.show_work(state.busy, state.problem, state.said)
        self.reading.set_progress(state.progress, state.have, state.total)
        self.reading.set_cancellable(state.may_stop)
        self.reading.setVisible(bool(state.progress) and not state.busy)
        self.hint.setText(state.hint)
        self.hint.setVisible(bool(state.hint))
        self.screen_button.set_blocked(state.blocked)
        for button in (self.choose, self.paste_button):
            button.set_blocked(state.blocked)
        self.camera_button.set_blocked(state.blocked or state.camera_blocked)
        by_screen = state.watching == "screen"
        self.screen_button.setText(_("Reading from the screen") if by_screen else _("Read from the screen"))
        self.camera_button.setText(_("Reading by camera") if state.watching == "camera" else _("Read by camera"))
        if state.hint and state.hint != self._said:
            announce(self, state.hint)
        self._said = state.hint
        if state.watching and not self._timer.isActive():
            self._timer.start()
        elif not state.watching:
            self._timer.stop()

    # — what the person does —

    def _tick(self) -> None:
        if self.presenter is not None:
            self.presenter.tick()

    def _screen(self) -> None:
        if self.presenter is not None:
            self.presenter.watch_screen()

    def _camera(self) -> None:
        if self.presenter is not None:
            self.presenter.watch_camera()

    def _choose(self) -> None:
        if self.presenter is not None:
            self.presenter.choose_file()

    def _paste(self) -> None:
        if self.presenter is not None:
            clipboard = QGuiApplication.clipboard()
            image = clipboard.image()
            self.presenter.paste(None if image.isNull() else partial(grey_map, image), clipboard.text())

    def _stop(self) -> None:
        if self.presenter is not None:
            self.presenter.stop()

    def _leave(self) -> None:
        if self.presenter is not None:
            self.presenter.leave()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Paste with the usual keys; Escape stops what goes on."""
        if event.matches(QKeySequence.StandardKey.Paste):
            self._paste()
        elif event.matches(QKeySequence.StandardKey.Cancel):
            self._stop()
        else:
            super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files."""
        if dropped_files(event):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        """Read the files that were dropped."""
        paths = dropped_files(event)
        if paths and self.presenter is not None:
            event.acceptProposedAction()
            self.presenter.read_files(paths)

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no camera on; where the window was put aside to see the code, go on."""
        super().hideEvent(event)
        if not event.spontaneous() and self.presenter is not None:
            self._timer.stop()
            self.presenter.stop()
