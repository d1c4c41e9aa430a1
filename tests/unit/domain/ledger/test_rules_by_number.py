"""Rules 8 to 13 of the ledger where things happen at once, one test or more for each, named by its number.

Everything is read as a vault reads it: from the history of all devices. What one device alone writes is tested with the
fold (``test_order_record``), epochs alone with ``test_governance``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.rule import ApprovalRule, Delegation, Need, SignatoryLimit
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.order_record import OrderRecord, standing_under
from countersign.domain.order_state import OrderState
from countersign.domain.payee import PayeeRecord
from countersign.domain.policy import Policy
from tests.unit.domain.approval.team import DAY, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import Pen, identifier

S = OrderState
FINANCE = ApprovalRule("finance", "EUR", 5_000_000, needs=(Need("Finance", 1),))
SUBJECT = identifier("governance")


def _order(desk: Desk) -> OrderRecord:
    record = desk.workspace.ledger().order(desk.order)
    assert record is not None
    return record


def _code(desk: Desk, event: Event) -> str:
    return dict(_order(desk).faults).get(event.id, "")


def _signed(*more: ApprovalRule, **policy: object) -> tuple[Firm, Desk, Event]:
    """Return a firm where Cho, of Finance, has signed Ada's order."""
    workspace, desk = firm(FINANCE, *more, **policy)  # type: ignore[arg-type]  # tests name the fields
    desk.prepared()
    return workspace, desk, desk.sign(workspace.pen("cho"))


def _heads(workspace: Firm, *but: str) -> tuple[Event, ...]:
    return tuple(pen.shared[-1] for pen in workspace.pens if pen.name not in but)


def _changed(workspace: Firm, author: str, seen: tuple[Event, ...], **changes: object) -> Event:
    """Follow the genesis, whatever else did."""
    state = workspace.state(epoch=1, **changes)
    body = workspace.change([workspace.genesis.id], state, [workspace.pen("ada"), workspace.pen("ben")])
    return workspace.pen(author).write(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=seen)


# — 8: governance is a line —


def test_rule_08_rival_policies_stop_every_intent_until_a_majority_names_both() -> None:
    workspace, desk, approval = _signed()
    left = _changed(workspace, "ada", (approval,), policy=replace(workspace.policy, wait_seconds=5))
    right = _changed(workspace, "ben", (approval,), policy=replace(workspace.policy, wait_seconds=9))
    contested = desk.intend([approval], seen=(right,), epoch=0)
    assert _code(desk, contested) == "intent.governance_contested"
    assert workspace.ledger().rules().contested == tuple(sorted((left.id, right.id)))
    settled = workspace.state(epoch=2, policy=replace(workspace.policy, wait_seconds=7))
    body = workspace.change([left.id, right.id], settled, [workspace.pen("ben"), workspace.pen("cho")])
    end = workspace.pen("ben").write(kinds.GOVERNANCE_CHANGED, SUBJECT, body, seen=(contested,))
    sent = desk.intend([approval], seen=(end,), epoch=2)
    assert (_order(desk).intent_event, _order(desk).state) == (sent.id, S.INTENDED)


def test_rule_08_a_rival_that_the_sender_had_not_heard_of_undoes_nothing() -> None:
    workspace, desk, approval = _signed()
    _changed(workspace, "ada", (approval,), policy=replace(workspace.policy, wait_seconds=5))
    sent = desk.intend([approval], epoch=1)
    _changed(workspace, "ben", (approval,), policy=replace(workspace.policy, wait_seconds=9))
    assert workspace.ledger().rules().contested
    assert (_order(desk).intent_event, _order(desk).state) == (sent.id, S.INTENDED)


def test_rule_08_a_rival_by_somebody_whom_the_other_one_removed_is_a_rival_all_the_same() -> None:
    """Whoever reads both in whichever order finds neither: what counts is the epoch that both follow."""
    for first, second in (("ada", "ben"), ("ben", "ada")):
        workspace, _, approval = _signed()
        gone = workspace.members_with(second, roles=(Role.APPROVER, Role.REQUESTER))
        left = _changed(workspace, first, (approval,), members=gone)
        right = _changed(workspace, second, (approval,), policy=replace(workspace.policy, wait_seconds=9))
        assert workspace.ledger().rules().contested == tuple(sorted((left.id, right.id)))
        assert workspace.ledger().rules().governance.epoch == 0


