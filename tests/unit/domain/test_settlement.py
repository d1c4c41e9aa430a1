"""What an entry of a statement means for orders: settled where all that is known agrees, else a person looks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.ledger.governance import World
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import OrderContent
from countersign.domain.order_state import FINAL, OrderState
from countersign.domain.payment import AccountScheme, PaymentFields, PaymentProduct
from countersign.domain.settlement import (
    DAY_MS,
    EARLIEST_DAYS,
    LATEST_DAYS,
    RETURN_DAYS,
    AccountEntry,
    Code,
    Differs,
    Returned,
    Rule,
    Settled,
    judge_entry,
)

OWN, PAYEE = "DE89370400440532013000", "FR1420041010050500013M02606"
AGREED = Money(1_200_00, "EUR")
MADE = 1_790_000_000_000
KEY = (1, "d", "shared", 0)
S = OrderState


def _payment(**changes: object) -> PaymentFields:
    found = PaymentFields(
        instructed_amount=AGREED,
        debtor_account=OWN,
        creditor_name="Notariat Beispiel",
        creditor_account=PAYEE,
        creditor_agent="",
        end_to_end_id="CS01",
        remittance="Flat 12",
        requested_execution_date="",
        product=PaymentProduct.SEPA,
    )
    return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields


def _record(order: str = "a", state: OrderState = S.ACCEPTED, **changes: object) -> OrderRecord:
    payment = changes.pop("payment", _payment())
    assert isinstance(payment, PaymentFields)
    content = OrderContent("w", World.PRACTICE, order, "n", "d", "ada", "p", "v", "Ada", payment)
    intent = "" if state in {S.PREPARED, S.APPROVED, S.STOPPED} else "event"
    found = OrderRecord(content, "frozen", state, KEY, created_at=MADE, changed_at=MADE, intent_event=intent)
    return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields


def _debit(**changes: object) -> AccountEntry:
    found = AccountEntry("E1", OWN, -AGREED, MADE, "Notariat", PAYEE, "CS01", "Flat 12")
    return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields


def _credit(**changes: object) -> AccountEntry:
    return replace(_debit(amount=AGREED, return_reason="AC04"), **changes)  # type: ignore[arg-type]


SENT = _record(by_hand=True, handed_over_at=MADE)

# — found by the order's own identification —


@pytest.mark.parametrize("state", [S.INTENDED, S.INITIATED, S.ANSWERING, S.UNKNOWN, S.ACCEPTED, S.CANCELLING])
def test_the_identification_settles_whatever_the_bank_may_have_executed(state: OrderState) -> None:
    entry = _debit()
    assert judge_entry(entry, [_record(state=state)], []) == Settled("a", entry, Rule.END_TO_END)


def test_a_settled_order_gets_its_entry_where_only_a_status_told_so_far() -> None:
    entry = _debit()
    assert judge_entry(entry, [_record(state=S.SETTLED)], []) == Settled("a", entry, Rule.END_TO_END)


def test_the_same_line_again_says_nothing() -> None:
    assert judge_entry(_debit(), [_record(state=S.SETTLED, settled_by="E1")], []) is None


def test_a_second_line_is_paid_twice() -> None:
    entry = _debit(entry="E2")
    found = judge_entry(entry, [_record(state=S.SETTLED, settled_by="E1")], [])
    assert found == Differs(Code.PAID_TWICE, "a", entry, AGREED)


@pytest.mark.parametrize("state", [*sorted(FINAL - {S.SETTLED}), S.PREPARED, S.APPROVED])
def test_money_that_left_for_an_order_that_ended_or_was_never_sent_contradicts(state: OrderState) -> None:
    entry = _debit()
    assert judge_entry(entry, [_record(state=state)], []) == Differs(Code.CONTRADICTION, "a", entry, AGREED)


@pytest.mark.parametrize("amount", [Money(-1, "EUR"), Money(-AGREED.minor - 1, "EUR"), Money(-AGREED.minor, "USD")])
def test_another_amount_or_currency_is_a_difference(amount: Money) -> None:
    entry = _debit(amount=amount)
    assert judge_entry(entry, [_record()], []) == Differs(Code.AMOUNT_DIFFERS, "a", entry, AGREED)


def test_another_payee_is_a_difference_whatever_else_agrees() -> None:
    entry = _debit(counterparty_account="DE02120300000000202051")
    assert judge_entry(entry, [_record()], []) == Differs(Code.PAYEE_DIFFERS, "a", entry, AGREED)
    # A bank may leave the account out, or write the domestic number that the IBAN ends with; not a mere digit of it.
    for account in ("", "0500013M02606"):
        assert isinstance(judge_entry(_debit(counterparty_account=account), [_record()], []), Settled)
    assert isinstance(judge_entry(_debit(counterparty_account="606"), [_record()], []), Differs)


def test_the_identification_on_another_account_is_somebody_elses() -> None:
    elsewhere = _record(payment=_payment(debtor_account="DE02120300000000202051"))
    assert judge_entry(_debit(), [elsewhere], []) is None
    assert judge_entry(_debit(), [elsewhere, _record("b")], []) == Settled("b", _debit(), Rule.END_TO_END)


def test_a_number_that_is_no_iban_is_one_with_its_banks_code() -> None:
    ours = _payment(
        debtor_account="12345678", debtor_account_scheme=AccountScheme.BBAN, debtor_agent_member="GBDSC:200415"
    )
    entry = _debit(account="12345678", agent_member="GBDSC:200415")
    for named, waiting in (([_record(payment=ours)], []), ([], [_record(payment=ours, by_hand=True)])):  # accepted
        assert isinstance(judge_entry(entry, named, waiting), Settled)
        assert isinstance(judge_entry(replace(entry, agent_member=""), named, waiting), Settled)
        assert judge_entry(replace(entry, agent_member="GBDSC:400500"), named, waiting) is None


# — money that came back —


def test_what_came_back_in_full_is_a_return_with_its_reason() -> None:
    entry = _credit()
    assert judge_entry(entry, [_record(state=S.SETTLED)], []) == Returned("a", entry, "AC04")


def test_what_came_back_once_is_not_told_again_even_without_a_reason() -> None:
    for reason in ("AC04", ""):
        record = _record(state=S.SETTLED, returned=reason, returned_at=MADE)
        assert judge_entry(_credit(return_reason=reason), [record], []) is None


def test_less_or_other_money_that_came_back_is_a_difference() -> None:
    for amount in (AGREED - Money(500, "EUR"), Money(AGREED.minor, "CHF")):
        entry = _credit(amount=amount)
        found = judge_entry(entry, [_record(state=S.SETTLED)], [])
        assert found == Differs(Code.RETURNED_IN_PART, "a", entry, AGREED)


@pytest.mark.parametrize("state", [S.PREPARED, S.APPROVED, S.STOPPED])
def test_nothing_comes_back_that_was_never_sent(state: OrderState) -> None:
    assert judge_entry(_credit(), [_record(state=state)], []) is None


@pytest.mark.parametrize("state", sorted(set(S) - {S.SETTLED, S.PREPARED, S.APPROVED, S.STOPPED}))
def test_what_comes_back_before_its_debit_was_seen_waits(state: OrderState) -> None:
    entry = _credit()
    assert judge_entry(entry, [_record(state=state)], []) == Differs(Code.RETURN_WAITS, "a", entry, AGREED)


def test_a_credit_that_names_nothing_may_be_what_a_payment_by_hand_had_paid() -> None:
    paid = _record(state=S.SETTLED, by_hand=True)
    entry = _credit(end_to_end_id="")
    assert judge_entry(entry, [], [], [paid]) == Differs(Code.PERHAPS_RETURNED, "a", entry, AGREED)
    elsewhere = replace(paid, content=replace(paid.content, payment=_payment(debtor_account="DE02120300000000202051")))
    for other in (
        elsewhere,
        replace(paid, by_hand=False),
        replace(paid, state=S.ACCEPTED),
        replace(paid, returned_at=MADE),
        replace(paid, created_at=MADE - RETURN_DAYS * DAY_MS),
    ):
        assert judge_entry(entry, [], [], [other]) is None
    for changes in ({"amount": Money(1, "EUR")}, {"counterparty_account": ""}, {"booked_at": MADE - 2 * DAY_MS}):
        assert judge_entry(replace(entry, **changes), [], [], [paid]) is None
    assert judge_entry(entry, [], [], [paid], shows="a") is None, "it is on record already"


def test_money_that_comes_in_without_our_identification_is_about_no_order() -> None:
    assert judge_entry(_credit(end_to_end_id=""), [], [_record()]) is None
    assert judge_entry(_credit(amount=Money(0, "EUR"), end_to_end_id=""), [], [_record()]) is None


# — found by what it looks like —


def test_accounts_amount_and_day_settle_the_only_order_that_fits() -> None:
    entry = _debit(end_to_end_id="")
    other = _record("b", payment=_payment(instructed_amount=Money(5, "EUR")))
    assert judge_entry(entry, [], [other, SENT]) == Settled("a", entry, Rule.ACCOUNT_AMOUNT_DATE)


@pytest.mark.parametrize(
    ("record", "settles"),
    [
        ({"state": S.INITIATED, "by_hand": True, "handed_over_at": MADE}, True),
        ({"state": S.ACCEPTED, "by_hand": True}, True),
        ({"state": S.UNKNOWN, "by_hand": True}, True),
        ({"state": S.INITIATED, "by_hand": True}, False),
        ({"state": S.INTENDED, "by_hand": True}, False),
        ({"state": S.UNKNOWN}, True),
        ({"state": S.INITIATED}, False),
        ({"state": S.INTENDED}, False),
        ({"state": S.ACCEPTED}, False),
    ],
)
def test_what_looks_alike_settles_only_what_was_surely_sent(record: dict[str, object], settles: bool) -> None:
    entry = _debit(end_to_end_id="")
    found = judge_entry(entry, [], [_record(**record)])  # type: ignore[arg-type]
    perhaps = Differs(Code.PERHAPS_OURS, "a", entry, AGREED)
    assert found == (Settled("a", entry, Rule.ACCOUNT_AMOUNT_DATE) if settles else perhaps)


@pytest.mark.parametrize("changes", [{"unreferenced": True}, {"reversal": True}, {"return_reason": "AC04"}])
def test_a_line_without_a_name_or_that_takes_something_back_settles_nothing_by_itself(
    changes: dict[str, object],
) -> None:
    entry = _debit(end_to_end_id="", **changes)
    assert judge_entry(entry, [], [SENT]) == Differs(Code.PERHAPS_OURS, "a", entry, AGREED)


def test_an_entry_that_shows_one_order_shows_no_other() -> None:
    entry = _debit()
    assert judge_entry(entry, [_record()], [], shows="b") == Differs(Code.PERHAPS_OURS, "a", entry, AGREED)
    assert judge_entry(entry, [_record()], [], shows="a") == Settled("a", entry, Rule.END_TO_END)
    assert judge_entry(_debit(end_to_end_id=""), [], [SENT], shows="b") is None


def test_a_batch_that_does_not_say_what_each_payment_was_asks_for_each_that_it_names() -> None:
    batch = _debit(amount=Money(-AGREED.minor - 1, "EUR"), together=True)
    assert judge_entry(batch, [_record()], []) == Differs(Code.PERHAPS_OURS, "a", batch, AGREED)
    assert judge_entry(batch, [_record(state=S.SETTLED, settled_by="E7")], []) is None
    for amount in (Money(-1, "EUR"), Money(-AGREED.minor - 1, "GBP")):
        small = replace(batch, amount=amount)
        assert judge_entry(small, [_record()], []) == Differs(Code.AMOUNT_DIFFERS, "a", small, AGREED)


def test_of_two_orders_that_fit_a_person_chooses() -> None:
    entry = _debit(end_to_end_id="")
    found = judge_entry(entry, [], [_record("a"), _record("b")])
    assert found == Differs(Code.PERHAPS_OURS, "a", entry, AGREED)


def test_without_the_payees_account_a_person_looks() -> None:
    entry = _debit(end_to_end_id="", counterparty_account="")
    assert judge_entry(entry, [], [_record()]) == Differs(Code.PERHAPS_OURS, "a", entry, AGREED)


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "DE02120300000000202051"},
        {"amount": Money(-AGREED.minor, "CHF")},
        {"amount": Money(-1, "EUR")},
        {"counterparty_account": "DE02120300000000202051"},
        {"end_to_end_id": "SOMEBODY-ELSE"},
    ],
)
def test_one_thing_that_departs_makes_it_another_payment(changes: dict[str, object]) -> None:
    entry = replace(_debit(end_to_end_id=""), **changes)  # type: ignore[arg-type]
    assert judge_entry(entry, [], [_record()]) is None


def test_a_typed_payment_may_carry_an_identification_of_the_banks_own() -> None:
    entry = _debit(end_to_end_id="APP-2026-77")
    typed, in_file = SENT, replace(SENT, file="f" * 64)
    assert judge_entry(entry, [], [typed]) == Settled("a", entry, Rule.ACCOUNT_AMOUNT_DATE)
    assert judge_entry(entry, [], [in_file]) is None, "a file names each payment, and banks hand the name on"


@pytest.mark.parametrize(
    ("at", "fits"),
    [
        (MADE - EARLIEST_DAYS * DAY_MS - 1, False),
        (MADE - EARLIEST_DAYS * DAY_MS, True),
        (MADE + LATEST_DAYS * DAY_MS - 1, True),
        (MADE + LATEST_DAYS * DAY_MS, False),
    ],
)
def test_the_days_have_edges(at: int, fits: bool) -> None:
    found = judge_entry(_debit(end_to_end_id="", booked_at=at), [], [SENT])
    assert isinstance(found, Settled) is fits
    assert (found is None) is not fits
