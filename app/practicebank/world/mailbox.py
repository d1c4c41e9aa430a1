"""What waits in the practice mailbox: one redirected invoice, one genuine contract, some letters."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from practicebank import amounts
from practicebank.world.cast import NERIS, PERSON, SEVERN, PracticeBank

INVOICE_MINOR = 1_846_000
DEPOSIT_MINOR = 25_000_000
DEPOSIT_REFERENCE = "HS/4471 deposit 14 Orchard Row"


def make_mailbox(ibans_by_key: Mapping[str, str], end: date) -> list[dict[str, object]]:
    """Return the messages, oldest first.

    Args:
        ibans_by_key: Account numbers of the cast.
        end: The world's first day of practice.
    """
    return [
        _letter(end),
        _genuine_invoice(ibans_by_key["baldai"], end),
        _contract(ibans_by_key["hartwell"], end),
        _redirected(ibans_by_key["stranger"], end),
    ]


def _letter(end: date) -> dict[str, object]:
    return {
        "message_id": "practice-1",
        "kind": "letter",
        "from_name": "Alder Practice Bank",
        "from_address": "news@alder-practice-bank.example",
        "date": (end - timedelta(days=9)).isoformat(),
        "subject": "Name checks before transfers",
        "text": (
            f"Dear {PERSON},\n\nbefore a transfer leaves we now ask the payee's bank whether the "
            "name belongs to the account. If it says no, stop and call the payee on a number you "
            "already had.\n\nAlder Practice Bank"
        ),
        "asks": None,
    }


def _genuine_invoice(iban: str, end: date) -> dict[str, object]:
    return {
        "message_id": "practice-2",
        "kind": "invoice",
        "from_name": "Kauno Baldai UAB",
        "from_address": "saskaitos@kauno-baldai.example",
        "date": (end - timedelta(days=6)).isoformat(),
        "subject": "Invoice KB-8023",
        "text": (
            f"Dear {PERSON},\n\nthe bookcase is ready. The account is the one you have paid to "
            "before.\n\nKauno Baldai UAB"
        ),
        "asks": _asks("Kauno Baldai UAB", iban, NERIS, 118_000, "KB-8023"),
    }


def _contract(iban: str, end: date) -> dict[str, object]:
    return {
        "message_id": "practice-3",
        "kind": "contract",
        "from_name": "Hartwell & Stone Solicitors LLP",
        "from_address": "conveyancing@hartwell-stone.example",
        "date": (end - timedelta(days=3)).isoformat(),
        "subject": "14 Orchard Row: exchange of contracts and deposit",
        "text": (
            f"Dear {PERSON},\n\ncontracts for 14 Orchard Row are ready to be exchanged. The "
            "deposit goes to our client account, as set out on page 4 of the contract you signed "
            "at our office. We never change these details by e-mail; if anybody does, call us on "
            "the number on your engagement letter.\n\nHartwell & Stone Solicitors LLP"
        ),
        "asks": _asks("Hartwell & Stone Solicitors LLP", iban, SEVERN, DEPOSIT_MINOR, DEPOSIT_REFERENCE),
    }


def _redirected(iban: str, end: date) -> dict[str, object]:
    number = end.strftime("%y-0068")
    return {
        "message_id": "practice-4",
        "kind": "invoice_redirected",
        "from_name": "Atelier Verhoeven",
        # One letter more than the supplier's own address has.
        "from_address": "facturen@atelier-verhoevven.example",
        "date": (end - timedelta(days=1)).isoformat(),
        "subject": f"Invoice {number}: new bank details",
        "text": (
            f"Dear {PERSON},\n\nhere is the last instalment for the staircase. Because of an "
            "audit our usual account can't receive money at the moment; use the account below "
            "from now on. Payment is needed today, or the fitters will take another job. We are "
            "on site and hard to reach by telephone.\n\nAtelier Verhoeven B.V."
        ),
        "asks": _asks("Atelier Verhoeven B.V.", iban, NERIS, INVOICE_MINOR, number),
    }


def _asks(name: str, iban: str, bank: PracticeBank, minor: int, reference: str) -> dict[str, object]:
    return {
        "creditor_name": name,
        "iban": iban,
        "bic": bank.bic,
        "bank": bank.name,
        "amount": amounts.to_written(minor),
        "currency": "EUR",
        "reference": reference,
    }