# — 9: closing and two faces —


@pytest.mark.parametrize("heard", [True, False])
def test_rule_09_a_revoked_device_counts_up_to_its_last_accepted_event(heard: bool) -> None:
    workspace, desk = firm(FINANCE)
    desk.prepared()
    cho = workspace.pen("cho")
    last = cho.shared[-1]
    approval = desk.sign(cho)  # after the event that its closing will name: a thief's
    devices = workspace.state().devices
    closed = tuple(replace(i, closed=True, last_shared=last.id) if i.device == cho.device else i for i in devices)
    change = _changed(workspace, "ben", (desk.sender.shared[-1],), devices=closed)
    sent = desk.intend([approval], seen=(approval, change) if heard else (approval,), epoch=1 if heard else 0)
    record = _order(desk)
    assert _code(desk, sent) == ("intent.rule_not_met" if heard else "")
    assert (record.state, record.intent_event) == ((S.PREPARED, "") if heard else (S.INTENDED, sent.id))


def test_rule_09_what_a_device_signed_before_it_was_closed_still_counts() -> None:
    workspace, desk, approval = _signed()
    cho, devices = workspace.pen("cho"), workspace.state().devices
    closed = tuple(replace(i, closed=True, last_shared=approval.id) if i.device == cho.device else i for i in devices)
    change = _changed(workspace, "ben", (approval,), devices=closed)
    sent = desk.intend([approval], seen=(change,), epoch=1)
    assert _order(desk).intent_event == sent.id


# — 10: concurrent edits —


def _payee(workspace: Firm, desk: Desk) -> PayeeRecord:
    found = workspace.ledger().payee(desk.payee)
    assert found is not None
    return found


def test_rule_10_two_edits_at_once_are_a_conflict_until_one_supersedes_both() -> None:
    workspace, desk = firm(FINANCE)
    desk.add_payee()
    base = desk.version
    said = {**base.says(), "supersedes": [base.id]}
    edits = [
        workspace.pen(name).write(kinds.PAYEE_CHANGED, desk.payee, {**said, "name": name.title()}, seen=(base,))
        for name in ("ben", "dan")
    ]
    assert _payee(workspace, desk).in_conflict
    desk.version = edits[0]
    desk.sender.write(kinds.INCIDENT_RAISED, identifier("note"), {}, seen=(edits[0],))
    desk.freeze()
    desk.assess()
    approval = desk.sign(workspace.pen("cho"))
    refused = desk.intend([approval], seen=(approval, edits[1]))
    assert _code(desk, refused) == "intent.payee_conflict"
    both: dict[str, Json] = {**said, "name": "Ben", "supersedes": sorted(item.id for item in edits)}
    merged = workspace.pen("ben").write(kinds.PAYEE_CHANGED, desk.payee, both, seen=(edits[1],))
    assert not _payee(workspace, desk).in_conflict
    assert _code(desk, desk.intend([approval], seen=(merged,))) == "intent.payee_changed"  # it names another version


def test_rule_10_an_auditors_edit_is_no_edit() -> None:
    workspace, desk, approval = _signed()
    said = {**desk.version.says(), "account": "DE02120300000000202051"}
    edit = workspace.pen("eve").write(kinds.PAYEE_ADDED, desk.payee, said, seen=(approval,))
    assert not _payee(workspace, desk).in_conflict
    assert _payee(workspace, desk).faults == ((edit.id, "author.no_role"),)
    sent = desk.intend([approval], seen=(edit,))
    assert _order(desk).intent_event == sent.id


# — 11: under a later epoch —

OTHER = ApprovalRule("other", "USD", 0, needs=(Need("Board", 2),))
LIMIT = SignatoryLimit("cho", "EUR", 10**9, 0)


