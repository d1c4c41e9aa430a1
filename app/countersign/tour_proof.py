"""What the team chapter came to: read anew from the vaults' files, and from the practice bank's journal."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import orjson

from countersign.application.ports.vault_door import VerificationReport
from countersign.domain.secret import SecretText
from countersign.tour_notes import ground_in

_SETTLED: Final = "ACSC"


@dataclass(frozen=True, slots=True)
class VaultSays:
    """What one vault says of the order.

    Attributes:
        state: Of the order.
        status: The bank's newest word.
        signatures: Approvals that count, of different people who didn't ask for the payment.
        projection: SHA-256 over the order's rows and what its events amount to.
        digest: Of the order's content.
        epoch: Of the workspace's rules.
        sound: Whether every event, chain and projection of the vault was verified, and nothing waits or is forked.
    """

    state: str
    status: str
    signatures: int
    projection: str
    digest: str
    epoch: int
    sound: bool

    def as_json(self) -> dict[str, object]:
        """Return it for the report."""
        return asdict(self)


def vault_says(out: Path, order: str) -> VaultSays:
    """Open a vault of the tour anew, verify all of it, and ask it for an order.

    Args:
        out: The folder of one person.
        order: Its identifier.

    Raises:
        LookupError: The vault knows no such order.
        CountersignError: The vault can't be opened.
    """
    door = ground_in(out).door
    door.unlock(SecretText((out / "passphrase.txt").read_text("utf-8")))
    try:
        found = door.verify(lambda _done, _total: True)
        reader = door.projections()
        record, rules = reader.order(order), reader.rules()
        if record is None:
            raise LookupError(order)
        others = {item.member for item in record.counted} - {record.content.requester}
        return VaultSays(
            state=record.state.value,
            status=record.status.value if record.status else "",
            signatures=len(others),
            projection=hashlib.sha256(f"{reader.order_hash(order)} {record!r}".encode()).hexdigest(),
            digest=record.digest,
            epoch=rules.governance.epoch,
            sound=found == VerificationReport(found.events, (), projections_equal=True, anchor="agrees"),
        )
    finally:
        door.lock()


def bank_says(world: Path) -> Sequence[Mapping[str, object]]:
    """Return the practice bank's journal of executions."""
    asked = [sys.executable, "-m", "practicebank", "--world", str(world), "--dump"]
    dumped = subprocess.run(asked, check=True, capture_output=True)  # noqa: S603 - our own program
    found = orjson.loads(dumped.stdout)
    journal = found["journal"]
    return journal if isinstance(journal, list) else []


def disagreements(
    bank: Sequence[Mapping[str, object]], vaults: Sequence[VaultSays], sent: Mapping[str, str], signatures: int
) -> list[str]:
    """Say what is wrong; nothing where the payment was executed once, and all say the same of it.

    Args:
        bank: The journal.
        vaults: What each vault says.
        sent: What the sender's own tour noted of the payment.
        signatures: How many approvals there must be.
    """
    executed = bank[0] if bank else {}
    same = ("amount_minor", "currency", "payment_id", "end_to_end_id")
    faults = {
        f"the bank executed {len(bank)} payments": len(bank) != 1,
        "the bank executed something else": any(str(executed.get(key)) != sent.get(key) for key in same),
        "the payment is not settled": any(vault.status != _SETTLED for vault in vaults),
        "approvals are missing": any(vault.signatures != signatures for vault in vaults),
        "the vaults differ about the order": len({(vault.state, vault.projection) for vault in vaults}) != 1,
        "the vaults know different orders": {vault.digest for vault in vaults} != {sent.get("digest")},
        "the vaults have different rules": len({vault.epoch for vault in vaults}) != 1,
        "a vault is not sound": not all(vault.sound for vault in vaults),
    }
    return [text for text, wrong in faults.items() if wrong]
