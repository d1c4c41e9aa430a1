"""What a bank says is put on record once, however long ago it was said, and again where it changed."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.application.ports.bank import BankAccount, BankEntry, Reach
from countersign.application.ports.tasks import Lane
from countersign.application.ports.vault import LocalSpace
from countersign.application.use_cases.add_account import NewAccount, add_account, resource_of
from countersign.application.use_cases.refresh_accounts import (
    ENTRIES_PER_EVENT,
    Statement,
    import_statements,
    record_statements,
)
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme
from countersign.testing import fakes

DAY_MS = 86_400_000
NUMBER = "DE02120300000000202051"
ACCOUNT = BankAccount("acc-9", NUMBER, "Everyday", Money(90_000, "EUR"), Money(90_000, "EUR"))
ENTRY = BankEntry("E1", True, 20_000 * DAY_MS, Money(-4_200, "EUR"), "Atelier", "NL47AMSP0417164300", "CS1", "Invoice")


class Office:
    """A workspace, and a bank that says things of one account."""

    def __init__(self) -> None:
        self.world = fakes.make_world()
        self.vault = self.world.vault

    def hear(self, *entries: BankEntry, account: BankAccount = ACCOUNT, as_of: int | None = None) -> int:
        statement = Statement(account, entries, as_of)
        return import_statements(self.vault, self.world.entropy, "practice", [statement])

    @property
    def bodies(self) -> list[list[str]]:
        """The entries that each event about this account holds."""
        said = (
            event.says()
            for event in self.vault.events(Chain.SHARED, 0, 10_000)
            if event.kind == kinds.STATEMENT_IMPORTED
        )
        items = [body["entries"] for body in said if body["account"] == ACCOUNT.resource]
        return [
            [str(item["entry"]) for item in each if isinstance(item, dict)] for each in items if isinstance(each, list)
        ]


@pytest.fixture
def office() -> Office:
    return Office()


def test_what_is_on_record_is_not_recorded_again(office: Office) -> None:
    assert office.hear(ENTRY) == 1
    commits = office.vault.commits
    assert office.hear(ENTRY) == 0
    assert office.vault.commits == commits, "not even a transaction"
    assert office.bodies == [["E1"]]


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": Money(-4_300, "EUR")},
        {"amount": Money(-4_200, "GBP")},
        {"booked_at": ENTRY.booked_at + DAY_MS},
        {"counterparty": "Atelier B.V."},
        {"counterparty_account": ""},
        {"end_to_end_id": "CS2"},
        {"remittance": "Invoice 7"},
    ],
)
@pytest.mark.parametrize("booked", [True, False])
def test_an_entry_that_changed_is_recorded_again(office: Office, booked: bool, changes: dict[str, object]) -> None:
    before = replace(ENTRY, booked=booked)
    office.hear(before)
    changed = replace(before, **changes)  # type: ignore[arg-type]  # the table names the fields
    assert [office.hear(changed), office.hear(changed)] == [1, 0]
    assert [office.hear(before), office.hear(changed)] == [1, 1], "what was said last stands"


def test_what_was_pending_is_booked_and_never_pending_again(office: Office) -> None:
    pending = replace(ENTRY, booked=False)
    assert [office.hear(each) for each in (pending, ENTRY, ENTRY, pending, replace(pending, remittance=""))] == [
        1,
        1,
        0,
        0,
        0,
    ]
    assert office.vault.entries("acc-9", ["E1"])["E1"].booked


def test_of_one_name_in_one_statement_the_last_stands(office: Office) -> None:
    changed = replace(ENTRY, remittance="Invoice 7")
    assert [office.hear(ENTRY, changed), office.hear(ENTRY, changed)] == [1, 0]
    assert office.vault.entries("acc-9", ["E1"]) == {"E1": changed}


def test_a_code_or_an_absent_name_for_the_payment_makes_no_difference(office: Office) -> None:
    assert office.hear(replace(ENTRY, end_to_end_id="NOTPROVIDED")) == 1
    assert office.hear(replace(ENTRY, end_to_end_id="", code="PMNT")) == 0
    assert office.hear(replace(ENTRY, end_to_end_id="NOTPROVIDED")) == 0


def test_another_accounts_entry_of_the_same_name_is_another(office: Office) -> None:
    office.hear(ENTRY)
    assert office.hear(ENTRY, account=replace(ACCOUNT, resource="acc-2")) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"balance": Money(1, "EUR")},
        {"available": Money(1, "EUR")},
        {"iban": "DE89370400440532013000"},
        {"name": "Savings"},
    ],
)
def test_an_account_that_changed_is_recorded_without_entries(office: Office, changes: dict[str, object]) -> None:
    changed = replace(ACCOUNT, **changes)  # type: ignore[arg-type]  # the table names the fields
    assert [office.hear(ENTRY), office.hear(ENTRY, account=changed), office.hear(account=changed)] == [1, 0, 0]
    assert office.bodies == [["E1"], []]


def test_a_first_balance_of_nothing_is_a_balance_and_a_persons_name_stays(office: Office) -> None:
    add_account(
        office.vault,
        office.world.entropy,
        NewAccount(
            number=NUMBER, scheme=AccountScheme.IBAN, agent="", agent_member="", name="House", currency="EUR",
            bank_name="A bank", reach=Reach.FILES, settings={},
        ),
    )  # fmt: skip
    empty = BankAccount(resource_of("", NUMBER), NUMBER, "Hartwell Timber", Money(0, "EUR"), Money(0, "EUR"))
    office.hear(account=empty, as_of=0)
    assert not [row for row in office.world.reader.accounts() if row.iban == NUMBER and row.as_of], "nothing was said"
    commits = office.vault.commits
    office.hear(account=empty, as_of=DAY_MS)
    assert office.vault.commits == commits + 1
    office.hear(account=empty, as_of=2 * DAY_MS)
    assert office.vault.commits == commits + 1, "what it is called here is the person's"
    (row,) = [row for row in office.world.reader.accounts() if row.iban == NUMBER]
    assert (row.name, row.as_of) == ("House", DAY_MS)


def test_what_an_earlier_version_noted_goes(office: Office) -> None:
    place = "statement.practice.acc-9"
    with office.vault.transaction() as change:
        change.put(LocalSpace.COUNTER, place, {"account": "", "entries": []})
    office.hear(ENTRY)
    assert place not in office.vault.local(LocalSpace.COUNTER)


def test_a_long_statement_is_recorded_event_by_event_and_known_to_its_last_line(office: Office) -> None:
    entries = [replace(ENTRY, entry=f"E{number}") for number in range(25 * ENTRIES_PER_EVENT + 1)]
    commits = office.vault.commits

    def record() -> tuple[list[int], int]:
        """Return after how many commits each task ended, and how many entries were new."""
        script = record_statements(office.vault, office.world.entropy, "practice", [Statement(ACCOUNT, entries)])
        ended, job = [], next(script)
        try:
            while True:
                assert job.lane is Lane.VAULT
                result = job.work()
                ended.append(office.vault.commits - commits)
                job = script.send(result)
        except StopIteration as end:
            return ended, end.value

    assert record() == (list(range(1, 27)), len(entries))
    assert [len(body) for body in office.bodies] == [ENTRIES_PER_EVENT] * 25 + [1]
    assert record() == ([26] * 26, 0)
    entries[0] = replace(entries[0], amount=Money(-1, "EUR"))
    assert record()[1] == 1
