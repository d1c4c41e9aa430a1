"""Whoever asked confirms on another device: what counts as that, until when, and that it is never an approval."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.domain.approval.progress import confirmation_obstacle, obstacle, progress
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.approval.simulate import simulate_policy
from countersign.domain.canonical import Json, JsonObject, NotCanonicalError
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Role, recovery_message
from countersign.domain.ledger.order_authors import may_forbid
from countersign.domain.ledger.order_record import judge_intent, standing_confirmations, standing_under
from countersign.domain.order_state import OrderState
from countersign.domain.policy import Policy
from countersign.domain.quorum import quorum_of
from tests.unit.domain.approval.team import DAY, LAST, ROLES, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import WORKSPACE, OrderDesk, Pen, Workspace, identifier, key_of

S = OrderState
CONFIRMED = ApprovalRule("large", "EUR", 5_000_000, needs=(Need("", 1),), second_device=True)
PLAIN = replace(CONFIRMED, second_device=False)
BOTH = {**ROLES, "ada": (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)}


def device_of(workspace: Workspace, name: str, member: str, *, known: bool = True) -> Pen:
    """Let a member's recovery key add a device; or have one that nobody admitted."""
    pen = Pen(name, member)
    if known:
        signature = key_of(f"recovery {member}").sign(recovery_message(WORKSPACE, pen.entry)).hex()
        body: dict[str, Json] = {"device": pen.entry.canonical(), "recovery_signature": signature}
        added = workspace.pens[0].write(kinds.DEVICE_ADDED, identifier("governance"), body)
        pen.write(kinds.INCIDENT_RAISED, identifier("hello"), {"from": name}, seen=(added,))
    workspace.pens.append(pen)
    return pen


def confirm(
    desk: OrderDesk,
    pen: Pen,
    *,
    at: int | None = None,
    seen: Iterable[Event] = (),
    changes: JsonObject | None = None,
    **more: Json,
) -> Event:
    """Confirm with a device that has seen all that the sender wrote."""
    refs = (desk.frozen.id, desk.assessed.id)
    known = tuple(item for item in (desk.sender.shared[-1], *seen) if item.header.device != pen.device)
    return pen.write(
        kinds.ORDER_CONFIRMED,
        desk.order,
        {**desk.approval_body(), **(changes or {}), **more},
        refs=refs,
        seen=known,
        at=at,
    )


def two_devices(*rules: ApprovalRule, roles: dict[str, tuple[Role, ...]] | None = None) -> tuple[Firm, Desk, Pen]:
    """Return the firm with Ada's second device, and her order as it is handed in."""
    workspace, desk = firm(*(rules or (CONFIRMED,)), roles=roles or BOTH)
    second = device_of(workspace, "ada 2", "ada")
    return workspace, desk.prepared(), second


def said(desk: Desk) -> list[str]:
    """Return what is wrong with each confirmation, in folding order."""
    return [item.fault for item in desk.record().confirmations]


def asks(desk: Desk, at: int = START + 60_000) -> tuple[str, ...]:
    """Return why an intent would not be valid."""
    return judge_intent(desk.record(), desk.workspace.rules(), desk.record().sender, LAST, at)


# — both are needed —


@pytest.mark.parametrize("first", ["approval", "confirmation"])
def test_an_order_is_approved_once_others_have_signed_and_the_other_device_has_confirmed(first: str) -> None:
    workspace, desk, second = two_devices()
    for deed in ("approval", "confirmation") if first == "approval" else ("confirmation", "approval"):
        assert desk.record().state is S.PREPARED
        assert "intent.not_approved" in asks(desk)
        if deed == "approval":
            desk.sign(workspace.pen("cho"))
        else:
            confirm(desk, second, seen=workspace.pen("cho").shared[-1:])
    assert (desk.record().state, asks(desk)) == (S.APPROVED, ())


