"""Every file of real banks is read, and each amount, status and identifier in it is accounted for.

What a file says is taken from it a second time by a plain walk over all its elements, which knows nothing of the
messages; then each text must stand in what was read, or in the short list below of what is left out on purpose.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from decimal import Decimal
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    FilePart,
    GroupStatus,
    PaymentStatus,
    StatementBalance,
    StatementEnd,
    StatementEntry,
    StatementHead,
)
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.presentation.error_texts import sentence

DATA: Final = Path(__file__).parents[4] / "shared" / "data"
FILES: Final = sorted([*DATA.glob("statements/*.xml"), *DATA.glob("iso20022/*.xml")])
READABLE: Final = [path for path in FILES if "wrong" not in path.name]
STATUSES: Final = re.compile(r"/(Sts|Sts/Cd|Sts/Prtry|\w*Sts)$")
IDENTIFIERS: Final = re.compile(
    r"/(MsgId|PmtInfId|InstrId|EndToEndId|TxId|UETR|MndtId|ChqNb|ClrSysRef|AcctSvcrRef|NtryRef|Ref|Id|IBAN|BIC|BICFI"
    r"|StsId|Orgnl\w*Id|MmbId)$"
)
LEFT_OUT: Final = (
    (r"^/own/", "the own side of a transaction: the statement says whose account it is"),
    (r"/GrpHdr/(MsgRcpt|InitgPty)/", "who the message is from or to is nothing that orders are matched by"),
    (r"/(Ownr|Dbtr|Cdtr|UltmtDbtr|UltmtCdtr)/(Pty/)?Id/", "a party's number in a register; accounts are compared"),
    (r"/TxsSummry/", "compared with what was found: StatementEnd.differences"),
    (r"/OrgnlMsgNmId$", "the name of a kind of message"),
    (r"/Refs/EndToEndId=NOTPROVIDED$", "says that there is none"),
)
"""What is not handed on, and why."""


@pytest.fixture(autouse=True)
def _data(real_input: Path) -> None:
    assert FILES


def read(path: Path) -> list[FilePart]:
    return list(LocalBankFiles().read(path))


def leaves(path: Path) -> Iterator[tuple[str, str, str]]:
    """Yield path, text and currency of each element without children."""
    for element in etree.parse(path).iter(etree.Element):
        if len(element) == 0 and element.text and element.text.strip():
            above = [*reversed([str(etree.QName(one).localname) for one in element.iterancestors()])]
            name = "/".join([*above, str(etree.QName(element).localname)])
            yield (
                f"/{'own' * is_own(element)}/{name}",
                re.sub(r"\s+", " ", element.text.strip()),
                str(element.get("Ccy", "")),
            )


def is_own(element: etree._Element) -> bool:
    """Tell whether it belongs to the side of the account's owner in a transaction."""
    entry = next(element.iterancestors("{*}Ntry"), None)
    if entry is None:
        return False
    left = (entry.findtext("{*}CdtDbtInd") == "DBIT") != (entry.findtext("{*}RvslInd") in {"true", "1"})
    own = "Dbtr" if left else "Cdtr"
    return any(str(etree.QName(one).localname) in {own, f"{own}Acct", f"{own}Agt"} for one in element.iterancestors())


def said(value: object) -> Iterator[str | Money]:
    """Walk over all texts and amounts of what was read."""
    if isinstance(value, str | Money):
        yield value
    elif isinstance(value, tuple | list):
        for one in value:
            yield from said(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from said(getattr(value, field.name))


def left_out(path: str, text: str) -> bool:
    return any(re.search(pattern, path) or re.search(pattern, f"{path}={text}") for pattern, _ in LEFT_OUT)


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_each_amount_is_accounted_for(path: Path) -> None:
    stated = Counter(
        (abs(Decimal(text)), currency)
        for where, text, currency in leaves(path)
        if currency and not left_out(where, text)
    )
    found = Counter((abs(Decimal(one.plain())), one.currency) for one in said(read(path)) if isinstance(one, Money))
    assert not {(str(amount), currency): n for (amount, currency), n in (stated - found).items()}


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
@pytest.mark.parametrize("wanted", [STATUSES, IDENTIFIERS], ids=["statuses", "identifiers"])
def test_each_status_and_identifier_is_accounted_for(path: Path, wanted: re.Pattern[str]) -> None:
    stated = Counter(text for where, text, _ in leaves(path) if wanted.search(where) and not left_out(where, text))
    found = Counter(one for one in said(read(path)) if isinstance(one, str))
    assert dict(stated - found) == {}


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_each_entry_and_transaction_counts_once(path: Path) -> None:
    tree = etree.parse(path)
    parts = read(path)
    entries = [part for part in parts if isinstance(part, StatementEntry)]
    assert len(entries) == len(tree.findall(".//{*}Ntry"))
    assert sum(len(entry.details) for entry in entries) == len(tree.findall(".//{*}TxDtls"))
    assert len([part for part in parts if isinstance(part, PaymentStatus)]) == len(tree.findall(".//{*}TxInfAndSts"))
    assert len([part for part in parts if isinstance(part, StatementBalance)]) == len(tree.findall(".//{*}Bal"))
    accounts = [one for name in ("Stmt", "Rpt", "Ntfctn") for one in tree.findall(f".//{{*}}{name}")]
    assert len([part for part in parts if isinstance(part, StatementHead)]) == len(accounts)
    assert len([part for part in parts if isinstance(part, StatementEnd)]) == len(accounts)


@pytest.mark.parametrize("path", READABLE, ids=lambda path: path.name)
def test_signs_are_those_of_the_entries(path: Path) -> None:
    stated = [one.findtext("{*}CdtDbtInd") for one in etree.parse(path).findall(".//{*}Ntry")]
    found = [one.amount.minor < 0 for one in read(path) if isinstance(one, StatementEntry)]
    assert found == [direction == "DBIT" for direction in stated]


def test_a_broken_statement_is_refused_with_line_and_reason() -> None:
    with pytest.raises(UserFacingError) as refused:
        read(DATA / "statements" / "camt053.v2.wrong.xml")
    assert refused.value.code == "file.unreadable"
    assert refused.value.params == {"line": 3, "reason": "missing", "element": "Stmt"}
    assert "line 3, “Stmt” is missing" in sentence(refused.value.code, refused.value.params)


def test_names_of_a_message_with_no_namespace_are_taken_from_its_attribute() -> None:
    """One American bank writes ``Xmlns``."""
    parts = read(DATA / "iso20022" / "cross_river-pain_002_transaction_rejected.xml")
    assert [part.kind for part in parts if isinstance(part, FileHead)] == [FileKind.PAIN_002]
    group = next(part for part in parts if isinstance(part, GroupStatus))
    assert group.status == "ACTC"
    assert [part.status for part in parts if isinstance(part, PaymentStatus)] == ["RJCT"] * 3


def test_statements_that_agree_with_themselves_have_no_differences() -> None:
    ends = {
        path.name: [part.differences for part in read(path) if isinstance(part, StatementEnd)]
        for path in READABLE
        if path.parent.name == "statements"
    }
    assert ends["ing-example_camt.xml"] == [()]
    assert ends["nordea-example_camt.xml"] == [()]
    assert ends["camt053.v8.xml"] == [("balance",)]  # opening in EUR, closing in SEK
