"""Add an own account that no connection lists by itself, with how its bank is reached."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from countersign.application.ports.bank import Reach
from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import AccountRow, LocalSpace, Vault
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.governance import World
from countersign.domain.payment import AccountScheme

_KEY_BYTES = 32
_SETTINGS = "reach"


@dataclass(frozen=True, slots=True)
class NewAccount:
    """An account as the person described it.

    Attributes:
        number: Without spaces.
        agent: BIC, or empty.
        agent_member: ``CODE:MEMBER``, see ``domain.payment``, or empty.
        name: What the person calls it.
        settings: For files: ``folder``, ``version`` and ``usage``; nothing for manual.
    """

    number: str
    scheme: AccountScheme
    agent: str
    agent_member: str
    name: str
    currency: str
    reach: Reach
    bank_name: str
    settings: JsonObject


def add_account(vault: Vault, entropy: Entropy, new: NewAccount) -> tuple[str, JsonObject]:
    """Record an account and the connection that reaches it, or that a known one is reached in another way. VAULT lane.

    Returns:
        The connection's name and its settings, for ``Session.attach``.

    Raises:
        UserFacingError: ``account.known``: it is reached in this way already; ``account.incomplete``.
    """
    if not (new.number and new.name and new.currency and new.bank_name) or new.reach is Reach.XS2A:
        raise UserFacingError("account.incomplete")
    identity = vault.identity
    connection = f"{new.reach.value}.{new_identifier(entropy)}"
    settings: dict[str, Json] = {
        **new.settings,
        _SETTINGS: new.reach.value,
        "name": new.bank_name,
        "bic": new.agent,
        "holder": identity.member_name,
        "currency": new.currency,
        "practice": identity.world is World.PRACTICE,
        "key": entropy.token_bytes(_KEY_BYTES).hex(),  # seals the notes of what was laid out
    }
    account: dict[str, Json] = {
        "account": resource_of(new.agent_member, new.number),
        "bank": connection,
        "number": new.number,
        "scheme": new.scheme.value,
        "agent": new.agent,
        "agent_member": new.agent_member,
        "name": new.name,
        "currency": new.currency,
        "reach": new.reach.value,
    }
    bank: dict[str, Json] = {
        "bank": connection,
        "name": new.bank_name,
        "bic": new.agent,
        "practice": identity.world is World.PRACTICE,
    }
    place = f"account.{account['account']}"
    with vault.transaction() as change:
        known = change.get(LocalSpace.COUNTER, place)
        if known is not None and known["reach"] == new.reach.value:
            raise UserFacingError("account.known")
        change.put(LocalSpace.COUNTER, place, {"connection": connection, "reach": new.reach.value})
        change.put(LocalSpace.CREDENTIAL, connection, settings)
        change.append(EventDraft(kinds.BANK_CONNECTED, new_identifier(entropy), bank))
        change.append(EventDraft(kinds.ACCOUNT_ADDED, new_identifier(entropy), account))
    return connection, settings


def resource_of(agent_member: str, number: str) -> str:
    """Name an account that the person added; a number that is no IBAN is one with its bank's code."""
    return f"own:{agent_member}:{number}"


def require_unknown(accounts: tuple[AccountRow, ...], new: NewAccount) -> None:
    """Refuse an account that a bank lists by itself, or that is reached in this way already.

    Raises:
        UserFacingError: ``account.known``.
    """
    fixed = {Reach.XS2A.value, new.reach.value}
    if any((row.iban, row.agent_member) == (new.number, new.agent_member) and row.reach in fixed for row in accounts):
        raise UserFacingError("account.known")


def require_practice(world: World, listed: Collection[str], new: NewAccount) -> None:
    """Refuse an account in a practice workspace unless the practice bank keeps it: practice files pay nobody's bills.

    Args:
        world: The workspace's.
        listed: The numbers of the accounts that the practice bank has statements for.
        new: The account.

    Raises:
        UserFacingError: ``account.not_practice``.
    """
    if world is World.PRACTICE and new.number not in listed:
        raise UserFacingError("account.not_practice")
