"""Signing, rejecting, returning and looking at what others ask for, in a workspace of four."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from countersign.application.use_cases.approve_batch import BATCH_LIMIT, ShownOrder, approve_batch
from countersign.application.use_cases.approve_order import TEAM_APPROVAL_LIFETIME_MS, approve_order
from countersign.application.use_cases.confirm_person import confirm_person
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.look_at_order import (
    look_at_list,
    look_at_order,
    looks_at,
    record_call_back,
)
from countersign.application.use_cases.reject_order import NOTE_LIMIT, REJECTIONS, REPAIRS, reject_order
from countersign.application.use_cases.repair_order import dealt_with, dismiss_return, repair_order
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import CountersignError, SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.domain.risk import HardStop
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from countersign.testing.fake_door import PASSPHRASE, FakeDoor
from countersign.testing.fake_team import ANNA, ME, QUIET, RAVI, TOM, Team, make_team, member_of


@pytest.fixture
def team() -> Team:
    return make_team()


def landlord(team: Team) -> tuple[str, str]:
    payee = team.world.payees[fakes.LANDLORD[0]]
    record = team.vault.payee(payee)
    assert record is not None
    return payee, record.version.event


def asked(team: Team, by: str = TOM, minor: int = 600_000) -> OrderRecord:
    return record_of(team, team.request(by, landlord(team), minor, "Rent"))


def record_of(team: Team, order: str) -> OrderRecord:
    found = team.vault.order(order)
    assert found is not None
    return found


def shown(records: Sequence[OrderRecord]) -> list[ShownOrder]:
    return [ShownOrder(item.content.order, item.content.payment, item.digest) for item in records]


def code_of(error: pytest.ExceptionInfo[CountersignError]) -> str:
    return error.value.code


# — one order —


def test_two_signatures_of_others_meet_the_rule(team: Team) -> None:
    record = asked(team)
    order, payment = record.content.order, record.content.payment
    event = approve_order(team.vault, order, payment, record.digest, "3000")
    assert record_of(team, order).state is OrderState.PREPARED
    assert event.says()["expires_at"] == team.world.clock.now_ms() + TEAM_APPROVAL_LIFETIME_MS
    team.approve(RAVI, order)
    after = record_of(team, order)
    assert after.state is OrderState.APPROVED
    assert {item.member for item in after.counted} == {member_of(ME), member_of(RAVI)}


def test_a_later_signature_names_those_before_it(team: Team) -> None:
    record = asked(team)
    first = approve_order(team.vault, record.content.order, record.content.payment, record.digest, "3000")
    team.approve(RAVI, record.content.order)
    second = team.vault.events_of(record.content.order)[-1]
    assert first.id in second.header.refs


@pytest.mark.parametrize("who", [TOM, ANNA])
def test_the_requester_and_an_auditor_sign_nothing(team: Team, who: str) -> None:
    record = asked(team)
    with team.vault.by(who), pytest.raises(SecurityError) as refused:
        approve_order(team.vault, record.content.order, record.content.payment, record.digest, "3000")
    assert code_of(refused) in {"approval.own_request", "approval.no_authority"}
    assert record_of(team, record.content.order).counted == ()


def test_other_digits_sign_nothing(team: Team) -> None:
    record = asked(team)
    with pytest.raises(UserFacingError) as refused:
        approve_order(team.vault, record.content.order, record.content.payment, record.digest, "3001")
    assert code_of(refused) == "review.digits_differ"


# — several —


def test_a_batch_is_one_signature_for_each_under_one_digest(team: Team) -> None:
    records = [asked(team, minor=600_000 + number) for number in range(3)]
    digest = batch_digest(item.digest for item in records)
    commits = team.vault.commits
    events = approve_batch(team.vault, shown(records), digest)
    assert team.vault.commits == commits + 1
    assert [event.header.subject for event in events] == [item.content.order for item in records]
    assert {event.says()["batch"] for event in events} == {digest}
    assert all(len(record_of(team, item.content.order).counted) == 1 for item in records)


def test_one_that_would_not_count_leaves_none_signed(team: Team) -> None:
    records = [asked(team), asked(team, by=ME)]
    with pytest.raises(SecurityError) as refused:
        approve_batch(team.vault, shown(records), batch_digest(item.digest for item in records))
    assert code_of(refused) == "approval.own_request"
    assert all(record_of(team, item.content.order).approvals == () for item in records)


def test_another_selection_than_the_one_on_screen_is_refused(team: Team) -> None:
    records = [asked(team), asked(team, minor=1)]
    with pytest.raises(SecurityError) as refused:
        approve_batch(team.vault, shown(records[:1]), batch_digest(item.digest for item in records))
    assert code_of(refused) == "binding.screen"


def test_nothing_and_too_many_are_refused(team: Team) -> None:
    with pytest.raises(UserFacingError) as nothing:
        approve_batch(team.vault, [], "")
    assert code_of(nothing) == "batch.empty"
    with pytest.raises(UserFacingError) as many:
        approve_batch(team.vault, shown([asked(team)]) * (BATCH_LIMIT + 1), "")
    assert (many.value.code, many.value.params["limit"]) == ("batch.too_many", BATCH_LIMIT)


# — ending it —


@pytest.mark.parametrize("reason", [*REJECTIONS, *REPAIRS])
def test_rejecting_and_returning_end_it_with_a_reason_and_a_note(team: Team, reason: str) -> None:
    record = asked(team)
    event = reject_order(team.vault, record.content.order, record.digest, reason, "  Ask them again. ")
    after = record_of(team, record.content.order)
    assert (after.state, after.reason) == (OrderState.STOPPED, reason)
    assert event.says()["note"] == "Ask them again."


def test_an_approved_order_can_still_be_rejected_and_an_ended_one_not(team: Team) -> None:
    record = asked(team)
    team.approve(ME, record.content.order)
    team.approve(RAVI, record.content.order)
    reject_order(team.vault, record.content.order, record.digest, REJECTIONS[0], "No.")
    with pytest.raises(UserFacingError) as refused:
        reject_order(team.vault, record.content.order, record.digest, REJECTIONS[0], "No.")
    assert code_of(refused) == "order.not_open"


@pytest.mark.parametrize(("note", "code"), [(" ", "reject.no_note"), ("x" * (NOTE_LIMIT + 1), "reject.long_note")])
def test_the_note_is_wanted_and_short(team: Team, note: str, code: str) -> None:
    record = asked(team)
    with pytest.raises(UserFacingError) as refused:
        reject_order(team.vault, record.content.order, record.digest, REJECTIONS[0], note)
    assert code_of(refused) == code


def test_an_auditor_rejects_nothing_and_another_screen_neither(team: Team) -> None:
    record = asked(team)
    with team.vault.by(ANNA), pytest.raises(SecurityError) as auditor:
        reject_order(team.vault, record.content.order, record.digest, REJECTIONS[0], "No.")
    assert code_of(auditor) == "author.no_role"
    with pytest.raises(SecurityError) as other:
        reject_order(team.vault, record.content.order, "00" * 32, REJECTIONS[0], "No.")
    assert code_of(other) == "binding.screen"
    with pytest.raises(ValueError, match="not_right"):
        reject_order(team.vault, record.content.order, record.digest, "not_right", "No.")


def test_who_has_no_say_in_an_order_puts_no_rejection_on_record() -> None:
    rule = ApprovalRule("finance", needs=(Need("Finance", 1),))
    team = make_team(policy=Policy(requester_may_approve=False, rules=(rule,)), groups={RAVI: ("Finance",)})
    record = asked(team)
    before = len(team.vault.events_of(record.content.order))
    with pytest.raises(SecurityError) as refused:
        reject_order(team.vault, record.content.order, record.digest, REJECTIONS[0], "No.")
    assert code_of(refused) == "order.may_not_reject"
    assert len(team.vault.events_of(record.content.order)) == before
    reject_order(team.vault, record.content.order, record.digest, REPAIRS[0], "Not quite.")
    assert record_of(team, record.content.order).state is OrderState.STOPPED


# — looking —


def test_looking_is_on_record_once_and_not_for_the_requester(team: Team) -> None:
    record = asked(team)
    order = record.content.order
    first = look_at_order(team.vault, order, record.digest)
    assert first is not None
    assert first.kind == kinds.ORDER_OPENED
    assert look_at_order(team.vault, order, record.digest) is None
    with team.vault.by(RAVI):
        assert look_at_order(team.vault, order, record.digest) is not None
    with team.vault.by(TOM):
        assert look_at_order(team.vault, order, record.digest) is None
    assert look_at_order(team.vault, order, "00" * 32) is None
    team.vault.may_sign = False
    assert look_at_order(team.vault, order, record.digest) is None


def test_a_look_at_a_list_is_on_record_once_and_opens_none_of_its_orders(team: Team) -> None:
    orders = [asked(team, minor=600_000 + number).content.order for number in range(3)]
    batch, digest = "be" * 16, "d1" * 32
    seen = look_at_list(team.vault, batch, digest, orders)
    assert seen is not None
    assert seen.header.subject == looks_at(batch)
    assert dict(seen.says()) == {"digest": digest, "count": 3, "batch": batch}
    assert look_at_list(team.vault, batch, digest, orders) is None
    with team.vault.by(RAVI):
        assert look_at_list(team.vault, batch, digest, orders) is not None
    assert look_at_list(team.vault, batch, "d2" * 32, orders[:2]) is not None  # another list by now
    marked = look_at_list(team.vault, "", digest, orders)
    assert marked is not None
    assert (marked.header.subject, marked.says()["orders"]) == (looks_at("", digest), orders)
    assert look_at_list(team.vault, "", digest, orders) is None
    assert look_at_list(team.vault, batch, "", []) is None
    team.vault.may_sign = False
    assert look_at_list(team.vault, batch, "d3" * 32, orders) is None
    assert not any(record_of(team, order).opened for order in orders)


def test_a_look_with_a_second_device_is_the_same_persons(team: Team) -> None:
    record = asked(team)
    with team.vault.by(RAVI):
        assert look_at_order(team.vault, record.content.order, record.digest) is not None
        member = team.vault.identity.member
    team.vault.identity = replace(team.vault.identity, member=member)
    assert look_at_order(team.vault, record.content.order, record.digest) is None


def test_a_call_back_is_on_record(team: Team) -> None:
    record = asked(team)
    record_call_back(team.vault, record.content.order, record.digest, "in_person")
    assert record_of(team, record.content.order).interventions[-1] == ("call_back", "in_person", "continue")
    with pytest.raises(ValueError, match="dreamt"):
        record_call_back(team.vault, record.content.order, record.digest, "dreamt")
    with pytest.raises(SecurityError):
        record_call_back(team.vault, record.content.order, "00" * 32, "in_person")
    reject_order(team.vault, record.content.order, record.digest, REJECTIONS[0], "No.")
    with pytest.raises(UserFacingError):
        record_call_back(team.vault, record.content.order, record.digest, "in_person")


# — handing in and mending —


def test_what_a_check_stops_is_not_handed_in(team: Team) -> None:
    record = asked(team)
    stopped = QUIET.__class__(1, 0, (HardStop("x"),), (), (), QUIET.confidence, ())
    with pytest.raises(UserFacingError) as refused:
        hand_in_order(team.vault, record.content.order, record.content.payment, record.digest, "3000", stopped)
    assert code_of(refused) == "transfer.stopped"


def test_a_returned_order_becomes_a_draft_with_all_that_was_typed(team: Team) -> None:
    record = asked(team, by=ME)
    order = record.content.order
    with pytest.raises(UserFacingError) as early:
        repair_order(team.vault, team.world.entropy, order)
    assert code_of(early) == "order.not_open"
    with team.vault.by(TOM):
        reject_order(team.vault, order, record.digest, "repair.amount", "It is 6,100.")
    draft = repair_order(team.vault, team.world.entropy, order)
    assert (draft.name, draft.account, draft.amount) == (*fakes.LANDLORD[:2], Money(600_000, "EUR"))
    assert (draft.remittance, draft.order, draft.checked) == ("Rent", "", True)
    assert draft in saved_drafts(team.vault)
    assert dealt_with(team.vault) == {order}
    with pytest.raises(UserFacingError) as unknown:
        repair_order(team.vault, team.world.entropy, "00" * 16)
    assert code_of(unknown) == "order.unknown"


def test_a_rejected_order_can_be_put_aside(team: Team) -> None:
    assert dealt_with(team.vault) == frozenset()
    dismiss_return(team.vault, "ab" * 16)
    assert dealt_with(team.vault) == {"ab" * 16}


# — who is there —


def test_only_the_passphrase_shows_who_is_there(team: Team) -> None:
    door = FakeDoor(team.world)
    confirm_person(door, SecretText(PASSPHRASE))
    with pytest.raises(UserFacingError) as wrong:
        confirm_person(door, SecretText("something else"))
    assert code_of(wrong) == "vault.passphrase_wrong"
    with pytest.raises(UserFacingError) as nothing:
        confirm_person(door, SecretText(""))
    assert code_of(nothing) == "confirm.no_passphrase"
