"""The hands of a person of the tour's team chapter, and how they look at their window."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, TextIO

import orjson

from countersign.testing.conductor import Play, Until
from countersign.testing.window import Window
from countersign.tour import Guide
from countersign.ui.views.inbox.cards import CardList
from countersign.ui.widgets.buttons import KitButton
from countersign.ui.widgets.page import ScrollArea

if TYPE_CHECKING:
    from PySide6.QtGui import QImage

PATIENCE: Final = 120
"""Seconds that others may take."""


class TeamWindow(Window):
    """The window of somebody whose program exchanges messages with others all the time."""

    def ready(self, name: str) -> Until:
        """Wait until a button is on screen and can act: that may take what others do."""
        return Until(lambda: self.quiet and self.shows(name) and not self._reason(name), f"{name} to act", PATIENCE)

    def _reason(self, name: str) -> str:
        return self.find_as(name, KitButton).blocked_reason() or ""

    def saying(self, beginning: str, text: str) -> Until:
        """Wait until a label whose name begins so says something."""

        def says() -> bool:
            names = [name for name in self.names() if name.startswith(beginning)]
            return any(text in self.text(name) for name in names)

        return Until(says, f"{beginning} saying {text}", PATIENCE)


class Lines:
    """What this process is told, line by line; a thread of its own listens."""

    def __init__(self, source: TextIO) -> None:
        """Listen."""
        self._heard: queue.SimpleQueue[dict[str, object] | None] = queue.SimpleQueue()
        threading.Thread(target=self._listen, args=(source,), name="told", daemon=True).start()

    def _listen(self, source: TextIO) -> None:
        for line in source:
            self._heard.put(orjson.loads(line))
        self._heard.put(None)

    def next(self) -> Until:
        """Wait until something was said."""
        return Until(lambda: not self._heard.empty(), "being told what to do", PATIENCE)

    def take(self) -> tuple[str, dict[str, str]]:
        """Return what to do, and with what.

        Raises:
            EOFError: Whoever leads has ended.
        """
        told = self._heard.get()
        if told is None:
            raise EOFError("nobody leads any more")
        what = told.get("with")
        return str(told["do"]), {key: str(value) for key, value in what.items()} if isinstance(what, dict) else {}


@dataclass(slots=True)
class Hands(Guide):
    """What every deed is made of."""

    sight: ClassVar[type[Window]] = TeamWindow
    world: ClassVar[str] = "../world"  # one bank for all: it is the same account

    _parcels: int = 0

    @property
    def team(self) -> TeamWindow:
        """The window."""
        if not isinstance(self.window, TeamWindow):
            raise TypeError(type(self.window).__name__)
        return self.window

    def still(self, name: str) -> Play:
        """Take a picture as soon as nothing moves any more."""
        seen = self._look()

        def moves_no_more() -> bool:
            nonlocal seen
            before, seen = seen, self._look()
            return self.team.quiet and seen == before

        yield Until(moves_no_more, f"{name} to stand still")
        self.picture(name)

    def _look(self) -> QImage:
        with self.watch.looking_away():
            return self.window.shell.grab().toImage()

    def press(self, name: str) -> Play:
        """Press a button as soon as it can act; a page that it leads to is there then."""
        yield self.team.ready(name)
        self.window.press(name)
        yield Until(lambda: not self.window.arriving, f"what {name} leads to")

    def scroll_down(self, name: str) -> None:
        """Scroll to the end."""
        bar = self.window.find_as(name, ScrollArea).verticalScrollBar()
        bar.setValue(bar.maximum())

    def press_chip(self, name: str) -> Play:
        """Choose among chips."""
        yield self.window.showing(name)
        self.window.tick(name)

    def save(self, button: str) -> Generator[Until, None, str]:
        """Save a parcel, and lay it where the next one doesn't take its place."""
        self.files.saved = self.out / "nothing"
        yield from self.press(button)
        yield Until(lambda: self.window.quiet and self.files.saved.is_file(), "the file", PATIENCE)
        self._parcels += 1
        kept = self.out / f"parcel-{self._parcels}-{self.files.saved.name}"
        self.files.saved.replace(kept)
        return str(kept)

    def read(self, button: str, file: str) -> Play:
        """Choose a file where a button asks for one."""
        self.files.saved = Path(file)
        yield from self.press(button)
        yield self.window.idle()

    def open_first(self) -> Play:
        """Go to the first payment of the list, as with an arrow key."""
        cards = self.window.find_as("inbox.list", CardList)
        model = cards.model()
        yield Until(lambda: self.window.quiet and model.rowCount() > 0, "a payment in the inbox", PATIENCE)
        cards.setCurrentIndex(model.index(0, 0))
        yield self.window.showing("inbox.amount")
        yield self.window.showing("inbox.page_of_order")