def test_without_it_nothing_is_sent_and_with_it_the_intent_names_it() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    assert asks(desk) == ("intent.not_confirmed", "intent.not_approved")
    lacking = desk.intend([approval], seen=(approval,))
    assert dict(desk.record().faults) == {lacking.id: "intent.not_confirmed"}
    confirmation = confirm(desk, second, seen=(approval,))
    unnamed = desk.intend([approval], seen=(confirmation,))
    assert dict(desk.record().faults)[unnamed.id] == "intent.refs"
    rests = (desk.frozen.id, desk.assessed.id, approval.id, confirmation.id)
    intent = desk.intend([approval], refs=rests)
    assert (desk.record().state, desk.record().intent_event) == (S.INTENDED, intent.id)
    assert [item.event for item in desk.record().confirmations] == [confirmation.id]


def test_an_intent_rests_on_no_confirmation_that_is_void() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    void = confirm(desk, second, digest="0" * 64)
    good = confirm(desk, second, seen=(approval,))
    refs = {desk.frozen.id, desk.assessed.id, approval.id, good.id}
    wrong = desk.intend([approval], refs=(*refs, void.id), seen=(good,))
    assert dict(desk.record().faults) == {wrong.id: "intent.refs"}
    desk.intend([approval], refs=refs)
    assert desk.record().state is S.INTENDED


def test_the_ledger_of_several_devices_judges_alike() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    early = desk.intend([approval], seen=(approval,))
    desk.sender.shared.pop()  # as if it had never been written; told below in place of the other
    confirmation = confirm(desk, second, seen=(approval,))
    refs = (desk.frozen.id, desk.assessed.id, approval.id, confirmation.id)
    intent = desk.intend([approval], refs=refs, seen=(confirmation,))
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert (record.state, record.intent_event) == (S.INTENDED, intent.id)
    assert [(item.event, item.fault) for item in record.confirmations] == [(confirmation.id, "")]
    # What lay beside an intent doesn't help it: it is judged by its own past.
    others = [event for event in workspace.events if event.id != intent.id]
    without = workspace.ledger([*others, early]).order(desk.order)
    assert without is not None
    assert (without.intent_event, dict(without.faults)[early.id]) == ("", "intent.not_confirmed")


def test_one_persons_two_devices_are_enough_where_nobody_else_signs() -> None:
    workspace = Workspace([Pen("ada 1", "ada"), Pen("ada 2", "ada")], Policy(rules=(CONFIRMED,)))
    workspace.pens[1].write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(workspace.genesis,))
    desk = Desk(workspace, workspace.pens[0]).prepared()
    approval = desk.sign(workspace.pens[0])
    assert desk.record().state is S.PREPARED
    assert progress(desk.record(), workspace.rules(), LAST, START).wants_confirmation
    confirm(desk, workspace.pens[1], seen=(approval,))
    assert (desk.record().state, asks(desk)) == (S.APPROVED, ())


# — what counts as another device of theirs —


def _refused(desk: Desk, code: str) -> None:
    assert said(desk) == [code]
    assert (desk.record().state, "intent.not_confirmed" in asks(desk)) == (S.PREPARED, True)
    assert not standing_confirmations(desk.record(), desk.workspace.rules().governance, START + 60_000)


def test_the_device_that_wrote_it_down_is_no_other_one() -> None:
    workspace, desk, _ = two_devices()
    desk.sign(workspace.pen("cho"))
    confirm(desk, desk.sender)
    _refused(desk, "confirmation.same_device")


def test_nor_is_the_device_that_sends_it() -> None:
    workspace, desk = firm(CONFIRMED, roles=BOTH)
    second = device_of(workspace, "ada 2", "ada")
    desk.add_payee()
    desk.freeze(sender_device=second.device)
    desk.assess()
    desk.sign(workspace.pen("cho"))
    confirm(desk, second)
    _refused(desk, "confirmation.same_device")
    third = device_of(workspace, "ada 3", "ada")
    confirm(desk, third)
    assert desk.record().state is S.APPROVED


