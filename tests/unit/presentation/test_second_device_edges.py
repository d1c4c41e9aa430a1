"""The rule of the second device at its edges: who is left to confirm, what outsiders are told, how a rule begins."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.gather_evidence import gather_evidence, is_alike
from countersign.application.use_cases.hand_over_sending import hand_over_sending
from countersign.domain.approval.progress import ApprovalProgress, ConfirmationStep
from countersign.domain.approval.rule import ApprovalRule, Need
from countersign.domain.errors import UserFacingError
from countersign.domain.policy import Policy
from countersign.domain.quorum import quorum_of
from countersign.presentation import evidence_report
from countersign.presentation.error_texts import sentence
from countersign.presentation.quorum_report import quorum_object
from countersign.presentation.rules_editor_state import RuleForm
from countersign.testing.fake_team import ELSEWHERE, RAVI, TOM, device_of, make_team
from tests.unit.domain.approval.team import START
from tests.unit.domain.approval.test_second_device import PLAIN, confirm, two_devices
from tests.unit.domain.test_shared_proof import Office
from tests.unit.presentation.team_desk import four
from tests.unit.presentation.test_inbox import landlord, opened
from tests.unit.presentation.test_quorum_report import checked
from tests.unit.presentation.test_rules_editor import RulesDesk
from tests.unit.presentation.test_second_device import code_of

LARGE = ApprovalRule("large", "EUR", 100_000, needs=(Need("", 1),), second_device=True)


def test_the_only_device_that_could_confirm_is_not_handed_the_sending() -> None:
    team = make_team(policy=Policy(requester_may_approve=False, rules=(LARGE,)))
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    mine = team.vault.identity.device
    with team.vault.by(ELSEWHERE), pytest.raises(UserFacingError, match=r"sending\.none_left"):
        hand_over_sending(team.vault, order, mine)  # type: ignore[arg-type]  # of a workspace, as far as it is asked
    assert "Choose another device" in sentence("sending.none_left")
    with team.vault.by(ELSEWHERE):
        hand_over_sending(team.vault, order, device_of(RAVI))  # type: ignore[arg-type]  # as above


def test_nobody_is_kept_from_it_where_no_rule_asks_or_nobody_could_confirm_before() -> None:
    small = Policy(requester_may_approve=False, rules=(replace(LARGE, above_minor=100_000_000),))
    team = make_team(policy=small)
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    with team.vault.by(ELSEWHERE):
        hand_over_sending(team.vault, order, team.vault.rules.governance.devices[0].device)  # type: ignore[arg-type]
    team = make_team(policy=Policy(requester_may_approve=False, rules=(LARGE,)))
    order = team.request(TOM, landlord(team), 25_000_000, "Workshop")  # who has one device
    with team.vault.by(TOM):
        hand_over_sending(team.vault, order, device_of(RAVI))  # type: ignore[arg-type]  # as above


def test_programs_are_told_that_a_confirmation_was_asked_for() -> None:
    workspace, desk, second = two_devices()
    desk.sign(workspace.pen("cho"))
    about = [item for item in workspace.events if item.header.subject == desk.order]
    told = quorum_object(quorum_of(desk.record(), workspace.rules(), about, START + 60_000))
    assert (told["met"], told["confirmation"]) == (False, {"asked": True, "missing": True})
    confirm(desk, second, seen=workspace.pen("cho").shared[-1:])
    about = [item for item in workspace.events if item.header.subject == desk.order]
    told = quorum_object(quorum_of(desk.record(), workspace.rules(), about, START + 60_000))
    assert (told["met"], told["confirmation"]) == (True, {"asked": True, "missing": False})
    workspace, desk, _ = two_devices(PLAIN)
    about = [item for item in workspace.events if item.header.subject == desk.order]
    told = quorum_object(quorum_of(desk.record(), workspace.rules(), about, START + 60_000))
    assert told["confirmation"] == {"asked": False, "missing": False}


def test_outsiders_read_that_only_the_confirmation_was_missing() -> None:
    office = Office()
    check = checked(gather_evidence(office.vault(0), office.sent().order))
    assert check.finding is not None
    assert check.finding.quorum is not None
    steps = check.finding.quorum.progress.steps

    def text(*, wanted: bool, missing: int = 0) -> str:
        assert check.finding is not None
        assert check.finding.quorum is not None
        come = ApprovalProgress(
            tuple(replace(step, missing=missing) for step in steps), ConfirmationStep("ada", (), ()) if wanted else None
        )
        quorum = replace(check.finding.quorum, progress=come)
        return evidence_report.as_text(replace(check, finding=replace(check.finding, quorum=quorum)))

    only = "the approvals were enough, but whoever asked had not confirmed it on another device."
    assert only in text(wanted=True)
    assert "the approvals were not enough." in text(wanted=True, missing=1)
    assert "the approvals were not enough." in text(wanted=False, missing=1)
    assert "the approvals were enough." in text(wanted=False)


def test_evidence_that_shows_other_confirmations_is_other_evidence() -> None:
    workspace, desk, second = two_devices()
    before = desk.record()
    confirm(desk, second)
    assert not is_alike(desk.record(), before)
    void = tuple(replace(item, fault="confirmation.expired") for item in desk.record().confirmations)
    assert is_alike(replace(desk.record(), confirmations=void), before)
    before = desk.record()
    desk.sign(workspace.pen("cho"))
    assert not is_alike(replace(desk.record(), state=before.state), before)


def test_a_new_rule_begins_with_as_many_as_are_asked_for_without_it() -> None:
    """Where a rule applies, the plain count doesn't hold: one approver and a second device would be less than two."""
    who = four()
    page = RulesDesk(who)
    page.presenter.choose_approvals("3")
    page.presenter.write_rule()
    assert page.now.rule_form == RuleForm(count="3")
    assert ("3", "3 people") in page.now.counts


def test_what_has_to_be_confirmed_anew_stands_in_that_devices_inbox_though_all_approved() -> None:
    team = make_team(policy=Policy(requester_may_approve=False, rules=(LARGE,)))
    order = team.request(ELSEWHERE, landlord(team), 25_000_000, "Workshop")
    assert code_of(team, order) == ""
    team.world.clock.jump(3_600_000)
    team.approve(TOM, order)
    assert opened(team).page.rows == []
    team.world.clock.jump(71 * 3_600_000)
    inbox = opened(team)
    (row,) = inbox.page.rows
    assert (row.order, row.mine, row.confirms) == (order, True, True)
    inbox.presenter.choose(order)
    assert (inbox.page.detail.act, inbox.page.detail.blocked) == ("confirm", "")
    assert "A confirmation on another device: yours, on this one." in inbox.page.detail.missing
    assert code_of(team, order) == ""
    assert opened(team).page.rows == []
    with team.vault.by(RAVI):
        assert opened(team).page.rows == []
