"""What is known of the ways to pay: the data pack and the calendars that it refers to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from countersign.domain.rails.calendar import Calendars
from countersign.domain.rails.rail import RailPack


@dataclass(frozen=True, slots=True)
class RailBook:
    """The pack and its calendars."""

    pack: RailPack
    calendars: Calendars


class Rails(Protocol):
    """Where the book comes from."""

    def book(self, now_ms: int) -> RailBook:
        """Return the book, with calendars from a month before this moment to two years after.

        Never on the window's thread: the first call reads files and takes up to a second; later ones on the same day
        return what was read.

        Raises:
            SecurityError: ``rails.pack`` where the pack that ships with the program is not whole.
        """
