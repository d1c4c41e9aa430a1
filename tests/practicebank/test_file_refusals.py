"""Files that the portal refuses, with the reason and the line; and files that would harm a reader less careful."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import pytest

from tests.practicebank.files import downloads, hand_in, pain_001, release, transfer, validated

if TYPE_CHECKING:
    from tests.practicebank.running_bank import RunningBank


def _changed(bank: RunningBank, old: str, new: str, *, count: int = 1) -> bytes:
    written = pain_001(bank, version="09").decode()
    assert old in written
    return written.replace(old, new, count).encode()


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        ("<NbOfTxs>1</NbOfTxs>", "<NbOfTxs>2</NbOfTxs>", "AM18", 4),
        ("<CtrlSum>250000.00</CtrlSum>", "<CtrlSum>250000.01</CtrlSum>", "AM10", 4),
        ("<PmtMtd>TRF</PmtMtd>", "<PmtMtd>CHK</PmtMtd>", "FF01", 13),
        ("<PmtMtd>TRF</PmtMtd>", "", "FF01", 11),
        ("<ReqdExctnDt><Dt>2026-11-16</Dt></ReqdExctnDt>", "<ReqdExctnDt><Dt>soon</Dt></ReqdExctnDt>", "FF01", 15),
        ("<EndToEndId>HS-4471-DEPOSIT</EndToEndId>", "", "FF01", 20),
        ('<InstdAmt Ccy="EUR">250000.00</InstdAmt>', '<InstdAmt Ccy="EUR">1e5</InstdAmt>', "FF01", 20),
        ('<InstdAmt Ccy="EUR">', '<InstdAmt Ccy="eur">', "FF01", 20),
        ("</PmtInfId>", "</PmtInfId><Surprise/>", "FF01", 12),
        ("<CdtrAcct>", "<Amt/><CdtrAcct>", "FF01", 25),
        ("CstmrCdtTrfInitn", "CstmrDrctDbtInitn", "FF01", 3),
        ("pain.001.001.09", "pain.001.001.04", "FF01", 0),
        ("</Document>", "", "FF01", 31),
        ("<GrpHdr>", "<GrpHdr><MsgId>TWO</MsgId>", "FF01", 5),
        ("<MsgId>", "<MsgId>0123456789012345678901234567890123456789", "FF01", 4),
    ],
)
def test_a_file_that_is_not_as_its_schema_says(
    shared_bank: RunningBank, old: str, new: str, code: str, line: int
) -> None:
    page = hand_in(shared_bank, _changed(shared_bank, old, new, count=2 if old.startswith("Cstmr") else 1))
    assert (page["status"], page["count"], page["transactions"]) == ("refused", 0, [])
    assert [(one["code"], one["line"]) for one in page["reasons"]] == [(code, line)], page["reasons"]
    for kind, content in downloads(shared_bank, page["upload_id"]):
        report = validated(kind, content)
        assert (report.text("GrpSts"), report.text("Rsn/Cd")) == ("RJCT", code)


_BOMB = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
_OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"   ",
        b"no XML at all",
        b"\xff\xfe<\x00D\x00",
        b'<?xml version="1.0" encoding="ISO-8859-1"?><Document/>',
        b"<Document/>",
        b'<x xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>',
        f"{_BOMB}<Document>&b;</Document>".encode(),
        f"{_OUTSIDE}<Document>&a;</Document>".encode(),
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09">' + b"<CstmrCdtTrfInitn>" * 100,
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"><x xmlns="urn:other"/></Document>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>',
        b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.12"/>',
    ],
)
def test_what_is_no_payment_file(shared_bank: RunningBank, content: bytes) -> None:
    page = hand_in(shared_bank, content)
    assert (page["status"], page["reasons"][0]["code"]) == ("refused", "FF01")


def test_a_file_that_is_too_large(shared_bank: RunningBank) -> None:
    page = hand_in(shared_bank, b"<Document>" + b" " * (20 << 20))
    assert (page["status"], page["reasons"][0]["text"]) == ("refused", "The file is larger than 20 MB.")
    too_much = shared_bank.control.post("/portal/uploads", content=b" " * (28 << 20))
    assert too_much.status_code == 413


def test_two_thousand_transfers(shared_bank: RunningBank) -> None:
    payees = [transfer(shared_bank, end_to_end=f"E{number}", amount="0.01") for number in range(2)]
    many = pain_001(shared_bank, *(payees * 1_000))
    page = hand_in(shared_bank, many)
    assert (page["status"], page["count"], page["control_sum"]) == ("waiting", 2_000, "20.00")
    assert len(page["transactions"]) == 500
    last = shared_bank.get(f"/portal/uploads/{page['upload_id']}?after=1999")["transactions"]
    assert [one["position"] for one in last] == [2_000]


def test_the_program_sends_base64_in_json(shared_bank: RunningBank) -> None:
    content = base64.b64encode(pain_001(shared_bank)).decode()
    assert shared_bank.post("/portal/uploads", {"content_base64": content})["status"] == "waiting"
    for body in ({"content_base64": "§"}, {"content_base64": "abc"}, {}, {"content_base64": 5}):
        assert shared_bank.post("/portal/uploads", body, expect=400)["error"] == "unfit"


@pytest.mark.parametrize(
    ("change", "shared", "code"),
    [
        ({"currency": "USD"}, {}, "AM03"),
        ({"iban": "XX82TEST1234567890"}, {}, "AC03"),
        ({"bic": "ABCDEF2A"}, {"debtor": "DE75512108001245126199"}, "AC02"),
        ({"remittance": "x" * 141}, {}, "RR07"),
        ({"end_to_end": "//"}, {}, "FF08"),
        ({}, {"date": "2099-12-31"}, "DT01"),
    ],
)
def test_one_transfer_that_the_bank_would_not_carry_out(
    shared_bank: RunningBank, change: dict[str, str], shared: dict[str, str], code: str
) -> None:
    page = hand_in(shared_bank, pain_001(shared_bank, transfer(shared_bank, **change), **shared))
    (one,) = page["transactions"]
    assert (page["status"], one["status"], [reason["code"] for reason in one["reasons"]]) == ("waiting", "RJCT", [code])
    assert release(shared_bank, page["upload_id"])["transactions"][0]["status"] == "RJCT"
    report = validated(*downloads(shared_bank, page["upload_id"])[-1])
    assert (report.text("GrpSts"), report.text("Rsn/Cd")) == ("RJCT", code)


def test_urgent_and_cross_border(bank: RunningBank) -> None:
    urgent = hand_in(bank, pain_001(bank, transfer(bank, amount="1000.00"), service="URGP"))
    assert urgent["transactions"][0]["product"] == "target-2-payments"
    pounds = next(a["iban"] for a in bank.get("/world")["accounts"] if a["currency"] == "GBP")
    abroad = transfer(bank, amount="200.00", currency="GBP", bic="SVVPGB2L")
    far = hand_in(bank, pain_001(bank, abroad, service="URGP", debtor=pounds))
    assert far["transactions"][0]["product"] == "cross-border-credit-transfers"
    for page in (urgent, far):
        assert release(bank, page["upload_id"])["transactions"][0]["status"] in ("ACSP", "ACSC")
    bank.put("/clock", {"advance_ms": 7 * 86_400_000})
    assert [one["status"] for one in bank.get("/journal")["journal"]] == ["ACSC", "ACSC"]


def test_yuan_within_china(bank: RunningBank) -> None:
    yuan = next(a["iban"] for a in bank.get("/world")["accounts"] if a["currency"] == "CNY")
    one = transfer(bank, amount="200.00", currency="CNY", name="陈淑兰", remittance="家用")
    written = pain_001(bank, one, service="NURG", debtor=yuan).decode()
    member = "<CdtrAgt><FinInstnId><ClrSysMmbId><MmbId>102290000012</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt><Cdtr>"
    account = "<CdtrAcct><Id><Othr><Id>6222021001122334455</Id></Othr></Id></CdtrAcct>"
    written = written.replace("<Cdtr>", member)
    start, end = written.index("<CdtrAcct>"), written.index("</CdtrAcct>") + len("</CdtrAcct>")
    content = (written[:start] + account + written[end:]).encode()
    validated("pain.001.001.09", content)
    page = hand_in(bank, content)
    (seen,) = page["transactions"]
    assert (seen["product"], seen["reasons"]) == ("cn-domestic-credit-transfers", [])
    release(bank, page["upload_id"])
    bank.put("/clock", {"advance_ms": 2 * 86_400_000})
    reports = [validated(kind, content) for kind, content in downloads(bank, page["upload_id"])]
    assert reports[-1].text("TxSts") == "ACSC"
    assert reports[-1].text("CdtrAcct/Id/Othr/Id") == "6222021001122334455"