def _policy(*rules: ApprovalRule, **more: object) -> Policy:
    return Policy(requester_may_approve=False, rules=rules, **more)  # type: ignore[arg-type]  # tests name the fields


@pytest.mark.parametrize(
    ("policy", "counts"),
    [
        (_policy(FINANCE, wait_seconds=9), True),
        (_policy(FINANCE, OTHER), True),  # a rule of other orders
        (_policy(FINANCE, approvals=2), True),  # what holds where no rule applies
        (_policy(replace(FINANCE, rule="renamed", above_minor=6_000_000)), True),
        (_policy(FINANCE, limits=(SignatoryLimit("cho", "USD", 1, 1), SignatoryLimit("dan", "EUR", 1, 1))), True),
        (_policy(FINANCE, ApprovalRule("more", needs=(Need("Finance", 1),))), True),  # the same again
        (_policy(replace(FINANCE, ordered=True)), False),
        (_policy(replace(FINANCE, needs=(Need("", 1),))), False),
        (_policy(FINANCE, ApprovalRule("more", needs=(Need("Board", 1),))), False),
        (_policy(replace(FINANCE, above_minor=10**9)), False),  # it applies no more
        (_policy(FINANCE, limits=(LIMIT,)), False),  # the authority carries another amount now
        (_policy(), False),
    ],
)
def test_rule_11_an_approval_counts_on_where_the_rule_of_this_order_is_unchanged(policy: Policy, counts: bool) -> None:
    workspace, desk, approval = _signed()
    change = _changed(workspace, "ben", (approval,), policy=policy)
    sent = desk.intend([approval], seen=(change,), epoch=1)
    assert workspace.ledger().rules().governance.epoch == 1
    assert _code(desk, sent) == ("" if counts else "intent.rule_not_met")
    assert (_order(desk).state is S.INTENDED) is counts


@pytest.mark.parametrize(
    ("changes", "counts"),
    [
        ({"name": "Cho Changed"}, True),
        ({"groups": ("Finance",)}, True),  # the Board has no say in this order
        ({"groups": ("Finance", "Board", "Treasury")}, True),
        ({"access_until": START + DAY}, True),  # confirmed for a time, which is not over
        ({"roles": (Role.APPROVER, Role.REQUESTER)}, True),
        ({"recovery_public_key": "7" * 64}, True),
        ({"groups": ("Board",)}, False),
        ({"groups": ()}, False),
        ({"roles": (Role.ADMINISTRATOR,)}, False),
        ({"roles": (Role.AUDITOR,)}, False),
        ({"roles": ()}, False),
        ({"access_until": START}, False),
    ],
)
def test_rule_11_an_approval_counts_on_where_the_approvers_authority_is_unchanged(
    changes: dict[str, object], counts: bool
) -> None:
    workspace, desk, approval = _signed()
    dan = workspace.members_with("dan", groups=("Finance", "Board"))  # else nobody of Finance might be left
    members = tuple(
        replace(item, **changes) if item.member == "cho" else found  # type: ignore[arg-type]  # tests name the fields
        for item, found in zip(workspace.state().members, dan, strict=True)
    )
    change = _changed(workspace, "ben", (approval,), members=members)
    sent = desk.intend([approval], seen=(change,), epoch=1)
    assert workspace.ledger().rules().governance.epoch == 1
    assert _code(desk, sent) == ("" if counts else "intent.rule_not_met")


@pytest.mark.parametrize(
    ("ends", "counts"), [(START + DAY, True), (START + 2 * DAY, True), (START + 20_000, False), (0, False)]
)
def test_rule_11_a_delegation_counts_while_it_lasts_in_the_newest_epoch(ends: int, counts: bool) -> None:
    stand_in = Delegation("cho", "dan", START, START + DAY)
    workspace, desk = firm(FINANCE, delegations=(stand_in,))
    desk.prepared()
    approval = desk.sign(workspace.pen("dan"))
    left = (replace(stand_in, ends_at=ends),) if ends else ()
    change = _changed(workspace, "ben", (approval,), policy=replace(workspace.policy, delegations=left))
    sent = desk.intend([approval], seen=(change,), epoch=1, at=START + 20_000)
    assert _code(desk, sent) == ("" if counts else "intent.rule_not_met")