def test_nor_is_the_one_that_the_sending_is_handed_to_before_or_after() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    confirm(desk, second, seen=(approval,))
    body: dict[str, Json] = {"digest": desk.digest, "to": second.device}
    desk.sender.write(kinds.ORDER_SENDER_RELEASED, desk.order, body, seen=second.shared[-1:])
    assert (desk.record().state, asks(desk)) == (S.APPROVED, ("intent.not_confirmed",))
    third = device_of(workspace, "ada 3", "ada")
    confirm(desk, second)
    confirm(desk, third)
    assert said(desk) == ["", "confirmation.same_device", ""]
    assert asks(desk) == ()


def test_a_colleague_confirms_nothing_and_an_approver_no_more() -> None:
    workspace, desk, _ = two_devices()
    desk.sign(workspace.pen("cho"))
    confirm(desk, workspace.pen("ben"))
    _refused(desk, "confirmation.not_the_requester")


def test_nor_does_somebody_who_shares_the_requesters_recovery_key() -> None:
    people = {"ben": {"recovery_public_key": Workspace([Pen("x", "ada")]).state().members[0].recovery_public_key}}
    workspace, desk = firm(CONFIRMED, roles=BOTH, people=people)
    desk.prepared()
    desk.sign(workspace.pen("cho"))
    confirm(desk, workspace.pen("ben"))
    _refused(desk, "confirmation.not_the_requester")


def test_a_device_that_nobody_admitted_confirms_nothing_and_once_the_kit_added_it_it_does() -> None:
    workspace, desk = firm(CONFIRMED, roles=BOTH)
    desk.prepared()
    desk.sign(workspace.pen("cho"))
    confirm(desk, device_of(workspace, "ada restored", "ada", known=False))
    _refused(desk, "confirmation.unknown_device")
    record = workspace.ledger().order(desk.order)
    assert record is not None
    assert record.confirmations == ()  # where several devices write, it is void before it is judged
    confirm(desk, device_of(workspace, "ada admitted", "ada"))
    assert desk.record().state is S.APPROVED


def test_a_closed_device_confirms_nothing_and_what_it_said_before_stands() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    before = confirm(desk, second, seen=(approval,))
    devices = workspace.rules().governance.devices
    closed = tuple(
        replace(item, closed=True, last_shared=before.id) if item.device == second.device else item for item in devices
    )
    change = workspace.amend("ada", "ben", seen=(before,), devices=closed)
    assert workspace.rules().governance.epoch == 1
    after = confirm(desk, second, seen=(change,), epoch=1)
    assert {item.event: item.fault for item in desk.record().confirmations} == {
        before.id: "",
        after.id: "confirmation.unknown_device",
    }
    assert asks(desk) == ()
    assert confirmation_obstacle(desk.record(), workspace.rules().governance, second.device, START) == (
        "confirmation.unknown_device"
    )


@pytest.mark.parametrize(
    ("people", "expiries", "code"),
    [
        ({"ada": {"access_until": START + 1_000_000}}, {}, "author.access_lapsed"),
        ({}, {"ada 2": START + 1_000_000}, "author.device_expired"),
    ],
)
def test_it_ends_with_the_persons_access_and_the_devices_time(
    people: dict[str, dict[str, object]], expiries: dict[str, int], code: str
) -> None:
    workspace, desk = firm(CONFIRMED, roles=BOTH, people=people, expiries=expiries)
    second = Pen("ada 2", "ada")
    entry = replace(second.entry, expires_at=expiries.get("ada 2", 0))
    change = workspace.amend("ada", "ben", devices=(*workspace.rules().governance.devices, entry))
    second.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(change,))
    workspace.pens.append(second)
    desk.prepared()
    approval = desk.sign(workspace.pen("cho"), epoch=1)
    confirm(desk, second, seen=(approval,), epoch=1)
    governance = workspace.rules().governance
    assert (desk.record().state, said(desk)) == (S.APPROVED, [""])
    assert standing_confirmations(desk.record(), governance, START + 999_999)
    assert not standing_confirmations(desk.record(), governance, START + 1_000_000)
    confirm(desk, second, at=START + 1_000_000, epoch=1)
    assert said(desk)[-1] == code


