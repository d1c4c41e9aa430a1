"""Lines of a file as entries: each has a name of its own, and naming them takes little memory."""

from __future__ import annotations

import tracemalloc

from countersign.application.ports.bank_files import StatementEntry
from countersign.application.use_cases.file_entries import Twins
from countersign.domain.money import Money

MIB = 1024 * 1024
LINES = 50_000


def line(number: int, reference: str = "") -> StatementEntry:
    references = (("AcctSvcrRef", reference),) if reference else ()
    return StatementEntry("", "BOOK", Money(-number - 1, "EUR"), False, "2026-11-22", "", "", "Rent", (), references)


def test_lines_that_say_the_same_are_numbered_and_others_are_not() -> None:
    twins = Twins()
    first = [twins.name(line(number)) for number in range(3_000)]
    assert len(set(first)) == len(first)
    assert [twins.name(line(number)) for number in range(3_000)] == [f"{name}#2" for name in first]
    assert twins.name(line(7)) == f"{first[7]}#3"


def test_a_line_with_the_banks_reference_is_not_a_thousand_payments() -> None:
    twins = Twins()
    names = [twins.name(line(0, "REF1")) for _ in range(1_200)]
    assert len(set(names)) == 10
    assert names[9] == names[-1] == "REF1@2026-11-22-1EUR#10"
    names = [twins.name(line(0)) for _ in range(1_200)]
    assert len(set(names)) == 1_000


def test_naming_takes_little_memory_however_many_lines_there_are() -> None:
    twins = Twins()
    tracemalloc.start()
    try:
        for number in range(LINES):
            twins.name(line(number))
        kept, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept <= 1.5 * MIB
    assert peak <= 3 * MIB
