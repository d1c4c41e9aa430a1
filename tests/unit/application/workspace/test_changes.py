"""Changes of governance: who must sign, who puts them in force, and what becomes of two at once (LEDGER 8, 9)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.change_governance import (
    OPEN_FOR_MS,
    decline_change,
    endorse_change,
    is_contested,
    next_state,
    open_changes,
    propose_change,
    rival_states,
    settle_changes,
    signable_from,
    with_member,
    without_device,
    without_member,
)
from countersign.domain.canonical import Json
from countersign.domain.errors import SecurityError, UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Event, EventDraft
from countersign.domain.ledger.governance import Governance, Role, change_message
from countersign.testing.fake_workspace import FakeKeys, fake_verify
from tests.unit.application.workspace.several import ALL, Desk, Several, several

APPROVER = (Role.REQUESTER, Role.APPROVER)


def renamed(desk: Desk, name: str, place: int = 0) -> Governance:
    rules = desk.vault.rules
    return with_member(rules, replace(rules.governance.members[place], name=name))


def propose(desk: Desk, state: Governance) -> str:
    return propose_change(desk.vault, fake_verify, state).change


def heard(some: Several) -> Several:
    some.rounds()
    return some


def test_a_majority_of_three_administrators_changes_the_workspace() -> None:
    some = heard(several(3))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    (change,) = open_changes(some[2].vault, fake_verify)
    assert (change.change, change.missing) == (name, 1)
    assert change.signed == {some[0].vault.identity.member}
    assert change.may_sign == {some[1].vault.identity.member, some[2].vault.identity.member}
    endorse_change(some[2].vault, fake_verify, name)
    endorse_change(some[2].vault, fake_verify, name)  # once is enough
    assert settle_changes(some[2].vault, fake_verify) == ()  # only who proposed puts it in force
    heard(some)
    assert [desk.vault.rules.governance.epoch for desk in some.desks] == [1, 1, 1]
    assert some[1].vault.rules.governance.members[0].name == "Mei Chen"
    assert open_changes(some[0].vault, fake_verify) == ()
    assert some.agree


def test_the_same_proposed_twice_is_a_second_signature() -> None:
    some = heard(several(3))
    first = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    again = propose_change(some[1].vault, fake_verify, renamed(some[1], "Mei Chen"))
    assert (again.change, again.in_force) == (first, False)
    heard(some)
    assert some[2].vault.rules.governance.epoch == 1


def test_an_administrator_alone_adds_no_approver_but_closes_a_lost_device() -> None:
    some = heard(several(2, roles=[APPROVER]))
    rules = some[0].vault.rules
    approver = replace(rules.governance.members[1], groups=("board",))
    name = propose(some[0], with_member(rules, approver))
    heard(some)
    assert some[0].vault.rules.governance.epoch == 0
    (change,) = open_changes(some[1].vault, fake_verify)
    assert change.missing == 1
    assert change.may_sign == {some[1].vault.identity.member}
    assert settle_changes(some[0].vault, fake_verify) == ()
    endorse_change(some[1].vault, fake_verify, name)
    heard(some)
    assert some[0].vault.rules.governance.members[1].groups == ("board",)
    lost = some[1].device
    closing = propose_change(some[0].vault, fake_verify, without_device(some[0].vault, lost))
    assert closing.in_force
    found = some[0].vault.rules.governance.device(lost)
    assert found is not None
    assert (found.closed, found.last_shared) == (True, some[0].vault.heads()[lost].event)
    assert without_device(some[0].vault, lost).device(lost) == found
    with pytest.raises(UserFacingError, match=r"change\.nothing"):
        propose(some[0], without_device(some[0].vault, lost))


def test_whose_device_was_closed_is_sent_nothing_more_and_signs_nothing_that_counts() -> None:
    some = heard(several(3))
    name = propose(some[0], without_member(some[0].vault, some[2].vault.identity.member))
    heard(some)
    endorse_change(some[1].vault, fake_verify, name)
    some[1].round()
    some[0].round()
    some[0].round()
    assert some[0].vault.rules.governance.epoch == 1
    before = some[2].vault.heads()
    some[0].say("after")
    some[0].round()
    some[2].say("too late")
    some[2].round()
    assert some[2].vault.heads()[some[0].device] == before[some[0].device]
    some[0].round()
    late = some[0].vault.events_of("77" * 16)
    assert [item for item in some[0].vault.ledger.standing("77" * 16) if item.header.device == some[2].device] == []
    assert any(item.header.device == some[2].device for item in late)  # kept, and void


def test_declining_and_taking_back() -> None:
    some = heard(several(3))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    decline_change(some[1].vault, fake_verify, name, "not like that")
    heard(some)
    (change,) = open_changes(some[2].vault, fake_verify)
    assert change.declined == ((some[1].vault.identity.member, "not like that"),)
    assert change.may_sign == {some[2].vault.identity.member}
    with pytest.raises(UserFacingError, match=r"change\.may_not_sign"):
        endorse_change(some[1].vault, fake_verify, name)
    decline_change(some[0].vault, fake_verify, name)
    heard(some)
    assert open_changes(some[2].vault, fake_verify) == ()
    with pytest.raises(UserFacingError, match=r"change\.not_open"):
        endorse_change(some[2].vault, fake_verify, name)


def test_who_may_propose_and_what() -> None:
    some = heard(several(3, roles=[APPROVER, (Role.AUDITOR,)]))
    with pytest.raises(UserFacingError, match=r"change\.not_administrator"):
        propose(some[1], renamed(some[1], "Tom"))
    with pytest.raises(UserFacingError, match=r"change\.nothing"):
        propose(some[0], next_state(some[0].vault.rules))
    with pytest.raises(UserFacingError, match=r"change\.overtaken"):
        propose(some[0], replace(renamed(some[0], "Mei"), epoch=5))
    impossible = replace(some[0].vault.rules.governance.policy, approvals=9)
    with pytest.raises(SecurityError, match=r"governance\.rule_impossible"):
        propose(some[0], next_state(some[0].vault.rules, policy=impossible))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    for act in (endorse_change, decline_change):
        with pytest.raises(UserFacingError, match=r"change\.may_not_sign"):  # an auditor reads
            act(some[2].vault, fake_verify, name)


def test_two_changes_of_one_epoch_hold_neither_until_a_majority_settles_it() -> None:
    some = heard(several(3))
    first = propose(some[0], renamed(some[0], "Mei A"))
    second = propose(some[1], renamed(some[1], "Mei B"))
    heard(some)
    endorse_change(some[2].vault, fake_verify, first)  # a treasurer who signs both
    endorse_change(some[2].vault, fake_verify, second)
    some[2].round()
    for desk in (some[0], some[1]):  # both hear of it before they hear of each other
        desk.round()
    heard(some)
    assert all(is_contested(desk.vault) for desk in some.desks)
    assert {state.members[0].name for _, state in rival_states(some[2].vault)} == {"Mei A", "Mei B"}
    state = next_state(some[2].vault.rules, members=rival_states(some[2].vault)[0][1].members)
    assert state.epoch == 2
    settled = propose(some[2], state)
    heard(some)
    endorse_change(some[0].vault, fake_verify, settled)
    heard(some)
    assert not any(is_contested(desk.vault) for desk in some.desks)
    assert {desk.vault.rules.governance.epoch for desk in some.desks} == {2}


def test_a_signature_that_doesn_t_hold_or_a_proposal_of_nobody_counts_for_nothing() -> None:
    some = heard(several(3, roles=[ALL, APPROVER]))
    state = renamed(some[0], "Mei Chen")
    parents = (some[0].vault.rules.epochs[-1].event,)
    message = change_message(parents, state)
    thief = FakeKeys("thief")

    def say(desk: Desk, kind: str, **body: object) -> None:
        with desk.vault.transaction() as change:
            change.append(EventDraft(kind, desk.vault.identity.workspace, body))  # type: ignore[arg-type]

    proposal = {"change": message.hex(), "parents": list(parents), "state": state.canonical()}
    say(some[2], kinds.GOVERNANCE_PROPOSED, **proposal, signature="00")  # no administrator
    say(some[0], kinds.GOVERNANCE_PROPOSED, **(proposal | {"change": "00" * 32}), signature="00")
    say(some[0], kinds.GOVERNANCE_PROPOSED, text="nonsense")
    assert open_changes(some[0].vault, fake_verify) == ()
    say(some[0], kinds.GOVERNANCE_PROPOSED, **proposal, signature=thief.sign(message).hex())
    say(some[1], kinds.GOVERNANCE_ENDORSED, change=message.hex(), signature="not hex")
    say(some[1], kinds.GOVERNANCE_ENDORSED, change=message.hex(), signature=thief.sign(message).hex())
    say(some[1], kinds.GOVERNANCE_ENDORSED, change="00", signature="00")
    before = some[0].vault.events_of(some[0].vault.identity.workspace)[-1]
    nonsense = Event(replace(before.header), before.signature, Body(bytes(16), b"nonsense"))
    known = some[0].vault.events_of
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(some[0].vault, "events_of", lambda subject: (*known(subject), nonsense))
        assert len(open_changes(some[0].vault, fake_verify)) == 1
    heard(some)
    (change,) = open_changes(some[1].vault, fake_verify)
    assert (change.signatures, change.missing) == ((), 2)
    assert [desk.vault.rules.governance.epoch for desk in some.desks] == [0, 0, 0]


def test_what_was_proposed_elsewhere_can_be_put_in_force_when_that_device_is_gone() -> None:
    some = heard(several(3))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    endorse_change(some[1].vault, fake_verify, name)
    for _ in range(2):
        some[1].round()
        some[2].round()
    assert settle_changes(some[2].vault, fake_verify) == ()
    assert settle_changes(some[2].vault, fake_verify, gone=name) == (name,)
    some[2].vault.may_sign = False
    assert settle_changes(some[2].vault, fake_verify) == ()


def test_a_change_that_can_t_hold_any_more_stays_a_proposal() -> None:
    some = heard(several(3))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    endorse_change(some[1].vault, fake_verify, name)
    some[1].round()

    def refuse() -> None:
        raise SecurityError("governance.key_twice")

    some[0].vault.before_commit = lambda: None
    with some[0].vault.transaction() as change:
        change.append(EventDraft(kinds.TEMPLATE_KEPT, "77" * 16, {}))
    for event in some[1].vault.events_of(some[0].vault.identity.workspace):
        some[0].vault.take_in([event])
    some[0].vault.before_commit = refuse
    assert settle_changes(some[0].vault, fake_verify) == ()

    def fail() -> None:
        raise SecurityError("vault.damaged")

    some[0].vault.before_commit = fail
    with pytest.raises(SecurityError, match=r"vault\.damaged"):
        settle_changes(some[0].vault, fake_verify)
    some[0].vault.before_commit = lambda: None
    assert settle_changes(some[0].vault, fake_verify) == (name,)


def test_whose_access_has_lapsed_or_device_expired_doesn_t_count_in_time() -> None:
    some = heard(several(3))
    now = some.clock.now_ms()
    rules = some[0].vault.rules
    members = [replace(item, access_until=now + 600_000) for item in rules.governance.members]
    devices = [replace(item, expires_at=now + 900_000) for item in rules.governance.devices[1:2]]
    kept = [rules.governance.devices[0], *devices, rules.governance.devices[2]]
    name = propose(some[0], next_state(rules, members=members[:1] + list(rules.governance.members[1:]), devices=kept))
    heard(some)
    endorse_change(some[1].vault, fake_verify, name)
    heard(some)
    assert some[0].vault.rules.governance.epoch == 1
    again = propose(some[0], renamed(some[0], "Mei Chen"))
    (change,) = open_changes(some[0].vault, fake_verify, now)
    assert (change.change, change.missing) == (again, 1)
    (change,) = open_changes(some[0].vault, fake_verify, now + 700_000)  # her own access is over then
    assert change.missing == 2
    heard(some)
    endorse_change(some[1].vault, fake_verify, again)
    (change,) = open_changes(some[1].vault, fake_verify, now + 950_000)  # and so is that device
    assert change.missing == 2
    heard(some)
    assert some[0].vault.rules.governance.epoch == 2  # in time it counted


def _bodies(desk: Desk, kind: str) -> list[dict[str, Json]]:
    return [item.says() for item in desk.vault.events_of(desk.vault.identity.workspace) if item.kind == kind]


def test_a_proposal_ends_after_two_weeks_and_its_signatures_count_no_more() -> None:
    some = heard(several(3))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    (change,) = open_changes(some[1].vault, fake_verify)
    assert 0 <= some.clock.now_ms() + OPEN_FOR_MS - change.expires_at < 60_000
    assert open_changes(some[1].vault, fake_verify, change.expires_at) == ()
    assert len(open_changes(some[1].vault, fake_verify, change.expires_at - 1)) == 1
    endorse_change(some[1].vault, fake_verify, name)
    some[1].round()
    some.later(OPEN_FOR_MS)
    heard(some)  # the proposer hears of the signature only now
    assert [desk.vault.rules.governance.epoch for desk in some.desks] == [0, 0, 0]
    assert open_changes(some[0].vault, fake_verify)[0].missing == 0  # enough signed, and too late
    with pytest.raises(UserFacingError, match=r"change\.over"):
        endorse_change(some[2].vault, fake_verify, name)
    again = propose_change(some[1].vault, fake_verify, renamed(some[1], "Mei Chen"))
    assert again.change != name
    heard(some)
    endorse_change(some[2].vault, fake_verify, again.change)
    for _ in range(3):
        heard(some)
    assert [desk.vault.rules.governance.epoch for desk in some.desks] == [1, 1, 1]
    (body,) = _bodies(some[0], kinds.GOVERNANCE_CHANGED)
    assert body["expires_at"] == _bodies(some[0], kinds.GOVERNANCE_PROPOSED)[-1]["expires_at"]


def test_what_a_wrong_clock_holds_up_is_not_put_on_record_round_after_round_and_its_device_can_be_closed() -> None:
    some = heard(several(3))
    some.clock.jump(2 * OPEN_FOR_MS)
    some[2].say()
    some.clock.jump(-2 * OPEN_FOR_MS)
    heard(some)
    endorse_change(some[1].vault, fake_verify, _proposed(some, renamed(some[0], "Mei Chen")))
    for _ in range(3):
        heard(some)
    assert _bodies(some[0], kinds.GOVERNANCE_CHANGED) == []
    assert (some[0].vault.rules.governance.epoch, open_changes(some[0].vault, fake_verify)[0].missing) == (0, 0)
    closing = without_device(some[0].vault, some[2].device)
    endorse_change(some[1].vault, fake_verify, _proposed(some, closing))
    heard(some)
    assert [desk.vault.rules.governance.epoch for desk in some.desks[:2]] == [1, 1]
    assert some[1].vault.rules.governance.closings


def _proposed(some: Several, state: Governance) -> str:
    name = propose(some[0], state)
    heard(some)
    return name


def test_a_signature_that_was_given_too_late_counts_for_nothing() -> None:
    some = heard(several(3))
    name = propose(some[0], renamed(some[0], "Mei Chen"))
    heard(some)
    late = some[1].vault.keys.sign(bytes.fromhex(name)).hex()
    some.later(OPEN_FOR_MS)
    with some[1].vault.transaction() as change:  # as no program of ours would
        said: dict[str, Json] = {"change": name, "signature": late}
        change.append(EventDraft(kinds.GOVERNANCE_ENDORSED, some[1].vault.identity.workspace, said))
    heard(some)
    assert open_changes(some[0].vault, fake_verify)[0].missing == 1


def test_a_settlement_lacks_a_second_person_of_those_who_have_a_say_by_a_rival() -> None:
    some = heard(several(3))
    other = some[0].vault.rules.governance.member(some[1].vault.identity.member)
    assert other is not None
    first = propose(some[0], with_member(some[0].vault.rules, replace(other, roles=(Role.REQUESTER,))))
    second = propose(some[1], renamed(some[1], "Mei B"))
    heard(some)
    for name in (first, second):
        endorse_change(some[2].vault, fake_verify, name)
    some[2].round()
    for desk in (some[0], some[1]):
        desk.round()
    heard(some)
    assert is_contested(some[0].vault)
    settled = _proposed(some, next_state(some[0].vault.rules))
    (change,) = open_changes(some[1].vault, fake_verify)
    first_two = [some[place].vault.identity.member for place in (1, 2)]
    assert (change.missing, change.may_sign) == (1, frozenset(first_two))
    third = frozenset(first_two[1:])
    endorse_change(some[1].vault, fake_verify, settled)  # a majority, but by the first rival it has no say
    heard(some)
    (change,) = open_changes(some[0].vault, fake_verify)
    assert (change.missing, change.lacking, change.may_sign) == (1, (third,), third)
    assert settle_changes(some[0].vault, fake_verify) == ()
    endorse_change(some[2].vault, fake_verify, settled)
    heard(some)
    assert not any(is_contested(desk.vault) for desk in some.desks)


def test_the_same_is_proposed_anew_where_the_first_proposal_ends_too_late_to_be_signed() -> None:
    some = heard(several(3))
    some.clock.jump(3 * 86_400_000)
    late = propose(some[0], renamed(some[0], "Mei Chen"))
    some.clock.jump(-3 * 86_400_000)
    heard(some)
    (change,) = open_changes(some[1].vault, fake_verify)
    assert signable_from(change.expires_at) == some.clock.now_ms() - 3_000 + 2 * 86_400_000
    with pytest.raises(UserFacingError, match=r"change\.no_end"):
        endorse_change(some[1].vault, fake_verify, late)
    again = propose(some[1], renamed(some[1], "Mei Chen"))
    assert again != late
    heard(some)
    endorse_change(some[2].vault, fake_verify, again)
    heard(heard(some))
    assert [desk.vault.rules.governance.epoch for desk in some.desks] == [1, 1, 1]


@pytest.mark.parametrize("ahead", [0, OPEN_FOR_MS + 2 * 86_400_000])
def test_nothing_without_an_end_in_sight_is_signed(ahead: int) -> None:
    some = heard(several(3))
    state, parents = renamed(some[0], "Mei Chen"), (some[0].vault.rules.epochs[-1].event,)
    expires_at = some.clock.now_ms() + ahead if ahead else 0
    message = change_message(parents, state, expires_at)
    end: dict[str, Json] = {"expires_at": expires_at} if ahead else {}
    signature = some[0].vault.keys.sign(message).hex()
    body: dict[str, Json] = {
        "change": message.hex(),
        "parents": list[Json](parents),
        "state": state.canonical(),
        "signature": signature,
    }
    with some[0].vault.transaction() as change:
        change.append(EventDraft(kinds.GOVERNANCE_PROPOSED, some[0].vault.identity.workspace, body | end))
    heard(some)
    assert [item.missing for item in open_changes(some[1].vault, fake_verify)] == [1]
    with pytest.raises(UserFacingError, match=r"change\.no_end"):
        endorse_change(some[1].vault, fake_verify, message.hex())


def test_what_holds_at_once_has_the_bytes_that_it_always_had() -> None:
    some = heard(several(1))
    propose(some[0], renamed(some[0], "Mei Chen"))
    (body,) = _bodies(some[0], kinds.GOVERNANCE_CHANGED)
    assert set(body) == {"parents", "state", "signatures"}
    state = some[0].vault.rules.governance
    assert change_message(["a"], state) == change_message(["a"], state, 0) != change_message(["a"], state, 1)
