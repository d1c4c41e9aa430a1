"""The bank's own reference for a payment: in the app, in status reports and on statements the same."""

from __future__ import annotations


def bank_reference(payment_id: str) -> str:
    """Return the reference made from a payment's identifier: 16 signs, the most that MT940 has room for."""
    return f"ALD{payment_id.replace('-', '')[:13].upper()}"
