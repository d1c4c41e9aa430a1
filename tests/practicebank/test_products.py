"""The bank's other products: TARGET, cross-border, and transfers within China."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from practicebank import amounts, ibans
from practicebank.products import CN_DOMESTIC, CROSS_BORDER, PRODUCTS, TARGET, fee_minor

if TYPE_CHECKING:
    from tests.practicebank.running_bank import Client, RunningBank

HOUR_MS = 3_600_000
YUAN = {"currency": "CNY", "amount": "1200.50"}
CHINA = f"/v1/payments/{CN_DOMESTIC}"
ABROAD = f"/v1/payments/{CROSS_BORDER}"
REAL_CARD = "6299991234567890128"


@pytest.mark.parametrize(
    ("currency", "written", "minor"),
    [
        ("EUR", "1.5", 150),
        ("EUR", "1.500", 150),
        ("JPY", "1200", 1200),
        ("JPY", "1200.0", 1200),
        ("KWD", "1.234", 1234),
    ],
)
def test_every_currency_has_its_own_decimals(currency: str, written: str, minor: int) -> None:
    assert amounts.to_minor(written, currency) == minor
    assert amounts.to_minor(amounts.to_written(minor, currency), currency) == minor


def test_amounts_are_shown_with_their_decimals() -> None:
    assert amounts.to_written(-5, "KWD") == "-0.005"
    assert amounts.to_spoken(1_234_567, "JPY") == "JPY 1,234,567"
    assert amounts.to_spoken(-1_234_567, "KWD") == "KWD -1,234.567"
    for currency, written in (("JPY", "1.5"), ("EUR", "1.001"), ("KWD", "1.2345")):
        with pytest.raises(ValueError, match=r"amount|unit"):
            amounts.to_minor(written, currency)
    with pytest.raises(LookupError):
        amounts.to_minor("1", "XTS")


def test_a_fee_depends_on_product_currency_and_bearer() -> None:
    assert fee_minor(TARGET, "EUR") == 1_500
    own = PRODUCTS[CROSS_BORDER].fees
    assert fee_minor(CROSS_BORDER, "GBP", "SHAR") == own["GBP"]
    assert fee_minor(CROSS_BORDER, "GBP", "DEBT") > own["GBP"]
    assert fee_minor(CROSS_BORDER, "GBP", "CRED") == 0


def test_card_numbers_carry_a_check_digit() -> None:
    assert ibans.with_luhn_digit("7992739871") == "79927398713"
    for length in range(15, 19):
        card = ibans.with_luhn_digit("6299991234567890123"[:length])
        assert ibans.is_card_number(card)
        assert not ibans.is_card_number(card[:-1] + str((int(card[-1]) + 1) % 10))


def test_the_profile_lists_them_with_their_fees(shared_client: Client) -> None:
    profile = shared_client.call("GET", "/v1/bank-profile")
    assert profile["products"] == list(PRODUCTS)
    assert profile["fees"][TARGET] == {"currency": "EUR", "amount": "15.00"}
    assert profile["fees"][CN_DOMESTIC] == {"currency": "CNY", "amount": "5.00"}
    assert profile["fees"]["instant-sepa-credit-transfers"] == profile["fees"]["sepa-credit-transfers"]


def test_target_is_for_large_euro(bank: RunningBank, client: Client) -> None:
    payment = client.initiate(TARGET, instructedAmount={"currency": "EUR", "amount": "300000.00"}, chargeBearer="SHAR")
    assert payment["transactionFees"]["amount"] == "15.00"
    assert client.call("GET", payment["_links"]["self"]["href"])["chargeBearer"] == "SHAR"
    client.authorise(payment["_links"]["startAuthorisation"]["href"])
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.status(payment) == "ACSC"
    assert bank.balance()["closing_minor"] == bank.balance()["opening_minor"] - 30_000_000 - 1_500
    pounds = client.order(instructedAmount={"currency": "GBP", "amount": "1.00"})
    assert client.refused("POST", f"/v1/payments/{TARGET}", pounds)[1:] == (
        "PAYMENT_FAILED",
        "instructedAmount.currency",
    )
    costly = client.order(chargeBearer="DEBT")
    assert client.refused("POST", f"/v1/payments/{TARGET}", costly)[1:] == ("PAYMENT_FAILED", "chargeBearer")


def abroad(bank: RunningBank, **changes: object) -> dict[str, object]:
    order: dict[str, object] = {
        "debtorAccount": {"iban": bank.balance("GBP")["iban"]},
        "instructedAmount": {"currency": "GBP", "amount": "1500.00"},
        "creditorAccount": {"bban": "0011223344"},
        "creditorAgent": "TAMPUS33",
        "creditorAgentName": "Tamar Practice Bank",
        "creditorAddress": {"streetName": "Harbour Street", "townName": "Portland", "country": "US"},
        "creditorName": "Tamar Optical Works Inc",
        "chargeBearer": "DEBT",
        "purposeCode": "GDDS",
    }
    return {**order, **changes}


def test_abroad_in_the_currency_of_the_account(bank: RunningBank, client: Client) -> None:
    order = abroad(bank)
    payment = client.call("POST", ABROAD, order, expect=201)
    assert payment["transactionFees"] == {"currency": "GBP", "amount": "31.50"}
    echo = client.call("GET", payment["_links"]["self"]["href"])
    assert {name: echo[name] for name in order if name != "debtorAccount"} == {
        name: value for name, value in order.items() if name != "debtorAccount"
    }
    challenge = client.challenged(payment["_links"]["startAuthorisation"]["href"])
    assert "GBP 1,500.00 to Tamar Optical Works Inc, account ending 3344" in challenge["challengeData"]["data"][0]
    answer = {"scaAuthenticationData": client.sms_code()}
    client.call("PUT", challenge["_links"]["authoriseTransaction"]["href"], answer)
    bank.put("/clock", {"advance_ms": 31_000})
    assert client.status(payment) == "ACSC"
    account = bank.balance("GBP")
    assert account["closing_minor"] == account["opening_minor"] - 150_000 - 3_150
    by_payee = client.call("POST", ABROAD, abroad(bank, chargeBearer="CRED"), expect=201)
    assert (by_payee["transactionFees"]["amount"], by_payee["transactionFeeIndicator"]) == ("0.00", False)
    plain = {k: v for k, v in abroad(bank).items() if k != "chargeBearer"}
    shared = client.call("POST", ABROAD, plain, expect=201)
    assert client.call("GET", shared["_links"]["self"]["href"])["chargeBearer"] == "SHAR"


ABROAD_REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"instructedAmount": {"currency": "JPY", "amount": "10.5"}}, "FORMAT_ERROR", "instructedAmount.amount"),
    ({"instructedAmount": {"currency": "XTS", "amount": "10"}}, "FORMAT_ERROR", "instructedAmount.currency"),
    ({"instructedAmount": {"currency": "JPY", "amount": "1000"}}, "PAYMENT_FAILED", "instructedAmount.currency"),
    ({"instructedAmount": {"currency": "KWD", "amount": "1.234"}}, "PAYMENT_FAILED", "instructedAmount.currency"),
    ({"chargeBearer": "SLEV"}, "FORMAT_ERROR", "chargeBearer"),
    ({"creditorAgent": None}, "FORMAT_ERROR", "creditorAgent"),
    ({"creditorAddress": None}, "FORMAT_ERROR", "creditorAddress.country"),
    ({"creditorAddress": {"townName": "Portland"}}, "FORMAT_ERROR", "creditorAddress.country"),
    ({"creditorAddress": {"townName": "x" * 36, "country": "US"}}, "FORMAT_ERROR", "creditorAddress.townName"),
    ({"creditorAddress": "Portland"}, "FORMAT_ERROR", "creditorAddress"),
    ({"creditorAccount": {"bban": "12-34"}}, "FORMAT_ERROR", "creditorAccount.bban"),
    ({"creditorAccount": {"iban": "DE00"}}, "FORMAT_ERROR", "creditorAccount.iban"),
    ({"creditorAgentName": "x" * 141}, "FORMAT_ERROR", "creditorAgentName"),
    ({"purposeCode": "gifts"}, "FORMAT_ERROR", "purposeCode"),
]


def test_what_cannot_go_abroad_is_refused_with_its_path(shared_bank: RunningBank, shared_client: Client) -> None:
    for changes, code, path in ABROAD_REFUSALS:
        order = {k: v for k, v in abroad(shared_bank, **changes).items() if v is not None}
        assert shared_client.refused("POST", ABROAD, order) == (400, code, path), changes
    yen = abroad(shared_bank, instructedAmount={"currency": "JPY", "amount": "1000"})
    reply = shared_client.send(shared_client.request("POST", ABROAD, yen))
    assert "debits in the currency of the account only" in reply.json()["tppMessages"][0]["text"]


def within_china(bank: RunningBank, arrival: str = "ordinary", **changes: object) -> dict[str, object]:
    payee = bank.get("/world")["national_payees"][1]
    order: dict[str, object] = {
        "debtorAccount": {"iban": bank.balance("CNY")["iban"]},
        "instructedAmount": YUAN,
        "creditorAccount": {"bban": payee["account"]},
        "creditorAgentMemberId": payee["member_id"],
        "creditorName": payee["holder"],
        "remittanceInformationUnstructured": "货款",
        "arrivalMode": arrival,
    }
    return {**order, **changes}


def pay_within_china(bank: RunningBank, client: Client, arrival: str) -> dict[str, Any]:
    payment = client.call("POST", CHINA, within_china(bank, arrival), expect=201)
    done = client.authorise(payment["_links"]["startAuthorisation"]["href"])
    assert done["scaStatus"] == "finalised"
    return payment


def test_in_real_time_it_has_arrived_and_stays(bank: RunningBank, client: Client) -> None:
    payment = pay_within_china(bank, client, "real_time")
    assert client.status(payment) == "ACSC"
    assert client.refused("DELETE", payment["_links"]["self"]["href"])[:2] == (405, "CANCELLATION_INVALID")
    account = bank.balance("CNY")
    assert account["closing_minor"] == account["opening_minor"] - 120_050 - 500


def test_an_ordinary_one_arrives_after_two_hours(bank: RunningBank, client: Client) -> None:
    bank.put("/clock", {"frozen": True})
    payment = pay_within_china(bank, client, "ordinary")
    assert client.status(payment) == "ACTC"
    bank.put("/clock", {"advance_ms": 2 * HOUR_MS - 1})
    # What the tester changes for other transfers leaves a chosen time of arrival alone.
    bank.put("/outcomes", {"settle_seconds": 1})
    assert client.status(payment) == "ACTC"
    bank.put("/clock", {"advance_ms": 1})
    assert client.status(payment) == "ACSC"


def test_one_for_the_next_day_leaves_when_that_day_begins_there(bank: RunningBank, client: Client) -> None:
    # 23:30 in Beijing on the 16th.
    bank.put("/clock", {"now": "2026-11-16T15:30:00+00:00", "frozen": True})
    payment = pay_within_china(bank, client, "next_day")
    bank.put("/clock", {"now": "2026-11-16T15:59:59+00:00"})
    assert client.status(payment) == "ACTC"
    bank.put("/clock", {"now": "2026-11-16T16:00:00+00:00"})
    assert client.status(payment) == "ACSC"


@pytest.mark.parametrize("arrival", ["ordinary", "next_day"])
def test_until_then_it_can_be_called_off(bank: RunningBank, client: Client, arrival: str) -> None:
    bank.put("/clock", {"now": "2026-11-16T09:00:00+00:00", "frozen": True})
    payment = pay_within_china(bank, client, arrival)
    bank.put("/clock", {"advance_ms": HOUR_MS})
    asked = client.call("DELETE", payment["_links"]["self"]["href"], expect=202)
    assert client.authorise(asked["_links"]["startAuthorisation"]["href"])["scaStatus"] == "finalised"
    assert client.status(payment) == "CANC"
    bank.put("/clock", {"advance_ms": 48 * HOUR_MS})
    account = bank.balance("CNY")
    assert account["available_minor"] == account["opening_minor"] == account["closing_minor"]


def test_a_killed_bank_still_knows_when_it_arrives(bank: RunningBank, client: Client) -> None:
    payment = pay_within_china(bank, client, "ordinary")
    bank.kill()
    (execution,) = bank.dump()["journal"]
    assert (execution["status"], execution["payment_id"]) == ("ACTC", payment["paymentId"])


CHINESE_REFUSALS: list[tuple[dict[str, Any], str, str]] = [
    ({"arrivalMode": None}, "FORMAT_ERROR", "arrivalMode"),
    ({"arrivalMode": "soon"}, "FORMAT_ERROR", "arrivalMode"),
    ({"creditorAgentMemberId": None}, "FORMAT_ERROR", "creditorAgentMemberId"),
    ({"creditorAgentMemberId": "12345"}, "FORMAT_ERROR", "creditorAgentMemberId"),
    ({"creditorAccount": {"bban": "12ab"}}, "FORMAT_ERROR", "creditorAccount.bban"),
    ({"creditorAccount": {"pan": "6299991234567890123"}}, "FORMAT_ERROR", "creditorAccount.pan"),
    ({"creditorAccount": {"iban": "DE89370400440532013000"}}, "FORMAT_ERROR", "creditorAccount.bban"),
    ({"instructedAmount": {"currency": "EUR", "amount": "5.00"}}, "PAYMENT_FAILED", "instructedAmount.currency"),
    ({"requestedExecutionDate": "2026-11-30"}, "EXECUTION_DATE_INVALID", "requestedExecutionDate"),
    ({"requestedExecutionDate": "2099-11-30"}, "EXECUTION_DATE_INVALID", "requestedExecutionDate"),
]


def test_what_is_no_transfer_within_china_is_refused(shared_bank: RunningBank, shared_client: Client) -> None:
    for changes, code, path in CHINESE_REFUSALS:
        order = {k: v for k, v in within_china(shared_bank, **changes).items() if v is not None}
        assert shared_client.refused("POST", CHINA, order) == (400, code, path), changes
    euro = within_china(shared_bank, debtorAccount={"iban": shared_bank.balance()["iban"]})
    assert shared_client.refused("POST", CHINA, euro)[1:] == ("PAYMENT_FAILED", "debtorAccount.iban")


def test_a_card_needs_no_bank_code(shared_bank: RunningBank, shared_client: Client) -> None:
    card = ibans.with_luhn_digit(REAL_CARD[:-1])
    order = within_china(shared_bank, creditorAccount={"pan": card}, creditorAgentMemberId=None)
    payment = shared_client.call("POST", CHINA, {k: v for k, v in order.items() if v is not None}, expect=201)
    assert shared_client.call("GET", payment["_links"]["self"]["href"])["creditorAccount"] == {"pan": card}
