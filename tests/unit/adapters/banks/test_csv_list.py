"""Lists of payments: heads in three languages, encodings, decimal marks, and what is wrong with a row, by its line."""

from __future__ import annotations

import tracemalloc
from collections import deque
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.adapters.banks.files.lists import csv_list
from countersign.adapters.banks.files.lists.csv_list import read_csv
from countersign.application.ports.bank_files import FileHead, FileKind, FilePayment
from countersign.domain.errors import UserFacingError
from countersign.domain.payment import AccountScheme, PaymentProduct

IBAN = "DE89370400440532013000"
HEAD = "Name,IBAN,Amount,Currency,Reference\n"


def payments(folder: Path, text: str | bytes, encoding: str = "utf-8") -> list[FilePayment]:
    path = folder / "list.csv"
    path.write_bytes(text.encode(encoding) if isinstance(text, str) else text)
    head, *rest = read_csv(path)
    assert isinstance(head, FileHead)
    assert head.kind is FileKind.CSV
    return [part for part in rest if isinstance(part, FilePayment)]


def one(folder: Path, row: str, head: str = HEAD) -> FilePayment:
    (payment,) = payments(folder, f"{head}{row}\n")
    return payment


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (f"Payee;IBAN;Amount;Currency\nMüller;{IBAN};1234.50;EUR\n", "utf-8"),
        (f"Payee;IBAN;Amount;Currency\nMüller;{IBAN};1234.50;EUR\n", "utf-8-sig"),
        (f"Payee\tIBAN\tAmount\tCurrency\nMüller\t{IBAN}\t1234.50\tEUR\n", "utf-16"),
        (f"Empfänger;IBAN;Betrag;Währung\nMüller;{IBAN};1.234,50;EUR\n", "cp1252"),
        (f"Payee;IBAN;Amount;Currency\nMüller;{IBAN};1234.50;EUR\n", "cp1252"),
        (f"Empfänger;IBAN;Betrag (EUR)\nMüller;{IBAN};1.234,50\n", "utf-8"),
        (f"Empfänger;IBAN;Betrag in EUR\nMüller;{IBAN};1234,50\n", "utf-8"),
        (f"Export of 22 November\n\nBeneficiary Name|Account No.|Amount EUR\nMüller|{IBAN}|1,234.50", "utf-8"),
        (f'"Payee","IBAN","Amount","Currency"\r\n"Müller","{IBAN}","1,234.50","eur"\r\n', "utf-8"),
    ],
)
def test_ways_of_writing_one_list(tmp_path: Path, text: str, encoding: str) -> None:
    (found,) = payments(tmp_path, text, encoding)
    assert found.faults == ()
    assert found.payment is not None
    assert found.payment.creditor_name == "Müller"
    assert found.payment.creditor_account == IBAN
    assert found.payment.creditor_agent == "COBADEFF"
    assert found.payment.product is PaymentProduct.SEPA
    assert (found.payment.instructed_amount.minor, found.payment.instructed_amount.currency) == (123450, "EUR")


@pytest.mark.parametrize(
    ("text", "encoding", "account", "member", "rail"),
    [
        ('收款人,卡号,金额(元),附言\n张三,6228480402564890018,"5,000.00",货款\n', "gb18030",
         "6228480402564890018", "", PaymentProduct.CN_DOMESTIC),
        ("收款人名称,账号,联行号,金额（人民币）\n张三,0200001234567890123,102100099996,5000\n", "utf-8",
         "0200001234567890123", "CNAPS:102100099996", PaymentProduct.CN_DOMESTIC),
        ('戶名,銀行代碼,帳號,金額,幣別\n王小明,822,123456789012,"5,000",TWD\n', "big5hkscs",
         "123456789012", "TWNCC:822", PaymentProduct.TW_DOMESTIC),
        ("Payee,Sort code,Account number,Amount GBP\nHartwell,20-04-15,55779911,5000\n", "utf-8", "55779911",
         "GBDSC:200415", PaymentProduct.UK_FASTER),
        ("Payee,Routing number,Account,Amount USD\nHartwell,021000021,123456789,5000\n", "utf-8", "123456789",
         "USABA:021000021", PaymentProduct.US_ACH),
    ],
)  # fmt: skip
def test_national_lists(
    tmp_path: Path, text: str, encoding: str, account: str, member: str, rail: PaymentProduct
) -> None:
    (found,) = payments(tmp_path, text, encoding)
    assert found.faults == ()
    assert found.payment is not None
    assert (found.payment.creditor_account, found.payment.creditor_agent_member) == (account, member)
    assert found.payment.creditor_account_scheme is AccountScheme.BBAN
    assert found.payment.product is rail
    assert found.payment.instructed_amount.minor == 500000


