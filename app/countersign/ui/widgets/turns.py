"""Do a page's work in turns of the event loop, so that hands and clocks come between."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial

from PySide6.QtCore import QObject, QTimer
from shiboken6 import isValid


def in_turns(owner: QObject, calls: Iterable[Callable[[], None]]) -> None:
    """Call one after the other, each in a turn of its own, for as long as ``owner`` lives.

    Several asked for at once would all come in one turn, and what a call leaves to be laid out would come in the turn
    of the next: so each is asked for when the one before is done, and every other turn is left to the layouts.
    """
    _ask(owner, partial(_call, owner, iter(calls)))


def _call(owner: QObject, calls: Iterator[Callable[[], None]]) -> None:
    call = next(calls, None)
    if call is not None:
        call()
        _ask(owner, partial(_ask, owner, partial(_call, owner, calls)))


def _ask(owner: QObject, call: Callable[[], None]) -> None:
    # With the owner as its context, PySide would keep the call for ever once the owner is gone, and a page with it.
    QTimer.singleShot(0, partial(_while_there, owner, call))


def _while_there(owner: QObject, call: Callable[[], None]) -> None:
    if not isValid(owner):
        return
    try:
        call()
    except Exception:  # noqa: BLE001 - PySide would leave it to whichever code of ours Qt calls next
        sys.excepthook(*sys.exc_info())
