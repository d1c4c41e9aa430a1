"""What the ledger says of one order, event by event, and what it leaves out and why (LEDGER rules 10 to 15)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Event
from countersign.domain.ledger.governance import Role, World
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.order_record import OrderRecord, judge_intent
from countersign.domain.order_state import OrderState, TransactionStatus
from countersign.domain.payee import fold_payee
from countersign.domain.policy import Policy
from tests.unit.domain.ledger.world import (
    START,
    OrderDesk,
    Pen,
    Workspace,
    alone,
    identifier,
    resign,
    treasury,
)

S = OrderState
ORDER_KINDS = sorted(kind for kind in kinds.SHARED_KINDS if kind.startswith("order."))


def _fold(desk: OrderDesk) -> OrderRecord:
    events = [event for event in desk.workspace.events if event.header.subject == desk.order]
    record = fold_order(events, desk.workspace.rules())
    assert record is not None
    return record


def _fault(desk: OrderDesk, event: Event) -> str:
    return dict(_fold(desk).faults).get(event.id, "")


def _sent() -> OrderDesk:
    _, desk = alone()
    desk.intend([desk.ready()])
    return desk


def _initiated() -> OrderDesk:
    desk = _sent()
    desk.say(kinds.ORDER_INITIATED, payment_id="P1", fee={"currency": "EUR", "exponent": 2, "minor": 50})
    return desk


def _authorising() -> OrderDesk:
    desk = _initiated()
    desk.say(kinds.ORDER_AUTHORISATION_STARTED, purpose="payment", authorisation_id="A1")
    return desk


def _answering() -> OrderDesk:
    desk = _authorising()
    desk.say(kinds.ORDER_ANSWER_INTENDED, authorisation_id="A1", digest=desk.digest, attempt=1)
    return desk


def test_one_payment_from_freezing_to_settlement() -> None:
    desk = _answering()
    record = _fold(desk)
    assert (record.state, record.attempts, record.answered, record.abandonable) == (S.ANSWERING, 1, True, False)
    desk.say(kinds.ORDER_AUTHORISED, authorisation_id="A1")
    assert _fold(desk).state is S.ACCEPTED
    desk.report("ACSC", reason="done")
    record = _fold(desk)
    assert (record.state, record.final, record.faults) == (S.SETTLED, True, ())
    assert (record.payment_id, record.status, record.reason) == ("P1", TransactionStatus.ACSC, "done")
    assert record.fee == {"currency": "EUR", "exponent": 2, "minor": 50}
    assert (record.bank, record.request_id[:8], record.digest) == ("practice", "11111111", desk.digest)


def test_rule_15_the_order_of_arrival_changes_nothing() -> None:
    desk = _answering()
    events = [event for event in desk.workspace.events if event.header.subject == desk.order]
    rules = desk.workspace.rules()
    assert fold_order(reversed(events), rules) == fold_order(events, rules)
    assert fold_order([], rules) is None
    assert fold_order(events[1:], rules) is None  # nothing was frozen
    erased = [Event(item.header, item.signature, None) for item in events]
    assert fold_order(erased, rules) is None


def test_freezing_binds_subject_workspace_digest_and_requester() -> None:
    for changes in ({"order": identifier("other")}, {"workspace": "0b" * 16}, {"requester": "ben"}):
        _, desk = alone()
        desk.add_payee()
        desk.freeze(**changes)
        assert fold_order(desk.workspace.events, desk.workspace.rules()) is None
    _, desk = alone()
    desk.add_payee()
    content = desk.content().canonical()
    desk.sender.write(kinds.ORDER_FROZEN, desk.order, {"content": content, "digest": "0" * 64})
    desk.sender.write(kinds.ORDER_FROZEN, desk.order, {"content": content, "digest": "0" * 64, "more": 1})
    assert fold_order(desk.workspace.events, desk.workspace.rules()) is None
    desk.freeze()
    again = desk.freeze(nonce=identifier("other"))
    record = fold_order(desk.workspace.events, desk.workspace.rules())
    assert record is not None
    assert record.faults == ((again.id, "order.frozen_twice"),)
    assert record.last_key == again.order_key


def test_rule_11_an_approval_before_the_assessment_does_not_count() -> None:
    _, desk = alone()
    desk.add_payee()
    desk.freeze()
    for assessment in ("", "f" * 64):
        body: dict[str, Json] = {"digest": desk.digest, "epoch": 0, "assessment": assessment, "expires_at": 2**50}
        desk.sender.write(kinds.ORDER_APPROVED, desk.order, body)
    desk.assess()
    record = _fold(desk)
    assert [item.fault for item in record.approvals] == ["approval.other_assessment"] * 2
    assert record.state is S.PREPARED


def test_rule_11_a_new_assessment_voids_what_was_approved() -> None:
    workspace, desk = treasury(approvals=2)
    _, ben, _, cho = workspace.pens
    desk.add_payee()
    desk.freeze()
    desk.assess()
    desk.approve(ben)
    desk.assess(more="facts")
    desk.approve(cho)
    record = _fold(desk)
    assert [item.fault for item in record.approvals] == ["approval.other_assessment", ""]
    assert record.state is S.PREPARED
    met = desk.approve(ben)
    assert _fold(desk).state is S.APPROVED
    late = desk.sender.write(kinds.ORDER_ASSESSED, desk.order, desk.assessed.says(), seen=(met,))
    assert _fault(desk, late) == "order.illegal_move"


def test_rule_11_one_person_counts_once_however_many_devices() -> None:
    workspace, desk = treasury(approvals=2)
    _, ben, ben_too, cho = workspace.pens
    desk.add_payee()
    desk.freeze()
    desk.assess()
    for pen in (ben, ben_too):
        desk.approve(pen)
    record = _fold(desk)
    assert [item.fault for item in record.approvals] == ["", "approval.twice"]
    assert record.state is S.PREPARED
    desk.approve(cho)
    assert _fold(desk).state is S.APPROVED
    assert {item.member for item in _fold(desk).counted} == {"ben", "cho"}


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "approval.other_digest"),
        ({"assessment": "0" * 64}, "approval.other_assessment"),
        ({"epoch": 1}, "approval.other_epoch"),
        ({"expires_at": START}, "approval.expired"),
    ],
)
def test_rule_11_an_approval_of_something_else_does_not_count(changes: dict[str, Json], code: str) -> None:
    workspace, desk = treasury()
    desk.add_payee()
    desk.freeze()
    desk.assess()
    desk.approve(workspace.pens[1], **changes)
    assert [item.fault for item in _fold(desk).approvals] == [code]
    desk.approve(workspace.pens[3])
    assert _fold(desk).state is S.APPROVED


def test_rule_11_the_requester_an_auditor_and_a_hard_stop() -> None:
    pens = [Pen("ada 1", "ada"), Pen("ben 1", "ben"), Pen("cho 1", "cho")]
    workspace = Workspace(pens, Policy(requester_may_approve=False), {"cho": (Role.AUDITOR,)})
    desk = OrderDesk(workspace, pens[0])
    desk.add_payee()
    desk.freeze()
    desk.assess()
    desk.approve()
    desk.approve(pens[2])
    assert [item.fault for item in _fold(desk).approvals] == ["approval.own_request", "approval.no_authority"]
    desk.assess(stops=("no_match",))
    desk.approve(pens[1])
    assert _fold(desk).approvals[-1].fault == "approval.hard_stop"


def test_rule_11_devices_that_nobody_knows_or_that_are_closed_approve_nothing() -> None:
    workspace, desk = treasury()
    desk.add_payee()
    desk.freeze()
    desk.assess()
    desk.approve(Pen("eve 1", "eve"))
    rules = workspace.rules()
    closed = replace(workspace.pens[1].entry, closed=True)
    epoch = rules.epochs[0]
    state = replace(epoch.state, devices=(workspace.pens[0].entry, closed))
    events = [*workspace.events, desk.approve(workspace.pens[1])]
    record = fold_order(
        [event for event in events if event.header.subject == desk.order],
        replace(rules, epochs=(replace(epoch, state=state),)),
    )
    assert record is not None
    assert {item.fault for item in record.approvals} == {"approval.unknown_device"}


def _change_policy(workspace: Workspace, policy: Policy, seen: Event, **state: object) -> Event:
    pen = workspace.pens[0]
    to = workspace.state(epoch=1, policy=policy, **state)
    body = workspace.change([workspace.genesis.id], to, [workspace.pens[0], workspace.pens[1]])
    return pen.write(kinds.GOVERNANCE_CHANGED, identifier("governance"), body, seen=(seen,))


def test_rule_11_under_a_later_epoch_an_approval_counts_where_the_rule_is_unchanged() -> None:
    workspace, desk = treasury()
    desk.add_payee()
    desk.freeze()
    desk.assess()
    approval = desk.approve(workspace.pens[1])
    waits = Policy(requester_may_approve=False, wait_seconds=9)
    _change_policy(workspace, waits, approval)
    old = desk.intend([approval])
    assert _fault(desk, old) == "intent.epoch"  # an intent names the newest epoch
    new = desk.intend([approval], epoch=1)
    record = _fold(desk)
    assert (record.state, record.intent_event) == (S.INTENDED, new.id)


def test_rule_11_where_the_rule_changed_it_must_be_approved_again() -> None:
    workspace, desk = treasury()
    _, ben, _, cho = workspace.pens
    desk.add_payee()
    desk.freeze()
    desk.assess()
    first = desk.approve(ben)
    assert _fold(desk).state is S.APPROVED
    _change_policy(workspace, Policy(approvals=2, requester_may_approve=False), first)
    refused = desk.intend([first], epoch=1)
    assert _fault(desk, refused) == "intent.rule_not_met"
    again, second = desk.approve(ben, epoch=1), desk.approve(cho, epoch=1)
    third = desk.approve(workspace.pens[2], epoch=1)
    record = _fold(desk)
    assert [item.fault for item in record.approvals] == ["approval.lapsed", "", "", "approval.twice"]
    counted = [item for item in (again, second, third) if item.id in {each.event for each in record.counted}]
    with_old = desk.intend(counted, seen=(again, second, third), refs=_refs(desk, first, *counted), epoch=1)
    assert _fault(desk, with_old) == "intent.refs"
    desk.intend(counted, epoch=1)
    assert _fold(desk).state is S.INTENDED


def _refs(desk: OrderDesk, *approvals: Event) -> tuple[str, ...]:
    return (desk.frozen.id, desk.assessed.id, *(item.id for item in approvals))


def test_rule_11_an_approver_who_lost_the_authority_no_longer_counts() -> None:
    workspace, desk = treasury()
    desk.add_payee()
    desk.freeze()
    desk.assess()
    first = desk.approve(workspace.pens[1])
    state = workspace.state()
    members = tuple(replace(item, roles=(Role.AUDITOR,)) if item.member == "ben" else item for item in state.members)
    _change_policy(workspace, workspace.policy, first, members=members)
    refused = desk.intend([first], epoch=1)
    assert _fault(desk, refused) == "intent.rule_not_met"


def test_rule_13_the_second_intent_is_void() -> None:
    desk = _sent()
    second = desk.intend([item for item in desk.sender.shared if item.kind == kinds.ORDER_APPROVED])
    record = _fold(desk)
    assert (record.faults, record.state) == (((second.id, "intent.not_the_first"),), S.INTENDED)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"digest": "0" * 64}, "order.other_digest"),
        ({"epoch": 1}, "intent.epoch"),
        ({"epoch": False}, "canonical.field_type"),
        ({"approvals": []}, "intent.approvals"),
        ({"end_to_end_id": "CS9"}, "intent.end_to_end_id"),
        ({"bank": 1}, "canonical.field_type"),
        ({"never_executes_unauthorised": "yes"}, "canonical.field_type"),
    ],
)
def test_rule_13_an_intent_says_exactly_what_it_rests_on(changes: dict[str, Json], code: str) -> None:
    _, desk = alone()
    event = desk.intend([desk.ready()], changes=changes)
    assert (_fault(desk, event), _fold(desk).state) == (code, S.APPROVED)


@pytest.mark.parametrize("left_out", [0, 1, 2])
def test_rule_13_an_intent_refers_to_content_assessment_and_every_approval(left_out: int) -> None:
    _, desk = alone()
    approval = desk.ready()
    refs = _refs(desk, approval)
    event = desk.intend([approval], refs=[ref for at, ref in enumerate(refs) if at != left_out])
    assert _fault(desk, event) == "intent.refs"
    beside = desk.intend([approval], refs=(desk.workspace.genesis.id,))
    assert _fault(desk, beside) == "intent.refs"
    more = desk.intend([approval], refs=(*refs, desk.version.id))
    assert _fault(desk, more) == ""


def test_rule_12_only_the_named_device_intends_and_speaks_of_what_it_sent() -> None:
    workspace, desk = treasury()
    other = workspace.pens[1]
    desk.add_payee()
    desk.freeze()
    desk.assess()
    approval = desk.approve(other)
    stolen = desk.intend([approval], pen=other)
    assert _fault(desk, stolen) == "intent.not_the_sender"
    desk.intend([approval], seen=(approval,))
    for kind in (kinds.ORDER_INITIATED, kinds.ORDER_ABANDONED, kinds.ORDER_ANSWER_INTENDED):
        assert _fault(desk, desk.say(kind, other, payment_id="X", reason="x")) == "order.not_the_sender"
    desk.report("ACSC", other)  # what the bank says anybody may bring
    assert _fold(desk).state is S.SETTLED


def test_rule_12_for_a_closed_sender_others_may_settle_what_is_open() -> None:
    workspace, desk = treasury()
    ben = workspace.pens[1]
    desk.add_payee()
    desk.freeze()
    desk.assess()
    approval = desk.approve(ben)
    desk.intend([approval], seen=(approval,))
    state = workspace.state(
        epoch=1, devices=(replace(workspace.pens[0].entry, closed=True), *workspace.state().devices[1:])
    )
    said = workspace.change([workspace.genesis.id], state, [ben, workspace.pens[3]])
    ben.write(kinds.GOVERNANCE_CHANGED, identifier("governance"), said, seen=(desk.sender.shared[-1],))
    event = ben.write(kinds.ORDER_ABANDONED, desk.order, {"reason": "sender_lost"})
    assert (_fault(desk, event), _fold(desk).state) == ("", S.ABANDONED)


def test_rule_13_a_stop_in_force_blocks_the_intent_and_its_lifting_frees_it() -> None:
    _, desk = alone()
    approval = desk.ready()
    desk.sender.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {})
    blocked = desk.intend([approval])
    assert _fault(desk, blocked) == "intent.frozen"
    desk.sender.write(kinds.WORKSPACE_UNFROZEN, identifier("stop"), {})
    desk.intend([approval])
    desk.sender.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {})
    assert _fold(desk).state is S.INTENDED  # a stop after the intent doesn't undo it


def test_rule_13_expiry_rejection_and_another_world_are_judged_at_the_intents_time() -> None:
    _, desk = alone()
    approval = desk.ready()
    late = desk.intend([approval], at=START + 86_400_000)
    assert _fault(desk, late) == "intent.rule_not_met"
    desk.say(kinds.ORDER_STOPPED, digest=desk.digest, reason="changed_mind")
    rejected = desk.intend([approval], at=START + 86_400_001)
    assert _fold(desk).state is S.STOPPED
    assert _fault(desk, rejected) == "intent.rule_not_met"
    _, other = alone()
    other.add_payee()
    other.freeze(world=World.REAL)
    other.assess()
    assert _fault(other, other.intend([other.approve()])) == "intent.other_world"


def test_rule_13_contested_governance_a_closed_sender_and_the_payee_are_judged() -> None:
    _, desk = alone()
    desk.ready()
    record, rules = _fold(desk), desk.workspace.rules()
    place, at = (99, "", "", 0), START
    author = desk.sender.device

    def judge(**changes: object) -> tuple[str, ...]:
        payee = fold_payee(event for event in desk.workspace.events if event.header.subject == desk.payee)
        return judge_intent(record, replace(rules, **changes), author, place, at, payee)  # type: ignore[arg-type]  # named

    assert judge() == ()
    assert judge(contested=("a", "b")) == ("intent.governance_contested",)
    epoch = rules.epochs[0]
    closed = replace(epoch.state, devices=(replace(desk.sender.entry, closed=True),))
    assert judge(epochs=(replace(epoch, state=closed),)) == ("intent.device_closed",)
    version = desk.version
    desk.add_payee()
    assert set(judge()) == {"intent.payee_conflict", "intent.payee_changed"}
    body = {**version.says(), "supersedes": sorted([version.id, desk.version.id])}
    desk.sender.write(kinds.PAYEE_CHANGED, desk.payee, body)
    assert judge() == ("intent.payee_changed",)


def test_interventions_are_kept_with_their_answers() -> None:
    _, desk = alone()
    desk.add_payee()
    desk.freeze()
    desk.say(kinds.ORDER_INTERVENTION_ANSWERED, digest=desk.digest, intervention="i", answer="a", path="go_on")
    odd = desk.say(kinds.ORDER_INTERVENTION_ANSWERED, digest="0" * 64, intervention="i", answer="a", path="go_on")
    assert _fold(desk).interventions == (("i", "a", "go_on"),)
    assert _fault(desk, odd) == "order.other_digest"
    assert _fault(desk, desk.say(kinds.ORDER_ASSESSED, digest=desk.digest, assessment=1)) == "canonical.field_type"


def test_rule_14_a_fact_about_another_payment_or_in_an_unknown_word_is_left_out() -> None:
    desk = _initiated()
    assert _fault(desk, desk.report("ACSC", payment_id="P2")) == "order.other_payment"
    assert _fault(desk, desk.report("XXXX")) == "order.unknown_status"
    assert _fault(desk, desk.report("ACSC", authorised="yes")) == "canonical.field_type"
    desk.report("RCVD")
    assert (_fold(desk).state, _fold(desk).status) == (S.INITIATED, TransactionStatus.RCVD)
    desk.report("ACSP", payment_id="")
    assert _fold(desk).state is S.ACCEPTED


@pytest.mark.parametrize("status", ["RCVD", "ACSC"])
def test_rule_14_before_the_intent_no_bank_speaks_of_an_order(status: str) -> None:
    _, desk = alone()
    desk.ready()
    assert _fault(desk, desk.report(status)) == "order.illegal_move"
    assert _fold(desk).payment_id == ""


@pytest.mark.parametrize(
    ("first", "then", "contradicts"),
    [
        ("ACSC", "ACCC", False), ("ACSC", "ACSP", False), ("ACSC", "RCVD", False), ("ACSC", "RJCT", True),
        ("ACSC", "CANC", True), ("RJCT", "RJCT", False), ("RJCT", "ACSC", True), ("RJCT", "ACSP", True),
        ("RJCT", "RCVD", False), ("CANC", "CANC", False), ("CANC", "ACSC", True), ("CANC", "RJCT", True),
    ],
)  # fmt: skip
def test_rule_14_facts_never_reopen_and_contradicting_finals_become_a_task(
    first: str, then: str, contradicts: bool
) -> None:
    desk = _answering()
    desk.report(first)
    before = _fold(desk)
    event = desk.report(then)
    record = _fold(desk)
    assert (record.state, record.faults) == (before.state, ())
    assert record.contradictions == ((event.id,) if contradicts else ())
    if contradicts:
        assert record.status is before.status


@pytest.mark.parametrize(("status", "contradicts"), [("ACSC", True), ("ACSP", True), ("RJCT", False), ("CANC", False)])
def test_rule_14_a_fact_after_an_abandonment(status: str, contradicts: bool) -> None:
    desk = _authorising()
    desk.say(kinds.ORDER_ABANDONED, reason="changed_mind")
    event = desk.report(status)
    record = _fold(desk)
    assert (record.state, record.contradictions) == (S.ABANDONED, (event.id,) if contradicts else ())
    late = desk.say(kinds.ORDER_AUTHORISED, authorisation_id="A1")
    assert _fold(desk).contradictions[-1] == late.id


def test_rule_14_money_after_a_stop_is_a_task_too() -> None:
    _, desk = alone()
    desk.ready()
    desk.say(kinds.ORDER_STOPPED, reason="hard_stop")
    event = desk.report("ACSC")
    assert (_fold(desk).state, _fold(desk).contradictions) == (S.STOPPED, (event.id,))


def test_the_code_is_bound_to_the_digest_and_to_the_open_authorisation() -> None:
    desk = _authorising()
    for body, code in (
        ({"authorisation_id": "A1", "digest": "0" * 64}, "order.other_digest"),
        ({"authorisation_id": "A2", "digest": desk.digest}, "order.other_authorisation"),
        ({"authorisation_id": "", "digest": desk.digest}, "order.other_authorisation"),
    ):
        assert _fault(desk, desk.say(kinds.ORDER_ANSWER_INTENDED, None, **body)) == code
    assert _fault(desk, desk.say(kinds.ORDER_AUTHORISED, authorisation_id="A2")) == "order.other_authorisation"
    assert _fold(desk).state is S.AUTHORISING


def test_an_authorisation_has_a_purpose_and_a_name() -> None:
    desk = _initiated()
    for body in ({"purpose": "other", "authorisation_id": "A1"}, {"purpose": "payment", "authorisation_id": ""}):
        assert _fault(desk, desk.say(kinds.ORDER_AUTHORISATION_STARTED, None, **body)) == "order.event_form"
    cancelling = desk.say(kinds.ORDER_AUTHORISATION_STARTED, purpose="cancellation", authorisation_id="A1")
    assert _fault(desk, cancelling) == "order.illegal_move"


def test_a_refused_answer_may_be_given_again_and_counts_the_attempts() -> None:
    desk = _answering()
    desk.say(kinds.ORDER_ANSWER_REFUSED, reason="code_refused")
    assert (_fold(desk).state, _fold(desk).reason) == (S.AUTHORISING, "code_refused")
    desk.say(kinds.ORDER_ANSWER_INTENDED, authorisation_id="A1", digest=desk.digest, attempt=2)
    assert _fold(desk).attempts == 2
    desk.say(kinds.ORDER_OUTCOME_UNKNOWN, stage="answer", reason="timeout")
    assert _fold(desk).state is S.UNKNOWN
    desk.report("RCVD")  # the bank holds it; that says nothing of the lost answer
    assert _fold(desk).state is S.UNKNOWN
    desk.say(kinds.ORDER_OUTCOME_UNKNOWN, stage="answer", reason="still")
    assert _fold(desk).reason == "still"
    assert _fault(desk, desk.say(kinds.ORDER_ABANDONED, reason="x")) == "order.may_be_executed"
    desk.say(kinds.ORDER_ANSWER_REFUSED, reason="not_received")
    assert _fold(desk).state is S.AUTHORISING
    assert _fault(desk, desk.say(kinds.ORDER_ABANDONED, reason="x")) == "order.may_be_executed"


@pytest.mark.parametrize("declared", [True, False])
def test_rule_19_a_lost_initiation_is_abandoned_only_where_the_bank_declared_it_safe(declared: bool) -> None:
    _, desk = alone()
    desk.intend([desk.ready()], never_executes_unauthorised=declared)
    desk.say(kinds.ORDER_OUTCOME_UNKNOWN, stage="initiation", reason="timeout")
    refused = desk.say(kinds.ORDER_ANSWER_REFUSED, reason="x")
    assert _fault(desk, refused) == "order.other_authorisation"
    event = desk.say(kinds.ORDER_ABANDONED, reason="initiation_lost")
    assert _fault(desk, event) == ("" if declared else "order.may_be_executed")
    assert _fold(desk).state is (S.ABANDONED if declared else S.UNKNOWN)


def test_cancelling_has_an_authorisation_of_its_own() -> None:
    desk = _answering()
    desk.report("ACSP", authorised=True)
    desk.say(kinds.ORDER_CANCELLATION_INTENDED, request_id="R2")
    record = _fold(desk)
    assert (record.state, record.purpose, record.authorisation_id, record.attempts) == (
        S.CANCELLING,
        "cancellation",
        "",
        0,
    )
    old = desk.say(kinds.ORDER_ANSWER_INTENDED, authorisation_id="A1", digest=desk.digest, attempt=1)
    assert _fault(desk, old) == "order.other_authorisation"
    desk.say(kinds.ORDER_AUTHORISATION_STARTED, purpose="cancellation", authorisation_id="C1")
    desk.say(kinds.ORDER_ANSWER_INTENDED, authorisation_id="C1", digest=desk.digest, attempt=1)
    assert _fold(desk).attempts == 1
    desk.say(kinds.ORDER_ANSWER_REFUSED, reason="code_refused")
    desk.say(kinds.ORDER_OUTCOME_UNKNOWN, stage="cancellation", reason="timeout")
    assert (_fold(desk).state, _fold(desk).reason) == (S.CANCELLING, "timeout")
    desk.say(kinds.ORDER_CANCELLATION_REFUSED, reason="too_late")
    assert _fold(desk).state is S.ACCEPTED
    desk.say(kinds.ORDER_CANCELLATION_INTENDED, request_id="R3")
    desk.report("CANC")
    assert _fold(desk).state is S.CANCELLED


def test_a_refused_reply_is_noted_and_kinds_of_other_rooms_are_ignored() -> None:
    desk = _initiated()
    desk.say(kinds.ORDER_REPLY_REFUSED, stage="status", field="creditor_account")
    desk.say(kinds.INCIDENT_RAISED, text="x")
    assert (_fold(desk).reason, _fold(desk).faults) == ("reply.creditor_account", ())
    assert _fault(desk, desk.say(kinds.ORDER_INITIATED, payment_id="P9")) == "order.illegal_move"


names = ["digest", "epoch", "assessment", "expires_at", "reason", "approvals", "end_to_end_id", "bank", "request_id",
         "payment_id", "fee", "purpose", "authorisation_id", "transaction_status", "authorised", "field", "content",
         "intervention", "answer", "path", "never_executes_unauthorised", "stage"]  # fmt: skip
leaves = (
    st.sampled_from(["P1", "A1", "payment", "cancellation", "ACSC", "XXXX", ""]) | st.integers(-3, 3) | st.booleans()
)
json_values = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text("ab", max_size=1), inner, max_size=2)
)


@given(
    st.sampled_from([_sent, _initiated, _authorising, _answering]),
    st.lists(
        st.tuples(st.sampled_from(ORDER_KINDS), st.dictionaries(st.sampled_from(names), json_values, max_size=6)),
        max_size=6,
    ),
)
def test_no_body_makes_folding_fail_and_nothing_reopens(begin: object, said: list[tuple[str, dict[str, Json]]]) -> None:
    desk = begin() if callable(begin) else None
    assert isinstance(desk, OrderDesk)
    intent, ended = _fold(desk).intent_event, None
    for kind, body in said:
        desk.say(kind, None, **{"digest": desk.digest, **body})
        record = _fold(desk)
        assert record.intent_event == intent
        assert ended in {None, record.state}
        ended = record.state if record.final else None


@given(st.sampled_from(ORDER_KINDS), st.binary(max_size=30))
def test_bodies_that_are_not_canonical_are_faults(kind: str, content: bytes) -> None:
    desk = _authorising()
    drafted = desk.sender.draft(kind, desk.order, {})
    body = Body(bytes(16), content)
    event = resign(desk.sender, Event(drafted.header, b"", body), body_hash=body.hash)
    desk.sender.shared.append(event)
    record = _fold(desk)
    assert record.last_key == event.order_key
    assert (event.id in dict(record.faults)) or kind == kinds.ORDER_CANCELLATION_INTENDED