def test_rule_11_an_approval_of_an_old_epoch_at_once_with_the_change_counts_where_nothing_of_it_changed() -> None:
    for policy, counts in ((_policy(FINANCE, OTHER), True), (_policy(OTHER), False)):
        workspace, desk = firm(FINANCE)
        desk.prepared()
        change = _changed(workspace, "ben", (desk.sender.shared[-1],), policy=policy)
        workspace.pen("cho").write(kinds.INCIDENT_RAISED, identifier("noise"), {}, seen=(desk.sender.shared[-1],))
        approval = desk.sign(workspace.pen("cho"))  # knows nothing of it, and is folded after it
        sent = desk.intend([approval], seen=(approval, change), epoch=1)
        assert change.order_key < approval.order_key
        assert _code(desk, sent) == ("" if counts else "intent.rule_not_met")
        found = {item.event: item.fault for item in _order(desk).approvals}
        assert found == {approval.id: "" if counts else "approval.other_epoch"}


def test_rule_11_who_must_sign_again_signs_again() -> None:
    workspace, desk, approval = _signed()
    change = _changed(workspace, "ben", (approval,), policy=_policy(replace(FINANCE, ordered=True)))
    again = desk.sign(workspace.pen("cho"), after=(), epoch=1)
    late = workspace.pen("cho").write(
        kinds.ORDER_APPROVED,
        desk.order,
        desk.approval_body(epoch=1),
        refs=(desk.frozen.id, desk.assessed.id),
        seen=(change,),
    )
    record = _order(desk)
    found = {item.event: item.fault for item in record.approvals}
    assert found == {approval.id: "approval.lapsed", again.id: "approval.other_epoch", late.id: ""}
    assert standing_under(record, workspace.ledger().rules().governance, START + 60_000) == record.counted
    sent = desk.intend([late], seen=(late,), epoch=1)
    assert _order(desk).intent_event == sent.id


# — 12: one sender —


def _release(desk: Desk, pen: Pen, to: str, *seen: Event, **more: Json) -> Event:
    body: dict[str, Json] = {"digest": desk.digest, "to": to, **more}
    return pen.write(kinds.ORDER_SENDER_RELEASED, desk.order, body, seen=seen)


def test_rule_12_the_sending_is_handed_over_and_the_other_alone_may_send() -> None:
    workspace, desk, approval = _signed()
    ben = workspace.pen("ben")
    released = _release(desk, desk.sender, ben.device, approval)
    assert (_order(desk).sender, _order(desk).state) == (ben.device, S.APPROVED)
    old = desk.intend([approval])
    assert _code(desk, old) == "intent.not_the_sender"
    new = desk.intend([approval], pen=ben, seen=(released,))
    assert (_order(desk).intent_event, _order(desk).state) == (new.id, S.INTENDED)
    assert _code(desk, desk.say(kinds.ORDER_ABANDONED, reason="x")) == "order.not_the_sender"
    desk.say(kinds.ORDER_INITIATED, ben, payment_id="P1")
    assert _order(desk).state is S.INITIATED
    again = desk.intend([approval], pen=ben)
    assert _code(desk, again) == "intent.not_the_first"


def test_rule_12_an_intent_before_the_release_is_the_only_one() -> None:
    workspace, desk, approval = _signed()
    ben = workspace.pen("ben")
    sent = desk.intend([approval], seen=(approval,))
    released = _release(desk, desk.sender, ben.device)
    assert _code(desk, released) == "order.illegal_move"
    second = desk.intend([approval], pen=ben, seen=(released,))
    assert _code(desk, second) == "intent.not_the_sender"
    assert _order(desk).intent_event == sent.id


def test_rule_12_the_other_device_sends_only_once_it_has_heard_of_it() -> None:
    workspace, desk, approval = _signed()
    ben = workspace.pen("ben")
    early = desk.intend([approval], pen=ben, seen=(approval,))
    _release(desk, desk.sender, ben.device)
    assert _code(desk, early) == "intent.not_the_sender"
    assert (_order(desk).sender, _order(desk).intent_event) == (ben.device, "")


