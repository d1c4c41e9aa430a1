"""Waits for news from a database: told by NOTIFY where that proves to work, by looking where it doesn't.

Some servers that speak PostgreSQL's protocol refuse LISTEN, and some take it and never tell anything. So a line is
trusted to tell only after it told of a message of our own, and even then the table is looked at now and then.
"""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Final

import psycopg
from psycopg import sql

from countersign.adapters.relays.postgres_line import Line
from countersign.domain.errors import CountersignError

_TOLD_POLL_MS: Final = 10_000
_TEST_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 60.0


class Watch:
    """One device's watch over its workspace's parcels.

    Args:
        connect: Opens a connection of its own.
        channel: What is listened to; an identifier.
        anything_new: Looks at the table.
        poll_ms: How often to look where nothing tells.
    """

    def __init__(
        self, connect: Callable[[], Line], channel: str, anything_new: Callable[[], bool], poll_ms: int
    ) -> None:
        self._connect = connect
        self._channel = channel
        self._anything_new = anything_new
        self._poll_ms = poll_ms
        self._waiting = Lock()
        self._line: Line | None = None
        self._next_try = 0.0
        self._tells = True
        self._bell, self._pull = socket.socketpair()
        for end in (self._bell, self._pull):
            end.settimeout(0)
        self._closed = False

    @property
    def listens(self) -> bool:
        """Whether the server proved to tell of news."""
        return self._line is not None

    def tell(self, line: Line) -> None:
        """Tell the others that something is new; they would find it anyway."""
        if not self._tells:
            return
        try:
            line.execute(sql.SQL("NOTIFY {}").format(sql.Identifier(self._channel)))
        except (psycopg.NotSupportedError, psycopg.ProgrammingError):
            self._tells = False

    def wait(self, timeout_ms: int) -> bool:
        """Wait for news, for ``wake`` or for the time to be over; only news is true."""
        until = time.monotonic() + timeout_ms / 1000
        with self._waiting:
            self._listen()
            while not self._woken():
                if self._looks_new():
                    return True
                left = until - time.monotonic()
                if left <= 0:
                    return False
                pause = _TOLD_POLL_MS if self._line else self._poll_ms
                if self._told(min(left, pause / 1000)):
                    return True
            return False

    def wake(self) -> None:
        """End a wait, or the next one."""
        with suppress(OSError):  # full: it rings already; closed: nobody waits
            self._pull.send(b"!")

    def close(self) -> None:
        """End a wait and hang up."""
        self._closed = True
        self.wake()
        with self._waiting:
            self._hang_up()
            self._bell.close()
            self._pull.close()

    def _woken(self) -> bool:
        if self._closed:
            return True
        try:
            return bool(self._bell.recv(4096))
        except OSError:
            return False

    def _looks_new(self) -> bool:
        try:
            return self._anything_new()
        except CountersignError:
            return False

    def _told(self, seconds: float) -> bool:
        """Sleep until somebody rings or the server says something; tell whether it told of news."""
        with selectors.DefaultSelector() as selector:
            selector.register(self._bell, selectors.EVENT_READ)
            if self._line is not None:
                selector.register(self._line.fileno(), selectors.EVENT_READ)
            ready = {key.fileobj for key, _events in selector.select(seconds)}
        if self._line is None or self._line.fileno() not in ready:
            return False
        try:
            return any(not heard.payload for heard in self._line.notifies(timeout=0))
        except psycopg.Error:
            self._hang_up()
            return False

    def _listen(self) -> None:
        """Open a line that tells, and try it; where it doesn't, not again for a while."""
        if self._line is not None or self._closed or time.monotonic() < self._next_try:
            return
        self._next_try = time.monotonic() + _RETRY_SECONDS
        try:
            line = self._connect()
        except (psycopg.Error, OSError):
            return
        try:
            channel = sql.Identifier(self._channel)
            line.execute(sql.SQL("LISTEN {}").format(channel))
            line.execute(sql.SQL("NOTIFY {}, 'test'").format(channel))
            proven = any(heard.payload for heard in line.notifies(timeout=_TEST_SECONDS, stop_after=1))
        except (psycopg.Error, OSError):
            proven = False
        if proven:
            self._line = line
        else:
            line.close()

    def _hang_up(self) -> None:
        if self._line is not None:
            self._line.close()
            self._line = None
