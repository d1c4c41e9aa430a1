"""Who sends: handed over by the sender, or made up for where the sender is lost (LEDGER rule 12)."""

from __future__ import annotations

import pytest

from countersign.application.use_cases.change_governance import endorse_change, propose_change, without_device
from countersign.application.use_cases.hand_over_sending import (
    LostSender,
    end_lost_order,
    hand_over_sending,
    lost_sender,
    may_be_doubled,
    sender_of,
)
from countersign.application.use_cases.need_to_know import PAYROLL_PURPOSES
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Role
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.testing.fake_workspace import fake_verify
from tests.unit.application.workspace.payments import ORDER, approve, faults, intend, known, request
from tests.unit.application.workspace.several import ALL, Several, several


def requested(approvals: int = 1, count: int = 3) -> Several:
    some = several(count, policy=Policy(approvals=approvals, requester_may_approve=False))
    some.rounds()
    request(some[0])
    some.rounds()
    return some


def test_a_request_is_approved_by_two_others_and_sent_once() -> None:
    some = requested(approvals=2)
    approve(some[1])
    some.rounds()
    assert faults(some[0]) != ()
    approve(some[2])
    some.rounds()
    assert faults(some[1]) == ("intent.not_the_sender",)
    intend(some[0])
    some.rounds()
    for desk in some.desks:
        assert known(desk).state is OrderState.INTENDED
        assert len(known(desk).counted) == 2
        assert known(desk).faults == ()


def test_the_sender_hands_over_and_the_other_device_alone_may_send() -> None:
    some = requested()
    approve(some[1])
    some.rounds()
    hand_over_sending(some[0].vault, ORDER, some[2].device)
    some.rounds()
    assert {sender_of(known(desk)) for desk in some.desks} == {some[2].device}
    assert faults(some[0]) == ("intent.not_the_sender",)
    intend(some[2])
    some.rounds()
    assert known(some[0]).state is OrderState.INTENDED


def test_who_may_hand_over_what_to_whom() -> None:
    some = several(4, roles=[ALL, ALL, (Role.AUDITOR,)], policy=Policy(approvals=1, requester_may_approve=False))
    some.rounds()
    request(some[0])
    some.rounds()
    with pytest.raises(UserFacingError, match=r"sending\.not_the_sender"):
        hand_over_sending(some[1].vault, ORDER, some[2].device)
    for to in (some[0].device, some[3].device, "00" * 32):
        with pytest.raises(UserFacingError, match=r"sending\.no_device"):
            hand_over_sending(some[0].vault, ORDER, to)
    with pytest.raises(UserFacingError, match=r"order\.not_open"):
        hand_over_sending(some[0].vault, "00" * 16, some[1].device)


def test_what_the_ledger_would_not_count_is_not_recorded(monkeypatch: pytest.MonkeyPatch) -> None:
    some = requested()
    monkeypatch.setattr("countersign.application.use_cases.hand_over_sending.sender_of", lambda _record: some[0].device)
    before = some[0].vault.heads()
    with pytest.raises(SecurityError, match=r"sending\.not_recorded"):
        hand_over_sending(some[0].vault, ORDER, some[1].device)
    assert some[0].vault.heads() == before


def test_an_order_of_a_lost_sender_ends_only_once_its_device_is_closed() -> None:
    some = requested()
    approve(some[1])
    some.rounds()
    lost = some[0].device
    assert lost_sender(some[0].vault, ORDER) is None
    found = lost_sender(some[1].vault, ORDER)
    assert found is not None
    assert (found.device, found.closed, found.intended) == (lost, False, False)
    assert found.last_heard > 0
    with pytest.raises(UserFacingError, match=r"sending\.not_closed"):
        end_lost_order(some[1].vault, ORDER)
    change = propose_change(some[1].vault, fake_verify, without_device(some[1].vault, lost)).change
    gone = some.desks.pop(0)
    some.rounds()
    endorse_change(some[1].vault, fake_verify, change)
    some.rounds()
    found = lost_sender(some[0].vault, ORDER)
    assert isinstance(found, LostSender)
    assert found.closed
    end_lost_order(some[0].vault, ORDER)
    some.rounds()
    assert may_be_doubled(known(some[1]))
    assert lost_sender(some[1].vault, ORDER) is None
    assert lost_sender(some[1].vault, "00" * 16) is None
    with pytest.raises(UserFacingError, match=r"order\.not_open"):
        end_lost_order(some[1].vault, ORDER)
    intend(gone)  # it had not heard: it sent, and that is how it is found out
    gone.round()
    some.rounds()
    assert not may_be_doubled(known(gone))


def test_payroll_goes_to_those_who_need_it_and_totals_to_all() -> None:
    some = several(
        4, roles=[ALL, (Role.REQUESTER,), (Role.AUDITOR,)], policy=Policy(approvals=1, requester_may_approve=False)
    )
    some.rounds()
    request(some[0], purpose=min(PAYROLL_PURPOSES))
    request(some[0], "dd" * 16)
    some.rounds()
    assert some.agree  # every header is everywhere
    for place, reads in ((1, True), (2, False), (3, True)):
        vault = some[place].vault
        assert (vault.order(ORDER) is not None) is reads
        assert all((item.body is not None) is reads for item in vault.events_of(ORDER))
        assert vault.order("dd" * 16) is not None
    approve(some[1])
    some.rounds()
    intend(some[0])
    some.rounds()
    assert some.agree
    assert all(item.body is None for item in some[2].vault.events_of(ORDER))


def test_a_list_that_its_requester_calls_a_payroll_is_kept_to_those_who_need_it() -> None:
    """Whatever the purposes of its payments say; and nobody can keep what somebody else asks for from others."""
    some = several(
        4, roles=[ALL, (Role.REQUESTER,), (Role.AUDITOR,)], policy=Policy(approvals=1, requester_may_approve=False)
    )
    some.rounds()
    own, others, other_order = "ee" * 16, "ef" * 16, "dd" * 16
    for desk, batch in ((some[0], own), (some[2], others)):
        with desk.vault.transaction() as change:
            change.append(EventDraft(kinds.BATCH_RESTRICTED, batch, {"why": "payroll"}))
    some.rounds()
    request(some[0], batch=own)
    request(some[0], other_order, batch=others)
    some.rounds()
    assert some.agree
    for place, reads in ((1, True), (2, False), (3, True)):
        vault = some[place].vault
        assert (vault.order(ORDER) is not None) is reads
        assert all((item.body is not None) is reads for item in vault.events_of(ORDER))
        assert vault.order(other_order) is not None
