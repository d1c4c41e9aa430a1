"""What can go wrong, by who has to act on it. Codes and parameters only: presenters write the sentences."""

from __future__ import annotations

from enum import StrEnum


class CountersignError(Exception):
    """Carry a code and its parameters up to whoever can put it into words.

    Attributes:
        code: A dotted name such as ``payee.account.check_digits``.
        params: Facts for the sentence. Untrusted text stays untrusted.
    """

    def __init__(self, code: str, **params: str | int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        """Name the code alone: parameters may hold account numbers, which no log may see."""
        return self.code


class UserFacingError(CountersignError):
    """Something the person can mend."""


class SecurityError(CountersignError):
    """Something that must never be waved through: a signature, a digest or an echo that does not agree."""


class FailureKind(StrEnum):
    """What a failed exchange with the outside says about the payment."""

    RETRYABLE = "retryable"  # nothing reached the other side
    TERMINAL = "terminal"  # the other side answered, and the answer is no
    UNKNOWN = "unknown"  # the request may have been carried out; nobody knows


class ConnectorError(CountersignError):
    """A bank could not be asked, said no, or may or may not have heard us."""

    def __init__(self, kind: FailureKind, code: str, **params: str | int) -> None:
        super().__init__(code, **params)
        self.kind = kind
