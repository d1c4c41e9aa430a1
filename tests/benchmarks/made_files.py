"""Makes files of any length as banks and companies write them, valid against their schemas."""

from __future__ import annotations

from pathlib import Path
from typing import Final

_CAMT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_PAIN: Final = "urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"
_IBANS: Final = ("DE89370400440532013000", "FI2112345600000785", "NL91ABNA0417164300", "FR1420041010050500013M02606")
_NAMES: Final = ("Atelier Verhoeven", "Hartwell Solicitors", "Groß & Söhne", "Lindqvist Shipping", "北京远洋有限公司")
OPENING_MINOR: Final = 100_000_000
OWN_ACCOUNT: Final = "DE02120300000000202051"

_STATEMENT: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{_CAMT}"><BkToCstmrStmt>
<GrpHdr><MsgId>MADE-053</MsgId><CreDtTm>2026-03-02T06:00:00+01:00</CreDtTm></GrpHdr>
<Stmt><Id>MADE-053-1</Id><ElctrncSeqNb>42</ElctrncSeqNb><CreDtTm>2026-03-02T06:00:00+01:00</CreDtTm>
<Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy><Ownr><Nm>Hartwell Timber</Nm></Ownr>
<Svcr><FinInstnId><BICFI>BYLADEM1001</BICFI></FinInstnId></Svcr></Acct>
"""
_BALANCE: Final = """<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{amount}</Amt>\
<CdtDbtInd>{side}</CdtDbtInd><Dt><Dt>2026-03-01</Dt></Dt></Bal>
"""
_ENTRY: Final = """<Ntry><NtryRef>{number}</NtryRef><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-01</Dt></BookgDt><ValDt><Dt>2026-03-01</Dt></ValDt>
<AcctSvcrRef>2026030100{number:08}</AcctSvcrRef>
<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>ESCT</SubFmlyCd></Fmly></Domn></BkTxCd>
<NtryDtls><TxDtls><Refs><InstrId>INSTR-{number}</InstrId><EndToEndId>E2E-{number}</EndToEndId></Refs>
<Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{side}</CdtDbtInd>
<RltdPties><{role}><Pty><Nm>{name}</Nm></Pty></{role}><{role}Acct><Id><IBAN>{iban}</IBAN></Id></{role}Acct></RltdPties>
<RltdAgts><{role}Agt><FinInstnId><BICFI>DEUTDEFF</BICFI></FinInstnId></{role}Agt></RltdAgts>
<RmtInf><Ustrd>Invoice {number} of March</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>
"""
_PAYMENTS: Final = f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="{_PAIN}"><CstmrCdtTrfInitn>
<GrpHdr><MsgId>MADE-001</MsgId><CreDtTm>2026-03-02T06:00:00+01:00</CreDtTm><NbOfTxs>{{count}}</NbOfTxs>\
<CtrlSum>{{total}}</CtrlSum><InitgPty><Nm>Hartwell Timber</Nm></InitgPty></GrpHdr>
<PmtInf><PmtInfId>MADE-001-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>{{count}}</NbOfTxs><CtrlSum>{{total}}</CtrlSum>
<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl></PmtTpInf><ReqdExctnDt><Dt>2026-03-03</Dt></ReqdExctnDt>
<Dbtr><Nm>Hartwell Timber</Nm></Dbtr><DbtrAcct><Id><IBAN>DE02120300000000202051</IBAN></Id></DbtrAcct>
<DbtrAgt><FinInstnId><BICFI>BYLADEM1001</BICFI></FinInstnId></DbtrAgt><ChrgBr>SLEV</ChrgBr>
"""
_PAYMENT: Final = """<CdtTrfTxInf><PmtId><InstrId>INSTR-{number}</InstrId><EndToEndId>E2E-{number}</EndToEndId></PmtId>
<Amt><InstdAmt Ccy="EUR">{amount}</InstdAmt></Amt>
<CdtrAgt><FinInstnId><BICFI>DEUTDEFF</BICFI></FinInstnId></CdtrAgt>
<Cdtr><Nm>{name}</Nm><PstlAdr><TwnNm>Turku</TwnNm><Ctry>FI</Ctry></PstlAdr></Cdtr>
<CdtrAcct><Id><IBAN>{iban}</IBAN></Id></CdtrAcct>
<RmtInf><Ustrd>Invoice {number} of March</Ustrd></RmtInf></CdtTrfTxInf>
"""


def write_camt053(path: Path, entries: int, account: str = OWN_ACCOUNT) -> None:
    """Write a statement of an account in euro, whose balances agree with its entries."""
    closing = OPENING_MINOR + sum(_signed(number) for number in range(1, entries + 1))
    with path.open("w", encoding="utf-8") as file:
        file.write(_STATEMENT.replace(OWN_ACCOUNT, account))
        file.write(_BALANCE.format(code="OPBD", amount=_plain(OPENING_MINOR), side="CRDT"))
        file.write(_BALANCE.format(code="CLBD", amount=_plain(abs(closing)), side="CRDT" if closing >= 0 else "DBIT"))
        for number in range(1, entries + 1):
            amount = _signed(number)
            file.write(
                _ENTRY.format(
                    number=number,
                    amount=_plain(abs(amount)),
                    side="CRDT" if amount > 0 else "DBIT",
                    family="RCDT" if amount > 0 else "ICDT",
                    role="Dbtr" if amount > 0 else "Cdtr",
                    name=_xml(_NAMES[number % len(_NAMES)]),
                    iban=_IBANS[number % len(_IBANS)],
                )
            )
        file.write("</Stmt></BkToCstmrStmt></Document>\n")


def write_pain001(path: Path, payments: int, payees: int = 0, account: str = OWN_ACCOUNT) -> None:
    """Write payments of one account in one block, to as many payees in turn; to the few of a statement where 0."""
    total = _plain(sum(abs(_signed(number)) for number in range(1, payments + 1)))
    with path.open("w", encoding="utf-8") as file:
        file.write(_PAYMENTS.format(count=payments, total=total).replace(OWN_ACCOUNT, account))
        for number in range(1, payments + 1):
            file.write(
                _PAYMENT.format(
                    number=number,
                    amount=_plain(abs(_signed(number))),
                    name=_xml(payee_of(number, payees)[0]),
                    iban=payee_of(number, payees)[1],
                )
            )
        file.write("</PmtInf></CstmrCdtTrfInitn></Document>\n")


def payee_of(number: int, payees: int = 0) -> tuple[str, str]:
    """Return name and IBAN of whom a payment is for."""
    name = _NAMES[number % len(_NAMES)]
    if not payees:
        return name, _IBANS[number % len(_IBANS)]
    place = number % payees
    bban = f"37040044{place:010}"
    return (
        f"{_NAMES[place % len(_NAMES)]} {place}",
        f"DE{98 - int(bban + '131400') % 97:02}{bban}",
    )  # ISO 7064, MOD 97-10


def paid_minor(number: int) -> int:
    """Return the amount of a payment in cents."""
    return abs(_signed(number))


def _signed(number: int) -> int:
    """Return the amount of an entry in cents: credits and debits in turn, none of them nothing."""
    amount = 1 + number * 7_919 % 1_000_000
    return amount if number % 3 else -amount


def _plain(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02}"


def _xml(text: str) -> str:
    return text.replace("&", "&amp;")
