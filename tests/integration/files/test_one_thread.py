"""A large file whose slices are taken by different workers is parsed by one thread: lxml breaks memory otherwise."""

from __future__ import annotations

import threading
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from pathlib import Path

import pytest

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.banks.files.one_thread import in_one_thread
from countersign.application.ports.bank_files import Reading, StatementEntry
from tests.benchmarks.made_files import write_camt053

ENTRIES = 400


def test_a_file_is_parsed_by_one_thread_whoever_takes_its_slices(tmp_path: Path) -> None:
    path, parsing, taking = tmp_path / "statement.xml", set[int](), set[int]()
    write_camt053(path, ENTRIES)

    def progress(_done: int, _total: int) -> None:
        parsing.add(threading.get_ident())

    parts = LocalBankFiles().read(path, progress)

    def some() -> int:
        taking.add(threading.get_ident())
        taken = list(islice(parts, 50))
        return sum(isinstance(part, StatementEntry) for part in taken) if taken else -1

    workers = [ThreadPoolExecutor(1) for _ in range(3)]
    found = 0
    for worker in cycle(workers):
        count = worker.submit(some).result()
        if count < 0:
            break
        found += count
    for worker in workers:
        worker.shutdown()
    assert found == ENTRIES
    assert len(taking) == len(workers)
    assert len(parsing) == 1
    assert not parsing & taking


def test_what_was_yielded_comes_before_what_was_raised_and_the_thread_ends() -> None:
    def parts(progress: Reading) -> Generator[int, None, None]:
        progress(1, 2)
        yield 1
        progress(2, 2)
        yield 2
        raise LookupError("broken")

    before, found = threading.active_count(), list[int]()
    with pytest.raises(LookupError, match="broken"):
        found.extend(in_one_thread(parts))  # a list keeps what came before an error
    assert found == [1, 2]
    assert threading.active_count() == before


def test_a_reading_that_is_given_up_ends_its_thread() -> None:
    closed = threading.Event()

    def parts(progress: Reading) -> Generator[int, None, None]:
        try:
            while True:
                progress(0, 0)
                yield 1
        finally:
            closed.set()

    before = threading.active_count()
    given_up = in_one_thread(parts)
    assert next(given_up) == 1
    assert threading.active_count() == before + 1
    del given_up
    assert closed.is_set()
    assert threading.active_count() == before
