"""Pieces of advice, one under the other; new ones are spoken."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from countersign.presentation.carry_words import Advice
from countersign.ui.theme.tokens import Space, Tone
from countersign.ui.widgets.cards import Banner
from countersign.ui.widgets.refill import refill


class AdviceList(QWidget):
    """Show a banner for each piece of advice."""

    def __init__(self) -> None:
        """Make the list; it is empty."""
        super().__init__()
        self._body = QVBoxLayout(self)
        self._body.setContentsMargins(0, 0, 0, 0)
        self._body.setSpacing(Space.M)
        self._advice: tuple[Advice, ...] = ()

    def show_advice(self, found: tuple[Advice, ...]) -> None:
        """Show this advice; the same is left alone."""
        if found == self._advice:
            return
        before, self._advice = self._advice, found
        banners = [Banner(Tone(item.tone), item.title, item.text) for item in found]
        refill(self._body, banners)
        for item, banner in zip(found, banners, strict=True):
            if item not in before:
                banner.appear()
