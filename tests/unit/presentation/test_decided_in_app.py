"""What the pages show while the bank's own app may decide, and what they list beside a code."""

from __future__ import annotations

import pytest

from countersign.application.flows.progress import LOOK_MS
from countersign.application.flows.submission import Phase
from countersign.application.ports.bank import AuthorisationState, ScaMethod
from countersign.domain.errors import FailureKind
from countersign.presentation.together import TogetherPresenter
from countersign.presentation.together_state import TogetherState
from countersign.presentation.transfer_confirm import ScaState
from countersign.testing import fakes
from countersign.testing.fake_bank import SMS
from tests.unit.application.baskets import DANIEL, Table
from tests.unit.presentation.test_order import OrderPage
from tests.unit.presentation.transfer_pages import Sent, TransferPage

APP = ScaMethod("push-1", "PUSH_OTP", "The bank's app")


@pytest.fixture
def page() -> TransferPage:
    """A transfer of which the bank asks how it is to be confirmed."""
    found = TransferPage(fakes.make_world())
    found.world.bank.settles_after = 99
    found.world.bank.methods = (SMS, APP)
    found.to_confirm()
    found.presenter.confirm.give_password(fakes.PASSWORD)
    assert found.page(ScaState).phase is Phase.METHOD
    return found


def approve(world: fakes.World, person: str = "") -> None:
    """Say yes in the bank's app."""
    opened = list(world.bank.opened.values())[-1]
    opened.state = AuthorisationState.FINALISED
    world.bank.sign(opened.payment_id, person)


def test_the_page_says_where_to_decide_and_notices(page: TransferPage) -> None:
    panel = page.presenter.confirm
    panel.choose(APP.method)
    shown = page.page(ScaState)
    assert (shown.phase, shown.elsewhere, shown.heading) == (Phase.UNKNOWN, True, "Decide in your bank's app")
    assert shown.lead.startswith("Your bank asks you in its own app. Nothing more is sent from here.")
    panel.look()
    again = page.page(ScaState)
    assert (again.phase, again.look_ms) == (Phase.UNKNOWN, 2 * shown.look_ms)  # asked less and less often
    assert again.lead.startswith("Your bank asks you in its own app. The bank still waits in its app.")
    order = OrderPage(page.world, next(iter(page.world.session.submissions._open)))  # noqa: SLF001
    order.presenter.check_again()
    assert page.page(ScaState).look_ms == shown.look_ms  # a person asks: what they wait for may be near
    assert order.state.sentence == again.lead
    approve(page.world)
    panel.look()
    assert page.sent.to[-1].startswith("order ")
    assert order.state.chip == "Accepted"
    assert order.state.sentence != shown.lead


def test_a_code_of_the_app_is_asked_for_and_its_decision_is_offered(page: TransferPage) -> None:
    page.world.bank.in_app = frozenset()
    panel = page.presenter.confirm
    panel.choose(APP.method)
    shown = page.page(ScaState)
    assert (shown.phase, shown.elsewhere) == (Phase.CODE, True)
    assert shown.information.endswith("If your bank's app asks you, you can decide there instead. This page notices.")
    approve(page.world)
    panel.look()
    assert page.sent.to[-1].startswith("order ")


def test_a_code_by_text_message_is_asked_for_as_ever(page: TransferPage) -> None:
    page.presenter.confirm.choose(SMS.method)
    shown = page.page(ScaState)
    assert (shown.phase, shown.elsewhere) == (Phase.CODE, False)
    assert "app" not in shown.information


def test_a_page_that_was_left_looks_no_more(page: TransferPage) -> None:
    panel = page.presenter.confirm
    panel.choose(APP.method)
    panel.close()
    calls = list(page.world.bank.calls)
    panel.look()
    assert page.world.bank.calls == calls


def test_a_further_signature_is_noticed_too(page: TransferPage) -> None:
    bank = page.world.bank
    bank.signatures = 2
    page.presenter.confirm.choose(SMS.method)
    bound = page.page(ScaState).bound
    assert bound is not None
    page.presenter.confirm.send_code(bound, fakes.CODE)
    order = OrderPage(page.world, page.sent.to[-1].removeprefix("order "))
    order.presenter.sign_at_bank(DANIEL)
    panel = order.presenter.panel
    assert panel is not None
    panel.give_password(fakes.PASSWORD)
    panel.choose(APP.method)
    panel.look()
    assert panel.state().elsewhere
    approve(page.world, DANIEL)
    panel.look()
    assert not panel.state().elsewhere
    assert len(bank.executions) == 1


class Page:
    """The page on which several are signed."""

    def __init__(self, table: Table) -> None:
        self.states: list[TogetherState] = []
        self.presenter = TogetherPresenter(table.world.session, Sent(), self)
        self.presenter.start()
        for order in table.orders:
            self.presenter.mark(order, on=True)

    def show_state(self, state: TogetherState) -> None:
        self.states.append(state)

    @property
    def state(self) -> TogetherState:
        return self.states[-1]

    @property
    def asks(self) -> bool:
        return self.state.sca is not None

    @property
    def listed(self) -> list[str]:
        return [row.order for row in self.state.rows]


def test_beside_the_code_stands_what_it_counts_for_and_nothing_else() -> None:
    table = Table()
    page = Page(table)
    table.bank.fail("initiate", FailureKind.TERMINAL, "bank.tpp.payment_failed")  # the first is turned down
    page.presenter.sign()
    assert page.state.problem.text
    assert set(page.listed) == set(table.orders)
    page.presenter.sign()
    assert page.state.sca is not None
    assert set(page.listed) == set(table.orders[1:])
    assert page.state.sca.bound is not None
    page.presenter.panel.give_password(fakes.PASSWORD)
    page.presenter.panel.choose(SMS.method)
    assert page.state.sca.phase is Phase.CODE
    assert (set(page.listed), len(page.state.totals)) == (set(table.orders[1:]), 1)
    page.presenter.panel.send_code(page.state.sca.bound, fakes.CODE)
    assert not page.asks
    assert set(page.listed) == set(table.orders)  # where each of them stands


def test_several_are_decided_in_the_app_and_the_page_looks() -> None:
    table = Table()
    table.bank.methods = (SMS, APP)
    page = Page(table)
    page.presenter.sign()
    page.presenter.panel.give_password(fakes.PASSWORD)
    page.presenter.panel.choose(APP.method)
    assert (page.state.look_ms, page.state.sca) == (LOOK_MS, None)
    assert page.state.sentence.startswith("Your bank asks you in its own app.")
    opened = list(table.bank.opened.values())[-1]
    opened.state = AuthorisationState.FINALISED
    assert table.bank.ties is not None
    table.bank.ties.sign(opened.payment_id, "")
    page.presenter.look()
    assert not page.state.look_ms
    assert {row.chip for row in page.state.rows} == {"Accepted"}
