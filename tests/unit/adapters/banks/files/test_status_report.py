"""pain.002 and camt.029: each transaction speaks for itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    PaymentStatus,
    StatusReason,
)
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money

HEAD = "<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-03-02T06:00:00Z</CreDtTm></GrpHdr>"
RECALL_HEAD = "<Assgnmt><Id>A1</Id><CreDtTm>2026-03-02T06:00:00Z</CreDtTm></Assgnmt>"


def group(status: str, more: str = "") -> str:
    said = f"<GrpSts>{status}</GrpSts>" if status else ""
    return f"<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId>{said}{more}</OrgnlGrpInfAndSts>"


def block(status: str, *transactions: str, name: str = "B1") -> str:
    said = f"<PmtInfSts>{status}</PmtInfSts>" if status else ""
    inner = "".join(transactions)
    return f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{name}</OrgnlPmtInfId>{said}{inner}</OrgnlPmtInfAndSts>"


def transaction(end_to_end: str, status: str = "", more: str = "") -> str:
    said = f"<TxSts>{status}</TxSts>" if status else ""
    return f"<TxInfAndSts><OrgnlEndToEndId>{end_to_end}</OrgnlEndToEndId>{said}{more}</TxInfAndSts>"


def read(
    tmp_path: Path, *pieces: str, version: str = "pain.002.001.10", message: str = "CstmrPmtStsRpt"
) -> Sequence[FilePart]:
    path = tmp_path / "report.xml"
    body = "\n".join(pieces)
    text = f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{version}"><{message}>{body}</{message}></Document>'
    path.write_text(text, "utf-8")
    return list(LocalBankFiles().read(path))


def payments(parts: Sequence[FilePart]) -> list[PaymentStatus]:
    return [part for part in parts if isinstance(part, PaymentStatus)]


def groups(parts: Sequence[FilePart]) -> list[GroupStatus]:
    return [part for part in parts if isinstance(part, GroupStatus)]


def test_a_transaction_without_a_status_has_its_blocks_and_that_failing_its_groups(tmp_path: Path) -> None:
    parts = read(
        tmp_path,
        HEAD,
        group("ACCP"),
        block("RJCT", transaction("a"), transaction("b", "ACSC")),
        block("", transaction("c"), name="B2"),
        block("ACSP", name="B3"),
    )
    assert [(one.end_to_end_id, one.status, one.payment_information) for one in payments(parts)] == [
        ("a", "RJCT", "B1"),
        ("b", "ACSC", "B1"),
        ("c", "ACCP", "B2"),
    ]
    assert [(one.payment_information, one.status) for one in groups(parts)] == [
        ("", "ACCP"), ("B1", "RJCT"), ("B2", ""), ("B3", "ACSP"),
    ]  # fmt: skip
    assert {one.original_message for one in payments(parts)} == {"M1"}
    assert {one.original_message for one in groups(parts)} == {"M1"}


def test_a_group_with_a_close_match_does_not_hide_a_transaction_without_one(tmp_path: Path) -> None:
    """A group said RVMC while its transaction said RVNM: seen in the wild."""
    parts = read(tmp_path, HEAD, group("RVMC"), block("RVMC", transaction("a", "RVNM"), transaction("b")))
    assert [(one.status, one.name_check) for one in payments(parts)] == [("RVNM", "RVNM"), ("RVMC", "RVMC")]


@pytest.mark.parametrize("code", ["RCVC", "RVMC", "RVNM", "RVNA"])
def test_name_checks_are_told_and_only_a_close_match_has_a_name(tmp_path: Path, code: str) -> None:
    words = "<StsRsnInf><AddtlInf>Atelier Verhoeven</AddtlInf><AddtlInf>B.V.</AddtlInf></StsRsnInf>"
    (one,) = payments(read(tmp_path, HEAD, group(""), block("", transaction("a", code, words))))
    assert one.name_check == code
    assert one.checked_name == ("Atelier Verhoeven B.V." if code == "RVMC" else "")
    assert one.reasons == (StatusReason("", "Atelier Verhoeven B.V."),)


@pytest.mark.parametrize("code", ["RVCM", "RVNC", "PDNG", "PART"])
def test_what_only_groups_say_is_no_name_check_of_a_payment(tmp_path: Path, code: str) -> None:
    (one,) = payments(read(tmp_path, HEAD, group(code), block("", transaction("a"))))
    assert (one.status, one.name_check) == (code, "")


def test_everything_a_bank_repeats_is_kept(tmp_path: Path) -> None:
    more = (
        "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></StsRsnInf>"
        "<StsRsnInf><Rsn><Prtry>X1</Prtry></Rsn></StsRsnInf>"
        '<ChrgsInf><Amt Ccy="EUR">0.15</Amt></ChrgsInf><AcctSvcrRef>S1</AcctSvcrRef>'
        '<OrgnlTxRef><Amt><InstdAmt Ccy="JPY">2700</InstdAmt></Amt>'
        "<Dbtr><Pty><Nm>Me</Nm></Pty></Dbtr><DbtrAcct><Id><Othr><Id>12 34</Id></Othr></Id></DbtrAcct>"
        "<CdtrAgt><FinInstnId><BICFI>DEUTDEFF</BICFI>"
        "<ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>102100099996</MmbId></ClrSysMmbId></FinInstnId></CdtrAgt>"
        "<Cdtr><Nm>You</Nm></Cdtr><CdtrAcct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id></CdtrAcct></OrgnlTxRef>"
    )
    counted = (
        "<OrgnlNbOfTxs>1</OrgnlNbOfTxs><OrgnlCtrlSum>2700</OrgnlCtrlSum>"
        "<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RJCT</DtldSts></NbOfTxsPerSts>"
    )
    parts = read(tmp_path, HEAD, group("RJCT", counted), block("", transaction("NOTPROVIDED", "RJCT", more)))
    assert parts[0] == FileHead(FileKind.PAIN_002, "pain.002.001.10", "R1", "2026-03-02T06:00:00Z")
    assert (groups(parts)[0].stated_count, groups(parts)[0].stated_sum) == (1, "2700")
    assert groups(parts)[0].per_status == (("RJCT", 1),)
    (one,) = payments(parts)
    assert one.end_to_end_id == ""
    assert one.reasons == (StatusReason("AC04", "closed"), StatusReason("X1"))
    assert one.amount == Money(2700, "JPY")
    assert (one.debtor.name, one.debtor.account, one.debtor.scheme) == ("Me", "1234", "BBAN")
    assert (one.creditor.name, one.creditor.account, one.creditor.scheme) == ("You", "DE89370400440532013000", "IBAN")
    assert (one.creditor.agent, one.creditor.agent_member) == ("DEUTDEFF", "CNAPS:102100099996")
    assert one.references == (("AcctSvcrRef", "S1"),)
    assert [charge.amount for charge in one.charges] == [Money(15, "EUR")]


def test_the_second_version_keeps_its_transactions_beside_the_group(tmp_path: Path) -> None:
    reason = "<StsRsnInf><StsRsn><Cd>AM04</Cd></StsRsn><AddtlStsRsnInf>no funds</AddtlStsRsnInf></StsRsnInf>"
    one = f"<TxInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><OrgnlEndToEndId>a</OrgnlEndToEndId>{reason}</TxInfAndSts>"
    parts = read(tmp_path, HEAD, group("RJCT"), one, version="pain.002.001.02", message="pain.002.001.02")
    (found,) = payments(parts)
    assert (found.payment_information, found.status, found.reasons) == (
        "B1", "RJCT", (StatusReason("AM04", "no funds"),),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "element", "reason"),
    [
        ([group("RJCT")], "GrpHdr", "missing"),
        ([HEAD], "OrgnlGrpInfAndSts", "missing"),
        ([HEAD, block("RJCT", transaction("a"))], "OrgnlGrpInfAndSts", "missing"),
        ([HEAD, HEAD, group("")], "GrpHdr", "twice"),
        ([HEAD, group("ACCP"), group("RJCT")], "OrgnlGrpInfAndSts", "twice"),
        ([HEAD, group("</GrpSts><GrpSts>RJCT")], "GrpSts", "twice"),
        ([HEAD, group("<a/>")], "GrpSts", "structure"),
        ([HEAD, group("", "<OrgnlNbOfTxs>x</OrgnlNbOfTxs>")], "OrgnlNbOfTxs", "count"),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(
    tmp_path: Path, pieces: list[str], element: str, reason: str
) -> None:
    with pytest.raises(UserFacingError) as refused:
        read(tmp_path, *pieces)
    assert (refused.value.code, refused.value.params["element"], refused.value.params["reason"]) == (
        "file.unreadable", element, reason,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("version", "message", "code"),
    [
        ("pain.002.001.01", "CstmrPmtStsRpt", "file.unknown_version"),
        ("pain.002.001.16", "CstmrPmtStsRpt", "file.unknown_version"),
        ("camt.053.001.15", "BkToCstmrStmt", "file.unknown_version"),
        ("camt.053.002.02", "BkToCstmrStmt", "file.unknown_version"),
        ("pain.008.001.02", "CstmrDrctDbtInitn", "file.unknown_kind"),
        ("nothing", "Else", "file.unknown_kind"),
        ("pain.002.001.03", "BkToCstmrStmt", "file.unreadable"),
        ("camt.053.001.02", "BkToCstmrAcctRpt", "file.unreadable"),
        ("camt.029.001.09", "CstmrPmtStsRpt", "file.unreadable"),
    ],
)
def test_kinds_and_versions_that_nobody_knows_are_refused(
    tmp_path: Path, version: str, message: str, code: str
) -> None:
    with pytest.raises(UserFacingError) as refused:
        read(tmp_path, HEAD, version=version, message=message)
    assert refused.value.code == code


def test_german_variants_of_the_third_version_are_read(tmp_path: Path) -> None:
    parts = read(tmp_path, HEAD, group("RJCT"), version="pain.002.003.03")
    assert isinstance(parts[0], FileHead)
    assert parts[0].version == "pain.002.003.03"


def recall(tmp_path: Path, *pieces: str) -> Sequence[FilePart]:
    return read(tmp_path, RECALL_HEAD, *pieces, version="camt.029.001.09", message="RsltnOfInvstgtn")


def test_an_answer_of_one_word_is_told_of_the_whole(tmp_path: Path) -> None:
    parts = recall(tmp_path, "<Sts><Conf>CNCL</Conf></Sts>")
    assert parts[0] == FileHead(FileKind.CAMT_029, "camt.029.001.09", "A1", "2026-03-02T06:00:00Z")
    assert [one.status for one in groups(parts)] == ["CNCL"]


def test_each_recalled_payment_has_its_own_answer(tmp_path: Path) -> None:
    inner = (
        "<TxInfAndSts><OrgnlEndToEndId>a</OrgnlEndToEndId><TxCxlSts>RJCR</TxCxlSts>"
        "<CxlStsRsnInf><Rsn><Cd>CUST</Cd></Rsn><AddtlInf>refused</AddtlInf></CxlStsRsnInf>"
        '<OrgnlInstdAmt Ccy="EUR">12.5</OrgnlInstdAmt></TxInfAndSts>'
        "<TxInfAndSts><OrgnlEndToEndId>b</OrgnlEndToEndId><UETR>u</UETR></TxInfAndSts>"
    )
    details = (
        "<CxlDtls><OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><OrgnlGrpInf><OrgnlMsgId>M1</OrgnlMsgId></OrgnlGrpInf>"
        f"{inner}</OrgnlPmtInfAndSts></CxlDtls>"
    )
    parts = recall(tmp_path, "<Sts><Conf>PDCR</Conf></Sts>", details)
    first, second = payments(parts)
    assert (first.status, first.original_message, first.payment_information) == ("RJCR", "M1", "B1")
    assert first.reasons == (StatusReason("CUST", "refused"),)
    assert first.amount == Money(1250, "EUR")
    assert (second.status, second.references) == ("PDCR", (("UETR", "u"),))


def test_an_answer_that_says_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserFacingError) as refused:
        recall(tmp_path)
    assert refused.value.params["element"] == "Sts"