def test_a_renamed_member_is_still_who_asked() -> None:
    workspace, desk, second = two_devices()
    desk.sign(workspace.pen("cho"))
    change = workspace.amend("ada", "ben", members=workspace.members_with("ada", name="Somebody Else"))
    confirm(desk, second, seen=(change,), epoch=1)
    assert desk.record().state is S.APPROVED


def test_who_lost_every_role_confirms_nothing() -> None:
    workspace, desk, second = two_devices()
    workspace.amend("ben", "cho", seen=(desk.assessed,), members=workspace.members_with("ada", roles=()))
    confirm(desk, second, seen=(workspace.pen("ben").shared[-1],), epoch=1)
    assert said(desk) == ["author.no_role"]


# — LEDGER 11, as for approvals —


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "confirmation.other_digest"),
        ({"assessment": "0" * 64}, "confirmation.other_assessment"),
        ({"assessment": ""}, "confirmation.other_assessment"),
        ({"epoch": 7}, "confirmation.other_epoch"),
        ({"expires_at": START}, "confirmation.expired"),
    ],
)
def test_it_names_digest_assessment_and_epoch_and_ends(changes: dict[str, Json], code: str) -> None:
    workspace, desk, second = two_devices()
    desk.sign(workspace.pen("cho"))
    confirm(desk, second, changes=changes)
    _refused(desk, code)


def test_its_time_ends() -> None:
    workspace, desk, second = two_devices()
    desk.sign(workspace.pen("cho"), expires_at=START + 9 * DAY)
    confirm(desk, second, expires_at=START + DAY)
    assert asks(desk, START + DAY - 1) == ()
    assert asks(desk, START + DAY) == ("intent.not_confirmed",)
    governance = desk.workspace.rules().governance
    assert confirmation_obstacle(desk.record(), governance, second.device, START + DAY) == ""  # it can be given anew
    confirm(desk, second, at=START + DAY, expires_at=START + 2 * DAY)
    assert asks(desk, START + DAY) == ()


def test_a_new_assessment_voids_it() -> None:
    _, desk, second = two_devices()
    void = confirm(desk, second)
    desk.assess()
    assert [(item.event, item.fault) for item in desk.record().confirmations] == [
        (void.id, "confirmation.other_assessment")
    ]
    confirm(desk, second)
    assert said(desk) == ["confirmation.other_assessment", ""]


def test_a_later_epoch_voids_it_only_where_the_orders_terms_changed() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    confirm(desk, second, seen=(approval,))
    policy = workspace.rules().governance.policy
    renamed = (replace(CONFIRMED, rule="renamed"),)
    workspace.amend("ada", "ben", seen=second.shared[-1:], policy=replace(policy, rules=renamed))
    assert asks(desk) == ()
    stricter = replace(CONFIRMED, needs=(Need("", 2),))
    workspace.amend("ada", "ben", epoch=2, policy=replace(policy, rules=(stricter,)))
    assert {"intent.rule_not_met", "intent.not_confirmed"} <= set(asks(desk))
    confirm(desk, second, epoch=1)
    assert said(desk) == ["", "confirmation.other_epoch"]


def test_a_rule_that_asks_for_it_later_voids_what_was_approved_without() -> None:
    workspace, desk, _ = two_devices(PLAIN)
    desk.sign(workspace.pen("cho"))
    assert (desk.record().state, asks(desk)) == (S.APPROVED, ())
    policy = workspace.rules().governance.policy
    workspace.amend("ada", "ben", policy=replace(policy, rules=(CONFIRMED,)))
    assert {"intent.rule_not_met", "intent.not_confirmed"} <= set(asks(desk))


def test_a_hard_stop_an_end_and_an_order_that_needs_none_take_none() -> None:
    workspace, desk = firm(CONFIRMED, roles=BOTH)
    second = device_of(workspace, "ada 2", "ada")
    desk.add_payee()
    desk.freeze()
    desk.assess(stops=("payee.blocked",))
    confirm(desk, second)
    assert said(desk) == ["confirmation.hard_stop"]
    desk.say(kinds.ORDER_STOPPED, digest=desk.digest, reason="edited")
    confirm(desk, second)
    assert said(desk)[-1] == "confirmation.too_late"
    _, plain, other = two_devices(PLAIN)
    confirm(plain, other)
    assert said(plain) == ["confirmation.not_asked"]


