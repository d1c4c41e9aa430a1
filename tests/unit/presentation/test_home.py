"""Home: what waits, in which order; accounts brought up to date without saying anything twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.bank import Reach
from countersign.application.use_cases.differences import note_difference
from countersign.application.use_cases.refresh_accounts import ask_since
from countersign.application.use_cases.save_draft import save_draft
from countersign.domain.errors import FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.settlement import AccountEntry, Code, Differs
from countersign.presentation.home import HomePresenter, HomeState, Safety
from countersign.testing import fakes
from tests.signed_orders import approved_order, begun_order, settled_order
from tests.unit.presentation.own_account import OWN, add_own, to_carrying
from tests.unit.presentation.recorded import Seen, Went


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def shown(world: fakes.World, *, keyring: bool = True) -> tuple[HomePresenter, Seen[HomeState], Went]:
    view, went = Seen[HomeState](), Went()
    presenter = HomePresenter(world.session, view, went, lambda: Safety(keyring, 5))
    presenter.start()
    return presenter, view, went


def imports(world: fakes.World) -> int:
    return sum(event.kind == kinds.STATEMENT_IMPORTED for event in world.vault.events(Chain.SHARED, 0, 10_000))


def test_accounts_are_cards_with_masked_numbers_and_ninety_days(world: fakes.World) -> None:
    _, view, _ = shown(world)
    card = view.now.accounts[0]
    assert (card.name, card.number, card.balance) == ("Main account", "••8901", "EUR 412,000.00")
    assert len(card.days) == 90
    assert card.days[-1].text == card.balance
    assert "EUR 412,000.00 now" in card.sentence
    assert fakes.MAIN not in repr(view.now)


def test_a_bank_that_says_nothing_new_leaves_no_event(world: fakes.World) -> None:
    before = imports(world)
    presenter, view, _ = shown(world)
    presenter.refresh()
    assert imports(world) == before
    assert view.now.as_of.startswith("As of ")


def test_what_is_new_is_recorded_once_and_alone(world: fakes.World) -> None:
    presenter, _, _ = shown(world)
    before = imports(world)
    entry = replace(world.bank.own_entries["acc-1"][-1], entry="entry-new", booked_at=world.clock.now_ms())
    world.bank.own_entries["acc-1"].append(entry)
    presenter.refresh()
    presenter.refresh()
    assert imports(world) == before + 1
    newest = world.vault.events(Chain.SHARED, 0, 10_000)[-1].says()
    assert isinstance(newest["entries"], list)
    assert len(newest["entries"]) == 1


def test_a_pending_entry_that_is_booked_is_recorded_again(world: fakes.World) -> None:
    presenter, _, _ = shown(world)
    entry = replace(world.bank.own_entries["acc-1"][-1], entry="entry-p", booked=False, booked_at=world.clock.now_ms())
    world.bank.own_entries["acc-1"].append(entry)
    presenter.refresh()
    before = imports(world)
    world.bank.own_entries["acc-1"][-1] = replace(entry, booked=True)
    presenter.refresh()
    assert imports(world) == before + 1


def test_a_changed_balance_alone_is_recorded(world: fakes.World) -> None:
    presenter, view, _ = shown(world)
    before = imports(world)
    account = world.bank.own_accounts[0]
    world.bank.own_accounts[0] = replace(account, balance=Money(1_00, "EUR"))
    presenter.refresh()
    assert imports(world) == before + 1
    assert view.now.accounts[0].balance == "EUR 1.00"
    assert view.now.accounts[0].available.endswith("available")


def test_the_bank_is_asked_for_a_week_more_than_was_read(world: fakes.World) -> None:
    accounts = world.reader.accounts()
    assert ask_since(accounts) == min(row.as_of for row in accounts) - 7 * fakes.DAY_MS
    assert ask_since(()) == 0


def test_a_bank_out_of_reach_is_a_quiet_error(world: fakes.World) -> None:
    world.bank.fail("accounts", FailureKind.RETRYABLE, "bank.unreachable")
    presenter, view, _ = shown(world)
    assert "can't be reached" in view.now.refresh_error
    assert view.now.accounts
    assert not view.now.refreshing
    presenter.refresh()
    assert view.now.refresh_error == ""


def test_a_restored_copy_shows_what_it_has_and_records_nothing(world: fakes.World) -> None:
    world.vault.may_sign = False
    world.bank.own_accounts[0] = replace(world.bank.own_accounts[0], balance=Money(5, "EUR"))
    before = imports(world)
    _, view, _ = shown(world)
    assert imports(world) == before
    assert view.now.refresh_error == ""


def test_unknown_orders_come_first_then_orders_then_drafts_then_letters(world: fakes.World) -> None:
    other = begun_order(world)
    order = begun_order(world)
    record = world.reader.order(order)
    assert record is not None
    world.bank.lost_replies.append("answer")
    world.bank.fail("authorisation", FailureKind.RETRYABLE, "bank.unreachable")
    world.bank.fail("report", FailureKind.RETRYABLE, "bank.unreachable")
    submission = world.session.submission(order)
    from countersign.domain.secret import SecretText  # noqa: PLC0415

    submission.answer(SecretText(fakes.CODE), record.content.payment, record.digest)
    unknown = world.reader.order(order)
    assert unknown is not None
    assert unknown.state is OrderState.UNKNOWN
    save_draft(world.vault, TransferDraft("bb" * 16, name="Somebody"))
    _, view, went = (found := shown(world))
    waiting = view.now.waiting
    assert [item.kind for item in waiting][:2] == ["order", "order"]
    assert waiting[0].about == order
    assert waiting[0].tone == "danger"
    assert waiting[1].about == other
    assert waiting[-1].kind == "letter"
    assert waiting[-1].title == "3 letters ask for a payment"
    for item in waiting:
        found[0].open_waiting(item)
    assert went.to[0] == ("order", order)
    assert ("transfer", "bb" * 16) in went.to
    assert went.to[-1] == ("transfer", "")


def test_a_draft_at_its_review_waits_once(world: fakes.World) -> None:
    order = approved_order(world)
    _, view, _ = shown(world)
    assert [item.about for item in view.now.waiting if item.kind != "letter"] == ["aa" * 16]
    assert order not in [item.about for item in view.now.waiting]


def test_the_first_time_offers_a_practice_transfer_and_later_does_not(world: fakes.World) -> None:
    world.practice.letters = ()
    _, view, _ = shown(world)
    assert view.now.first_time
    assert not view.now.waiting
    settled_order(world)
    _, view, _ = shown(world)
    assert not view.now.first_time


def test_the_strip_tells_what_protects_and_what_does_not(world: fakes.World) -> None:
    _, view, _ = shown(world, keyring=False)
    lines = {line.key: line for line in view.now.safety}
    assert lines["keyring"].tone == "warn"
    assert "5 minutes" in lines["lock"].text
    assert lines["frozen"].tone == "ok"
    assert "bank" in lines


def test_nothing_is_shown_after_the_page_is_gone() -> None:
    tasks = fakes.ManualTasks()
    world = fakes.make_world(tasks=tasks)
    presenter, view, _ = shown(world)
    assert view.now.loading
    presenter.close()
    tasks.finish()
    assert len(view.states) == 1


def test_an_own_account_says_that_its_balance_is_not_known_and_no_bank_is_missed() -> None:
    world = fakes.make_world(populated=False)
    world.session.practice = None
    add_own(world, Reach.MANUAL)
    _, view, _ = shown(world)
    (card,) = view.now.accounts
    assert (card.balance, card.days) == ("", ())
    assert "statement" in card.available
    assert view.now.refresh_error == ""
    assert not view.now.refreshable


def test_what_differs_waits_first_and_leads_to_where_it_is_closed() -> None:
    world = fakes.make_world()
    transfer = to_carrying(world, Reach.MANUAL)
    _, view, _ = shown(world)
    (order,) = [item for item in view.now.waiting if item.kind == "order"]
    assert (order.chip, order.action) == ("To be carried", "Open")
    transfer.presenter.carry.handed_over("")
    record = world.reader.orders_in_flight()[0]
    entry = AccountEntry("E1", OWN, Money(-1, "EUR"), fakes.START_MS, "Somebody", "", "E", "Rent")
    with world.vault.transaction() as change:
        agreed = record.content.payment.instructed_amount
        note_difference(change, Differs(Code.AMOUNT_DIFFERS, record.content.order, entry, agreed))
    presenter, view, went = shown(world)
    first, second = view.now.waiting[:2]
    assert (first.kind, second.chip) == ("difference", "Handed over")
    assert "Somebody" in first.text
    presenter.open_waiting(first)
    presenter.bring_in()
    presenter.add_account()
    presenter.paid_elsewhere()
    assert [where for where, _about in went.to] == ["bring_in", "bring_in", "add_account", "elsewhere"]
