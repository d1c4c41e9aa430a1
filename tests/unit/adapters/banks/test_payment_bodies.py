"""What goes to the bank is what was agreed, and what comes back is held to it, field by field."""

from __future__ import annotations

from dataclasses import fields, replace

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.banks.xs2a.payment_bodies import not_carried, payment_body, read_payment, require_echo
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct

PAYMENT = PaymentFields(
    Money(25_000_000, "EUR"),
    "LU939993618359991493",
    "Hartwell & Stone",
    "GB56SVVP99001745379678",
    "SVVPGB2L",
    "E2E-1",
    "Invoice 7",
    "2026-12-01",
    PaymentProduct.SEPA,
)
CHANGES: dict[str, object] = {
    "instructed_amount": Money(25_000_001, "EUR"),
    "debtor_account": "DE89370400440532013000",
    "creditor_name": "Hartwell",
    "creditor_account": "DE89370400440532013000",
    "creditor_agent": "DEUTDEFF",
    "end_to_end_id": "E2E-2",
    "remittance": "Invoice 8",
    "requested_execution_date": "2026-12-02",
}


def test_a_message_reads_back_as_what_was_agreed() -> None:
    written = orjson.loads(payment_body(PAYMENT))
    assert written["instructedAmount"] == {"currency": "EUR", "amount": "250000.00"}
    assert read_payment(written, PAYMENT, "message") == PAYMENT
    require_echo(PAYMENT, written)


NOT_CARRIED: dict[str, object] = {
    "debtor_account_scheme": AccountScheme.BBAN,
    "debtor_agent": "DEUTDEFF",
    "debtor_agent_member": "GBDSC:200415",
    "creditor_account_scheme": AccountScheme.BBAN,
    "creditor_agent_member": "GBDSC:200415",
    "creditor_town": "London",
    "creditor_country": "GB",
    "charge_bearer": ChargeBearer.SHARED,
    "purpose": "SUPP",
    "uetr": "8f14e45f-ceea-467f-a0e6-2f5a1c1c0d3e",
    "ultimate_debtor": "Alder",
    "ultimate_creditor": "Birch",
    "arrival": Arrival.NEXT_DAY,
}


def test_every_field_is_compared_or_refused() -> None:
    assert {*CHANGES, *NOT_CARRIED, "product"} == {item.name for item in fields(PaymentFields)}


@pytest.mark.parametrize("field", NOT_CARRIED)
def test_what_the_message_can_not_say_is_never_left_out_silently(field: str) -> None:
    agreed = replace(PAYMENT, **{field: NOT_CARRIED[field]})  # type: ignore[arg-type]
    assert not_carried(agreed) == field
    with pytest.raises(BindingError) as refused:
        payment_body(agreed)
    assert (refused.value.code, refused.value.params["field"]) == ("binding.message", field)
    assert not_carried(PAYMENT) == ""


@pytest.mark.parametrize("field", CHANGES)
def test_an_echo_that_departs_in_one_field_is_refused(field: str) -> None:
    other = replace(PAYMENT, **{field: CHANGES[field]})  # type: ignore[arg-type]
    with pytest.raises(BindingError) as refused:
        require_echo(PAYMENT, orjson.loads(payment_body(other)))
    assert (refused.value.code, refused.value.params["field"]) == ("binding.reply", field)


@pytest.mark.parametrize("field", ["creditorAgent", "requestedExecutionDate"])
def test_some_fields_may_be_left_out_of_an_echo(field: str) -> None:
    echo = orjson.loads(payment_body(PAYMENT))
    del echo[field]
    require_echo(PAYMENT, echo)


@pytest.mark.parametrize("agent", ["SVVPGB2LXXX", "SVVPGB2L"])
def test_a_head_office_is_the_same_office(agent: str) -> None:
    require_echo(PAYMENT, orjson.loads(payment_body(PAYMENT)) | {"creditorAgent": agent})


@pytest.mark.parametrize("amount", ["250000", "250000.0", "250000.00"])
def test_an_amount_may_be_written_with_fewer_decimals(amount: str) -> None:
    echo = orjson.loads(payment_body(PAYMENT)) | {"instructedAmount": {"currency": "EUR", "amount": amount}}
    require_echo(PAYMENT, echo)


@pytest.mark.parametrize("amount", ["250,000.00", "250000,00", "2.5e5", "250000.000", " 250000", "", None, 250000])
def test_an_amount_that_can_not_be_read_is_not_the_agreed_one(amount: object) -> None:
    echo = orjson.loads(payment_body(PAYMENT)) | {"instructedAmount": {"currency": "EUR", "amount": amount}}
    with pytest.raises(BindingError) as refused:
        require_echo(PAYMENT, echo)
    assert refused.value.params["field"] == "instructed_amount"


@pytest.mark.parametrize("value", [None, [], "text", 7, {}])
def test_an_echo_of_any_other_shape_is_refused(value: object) -> None:
    with pytest.raises(BindingError):
        require_echo(PAYMENT, value)


def test_a_message_that_would_say_something_else_is_never_sent() -> None:
    """Spaces in an account number would be taken out on the way: then it isn't what was agreed."""
    with pytest.raises(BindingError) as refused:
        payment_body(replace(PAYMENT, creditor_account="GB56 SVVP 9900 1745 3796 78"))
    assert (refused.value.code, refused.value.params["field"]) == ("binding.message", "creditor_account")


@given(
    minor=st.integers(1, 2**53 - 1),
    currency=st.sampled_from(["EUR", "JPY", "BHD", "CNY"]),
    name=st.text(min_size=1, max_size=70),
    remittance=st.text(max_size=140),
)
def test_any_agreed_text_and_amount_survives_the_way(minor: int, currency: str, name: str, remittance: str) -> None:
    payment = replace(PAYMENT, instructed_amount=Money(minor, currency), creditor_name=name, remittance=remittance)
    assert read_payment(orjson.loads(payment_body(payment)), payment, "message") == payment
