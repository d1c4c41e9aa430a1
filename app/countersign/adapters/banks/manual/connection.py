"""A bank with no door for programs: the person types the payment into its app, beside a page that shows each field.

From the moment the fields are shown the person may type them: showing them is the commit point.
"""

from __future__ import annotations

from pathlib import Path

from countersign.adapters.carrying.connection import CarriedBank, carried_profile
from countersign.adapters.carrying.notes import LaidOut
from countersign.application.ports.bank import Handover, Reach
from countersign.domain.payment import PaymentFields, PaymentProduct


def manual_bank(name: str, bic: str, notes: Path, key: bytes, *, practice: bool) -> CarriedBank:
    """Make the connector of a bank whose app the person types into.

    Args:
        name: The bank's name, as the person gave it.
        bic: Or empty.
        notes: Where it is noted what was shown.
        key: From the vault: 32 bytes.
        practice: Whether it is the practice bank.
    """
    profile = carried_profile(name, bic, Reach.MANUAL, tuple(PaymentProduct), practice=practice)
    return CarriedBank(profile, LaidOut(notes, key), _Page())


class _Page:
    """The page beside the bank's app."""

    @staticmethod
    def not_carried(_payment: PaymentFields) -> str:
        """Carry everything: whatever was agreed is shown."""
        return ""

    @staticmethod
    def in_its_letters(payment: PaymentFields) -> PaymentFields:
        """Show every letter: what the bank's app takes is seen there."""
        return payment

    @staticmethod
    def prepare(_payment: PaymentFields) -> str:
        """Make nothing: the page shows what was agreed."""
        return ""

    @staticmethod
    def show(_payment: PaymentFields) -> Handover:
        """Show it, or show it again: that is no second payment."""
        return Handover()

    @staticmethod
    def is_seen(_payment: PaymentFields) -> bool:
        """Leave no trace of having been shown, but for the note."""
        return False

    @staticmethod
    def withdraw(_payment: PaymentFields) -> bool:
        """Show it no more."""
        return True
