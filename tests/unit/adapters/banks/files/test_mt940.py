"""MT940 made to fit the same parts, in the ways of German, Dutch and other banks; what is no MT940 is refused."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    Party,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from tests.security.fuzz_seeds import GERMAN_MT940, JAPANESE_MT940

Kind = TypeVar("Kind")
BEGIN = ":20:REF\n:25:DE89370400440532013000\n:28C:1/1\n:60F:C260301EUR100,00\n"
END = ":62F:C260302EUR{}\n-\n"


def read(tmp_path: Path, text: str, encoding: str = "utf-8") -> Sequence[FilePart]:
    path = tmp_path / "statement.sta"
    path.write_bytes(text.encode(encoding))
    return list(LocalBankFiles().read(path))


def only(parts: Sequence[FilePart], kind: type[Kind]) -> list[Kind]:
    return [part for part in parts if isinstance(part, kind)]


def one_entry(tmp_path: Path, *lines: str, closing: str = "100,00") -> StatementEntry:
    return only(read(tmp_path, BEGIN + "".join(f"{line}\n" for line in lines) + END.format(closing)), StatementEntry)[0]


def refusal(tmp_path: Path, text: str) -> dict[str, str | int]:
    with pytest.raises(UserFacingError) as refused:
        read(tmp_path, text)
    assert refused.value.code == "file.unreadable"
    return refused.value.params


@pytest.mark.parametrize("encoding", ["latin-1", "utf-8", "utf-8-sig"])
def test_german_and_dutch_statements_in_one_file(tmp_path: Path, encoding: str) -> None:
    parts = read(tmp_path, GERMAN_MT940, encoding)
    assert parts[0] == FileHead(FileKind.MT940, "MT940", "STARTUMS", "")
    german, dutch = only(parts, StatementHead)
    assert (german.account, german.scheme, german.servicer, german.sequence) == (
        "0532013000", "BBAN", "37040044", "00005/001",
    )  # fmt: skip
    assert (dutch.account, dutch.scheme, dutch.currency) == ("NL91ABNA0417164300", "IBAN", "EUR")
    assert [one.code for one in only(parts, StatementBalance)] == ["OPBD", "CLBD", "CLAV", "ITBD", "ITBD"]
    paid, returned, charge, rent = only(parts, StatementEntry)
    assert [one.amount for one in (paid, returned, charge, rent)] == [
        Money(-1050, "EUR"), Money(500, "EUR"), Money(-100, "EUR"), Money(20025, "EUR"),
    ]  # fmt: skip
    assert (paid.booked_on, paid.value_on, paid.entry) == ("2026-03-02", "2026-03-02", "BANKREF1")
    assert paid.details[0].end_to_end_id == "E2E-1"
    assert paid.details[0].remittance == "Invoice 12 of March"
    assert paid.details[0].other == Party("Hartwell Timber", "DE02120300000000202051", "IBAN", "BYLADEM1001", "")
    assert paid.details[0].references == (("AcctSvcrRef", "BANKREF1"), ("AcctOwnrTxId", "K1"))
    assert (returned.details[0].return_reason, returned.details[0].return_text) == ("NARR", "RETOURE")
    assert returned.details[0].other.name == "Anna Groß"
    assert charge.reversal
    assert (rent.details[0].end_to_end_id, rent.details[0].remittance) == ("E2E-9", "Rent of March")
    assert rent.details[0].return_reason == "MS03"
    assert rent.details[0].other == Party("J. Jansen", "NL08INGB0000001234", "IBAN", "INGBNL2A", "")
    assert only(parts, StatementEnd) == [StatementEnd("STARTUMS", 3), StatementEnd("SECOND", 1)]


def test_blocks_around_messages_and_currencies_without_cents(tmp_path: Path) -> None:
    parts = read(tmp_path, JAPANESE_MT940)
    assert only(parts, StatementHead)[0].account == "1234567"
    (found,) = only(parts, StatementEntry)
    assert (found.amount, found.text, found.entry) == (Money(-2500, "JPY"), "No form at all", "R9")
    assert found.details[0].remittance == "No form at all"
    assert only(parts, StatementEnd)[0].differences == ()


def test_a_balance_that_does_not_agree_is_named(tmp_path: Path) -> None:
    parts = read(tmp_path, BEGIN + ":61:260302C1,00NTRFX\n" + END.format("100,00"))
    assert only(parts, StatementEnd)[0].differences == ("balance",)


@pytest.mark.parametrize(
    ("totals", "differences"),
    [
        (":90D:1EUR2,50\n:90C:1EUR1,\n", ()),
        (":90D:2EUR2,50\n", ("count",)),
        (":90C:1EUR1,01\n", ("sum",)),
    ],
)
def test_stated_totals_are_compared(tmp_path: Path, totals: str, differences: tuple[str, ...]) -> None:
    body = ":61:260302C1,00NTRFX\n:61:260302D2,5NTRFX\n"
    assert only(read(tmp_path, BEGIN + body + END.format("98,50") + totals), StatementEnd)[0].differences == differences


def test_a_text_that_begins_like_a_field_stays_a_text(tmp_path: Path) -> None:
    found = one_entry(tmp_path, ":61:260302C1,00NTRFX", ":86:Order", ":99:and", ":12:more")
    assert found.text == "Order:99:and:12:more"


@pytest.mark.parametrize(
    ("said", "account", "scheme"),
    [
        ("DE89370400440532013000", "DE89370400440532013000", "IBAN"),
        ("DE89370400440532013000EUR", "DE89370400440532013000", "IBAN"),
        ("COBADEFFXXX/DE89370400440532013000", "DE89370400440532013000", "IBAN"),
        ("37040044/0532013000EUR", "0532013000", "BBAN"),
        ("DE00370400440532013000", "DE00370400440532013000", "BBAN"),
        ("0532013000", "0532013000", "BBAN"),
    ],
)
def test_the_account_is_found_however_it_is_written(tmp_path: Path, said: str, account: str, scheme: str) -> None:
    text = BEGIN.replace("DE89370400440532013000", said) + END.format("100,00")
    head = only(read(tmp_path, text), StatementHead)[0]
    assert (head.account, head.scheme) == (account, scheme)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("159?00RETURN?20EREF+E?21SVWZ+RETURN AC04 Rent", "AC04"),
        ("159?00RETURN?20EREF+E?21SVWZ+Rent of DE89 3704", "NARR"),
        ("166?00CREDIT?20EREF+E?21SVWZ+RETURN AC04 Rent", ""),
    ],
)
def test_only_what_the_bank_calls_a_return_is_one(tmp_path: Path, text: str, reason: str) -> None:
    found = one_entry(tmp_path, ":61:260302C1,00NTRFX", f":86:{text}")
    assert found.details[0].return_reason == reason


def test_an_entry_without_a_text_and_with_more_lines(tmp_path: Path) -> None:
    found = one_entry(tmp_path, ":61:2603020301C1,00NTRFNONREF//B", "EXTRA")
    assert (found.text, found.details[0].end_to_end_id, found.entry) == ("", "", "B")
    assert found.references == (("AddtlNtryInf", "EXTRA"),)
    assert found.booked_on == "2026-03-01"


def test_the_thirtieth_of_february_is_its_last_day(tmp_path: Path) -> None:
    """Banks that count thirty days for every month write it."""
    assert one_entry(tmp_path, ":61:260230C1,00NTRFX").value_on == "2026-02-28"


def test_an_entry_date_may_lie_in_the_year_before(tmp_path: Path) -> None:
    assert one_entry(tmp_path, ":61:2601021231C1,00NTRFX").booked_on == "2025-12-31"


@pytest.mark.parametrize(
    ("text", "line", "reason", "element"),
    [
        (BEGIN + ":61:260302C1,005NTRFX\n" + END.format("1,"), 5, "decimals", ":61:"),
        (BEGIN + ":61:260302C1.00NTRFX\n" + END.format("1,"), 5, "form", ":61:"),
        (BEGIN + ":61:260332C1,00NTRFX\n" + END.format("1,"), 5, "form", ":61:"),
        (BEGIN + ":61:\u0662\u0666\u0660\u0663\u0660\u0662C1,00NTRFX\n" + END.format("1,"), 5, "form", ":61:"),
        (BEGIN + ":61:260302X1,00NTRFX\n" + END.format("1,"), 5, "form", ":61:"),
        (BEGIN + ":61:260302C1,00NTRFX\n", 5, "missing", ":62F:"),
        (BEGIN, 4, "missing", ":62F:"),
        (":20:X\n:28C:1\n:61:260302C1,00NTRFX\n", 3, "missing", ":25:"),
        (":20:X\n:25:1\n:61:260302C1,00NTRFX\n", 3, "missing", ":60F:"),
        (":20:X\n:25:1\n:60F:C260301XXX1,00\n", 3, "currency", ":60F:"),
        (":20:X\n:25:1\n:60F:C260301EUR1.00\n", 3, "form", ":60F:"),
        (":20:X\n:25:1\n:60F:C260332EUR1,00\n", 3, "form", ":60F:"),
        (BEGIN + END.format("1,") + "nobody's line\n", 7, "form", ""),
        (BEGIN + END.format("1,") + ":61:260302C1,00NTRFX\n", 7, "missing", ":20:"),
        (BEGIN + ":90D:x\n", 5, "form", ":90D:"),
        (BEGIN + ":86:" + "x" * 3_000 + "\n", 5, "long_text", ""),
        (BEGIN + ":86:" + "x\n" * 200, 105, "long_text", ":86:"),
    ],
)
def test_what_is_not_as_it_should_be_is_refused_with_its_line(
    tmp_path: Path, text: str, line: int, reason: str, element: str
) -> None:
    assert refusal(tmp_path, text) == {"line": line, "reason": reason, "element": element}


def test_nothing_of_a_file_goes_into_a_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        one_entry(tmp_path, ":61:260302C1,00NTRFX", ":86:166?00?20SVWZ+Secret")
        refusal(tmp_path, BEGIN + ":61:260332C1,00NTRFX\n" + END.format("1,"))
    assert not [record for record in caplog.records if record.name.startswith("mt940")]


@pytest.mark.parametrize("piece", ["?20", "EREF+", "SVWZ+", "/EREF/", "/CNTP/", "//", ":86:", ",", "?", "+", " IBAN"])
def test_nothing_in_a_text_takes_long(tmp_path: Path, piece: str) -> None:
    line = (piece * 2_000)[:1_900]
    began = time.process_time()
    one_entry(tmp_path, ":61:260302C1,00NTRFX", f":86:166?00?20{line}", *[line.lstrip(":-{")] * 80)
    assert time.process_time() - began < 2


def test_the_library_is_loaded_only_for_such_a_file() -> None:
    from countersign.adapters.banks.files.reading import mt940  # noqa: PLC0415

    assert "Transactions" not in vars(mt940)
