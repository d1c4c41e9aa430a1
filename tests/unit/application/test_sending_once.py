"""What the sender's own device asks before it signs an intent, whatever the ledger amounts to by then."""

from __future__ import annotations

import pytest

from countersign.application.use_cases.approve_order import AHEAD_LIMIT_MS, sign_approval
from countersign.application.use_cases.record_submission import record_intent
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order_state import OrderState
from tests.unit.application.orders import Desk


def _intend(desk: Desk) -> None:
    record_intent(desk.world.vault, desk.order, "practice", desk.bank.profile(), "r")


def test_where_an_intent_was_ever_signed_there_is_no_second_one_though_it_counts_no_more() -> None:
    desk = Desk()
    with desk.world.vault.transaction() as change:
        change.append(EventDraft(kinds.ORDER_SUBMISSION_INTENDED, desk.order, {"digest": "0" * 64}))
    assert (desk.state, desk.record.intent_event) == (OrderState.APPROVED, "")
    with pytest.raises(SecurityError, match=r"intent\.not_the_first"):
        _intend(desk)


def test_nothing_is_sent_to_a_payee_that_is_unknown_here(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk()
    monkeypatch.setattr(type(desk.world.vault), "payee", lambda _vault, _payee: None)
    with pytest.raises(SecurityError, match=r"intent\.payee_unknown"):
        _intend(desk)


def test_nothing_is_approved_or_sent_that_was_made_long_after_now() -> None:
    desk = Desk()
    desk.world.clock.jump(-AHEAD_LIMIT_MS - 60_000)
    with pytest.raises(SecurityError, match=r"intent\.ahead_of_time"):
        _intend(desk)
    with (
        pytest.raises(SecurityError, match=r"approval\.ahead_of_time"),
        desk.world.vault.transaction() as change,
    ):
        sign_approval(change, desk.record)
