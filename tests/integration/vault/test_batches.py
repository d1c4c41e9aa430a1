"""A list of 500 payments on a real vault: killed while it is checked and while it is requested, no line comes twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from schwifty import IBAN

from countersign.adapters.system.failpoint_trigger import VARIABLE
from countersign.application.batch_state import BatchStage
from countersign.application.ports.vault import HistoryQuery, PaymentKey
from countersign.application.use_cases.check_batch import kept_batches
from countersign.application.use_cases.request_batch import request_batch
from countersign.domain.batch_digest import batch_digest
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.money import Money
from countersign.domain.secret import SecretText
from countersign.testing import fakes
from tests.integration.vault.batch_here import check, run, session_of
from tests.integration.vault.story import PASSPHRASE, Place, Story

LINES = 500
PAYEES = 40


def write_list(path: Path, lines: int = LINES) -> None:
    accounts = [str(IBAN.generate("DE", "37040044", f"{number:010d}")) for number in range(PAYEES)]
    rows = ["Payee;IBAN;Amount EUR;Reference"]
    rows += [
        f"Payee {chr(65 + at % PAYEES)}{at % PAYEES};{accounts[at % PAYEES]};{100 + at},{at % 100:02d};Invoice {at}"
        for at in range(lines)
    ]
    path.write_text("\n".join(rows) + "\n", "utf-8")


@pytest.fixture
def ready(place: Place) -> Place:
    """Give a vault with an account, and a list beside it."""
    door = place.door()
    vault = place.create(door)
    story = Story(vault, place.entropy)
    body = {"account": "acc-1", "bank": "own", "number": fakes.MAIN, "name": "Main", "currency": "EUR"}
    more = {"scheme": "IBAN", "agent": "", "agent_member": "", "reach": "manual"}
    story.add(kinds.ACCOUNT_ADDED, story.identifier(), {**body, **more})
    door.lock()
    write_list(place.home / "list.csv")
    return place


def killed(place: Place, nth: int, what: str, project_root: Path, point: str = "vault.commit.before") -> None:
    order = place.home / "failpoint"
    order.write_text(f"{point} {nth}\n", "ascii")
    environment = {**os.environ, VARIABLE: str(order), "PYTHONPATH": str(project_root)}
    command = [sys.executable, "-m", "tests.integration.vault.batch_here", str(place.home), what, f"run {what} {nth}"]
    result = subprocess.run(command, env=environment, cwd=project_root, capture_output=True, check=False, timeout=120)
    assert result.returncode == -signal.SIGKILL, result.stderr.decode()


def events_of(events: list[Event], kind: str) -> list[Event]:
    return [event for event in events if event.kind == kind]


def test_five_hundred_lines_are_requested_once_each_through_kills(ready: Place, project_root: Path) -> None:
    killed(ready, 3, "check", project_root, "vault.local_commit.before")
    door = ready.door()
    session = session_of(door, door.unlock(SecretText(PASSPHRASE)), ready)
    assert kept_batches(session.vault)[0].tally.lines == 100
    head = check(session, ready.home / "list.csv")
    assert (head.stage, head.tally.lines, head.tally.goes) == (BatchStage.CHECKED, LINES, LINES)
    door.lock()
    for nth, point in ((4, "vault.commit.before"), (3, "vault.commit.after"), (2, "vault.anchor.before")):
        killed(ready, nth, "request", project_root, point)
    door = ready.door()
    session = session_of(door, door.unlock(SecretText(PASSPHRASE)), ready)
    assert 0 < kept_batches(session.vault)[0].made < LINES
    done = run(session, request_batch(session, head.batch))
    assert done.stage is BatchStage.REQUESTED
    events = list(session.vault.events(Chain.SHARED, 0, 100_000))
    frozen = events_of(events, kinds.ORDER_FROZEN)
    references = sorted(str(session.vault.order(e.header.subject).content.payment.remittance) for e in frozen)  # type: ignore[union-attr]
    assert references == sorted(f"Invoice {number}" for number in range(LINES))
    assert len({event.header.subject for event in frozen}) == LINES
    assert len(events_of(events, kinds.PAYEE_ADDED)) == PAYEES
    assert len(events_of(events, kinds.ORDER_ASSESSED)) == LINES
    (prepared,) = events_of(events, kinds.BATCH_PREPARED)
    said = prepared.says()
    assert said["count"] == LINES
    assert said["digest"] == batch_digest(str(event.says()["digest"]) for event in frozen)
    report = door.verify(lambda _done, _total: True)
    assert report.faults == ()
    assert report.projections_equal
    door.lock()


def test_what_waits_already_is_found_again(ready: Place) -> None:
    write_list(ready.home / "list.csv", 20)
    door = ready.door()
    session = session_of(door, door.unlock(SecretText(PASSPHRASE)), ready)
    head = check(session, ready.home / "list.csv")
    run(session, request_batch(session, head.batch))
    rows = session.reader.history(HistoryQuery(limit=50)).rows
    known = rows[0]
    same = PaymentKey(known.counterparty_account, -known.amount, known.reference)
    other = PaymentKey(known.counterparty_account, Money(1, "EUR"), known.reference)
    found = session.reader.alike([same, other])
    assert found[0] is not None
    assert found[0].row == known.row
    assert found[1] is None
    record = session.vault.order(known.order)
    assert record is not None
    end_to_end = PaymentKey("LU280019400644750000", Money(1, "EUR"), "", record.content.payment.end_to_end_id)
    assert session.reader.alike([end_to_end])[0] is not None
    door.lock()
