"""Rules that a newer version changed: this one neither signs nor sends by those it knows, and says what to do."""

from __future__ import annotations

import pytest

from countersign.application.use_cases.approve_batch import ShownOrder, approve_batch
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.approve_whole import approve_whole
from countersign.application.use_cases.confirm_order import confirm_order
from countersign.application.use_cases.record_submission import record_intent
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.presentation.error_texts import sentence
from countersign.testing.fake_team import ELSEWHERE, RAVI, TOM, Team, make_team
from countersign.testing.fake_vault import WORKSPACE
from tests.unit.application.running import run
from tests.unit.presentation.test_inbox import landlord

LARGE = ApprovalRule("large", "EUR", 100_000, needs=(Need("", 1),), second_device=True)


@pytest.fixture
def team() -> Team:
    """Four people, of whom Mei has two devices; this is one of them."""
    return make_team(policy=Policy(requester_may_approve=False, rules=(LARGE,)))


def change_rules(team: Team, by: str, **more: Json) -> None:
    """Have somebody write a change of governance with fields that this version doesn't know."""
    newest = team.vault.rules.epochs[-1]
    state: dict[str, Json] = {**newest.signed.canonical(), "epoch": newest.signed.epoch + 1, **more}
    body: dict[str, Json] = {"parents": [newest.event], "state": state, "signatures": []}
    with team.vault.by(by):
        team.vault.append(EventDraft(kinds.GOVERNANCE_CHANGED, WORKSPACE, body))


def shown(team: Team, order: str) -> ShownOrder:
    record = team.vault.order(order)
    assert record is not None
    return ShownOrder(order, record.content.payment, record.digest)


def test_nothing_is_sent(team: Team) -> None:
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    team.approve(TOM, order)
    one = shown(team, order)
    confirm_order(team.vault, order, one.shown, one.shown_digest, last_digits(one.shown.creditor_account))
    change_rules(team, TOM, four_faces=True)
    bank, profile = team.world.session.bank_id, team.world.bank.profile()
    with team.vault.by(ELSEWHERE), pytest.raises(UserFacingError, match=r"rules\.newer_version"):
        record_intent(team.vault, order, bank, profile, "11111111-2222-4333-8444-555555555555")
    record = team.vault.order(order)
    assert record is not None
    assert record.state is OrderState.APPROVED
    assert "newer version of Countersign" in sentence("rules.newer_version")


def test_nothing_is_signed(team: Team) -> None:
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    other = team.request(TOM, landlord(team), 25_000_000, "Workshop")
    change_rules(team, TOM, four_faces=True)
    one, two = shown(team, order), shown(team, other)
    digits = last_digits(one.shown.creditor_account)
    phrase = batch_digest([two.shown_digest])
    with pytest.raises(UserFacingError, match=r"rules\.newer_version"):
        confirm_order(team.vault, order, one.shown, one.shown_digest, digits)
    with pytest.raises(UserFacingError, match=r"rules\.newer_version"):
        approve_order(team.vault, other, two.shown, two.shown_digest, digits)
    with pytest.raises(UserFacingError, match=r"rules\.newer_version"):
        approve_batch(team.vault, [two], phrase)
    with pytest.raises(UserFacingError, match=r"rules\.newer_version"):
        run(team.world.session, approve_whole(team.world.session, [two], phrase))
    assert kinds.ORDER_APPROVED not in team.vault.kinds_of(other)


def test_who_is_no_administrator_holds_up_nothing(team: Team) -> None:
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    change_rules(team, RAVI, four_faces=True)
    team.approve(TOM, order)
    assert kinds.ORDER_APPROVED in team.vault.kinds_of(order)
