"""A payment that others approve: handing it in, where its page says it stands, and what home tells of it."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from countersign.application.flows.transfer import Step
from countersign.application.ports.vault import LedgerEntry
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.order_state import OrderState
from countersign.presentation.home import HomePresenter, HomeState, Safety
from countersign.presentation.order import OrderPageState, OrderPresenter
from countersign.presentation.order_timeline import timeline
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_handed_in import HandedInState
from countersign.presentation.transfer_review import ReviewState
from countersign.testing import fakes
from countersign.testing.fake_team import ME, RAVI, TOM, Team, device_of, make_team
from tests.unit.presentation.recorded import Went
from tests.unit.presentation.transfer_pages import WORDS, TransferPage


@dataclass
class Seen:
    """A page that keeps the last state."""

    states: list[OrderPageState | HomeState] = field(default_factory=list)

    def show_state(self, state: OrderPageState | HomeState) -> None:
        self.states.append(state)


@pytest.fixture
def team() -> Team:
    return make_team()


def handed_in(team: Team) -> tuple[TransferPage, str]:
    page = TransferPage(team.world)
    page.to_confirm()
    return page, team.world.reader.orders_in_flight()[0].content.order


def page_of(team: Team, order: str) -> tuple[OrderPageState, OrderPresenter, Went]:
    seen, went = Seen(), Went()
    presenter = OrderPresenter(team.world.session, went, seen, WORDS, lambda _order: None)
    presenter.start(order)
    state = seen.states[-1]
    assert isinstance(state, OrderPageState)
    return state, presenter, went


def home_of(team: Team) -> tuple[HomeState, HomePresenter, Went]:
    seen, went = Seen(), Went()
    presenter = HomePresenter(team.world.session, seen, went, lambda: Safety(keyring=True, lock_minutes=5))
    presenter.start()
    state = seen.states[-1]
    assert isinstance(state, HomeState)
    return state, presenter, went


def landlord(team: Team) -> tuple[str, str]:
    payee = team.world.payees[fakes.LANDLORD[0]]
    record = team.vault.payee(payee)
    assert record is not None
    return payee, record.version.event


# — handing in —


def test_before_it_is_handed_in_nobodys_approval_can_count(team: Team) -> None:
    page = TransferPage(team.world)
    page.to_review()
    (record,) = team.world.reader.orders_in_flight()
    assert record.assessment_event == ""
    assert kinds.ORDER_ASSESSED not in team.vault.kinds_of(record.content.order)
    shown = page.page(ReviewState).read_back
    assert shown is not None
    page.presenter.review.approve(shown, "0000")
    assert page.page(ReviewState).digits_fault
    assert kinds.ORDER_ASSESSED not in team.vault.kinds_of(record.content.order)


def test_the_last_step_says_to_whom_it_went(team: Team) -> None:
    page, order = handed_in(team)
    state = page.page(HandedInState)
    assert page.state.step is Step.CONFIRM
    assert page.state.heading == state.heading == "Sent to Tom Okoro and Ravi Singh for approval"
    assert state.points[0] == "2 more signatures: Tom Okoro and Ravi Singh."
    assert not page.state.may_go_back
    record = team.vault.order(order)
    assert record is not None
    assert (record.state, record.approvals) == (OrderState.PREPARED, ())
    assert record.assessment_event
    assert saved_drafts(team.vault) == []
    page.presenter.autosave()
    assert saved_drafts(team.vault) == []
    page.presenter.show_order()
    assert page.sent.to == [f"order {order}"]


def test_in_a_workspace_of_one_nothing_changes() -> None:
    page = TransferPage(fakes.make_world())
    page.to_confirm()
    assert isinstance(page.state.page, ScaState)


# — its page —


def test_that_somebody_opened_the_page_is_on_record_once(team: Team) -> None:
    _page, order = handed_in(team)
    page_of(team, order)
    assert kinds.ORDER_OPENED not in team.vault.kinds_of(order)  # one's own request says nothing
    with team.vault.by(RAVI):
        state, _presenter, _went = page_of(team, order)
        assert "You looked at it" in [line.title for line in state.timeline]
        page_of(team, order)
    assert list(team.vault.kinds_of(order)).count(kinds.ORDER_OPENED) == 1
    state, _presenter, _went = page_of(team, order)
    (line,) = [line for line in state.timeline if "looked at it" in line.title]
    assert "Ravi Singh" in line.title
    assert line.when


def test_the_page_says_who_is_missing(team: Team) -> None:
    _page, order = handed_in(team)
    state, _presenter, _went = page_of(team, order)
    assert (state.chip, state.sentence) == ("Waits for approval", "0 of 2 approvals. Nothing was sent.")
    assert state.next_steps[0] == "2 more signatures: Tom Okoro and Ravi Singh."
    assert state.may_stop
    assert not state.may_go_on
    assert not state.may_sign
    team.approve(TOM, order)
    state, _presenter, _went = page_of(team, order)
    assert state.sentence == "1 of 2 approvals. Nothing was sent."
    assert "Tom Okoro approved it" in [line.title for line in state.timeline]


def test_once_everybody_has_signed_the_sender_sends_it(team: Team) -> None:
    _page, order = handed_in(team)
    team.approve(TOM, order)
    team.approve(RAVI, order)
    state, presenter, _went = page_of(team, order)
    assert (state.go_on, state.may_go_on) == ("Send to the bank", True)
    presenter.go_on()
    presenter.payment.give_password(fakes.PASSWORD)
    presenter.payment.choose("sms-1")
    bound = presenter.payment.state().bound
    assert bound is not None
    presenter.payment.send_code(bound, fakes.CODE)
    record = team.vault.order(order)
    assert record is not None
    assert record.state in {OrderState.ACCEPTED, OrderState.SETTLED}
    assert len(team.world.bank.executions) == 1


def test_another_device_neither_sends_nor_asks_the_bank(team: Team) -> None:
    order = team.request(TOM, landlord(team), 600_000, "Rent")
    state, presenter, went = page_of(team, order)
    assert state.may_sign
    assert not state.may_stop
    presenter.open_inbox()
    assert went.to == [("inbox", order)]
    team.approve(ME, order)
    team.approve(RAVI, order)
    state, _presenter, _went = page_of(team, order)
    assert state.next_steps == ("It is sent from the device of Tom Okoro.",)
    assert not state.may_go_on
    assert state.poll_after_ms == 0
    assert team.world.bank.calls == []


@pytest.mark.parametrize(
    ("reason", "chip", "begins"),
    [
        ("repair.amount", "Returned for repair", "Tom Okoro returned it for repair. The amount: “It is 6,100.”"),
        ("rejected.twice", "Rejected", "Tom Okoro rejected it. It was paid already: “It is 6,100.”"),
    ],
)
def test_what_came_back_says_who_and_why_and_can_be_made_anew(team: Team, reason: str, chip: str, begins: str) -> None:
    _page, order = handed_in(team)
    team.send_back(TOM, order, reason, "It is 6,100.")
    state, presenter, went = page_of(team, order)
    assert (state.chip, state.sentence, state.may_repair) == (chip, begins, True)
    assert state.timeline[-1].title.startswith("Tom Okoro re")
    presenter.repair()
    ((where, draft),) = went.to
    assert where == "transfer"
    (kept,) = saved_drafts(team.vault)
    assert kept.draft == draft


def test_what_others_do_is_told_by_name_and_ones_own_is_not() -> None:
    names = {"theirs": "Tom"}
    entries = [
        LedgerEntry("a", 0, kinds.ORDER_FROZEN, {}, "theirs"),
        LedgerEntry("b", 0, kinds.ORDER_OPENED, {}, "mine"),
        LedgerEntry("c", 0, kinds.ORDER_APPROVED, {}, "mine"),
        LedgerEntry("d", 0, kinds.ORDER_ANSWER_INTENDED, {}, "theirs"),
        LedgerEntry("e", 0, kinds.ORDER_STOPPED, {"reason": "not_right"}, "theirs"),
    ]
    lines = timeline(entries, OrderState.STOPPED, str, str, lambda device: names.get(device, ""))
    assert [line.title for line in lines] == [
        "Tom wrote it down",
        "You looked at it",
        "You approved it",
        "Tom sent the bank's code",
        "Tom stopped it",
    ]


def test_nothing_that_another_did_is_told_as_ones_own() -> None:
    acts = [kind for kind in sorted(kinds.SHARED_KINDS) if kind.startswith("order.")]
    said: dict[str, Json] = {"reason": "edited"}
    entries = [LedgerEntry(kind, 0, kind, said, "theirs") for kind in acts]
    for entry in entries:
        lines = timeline([entry], OrderState.SETTLED, str, str, lambda _device: "Tom")
        assert not any("You" in line.title.split() for line in lines), entry.kind


@pytest.mark.parametrize(
    ("mine", "several", "titles"),
    [
        ((kinds.ORDER_FROZEN, kinds.ORDER_ASSESSED), True, ["Written down", "You handed it in for approval"]),
        ((kinds.ORDER_FROZEN, kinds.ORDER_ASSESSED), False, ["Written down"]),
        ((kinds.ORDER_FROZEN, kinds.ORDER_ASSESSED, kinds.ORDER_APPROVED), True, ["Written down", "You approved it"]),
    ],
)
def test_what_was_handed_in_to_others_says_so(mine: tuple[str, ...], several: bool, titles: list[str]) -> None:
    entries = [LedgerEntry(kind, 0, kind, {}, "mine") for kind in mine]
    lines = timeline(entries, OrderState.PREPARED, str, str, several=several)
    assert [line.title for line in lines if line.moment != "todo"] == titles
    coming = [line.title for line in lines if line.moment == "todo"]
    assert ("Others approve it" in coming) == (several and kinds.ORDER_APPROVED not in mine)


# — home —


def test_home_counts_what_waits_for_this_person(team: Team) -> None:
    for number in range(3):
        team.request(TOM, landlord(team), 600_000 + number, f"Rent {number}")
    state, presenter, went = home_of(team)
    first = state.waiting[0]
    assert (first.kind, first.title) == ("inbox", "3 payments wait for your approval")
    presenter.open_waiting(first)
    assert went.to == [("inbox", "")]
    assert [item.kind for item in state.waiting if item.kind == "order"] == []


def test_home_tells_of_ones_own_as_it_stands(team: Team) -> None:
    _page, order = handed_in(team)
    state, _presenter, _went = home_of(team)
    (item,) = [item for item in state.waiting if item.kind == "order"]
    assert (item.about, item.chip, item.text) == (order, "Waits for approval", "0 of 2 approvals. Nothing was sent.")
    team.approve(TOM, order)
    team.approve(RAVI, order)
    state, _presenter, _went = home_of(team)
    (item,) = [item for item in state.waiting if item.kind == "order"]
    assert item.action == "Send to the bank"


@pytest.mark.parametrize(("reason", "where"), [("repair.amount", "transfer"), ("rejected.twice", "order")])
def test_what_came_back_waits_until_it_is_answered(team: Team, reason: str, where: str) -> None:
    _page, order = handed_in(team)
    team.send_back(TOM, order, reason, "It is 6,100.")
    state, presenter, went = home_of(team)
    (item,) = [item for item in state.waiting if item.kind == "returned"]
    assert item.about == order
    presenter.open_waiting(item)
    assert [to for to, _about in went.to] == [where]
    state, _presenter, _went = home_of(team)
    assert [item for item in state.waiting if item.kind == "returned"] == []


def test_what_others_asked_for_and_got_back_is_theirs(team: Team) -> None:
    order = team.request(TOM, landlord(team), 600_000, "Rent")
    team.send_back(RAVI, order, "repair.amount", "It is less.")
    state, _presenter, _went = home_of(team)
    assert [item for item in state.waiting if item.kind == "returned"] == []
    assert device_of(TOM) != device_of(ME)