def test_before_it_was_handed_in_there_is_nothing_to_confirm() -> None:
    workspace, desk = firm(CONFIRMED, roles=BOTH)
    second = device_of(workspace, "ada 2", "ada")
    desk.add_payee()
    desk.freeze()
    governance = workspace.rules().governance
    assert confirmation_obstacle(desk.record(), governance, second.device, START) == "approval.not_assessed"


# — it is never an approval, and an approval is never that —


def test_it_fills_no_need_and_an_approval_of_the_other_device_confirms_nothing() -> None:
    """A second device of an approver who asked can't fill a quorum, whatever it signs."""
    workspace, desk, second = two_devices()
    confirm(desk, second)
    desk.sign(second)
    record, governance = desk.record(), workspace.rules().governance
    assert desk.faults() == ["approval.own_request"]
    assert (record.state, standing_under(record, governance, START + 60_000)) == (S.PREPARED, ())
    assert "intent.rule_not_met" in asks(desk)
    assert obstacle(record, governance, "ada", START) == "approval.own_request"
    workspace, desk, second = two_devices()
    desk.sign(second)
    desk.sign(workspace.pen("cho"))
    assert "intent.not_confirmed" in asks(desk)
    assert desk.record().confirmations == ()


STEPS = ["ada 1", "ada 2", "ben", "cho", "dan", "assess"]


@settings(max_examples=40, deadline=None)
@given(
    steps=st.lists(st.sampled_from(STEPS), max_size=5),
    confirmed=st.lists(st.tuples(st.integers(0, 5), st.sampled_from(["ada 1", "ada 2", "ben", "cho"])), max_size=4),
    count=st.integers(1, 2),
)
def test_no_confirmation_changes_what_approvals_count(
    steps: Sequence[str], confirmed: Sequence[tuple[int, str]], count: int
) -> None:
    """The same story with and without confirmations: what every approval is worth is the same, event by event.

    Where the order was approved, no new assessment is taken any more: that is what being approved means. So the stories
    are compared up to there.
    """

    def told(*, told_all: bool) -> list[tuple[int, str]]:
        rule = replace(CONFIRMED, needs=(Need("", count),))
        workspace, desk, second = two_devices(rule)
        pens = {"ada 1": workspace.pen("ada"), "ada 2": second} | {n: workspace.pen(n) for n in ("ben", "cho", "dan")}
        found, newest, at, over = [], desk.assessed, START + 100_000, False
        for place in range(len(steps) + 1):
            for name in (name for where, name in confirmed if where == place and told_all):
                at += 1_000
                newest = confirm(desk, pens[name], at=at, seen=_beside(newest, pens[name]))
            if place == len(steps):
                break
            at += 1_000
            step = steps[place]
            over = over or (step == "assess" and desk.record().state is S.APPROVED)
            if over:
                break
            if step == "assess":
                body: dict[str, Json] = {"digest": desk.digest, "assessment": {"score": 10 + place, "stops": []}}
                own = desk.sender
                seen = _beside(newest, own)
                newest = desk.assessed = own.write(kinds.ORDER_ASSESSED, desk.order, body, seen=seen, at=at)
            else:
                pen = pens[step]
                newest = pen.write(
                    kinds.ORDER_APPROVED, desk.order, desk.approval_body(), seen=_beside(newest, pen), at=at
                )
            found.append((place, desk.record().approvals[-1].fault if step != "assess" else ""))
        return found

    with_them, without = told(told_all=True), told(told_all=False)
    assert with_them == without[: len(with_them)]


def _beside(newest: Event, pen: Pen) -> tuple[Event, ...]:
    return (newest,) if newest.header.device != pen.device else ()


# — what screens ask —