@pytest.mark.parametrize(
    ("row", "faults"),
    [
        (f"Mei,{IBAN},12,EUR,rent", ()),
        (f"Mei,{IBAN},12.00,EUR,+49 30 1234", ()),
        (f"Mei,{IBAN},12.00,EUR,- 5 kg", ()),
        (f",{IBAN},12.00,EUR,", (("creditor_name", "missing"),)),
        ("Mei,,12.00,EUR,", (("creditor_account", "missing"),)),
        (f"Mei,{IBAN},,EUR,", (("instructed_amount", "missing"),)),
        (f"Mei,{IBAN},12.00,XYZ,", (("instructed_amount", "currency"),)),
        (f"Mei,{IBAN},12.00,RMB,", ()),
        (f"Mei,{IBAN},1.234,EUR,", (("instructed_amount", "ambiguous"),)),
        (f"Mei,{IBAN},0,EUR,", (("instructed_amount", "zero"),)),
        (f"Mei,{IBAN},-5,EUR,", (("instructed_amount", "negative"),)),
        (f"Mei,{IBAN},lots,EUR,", (("instructed_amount", "no_digits"),)),
        ("Mei,DE89370400440532013001,12,EUR,", (("creditor_account", "check_digits"),)),
        ("Mei,6.22848E+18,12,CNY,", (("creditor_account", "rounded"),)),
        (f"=1+1,{IBAN},12,EUR,", (("creditor_name", "formula"),)),
        (f"Mei,{IBAN},12,EUR,@SUM(A1)", (("remittance", "formula"),)),
        (f"Mei,{IBAN},12,EUR,+cmd|' /C calc'!A0", (("remittance", "formula"),)),
        (f"Mei,{IBAN},12,EUR,-2+3+cmd", (("remittance", "formula"),)),
        (f"Me\u200bi,{IBAN},12,EUR,", (("creditor_name", "invisible"),)),
        (f"Mei,{IBAN},12,EUR,x,y", (("row", "columns"),)),
        (f"Mei,{IBAN},12,EUR,x,,", ()),
    ],
)
def test_what_is_wrong_with_a_row(tmp_path: Path, row: str, faults: tuple[tuple[str, str], ...]) -> None:
    assert one(tmp_path, row).faults == faults


@pytest.mark.parametrize(
    ("written", "day", "faults"),
    [
        ("2026-11-22", "2026-11-22", 0),
        ("22.11.2026", "2026-11-22", 0),
        ("2026/1/2", "2026-01-02", 0),
        ("2026年1月2日", "2026-01-02", 0),
        ("20261122", "2026-11-22", 0),
        ("", "", 0),
        ("11/12/2026", "", 1),
        ("2026-02-30", "", 1),
    ],
)
def test_dates(tmp_path: Path, written: str, day: str, faults: int) -> None:
    found = one(tmp_path, f"Mei,{IBAN},12,EUR,{written}", "Name,IBAN,Amount,Currency,Date\n")
    assert found.payment is not None
    assert found.payment.requested_execution_date == day
    assert found.faults == (("requested_execution_date", "form"),) * faults


def test_chinese_names_under_english_heads(tmp_path: Path) -> None:
    (found,) = payments(tmp_path, f"Payee,IBAN,Amount,Currency\n王小明,{IBAN},5,EUR\n", "gb18030")
    assert found.payment is not None
    assert found.payment.creditor_name == "王小明"


def test_other_columns(tmp_path: Path) -> None:
    head = "Name,IBAN,BIC,Amount,Currency,End-to-End-ID,From account\n"
    found = one(tmp_path, f"Mei,{IBAN},deutdeff500,12,EUR,E-7,DE36 1000 0001 0532 0130 00", head)
    assert found.payment is not None
    assert found.payment.creditor_agent == "DEUTDEFF500"
    assert found.payment.end_to_end_id == "E-7"
    assert found.payment.debtor_account == "DE36100000010532013000"
    assert one(tmp_path, f"Mei,{IBAN},DEUT,12,EUR,E-7,", head).faults == (("creditor_agent", "length"),)


