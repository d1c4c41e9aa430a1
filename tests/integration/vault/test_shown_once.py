"""A payment typed at the bank: counted from the person's word on, shown once with its entry, in any order."""

from __future__ import annotations

import pytest

from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.vault import HistoryQuery
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.order import OrderContent
from countersign.testing.fakes import MAIN, SOLICITORS, START_MS
from tests.integration.vault.story import AMOUNT, Story, entry, go_on
from tests.integration.vault.test_elsewhere import pay, same_in_any_order, shown


def typed(story: Story, end_to_end_id: str = "CS-TYPED") -> OrderContent:
    content = story.approved(end_to_end_id)
    story.carried(content)
    story.handed_over(content)
    return content


def test_what_was_handed_over_counts_as_paid_at_once(door: FileVaultDoor, story: Story) -> None:
    content = story.approved()
    story.carried(content)
    assert (shown(door), door.projections().outgoing_minor("EUR")) == (["initiated"], ())
    story.handed_over(content)
    assert shown(door) == ["handed_over"]
    assert door.projections().outgoing_minor("EUR") == ((START_MS, AMOUNT.minor, SOLICITORS[1]),)
    (payee,) = door.projections().payees("hartwell")
    assert payee.paid_count == 1
    found = door.projections().history(HistoryQuery(state="handed_over")).rows
    assert [row.order for row in found] == [content.order]
    assert door.verify(go_on).projections_equal


@pytest.mark.parametrize("name", ["NOTPROVIDED", "BANK-77"])
def test_the_entry_on_record_hides_behind_its_order_whatever_the_bank_called_it(
    door: FileVaultDoor, story: Story, name: str
) -> None:
    content = typed(story)
    told = story.statement([entry("e1", -AMOUNT.minor, START_MS, end_to_end_id=name)])
    assert shown(door) == ["booked", "handed_over"]
    said = story.shown_by(content, "e1")
    assert shown(door) == ["settled"]
    assert len(door.projections().outgoing_minor("EUR")) == 1
    again = story.statement([entry("e1", -AMOUNT.minor, START_MS + 5, end_to_end_id=name)])
    assert shown(door) == ["settled"]
    same_in_any_order(door, (told, said, again))


def test_an_entry_that_comes_after_its_record_hides_too(door: FileVaultDoor, story: Story) -> None:
    content = typed(story)
    said = story.shown_by(content, "e1")
    told = story.statement([entry("e0", -AMOUNT.minor, START_MS), entry("e1", -AMOUNT.minor, START_MS)])
    assert shown(door) == ["booked", "settled"], "the other entry is another payment"
    same_in_any_order(door, (said, told))


def test_the_entry_on_record_goes_before_one_with_the_order_s_name(door: FileVaultDoor, story: Story) -> None:
    content = typed(story)
    twins = [entry(f"e{number}", -AMOUNT.minor, START_MS, end_to_end_id="CS-TYPED") for number in range(3)]
    told = story.statement(twins)
    said = story.shown_by(content, "e1")
    rows = door.projections().history(HistoryQuery()).rows
    assert sorted(row.reference for row in rows if row.state == "booked") == ["Invoice e0", "Invoice e2"]
    same_in_any_order(door, (told, said))


def test_an_entry_on_record_for_an_order_hides_no_payment_elsewhere(door: FileVaultDoor, story: Story) -> None:
    content = typed(story)
    paid = pay(story, AMOUNT.minor)
    told = story.statement([entry("e1", -AMOUNT.minor, START_MS)])
    assert shown(door) == ["booked", "handed_over"], "nobody knows yet whose entry it is"
    said = story.shown_by(content, "e1")
    assert shown(door) == ["elsewhere", "settled"]
    same_in_any_order(door, (paid, told, said))


def test_an_entry_of_the_same_name_at_another_account_stays(door: FileVaultDoor, story: Story) -> None:
    content = typed(story)
    statement = {
        "account": "own:GBDSC:200415:12345678",
        "bank": "files.1",
        "iban": MAIN,
        "name": "Other",
        "balance": {"currency": "EUR", "exponent": 2, "minor": 0},
        "available": {"currency": "EUR", "exponent": 2, "minor": 0},
        "as_of": START_MS,
        "entries": [entry("e1", -AMOUNT.minor, START_MS)],
    }
    told = story.add(kinds.STATEMENT_IMPORTED, story.identifier(), statement)  # type: ignore[arg-type]  # JSON
    said = story.shown_by(content, "e1")
    assert shown(door) == ["booked", "settled"]
    same_in_any_order(door, (told, said))


def test_documents_leave_the_last_of_the_disk_to_outcomes(
    door: FileVaultDoor, story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = typed(story)
    monkeypatch.setattr("shutil.disk_usage", lambda _path: type("Usage", (), {"free": 1024})())
    proof = {"name": "a.pdf", "sha256": "00" * 32, "size": 1}
    with pytest.raises(UserFacingError, match=r"vault\.disk_full"):
        story.add(kinds.ORDER_PROOF_ADDED, content.order, proof)  # type: ignore[arg-type]  # JSON
    story.shown_by(content, "e1")
    assert shown(door) == ["settled"]
