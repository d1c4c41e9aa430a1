"""Nobody approves what they asked for, by person and by key: whatever device, name, delegation or copy they use.

The last acceptance line of four eyes. Each way around it has a test of its own, with a counterpart that must count.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.domain.approval.progress import obstacle, progress
from countersign.domain.approval.rule import ApprovalRule, Delegation, Need
from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event, device_identifier
from countersign.domain.ledger.governance import Role, recovery_message
from countersign.domain.ledger.order_record import judge_intent, standing_approvals
from countersign.domain.ledger.rules import read_rules
from countersign.domain.order_state import OrderState
from tests.unit.domain.approval.team import DAY, LAST, ROLES, START, Desk, Firm, firm
from tests.unit.domain.ledger.world import RULE_KINDS, WORKSPACE, Pen, alone, identifier, key_of, public, verify

ANY = ApprovalRule("any", needs=(Need("", 1),))
TWO = ApprovalRule("two", needs=(Need("", 2),))
BOTH = {**ROLES, "ada": (Role.REQUESTER, Role.APPROVER, Role.ADMINISTRATOR)}
S = OrderState


def _recovered(workspace: Firm, name: str, member: str) -> Pen:
    """Let a member's recovery key add a device: what a restored vault does (LEDGER rule 17)."""
    pen = Pen(name, member)
    signature = key_of(f"recovery {member}").sign(recovery_message(WORKSPACE, pen.entry)).hex()
    body: dict[str, Json] = {"device": pen.entry.canonical(), "recovery_signature": signature}
    added = workspace.pens[0].write(kinds.DEVICE_ADDED, identifier("governance"), body)
    pen.write(kinds.INCIDENT_RAISED, identifier("hello"), {"from": name}, seen=(added,))
    workspace.pens.append(pen)
    return pen


def _refusals(workspace: Firm) -> dict[str, str]:
    found = sorted((item for item in workspace.events if item.kind in RULE_KINDS), key=lambda each: each.order_key)
    return dict(read_rules(found, verify)[1])


def _standing(desk: Desk) -> list[Event]:
    found = standing_approvals(desk.record(), desk.workspace.rules(), LAST, START + 60_000)
    return [event for event in desk.workspace.events if event.id in {item.event for item in found}]


def _never_counts(desk: Desk, approval: Event) -> None:
    """Check the record, the screens' question and the judgement of an intent, which all must say no."""
    record, rules = desk.record(), desk.workspace.rules()
    assert {item.fault for item in record.approvals if item.event == approval.id} == {"approval.own_request"}
    assert (record.state, _standing(desk)) == (S.PREPARED, [])
    assert obstacle(record, rules.governance, record.content.requester, START) == "approval.own_request"
    assert record.content.requester not in progress(record, rules, LAST, START).may_sign
    faults = judge_intent(record, rules, desk.sender.device, LAST, START)
    assert {"intent.rule_not_met", "intent.not_approved"} <= set(faults)


def test_the_device_that_asked_does_not_approve_and_another_person_does() -> None:
    workspace, desk = firm(ANY, roles=BOTH)
    desk.prepared()
    _never_counts(desk, desk.sign(workspace.pen("ada")))
    other = desk.sign(workspace.pen("ben"))
    assert (_standing(desk), desk.record().state) == ([other], S.APPROVED)


def test_nor_does_a_second_device_of_the_same_person() -> None:
    workspace, desk = firm(ANY, roles=BOTH)
    second = Pen("ada 2", "ada")
    change = workspace.amend("ada", "ben", devices=(*workspace.rules().governance.devices, second.entry))
    second.write(kinds.INCIDENT_RAISED, identifier("hello"), {}, seen=(change,))
    workspace.pens.append(second)
    desk.prepared()
    _never_counts(desk, desk.sign(second, epoch=1))


def test_nor_does_a_second_device_that_confirms_where_a_rule_asks_for_that() -> None:
    """It is asked for beside the approvals of others, and takes the place of none of them."""
    workspace, desk = firm(replace(ANY, second_device=True), roles=BOTH)
    second = _recovered(workspace, "ada 2", "ada")
    desk.prepared()
    refs = (desk.frozen.id, desk.assessed.id)
    second.write(kinds.ORDER_CONFIRMED, desk.order, desk.approval_body(), refs=refs, seen=desk.sender.shared[-1:])
    assert [item.fault for item in desk.record().confirmations] == [""]
    _never_counts(desk, desk.sign(second))
    other = desk.sign(workspace.pen("ben"))
    assert (_standing(desk), desk.record().state) == ([other], S.APPROVED)


def test_nor_does_an_approvers_own_device_stand_for_the_requesters_other_one() -> None:
    workspace, desk = firm(replace(ANY, second_device=True), roles=BOTH)
    desk.prepared()
    other = desk.sign(workspace.pen("ben"))
    refs, seen = (desk.frozen.id, desk.assessed.id), desk.sender.shared[-1:]
    for pen in (workspace.pens[-1], desk.sender):  # another person's second device; the one that it was made on
        own = () if pen is desk.sender else seen
        pen.write(kinds.ORDER_CONFIRMED, desk.order, desk.approval_body(), refs=refs, seen=own)
    assert sorted(item.fault for item in desk.record().confirmations) == [
        "confirmation.not_the_requester",
        "confirmation.same_device",
    ]
    assert (_standing(desk), desk.record().state) == ([other], S.PREPARED)


