"""Do a page's work in turns of the event loop, so that hands and clocks come between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget


def in_turns(owner: QWidget, calls: Iterable[Callable[[], None]]) -> None:
    """Call one after the other, each in a turn of its own, for as long as ``owner`` lives.

    Several asked for at once would all come in one turn, and what a call leaves to be laid out would come in the turn
    of the next: so each is asked for when the one before is done, and every other turn is left to the layouts.
    """
    _ask(owner, partial(_call, owner, iter(calls)))


def _call(owner: QWidget, calls: Iterator[Callable[[], None]]) -> None:
    call = next(calls, None)
    if call is not None:
        call()
        _ask(owner, partial(_ask, owner, partial(_call, owner, calls)))


def _ask(owner: QWidget, call: Callable[[], None]) -> None:
    QTimer.singleShot(0, owner, call)
