"""Keeps a parser to one thread: lxml's pull parser breaks the process's memory when several take turns to feed it.

Whoever reads a file slice by slice does so in a lane of several workers, and each slice may come to another one.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import TypeVar

from countersign.application.ports.bank_files import Reading

T = TypeVar("T")


class _Chunks:
    """Counts the chunks that were read, and hands on how far that is."""

    def __init__(self, progress: Reading | None) -> None:
        self.count, self._progress = 0, progress

    def tell(self, done: int, total: int) -> None:
        self.count += 1
        if self._progress is not None:
            self._progress(done, total)


def in_one_thread(make: Callable[[Reading], Generator[T, None, None]], progress: Reading | None = None) -> Iterator[T]:
    """Yield what a generator yields; it runs in a thread of its own, which ends with it.

    Only what one chunk of the file held waits to be taken. What the generator raises is raised here, after what it
    had yielded before.

    Args:
        make: Makes the generator; it tells of each chunk that it reads.
        progress: Told of each chunk, in that thread; what it raises ends the generator.
    """
    chunks = _Chunks(progress)
    parts = make(chunks.tell)

    def some() -> tuple[list[T], Exception | None, bool]:
        found, begun = list[T](), chunks.count
        try:
            for part in parts:
                found.append(part)
                if chunks.count > begun:
                    return found, None, False
        except Exception as error:  # noqa: BLE001 - raised where the parts are taken
            return found, error, True
        return found, None, True

    with ThreadPoolExecutor(1, thread_name_prefix="countersign-parser") as pool:
        try:
            ended = False
            while not ended:
                found, error, ended = pool.submit(some).result()
                yield from found
                if error is not None:
                    raise error
        finally:
            with suppress(RuntimeError):  # the program is ending: nobody feeds it any more
                pool.submit(parts.close).result()
