"""How an exchange can end without a reply, in words that don't belong to any library."""

from __future__ import annotations

from enum import StrEnum


class Break(StrEnum):
    """Where an exchange broke."""

    NOT_CONNECTED = "not_connected"
    TIMED_OUT = "timed_out"
    CUT = "cut"  # connected, and then no whole reply


class BrokenExchangeError(Exception):
    """No reply came, or only a part of one.

    Attributes:
        beneath: The system's or TLS's own error, where there is one.
    """

    def __init__(self, broken: Break, beneath: object = None) -> None:
        super().__init__(broken)
        self.broken = broken
        self.beneath = beneath


class RedirectError(Exception):
    """The bank pointed elsewhere.

    Attributes:
        status: One of 3xx.
    """

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status