def test_rule_12_nobody_else_releases_and_what_was_released_is_not_released_twice() -> None:
    workspace, desk, approval = _signed()
    ben, dan = workspace.pen("ben"), workspace.pen("dan")
    assert _code(desk, _release(desk, dan, dan.device, approval)) == "order.not_the_sender"
    first = _release(desk, desk.sender, ben.device, approval)
    second = _release(desk, desk.sender, dan.device)
    assert _code(desk, second) == "order.not_the_sender"
    assert _order(desk).sender == ben.device
    on = _release(desk, ben, dan.device, first)
    assert _order(desk).sender == dan.device
    late = desk.intend([approval], pen=ben)
    assert _code(desk, late) == "intent.not_the_sender"
    sent = desk.intend([approval], pen=dan, seen=(on,))
    assert _order(desk).intent_event == sent.id


@pytest.mark.parametrize("to", ["closed", "expired", "unknown", "an auditor's"])
def test_rule_12_what_was_let_go_of_is_sent_by_nobody_who_may_not_and_not_by_who_let_go(to: str) -> None:
    """Whoever was named may have been open where the closing wasn't known, and may have sent."""
    workspace, desk = firm(FINANCE, expiries={"dan 1": START})
    desk.prepared()
    approval = desk.sign(workspace.pen("cho"))
    devices = workspace.state().devices
    closed = tuple(replace(i, closed=True) if i.device == workspace.pen("cho").device else i for i in devices)
    change = _changed(workspace, "ben", (approval,), devices=closed)
    named = {"closed": "cho", "expired": "dan", "an auditor's": "eve"}
    other = workspace.pen(named.get(to, "ben"))
    released = _release(desk, desk.sender, "f" * 64 if to == "unknown" else other.device, change)
    assert _order(desk).sender != desk.sender.device
    mine = desk.intend([approval], epoch=1)
    assert _code(desk, mine) == "intent.not_the_sender"
    desk.intend([approval], pen=other, seen=(released,), epoch=1)
    assert _order(desk).intent_event == ""


def test_rule_12_a_release_counts_though_its_receiver_was_closed_meanwhile() -> None:
    """The order of folding has the closing first; the release was made without knowing of it."""
    workspace, desk, approval = _signed()
    dan = workspace.pen("dan")
    closed = tuple(replace(i, closed=True) if i.device == dan.device else i for i in workspace.state().devices)
    change = _changed(workspace, "ben", (), devices=closed)
    released = _release(desk, desk.sender, dan.device, approval)
    assert change.order_key < released.order_key
    assert _order(desk).sender == dan.device
    again = desk.intend([approval], seen=(change,), epoch=1)
    assert _code(desk, again) == "intent.not_the_sender"


def test_rule_12_a_release_of_another_content_is_none() -> None:
    workspace, desk, _ = _signed()
    event = _release(desk, desk.sender, workspace.pen("ben").device, digest="0" * 64)
    assert _code(desk, event) == "order.other_digest"


# — 13: the intent —


@pytest.mark.parametrize("what", ["rejection", "stop", "freeze", "revocation", "policy"])
@pytest.mark.parametrize("heard", [True, False])
def test_rule_13_what_the_sender_knew_of_prevails_and_what_it_did_not_undoes_nothing(what: str, heard: bool) -> None:
    workspace, desk, approval = _signed()
    base = (approval,)
    if what == "rejection":
        event = workspace.pen("ben").write(kinds.ORDER_STOPPED, desk.order, {"reason": "rejected.odd"}, seen=base)
    elif what == "stop":
        event = workspace.pen("dan").write(kinds.ORDER_STOPPED, desk.order, {"reason": "repair.odd"}, seen=base)
    elif what == "freeze":
        event = workspace.pen("eve").write(kinds.WORKSPACE_FROZEN, identifier("stop"), {}, seen=base)
    elif what == "revocation":
        groups = {"cho": ("Board",), "dan": ("Finance",)}
        members = tuple(replace(i, groups=groups.get(i.member, i.groups)) for i in workspace.state().members)
        event = _changed(workspace, "ben", base, members=members)
    else:
        event = _changed(workspace, "ben", base, policy=_policy(replace(FINANCE, needs=(Need("Board", 1),))))
    epoch = workspace.ledger().rules().governance.epoch if heard else 0
    sent = desk.intend([approval], seen=(approval, event) if heard else (approval,), epoch=epoch)
    record = _order(desk)
    code = {"rejection": "not_approved", "stop": "not_approved", "freeze": "frozen"}.get(what, "rule_not_met")
    assert _code(desk, sent) == (f"intent.{code}" if heard else "")
    assert (record.intent_event == sent.id) is not heard
    unknown = record.sent_before_known
    assert unknown == ((event.id,) if what in {"rejection", "stop"} and not heard else ())


