"""Keep the look in use, and tell widgets when it changes.

Widgets of the kit take their colours and fonts from here when they are made and
whenever `LookBoard.changed` fires. Lives on the GUI thread.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from countersign.ui.theme.tokens import PALETTES, Palette, Theme, scaled


@dataclass(frozen=True, slots=True)
class Look:
    """What a person chose: colours, language of the fonts, size of the text.

    Attributes:
        theme: which colour table.
        language: locale tag; decides the family of Chinese characters.
        text_percent: 90 to 200.
        motion: whether fades may run.
    """

    theme: Theme = Theme.LIGHT
    language: str = "en"
    text_percent: int = 100
    motion: bool = True
    palette: Palette = field(init=False)

    def __post_init__(self) -> None:
        """Pick the colour table of the theme."""
        object.__setattr__(self, "palette", PALETTES[self.theme])

    def px(self, size: int) -> int:
        """Return ``size`` at the chosen text size, in device-independent pixels."""
        return scaled(size, self.text_percent)


class LookBoard(QObject):
    """Announce a change of look.

    Signals:
        changed: the current look is another one; restyle.
    """

    changed = Signal()

    def __init__(self) -> None:
        """Begin with the light look at 100 %."""
        super().__init__()
        self._look = Look()

    @property
    def look(self) -> Look:
        """The look in use."""
        return self._look

    def put(self, look: Look) -> None:
        """Replace the look without telling anyone yet."""
        self._look = look


_board = LookBoard()


def board() -> LookBoard:
    """Return the one board of this process."""
    return _board


def look() -> Look:
    """Return the look in use."""
    return _board.look
