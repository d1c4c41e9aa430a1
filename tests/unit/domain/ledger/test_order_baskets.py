"""Tied orders: what may be tied, by whom, which authorisation counts then, and that none is given up alone."""

from __future__ import annotations

import pytest

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_baskets import may_be_tied, may_be_untied
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import Desk, Firm, firm
from tests.unit.domain.ledger.world import Pen

S = OrderState


def at_the_bank() -> tuple[Firm, Desk]:
    """Return an order that Ada's device handed in; nobody signed it."""
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    desk.intend([approval], seen=(approval,))
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")
    return workspace, desk


def ask(desk: Desk, pen: Pen | None = None, **changes: Json) -> Event:
    body: dict[str, Json] = {"digest": desk.digest, "request_id": "R1", **changes}
    return desk.say(kinds.ORDER_TYING_INTENDED, pen, **body)


def tie(desk: Desk, **changes: Json) -> Event:
    body: dict[str, Json] = {
        "digest": desk.digest,
        "basket": "B1",
        "payments": ["P1", "P2"],
        "orders": [desk.order, "ee" * 16],
        **changes,
    }
    return desk.say(kinds.ORDER_TIED, None, **body)


def untie(desk: Desk, basket: str = "B1") -> Event:
    return desk.say(kinds.ORDER_UNTIED, basket=basket, reason="dissolved")


def start(desk: Desk, **changes: Json) -> Event:
    body: dict[str, Json] = {"authorisation_id": "A1", "purpose": "payment", **changes}
    return desk.say(kinds.ORDER_AUTHORISATION_STARTED, None, **body)


def fault(desk: Desk, event: Event) -> str:
    return dict(desk.record().faults).get(event.id, "")


def test_tying_moves_nothing_and_says_which_authorisation_counts() -> None:
    _, desk = at_the_bank()
    assert may_be_tied(desk.record())
    ask(desk)
    assert (desk.record().tying, desk.record().state, may_be_tied(desk.record())) == ("R1", S.INITIATED, False)
    tie(desk)
    record = desk.record()
    assert (record.tying, record.basket, record.tied, record.state) == ("", "B1", ("P1", "P2"), S.INITIATED)
    assert fault(desk, start(desk)) == "order.other_basket"
    assert fault(desk, start(desk, basket="B2")) == "order.other_basket"
    assert fault(desk, start(desk, basket="B1")) == ""
    assert (desk.record().state, desk.record().authorisation_id) == (S.AUTHORISING, "A1")


def test_an_order_that_is_not_tied_is_not_authorised_by_a_basket() -> None:
    _, desk = at_the_bank()
    assert fault(desk, start(desk, basket="B1")) == "order.other_basket"


def test_what_was_open_for_it_alone_counts_no_more_once_it_is_tied_or_untied() -> None:
    _, desk = at_the_bank()
    start(desk)
    ask(desk)
    tie(desk)
    assert desk.record().authorisation_id == ""
    answer = desk.say(kinds.ORDER_ANSWER_INTENDED, digest=desk.digest, authorisation_id="A1", attempt=1)
    assert fault(desk, answer) == "order.other_authorisation"
    start(desk, basket="B1", authorisation_id="A2")
    untie(desk)
    record = desk.record()
    assert (record.basket, record.tied, record.authorisation_id, record.reason) == ("", (), "", "dissolved")
    assert fault(desk, start(desk)) == ""


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "order.other_digest"),
        ({"basket": ""}, "order.event_form"),
        ({"payments": ["P2", "P3"]}, "order.event_form"),
        ({"payments": ["P1", "P1"]}, "order.event_form"),
        ({"payments": ["P1", 7]}, "order.event_form"),
        ({"payments": "P1"}, "order.event_form"),
        ({"orders": ["ee" * 16, "dd" * 16]}, "order.event_form"),
        ({"orders": []}, "order.event_form"),
        ({"payments": ["P1"]}, "order.event_form"),
    ],
)
def test_a_tie_that_is_not_about_it_is_left_out(changes: dict[str, Json], code: str) -> None:
    _, desk = at_the_bank()
    ask(desk)
    assert fault(desk, tie(desk, **changes)) == code
    assert desk.record().basket == ""


def test_a_wish_has_a_form_and_comes_once() -> None:
    workspace, desk = at_the_bank()
    assert fault(desk, ask(desk, request_id="")) == "order.event_form"
    assert fault(desk, tie(desk)) == "order.illegal_move"  # nobody asked for it
    assert fault(desk, ask(desk, workspace.pen("ben"))) == "order.not_the_sender"
    ask(desk)
    assert fault(desk, ask(desk, request_id="R2")) == "order.illegal_move"
    untie(desk, "")
    assert (desk.record().tying, fault(desk, ask(desk, request_id="R2"))) == ("", "")


def test_what_is_tied_can_not_be_given_up_alone() -> None:
    _, desk = at_the_bank()
    ask(desk)
    tie(desk)
    assert fault(desk, desk.say(kinds.ORDER_ABANDONED, reason="given_up")) == "order.tied"
    untie(desk)
    desk.say(kinds.ORDER_ABANDONED, reason="given_up")
    assert desk.record().state is S.ABANDONED


def test_while_an_answer_may_be_on_its_way_it_stays_tied() -> None:
    _, desk = at_the_bank()
    ask(desk)
    tie(desk)
    start(desk, basket="B1")
    assert fault(desk, untie(desk, "B2")) == "order.other_basket"
    desk.say(kinds.ORDER_ANSWER_INTENDED, digest=desk.digest, authorisation_id="A1", attempt=1)
    assert not may_be_untied(desk.record())
    assert fault(desk, untie(desk)) == "order.illegal_move"
    desk.say(kinds.ORDER_AUTHORISED, authorisation_id="A1")
    assert fault(desk, untie(desk)) == "order.illegal_move"
    desk.report("PATC")
    assert may_be_untied(desk.record())
    assert fault(desk, untie(desk)) == ""


def test_what_nobody_handed_in_is_not_tied() -> None:
    _, desk = firm()
    desk.prepared()
    assert fault(desk, ask(desk)) == "order.illegal_move"
    assert not may_be_untied(desk.record())
