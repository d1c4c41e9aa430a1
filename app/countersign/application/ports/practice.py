"""The practice world, where it exists: a phone, a mailbox and an authenticator of its own. NETWORK lane."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from countersign.application.ports.bank import Bank
from countersign.domain.canonical import JsonObject
from countersign.domain.money import Money
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
class PracticeCustomer:
    """Somebody who banks at the practice bank.

    Attributes:
        person: Their name at the bank (PSU-ID).
        company: The company that they act for; empty for a private person.
        may_sign: Whether they sign payments; otherwise they prepare them.
        alone_up_to: The most that they pay alone from the company's first account; None: no limit.
    """

    person: str
    name: str
    company: str = ""
    may_sign: bool = True
    alone_up_to: Money | None = None


@dataclass(frozen=True, slots=True)
class AuthenticatorOffer:
    """A secret that the bank hands over for the user's own authenticator app."""

    authenticator: str
    uri: SecretText  # otpauth://…
    secret: SecretText  # Base32


@dataclass(frozen=True, slots=True)
class PortalReason:
    """Why the bank's portal takes no file, or carries no transfer out."""

    code: str  # ISO 20022, such as "DU01", "AC03", "FF01"
    text: str  # the bank's own words, untrusted
    line: int  # where in the file; 0: no line is to blame


@dataclass(frozen=True, slots=True)
class PortalTransaction:
    """One transfer of a file, as the portal shows it. Amounts are plain decimals; empty text: absent."""

    position: int
    payment_information: str
    instruction: str
    end_to_end: str
    creditor_name: str
    creditor_account: str
    amount: str
    currency: str
    product: str
    status: str  # RCVD until it is released, then ACTC, ACSP, ACSC, ACCC, RJCT, CANC
    name_check: str  # MTCH, CMTC, NMTC, NOAP
    matched_name: str
    reasons: tuple[PortalReason, ...]
    bank_reference: str


@dataclass(frozen=True, slots=True)
class PortalUpload:
    """A file that was handed in at the portal."""

    upload: str
    message: str  # "pain.001.001.09", "camt.055.001.08"; empty where the bank could not tell
    message_id: str
    status: str  # "waiting", "released", "refused"
    uploaded_at: int
    count: int
    control_sum: str
    reasons: tuple[PortalReason, ...]
    transactions: tuple[PortalTransaction, ...]  # the first 500; none in a list of uploads


@dataclass(frozen=True, slots=True)
class PortalDownload:
    """A file that waits at the portal: a report on an upload, or the offer of an account's statement."""

    download: str
    kind: str  # "pain.002.001.12", "camt.029.001.09", "camt.053.001.08", "mt940"
    created_at: int
    upload: str
    account: str


@dataclass(frozen=True, slots=True)
class AppWish:
    """What a person types into the bank's own app. ``amount`` is a plain decimal."""

    debtor_account: str
    creditor_name: str
    creditor_account: str
    amount: str
    currency: str
    remittance: str = ""
    execution_date: date | None = None  # None: now
    instant: bool = False


@dataclass(frozen=True, slots=True)
class AppPayment:
    """What the bank's app shows before a person confirms."""

    payment: str
    status: str  # "waiting", "confirmed", "refused"
    debtor_account: str
    creditor_name: str
    creditor_account: str
    amount: str
    currency: str
    remittance: str
    execution_date: date
    product: str
    fee: str
    arrival: date  # by the end of this day
    name_check: str
    matched_name: str
    reasons: tuple[PortalReason, ...]
    bank_reference: str  # empty until it is confirmed


class PracticeWorld(Protocol):
    """The practice bank's surroundings."""

    def enrol(self, person: str = "") -> tuple[str, JsonObject]:
        """Enrol this device: a key and a certificate. Returns the connection's name and what to keep in the vault.

        Args:
            person: Whose device it is, by their name at the bank (PSU-ID); empty for the person of this world.
        """

    def customers(self) -> Sequence[PracticeCustomer]:
        """List whose device one can be, the person of this world first."""

    def connect(self, credential: JsonObject) -> Bank:
        """Connect with what ``enrol`` returned."""

    def practice_password(self, person: str = "") -> str:
        """Return the practice password of a customer: shown to the person, since it protects nothing.

        Raises:
            ConnectorError: ``practice.nobody``: the bank has no such customer.
        """

    def phone(self, after: int, person: str = "") -> Sequence[PhoneMessage]:
        """List messages on a customer's practice phone after number ``after``."""

    def mailbox(self) -> Sequence[Letter]:
        """List the letters that wait."""

    def offer_authenticator(self, person: str = "") -> AuthenticatorOffer:
        """Ask the bank for a secret for a customer's own authenticator app."""

    def activate_authenticator(self, authenticator: str, code: SecretText) -> None:
        """Prove the app with one code.

        Raises:
            UserFacingError: ``authenticator.code_wrong``.
        """

    def upload(self, file: bytes) -> PortalUpload:
        """Hand a file in at the bank's portal. Nothing is carried out before it is released.

        A file that the bank refuses comes back with status ``refused`` and the reasons.
        """

    def uploads(self) -> Sequence[PortalUpload]:
        """List what was handed in, oldest first, without the transactions."""

    def uploaded(self, upload: str) -> PortalUpload:
        """Return a file that was handed in, with its transactions as they stand now."""

    def release(self, upload: str) -> PortalUpload:
        """Release a file with the portal's password: the bank carries it out.

        Raises:
            ConnectorError: ``practice.not_waiting``: it was released or refused before; ``practice.unknown``.
        """

    def downloads(self) -> Sequence[PortalDownload]:
        """List what waits at the portal: reports in the order they came, then a statement for each account and kind."""

    def download(self, identification: str) -> bytes:
        """Fetch a file. A statement is of the last thirty days, up to now.

        Raises:
            ConnectorError: ``practice.unknown``.
        """

    def statement(self, account: str, kind: str, first: date, last: date) -> bytes:
        """Fetch an account's statement of a kind, from one day to another.

        Raises:
            ConnectorError: ``practice.unknown``: no such account or kind.
        """

    def prepare_in_app(self, wish: AppWish) -> AppPayment:
        """Type a payment into the bank's own app, and return the page on which the person would confirm.

        A payment that the bank refuses comes back with status ``refused`` and the reasons.
        """

    def confirm_in_app(self, payment: str) -> str:
        """Confirm with the app's password. The bank carries it out.

        Returns:
            The bank's reference.

        Raises:
            ConnectorError: ``practice.not_waiting``: it was confirmed or refused before; ``practice.unknown``.
        """

    def close(self) -> None:
        """Give the lease back."""