def test_nor_does_a_restored_vaults_new_device() -> None:
    workspace, desk = firm(ANY, roles=BOTH)
    restored = _recovered(workspace, "ada restored", "ada")
    desk.prepared()
    _never_counts(desk, desk.sign(restored))


def test_nor_does_the_old_device_approve_what_the_restored_one_asked_for() -> None:
    workspace, _ = firm(ANY, roles=BOTH)
    desk = Desk(workspace, _recovered(workspace, "ada restored", "ada")).prepared()
    _never_counts(desk, desk.sign(workspace.pen("ada")))


def test_nor_does_the_same_person_under_a_new_name() -> None:
    workspace, desk = firm(ANY, roles=BOTH)
    desk.prepared()
    workspace.amend("ada", "ben", members=workspace.members_with("ada", name="Somebody Else"))
    _never_counts(desk, desk.sign(workspace.pen("ada"), epoch=1))


def test_nor_does_the_sender_that_an_order_was_handed_to_where_it_is_the_requesters() -> None:
    workspace, _ = firm(ANY, roles=BOTH)
    desk = Desk(workspace, workspace.pen("ada"))
    desk.add_payee()
    desk.freeze(sender_device=workspace.pen("cho").device)  # another device sends: it changes nothing
    desk.assess()
    _never_counts(desk, desk.sign(workspace.pen("ada")))
    desk.sign(workspace.pen("cho"))
    assert desk.record().state is S.APPROVED


@pytest.mark.parametrize("key", ["of recovery", "of a device"])
def test_an_epoch_in_which_two_members_share_a_key_never_holds(key: str) -> None:
    workspace, _ = firm(ANY, roles=BOTH)
    state = workspace.rules().governance
    ada = next(item for item in state.members if item.member == "ada")
    shared = ada.recovery_public_key if key == "of recovery" else state.devices[0].signing_public_key
    twin = replace(ada, member="adam", name="Adam", recovery_public_key=shared)
    refused = workspace.amend("ada", "ben", members=(*state.members, twin))
    assert _refusals(workspace) == {refused.id: "governance.key_twice"}
    assert workspace.rules().governance.epoch == 0


def test_a_recovery_key_never_passes_to_another_member_later() -> None:
    workspace, _ = firm(ANY, roles=BOTH)
    old = next(item for item in workspace.state().members if item.member == "ada").recovery_public_key
    workspace.amend("ada", "ben", members=workspace.members_with("ada", recovery_public_key="7" * 64))
    assert workspace.rules().governance.epoch == 1  # a new kit of one's own is fine
    taken = workspace.amend("ada", "ben", epoch=2, members=workspace.members_with("dan", recovery_public_key=old))
    assert _refusals(workspace) == {taken.id: "governance.key_twice"}


def test_a_recovery_key_adds_no_device_that_signs_with_a_recovery_key() -> None:
    """It could make two members one person, and a majority of one of them all."""
    workspace, _ = firm(ANY, roles=BOTH)
    kit = public(key_of("recovery cho"))
    device = replace(Pen("ben 3", "ben").entry, signing_public_key=kit.hex(), device=device_identifier(kit))
    signature = key_of("recovery ben").sign(recovery_message(WORKSPACE, device)).hex()
    body: dict[str, Json] = {"device": device.canonical(), "recovery_signature": signature}
    added = workspace.pens[0].write(kinds.DEVICE_ADDED, identifier("governance"), body)
    assert _refusals(workspace) == {added.id: "governance.key_twice"}


@pytest.mark.parametrize("shared", ["of recovery", "of a device"])
def test_members_who_shared_a_key_from_the_beginning_are_one_person(shared: str) -> None:
    """A genesis is read as it is; its members are told apart by their keys all the same."""
    key = public(key_of("recovery ada" if shared == "of recovery" else "ada 1")).hex()
    workspace, desk = firm(ANY, roles=BOTH, people={"ben": {"recovery_public_key": key}})
    assert workspace.rules().governance.persons == {
        "ada": "ada",
        "ben": "ada",
        "cho": "cho",
        "dan": "dan",
        "eve": "eve",
    }
    desk.prepared()
    approval = desk.sign(workspace.pen("ben"))
    _never_counts(desk, approval)
    assert obstacle(desk.record(), workspace.rules().governance, "ben", START) == "approval.own_request"
    desk.sign(workspace.pen("cho"))
    assert desk.record().state is S.APPROVED


def test_two_approvers_who_share_a_key_count_once() -> None:
    key = public(key_of("recovery cho")).hex()
    workspace, desk = firm(TWO, people={"ben": {"recovery_public_key": key}})
    desk.prepared()
    desk.sign(workspace.pen("ben"))
    desk.sign(workspace.pen("cho"))
    assert sorted(desk.faults()) == ["", "approval.twice"]
    assert desk.record().state is S.PREPARED
    desk.sign(workspace.pen("dan"))
    assert desk.record().state is S.APPROVED


