"""The page of one order: where it stands, and only what can be done from there."""

from __future__ import annotations

import pytest

from countersign.application.flows.submission import Phase
from countersign.application.ports.vault import LedgerEntry
from countersign.domain.errors import FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState
from countersign.presentation.order import OrderPageState, OrderPresenter
from countersign.presentation.order_timeline import timeline
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_review import ReviewState
from countersign.testing import fakes
from tests.unit.presentation.transfer_pages import WORDS, Sent, TransferPage


class OrderPage:
    """Drives a presenter as a view would."""

    def __init__(self, world: fakes.World, order: str) -> None:
        self.states: list[OrderPageState] = []
        self.receipts: list[str] = []
        self.sent = Sent()
        self.presenter = OrderPresenter(world.session, self.sent, self, WORDS, self.receipts.append)
        self.presenter.start(order)

    def show_state(self, state: OrderPageState) -> None:
        self.states.append(state)

    @property
    def state(self) -> OrderPageState:
        return self.states[-1]


@pytest.fixture
def transfer() -> TransferPage:
    return TransferPage(fakes.make_world())


def accepted(transfer: TransferPage) -> OrderPage:
    transfer.to_code()
    bound = transfer.page(ScaState).bound
    assert bound is not None
    transfer.presenter.confirm.send_code(bound, fakes.CODE)
    return OrderPage(transfer.world, transfer.sent.to[-1].removeprefix("order "))


def test_an_accepted_order_is_followed_until_it_is_settled(transfer: TransferPage) -> None:
    transfer.world.bank.settles_after = 3
    page = accepted(transfer)
    assert page.state.chip == "Accepted"
    assert page.state.poll_after_ms > 0
    waits = []
    for _ in range(5):
        waits.append(page.state.poll_after_ms)
        page.presenter.poll()
    assert page.state.chip == "Settled"
    assert page.state.poll_after_ms == 0
    assert sorted(waits) == waits or waits[-1] == 0
    assert page.state.may_receipt
    page.presenter.receipt()
    assert page.receipts == [page.state.order]
    assert [line.moment for line in page.state.timeline] == ["done"] * len(page.state.timeline)


def test_a_cancellation_is_asked_for_twice_and_confirmed_with_a_code_of_its_own(transfer: TransferPage) -> None:
    transfer.world.bank.settles_after = 99
    page = accepted(transfer)
    assert page.state.may_cancel
    page.presenter.ask_to_cancel()
    assert page.state.asks_to_cancel
    page.presenter.keep_payment()
    assert "cancel" not in transfer.world.bank.calls
    page.presenter.ask_to_cancel()
    page.presenter.cancel()
    panel = page.presenter.panel
    assert panel is not None
    assert page.state.sca is not None
    assert page.state.sca.heading == "Confirm the cancellation with your bank"
    panel.give_password(fakes.PASSWORD)
    panel.choose("sms-1")
    sca = page.state.sca
    assert sca is not None
    assert sca.bound is not None
    panel.send_code(sca.bound, fakes.CODE)
    assert page.state.chip == "Cancelled"
    assert page.state.sca is None


def test_a_refused_cancellation_says_so_and_the_payment_goes_on(transfer: TransferPage) -> None:
    transfer.world.bank.settles_after = 99
    transfer.world.bank.cancellable = False
    page = accepted(transfer)
    page.presenter.ask_to_cancel()
    page.presenter.cancel()
    assert page.state.chip == "Accepted"
    assert "did not take the payment back" in page.state.problem.text


def test_an_unknown_outcome_offers_to_check_and_nothing_else(transfer: TransferPage) -> None:
    transfer.to_code()
    world, bound = transfer.world, transfer.page(ScaState).bound
    assert bound is not None
    world.bank.lost_replies.append("answer")
    for call in ("authorisation", "report") * 2:
        world.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")
    transfer.presenter.confirm.send_code(bound, fakes.CODE)
    order = world.reader.orders_in_flight()[0].content.order
    page = OrderPage(world, order)
    state = page.state
    assert state.chip == "Outcome unknown"
    assert state.may_check
    assert (state.may_go_on, state.may_cancel, state.may_give_up, state.may_stop) == (False,) * 4
    assert state.timeline[-2].moment == "unknown"
    world.bank.failures.clear()
    page.presenter.check_again()
    assert page.state.chip in {"Accepted", "Settled"}
    assert len(world.bank.executions) == 1


