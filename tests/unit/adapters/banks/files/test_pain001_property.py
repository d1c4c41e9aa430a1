"""Every order of every rail becomes a file that its schema takes and that says exactly what was agreed."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Final
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, event, given, settings
from lxml import etree

from countersign.adapters.banks.files.pain001.reader import read_pain001
from countersign.adapters.banks.files.pain001.usage import Pain001Version
from countersign.application.ports.bank_files import FileHead, FilePayment
from countersign.domain.currencies import EXPONENTS
from countersign.domain.money import MAX_MINOR, Money
from countersign.domain.order import OrderContent
from countersign.domain.payment import ChargeBearer, PaymentFields, PaymentProduct
from tests.unit.adapters.banks.files.pain001_orders import GERMAN, SWISS, Agreed, agreed_orders, payments_file, schema

ZONES: Final = {
    PaymentProduct.UK_FASTER: "Europe/London",
    PaymentProduct.UK_CHAPS: "Europe/London",
    PaymentProduct.US_ACH: "America/New_York",
    PaymentProduct.US_WIRE: "America/New_York",
    PaymentProduct.CN_DOMESTIC: "Asia/Shanghai",
    PaymentProduct.TW_DOMESTIC: "Asia/Taipei",
}


def without_what_was_added(read: PaymentFields, agreed: Agreed, created: str) -> PaymentFields:
    """Take back the two things that a message has to say and an order need not."""
    payment = agreed.order.payment
    if not payment.requested_execution_date:
        zone = ZONES.get(payment.product, "Europe/Berlin")
        if payment.product is PaymentProduct.CROSS_BORDER and payment.debtor_account.startswith("GB"):
            zone = "Europe/London"
        made_at = datetime.fromisoformat(created).astimezone(ZoneInfo(zone))
        assert read.requested_execution_date == made_at.date().isoformat()
        read = replace(read, requested_execution_date="")
    swiss = agreed.usage is SWISS and payment.debtor_account[:2] in {"CH", "LI"}
    if swiss and not payment.debtor_agent and not payment.debtor_agent_member:
        assert read.debtor_agent_member == f"CHBCC:{payment.debtor_account[4:9]}"
        read = replace(read, debtor_agent_member="")
    return read


def count(agreed: Agreed) -> None:
    """Let the statistics show that no rail and no exponent was left out."""
    payment = agreed.order.payment
    event(f"{payment.product} for {agreed.usage}, {agreed.version}")
    event(f"exponent {payment.instructed_amount.exponent}")


def check(agreed: Agreed) -> None:
    """Write, validate, read back, compare the canonical bytes."""
    file = payments_file(agreed)
    tree = etree.fromstring(file.content)
    schema(agreed.version.value).assertValid(tree)
    head, found = read_pain001(io.BytesIO(file.content))
    assert isinstance(head, FileHead)
    assert isinstance(found, FilePayment)
    assert found.faults == ()
    assert found.payment is not None
    (debtor_name,) = (element.text for element in tree.iterfind("{*}CstmrCdtTrfInitn/{*}PmtInf/{*}Dbtr/{*}Nm"))
    back = replace(
        agreed.order,
        payment=without_what_was_added(found.payment, agreed, head.created),
        debtor_name=str(debtor_name),
    )
    assert back.content_bytes == agreed.order.content_bytes
    assert OrderContent.parse(back.content_bytes).digest == agreed.order.digest
    assert head.stated_sum in {agreed.order.payment.instructed_amount.plain(), ""}
    assert datetime.fromisoformat(head.created) == datetime.fromtimestamp(agreed.created_at / 1000, UTC)


@given(agreed_orders())
def test_a_file_says_exactly_what_was_agreed(agreed: Agreed) -> None:
    count(agreed)
    check(agreed)


@pytest.mark.parametrize("version", Pain001Version)
def test_every_currency_has_its_decimals(sepa: Agreed, version: Pain001Version) -> None:
    for currency, minor in product(sorted(EXPONENTS), (1, MAX_MINOR)):
        payment = replace(
            sepa.order.payment,
            instructed_amount=Money(minor, currency),
            product=PaymentProduct.CROSS_BORDER,
            creditor_town="Paris",
            creditor_country="FR",
            charge_bearer=ChargeBearer.SHARED,
        )
        check(replace(sepa, order=replace(sepa.order, payment=payment), version=version, usage=GERMAN))


@pytest.mark.nightly
@settings(max_examples=20_000, suppress_health_check=[HealthCheck.too_slow])
@given(agreed_orders())
def test_twenty_thousand_files_say_exactly_what_was_agreed(agreed: Agreed) -> None:
    count(agreed)
    check(agreed)
