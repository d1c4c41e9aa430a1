"""A vault with as much history as a lifetime of payments, made through the program's own import; kept between runs."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from countersign.adapters.system.clock import SystemClock, SystemEntropy
from countersign.adapters.system.keyring_store import FolderStore
from countersign.adapters.vault import schema
from countersign.adapters.vault.door import FileVaultDoor
from countersign.application.ports.bank import BankAccount, BankEntry
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import NewVault
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.refresh_accounts import ENTRIES_PER_EVENT, Statement, import_statements
from countersign.domain.ledger.governance import World
from countersign.domain.money import Money
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.secret import SecretText

PASSPHRASE: Final = SecretText("fragile squeeze bronze sentence fox")
BANK: Final = "practice"
COUNTERPARTIES: Final = 1_000
PAYEES: Final = 40
_SAID_EVERY = 50
_FIRST_MS = 1_200_000_000_000  # January 2008
_SPAN_MS = 590_000_000_000  # until the autumn of 2026
_FIRST = ("Hartwell", "Verhoeven", "Groß", "Lindqvist", "Okafor", "Márquez", "Kowalska", "Thorne", "Dubois", "Abel")
_SECOND = (
    "Solicitors",
    "Atelier",
    "Timber",
    "Advisory",
    "Shipping",
    "Clinic",
    "Archive",
    "Foundry",
    "Orchards",
    "Press",
)
_THIRD = ("LLP", "B.V.", "GmbH", "Ltd", "S.à r.l.", "AG", "AB", "Inc.", "Oy", "& Sons")
_OWN = (
    ("acc-1", "LU209990012345678901", "Main account", "EUR", 80),
    ("acc-2", "LU709990098765432101", "Savings", "EUR", 15),
    ("acc-3", "LU559990055500012345", "Account in pounds", "GBP", 5),
)


def counterparty(number: int) -> tuple[str, str]:
    """Return a name and an account: one of ``COUNTERPARTIES``."""
    name = f"{_FIRST[number % 10]} {_SECOND[number // 10 % 10]} {_THIRD[number // 100 % 10]}"
    digits = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big") % 10**18
    return name, f"DE{10 + number % 89}{digits:018d}"


def door_of(folder: Path) -> FileVaultDoor:
    """Stand before a vault, as a program that was just started."""
    return FileVaultDoor(
        folder / "vault", clock=SystemClock(), entropy=SystemEntropy(), secrets=FolderStore(folder / "keyring")
    )


def vault_of(root: Path, transfers: int) -> Path:
    """Return the folder of a vault with so many transfers; it is made where it is missing, which takes minutes."""
    tables = (schema.LEDGER + schema.PROJECTIONS + schema.SEARCH).encode()
    folder = root / f"{transfers}-{hashlib.sha256(tables).hexdigest()[:12]}"
    finished = folder / "finished"
    if not finished.exists():
        if folder.exists():
            raise FileExistsError(f"{folder} was never finished: remove it")
        _make(folder, transfers)
        finished.touch()
    return folder


def _make(folder: Path, transfers: int) -> None:
    folder.mkdir(parents=True)
    door = door_of(folder)
    vault = door.create(NewVault("Mei Hartmann", World.PRACTICE, PASSPHRASE, door.new_kit()))
    entropy = SystemEntropy()
    for number in range(PAYEES):
        name, account = counterparty(number)
        details = PayeeDetails(name, account, "", PayeeKind.COMPANY, DetailsSource.CONTRACT)
        keep_payee(vault, entropy, details, "", None)
    for done, statement in enumerate(_statements(transfers)):
        import_statements(vault, entropy, BANK, [statement])
        if done % _SAID_EVERY == 0:
            sys.stderr.write(f"  {done * ENTRIES_PER_EVENT} of {transfers} transfers\n")
    _close(door, vault)


def _close(door: FileVaultDoor, vault: Vault) -> None:
    with vault.transaction():
        pass
    door.lock()


def _statements(transfers: int) -> Iterator[Statement]:
    """Give statements, the oldest first; of the three accounts one is used most."""
    shares = [own for own in _OWN for _ in range(own[4])]
    for place, start in enumerate(range(0, transfers, ENTRIES_PER_EVENT)):
        resource, iban, name, currency, _ = shares[place * 37 % len(shares)]
        balance = Money(100_000_000 + place, currency)
        numbers = range(start, min(start + ENTRIES_PER_EVENT, transfers))
        entries = [_entry(number, transfers, currency) for number in numbers]
        yield Statement(BankAccount(resource, iban, name, balance, balance), entries)


def _entry(number: int, transfers: int, currency: str) -> BankEntry:
    mixed = number * 7_919
    name, account = counterparty(mixed % COUNTERPARTIES)
    minor = 1_000 + mixed * 31 % 90_000_000
    return BankEntry(
        entry=f"E{number:08}",
        booked=True,
        booked_at=_FIRST_MS + number * (_SPAN_MS // max(transfers, 1)),
        amount=Money(minor if number % 10 == 0 else -minor, currency),
        counterparty=name,
        counterparty_account=account,
        end_to_end_id=f"CS{number:024X}" if number % 4 == 0 else "",
        remittance=f"Invoice {mixed % 99_991:05} {('deposit', 'fees', 'rent', 'order', 'travel')[number % 5]}",
    )