def test_three_members_who_share_keys_in_a_row_are_one_person() -> None:
    people = {
        "ben": {"recovery_public_key": public(key_of("cho 1")).hex()},
        "cho": {"recovery_public_key": public(key_of("ada 1")).hex()},
    }
    workspace, _ = firm(ANY, people=people)
    persons = workspace.rules().governance.persons
    assert {persons[item] for item in ("ada", "ben", "cho")} == {"ada"}
    assert (persons["dan"], persons["eve"]) == ("dan", "eve")


def test_one_person_behind_two_administrators_is_no_majority() -> None:
    key = public(key_of("recovery cho")).hex()
    workspace, _ = firm(ANY, people={"ben": {"recovery_public_key": key}})
    state = workspace.rules().governance
    own = workspace.members_with("ben", recovery_public_key="7" * 64)  # even to mend it
    refused = workspace.amend("ben", "cho", seen=(workspace.genesis,), members=own)
    assert _refusals(workspace) == {refused.id: "governance.no_majority"}
    assert state == workspace.rules().governance


def _delegating(giver: str, taker: str, *rules: ApprovalRule, roles: dict[str, tuple[Role, ...]]) -> tuple[Firm, Desk]:
    stand_in = Delegation(giver, taker, START - DAY, START + DAY)
    return firm(*rules, roles=roles, delegations=(stand_in,))


def test_nor_does_a_requester_to_whom_an_approver_delegated() -> None:
    workspace, desk = _delegating("cho", "ada", ANY, roles=dict(ROLES))
    desk.prepared()
    _never_counts(desk, desk.sign(workspace.pen("ada")))


def test_nor_does_anybody_with_the_requesters_authority() -> None:
    roles = {**BOTH, "dan": (Role.REQUESTER,)}
    workspace, desk = _delegating("ada", "dan", ANY, roles=roles)
    desk.prepared()
    approval = desk.sign(workspace.pen("dan"))
    _never_counts(desk, approval)
    assert obstacle(desk.record(), workspace.rules().governance, "dan", START) == "approval.own_request"


def test_a_delegate_of_the_requester_still_signs_with_their_own_authority() -> None:
    workspace, desk = _delegating("ada", "dan", ANY, roles=BOTH)
    desk.prepared()
    desk.sign(workspace.pen("dan"))
    assert [(item.authority, item.fault) for item in desk.record().approvals] == [("dan", "")]


def test_one_authority_is_not_two_approvals() -> None:
    roles = {**ROLES, "dan": (Role.REQUESTER,)}
    workspace, desk = _delegating("cho", "dan", TWO, roles=roles)
    desk.prepared()
    first = desk.sign(workspace.pen("cho"))
    second = desk.sign(workspace.pen("dan"), after=(first,))
    assert desk.faults() == ["", "approval.twice"]
    assert _standing(desk) == [first]
    assert second.id not in {item.event for item in desk.record().counted}


def test_what_was_delegated_is_not_passed_on() -> None:
    chain = (Delegation("cho", "dan", 0, START + DAY), Delegation("dan", "eda", 0, START + DAY))
    roles = {**ROLES, "dan": (Role.REQUESTER,), "eve": (Role.REQUESTER,)}
    chain = (chain[0], replace(chain[1], to_member="eve"))
    workspace, desk = firm(ANY, roles=roles, delegations=chain)
    desk.prepared()
    desk.sign(workspace.pen("eve"))
    assert desk.faults() == ["approval.no_authority"]
    desk.sign(workspace.pen("dan"))
    assert [item.authority for item in desk.record().counted] == ["cho"]


def test_alone_one_approves_what_one_asked_for_and_with_a_second_signer_no_more() -> None:
    workspace, desk = alone()
    desk.ready()
    assert desk.workspace.rules().governance.approves_own
    state = workspace.rules().governance
    assert not replace(state, policy=replace(state.policy, requester_may_approve=False)).approves_own
    second = replace(state.members[0], member="ben", recovery_public_key="7" * 64, roles=(Role.REQUESTER,))
    assert not replace(state, members=(*state.members, second)).approves_own
    reads = replace(second, roles=(Role.AUDITOR,))
    assert replace(state, members=(*state.members, reads)).approves_own


def test_an_epoch_with_a_second_signer_gives_up_own_approvals() -> None:
    workspace, _ = alone()
    state = workspace.rules().governance
    second = replace(state.members[0], member="ben", recovery_public_key="7" * 64, roles=(Role.REQUESTER,))
    grown = replace(state, epoch=1, members=(*state.members, second))
    for policy, code in (
        (grown.policy, "governance.own_approval"),
        (replace(grown.policy, requester_may_approve=False), "governance.rule_impossible"),  # ada's own: nobody left
    ):
        said = workspace.change([workspace.genesis.id], replace(grown, policy=policy), [workspace.pens[0]])
        event = workspace.pens[0].draft(kinds.GOVERNANCE_CHANGED, identifier("governance"), said)
        assert read_rules([workspace.genesis, event], verify)[1] == [(event.id, code)]