def test_progress_names_who_must_confirm_and_with_which_devices() -> None:
    workspace, desk, second = two_devices()
    rules = workspace.rules()
    step = progress(desk.record(), rules, LAST, START).confirmation
    assert step is not None
    assert (step.member, step.given, step.devices) == ("ada", (), (second.device,))
    approval = desk.sign(workspace.pen("cho"))
    found = progress(desk.record(), rules, LAST, START)
    assert (found.met, found.wants_confirmation, found.lacks_device, found.may_sign) == (False, True, False, ())
    assert confirmation_obstacle(desk.record(), rules.governance, second.device, START) == ""
    for pen, code in ((desk.sender, "same_device"), (workspace.pen("cho"), "not_the_requester")):
        assert confirmation_obstacle(desk.record(), rules.governance, pen.device, START) == f"confirmation.{code}"
    given_one = confirm(desk, second, seen=(approval,))
    found = progress(desk.record(), rules, LAST, START)
    assert found.confirmation is not None
    assert ([item.event for item in found.confirmation.given], found.confirmation.devices) == ([given_one.id], ())
    assert (found.met, found.lacks_device) == (True, False)
    assert confirmation_obstacle(desk.record(), rules.governance, second.device, START) == "confirmation.given"


def test_with_one_device_nothing_could_be_sent_and_the_simulation_says_so() -> None:
    workspace, desk = firm(CONFIRMED, roles=BOTH)
    desk.prepared()
    desk.sign(workspace.pen("cho"))
    found = progress(desk.record(), workspace.rules(), LAST, START)
    assert (found.met, found.stuck, found.lacks_device) == (False, False, True)
    state = workspace.rules().governance
    (tried,) = simulate_policy([desk.record()], state, replace(state.policy, rules=(PLAIN,)))
    assert (tried.changed, tried.impossible, tried.lacks_device) == (True, False, False)
    (back,) = simulate_policy(
        [desk.record()],
        replace(state, policy=replace(state.policy, rules=(PLAIN,))),
        Policy(requester_may_approve=False, rules=(CONFIRMED,)),
    )
    assert (back.changed, back.impossible, back.lacks_device) == (True, False, True)


def test_a_confirmation_whose_words_are_kept_back_holds_up_the_sending() -> None:
    workspace, desk, second = two_devices()
    event = confirm(desk, second)
    assert may_forbid(desk.record(), replace(event, body=None), workspace.rules())


def test_outsiders_are_told_who_confirmed_and_what_did_not_count() -> None:
    workspace, desk, second = two_devices()
    approval = desk.sign(workspace.pen("cho"))
    bad = confirm(desk, second, digest="0" * 64)
    good = confirm(desk, second, seen=(approval,), expires_at=START + DAY)
    about = [item for item in workspace.events if item.header.subject == desk.order]
    found = quorum_of(desk.record(), workspace.rules(), about, START + 60_000)
    assert found.met
    assert [(item.event, item.name, item.fault) for item in found.confirmations] == [
        (bad.id, "Ada", "confirmation.other_digest"),
        (good.id, "Ada", ""),
    ]
    late = quorum_of(desk.record(), workspace.rules(), about, START + DAY)
    assert (late.met, late.confirmations[-1].fault) == (False, "confirmation.lapsed")


# — the rule itself —


def test_a_rule_is_written_as_ever_where_it_is_not_asked_for() -> None:
    assert "second_device" not in PLAIN.canonical()
    assert CONFIRMED.canonical() == {**PLAIN.canonical(), "second_device": True}
    assert ApprovalRule.read(CONFIRMED.canonical()) == CONFIRMED
    assert ApprovalRule.read(PLAIN.canonical()) == PLAIN


@pytest.mark.parametrize(("value", "error"), [(False, SecurityError), ("yes", NotCanonicalError)])
def test_there_is_one_way_to_write_what_is_not_asked_for(value: Json, error: type[Exception]) -> None:
    with pytest.raises(error):
        ApprovalRule.read({**PLAIN.canonical(), "second_device": value})
