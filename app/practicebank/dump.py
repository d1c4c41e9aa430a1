"""What happened in a world, as JSON: for people, tests and campaigns; nothing is changed."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from practicebank.accounts import Accounts
from practicebank.clock import BankClock
from practicebank.outcomes import Outcomes
from practicebank.payments import Payments
from practicebank.store import DATABASE, Store
from practicebank.world import cast, populate


def dump(directory: Path) -> dict[str, object]:
    """Return accounts and the journal of executions of a world, served or not.

    Raises:
        LookupError: There is no world in the directory.
    """
    path = directory / DATABASE
    if not path.exists():
        raise LookupError(f"there is no practice world in {directory}")
    store = Store(path, read_only=True)
    try:
        clock = BankClock(store)
        accounts = Accounts(store)
        payments = Payments(store, clock, accounts, Outcomes(store, 0), cast.OWN_BANK.bic)
        facts = populate.facts(store)
        return {
            "world": {"seed": facts["seed"], "start_date": facts["start_date"]},
            "bank": {"name": cast.OWN_BANK.name, "bic": cast.OWN_BANK.bic},
            "accounts": [account.describe() for account in accounts.all()],
            "company_accounts": [account.describe() for account in accounts.of_company()],
            "journal": payments.journal(),
            "payments": payments.describe_all(),
        }
    except sqlite3.OperationalError as error:
        # A first start cut short before it had made its tables.
        raise LookupError(f"there is no practice world in {directory} yet") from error
    finally:
        store.close()
