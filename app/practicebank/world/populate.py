"""Fill a new world: accounts, directory, history, mailbox; the same from the same seed and day."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import date

import orjson

from practicebank.accounts import Accounts, Entry
from practicebank.seeded import Seeded
from practicebank.store import Store
from practicebank.world import cast
from practicebank.world.history import Line, make_history
from practicebank.world.mailbox import make_mailbox

_WORLD = "world"


def is_populated(store: Store) -> bool:
    """Return whether this world has been filled."""
    return store.get(_WORLD) is not None


def populate(store: Store, seed: int, start: date) -> None:
    """Fill a new world in one transaction.

    Args:
        store: An empty store.
        seed: Decides every choice.
        start: The first day of practice; history ends on the day before.
    """
    with store.transaction():
        choices = Seeded(seed, "accounts")
        numbers = {holder.key: cast.make_iban(holder.bank, choices) for holder in cast.HOLDERS}
        lines = list(make_history(seed, start))
        paid = {line.who for line in lines if line.amount_minor < 0}
        _write_directory(store, numbers, paid)
        _write_accounts(store, choices, lines, numbers)
        for position, message in enumerate(make_mailbox(numbers, start)):
            store.run(
                "INSERT INTO mailbox (position, message) VALUES (?, ?)",
                position,
                orjson.dumps(message).decode(),
            )
        store.put(
            _WORLD,
            {
                "seed": seed,
                "start_date": start.isoformat(),
                # Tells two directories apart even when their seeds are equal; not in the dump.
                "world_id": secrets.token_hex(16),
            },
        )


def _write_directory(store: Store, numbers: Mapping[str, str], paid: set[str]) -> None:
    for position, holder in enumerate(cast.HOLDERS, start=1):
        store.run(
            "INSERT INTO directory VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            numbers[holder.key],
            orjson.dumps(list(holder.holders)).decode(),
            holder.bank.bic,
            holder.bank.name,
            holder.bank.country,
            holder.kind,
            position if holder.payee else 0,
            int(holder.key in paid),
        )


def _write_accounts(store: Store, choices: Seeded, lines: list[Line], numbers: Mapping[str, str]) -> None:
    accounts = Accounts(store)
    ids = Seeded(choices.below(1 << 62), "entries")
    holders = {holder.key: holder for holder in cast.HOLDERS}
    for position, (currency, name, product, balance) in enumerate(cast.OWN_ACCOUNTS, start=1):
        resource_id = choices.identifier()
        iban = cast.make_iban(cast.OWN_BANK, choices)
        store.run(
            "INSERT INTO accounts (resource_id, iban, currency, name, product, owner, position,"
            " opening_minor, booked_minor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            resource_id,
            iban,
            currency,
            name,
            product,
            cast.PERSON,
            position,
            balance,
            balance,
        )
        store.run(
            "INSERT INTO directory VALUES (?, ?, ?, ?, ?, 'own', 0, 0)",
            iban,
            orjson.dumps([cast.PERSON]).decode(),
            cast.OWN_BANK.bic,
            cast.OWN_BANK.name,
            cast.OWN_BANK.country,
        )
        for line in lines:
            if line.currency == currency:
                holder = holders.get(line.who)
                entry = Entry(
                    amount_minor=line.amount_minor,
                    currency=currency,
                    counter_name=" & ".join(holder.holders) if holder else line.who[1:],
                    counter_iban=numbers[line.who] if holder else None,
                    counter_bic=holder.bank.bic if holder else None,
                    remittance=line.remittance,
                    end_to_end_id=None,
                    code=line.code,
                    entry_id=ids.identifier().replace("-", ""),
                )
                accounts.write(resource_id, entry, line.day, "booked")


def facts(store: Store) -> dict[str, object]:
    """Return the world's seed, first day and identifier.

    Raises:
        LookupError: The world was never filled.
    """
    found = store.get(_WORLD)
    if isinstance(found, dict):
        return found
    raise LookupError("this world was never filled")


def payees(store: Store) -> list[dict[str, object]]:
    """Return the person's twelve payees as their banks know them."""
    rows = store.all("SELECT * FROM directory WHERE position > 0 ORDER BY position")
    return [
        {
            "name": " & ".join(orjson.loads(row["holders"])),
            "iban": row["iban"],
            "bic": row["bic"],
            "bank": row["bank"],
            "country": row["country"],
            "kind": row["kind"],
            "paid_before": bool(row["paid_before"]),
        }
        for row in rows
    ]


def mailbox(store: Store) -> list[dict[str, object]]:
    """Return the practice mailbox, oldest message first."""
    rows = store.all("SELECT message FROM mailbox ORDER BY position")
    return [orjson.loads(row["message"]) for row in rows]
