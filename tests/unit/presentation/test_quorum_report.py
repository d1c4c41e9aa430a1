"""What an outsider is told about an order of several people."""

from __future__ import annotations

import dataclasses

import pytest

from countersign.application.use_cases.check_receipt import ReceiptCheck, ReceiptFile, Verdict, check_receipt
from countersign.application.use_cases.gather_evidence import gather_evidence
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.proof import Evidence
from countersign.presentation import evidence_report
from countersign.presentation.quorum_report import quorum_lines, unproven_lines, utc
from countersign.presentation.verify_texts import fault_text
from countersign.testing.fake_workspace import fake_verify
from tests.unit.domain.test_shared_proof import Office


@pytest.fixture(scope="module")
def office() -> Office:
    return Office()


@pytest.fixture(scope="module")
def sent(office: Office) -> Evidence:
    return gather_evidence(office.vault(0), office.sent().order)


def checked(evidence: Evidence, trust: str = "") -> ReceiptCheck:
    return check_receipt(ReceiptFile(evidence.content(), None), trust, fake_verify)


def test_text_names_everybody_and_the_rule(office: Office, sent: Evidence) -> None:
    check = checked(sent, office.vault(0).identity.device)
    assert check.verdict is Verdict.PROVEN
    text = evidence_report.as_text(check)
    assert "Who had a say in it" in text
    assert "Asked for by device 0 (requester, approver, administrator; device " in text
    assert "device 1 (requester, approver, administrator; device " in text
    assert "2 people must approve." in text
    assert "The rules are met." in text
    assert "the approvals were enough" in text
    assert "its sender knew of nothing else that anybody had said of it" in text
    assert "nobody turned it down later" in text
    assert "?" not in text


def test_programs_are_told_the_same(sent: Evidence) -> None:
    report = evidence_report.as_json(checked(sent))
    quorum = report["quorum"]
    assert isinstance(quorum, dict)
    assert quorum["met"] is True
    assert quorum["shows_what_was_known"] is True
    approvals, needs = quorum["approvals"], quorum["needs"]
    assert isinstance(approvals, list)
    assert isinstance(needs, list)
    assert [item["code"] for item in approvals if isinstance(item, dict)] == ["", ""]
    assert [(item["count"], item["missing"]) for item in needs if isinstance(item, dict)] == [(2, 0)]


def test_what_does_not_count_is_told_with_the_reason(office: Office) -> None:
    content = office.asked(20)
    office.approve(1, content)
    office.share()
    waiting = gather_evidence(office.vault(0), content.order)
    assert "the approvals were not enough" in evidence_report.as_text(checked(waiting))
    reject_order(office.vault(2), content.order, content.digest, "rejected.twice", "Paid in May")
    office.share()
    quorum = checked(gather_evidence(office.vault(0), content.order)).finding
    assert quorum is not None
    assert quorum.quorum is not None
    found = quorum.quorum
    lines = "\n".join(quorum_lines(found))
    assert "device 2 (requester, approver, administrator; device " in lines
    assert "It was paid already" in lines
    assert "The rules are not met." in lines
    first = dataclasses.replace(found.approvals[0], fault="approval.own_request", name="")
    second = dataclasses.replace(found.approvals[0], on_behalf="Ada")
    third = dataclasses.replace(found.approvals[0], fault="nobody.knows_this", identity="lapsed")
    changed = dataclasses.replace(
        found, approvals=(first, second, third), left_out=("order.may_not_stop",), limited=True
    )
    told = "\n".join(quorum_lines(changed))
    assert "a device that the workspace does not name" in told
    assert "in place of Ada" in told
    assert told.count("The last check of who they are had ended by then.") == 1
    assert {item.identity for item in found.approvals} == {"unchecked"}
    assert "nobody.knows_this" in told
    assert "order.may_not_stop" in told
    assert len(unproven_lines(changed, shows_what_was_known=False)) == 4
    assert len(unproven_lines(found, shows_what_was_known=True)) == 2


def test_a_year_that_no_calendar_has_is_written_as_a_number() -> None:
    assert utc(10**17) == str(10**17)


@pytest.mark.parametrize(
    "code",
    ["statement", "checkpoint", "beyond_checkpoint", "two_faced", "gap", "withheld", "path"],
)
def test_each_fault_has_words_of_its_own(code: str) -> None:
    assert f"({code})" not in fault_text(f"evidence.{code}")
    assert "evidence." not in fault_text(f"evidence.{code}")
