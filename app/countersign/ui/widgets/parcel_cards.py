"""Parcels that a person carries: handed over as a file or as pictures on screen, and read from either.

A long one is shown as pictures that follow each other. There is no camera here: pictures come from files, or from the
clipboard.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from countersign.presentation.messages import _
from countersign.ui.pictures import grey_map
from countersign.ui.theme.look import look
from countersign.ui.widgets import Card, PlainLabel, QrView, QuietButton, Variant
from countersign.ui.widgets.qr import frame_matrix
from countersign.ui.widgets.work_page import button_row, reason_label

FRAME_MS: Final = 350
_EDGE: Final = 300


class Hands(Protocol):
    """What a presenter does with a parcel."""

    def save_parcel(self) -> None:
        """Ask where to put the file."""

    def read_parcel(self) -> None:
        """Ask which file, or which picture, to read."""

    def paste_parcel(self, picture: bytes, text: str) -> None:
        """Read what is on the clipboard: a picture as a portable greymap, or text; either may be empty."""


class ParcelOut(Card):
    """Hand a parcel over."""

    def __init__(self, name: str, title: str, parent: QWidget | None = None) -> None:
        """Make the card; ``name`` begins the names of its controls."""
        super().__init__(title, parent, icon="send")
        self._hands: Hands | None = None
        self._frames: tuple[str, ...] = ()
        self._as_file = ""
        self._matrices: dict[int, tuple[tuple[bool, ...], ...]] = {}
        self._place = 0
        self._paused = False
        self.save = QuietButton(_("Save it as a file"), icon="download")
        self.save.setObjectName(f"{name}.save")
        self.save.activated.connect(self._save)
        self.show_code = QuietButton(_("Show it as a code"), icon="qr")
        self.show_code.setObjectName(f"{name}.show")
        self.show_code.activated.connect(self._toggle)
        why = reason_label()
        self.save.show_reason_in(why)
        self.add(why)
        self.add(button_row((self.save, self.show_code)))
        self.saved = PlainLabel("", Variant.LABEL)
        self.saved.setObjectName(f"{name}.saved")
        self.saved.hide()
        self.add(self.saved)
        self.code = QrView(_("Code to photograph"), edge=_EDGE)
        self.code.setObjectName(f"{name}.code")
        self.body.addWidget(self.code, 0, Qt.AlignmentFlag.AlignLeading)
        self.part = PlainLabel("", Variant.LABEL)
        self.part.setObjectName(f"{name}.part")
        self.add(self.part)
        self.hint = PlainLabel("", Variant.MUTED)
        self.add(self.hint)
        self.pause = QuietButton(_("Pause"))
        self.pause.setObjectName(f"{name}.pause")
        self.pause.activated.connect(self._pause)
        self.following = QuietButton(_("Next picture"), icon="forward")
        self.following.setObjectName(f"{name}.next")
        self.following.activated.connect(self._step)
        self._steps = button_row((self.pause, self.following))
        self.add(self._steps)
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._advance)
        self._showing = False
        self._show()

    def attach(self, hands: Hands) -> None:
        """Take the presenter."""
        self._hands = hands

    def set_frames(self, frames: Sequence[str], as_file: str = "", saved: str = "") -> None:
        """Show another parcel; the same one is left alone.

        Args:
            frames: The texts of its codes.
            as_file: Why there are none, and it goes as a file.
            saved: Under which name it was saved.
        """
        self.saved.setText(saved)
        self.saved.setVisible(bool(saved))
        if (tuple(frames), as_file) != (self._frames, self._as_file):
            self._frames, self._as_file, self._place, self._matrices = tuple(frames), as_file, 0, {}
            self._show()

    def _show(self) -> None:
        shown = self._showing and bool(self._frames)
        several = shown and len(self._frames) > 1
        moving = several and not self._paused and look().motion
        self.code.setVisible(shown)
        self.hint.setVisible(shown or bool(self._as_file))
        ready = bool(self._frames or self._as_file)
        self.save.set_blocked("" if ready else _("It is being made ready; try again in a moment."))
        self.show_code.setVisible(bool(self._frames))
        self.part.setVisible(several)
        self._steps.setVisible(several)
        self.pause.setVisible(look().motion)
        self.pause.setText(_("Go on") if self._paused else _("Pause"))
        self.show_code.setText(_("Hide the code") if shown else _("Show it as a code"))
        self.hint.setText(
            _("Take a picture of each part, or a screenshot, and read the pictures on the other device.")
            if several
            else self._as_file or _("Take a picture or a screenshot, and read it on the other device.")
        )
        if moving:
            self._timer.start()
        else:
            self._timer.stop()
        if shown:
            self._paint()

    def _paint(self) -> None:
        if self._place not in self._matrices:
            self._matrices[self._place] = frame_matrix(self._frames[self._place])
        self.code.set_rows(self._matrices[self._place])
        self.code.updateGeometry()
        count = len(self._frames)
        self.part.setText(_("Part {number} of {count}").format(number=self._place + 1, count=count))

    def _toggle(self) -> None:
        self._showing = not self._showing
        self._show()

    def _pause(self) -> None:
        self._paused = not self._paused
        self._show()

    def _step(self) -> None:
        self._paused = True
        self._advance()
        self._show()

    def _advance(self) -> None:
        if self.isVisible() and self._frames:
            self._place = (self._place + 1) % len(self._frames)
            self._paint()

    def _save(self) -> None:
        if self._hands is not None:
            self._hands.save_parcel()


class ParcelIn(Card):
    """Take a parcel in."""

    def __init__(self, name: str, title: str, text: str = "", parent: QWidget | None = None) -> None:
        """Make the card; ``name`` begins the names of its controls."""
        super().__init__(title, parent, icon="download")
        self.hands: Hands | None = None
        self.text = PlainLabel(text, Variant.MUTED)
        self.text.setVisible(bool(text))
        self.add(self.text)
        self.read = QuietButton(_("Choose a file or picture"), icon="document")
        self.read.setObjectName(f"{name}.read")
        self.read.activated.connect(self._read)
        self.paste = QuietButton(_("Paste"), icon="paste", name=_("Paste a code from the clipboard"))
        self.paste.setObjectName(f"{name}.paste")
        self.paste.activated.connect(self._paste)
        why = reason_label()
        for button in (self.read, self.paste):
            button.show_reason_in(why)
        self.add(why)
        self.add(button_row((self.read, self.paste)))
        self.reading = PlainLabel("", Variant.LABEL)
        self.reading.setObjectName(f"{name}.reading")
        self.reading.hide()
        self.add(self.reading)

    def attach(self, hands: Hands) -> None:
        """Take the presenter."""
        self.hands = hands

    def set_blocked(self, reason: str) -> None:
        """Say why nothing can be taken in; empty where it can."""
        self.read.set_blocked(reason)
        self.paste.set_blocked(reason)

    def set_reading(self, text: str) -> None:
        """Say how far a code in several pictures was read."""
        self.reading.setText(text)
        self.reading.setVisible(bool(text))

    def _read(self) -> None:
        if self.hands is not None:
            self.hands.read_parcel()

    def _paste(self) -> None:
        if self.hands is not None:
            clipboard = QGuiApplication.clipboard()
            self.hands.paste_parcel(grey_map(clipboard.image()), clipboard.text())