def test_rule_13_a_word_without_a_say_in_the_order_is_no_task() -> None:
    workspace, desk, approval = _signed()
    beside = [
        workspace.pen(name).write(kinds.ORDER_STOPPED, desk.order, {"reason": reason}, seen=(approval,))
        for name, reason in (("eve", "rejected.odd"), ("dan", "rejected.odd"))
    ]
    sent = desk.intend([approval], seen=(approval,))
    after = workspace.pen("eve").write(kinds.ORDER_STOPPED, desk.order, {"reason": "rejected.odd"}, seen=(sent,))
    record = _order(desk)
    assert (record.intent_event, record.sent_before_known) == (sent.id, ())
    assert {event for event, _ in record.faults} == {after.id, *(item.id for item in beside)}


@pytest.mark.parametrize(
    ("people", "expiries", "code"),
    [
        ({}, {"ada 1": START + 60_000}, "intent.device_expired"),
        ({"ada": {"access_until": START + 60_000}}, {}, "intent.access_lapsed"),
        ({"cho": {"access_until": START + 60_000}}, {}, "intent.rule_not_met"),
        ({}, {"cho 1": START + 60_000}, "intent.rule_not_met"),
    ],
)
def test_rule_13_ends_of_access_and_of_devices_are_judged_at_the_intents_time(
    people: dict[str, dict[str, object]], expiries: dict[str, int], code: str
) -> None:
    workspace, desk = firm(FINANCE, people=people, expiries=expiries)
    desk.prepared()
    approval = desk.sign(workspace.pen("cho"))
    late = desk.intend([approval], seen=(approval,), at=START + 60_000)
    assert _code(desk, late) == code
    desk.sender.shared.pop()
    early = desk.intend([approval], seen=(approval,), at=START + 59_999)
    assert _order(desk).intent_event == early.id


def test_rule_13_a_sender_that_may_sign_nothing_any_more_sends_nothing() -> None:
    workspace, desk, approval = _signed()
    members = workspace.members_with("ada", roles=(Role.AUDITOR,))
    change = _changed(workspace, "ben", (approval,), members=members)
    sent = desk.intend([approval], seen=(change,), epoch=1)
    assert _code(desk, sent) == "intent.no_role"


def test_rule_13_it_rests_on_every_approval_that_counts_and_on_no_other() -> None:
    both = ApprovalRule("both", needs=(Need("Finance", 1), Need("Board", 1)))
    workspace, desk = firm(both)
    desk.prepared()
    first = desk.sign(workspace.pen("ben"))
    useless = desk.sign(workspace.pen("ben"), after=(first,))
    second = desk.sign(workspace.pen("dan"), after=(first,))
    seen = (useless, second)
    assert {item.event: item.fault for item in _order(desk).approvals}[useless.id] == "approval.twice"
    assert _code(desk, desk.intend([first], seen=seen)) == "intent.refs"
    assert _code(desk, desk.intend([first, second, useless])) == "intent.refs"
    refs = (desk.frozen.id, desk.assessed.id, first.id, second.id)
    assert _code(desk, desk.intend([first], refs=refs)) == "intent.approvals"
    sent = desk.intend([first, second])
    assert _order(desk).intent_event == sent.id
