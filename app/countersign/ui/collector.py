"""Frees what refers to itself, on the window's thread only, and in turns of the event loop of its own.

Left to itself the interpreter does this in whichever thread makes the next object. A worker then keeps the window
waiting for as long as it takes, and may free what belongs to Qt, which Qt allows on the window's thread alone.
"""

from __future__ import annotations

import gc
from typing import Final

from PySide6.QtCore import QObject, QTimer

_TURN_MS: Final = 250


class Collector(QObject):
    """Collects from when it is made until ``close``. Make it on the window's thread, before anything secret is held.

    What exists by then is there to stay, and so are the libraries that are loaded until ``settled``: they are never
    searched again, which would take longer than all the rest. A page that is shown meanwhile is not searched, either:
    secrets must not rest on being collected, and pages and presenters forget theirs themselves.
    """

    def __init__(self) -> None:
        """Take over from the interpreter."""
        super().__init__()
        self._thresholds = gc.get_threshold()
        gc.disable()
        gc.freeze()
        self._settling = True
        self._timer = QTimer(self)
        self._timer.setInterval(_TURN_MS)
        self._timer.timeout.connect(self.turn)
        self._timer.start()

    def turn(self) -> None:
        """Collect what the interpreter would collect by now; usually the youngest objects only."""
        counts = zip(gc.get_count(), self._thresholds, strict=True)
        due = [age for age, (count, limit) in enumerate(counts) if count > limit]
        if due:
            gc.collect(due[-1])
            if self._settling:
                gc.freeze()

    def settled(self) -> None:
        """Search from now on whatever is made: what is loaded at the start has been loaded."""
        if self._settling:
            self._settling = False
            gc.freeze()

    def close(self) -> None:
        """Give it back to the interpreter."""
        self._timer.stop()
        gc.enable()