def test_lines_are_those_of_the_file(tmp_path: Path) -> None:
    text = f'Our payments\n\n{HEAD}A,{IBAN},1,EUR,"two\nlines"\n\nB,{IBAN},2,EUR,\nTotal,,3,,\nSumme:,,3,,\n'
    found = payments(tmp_path, text)
    assert [(part.line, part.payment.creditor_name if part.payment else "") for part in found] == [(4, "A"), (7, "B")]
    assert found[0].faults == (("remittance", "control"),)


def test_bytes_that_are_no_letters_are_told_with_their_row(tmp_path: Path) -> None:
    good = f"Mei,{IBAN},1,EUR,x\n" * 4000
    found = payments(tmp_path, (HEAD + good).encode() + f"M\xfcller,{IBAN},1,EUR,x\n".encode("latin-1"))
    assert [part.line for part in found if part.faults] == [4002]
    assert found[-1].faults == (("row", "encoding"),)


@pytest.mark.parametrize(
    ("content", "code", "reason"),
    [
        (b"", "file.unknown_kind", None),
        (b"hello\nthere\n", "file.unknown_kind", None),
        (b"Name,IBAN\nMei,DE89\n", "file.unknown_kind", None),
        (HEAD.encode() + b"x" * 70_000, "file.unreadable", "line_too_long"),
        (HEAD.encode() + b'"' + b"never ends\n" * 20_000, "file.unreadable", "quotes"),
    ],
)
def test_what_cannot_be_read(tmp_path: Path, content: bytes, code: str, reason: str | None) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(content)
    with pytest.raises(UserFacingError) as refused:
        deque(read_csv(path), maxlen=0)
    assert refused.value.code == code
    assert refused.value.params.get("reason") == reason


def test_an_absent_file_and_one_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserFacingError) as refused:
        next(read_csv(tmp_path / "absent"))
    assert refused.value.params["reason"] == "absent"
    (tmp_path / "list.csv").write_text(HEAD)
    monkeypatch.setattr(csv_list, "LARGEST", 10)
    with pytest.raises(UserFacingError) as refused:
        next(read_csv(tmp_path / "list.csv"))
    assert refused.value.code == "file.too_large"


def test_progress_is_told_and_can_end_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(HEAD + f"Mei,{IBAN},1,EUR,x\n" * 3000)
    told: list[tuple[int, int]] = []
    deque(read_csv(path, lambda done, of: told.append((done, of))), maxlen=0)
    assert told == sorted(told)
    assert told[-1] == (path.stat().st_size,) * 2
    assert len(told) == 7

    class Cancelled(Exception):  # noqa: N818
        pass

    def cancel(_done: int, _of: int) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        deque(read_csv(path, cancel), maxlen=0)


def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    for rows in (2_000, 20_000):
        path = tmp_path / "list.csv"
        path.write_text(HEAD + "".join(f"Payee {row},{IBAN},{row + 1},EUR,Invoice {row}\n" for row in range(rows)))
        deque(read_csv(path), maxlen=0)
        tracemalloc.start()
        deque(read_csv(path), maxlen=0)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0] + 100_000


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.lists(st.one_of(st.text(max_size=12), st.sampled_from([IBAN, "EUR", "1.50", '"', "=A1"])), max_size=7),
        max_size=8,
    ),
    st.sampled_from([",", ";", "\t"]),
)
def test_any_rows_are_read_or_refused(
    tmp_path_factory: pytest.TempPathFactory, rows: list[list[str]], delimiter: str
) -> None:
    path = tmp_path_factory.mktemp("lists") / "list.csv"
    head = HEAD.replace(",", delimiter)
    text = head + "".join(delimiter.join(row) + "\n" for row in rows)
    path.write_bytes(text.encode("utf-8", "surrogatepass"))
    refused = ""
    try:
        for part in read_csv(path):
            assert isinstance(part, FileHead | FilePayment)
            assert isinstance(part, FileHead) or part.line > 1
    except UserFacingError as error:
        refused = error.code
    assert refused in {"", "file.unreadable"}
