"""Need to know: who receives which bodies (LEDGER rules 2, 21). Everybody receives every header.

The orders of a payroll say what each person earns. Their bodies go to those who approve, administer or audit, and to
whoever asked for them; to others they go without: the batch and its totals are there, and every chain can be verified.

What a payroll is, the purpose of each payment says; or the category purpose of any payment of a list (pain.001,
CtgyPurp: what the payer's bank is told) says it of the whole list; or whoever requested the list said so: one from a
spreadsheet has no purposes, and not every bank carries them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from countersign.application.ports.workspace import WorkspaceVault
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.governance import Device, Governance, Role
from countersign.domain.ledger.order_record import OrderRecord

# ISO 20022 ExternalPurpose1Code and ExternalCategoryPurpose1Code: what is paid to a person for work, and what follows.
PAYROLL_PURPOSES: Final = frozenset({"SALA", "PAYR", "BONU", "PENS", "COMM", "ALLW", "BECH", "BENE", "SSBE"})

_QUOTED: Final = tuple(f'"{purpose}"'.encode() for purpose in PAYROLL_PURPOSES)
_BATCH: Final = re.compile(rb'"batch":"([0-9a-f]{32})"')
_READS_ALL: Final = frozenset({Role.APPROVER, Role.ADMINISTRATOR, Role.AUDITOR})


def is_pay(category: str) -> bool:
    """Tell whether a category purpose, by code or in a bank's own words, says that somebody is paid for work."""
    return category.strip().upper() in PAYROLL_PURPOSES


def by_need(
    vault: WorkspaceVault, governance: Governance, events: Sequence[Event], recipients: Sequence[Device]
) -> tuple[tuple[tuple[Event, ...], tuple[Device, ...]], ...]:
    """Return what each recipient is sent: letters' events with whom they are for; one letter where all read all."""
    rooms: dict[frozenset[str], list[Device]] = {}
    requesters = _payroll_requesters(vault, events)
    for device in recipients:
        hidden = frozenset(
            subject for subject, requester in requesters.items() if not _reads(governance, device.member, requester)
        )
        rooms.setdefault(hidden, []).append(device)
    return tuple(
        (tuple(replace(item, body=None) if item.header.subject in hidden else item for item in events), tuple(devices))
        for hidden, devices in rooms.items()
    )


def _reads(governance: Governance, member: str, requester: str) -> bool:
    found = next((item for item in governance.members if item.member == member), None)
    return member == requester or (found is not None and bool(_READS_ALL & set(found.roles)))


def _may_be_payroll(vault: WorkspaceVault, order: str) -> bool:
    """Tell whether anything that claims to be an order's content could be pay: folding every order takes its time."""
    claims = [item.body.content for item in vault.events_of(order) if item.kind == kinds.ORDER_FROZEN and item.body]
    if any(purpose in content for content in claims for purpose in _QUOTED):
        return True
    batches = {found[1].decode() for content in claims for found in _BATCH.finditer(content)}
    return any(_restrictors(vault, batch) for batch in batches)


def _restrictors(vault: WorkspaceVault, batch: str) -> frozenset[str]:
    """Name the devices that said of a batch that what each of its orders pays is not for everybody."""
    about = vault.events_of(batch) if batch else ()
    return frozenset(item.header.device for item in about if item.kind == kinds.BATCH_RESTRICTED)


def _is_payroll(vault: WorkspaceVault, record: OrderRecord) -> bool:
    content = record.content
    restricted = content.sender_device in _restrictors(vault, content.batch)  # nobody hides what others ask for
    return restricted or content.payment.purpose in PAYROLL_PURPOSES


def _payroll_requesters(vault: WorkspaceVault, events: Sequence[Event]) -> dict[str, str]:
    """Map the payroll orders among what the events are about to whoever asked for them."""
    subjects = dict.fromkeys(item.header.subject for item in events if item.kind.startswith("order."))
    records = {subject: vault.order(subject) for subject in subjects if _may_be_payroll(vault, subject)}
    return {
        subject: record.content.requester
        for subject, record in records.items()
        if record is not None and _is_payroll(vault, record)
    }
