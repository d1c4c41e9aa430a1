"""The ground of the kill campaign: one vault with an approved order, one bank that knows us; copied for every cell."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Final

import orjson

from countersign.adapters.practice.launcher import Lease, take_lease
from countersign.adapters.practice.world import open_practice_bank
from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault.cryptography_suite import FLOOR, Argon2Cost, argon2id
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.vault_door import NewVault
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.connect_bank import connect_bank
from countersign.application.use_cases.freeze_order import freeze_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.domain.ledger.governance import World
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.secret import SecretText
from countersign.testing.fakes import ZONE

PASSPHRASE: Final = SecretText("fragile squeeze bronze sentence fox")
BANK_OPTIONS: Final = ("--linger", "0", "--seed", "7", "--settle-seconds", "2")
_END_SECONDS = 20.0
_AMOUNT = Money(1_234_56, "EUR")


class RememberedStretch:
    """Argon2id whose answers are kept in a folder: hundreds of processes unlock the same vault."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __call__(self, passphrase: bytes, salt: bytes, cost: Argon2Cost) -> bytes:
        """Stretch, or remember."""
        asked = hashlib.sha256(repr((passphrase, salt, cost)).encode()).hexdigest()[:32]
        kept = self._folder / f"stretched-{asked}"
        if not kept.exists():
            kept.write_bytes(argon2id(passphrase, salt, cost))
        return kept.read_bytes()


def door_of(home: Path) -> FileVaultDoor:
    """Stand before a cell's vault, as a program that was just started. The keyring is a folder beside it."""
    return FileVaultDoor(
        home / "vault",
        clock=SystemClock(),
        entropy=SystemEntropy(),
        secrets=FolderStore(home / "keyring"),
        cost=FLOOR,
        stretch=RememberedStretch(home),
    )


def start_bank(home: Path) -> Lease:
    """Start a cell's bank in a process of its own."""
    return take_lease(home / "world", SystemClock(), options=BANK_OPTIONS)


def make_template(home: Path, count: int = 1) -> None:
    """Make a vault whose owner has approved so many orders, and the bank that they are for."""
    home.mkdir(parents=True)
    clock, entropy = SystemClock(), SystemEntropy()
    practice = open_practice_bank(home / "world", clock, entropy, options=BANK_OPTIONS)
    try:
        name, credential = practice.enrol()
        bank = practice.connect(credential)
        door = door_of(home)
        vault = door.create(NewVault("Mei Hartmann", World.PRACTICE, PASSPHRASE, door.new_kit()))
        connect_bank(vault, entropy, name, credential, bank.profile())
        known = _rows(practice.world()["payees"])[0]
        payee, account, agent = (str(known[field]) for field in ("name", "iban", "bic"))
        details = PayeeDetails(payee, account, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
        check = bank.verify_payee(payee, account)
        identifier, version = keep_payee(vault, entropy, details, "", check)
        accounts = _rows(practice.world()["accounts"])
        own = next(str(one["iban"]) for one in accounts if one["currency"] == _AMOUNT.currency)
        facts = []
        for number in range(count):
            draft = TransferDraft(f"{number:032x}", payee=identifier, name=payee, account=account, agent=agent)
            draft = replace(draft, check=check, source=DetailsSource.CONTRACT, debtor_account=own)
            draft = replace(draft, amount=Money(_AMOUNT.minor + number, _AMOUNT.currency))
            assessed = assess_transfer(door.projections(), draft, clock.now_ms(), ZONE, "Mei Hartmann")
            content = freeze_order(vault, entropy, draft, version, assessed).content
            approve_order(vault, content.order, content.payment, content.digest, last_digits(account))
            facts.append([content.order, content.payment.end_to_end_id])
        (home / "orders.json").write_bytes(orjson.dumps(facts))
        door.lock()
        bank.close()
    finally:
        practice.close_and_wait(_END_SECONDS)


def orders_of(home: Path) -> tuple[tuple[str, str], ...]:
    """Return a cell's orders, each with its end-to-end identification."""
    return tuple((order, name) for order, name in orjson.loads((home / "orders.json").read_bytes()))


def order_of(home: Path) -> tuple[str, str]:
    """Return a cell's one order and its end-to-end identification."""
    return orders_of(home)[0]


def _rows(found: object) -> list[Mapping[str, object]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
