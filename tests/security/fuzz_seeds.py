"""What the fuzz starts from: real files where they are at hand, and some of every kind written out here."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Final

import orjson

from tests.benchmarks.made_files import write_camt053, write_pain001
from tests.security import fuzz_envelopes, fuzz_proofs
from tests.security.fuzz_xlsx import xlsx_seeds

DATA: Final = Path("../shared/data")
DOORS: Final = ("pain001", "pain002", "camt", "mt940", "csv", "xlsx", "text", *fuzz_envelopes.DOORS, *fuzz_proofs.DOORS)
XML_DOORS: Final = frozenset({"pain001", "pain002", "camt"})

NAME_CHECK: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.14"><CstmrPmtStsRpt>
<GrpHdr><MsgId>VOP-1</MsgId><CreDtTm>2026-03-02T06:00:00Z</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>MADE-001</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.09</OrgnlMsgNmId>
<OrgnlNbOfTxs>2</OrgnlNbOfTxs><GrpSts>RVMC</GrpSts>
<NbOfTxsPerSts><DtldNbOfTxs>1</DtldNbOfTxs><DtldSts>RVNM</DtldSts></NbOfTxsPerSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>MADE-001-1</OrgnlPmtInfId>
<TxInfAndSts><OrgnlEndToEndId>E2E-1</OrgnlEndToEndId><TxSts>RVMC</TxSts>
<StsRsnInf><AddtlInf>Atelier Verhoeven B.V.</AddtlInf></StsRsnInf>
<OrgnlTxRef><Amt><InstdAmt Ccy="EUR">12.50</InstdAmt></Amt>
<Cdtr><Pty><Nm>Atelier Verhoeven</Nm></Pty></Cdtr>
<CdtrAcct><Id><IBAN>NL91ABNA0417164300</IBAN></Id></CdtrAcct></OrgnlTxRef></TxInfAndSts>
<TxInfAndSts><OrgnlEndToEndId>E2E-2</OrgnlEndToEndId><TxSts>RVNM</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
"""
RECALL_ANSWER: Final = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.029.001.10"><RsltnOfInvstgtn>
<Assgnmt><Id>RES-1</Id><CreDtTm>2026-03-05T06:00:00Z</CreDtTm></Assgnmt><Sts><Conf>RJCR</Conf></Sts>
<CxlDtls><OrgnlPmtInfAndSts><OrgnlPmtInfId>MADE-001-1</OrgnlPmtInfId>
<OrgnlGrpInf><OrgnlMsgId>MADE-001</OrgnlMsgId></OrgnlGrpInf>
<TxInfAndSts><OrgnlEndToEndId>E2E-1</OrgnlEndToEndId><TxCxlSts>RJCR</TxCxlSts>
<CxlStsRsnInf><Rsn><Cd>CUST</Cd></Rsn></CxlStsRsnInf><OrgnlInstdAmt Ccy="EUR">12.50</OrgnlInstdAmt></TxInfAndSts>
</OrgnlPmtInfAndSts></CxlDtls></RsltnOfInvstgtn></Document>
"""
GERMAN_MT940: Final = """:20:STARTUMS
:25:37040044/0532013000
:28C:00005/001
:60F:C260301EUR1000,00
:61:2603020302DR10,50N166NONREF//BANKREF1
/OCMT/EUR10,50/
:86:166?00UEBERWEISUNG?109075/620?20EREF+E2E-1?21KREF+K1?22SVWZ+Invoice 12 of
 March?30BYLADEM1001?31DE02120300000000202051?32Hartwell?33 Timber
