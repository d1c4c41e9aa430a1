"""Who may say what about an order and a payee: role, access, device; and what a word without them is left out with."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.rule import ApprovalRule, Delegation, Need, PayeeStanding
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Role
from countersign.domain.ledger.order_fold import begin_order, fold_order
from countersign.domain.order_state import OrderState
from countersign.domain.payee import fold_payee
from tests.unit.domain.approval.team import DAY, ROLES, START, TWO_OF_FINANCE, Desk, Firm, firm
from tests.unit.domain.ledger.world import Pen, identifier

S = OrderState


def _fault(desk: Desk, event: Event) -> str:
    return dict(desk.record().faults).get(event.id, "")


@pytest.mark.parametrize(
    ("name", "people", "expiries"),
    [
        ("dan", {}, {}),  # an approver does not ask
        ("eve", {}, {}),
        ("ada", {"ada": {"access_until": START}}, {}),
        ("ada", {}, {"ada 1": START}),
        ("ada", {"ada": {"roles": (Role.ADMINISTRATOR,)}}, {}),
    ],
)
def test_an_order_is_asked_for_by_a_requester_whose_word_counts(
    name: str, people: dict[str, dict[str, object]], expiries: dict[str, int]
) -> None:
    workspace, _ = firm(people=people, expiries=expiries)
    desk = Desk(workspace, workspace.pen(name))
    desk.add_payee()
    frozen = desk.freeze()
    assert begin_order(frozen, workspace.rules()) is None
    assert fold_order(workspace.events, workspace.rules()) is None


def test_the_payees_standing_is_kept_with_the_order() -> None:
    workspace, desk = firm(ApprovalRule("new", payees=(PayeeStanding.NEW,), needs=(Need("Board", 2),)))
    desk.add_payee()
    workspace.pen("ada").write(kinds.INCIDENT_RAISED, identifier("later"), {}, at=START + 40 * DAY)
    frozen = desk.freeze()
    payee = fold_payee([desk.version])
    record, unknown = begin_order(frozen, workspace.rules(), payee), begin_order(frozen, workspace.rules())
    assert record is not None
    assert unknown is not None
    assert (record.standing, unknown.standing) == (PayeeStanding.STANDING, PayeeStanding.NEW)
    governance = workspace.rules().governance
    assert record.requirement(governance).groups == {""}
    assert unknown.requirement(governance).groups == {"Board"}
    assert record.frozen_device == desk.sender.device
    assert desk.record().standing is PayeeStanding.STANDING


@pytest.mark.parametrize(
    ("name", "reason", "code"),
    [
        ("ada", "changed_mind", ""),
        ("ada", "rejected.suspicious", ""),
        ("ben", "rejected.suspicious", ""),
        ("cho", "repair.reference", ""),
        ("dan", "rejected.suspicious", "order.may_not_reject"),  # of the Board, which nobody asks here
        ("dan", "repair.reference", ""),
        ("eve", "repair.reference", "author.no_role"),
        ("eve", "rejected.suspicious", "author.no_role"),
        ("gus", "changed_mind", "order.may_not_stop"),
        ("gus", "rejected.suspicious", "order.may_not_reject"),
    ],
)
def test_an_order_is_stopped_by_those_who_have_a_say_in_it(name: str, reason: str, code: str) -> None:
    workspace, desk = _with_gus()
    desk.prepared()
    event = desk.say(kinds.ORDER_STOPPED, workspace.pen(name), reason=reason)
    assert (_fault(desk, event), desk.record().state) == (code, S.PREPARED if code else S.STOPPED)


def _with_gus(*needs: Need) -> tuple[Firm, Desk]:
    """Return a firm where Gus asks for payments too, and approves none."""
    workspace, desk = firm(ApprovalRule("finance", needs=(Need("Finance", 1), *needs)))
    gus = Pen("gus 1", "gus")
    members = workspace.state().members
    members = (*members, replace(members[0], member="gus", roles=(Role.REQUESTER,), recovery_public_key="7" * 64))
    devices = (*workspace.state().devices, gus.entry)
    change = workspace.amend("ada", "ben", members=members, devices=devices)
    gus.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(change,))
    workspace.pens.append(gus)
    return workspace, desk


def _stranger(workspace: Firm) -> Pen:
    """Return a device that governance does not know, whose events are there all the same."""
    workspace.pens.append(Pen("zoe 1", "zoe"))
    return workspace.pens[-1]


def test_where_anybody_may_approve_every_approver_may_reject() -> None:
    workspace, desk = firm()
    desk.prepared()
    desk.say(kinds.ORDER_STOPPED, workspace.pen("dan"), reason="rejected.suspicious")
    assert desk.record().state is S.STOPPED


def test_a_sender_that_is_not_the_requesters_stops_and_a_stand_in_rejects() -> None:
    workspace, _ = firm(
        TWO_OF_FINANCE,
        roles={**ROLES, "dan": (Role.REQUESTER,)},
        delegations=(Delegation("ben", "dan", START, START + DAY),),
    )
    desk = Desk(workspace, workspace.pen("ada"))
    desk.add_payee()
    desk.freeze(sender_device=workspace.pen("dan").device)
    desk.assess()
    late = desk.say(kinds.ORDER_ASSESSED, workspace.pen("dan"), **_assessment(desk))
    assert _fault(desk, late) == ""  # the sender may look again
    reject = workspace.pen("dan").write(kinds.ORDER_STOPPED, desk.order, {"reason": "rejected.other"}, at=START + DAY)
    assert _fault(desk, reject) == "order.may_not_reject"  # the delegation is over
    stop = desk.say(kinds.ORDER_STOPPED, workspace.pen("dan"), reason="repair.reference")
    assert (_fault(desk, stop), desk.record().state) == ("", S.STOPPED)


def _assessment(desk: Desk) -> dict[str, Json]:
    return {"digest": desk.digest, "assessment": {"score": 3, "stops": []}}


@pytest.mark.parametrize(
    ("name", "code"),
    [("ada", ""), ("ben", ""), ("dan", ""), ("eve", "author.no_role"), ("gus", "order.may_not_assess")],
)
def test_an_assessment_which_voids_approvals_comes_from_requester_sender_or_approver(name: str, code: str) -> None:
    workspace, desk = _with_gus(Need("Board", 1))
    desk.prepared()
    first = desk.sign(workspace.pen("cho"), epoch=1)
    event = workspace.pen(name).write(kinds.ORDER_ASSESSED, desk.order, _assessment(desk), seen=(first,))
    assert _fault(desk, event) == code
    assert [item.fault for item in desk.record().approvals] == ["" if code else "approval.other_assessment"]


def test_what_a_bank_says_anybody_with_a_role_brings_and_the_sender_always() -> None:
    workspace, desk = firm(
        expiries={"ada 1": START + 60_000}, people={"dan": {"access_until": START}, "cho": {"roles": ()}}
    )
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    desk.intend([approval], seen=(approval,))
    strangers = {"eve": "author.no_role", "cho": "author.no_role", "dan": ""}
    for name, code in strangers.items():
        assert _fault(desk, desk.report("RCVD", workspace.pen(name))) == code
    assert _fault(desk, desk.report("RCVD", _stranger(workspace))) == "author.unknown_device"
    workspace.pen("ada").write(kinds.INCIDENT_RAISED, identifier("later"), {}, at=START + DAY)
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")  # its time is over, and only it knows
    desk.report("ACSC", authorised=True)
    assert desk.record().state is S.SETTLED


def test_who_opened_it_is_noted_and_moves_nothing() -> None:
    workspace, desk = firm()
    desk.prepared()
    before = desk.record()
    seen = [desk.say(kinds.ORDER_OPENED, workspace.pen(name), digest=desk.digest) for name in ("ben", "eve")]
    record = desk.record()
    assert sorted(record.opened) == [("ben", seen[0].header.at), ("eve", seen[1].header.at)]
    assert (record.state, record.changed_at, record.faults) == (before.state, before.changed_at, ())
    assert record.last_key == max(item.order_key for item in seen)
    odd = desk.say(kinds.ORDER_OPENED, _stranger(workspace), digest=desk.digest)
    assert _fault(desk, odd) == "author.unknown_device"
    other = desk.say(kinds.ORDER_OPENED, workspace.pen("ben"), digest="0" * 64)
    assert _fault(desk, other) == "order.other_digest"


def test_for_a_closed_sender_only_those_with_a_role_speak() -> None:
    workspace, desk = firm()
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    desk.intend([approval], seen=(approval,))
    state = workspace.state()
    devices = (replace(state.devices[0], closed=True), *state.devices[1:])
    change = workspace.amend("ben", "cho", seen=(desk.sender.shared[-1],), devices=devices)
    for name, code in (("eve", "author.no_role"), ("dan", "")):
        event = workspace.pen(name).write(kinds.ORDER_ABANDONED, desk.order, {"reason": "lost"}, seen=(change,))
        assert _fault(desk, event) == code
    assert desk.record().state is S.ABANDONED


# — payees —


def test_payees_are_written_by_requesters_and_approvers() -> None:
    workspace, desk = firm(people={"cho": {"access_until": START}})
    desk.add_payee()
    rules = workspace.rules()
    details = desk.version.says()
    said = {**details, "account": "DE02120300000000202051"}
    events = [
        workspace.pen(name).write(kinds.PAYEE_ADDED, desk.payee, said, seen=(desk.version,))
        for name in ("dan", "eve", "cho")
    ]
    events.append(Pen("gus 1", "gus").draft(kinds.PAYEE_ADDED, desk.payee, said, seen=(desk.version,)))
    record = fold_payee([desk.version, *events], rules)
    assert record is not None
    assert [item.event for item in record.versions] == [desk.version.id, events[0].id]
    assert dict(record.faults) == {
        events[1].id: "author.no_role",
        events[2].id: "author.access_lapsed",
        events[3].id: "author.unknown_device",
    }
    trusting = fold_payee([desk.version, *events])
    assert trusting is not None
    assert (len(trusting.versions), trusting.faults) == (5, ())
    assert fold_payee(events[1:2], rules) is None


def test_administrators_as_such_write_no_payee() -> None:
    workspace, desk = firm(roles={**ROLES, "cho": (Role.ADMINISTRATOR,)})
    desk.add_payee()
    note = workspace.pen("eve").write(kinds.INCIDENT_RAISED, desk.payee, {}, seen=(desk.version,))
    event = workspace.pen("cho").write(kinds.PAYEE_CHANGED, desk.payee, desk.version.says(), seen=(desk.version,))
    record = fold_payee([desk.version, note, event], workspace.rules())
    assert record is not None
    assert record.faults == ((event.id, "author.no_role"),)
