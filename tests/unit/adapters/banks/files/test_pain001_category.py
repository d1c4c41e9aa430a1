"""What kind of payment a file says that it is (CtgyPurp), with a payment or with all of a payment information."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest

from countersign.adapters.banks.files.pain001.reader import read_pain001
from countersign.application.ports.bank_files import FilePayment
from countersign.application.use_cases.need_to_know import is_pay
from tests.unit.adapters.banks.files.pain001_orders import Agreed, payments_file

ALL = b"</SvcLvl><CtgyPurp>%s</CtgyPurp>"
ONE = b"<PmtTpInf><CtgyPurp>%s</CtgyPurp></PmtTpInf><Amt>"


def read(content: bytes) -> list[FilePayment]:
    return [item for item in read_pain001(io.BytesIO(content)) if isinstance(item, FilePayment)]


@pytest.fixture
def two(sepa: Agreed) -> bytes:
    """Give a file of two payments in one payment information."""
    payment = sepa.order.payment
    return payments_file(sepa, *(replace(payment, end_to_end_id=f"E2E-{place}") for place in (1, 2))).content


def above(content: bytes, said: bytes) -> bytes:
    assert content.count(b"</SvcLvl>") == 1
    return content.replace(b"</SvcLvl>", ALL % said)


def beside(content: bytes, said: bytes) -> bytes:
    return content.replace(b"<Amt>", ONE % said, 1)


def test_it_stands_with_a_payment_or_above_all_of_them(two: bytes) -> None:
    plain = read(two)
    assert [item.category for item in plain] == ["", ""]
    everything = read(above(two, b"<Cd>SALA</Cd>"))
    assert [item.category for item in everything] == ["SALA", "SALA"]
    assert [item.payment for item in everything] == [item.payment for item in plain]  # the rail is the same
    one = read(beside(two, b"<Cd>PENS</Cd>"))
    assert [item.category for item in one] == ["PENS", ""]
    assert [item.payment for item in one] == [item.payment for item in plain]
    both = read(beside(above(two, b"<Cd>SUPP</Cd>"), b"<Prtry>Bonu</Prtry>"))
    assert [item.category for item in both] == ["Bonu", "SUPP"]
    assert [is_pay(item.category) for item in both] == [True, False]


def test_one_that_is_said_twice_is_a_fault(two: bytes) -> None:
    twice = beside(two, b"<Cd>SALA</Cd><Cd>SUPP</Cd>")
    assert [item.faults for item in read(twice)] == [(("product", "file.payment.twice"),), ()]


def test_a_real_file_that_is_made_a_payroll_is_one(real_input: Path) -> None:
    content = (real_input / "iso20022" / "example-sepa_pain_001_v3_multiple_pmtinf.xml").read_bytes()
    assert {item.category for item in read(content)} == {"TRAD"}
    assert not is_pay("TRAD")
    made = content.replace(b"<Cd>TRAD</Cd>", b"<Cd>SALA</Cd>", 1)
    assert sorted(item.category for item in read(made)) == ["SALA", "TRAD"]