def test_an_order_left_at_the_bank_can_be_gone_on_with_or_given_up(transfer: TransferPage) -> None:
    transfer.to_confirm()
    world = transfer.world
    order = world.reader.orders_in_flight()[0].content.order
    world.session.submissions._open.clear()  # noqa: SLF001 - as after a restart
    page = OrderPage(world, order)
    assert page.state.may_go_on
    assert page.state.may_give_up
    page.presenter.go_on()
    panel = page.presenter.panel
    assert panel is not None
    assert panel.phase is Phase.PASSWORD
    assert world.bank.calls.count("initiate") == 1
    world.session.submissions._open.clear()  # noqa: SLF001
    again = OrderPage(world, order)
    again.presenter.give_up()
    assert again.state.chip == "Given up"


def test_an_order_that_waits_for_its_review_can_be_stopped(transfer: TransferPage) -> None:
    transfer.to_review()
    shown = transfer.page(ReviewState).read_back
    assert shown is not None
    page = OrderPage(transfer.world, shown.order)
    assert page.state.may_stop
    page.presenter.stop()
    assert page.state.chip == "Stopped"


def test_an_emergency_stop_says_what_it_is_and_what_it_is_not(transfer: TransferPage) -> None:
    transfer.to_review()
    with transfer.world.vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, "66" * 16, {"reason": "person"}))
    shown = transfer.page(ReviewState).read_back
    assert shown is not None
    assert "The bank knows nothing of it" in OrderPage(transfer.world, shown.order).state.warning


def test_an_unknown_order_is_told(transfer: TransferPage) -> None:
    assert OrderPage(transfer.world, "99" * 16).state.problem.title == "There is no such order"


def test_evidence_names_the_fingerprint_and_the_end_to_end_number(transfer: TransferPage) -> None:
    page = accepted(transfer)
    keys = {item.key: item.value for item in page.state.evidence}
    assert keys["end_to_end_id"] in transfer.world.bank.executions
    assert len(keys["phrase"].split()) == 6
    assert keys["fee"].endswith("EUR 0.35\u2069")


ORDER_KINDS = [value for name, value in vars(kinds).items() if name.startswith("ORDER_")]
SILENT = {kinds.ORDER_ASSESSED, kinds.ORDER_INTERVENTION_ANSWERED}


@pytest.mark.parametrize("kind", sorted(set(ORDER_KINDS) - SILENT))
def test_every_kind_of_event_has_its_sentence(kind: str) -> None:
    lines = timeline([LedgerEntry("e", 0, kind, {"reason": "x"})], OrderState.SETTLED, str, str)
    assert lines[0].title
    assert lines[0].state


@pytest.mark.parametrize("state", list(OrderState))
def test_what_is_to_come_is_told_only_while_something_is(state: OrderState) -> None:
    lines = timeline([LedgerEntry("e", 0, kinds.ORDER_FROZEN, {})], state, str, str)
    final = state in {
        OrderState.STOPPED,
        OrderState.SETTLED,
        OrderState.REJECTED,
        OrderState.CANCELLED,
        OrderState.ABANDONED,
    }
    assert (lines[-1].moment == "todo") is not final


def test_what_a_status_told_is_not_told_again_by_the_entry_that_shows_it() -> None:
    told = {"transaction_status": "ACSC", "reason": "", "source": "status"}
    shown = {**told, "source": "statement", "entry": "E1", "rule": "end_to_end"}
    entries = [LedgerEntry(str(at), 0, kinds.ORDER_STATUS_CHANGED, body) for at, body in enumerate((told, shown))]
    assert len(timeline(entries, OrderState.SETTLED, str, str)) == 1
    assert len(timeline(entries[1:], OrderState.SETTLED, str, str)) == 1
    against = LedgerEntry("3", 0, kinds.ORDER_STATUS_CHANGED, {**shown, "rule": "contradiction"})
    assert len(timeline([*entries, against], OrderState.SETTLED, str, str)) == 2


def test_a_refused_copy_is_told_as_such() -> None:
    body = {"transaction_status": "RJCT", "reason": "AM05", "source": "pain.002"}
    (line,) = timeline([LedgerEntry("e", 0, kinds.ORDER_STATUS_CHANGED, body)], OrderState.SETTLED, str, str)
    assert (line.title, line.moment) == ("The bank refused a copy: it holds the first", "done")
