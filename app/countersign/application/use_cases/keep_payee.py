"""Keep a payee: a new one, or a new version of one that is known, with what the bank said of it."""

from __future__ import annotations

from countersign.application.ports.clock import Entropy, new_identifier
from countersign.application.ports.vault import Vault, VaultTransaction
from countersign.domain.canonical import Json
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.payee import NameCheck, PayeeDetails, PayeeRecord


def keep_payee(
    vault: Vault, entropy: Entropy, details: PayeeDetails, payee: str, check: NameCheck | None
) -> tuple[str, str]:
    """Record a payee and the bank's answer about it.

    Args:
        vault: The unlocked vault.
        entropy: For a new payee's identifier.
        details: Name, account and where they came from.
        payee: A known payee's identifier, or empty for a new one.
        check: The bank's answer for exactly these details, if it was asked.

    Returns:
        The payee's identifier and the event of its current version.
    """
    with vault.transaction() as change:
        identifier = payee or new_identifier(entropy)
        record = change.payee(identifier)
        version = _current(record, details) or _append_version(change, identifier, record, details)
        if check is not None and (record is None or check not in [found for _, found in record.checks]):
            body: dict[str, Json] = {"version": version, "check": check.canonical()}
            change.append(EventDraft(kinds.PAYEE_VERIFIED, identifier, body, refs=(version,)))
    return identifier, version


def _current(record: PayeeRecord | None, details: PayeeDetails) -> str:
    """Return the event of the current version where it already says this; a source alone makes no new version."""
    if record is None or record.in_conflict:
        return ""
    known = record.version.details
    same = (known.name, known.account, known.kind) == (details.name, details.account, details.kind)
    return record.version.event if same else ""


def _append_version(
    change: VaultTransaction, identifier: str, record: PayeeRecord | None, details: PayeeDetails
) -> str:
    superseded = tuple(sorted(item.event for item in record.current)) if record else ()
    kind = kinds.PAYEE_CHANGED if record else kinds.PAYEE_ADDED
    body: dict[str, Json] = {**details.canonical(), "supersedes": list(superseded)}
    if not details.name or not details.account:
        raise UserFacingError("payee.incomplete")
    return change.append(EventDraft(kind, identifier, body, refs=superseded)).id
