"""Home: what devices brought about that a person should deal with, each with what is safe to do."""

from __future__ import annotations

from dataclasses import replace

from countersign.application.use_cases.change_governance import propose_change, with_member
from countersign.application.use_cases.watch_relay import incident_subject
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState
from countersign.presentation.home import HomePresenter, HomeState, Safety
from countersign.presentation.order import OrderPresenter
from countersign.presentation.order_page import OrderPageState
from countersign.presentation.waiting_item import WaitingItem
from countersign.testing import fakes
from countersign.testing.fake_sharing import Colleague, Office
from countersign.testing.fake_team import RAVI, TOM, Team, make_team
from tests.unit.presentation.recorded import Seen, Went
from tests.unit.presentation.team_desk import four, member_named


def home(world: fakes.World) -> tuple[HomePresenter, Seen[HomeState], Went]:
    view, went = Seen[HomeState](), Went()
    presenter = HomePresenter(world.session, view, went, lambda: Safety(keyring=True, lock_minutes=5))
    presenter.start()
    return presenter, view, went


def waiting(view: Seen[HomeState], kind: str) -> list[WaitingItem]:
    return [item for item in view.now.waiting if item.kind == kind]


# — a device that says two things —


def two_faced(office: Office, mei: Colleague) -> str:
    """Let two copies of Tom's vault sign for the same place; return his device."""
    ravi = next(item for item in mei.vault.rules.governance.members if item.name == RAVI)
    copies = [office.present(mei, TOM), office.present(mei, TOM)]
    for copy, group in zip(copies, ("Finance", "Treasury"), strict=True):
        propose_change(copy, mei.sharing.verify, with_member(copy.rules, replace(ravi, groups=(group,))))
        mei.vault.take_in(copy.shared_events(copy.identity.device, 0, 9))
    return copies[0].identity.device


def test_a_two_faced_device_is_a_task_until_it_is_closed() -> None:
    office = Office()
    mei = four(office)
    device = two_faced(office, mei)
    presenter, view, went = home(mei.world)
    (item,) = waiting(view, "incident")
    assert item.title == "A device of \u2066Tom Okoro\u2069 says two things"
    assert "counts for nothing" in item.text
    assert "on record" not in item.text
    presenter.open_waiting(item)
    assert went.to == [("member", member_named(mei, TOM))]
    ravi = office.present(mei, RAVI)
    subject, body = incident_subject(device, 0), dict[str, Json](incident="two_faced", device=device, seq=0, events=[])
    with ravi.transaction() as change:
        change.append(EventDraft(kinds.INCIDENT_RAISED, subject, body))
    mei.vault.take_in(ravi.shared_events(ravi.identity.device, 0, 9))
    _again, view, _went = home(mei.world)
    assert "\u2066Ravi Singh\u2069 put it on record on" in waiting(view, "incident")[0].text


# — sent before something was known —


def sent_too_soon(team: Team, state: OrderState = OrderState.ACCEPTED) -> str:
    """Put an order on record as sent, and Ravi's rejection of it as one that its device did not know."""
    payee = team.world.payees[fakes.LANDLORD[0]]
    known = team.vault.payee(payee)
    assert known is not None
    order = team.request(TOM, (payee, known.version.event), 600_000, "Rent")
    team.send_back(RAVI, order, "rejected.suspicious", "Nobody ordered that.")
    record = team.vault.order(order)
    assert record is not None
    stop = team.vault.events_of(order)[-1].id
    team.vault._orders[order] = replace(record, state=state, sent_before_known=(stop,), reason="")  # noqa: SLF001 - a fold of several vaults
    return order


def test_what_was_stopped_too_late_is_a_task_with_who_to_call() -> None:
    team = make_team()
    order = sent_too_soon(team)
    presenter, view, went = home(team.world)
    (item,) = waiting(view, "late")
    assert (item.chip, item.tone, item.about) == ("Stopped too late", "danger", order)
    assert "\u2066Ravi Singh\u2069 stopped it before the device that sent it knew of that." in item.text
    assert "“Nobody ordered that.”" in item.text
    assert "call \u2066Tom Okoro\u2069, whose device sent it" in item.text
    presenter.open_waiting(item)
    assert went.to == [("order", order)]


def test_it_stays_until_it_is_over_and_was_looked_at() -> None:
    team = make_team()
    order = sent_too_soon(team, OrderState.SETTLED)
    presenter, view, went = home(team.world)
    (item,) = waiting(view, "late")
    assert "It is over with the bank." in item.text
    presenter.open_waiting(item)
    record = team.vault.order(order)
    assert went.to == [("order", order)]
    assert record is not None
    assert waiting(home(team.world)[1], "late") == []


def test_the_orders_page_says_it_too() -> None:
    team = make_team()
    order = sent_too_soon(team)
    team.vault.may_sign = False  # that somebody looked would be put on record, and the order folded anew
    seen = Seen[OrderPageState]()
    presenter = OrderPresenter(team.world.session, Went(), seen, fakes_words(), lambda _order: None)
    presenter.start(order)
    assert "Ravi Singh" in seen.now.warning
    assert "call \u2066Tom Okoro\u2069" in seen.now.warning


def fakes_words() -> tuple[str, ...]:
    """Return words for fingerprints."""
    return tuple(f"word{number}" for number in range(2048))
