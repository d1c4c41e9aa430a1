"""Read counted stretches of bytes strictly: nothing beyond the end, nothing left over."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from countersign.domain.errors import SecurityError

COUNT_BYTES = 4

T = TypeVar("T")


class CutShortError(SecurityError):
    """Bytes end before what they announce, announce more than is allowed, or go on after it."""


def counted(content: bytes) -> bytes:
    """Return ``content`` behind its length (4 bytes, the most significant first)."""
    return len(content).to_bytes(COUNT_BYTES, "big") + content


@contextmanager
def refused_as(error_type: type[SecurityError], code: str) -> Iterator[None]:
    """Give every departure from a form one code of its own; what it was stays as the reason.

    Raises:
        SecurityError: Of ``error_type``, unless what was raised inside is one already.
    """
    try:
        yield
    except error_type:
        raise
    except SecurityError as error:
        raise error_type(code, reason=str(error.params.get("part", error.code))) from error


def many(reader: ByteReader, limit: int, read: Callable[[ByteReader], T]) -> tuple[T, ...]:
    """Read a number of at most ``limit``, and as many things.

    Raises:
        CutShortError: More are announced, or fewer bytes are left.
    """
    return tuple(read(reader) for _ in range(reader.number(limit)))


class ByteReader:
    """Take bytes from the front of ``data``.

    Args:
        data: All of it.
    """

    __slots__ = ("_at", "_data")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def take(self, count: int) -> bytes:
        """Take exactly ``count`` bytes.

        Raises:
            CutShortError: Fewer are left.
        """
        end = self._at + count
        if end > len(self._data):
            raise CutShortError("bytes.form", part="end")
        found = self._data[self._at : end]
        self._at = end
        return found

    def rest(self) -> bytes:
        """Take whatever is left."""
        return self.take(len(self._data) - self._at)

    def number(self, limit: int) -> int:
        """Take a number of 4 bytes that is at most ``limit``.

        Raises:
            CutShortError: It is larger, or fewer bytes are left.
        """
        found = int.from_bytes(self.take(COUNT_BYTES), "big")
        if found > limit:
            raise CutShortError("bytes.form", part="count")
        return found

    def counted(self, limit: int) -> bytes:
        """Take a stretch that stands behind its length.

        Raises:
            CutShortError: It is longer than ``limit``, or fewer bytes are left.
        """
        return self.take(self.number(limit))

    def flag(self) -> bool:
        """Take one byte that is 0 or 1.

        Raises:
            CutShortError: It is neither, or nothing is left.
        """
        found = self.take(1)
        if found not in {b"\x00", b"\x01"}:
            raise CutShortError("bytes.form", part="flag")
        return found == b"\x01"

    def end(self) -> None:
        """Refuse whatever was not taken.

        Raises:
            CutShortError: Something is left.
        """
        if self._at != len(self._data):
            raise CutShortError("bytes.form", part="rest")
