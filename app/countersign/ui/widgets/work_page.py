"""What the pages of a workspace's people have in common."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from countersign.presentation.messages import _
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets import (
    Banner,
    Chip,
    FlowLayout,
    KitButton,
    PlainLabel,
    ProgressRow,
    ScrollPage,
    Variant,
)


class WorkPage(ScrollPage):
    """A page that says at its top what did not work, what was done, and what is under way."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        """Make the page; ``name`` begins the names of its controls."""
        super().__init__("", "", parent)
        self.setObjectName(f"{name}.page")
        self.problem = Banner(Tone.WARN, _("That did not work"))
        self.problem.setObjectName(f"{name}.problem")
        self.said = Banner(Tone.OK, _("Done"))
        self.said.setObjectName(f"{name}.said")
        self.progress = ProgressRow("")
        for widget in (self.problem, self.said, self.progress):
            widget.hide()
            self.add(widget)

    def show_work(self, busy: str, problem: str, said: str = "") -> None:
        """Show what is under way and what came of it."""
        _show_banner(self.problem, _("That did not work"), problem)
        _show_banner(self.said, _("Done"), said)
        if busy:
            self.progress.set_progress(busy)
        self.progress.setVisible(bool(busy))


def _show_banner(banner: Banner, title: str, text: str) -> None:
    banner.set_text(title, text)
    if text and banner.isHidden():
        banner.appear()
    banner.setVisible(bool(text))


def column(spacing: int = Space.S) -> tuple[QWidget, QVBoxLayout]:
    """Make a widget whose content comes and goes."""
    holder = QWidget()
    body = QVBoxLayout(holder)
    body.setContentsMargins(0, 0, 0, 0)
    body.setSpacing(spacing)
    return holder, body


def button_row(buttons: Sequence[KitButton]) -> QWidget:
    """Put buttons beside each other; they break into lines where it is narrow."""
    holder = QWidget()
    row = FlowLayout(holder, Space.M)
    for button in buttons:
        row.addWidget(button)
    return holder


def titled(text: PlainLabel, chip: str, tone: str) -> QHBoxLayout:
    """Put a chip at the end of a line, level with its words."""
    row = QHBoxLayout()
    row.setSpacing(Space.M)
    row.addWidget(text, 1)
    if chip:
        row.addWidget(Chip(chip, Tone(tone)), 0, Qt.AlignmentFlag.AlignTop)
    return row


def reason_label() -> PlainLabel:
    """Make the line that says why a button can't act."""
    return PlainLabel("", Variant.LABEL, ink="warn")
