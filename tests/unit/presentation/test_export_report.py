"""What is said of an export: to people in sentences, to programs as one object, and never what was refuted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.use_cases.approve_batch import ShownOrder, approve_batch
from countersign.application.use_cases.change_governance import (
    endorse_change,
    next_state,
    propose_change,
    settle_changes,
)
from countersign.application.use_cases.check_receipt import Verdict
from countersign.application.use_cases.look_at_order import look_at_list
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json, parse_canonical
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import Evidence
from countersign.domain.workspace_export import event_line, read_event
from countersign.presentation.export_report import report_on
from countersign.testing.fake_workspace import fake_verify
from tests.unit.application.workspace.exports import MemoryExport, exported
from tests.unit.application.workspace.test_exports import closed, lines_of, signed_by
from tests.unit.domain.test_shared_proof import Office
from tests.unit.presentation.team_desk import WORDS


@pytest.fixture(scope="module")
def office() -> Office:
    """One order was sent, one waits; payments were stopped, and allowed again."""
    office = Office()
    office.sent(1)
    office.asked(2)
    many = office.asked(3)
    look_at_list(office.vault(1), "", batch_digest([many.digest]), [many.order])
    approve_batch(office.vault(1), [ShownOrder(many.order, many.payment, many.digest)], batch_digest([many.digest]))
    for body in ({"count": "many", "digest": "d"}, {"digest": "d"}):  # what nobody can read is nobody's look
        with office.vault(1).transaction() as change:
            change.append(EventDraft(kinds.BATCH_OPENED, "ab" * 16, dict(body)))
    vault = office.vault(0)
    with vault.transaction() as change:
        stop = change.append(EventDraft(kinds.WORKSPACE_FROZEN, vault.identity.workspace, {}))
    with vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_UNFROZEN, vault.identity.workspace, {}, refs=(stop.id,)))
    office.share()
    return office


@pytest.fixture(scope="module")
def content(office: Office) -> bytes:
    file = MemoryExport()
    exported(office.vault(1), file)
    return file.content


def said(content: bytes, trust: str = "") -> str:
    return report_on(MemoryExport(content), trust, fake_verify, WORDS, as_json=False)[0]


def told(content: bytes, trust: str = "") -> dict[str, Json]:
    text, verdict = report_on(MemoryExport(content), trust, fake_verify, WORDS, as_json=True)
    found = parse_canonical(text.rstrip("\n").encode())
    assert found["verdict"] == verdict.value
    return found


def test_people_read_who_saw_and_signed_what_and_when(office: Office, content: bytes) -> None:
    text = said(content)
    assert text.startswith("CONSISTENT, but whose workspace it is is not established.\n")
    assert "World: practice: no real money" in text
    assert "device 1 looked at it at 2026-" in text
    assert "device 1 was shown 1 payment in a list, digest " in text
    assert text.count(" in a list, digest ") == 1
    assert text.count("It was signed from a list of several, without opening this one.") == 1
    assert "approved it at 2026-" in text
    assert "The rules are met." in text
    assert "The rules are not met." in text
    assert "began the workspace." in text
    assert text.count("nobody wrote down how this identity was checked.") == 3
    assert "stopped all payments." in text
    assert "allowed payments again." in text
    assert "Nothing was sent against the workspace's own rules" in text
    assert "later records may exist" in text
    assert "Have a member read the six words to you" in text
    genesis = office.vault(0).rules.epochs[0].event
    proven = said(content, genesis)
    assert proven.startswith("PROVEN")
    assert "Have a member read" not in proven


def test_programs_read_the_same(office: Office, content: bytes) -> None:
    found = told(content, office.vault(1).identity.device)
    assert (found["v"], found["verdict"], found["exit_code"]) == (1, "proven", 0)
    acts = found["acts"]
    assert isinstance(acts, list)
    assert [(item["kind"], item["counts"]) for item in acts if isinstance(item, dict)] == [
        (kinds.WORKSPACE_CREATED, True),
        (kinds.WORKSPACE_FROZEN, True),
        (kinds.WORKSPACE_UNFROZEN, True),
    ]
    looks, orders = found["looks"], found["orders"]
    assert isinstance(looks, list)
    assert [(item["name"], item["count"]) for item in looks if isinstance(item, dict)] == [("device 1", 1)]
    assert isinstance(orders, list)
    first = orders[0]
    assert isinstance(first, dict)
    assert first["judged"] is True
    quorum = first["quorum"]
    assert isinstance(quorum, dict)
    assert quorum["met"] is True
    assert (found["epoch"], found["world"], found["unjudged"]) == (0, "practice", 0)


def test_how_members_were_checked_and_until_when_they_have_access_is_told() -> None:
    office = Office()
    vault = office.vault(0)
    first, second, third = vault.rules.governance.members
    with vault.transaction() as change:
        now = change.now_ms
    checked = Evidence("Passport seen in person", second.member, now - 9, now - 5)
    members = (
        replace(first, evidence=checked, access_until=now - 1),
        replace(second, evidence=replace(checked, until=now + 10**9), access_until=now + 10**9),
        replace(third, evidence=replace(checked, until=0)),
    )
    name = propose_change(vault, fake_verify, next_state(vault.rules, members=members)).change
    office.share()
    endorse_change(office.vault(1), fake_verify, name)
    office.share()
    settle_changes(vault, fake_verify)
    office.share()
    file = MemoryExport()
    exported(vault, file)
    text = said(file.content)
    assert f"{first.name}: Passport seen in person, checked by {second.name} at 2026-" in text
    assert text.count("It was to be checked again by ") == 1
    assert text.count("To be checked again by ") == 1
    assert text.count("nobody wrote down how") == 0
    assert f"{first.name}: access lapsed at 2026-" in text
    assert f"{second.name}: access is confirmed until 2026-" in text
    assert f"{third.name}: access has no end." in text
    shown = told(file.content)["members"]
    assert isinstance(shown, list)
    assert isinstance(shown[0], dict)
    assert shown[0]["evidence"] == checked.canonical()


def test_what_is_withheld_is_counted_and_not_judged(office: Office, content: bytes) -> None:
    lines = lines_of(content)
    hidden = (kinds.ORDER_FROZEN, kinds.ORDER_APPROVED)
    bare = [
        event_line(replace(event, body=None)) if event.kind in hidden else line
        for line in lines[1:]
        for event in (read_event(line),)
    ]
    text = said(closed([lines[0], *bare], office.vault(1)))
    assert "6 records are here without what they say: order.approved 3, order.frozen 3." in text
    assert "What it says is not in this file, so it can't be judged." in text
    assert "Not judged: 3." in text
    assert "What the records say whose content is missing" in text


def test_a_chain_that_forks_is_named() -> None:
    office = Office()
    office.sent(1)
    vault = office.vault(2)
    last = vault.event(vault.heads()[vault.identity.device].event)
    assert last is not None
    office.vault(1).take_in([signed_by(vault, replace(last.header, at=last.header.at + 1), last)])
    file = MemoryExport()
    exported(office.vault(1), file)
    text = said(file.content)
    assert f"Device {vault.identity.device[:8]} signed two records for one place" in text
    assert "2 records about it do not count" in text


def test_what_is_refuted_or_unreadable_says_nothing_else(content: bytes) -> None:
    text = said(content[:-10])
    assert text.startswith("REFUTED. Do not rely on this export.\n  - ")
    assert "approved it" not in text
    assert told(content[:-10])["faults"]
    assert "orders" not in told(content[:-10])
    found = told(b"{}\n")
    assert (found["verdict"], found["exit_code"]) == (Verdict.UNREADABLE.value, 3)
    assert said(b"{}\n").startswith("UNREADABLE")


def test_foreign_text_moves_no_cursor(content: bytes) -> None:
    assert all(line.isprintable() for line in said(content).splitlines())
