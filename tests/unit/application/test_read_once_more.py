"""Just before a code that signs several, the bank shows all of them again: it is sent for exactly these or for none."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.ports.bank import Initiation
from countersign.domain.errors import FailureKind
from countersign.domain.money import Money
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS as BY_SMS
from countersign.testing.fake_baskets import FakeBaskets
from tests.unit.application.app_scenes import APP, Several
from tests.unit.application.orders import OddBank


@pytest.fixture(params=[False, True], ids=["sender", "further"])
def several(request: pytest.FixtureRequest) -> Several:
    found = Several(further=request.param)
    found.to_method()
    return found


Commit = Callable[[Several], None]


def by_code(several: Several) -> None:
    several.choose(BY_SMS)
    several.bank.calls.clear()
    several.answer()


def by_app(several: Several) -> None:
    several.bank.calls.clear()
    several.choose(APP)


ways = pytest.mark.parametrize("commit", [by_code, by_app])
SENT: dict[Commit, str] = {by_code: "answer", by_app: "choose_method"}


def not_sent(several: Several, commit: Commit) -> bool:
    """Whether nothing went out, nothing is on record as going out, and nobody has paid."""
    nothing = SENT[commit] not in several.bank.calls and not several.pending
    return nothing and len(several.bank.executions) == (2 if several.further else 0)


@ways
def test_every_payment_and_the_basket_are_read_before_it_goes_out(several: Several, commit: Commit) -> None:
    commit(several)
    before = several.bank.calls[: several.bank.calls.index(SENT[commit])]
    assert before == ["recall_initiation"] * 3 + ["basket"]


@ways
@pytest.mark.parametrize("changes", [{"instructed_amount": Money(999_999, "EUR")}, {"creditor_account": fakes.MAIN}])
def test_a_payment_that_the_bank_shows_otherwise_stops_it(
    several: Several, commit: Commit, changes: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    if commit is by_code:
        several.choose(BY_SMS)
    several.bank.echo = changes
    several.bank.calls.clear()
    several.answer() if commit is by_code else several.choose(APP)
    monkeypatch.undo()
    assert not_sent(several, commit)
    assert several.progress.error == "binding.reply"
    assert several.phase == Phase.CONTINUE.value
    assert "reply_refused" in several.kinds or "reply_refused" in several.table.kinds(0)


@ways
def test_a_basket_of_other_payments_stops_it(several: Several, commit: Commit) -> None:
    bank = several.bank
    bank.failures["basket"] = deque([BindingError("binding.reply", field="payments", count=1)])
    commit(several)
    assert not_sent(several, commit)
    assert (several.phase, several.progress.error) == (Phase.CONTINUE, "binding.reply")
    assert "reply_refused" in several.kinds


@ways
@pytest.mark.parametrize("status", [TransactionStatus.CANC, TransactionStatus.ACTC, TransactionStatus.RJCT])
def test_a_basket_that_can_not_be_signed_any_more_stops_it(
    several: Several, commit: Commit, status: TransactionStatus
) -> None:
    several.bank.held_baskets["basket-1"].status = status
    commit(several)
    assert not_sent(several, commit)
    assert several.progress.error == "basket.changed"


@ways
def test_a_payment_that_moved_on_stops_it(several: Several, commit: Commit) -> None:
    several.bank.held["pay-3"].status = TransactionStatus.RJCT
    commit(several)
    assert not_sent(several, commit)
    assert several.progress.error == "basket.changed"


@ways
@pytest.mark.parametrize("call", ["recall_initiation", "basket"])
def test_a_bank_that_shows_nothing_gets_no_code(several: Several, commit: Commit, call: str) -> None:
    if commit is by_code:
        several.choose(BY_SMS)
    several.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")
    several.bank.calls.clear()
    several.answer() if commit is by_code else several.choose(APP)
    assert not_sent(several, commit)
    back = Phase.CODE if commit is by_code else Phase.METHOD
    assert (several.phase, several.progress.error) == (back, "bank.unreachable")
    several.answer() if commit is by_code else several.choose(APP)
    assert SENT[commit] in several.bank.calls


def test_what_the_bank_shows_while_it_is_asked_is_not_what_counts(
    several: Several, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading comes before the record: a stop that is pulled during it keeps the code here."""
    real = OddBank.recall_initiation

    def slow(bank: OddBank, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        several.table.freeze_workspace()
        return replace(real(bank, payment_id, product, payment))

    several.choose(BY_SMS)
    monkeypatch.setattr(OddBank, "recall_initiation", slow)
    several.bank.calls.clear()
    several.answer()
    assert not_sent(several, by_code)
    assert (several.phase, several.progress.error) == (Phase.CODE, "intent.frozen")


def test_a_basket_that_lists_nothing_is_none_of_ours(several: Several) -> None:
    several.choose(BY_SMS)
    several.bank.ties = FakeBaskets(several.bank, listed=())
    several.bank.calls.clear()
    several.answer()
    assert not_sent(several, by_code)
    assert several.progress.error == "binding.reply"
