"""Two pages about one order: while several are signed at once, that alone says what became of each of them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from countersign.application.flows.progress import Phase
from countersign.application.flows.signing import Signing
from countersign.application.flows.submission import Submission
from countersign.domain.errors import FailureKind
from countersign.domain.order_state import OrderState
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.unit.application.app_scenes import APP, Several
from tests.unit.application.baskets import Table
from tests.unit.application.orders import OddBank

S = OrderState
UNDER_WAY = "basket.under_way"


def during_the_answer(table: Table, monkeypatch: pytest.MonkeyPatch, work: Callable[[], None]) -> None:
    """Do something while the basket's code is on its way."""
    real = OddBank.answer

    def answer(bank: OddBank, handle: str, code: str, request_id: str) -> object:
        work()
        return real(bank, handle, code, request_id)

    monkeypatch.setattr(OddBank, "answer", answer)


def test_an_order_is_not_judged_alone_while_the_code_of_its_basket_is_on_its_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    table = Table()
    alone: Submission = table.world.session.submission(table.orders[0])
    table.to_code()
    seen: list[object] = []

    def look() -> None:
        before = table.kinds()
        alone.reconcile()
        alone.abandon("given_up")
        seen.append((alone.progress.error, table.states, table.kinds() == before))

    during_the_answer(table, monkeypatch, look)
    table.bank.lost_replies.append("answer")
    table.answer()
    assert seen == [(UNDER_WAY, (S.ANSWERING,) * 3, True)]
    assert set(table.states) == {S.ACCEPTED}
    assert table.kinds().count("answer_refused") == 0
    alone.reconcile()
    assert (alone.progress.phase, alone.progress.error) == (Phase.ACCEPTED, "")


def test_the_same_orders_under_another_name_wait_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    other = table.world.session.together(table.orders[:2])
    table.to_code()
    seen: list[tuple[str, tuple[OrderState, ...]]] = []

    def look() -> None:
        other.reconcile()
        seen.append((other.progress.error, table.states))

    during_the_answer(table, monkeypatch, look)
    table.answer()
    assert seen == [(UNDER_WAY, (S.ANSWERING,) * 3)]
    assert set(table.states) == {S.ACCEPTED}


def test_a_further_signature_is_not_judged_alone_meanwhile(monkeypatch: pytest.MonkeyPatch) -> None:
    table = Table()
    table.partly_signed()
    alone: Signing = table.world.session.signing(table.orders[2])
    table.sign_to_code()
    seen: list[str] = []

    def look() -> None:
        alone.reconcile()
        seen.append(alone.progress.error)

    during_the_answer(table, monkeypatch, look)
    table.sign_answer()
    assert seen == [UNDER_WAY]
    assert table.kinds(2).count("signing_ended") == 1


@pytest.mark.parametrize("further", [False, True])
def test_while_the_app_asks_about_several_none_of_them_is_judged_alone(*, further: bool) -> None:
    several = Several(further=further)
    several.to_method()
    several.choose(APP)
    assert several.pending
    order = several.records[-1].content.order
    alone = several.session.signing(order) if further else several.session.submission(order)
    alone.reconcile()  # the bank says that it is open, and no more
    assert several.pending
    assert alone.progress.phase is Phase.UNKNOWN
    several.approve()
    several.run.look()
    alone.reconcile()
    assert (several.phase, alone.progress.phase) == (Phase.ACCEPTED, Phase.ACCEPTED)


def test_a_step_of_a_basket_that_was_lost_is_asked_about_and_may_be_taken_again() -> None:
    table = Table()
    table.run.begin()
    table.bank.fail("authenticate", FailureKind.UNKNOWN, "bank.timeout")
    table.run.authenticate(SecretText(fakes.PASSWORD))
    assert (table.phase, table.error) == (Phase.CONTINUE, "bank.timeout")  # the bank said that it only waits
    table.run.begin()
    assert (table.phase, table.error) == (Phase.PASSWORD, "")
    table.run.authenticate(SecretText(fakes.PASSWORD))
    assert table.phase == Phase.METHOD.value