:61:260303C5,NTRFNONREF
:86:159?00RETOURE?20EREF+E2E-2?21SVWZ+Konto erloschen?32Anna Groß
:61:2603030303RC1,00NCHGCHARGES
:62F:C260303EUR993,50
:64:C260303EUR993,50
-
:20:SECOND
:25:NL91ABNA0417164300EUR
:28C:12
:60M:D260301EUR0,00
:61:2603030303C200,25NTRFEREF//B2
:86:/TRTP/SEPA OVERBOEKING/CNTP/NL08INGB0000001234/INGBNL2A/J. Jansen///EREF/E2E-9//RTRN/MS03/
/REMI/USTD//Rent of March/
:62M:C260303EUR200,25
-
"""
JAPANESE_MT940: Final = """{1:F01BANKJPJTAXXX0000000000}{2:I940CLIENTXXN}{4:
:20:JP1
:25:BANKJPJT/1234567
:28C:1/1
:60F:C260301JPY100000,
:61:2603020302D2500,NMSCREF1//R9
:86:No form at all
:62F:C260302JPY97500,
-}
"""
_GERMAN_CSV: Final = """name;iban;bic;amount;currency;reference
Atelier Verhoeven;NL91ABNA0417164300;ABNANL2A;1.234,50;EUR;"Invoice; 12"
Groß & Söhne;DE89370400440532013000;;99,00;EUR;=1+1
"""
_CSV: Final = (
    _GERMAN_CSV.replace("\n", "\r\n"),
    "收款人,收款账号,开户行,金额,用途\n北京远洋有限公司,6222021001116245702,102100099996,12800.00,货款\n",
    "Payee\tSort code\tAccount\tAmount\nHartwell\t20-00-00\t55779911\t1,200.00\n",
)
_MESSAGES: Final = (
    "Hi, our bank has changed. Please pay invoice 4711 over EUR 12.500,00 to DE89 3704 0044 0532 0130 00 today.",
    "Your account is at risk. Move your money to the safe account 20-00-00 55779911 now and tell nobody.",
    "请将货款 128,000.00 元汇至 北京远洋有限公司 6222 0210 0111 6245 702，工商银行北京支行。",
    "IBAN: NL91ABNA0417164300\nBIC: ABNANL2A\nName: Atelier Verhoeven\nAmount: €1,234.50\nRef: RF18539007547034",
)
_HOSTILE: Final = (
    '<!DOCTYPE Document [<!ENTITY x "xxxxxxxxxx">]>',
    '<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
    '<!DOCTYPE Document [<!ENTITY x SYSTEM "http://127.0.0.1:9/x">]>',
    '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE Document PUBLIC "-//X//Y" "http://127.0.0.1:9/x.dtd">',
    '<!DOCTYPE Document [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
    "<!DOCTYPE Document [{}]>".format(
        '<!ENTITY x0 "xxxxxxxxxx">'
        + "".join(f'<!ENTITY x{level + 1} "{f"&x{level};" * 10}">' for level in range(9))
        + '<!ENTITY x "&x9;">'
    ),
    '<!DOCTYPE Document [<!ENTITY x "{}">]>'.format("x" * 20_000),
    '<!DOCTYPE Document [<!ATTLIST Document a CDATA "y"><!ENTITY x "y">]>',
    "<!DOCTYPE\nDocument>",
)


class _Samples(dict[str, list[bytes]]):
    """Samples by door; whole workspaces are made only where they are asked for."""

    def __missing__(self, door: str) -> list[bytes]:
        self[door] = list(fuzz_proofs.seeds_of(door))
        return self[door]


@cache
def seeds() -> Mapping[str, Sequence[bytes]]:
    """Return samples by door."""
    found = _Samples((door, []) for door in DOORS if door not in fuzz_proofs.DOORS)
    for path in sorted(DATA.glob("statements/*.xml")):
        found["camt"].append(path.read_bytes())
    for path in sorted(DATA.glob("iso20022/*.xml")):
        found["pain002" if "pain_002" in path.name else "pain001"].append(path.read_bytes())
    with tempfile.TemporaryDirectory(prefix="countersign-fuzz-") as scratch:
        made = Path(scratch) / "made.xml"
        write_camt053(made, 3)
        found["camt"].append(made.read_bytes())
        write_pain001(made, 3)
        found["pain001"].append(made.read_bytes())
    found["pain002"] += [NAME_CHECK.encode(), RECALL_ANSWER.encode()]
    found["mt940"] += [GERMAN_MT940.encode("latin-1"), JAPANESE_MT940.encode(), GERMAN_MT940.encode()]
    found["csv"] += [text.encode() for text in _CSV]
    found["xlsx"] += xlsx_seeds()
    found["text"] += [text.encode() for text in _MESSAGES]
    found["envelope"] += fuzz_envelopes.envelope_seeds()
    found["qr"] += fuzz_envelopes.qr_seeds()
    return found


@cache
def naughty() -> Sequence[str]:
    """Return strings that break programs: the public list where it is at hand, and figures of our own."""
    path = DATA / "text" / "naughty-strings.json"
    listed = [str(text) for text in orjson.loads(path.read_bytes())] if path.is_file() else []
    return (*listed, *_NUMBERS, "\u202e\u2066", "\ud83d\ude00".encode("utf-16", "surrogatepass").decode("utf-16"))


_NUMBERS: Final = (
    "", "0", "-1", "+1", "1e309", "NaN", "Infinity", "-0.00", "0.000001", "1.", ".5", "1,5", "1 000", "9" * 16,
    "9" * 400, "0" * 400 + "1", "\uff11\uff12.\uff13\uff14", "\u0661\u0662\u066b\u0663", "0x10", "1_000",
    "90071992547409.91", "90071992547409.92",
)  # fmt: skip


def hostile() -> Sequence[str]:
    """Return document type declarations, none of which may be let in."""
    return _HOSTILE
