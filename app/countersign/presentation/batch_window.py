"""Reads the lines of a list that are in sight, a slice at a time, and the last asked for first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from countersign.application.batch_state import LINES_IN_SLICE, BatchLine
from countersign.application.flows.script import Script, on_vault, run_script
from countersign.application.session import Session
from countersign.application.use_cases.check_batch import read_slice
from countersign.presentation.batch_rows import LineBook, row_of
from countersign.presentation.batch_state import LineRow

_AT_ONCE: Final = 2  # slices that are read before others are asked for again

_Read = list[tuple[int, tuple[BatchLine, ...]]]


class LineWindow:
    """Answers for a line at once where it is held; else it is read, and ``there`` is called."""

    def __init__(
        self, session: Session, book: LineBook, there: Callable[[], None], failed: Callable[[Exception], None]
    ) -> None:
        self._session, self._book, self._there, self._failed = session, book, there, failed
        self._wanted: dict[int, None] = {}
        self._reading = False
        self._worded: tuple[BatchLine, LineRow] | None = None

    def row(self, number: int, batch: str) -> LineRow | None:
        """Return a line in words; None while it is read. A table asks once for each cell, one line after the other."""
        line = self.line(number, batch)
        if line is None:
            return None
        if self._worded is None or self._worded[0] is not line:
            self._worded = line, row_of(line)
        return self._worded[1]

    def line(self, number: int, batch: str) -> BatchLine | None:
        """Return a line; None while it is read."""
        line = self._book.line(number)
        if line is None and batch:
            self._wanted[number // LINES_IN_SLICE] = None
            if not self._reading:
                self._read(batch)
        return line

    def _read(self, batch: str) -> None:
        self._reading = True
        places = list(self._wanted)[-_AT_ONCE:]
        self._wanted.clear()
        run_script(self._session.tasks, self._slices(batch, places), self._take, self._not_read)

    def _slices(self, batch: str, places: Sequence[int]) -> Script[_Read]:
        found: _Read = []
        for place in places:
            lines = yield from on_vault(partial(read_slice, self._session.vault, batch, place))
            found += [(place, lines)]
        return found

    def _take(self, found: _Read) -> None:
        self._reading = False
        for place, lines in found:
            self._book.hold(place, lines)
        self._there()

    def _not_read(self, error: Exception) -> None:
        self._reading = False
        self._failed(error)
