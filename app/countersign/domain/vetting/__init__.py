"""Vet details that somebody was given: what can be told without a vault, a bank or a network."""

from __future__ import annotations

from countersign.domain.vetting.findings import (
    AccountSeen,
    AmountSeen,
    DetailsCheck,
    FileSummary,
    Finding,
    Level,
    Subject,
    Verdict,
)

__all__ = [
    "AccountSeen",
    "AmountSeen",
    "DetailsCheck",
    "FileSummary",
    "Finding",
    "Level",
    "Subject",
    "Verdict",
]
