"""camt.052, .053 and .054: amounts to the cent, both sides told apart, and differences named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

import pytest

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.adapters.banks.files.reading import account_report
from countersign.application.ports.bank_files import (
    Charge,
    EntryDetail,
    FileHead,
    FileKind,
    FilePart,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money

HEAD = "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-02T06:00:00Z</CreDtTm></GrpHdr>"
ACCOUNT = "<Id>S1</Id><Acct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id><Ccy>EUR</Ccy></Acct>"
KINDS = {
    FileKind.CAMT_052: ("BkToCstmrAcctRpt", "Rpt"),
    FileKind.CAMT_053: ("BkToCstmrStmt", "Stmt"),
    FileKind.CAMT_054: ("BkToCstmrDbtCdtNtfctn", "Ntfctn"),
}
Kind = TypeVar("Kind")


def balance(code: str, amount: str, side: str = "CRDT", currency: str = "EUR") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt></Bal>"
    )


def entry(amount: str, side: str = "CRDT", more: str = "", status: str = "BOOK", currency: str = "EUR") -> str:
    return f"<Ntry>\n<Amt Ccy='{currency}'>{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd><Sts>{status}</Sts>{more}</Ntry>"


def details(*transactions: str, before: str = "") -> str:
    return f"<NtryDtls>{before}{''.join(f'<TxDtls>{one}</TxDtls>' for one in transactions)}</NtryDtls>"


def read(tmp_path: Path, *pieces: str, kind: FileKind = FileKind.CAMT_053, version: str = "02") -> Sequence[FilePart]:
    message, statement = KINDS[kind]
    path = tmp_path / "statement.xml"
    body = "".join(pieces)
    path.write_text(
        f'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:{kind.value}.001.{version}"><{message}>{HEAD}'
        f"<{statement}>{body}</{statement}></{message}></Document>",
        "utf-8",
    )
    return list(LocalBankFiles().read(path))


def only(parts: Sequence[FilePart], kind: type[Kind]) -> list[Kind]:
    return [part for part in parts if isinstance(part, kind)]


def one_detail(tmp_path: Path, transaction: str, side: str = "DBIT", more: str = "") -> EntryDetail:
    (found,) = only(read(tmp_path, ACCOUNT, entry("1.00", side, more + details(transaction))), StatementEntry)
    return found.details[0]


def refusal(tmp_path: Path, *pieces: str) -> dict[str, str | int]:
    with pytest.raises(UserFacingError) as refused:
        read(tmp_path, *pieces)
    assert refused.value.code == "file.unreadable"
    return refused.value.params


@pytest.mark.parametrize("kind", KINDS)
def test_the_three_messages_are_read_alike(tmp_path: Path, kind: FileKind) -> None:
    parts = read(tmp_path, ACCOUNT, balance("OPBD", "10"), entry("2.5"), kind=kind)
    assert parts[0] == FileHead(kind, f"{kind.value}.001.02", "M1", "2026-03-02T06:00:00Z")
    head = only(parts, StatementHead)[0]
    assert (head.identification, head.account, head.scheme, head.currency) == (
        "S1", "DE89370400440532013000", "IBAN", "EUR",
    )  # fmt: skip
    assert only(parts, StatementBalance) == [StatementBalance("OPBD", Money(1000, "EUR"), "2026-03-01")]
    assert only(parts, StatementEntry)[0].amount == Money(250, "EUR")
    assert parts[-1] == StatementEnd("S1", 1)


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("8.850", "EUR", 885),
        ("8.8500", "EUR", 885),
        ("007", "EUR", 700),
        (".5", "EUR", 50),
        ("5.", "EUR", 500),
        ("+5", "EUR", 500),
        ("2700.00", "JPY", 2700),
        ("1.234", "KWD", 1234),
        ("0", "EUR", 0),
        ("90071992547409.91", "EUR", 2**53 - 1),
    ],
)
def test_amounts_are_exact(tmp_path: Path, text: str, currency: str, minor: int) -> None:
    parts = read(tmp_path, ACCOUNT, entry(text, currency=currency), entry(text, "DBIT", currency=currency))
    assert [one.amount.minor for one in only(parts, StatementEntry)] == [minor, -minor]


@pytest.mark.parametrize(
    ("text", "currency", "reason"),
    [
        ("8.851", "EUR", "decimals"),
        ("2700.5", "JPY", "decimals"),
        ("1,50", "EUR", "amount"),
        ("-1.00", "EUR", "amount"),
        ("1e2", "EUR", "amount"),
        ("", "EUR", "amount"),
        (".", "EUR", "amount"),
        ("\uff11", "EUR", "amount"),
        ("90071992547409.92", "EUR", "amount"),
        ("9" * 400, "EUR", "amount"),
        ("1.00", "XXX", "currency"),
        ("1.00", "eur", "currency"),
        ("1.00", "", "currency"),
        ("1.00", "HRK", "currency"),
    ],
)
def test_what_is_no_amount_refuses_the_file_with_its_line(
    tmp_path: Path, text: str, currency: str, reason: str
) -> None:
    assert refusal(tmp_path, ACCOUNT, entry(text, currency=currency)) == {
        "line": 2, "reason": reason, "element": "Amt",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("pieces", "element", "reason"),
    [
        (["<Id>S1</Id>"], "Acct", "missing"),
        (["<Id>S1</Id>", entry("1")], "Acct", "missing"),
        (["<Acct><Id/></Acct>"], "Id", "missing"),
        ([ACCOUNT, "<Ntry/>"], "Amt", "missing"),
        ([ACCOUNT, "<Ntry><Amt Ccy='EUR'>1</Amt></Ntry>"], "CdtDbtInd", "missing"),
        ([ACCOUNT, "<Ntry><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry>"], "Sts", "missing"),
        ([ACCOUNT, entry("1", status="")], "Sts", "missing"),
        ([ACCOUNT, entry("1", "CREDIT")], "CdtDbtInd", "direction"),
        ([ACCOUNT, entry("1", more="<Amt Ccy='EUR'>2</Amt>")], "Amt", "twice"),
        ([ACCOUNT, entry("1", more="<BookgDt><Dt>2026-02-30</Dt></BookgDt>")], "BookgDt", "date"),
        ([ACCOUNT, entry("1", more="<ValDt><Dt>01.03.2026</Dt></ValDt>")], "ValDt", "date"),
        ([ACCOUNT, entry("1", more=details("<Refs><EndToEndId>a</EndToEndId><EndToEndId>b</EndToEndId></Refs>"))],
         "EndToEndId", "twice"),
        ([ACCOUNT, "<TxsSummry><TtlNtries><NbOfNtries>two</NbOfNtries></TtlNtries></TxsSummry>"],
         "NbOfNtries", "count"),
    ],
)  # fmt: skip
def test_what_could_be_read_in_two_ways_is_refused(
    tmp_path: Path, pieces: list[str], element: str, reason: str
) -> None:
    params = refusal(tmp_path, *pieces)
    assert (params["element"], params["reason"]) == (element, reason)


def test_dates_codes_and_references_of_an_entry(tmp_path: Path) -> None:
    more = (
        "<NtryRef>7</NtryRef><RvslInd>true</RvslInd><AcctSvcrRef>B1</AcctSvcrRef>"
        "<BookgDt><DtTm>2026-03-01T23:59:00+01:00</DtTm></BookgDt><ValDt><Dt>2026-03-02+01:00</Dt></ValDt>"
        "<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn>"
        "<Prtry><Cd>166</Cd></Prtry></BkTxCd><AddtlNtryInf> Two\n  lines </AddtlNtryInf>"
        "<Chrgs><Amt Ccy='EUR'>0.10</Amt><CdtDbtInd>CRDT</CdtDbtInd><Br>SHAR</Br></Chrgs>"
        "<AmtDtls><TxAmt><Amt Ccy='USD'>3.00</Amt></TxAmt></AmtDtls>"
    )
    (found,) = only(read(tmp_path, ACCOUNT, entry("1", more=more, status="<Prtry>HELD</Prtry>")), StatementEntry)
    assert (found.entry, found.status, found.reversal) == ("B1", "HELD", True)
    assert (found.booked_on, found.value_on) == ("2026-03-01", "2026-03-02")
    assert (found.code, found.text) == ("PMNT.RCDT.ESCT", "Two lines")
    assert found.references == (("NtryRef", "7"), ("AcctSvcrRef", "B1"), ("BkTxCd", "166"))
    assert found.charges == (Charge(Money(10, "EUR"), "SHAR", returned=True),)
    assert found.amounts == (("TxAmt", Money(300, "USD")),)


def test_only_the_proprietary_code_and_only_the_number(tmp_path: Path) -> None:
    more = "<NtryRef>7</NtryRef><BkTxCd><Prtry><Cd>Incoming Wire</Cd></Prtry></BkTxCd>"
    (found,) = only(read(tmp_path, ACCOUNT, entry("1", more=more)), StatementEntry)
    assert (found.entry, found.code) == ("7", "Incoming Wire")


PARTIES = (
    "<RltdPties><Dbtr><Nm>D</Nm></Dbtr><DbtrAcct><Id><IBAN>{}</IBAN></Id></DbtrAcct>"
    "<UltmtDbtr><Nm>UD</Nm></UltmtDbtr><Cdtr><Pty><Nm>C</Nm></Pty></Cdtr>"
    "<CdtrAcct><Id><IBAN>{}</IBAN></Id></CdtrAcct></RltdPties>"
)
OWN = "DE89370400440532013000"


@pytest.mark.parametrize(
    ("side", "reversal", "debtor", "creditor", "other"),
    [
        ("DBIT", False, OWN, "X", "C"),
        ("CRDT", False, "X", OWN, "D"),
        ("CRDT", True, OWN, "X", "C"),  # our own payment comes back
        ("DBIT", True, "X", OWN, "D"),
        ("CRDT", False, OWN, "X", "C"),  # a return that names the parties of the payment
        ("DBIT", False, "X", "Y", "C"),
        ("CRDT", False, "X", "Y", "D"),
        ("CRDT", True, "X", "Y", "C"),
        ("CRDT", False, OWN, OWN, "D"),
    ],
)
def test_the_other_side_is_who_is_not_the_owner(
    tmp_path: Path, side: str, *, reversal: bool, debtor: str, creditor: str, other: str
) -> None:
    more = "<RvslInd>true</RvslInd>" if reversal else ""
    found = one_detail(tmp_path, PARTIES.format(debtor, creditor), side, more)
    assert found.other.name == other
    assert ("UltmtDbtr", "UD") in found.references


def test_a_side_that_is_alone_is_the_other_one_unless_it_is_the_owner(tmp_path: Path) -> None:
    creditor = "<RltdPties><Cdtr><Nm>C</Nm></Cdtr></RltdPties>"
    own = f"<RltdPties><Dbtr><Nm>D</Nm></Dbtr><DbtrAcct><Id><IBAN>{OWN}</IBAN></Id></DbtrAcct></RltdPties>"
    assert one_detail(tmp_path, creditor, "CRDT").other.name == "C"
    assert one_detail(tmp_path, own, "DBIT").other.name == ""


def test_a_return_tells_its_reason(tmp_path: Path) -> None:
    coded = one_detail(tmp_path, "<RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>closed</AddtlInf></RtrInf>")
    assert (coded.return_reason, coded.return_text) == ("AC04", "closed")
    assert one_detail(tmp_path, "<RtrInf><AddtlInf>sent back</AddtlInf></RtrInf>").return_reason == "NARR"
    assert one_detail(tmp_path, "<RtrInf><Rsn><Prtry>Z1</Prtry></Rsn></RtrInf>").return_reason == "Z1"
    first = "<RtrInf><RtrRsn><Cd>AC01</Cd></RtrRsn><AddtlRtrRsnInf>wrong</AddtlRtrRsnInf></RtrInf>"
    assert one_detail(tmp_path, first).return_text == "wrong"
    assert one_detail(tmp_path, "<Refs/>").return_reason == ""


def test_references_and_remittance(tmp_path: Path) -> None:
    found = one_detail(
        tmp_path,
        "<Refs><EndToEndId>E</EndToEndId><UETR>u</UETR><Prtry><Tp>Seq</Tp><Ref>100</Ref></Prtry></Refs>"
        "<RmtInf><Ustrd>Rent</Ustrd><Ustrd>March</Ustrd><Strd><RfrdDocInf><Nb>INV 1</Nb></RfrdDocInf>"
        "<RfrdDocAmt><RmtdAmt Ccy='EUR'>1.00</RmtdAmt></RfrdDocAmt>"
        "<CdtrRefInf><Ref>RF18</Ref></CdtrRefInf></Strd></RmtInf><AddtlTxInf>more</AddtlTxInf>",
    )
    assert (found.end_to_end_id, found.remittance, found.text) == ("E", "Rent March", "more")
    assert found.references == (("UETR", "u"), ("Prtry/Seq", "100"), ("RfrdDoc", "INV 1"), ("CdtrRef", "RF18"))
    assert found.amounts == (("RmtdAmt", Money(100, "EUR")),)


def test_structured_references_stand_for_a_missing_text(tmp_path: Path) -> None:
    structured = "<Strd><CdtrRefInf><Ref>RF18</Ref></CdtrRefInf><AddtlRmtInf>x</AddtlRmtInf></Strd>"
    assert one_detail(tmp_path, f"<RmtInf>{structured}</RmtInf>").remittance == "RF18 x"
    assert one_detail(tmp_path, "<Refs><EndToEndId>NOTPROVIDED</EndToEndId></Refs>").end_to_end_id == ""


@pytest.mark.parametrize(
    ("transaction", "amount"),
    [
        ("<Amt Ccy='EUR'>2</Amt><AmtDtls><TxAmt><Amt Ccy='EUR'>3</Amt></TxAmt></AmtDtls>", Money(200, "EUR")),
        ("<AmtDtls><InstdAmt><Amt Ccy='USD'>4</Amt></InstdAmt><TxAmt><Amt Ccy='EUR'>3</Amt></TxAmt></AmtDtls>",
         Money(300, "EUR")),
        ("<AmtDtls><InstdAmt><Amt Ccy='USD'>4</Amt></InstdAmt></AmtDtls>", None),
        ("<Refs/>", None),
    ],
)  # fmt: skip
def test_the_amount_of_a_transaction_is_what_the_bank_says(
    tmp_path: Path, transaction: str, amount: Money | None
) -> None:
    assert one_detail(tmp_path, transaction).amount == amount


TOTAL = "<TtlChrgsAndTaxAmt Ccy='EUR'>3</TtlChrgsAndTaxAmt>"
RECORD = "<Rcrd><Amt Ccy='EUR'>2</Amt><ChrgInclInd>0</ChrgInclInd></Rcrd>"


@pytest.mark.parametrize(
    ("charges", "found"),
    [
        ("<Chrgs><Amt Ccy='EUR'>1</Amt><Br>DEBT</Br></Chrgs>", (Charge(Money(100, "EUR"), "DEBT"),)),
        (f"<Chrgs>{TOTAL}<Rcrd><Amt Ccy='EUR'>1</Amt><ChrgInclInd>true</ChrgInclInd></Rcrd>{RECORD}</Chrgs>",
         (Charge(Money(100, "EUR"), included=True), Charge(Money(200, "EUR"), included=False))),
        (f"<Chrgs>{TOTAL}</Chrgs>", (Charge(Money(300, "EUR")),)),
    ],
)  # fmt: skip
def test_charges_are_told_once(tmp_path: Path, charges: str, found: tuple[Charge, ...]) -> None:
    assert one_detail(tmp_path, charges).charges == found


def test_a_batch_is_told_and_counted(tmp_path: Path) -> None:
    batch = "<Btch><PmtInfId>P1</PmtInfId><NbOfTxs>{}</NbOfTxs><TtlAmt Ccy='EUR'>{}</TtlAmt></Btch>"
    two = ("<Amt Ccy='EUR'>1</Amt>", "<Amt Ccy='EUR'>2</Amt>")

    def differences(count: int, total: str, *transactions: str) -> tuple[str, ...]:
        more = details(*transactions, before=batch.format(count, total))
        parts = read(tmp_path, ACCOUNT, entry("3", "DBIT", more))
        found = only(parts, StatementEntry)[0]
        assert ("PmtInfId", "P1") in found.references
        assert [name for name, _ in found.amounts] == ["TtlAmt"]
        assert len(found.details) == len(transactions)
        return only(parts, StatementEnd)[0].differences

    assert differences(2, "3", *two) == ()
    assert differences(20, "300") == ()  # told as a whole
    assert differences(3, "3", *two) == ("count",)
    assert differences(2, "4", *two) == ("sum",)
    assert differences(2, "4", "<Refs/>", "<Refs/>") == ()  # nobody says what each of them was
    assert differences(2, "3", "<Amt Ccy='EUR'>1</Amt>", "<Amt Ccy='USD'>2</Amt>") == ()


def summary(count: int, total: str, credit: str = "", net: str = "") -> str:
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{count}</NbOfNtries><Sum>{total}</Sum>{net}</TtlNtries>{credit}</TxsSummry>"
    )


@pytest.mark.parametrize(
    ("pieces", "differences"),
    [
        ([balance("OPBD", "10"), balance("CLBD", "9.5"), entry("1"), entry("1.5", "DBIT")], ()),
        ([balance("OPBD", "10"), balance("CLBD", "9"), entry("1"), entry("1.5", "DBIT")], ("balance",)),
        ([balance("PRCD", "1", "DBIT"), balance("CLBD", "0"), entry("1")], ()),
        ([balance("OPBD", "10"), balance("CLBD", "10"), entry("1", status="PDNG")], ()),
        ([balance("OPBD", "10"), balance("CLBD", "11", currency="SEK"), entry("1")], ("balance",)),
        ([balance("OPBD", "10"), balance("CLBD", "10"), entry("1", currency="SEK")], ("balance",)),
        ([balance("CLBD", "10"), entry("1")], ()),
        ([summary(2, "2.5"), entry("1"), entry("1.5", "DBIT")], ()),
        ([summary(3, "2.5"), entry("1"), entry("1.5", "DBIT")], ("count",)),
        ([summary(2, "2.51"), entry("1"), entry("1.5", "DBIT")], ("sum",)),
        ([summary(2, "much"), entry("1"), entry("1.5", "DBIT")], ("sum",)),
        ([summary(2, "2.5", "<TtlCdtNtries><NbOfNtries>2</NbOfNtries><Sum>1</Sum></TtlCdtNtries>"),
          entry("1"), entry("1.5", "DBIT")], ("count",)),
        ([summary(2, "2.5", "<TtlDbtNtries><NbOfNtries>1</NbOfNtries><Sum>1</Sum></TtlDbtNtries>"),
          entry("1"), entry("1.5", "DBIT")], ("sum",)),
        ([summary(1, "1", net="<TtlNetNtryAmt>1</TtlNetNtryAmt><CdtDbtInd>CRDT</CdtDbtInd>"), entry("1")], ()),
        ([summary(1, "1", net="<TtlNetNtry><Amt>1</Amt><CdtDbtInd>DBIT</CdtDbtInd></TtlNetNtry>"), entry("1")],
         ("sum",)),
    ],
)  # fmt: skip
def test_what_does_not_agree_with_itself_is_named(
    tmp_path: Path, pieces: list[str], differences: tuple[str, ...]
) -> None:
    assert only(read(tmp_path, ACCOUNT, *pieces), StatementEnd)[0].differences == differences


def test_the_head_comes_first_even_of_a_statement_with_nothing_in_it(tmp_path: Path) -> None:
    owned = (
        "<Id>S1</Id><StmtPgntn><PgNb>1</PgNb></StmtPgntn><ElctrncSeqNb>4</ElctrncSeqNb><CreDtTm>T</CreDtTm>"
        "<FrToDt><FrDtTm>A</FrDtTm><ToDtTm>B</ToDtTm></FrToDt><CpyDplctInd>DUPL</CpyDplctInd>"
        "<Acct><Id><Othr><Id>12 34</Id></Othr></Id><Ccy>EUR</Ccy><Ownr><Nm>O</Nm></Ownr>"
        "<Svcr><FinInstnId><BIC>DEUTDEFF</BIC></FinInstnId></Svcr></Acct>"
    )
    parts = read(tmp_path, owned)
    assert parts[1:] == [
        StatementHead("S1", "1234", "BBAN", "EUR", "O", "DEUTDEFF", "4", "T", "A", "B", "DUPL"),
        StatementEnd("S1", 0),
    ]


def test_credit_lines_stand_beside_their_balance(tmp_path: Path) -> None:
    line = "<CdtLine><Incl>false</Incl><Amt Ccy='EUR'>500</Amt></CdtLine></Bal>"
    (found,) = only(read(tmp_path, ACCOUNT, balance("CLAV", "1").replace("</Bal>", line)), StatementBalance)
    assert found.credit_lines == (Money(50000, "EUR"),)


def test_the_transactions_of_one_entry_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(account_report, "MAX_DETAILS", 3)
    assert read(tmp_path, ACCOUNT, entry("1", more=details(*["<Refs/>"] * 3)))
    with pytest.raises(UserFacingError) as refused:
        read(tmp_path, ACCOUNT, entry("1", more=details(*["<Refs/>"] * 4)))
    assert refused.value.code == "file.too_large"


def test_the_first_version_has_its_transactions_right_below_the_entry(tmp_path: Path) -> None:
    path = tmp_path / "first.xml"
    path.write_text(
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.01"><BkToCstmrStmtV01>'
        f"{HEAD}<Stmt><Id>S1</Id><Acct><Id><PrtryAcct><Id>77</Id></PrtryAcct></Id></Acct>"
        "<Bal><Tp><Cd>OPBD</Cd></Tp><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2009-01-01</Dt></Dt></Bal>"
        "<Ntry><Amt Ccy='EUR'>1</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><Btch><PmtInfId>P</PmtInfId></Btch>"
        "<TxDtls><Refs><EndToEndId>E</EndToEndId></Refs></TxDtls></Ntry></Stmt></BkToCstmrStmtV01></Document>",
        "utf-8",
    )
    parts = list(LocalBankFiles().read(path))
    assert only(parts, StatementHead)[0].account == "77"
    assert only(parts, StatementBalance)[0].code == "OPBD"
    (found,) = only(parts, StatementEntry)
    assert found.references == (("PmtInfId", "P"),)
    assert found.details[0].end_to_end_id == "E"
