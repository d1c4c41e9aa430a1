"""Puts together what comes from a screen that shows codes in turn, whatever else is in the pictures.

A camera, or a screen that shows several things, sees codes of more than one message, and strangers' codes. The parts of
each message are kept apart: those of one never spoil another, and whichever is whole first is the one. All of it is
bounded: few messages at once, each no larger than anybody would show.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from countersign.adapters.relays.qr_frames import Frame, FrameCollector
from countersign.application.ports.parcels import Collected
from countersign.domain.errors import SecurityError

MESSAGES_AT_ONCE = 4
TEXTS_AT_ONCE = 64
"""So many codes of one picture are looked at."""


class CodeCollector:
    """Implements ``application.ports.parcels.Collector``."""

    def __init__(self, unbundle: Callable[[bytes], tuple[bytes, ...]]) -> None:
        """Begin with nothing; ``unbundle`` takes the parcels out of a message."""
        self._unbundle = unbundle
        self._messages: dict[str, FrameCollector] = {}

    def add(self, texts: Sequence[str]) -> Collected:
        """Take in the codes of one picture."""
        foreign = damaged = False
        last = ""
        for text in texts[:TEXTS_AT_ONCE]:
            try:
                message = Frame.parse(text).message
            except SecurityError:
                foreign = True
                continue
            last = message
            try:
                content = self._room_for(message).add(text)
                contents = self._unbundle(content) if content is not None else ()
            except SecurityError:  # they don't add up, or hold no parcels: that message begins anew
                self._messages.pop(message, None)
                damaged = True
                continue
            if contents:
                count = self._messages[message].count
                self._messages.clear()
                return Collected(contents, count, count)
        shown = self._messages.get(last) or next(reversed(self._messages.values()), None)
        have, total = (shown.have, shown.count) if shown is not None else (0, 0)
        return Collected((), have, total, foreign=foreign, damaged=damaged, several=len(self._messages) > 1)

    def _room_for(self, message: str) -> FrameCollector:
        """Return where a message is put together, the one that was seen last at the end; the oldest makes room."""
        found = self._messages.pop(message, None) or FrameCollector()
        self._messages[message] = found
        if len(self._messages) > MESSAGES_AT_ONCE:
            del self._messages[next(iter(self._messages))]
        return found
