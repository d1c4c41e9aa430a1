"""What is on record of an account, asked before more is recorded: of a real database, and of the stand-in for one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from countersign.adapters.vault.open_vault import OpenVault
from countersign.application.ports.bank import BankEntry
from countersign.application.ports.vault import Vault
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.money import Money
from countersign.testing.fake_vault import MemoryVault
from countersign.testing.fakes import MAIN, START_MS
from tests.integration.vault.story import Place, Story, added, entry

E1 = BankEntry("e1", True, START_MS, Money(-5, "EUR"), "Atelier Verhoeven B.V.", "NL47AMSP0417164300", "", "Invoice e1")


@pytest.fixture(params=["sqlcipher", "memory"])
def told(request: pytest.FixtureRequest, place: Place) -> Story:
    """Give a story on either vault."""
    if request.param == "memory":
        return Story(MemoryVault(place.clock, place.entropy), place.entropy)
    found: Story = request.getfixturevalue("story")
    return found


def entries(vault: Vault, *names: str) -> dict[str, BankEntry]:
    return dict(vault.entries("resource-1", names))


def test_entries_are_found_by_the_banks_names_as_they_stand(told: Story) -> None:
    assert entries(told.vault, "e1") == {}
    told.statement([entry("e1", -5, START_MS), entry("e2", -6, START_MS, end_to_end_id="CS1", booked=False)])
    e2 = replace(E1, entry="e2", booked=False, amount=Money(-6, "EUR"), end_to_end_id="CS1", remittance="Invoice e2")
    assert entries(told.vault, "e2", "nobody's", "e1") == {"e1": E1, "e2": e2}
    assert told.vault.entries("resource-2", ["e1"]) == {}
    assert entries(told.vault) == {}
    told.statement([entry("e2", -7, START_MS, end_to_end_id="CS1")])
    assert entries(told.vault, "e2") == {"e2": replace(e2, booked=True, amount=Money(-7, "EUR"))}


def test_an_entry_that_is_hidden_behind_its_order_is_on_record_all_the_same(told: Story) -> None:
    content = told.approved("CS-ONCE")
    told.intent(content)
    told.settled(content)
    told.statement([entry("e1", -2_500_000_00, START_MS, end_to_end_id="CS-ONCE")])
    assert entries(told.vault, "e1") == {"e1": replace(E1, amount=Money(-2_500_000_00, "EUR"), end_to_end_id="CS-ONCE")}


def test_more_entries_than_one_question_asks_for(told: Story) -> None:
    names = [f"e{number}" for number in range(450)]
    told.statement([entry(name, -5, START_MS) for name in names])
    assert list(entries(told.vault, *reversed(names))) != []
    assert set(entries(told.vault, *names, "another")) == set(names)


def test_an_account_is_found_as_the_newest_events_describe_it(told: Story) -> None:
    assert told.vault.account("resource-1") is None
    told.statement([], balance=5, as_of=7)
    listed = told.vault.account("resource-1")
    assert listed is not None
    assert (listed.iban, listed.name, listed.balance, listed.as_of, listed.reach) == (
        *(MAIN, "Everyday", Money(5, "EUR"), 7, "xs2a"),
    )
    told.add(kinds.ACCOUNT_ADDED, told.identifier(), added(0, name="House"))
    told.statement([], balance=6, as_of=8)
    known = told.vault.account("resource-1")
    assert known is not None
    assert (known.name, known.balance, known.as_of) == ("House", Money(6, "EUR"), 8)
    assert known.reach == added(0)["reach"]


def test_each_entry_is_one_look_into_an_index(story: Story) -> None:
    vault = story.vault
    assert isinstance(vault, OpenVault)
    asked = list[str]()
    vault._connection.set_trace_callback(asked.append)  # noqa: SLF001 - the question as it is asked
    entries(vault, "e1", "e2")
    vault._connection.set_trace_callback(None)  # noqa: SLF001
    (step,) = vault._connection.execute(f"EXPLAIN QUERY PLAN {asked[-1]}").fetchall()  # noqa: SLF001
    assert step[-1].startswith("SEARCH p_transfers USING INDEX sqlite_autoindex_p_transfers_1 (row=?)")


def test_a_locked_vault_says_nothing(place: Place) -> None:
    door = place.door()
    vault = place.create(door)
    door.lock()
    for ask in (lambda: vault.account("resource-1"), lambda: vault.entries("resource-1", ["e1"])):
        with pytest.raises(UserFacingError) as refused:
            ask()
        assert refused.value.code == "vault.locked"
