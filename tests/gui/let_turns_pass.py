"""Lets a page come that is made in turns of the event loop."""

from __future__ import annotations

from typing import Final

from PySide6.QtWidgets import QApplication

_TURNS: Final = 24  # more than any page takes


def let_turns_pass() -> None:
    """Let posted events be dealt with, and what they post in turn."""
    for _turn in range(_TURNS):
        QApplication.sendPostedEvents()
