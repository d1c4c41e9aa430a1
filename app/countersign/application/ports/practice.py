"""The practice world, where it exists: a phone, a mailbox and an authenticator of its own. NETWORK lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from countersign.application.ports.bank import Bank
from countersign.domain.canonical import JsonObject
from countersign.domain.secret import SecretText


@dataclass(frozen=True, slots=True)
class PhoneMessage:
    """A text message on the practice phone."""

    seq: int
    at: int
    sender: str
    text: str


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail in the practice mailbox, with the payment it asks for. All text is untrusted."""

    letter: str
    kind: str  # "invoice_redirected", "contract", "invoice", "letter"
    sender_name: str
    sender_address: str
    date: str
    subject: str
    text: str
    creditor_name: str
    creditor_account: str
    creditor_agent: str
    amount: str  # plain decimal, e.g. "250000.00"; empty where it asks for none
    currency: str
    reference: str


@dataclass(frozen=True, slots=True)
class AuthenticatorOffer:
    """A secret that the bank hands over for the user's own authenticator app."""

    authenticator: str
    uri: SecretText  # otpauth://…
    secret: SecretText  # Base32


class PracticeWorld(Protocol):
    """The practice bank's surroundings."""

    def enrol(self) -> tuple[str, JsonObject]:
        """Enrol this device: a key and a certificate. Returns the connection's name and what to keep in the vault."""

    def connect(self, credential: JsonObject) -> Bank:
        """Connect with what ``enrol`` returned."""

    def practice_password(self) -> str:
        """Return the practice password of the bank's customer: shown to the person, since it protects nothing."""

    def phone(self, after: int) -> Sequence[PhoneMessage]:
        """List messages on the practice phone after number ``after``."""

    def mailbox(self) -> Sequence[Letter]:
        """List the letters that wait."""

    def offer_authenticator(self) -> AuthenticatorOffer:
        """Ask the bank for a secret for the user's own authenticator app."""

    def activate_authenticator(self, authenticator: str, code: SecretText) -> None:
        """Prove the app with one code.

        Raises:
            UserFacingError: ``authenticator.code_wrong``.
        """

    def close(self) -> None:
        """Give the lease back."""
