"""The shape of any bank (ARCHITECTURE, Banks). NETWORK lane: implementations hold no vault.

Every call that fails raises ``ConnectorError``; its kind says whether the request may have been carried out. Every
reply is checked against what was asked: one that departs raises ``BindingError`` with code ``binding.reply``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from countersign.domain.money import Money
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payee import NameCheck
from countersign.domain.payment import PaymentFields, PaymentProduct


class Reach(StrEnum):
    """How a bank is reached."""

    XS2A = "xs2a"  # its door for programs, NextGenPSD2
    FILES = "files"  # payment files, which the person hands over in the bank's portal
    MANUAL = "manual"  # the person types the payment into the bank's own app


class CommitPoint(StrEnum):
    """The request that can move money."""

    SCA_ANSWER = "sca_answer"
    INITIATION = "initiation"


@dataclass(frozen=True, slots=True)
class BankProfile:
    """What a connector and its bank declare of themselves (LEDGER 19).

    Attributes:
        never_executes_unauthorised: The bank never executes a payment that was not authorised, nor exempts one. Only
            then may a lost initiation be abandoned.
        checks_names: Whether ``verify_payee`` can ask anybody.
    """

    name: str
    bic: str
    practice: bool
    commit_point: CommitPoint
    never_executes_unauthorised: bool
    products: tuple[PaymentProduct, ...]
    reach: Reach = Reach.XS2A
    checks_names: bool = True

    @property
    def by_hand(self) -> bool:
        """Whether the person carries the payment to the bank: then only facts from the bank tell what became of it."""
        return self.reach in {Reach.FILES, Reach.MANUAL}


@dataclass(frozen=True, slots=True)
class BankAccount:
    """An account that the bank lets us see."""

    resource: str
    iban: str
    name: str
    balance: Money
    available: Money


@dataclass(frozen=True, slots=True)
class BankEntry:
    """A line of a statement. ``amount`` is negative for money that left; ``booked_at`` is milliseconds UTC.

    Attributes:
        code: Bank transaction code (ISO 20022, or the bank's own), or empty.
    """

    entry: str
    booked: bool
    booked_at: int
    amount: Money
    counterparty: str
    counterparty_account: str
    end_to_end_id: str
    remittance: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class RawReply:
    """A reply as it came, kept as evidence. ``body`` is at most 64 KiB."""

    status: int
    request_id: str
    body: bytes
    received_at: int


@dataclass(frozen=True, slots=True)
class ScaMethod:
    """A way to authorise that the bank offers."""

    method: str
    kind: str  # SMS_OTP, CHIP_OTP, …: an open list
    name: str


@dataclass(frozen=True, slots=True)
class Challenge:
    """What the bank wants to be shown and answered (NextGenPSD2 1.3 §14.12, challengeData)."""

    method: ScaMethod
    otp_format: str  # "integer" or "characters"
    otp_max_length: int  # 0: not said
    information: str  # must be shown
    data: tuple[str, ...] = ()


class AuthorisationState(StrEnum):
    """Where an authorisation stands, from NextGenPSD2's scaStatus."""

    OPEN = "open"  # another step is wanted
    FINALISED = "finalised"
    FAILED = "failed"
    EXEMPTED = "exempted"


@dataclass(frozen=True, slots=True)
class Handover:
    """What the person carries to the bank.

    Attributes:
        path: The payment file; None where the payment is typed.
        name: The file's name, or empty.
        sha256: Of the file, hex; or empty.
    """

    path: Path | None = None
    name: str = ""
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Initiation:
    """The bank's answer to a new payment. ``handle`` is the connector's own: links to follow, opaque to others.

    Attributes:
        status: None where the bank has said nothing, because the payment waits to be carried to it.
        handover: What is carried; None where the connector speaks with the bank itself.
        reply: None where the bank has said nothing.
        authorisation_id: Of the authorisation that the bank began of itself with the payment (NextGenPSD2 1.3,
            implicit start). Empty where it is to be started.
        asked: Whether its own app may be asking by that, or have decided.
    """

    payment_id: str
    status: TransactionStatus | None
    fee: Money | None
    message: str
    handle: str
    reply: RawReply | None
    handover: Handover | None = None
    authorisation_id: str = ""
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Authorisation:
    """One authorisation and what it wants next. ``handle`` as in ``Initiation``.

    Attributes:
        challenge: What the bank wants to be shown with a code that is typed here; None where it wants none here.
        elsewhere: Whether the bank may be asking the person itself now, in its own app: money may move without another
            word from here. Where there is a challenge as well, either decides.
    """

    authorisation_id: str
    state: AuthorisationState
    methods: tuple[ScaMethod, ...]
    challenge: Challenge | None
    message: str
    handle: str
    reply: RawReply
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class PaymentReport:
    """What the bank says of a payment now."""

    payment_id: str
    status: TransactionStatus
    reason: str
    funds_available: bool | None
    reply: RawReply | None


@dataclass(frozen=True, slots=True)
class CancellationStart:
    """The answer to a cancellation: done at once, or wanting an authorisation of its own (``handle``)."""

    done: bool
    handle: str
    reply: RawReply


@dataclass(frozen=True, slots=True)
class Consent:
    """A permission to read accounts, which the bank grants once the person has authorised it.

    Attributes:
        valid: Whether accounts may be read under it now.
        handle: For ``start_authorisation``; empty where no authorisation is wanted.
    """

    consent_id: str
    valid: bool
    handle: str
    reply: RawReply


@dataclass(frozen=True, slots=True)
class Basket:
    """Payments that are authorised together (NextGenPSD2 1.3 §8). ``handle`` as in ``Initiation``.

    Attributes:
        payments: The bank's names for them, as it lists them; empty where it doesn't.
        handle: Empty where no authorisation is wanted any more.
    """

    basket_id: str
    status: TransactionStatus
    payments: tuple[str, ...]
    handle: str
    reply: RawReply


class SigningBaskets(Protocol):
    """One authorisation for several payments that a bank holds. It raises as ``Bank`` does."""

    def tie(self, payments: Sequence[str], request_id: str) -> Basket:
        """Tie payments together, given by the bank's names for them, and read the basket back.

        Raises:
            BindingError: ``binding.reply``: the bank's basket holds other payments.
        """

    def basket(self, basket_id: str, payments: Sequence[str]) -> Basket:
        """Ask where a basket stands, and hold it to the payments that it was made of: a lookup."""

    def authorisation(self, basket_id: str, authorisation_id: str) -> Authorisation:
        """Ask where an authorisation of a basket stands: a lookup, which sends nothing again."""

    def authorisations(self, basket_id: str) -> Sequence[str]:
        """List the bank's names for the authorisations of a basket, oldest first: a lookup."""

    def dissolve(self, basket_id: str, request_id: str) -> None:
        """Untie what nobody has authorised; the payments stay as they are."""


class Bank(Protocol):
    """A connected bank."""

    @property
    def reach(self) -> Reach:
        """How it is reached. Asks nobody."""

    @property
    def baskets(self) -> SigningBaskets | None:
        """Where several payments can be authorised by one code; None where the bank is not asked for that."""

    def profile(self) -> BankProfile:
        """Ask the bank what it declares of itself, afresh."""

    def start_consent(self) -> Consent:
        """Ask for the permission to read accounts: then ``start_authorisation``, as for a payment."""

    def consent(self, consent_id: str) -> Consent:
        """Ask how a permission stands: a lookup."""

    def use_consent(self, consent_id: str) -> None:
        """Read accounts under this permission from now on. Asks nothing."""

    def accounts(self) -> Sequence[BankAccount]:
        """List accounts with balances.

        Raises:
            ConnectorError: ``bank.consent_missing`` where no permission is in use.
        """

    def entries(self, resource: str, since_ms: int) -> Sequence[BankEntry]:
        """List booked and pending entries of an account, oldest first."""

    def verify_payee(self, name: str, iban: str) -> NameCheck:
        """Ask whether the name belongs to the account. The reply is bound to what was asked."""

    def not_carried(self, payment: PaymentFields) -> str:
        """Name a field that this connector can't hand over as agreed; empty where it can. Asks nobody."""

    def in_its_letters(self, payment: PaymentFields) -> PaymentFields:
        """Spell a payment's texts in the letters that this way carries; the same where they fit. Asks nobody."""

    def initiate(self, payment: PaymentFields, request_id: str) -> Initiation:
        """Hand the payment to the bank, and read it back: amount, accounts, names and identification must agree."""

    def recall_initiation(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        """Read back a payment the bank already holds, for going on after a restart.

        Where payments are carried by hand: read back what was laid out to be carried; the identification is the
        payment's end-to-end identification.

        Raises:
            ConnectorError: RETRYABLE with code ``bank.nothing_handed_over`` where it is known that nothing was.
        """

    def withdraw(self, payment: PaymentFields) -> None:
        """Take back what was laid out for the person to carry, so that nobody can carry it any more.

        Raises:
            ConnectorError: TERMINAL with code ``bank.perhaps_handed_over`` where it is gone; ``bank.no_door`` where
                nothing is ever laid out.
        """

    def write_recall(self, payment: PaymentFields, reason: str, note: str = "") -> Handover:
        """Write a request to call a payment off, beside its payment file, for the person to carry. Asks nobody.

        Args:
            payment: What was agreed.
            reason: ISO 20022 ExternalCancellationReason1Code, such as ``FRAD``.
            note: What the bank is told beside the reason.

        Raises:
            ConnectorError: TERMINAL with code ``bank.recall_needs_file`` where the payment file is gone;
                ``bank.no_door`` where there are no files; RETRYABLE ``bank.recall_not_written``.
            BindingError: ``binding.message``: the file that lies there is not the one that was laid out.
        """

    def start_authorisation(self, handle: str, person: str = "") -> Authorisation:
        """Open an authorisation of a payment, of a cancellation or of a signing basket.

        Where the bank's own app decides it may ask upon this: the commit point, so that it is on record before.

        Args:
            handle: From what is authorised.
            person: Who authorises, by their name at the bank; empty for whom the connection was made for. Where a bank
                wants several signatures, each is an authorisation of its own (NextGenPSD2 1.3, multilevel SCA).

        Raises:
            ConnectorError: TERMINAL with code ``bank.person_form`` where that can't be anybody's name at the bank.
        """

    def authenticate(self, handle: str, password: str) -> Authorisation:
        """Say who is there. The password is used and forgotten.

        Raises:
            ConnectorError: TERMINAL with code ``bank.password_refused`` where the bank says it was wrong.
        """

    def choose_method(self, handle: str, method: str) -> Authorisation:
        """Choose how to authorise; the bank answers with a challenge."""

    def answer(self, handle: str, code: str, request_id: str) -> Authorisation:
        """Send the code. For a payment this is the commit point.

        Raises:
            ConnectorError: TERMINAL with code ``bank.code_refused`` and ``attempts_left`` where the bank says the code
                was wrong; UNKNOWN where no readable answer came back.
        """

    def authorisation(
        self, payment_id: str, product: PaymentProduct, authorisation_id: str, *, cancels: bool = False
    ) -> Authorisation:
        """Ask where an authorisation stands, of a payment or of its cancellation: a lookup; sends nothing again."""

    def authorisations(self, payment_id: str, product: PaymentProduct, *, cancels: bool = False) -> Sequence[str]:
        """List the bank's names for the authorisations of a payment, or of its cancellation, oldest first: a lookup.

        A bank that has begun none says so, or that it can't find it: either proves nothing of one still on its way.
        """

    def report(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> PaymentReport:
        """Ask where a payment stands, and hold its echo to what was agreed: a lookup."""

    def cancel(self, payment_id: str, product: PaymentProduct, request_id: str) -> CancellationStart:
        """Ask for a cancellation."""

    def close(self) -> None:
        """Let go of connections and keys."""
