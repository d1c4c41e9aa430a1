"""Accounts that a person added, and payments made elsewhere: shown once, counted once, the same in any order."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import pytest

from countersign.adapters.vault.book import Book
from countersign.adapters.vault.database import new_memory_database
from countersign.adapters.vault.door import FileVaultDoor
from countersign.adapters.vault.projector import Projector
from countersign.adapters.vault.verification import projection_hashes
from countersign.application.ports.vault import AccountRow, HistoryQuery
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme
from countersign.testing.fakes import DAY_MS, MAIN, START_MS
from tests.integration.vault.story import AMOUNT, Story, added, elsewhere, entry, go_on


def shown(door: FileVaultDoor) -> list[str]:
    """Return the states in history, sorted."""
    return sorted(row.state for row in door.projections().history(HistoryQuery()).rows)


def pay(story: Story, minor: int = 100, at: int = START_MS, **other: str) -> Event:
    """Note a payment elsewhere."""
    return story.add(kinds.PAYMENT_ELSEWHERE, story.identifier(), elsewhere(minor, at, **other))


def same_in_any_order(door: FileVaultDoor, events: Sequence[Event]) -> None:
    """Rebuild from every permutation of a few events, after what came before them."""
    session = door._session  # noqa: SLF001 - its connection, to compare with
    assert session is not None
    connection = session._connection  # noqa: SLF001 - as above
    book = Book(connection)
    wanted, names = projection_hashes(connection), {event.id for event in events}
    others = [event for event, _ in book.events.every() if event.id not in names]
    for order in itertools.permutations(events):
        rebuilt = new_memory_database()
        projector, noted = Projector(rebuilt, book), set[tuple[str, str]]()
        for event in (*others, *order):
            projector.replay(event, noted, book.ledger.rules())
        projector.fold_noted(noted)
        assert projection_hashes(rebuilt) == wanted
        rebuilt.close()
    assert door.verify(go_on).projections_equal


def test_a_payment_elsewhere_is_shown_and_counted_until_the_statement_shows_it(
    door: FileVaultDoor, story: Story
) -> None:
    paid = pay(story)
    assert (shown(door), door.projections().outgoing_minor("EUR")) == (["elsewhere"], ((START_MS, 100, ""),))
    told = story.statement([entry("e1", -100, START_MS + DAY_MS)])
    assert shown(door) == ["booked"]
    assert door.projections().outgoing_minor("EUR") == ((START_MS + DAY_MS, 100, "NL47AMSP0417164300"),)
    same_in_any_order(door, (paid, told))


def test_one_entry_hides_one_of_two_equal_payments_and_the_second_the_other(door: FileVaultDoor, story: Story) -> None:
    events = [pay(story, at=START_MS + 5, counterparty="Later"), pay(story)]
    events.append(story.statement([entry("e1", -100, START_MS + DAY_MS)]))
    assert shown(door) == ["booked", "elsewhere"]
    (left,) = [row for row in door.projections().history(HistoryQuery()).rows if row.state == "elsewhere"]
    assert left.counterparty == "Later", "the earliest is the one that was booked first"
    assert len(door.projections().outgoing_minor("EUR")) == 2
    same_in_any_order(door, events)
    events.append(story.statement([entry("e2", -100, START_MS + DAY_MS)]))
    assert shown(door) == ["booked", "booked"]
    assert len(door.projections().outgoing_minor("EUR")) == 2
    same_in_any_order(door, events)


def test_an_entry_that_changes_shows_the_payment_again(door: FileVaultDoor, story: Story) -> None:
    events = [pay(story), story.statement([entry("e1", -100, START_MS)])]
    assert shown(door) == ["booked"]
    events.append(story.statement([entry("e1", -101, START_MS)]))
    assert shown(door) == ["booked", "elsewhere"]
    same_in_any_order(door, events)
    events.append(story.statement([entry("e1", -100, START_MS, booked=False)]))
    assert shown(door) == ["elsewhere", "pending"], "what is pending proves nothing"
    same_in_any_order(door, events)


@pytest.mark.parametrize(
    ("at", "hidden"),
    [(-DAY_MS - 1, False), (-DAY_MS, True), (10 * DAY_MS, True), (10 * DAY_MS + 1, False)],
)
def test_the_days_have_edges(door: FileVaultDoor, story: Story, at: int, hidden: bool) -> None:
    events = [pay(story), story.statement([entry("e1", -100, START_MS + at)])]
    assert ("elsewhere" not in shown(door)) is hidden
    same_in_any_order(door, events)


@pytest.mark.parametrize("changes", [{"amount": {"currency": "CHF", "exponent": 2, "minor": -100}}])
def test_another_currency_or_account_hides_nothing(door: FileVaultDoor, story: Story, changes: dict[str, str]) -> None:
    pay(story, number="DE89370400440532013000")
    pay(story)
    story.statement([entry("e1", -100, START_MS, **changes), entry("e2", 100, START_MS)])
    assert shown(door).count("elsewhere") == 2
    assert door.verify(go_on).projections_equal


def test_an_order_s_own_entry_hides_no_payment_elsewhere_whichever_came_first(
    door: FileVaultDoor, story: Story
) -> None:
    paid = pay(story, AMOUNT.minor)
    told = story.statement([entry("e1", -AMOUNT.minor, START_MS, end_to_end_id="CS-LATE")])
    assert shown(door) == ["booked"], "nobody knows of an order yet"
    content = story.approved("CS-LATE")
    story.intent(content)
    story.settled(content)
    assert shown(door) == ["elsewhere", "settled"]
    same_in_any_order(door, (paid, told))


def test_the_same_payment_said_twice_is_one_and_the_later_word_stands(door: FileVaultDoor, story: Story) -> None:
    subject = story.identifier()
    events = [story.add(kinds.PAYMENT_ELSEWHERE, subject, elsewhere(minor, START_MS)) for minor in (100, 200)]
    events.append(story.statement([entry("e1", -100, START_MS)]))
    assert shown(door) == ["booked", "elsewhere"]
    assert {minor for _, minor, _ in door.projections().outgoing_minor("EUR")} == {100, 200}
    same_in_any_order(door, events)


def test_added_accounts_and_statements_of_them_agree_in_any_order(door: FileVaultDoor, story: Story) -> None:
    events = [story.add(kinds.ACCOUNT_ADDED, story.identifier(), added(which)) for which in (0, 1, 2)]
    same_in_any_order(door, events)
    own, main = door.projections().accounts()
    assert own == AccountRow(
        *("own:GBDSC:200415:12345678", "files.2", "12345678", "Account 2", Money(0, "EUR"), Money(0, "EUR"), 0),
        *(AccountScheme.BBAN, "", "GBDSC:200415", "files"),
        daily_balances=(0,) * 90,
    )
    assert (main.bank, main.name, main.reach, main.balance) == ("files.1", "Account 1", "manual", Money(0, "GBP"))
    events.append(story.statement([], balance=77))
    same_in_any_order(door, events)
    _, main = door.projections().accounts()
    assert (main.iban, main.balance, main.bank, main.reach) == (MAIN, Money(77, "EUR"), "files.1", "manual")
