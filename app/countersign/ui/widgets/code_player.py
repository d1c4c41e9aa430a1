"""A message as a code that another device reads: its pictures in turn, as fast as a camera follows.

The code is black on white with its quiet zone in every theme, or no camera reads it. Where less motion is wanted
nothing moves by itself: pictures are stepped through by hand.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.messages import _, ngettext
from countersign.ui.theme.look import look
from countersign.ui.theme.tokens import Space
from countersign.ui.widgets.announcer import announce
from countersign.ui.widgets.buttons import QuietButton
from countersign.ui.widgets.labels import PlainLabel, Variant
from countersign.ui.widgets.painting import follow_look
from countersign.ui.widgets.qr import QrView, frame_matrix
from countersign.ui.widgets.work_page import button_row, reason_label

SPEEDS_MS: Final = (1_000, 650, 400, 250, 150)
"""How long each picture stays; a camera of thirty pictures a second sees each of the shortest several times."""
USUAL: Final = 2
_EDGE: Final = 380


class CodePlayer(QWidget):
    """Show the pictures of a code in turn, with what holds them, steps through them, and changes their pace."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make an empty player; ``name`` begins the names of its controls."""
        super().__init__(parent)
        self._frames: tuple[str, ...] = ()
        self._place = 0
        self._speed = USUAL
        self._held = False
        body = QVBoxLayout(self)
        body.setContentsMargins(0, 0, 0, 0)
        body.setSpacing(Space.M)
        self.code = QrView(_("Code for the other device"), edge=_EDGE)
        self.code.setObjectName(f"{name}.code")
        body.addWidget(self.code, 0, Qt.AlignmentFlag.AlignLeading)
        self.part = PlainLabel("", Variant.STRONG)
        self.part.setObjectName(f"{name}.part")
        body.addWidget(self.part)
        self.round = PlainLabel("", Variant.MUTED)
        self.round.setObjectName(f"{name}.round")
        body.addWidget(self.round)
        self.hold = self._button(f"{name}.hold", _("Pause"), self._hold)
        self.before = self._button(f"{name}.before", _("Previous picture"), lambda: self._step(-1), icon="back")
        self.following = self._button(f"{name}.next", _("Next picture"), lambda: self._step(1), icon="forward")
        self.slower = self._button(f"{name}.slower", _("Slower"), lambda: self._change(-1), icon="minus")
        self.faster = self._button(f"{name}.faster", _("Faster"), lambda: self._change(1), icon="plus")
        reason = reason_label()
        for button in (self.slower, self.faster):
            button.show_reason_in(reason)
        self._buttons = button_row((self.hold, self.before, self.following, self.slower, self.faster))
        body.addWidget(self._buttons)
        body.addWidget(reason)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._advance)
        follow_look(self._arrange)
        self._arrange()

    @staticmethod
    def _button(name: str, text: str, act: object, *, icon: str | None = None) -> QuietButton:
        button = QuietButton(text, icon=icon)
        button.setObjectName(name)
        button.activated.connect(act)
        return button

    # — what is shown —

    @property
    def frames(self) -> tuple[str, ...]:
        """The texts of the pictures."""
        return self._frames

    @property
    def moving(self) -> bool:
        """Whether the pictures follow each other by themselves."""
        return len(self._frames) > 1 and not self._held and look().motion

    def set_frames(self, frames: Sequence[str]) -> None:
        """Show another code from its beginning; the same one goes on."""
        if tuple(frames) != self._frames:
            self._frames, self._place, self._held = tuple(frames), 0, False
            self._arrange()

    def _arrange(self) -> None:
        several, motion = len(self._frames) > 1, look().motion
        self._buttons.setVisible(several)
        self.round.setVisible(several)
        for button in (self.hold, self.slower, self.faster):
            button.setVisible(motion)
        self.hold.setText(_("Go on") if self._held else _("Pause"))
        self.slower.set_blocked("" if self._speed else _("It is as slow as it gets. Pause it, and step by hand."))
        fastest = self._speed == len(SPEEDS_MS) - 1
        self.faster.set_blocked(_("It is as fast as cameras can follow.") if fastest else "")
        self.round.setText(self._round_text())
        self._run()
        self._paint()

    def _round_text(self) -> str:
        if not look().motion:
            return _("Nothing moves by itself, as your settings say: go through the pictures by hand.")
        tenths = max(1, round(len(self._frames) * SPEEDS_MS[self._speed] / 1000))
        return ngettext(
            "One round takes {count} second; then it begins anew.",
            "One round takes {count} seconds; then it begins anew.",
            tenths,
        ).format(count=tenths)

    def _run(self) -> None:
        if self.moving and self.isVisible():
            self._timer.start(SPEEDS_MS[self._speed])
        else:
            self._timer.stop()

    def _paint(self) -> None:
        if not self._frames:
            self.code.set_rows(())
            self.part.setText("")
            return
        before = self.code.sizeHint()
        self.code.set_rows(frame_matrix(self._frames[self._place]))
        if self.code.sizeHint() != before:  # the last picture alone is smaller: else nothing is laid out anew
            self.code.updateGeometry()
        count = len(self._frames)
        words = _("Picture {number} of {count}").format(number=self._place + 1, count=count)
        self.part.setText(words if count > 1 else _("One picture, and that is all of it."))

    # — what the person does —

    def _hold(self) -> None:
        self._held = not self._held
        self._arrange()

    def _step(self, by: int) -> None:
        self._held = True
        self._place = (self._place + by) % max(1, len(self._frames))
        self._arrange()
        announce(self, self.part.text())

    def _change(self, by: int) -> None:
        self._speed = max(0, min(self._speed + by, len(SPEEDS_MS) - 1))
        self._arrange()
        announce(self, self.round.text())

    def _advance(self) -> None:
        self._place = (self._place + 1) % max(1, len(self._frames))
        self._paint()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Step with the arrow keys, too."""
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        if event.key() in steps and len(self._frames) > 1:
            self._step(steps[Qt.Key(event.key())])
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        """Go on."""
        super().showEvent(event)
        self._run()

    def hideEvent(self, event: QHideEvent) -> None:
        """Leave no timer behind."""
        self._timer.stop()
        super().hideEvent(event)
