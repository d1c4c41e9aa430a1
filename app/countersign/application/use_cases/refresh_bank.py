"""Ask the bank with a door for programs about everything that is new, and record what it says."""

from __future__ import annotations

from functools import partial

from countersign.application.flows.script import Script, on_network, on_read
from countersign.application.session import Session
from countersign.application.use_cases.refresh_accounts import ask_since, fetch_statements, record_statements
from countersign.application.use_cases.settle_entries import settle_statements


def refresh_bank(session: Session) -> Script[None]:
    """Bring accounts, balances and entries up to date, and hold them against the orders that they name.

    A restored copy shows what it has and records nothing.

    Raises:
        UserFacingError: ``bank.not_connected``.
        ConnectorError: The bank can't be asked.
    """
    bank = session.connected()
    name, vault = session.bank_id, session.vault
    accounts = yield from on_read(session.reader.accounts)
    asked = [account for account in accounts if account.bank == name]
    statements = yield from on_network(partial(fetch_statements, bank, ask_since(asked)))
    if not vault.may_sign:
        return
    yield from record_statements(vault, session.entropy, name, statements)
    yield from settle_statements(session, statements)
