"""A bank that the program does not speak with: the person carries payments to it, and brings back what it says.

The commit point is laying the payment out, since from then on the person may carry it. The lookup is what the bank
writes: statements and status reports, which are read into the ledger. So whatever would ask the bank itself is refused
here, in words; and that this connector knows of no outcome proves nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NoReturn, Protocol

from countersign.adapters.carrying.notes import LaidOut
from countersign.application.ports.bank import (
    Authorisation,
    BankAccount,
    BankEntry,
    BankProfile,
    CancellationStart,
    CommitPoint,
    Consent,
    Handover,
    Initiation,
    PaymentReport,
    Reach,
)
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.order import BindingError
from countersign.domain.payee import NameCheck
from countersign.domain.payment import PaymentFields, PaymentProduct


class Carrier(Protocol):
    """How payments are laid out for the person."""

    def not_carried(self, payment: PaymentFields) -> str:
        """Name a field that can't be carried as agreed; empty where all can."""

    def in_its_letters(self, payment: PaymentFields) -> PaymentFields:
        """Spell a payment's texts in the letters that are carried."""

    def prepare(self, payment: PaymentFields) -> str:
        """Make what is laid out, where nobody sees it yet, and return its SHA-256; empty where there is no file.

        Raises:
            OSError: It can't be made, or something else is in its place.
            BindingError: ``binding.message``: what was made doesn't say what was agreed.
        """

    def show(self, payment: PaymentFields) -> Handover:
        """Let what was prepared be seen; what is seen already, or was taken away, is found as it is.

        Raises:
            OSError: It can't be seen.
        """

    def is_seen(self, payment: PaymentFields) -> bool:
        """Tell whether something is in its place."""

    def withdraw(self, payment: PaymentFields) -> bool:
        """Take it back so that nobody can carry it any more; false where it is gone."""


class Recalls(Protocol):
    """How a payment that was laid out as a file is asked back."""

    def sent(self, payment: PaymentFields) -> bytes | None:
        """Return the payment file as it lies there; None where it is gone.

        Raises:
            OSError: It can't be read.
        """

    def recall(self, payment: PaymentFields, sent: bytes, reason: str, note: str) -> Handover:
        """Write the request beside the payment file, durably and over no other file.

        Raises:
            OSError: It can't be written.
            BindingError: ``binding.message``: the payment file says something else than what was agreed.
        """


def carried_profile(
    name: str, bic: str, reach: Reach, products: Sequence[PaymentProduct], *, practice: bool
) -> BankProfile:
    """Return what is declared of a bank to which payments are carried.

    Args:
        name: The bank's name, as the person gave it.
        bic: Or empty.
        reach: By file or by hand.
        products: The ways to pay that it offers.
        practice: Whether it is the practice bank.
    """
    return BankProfile(
        name=name,
        bic=bic,
        practice=practice,
        commit_point=CommitPoint.INITIATION,
        never_executes_unauthorised=False,  # what the person does in the bank's portal isn't seen from here
        products=tuple(products),
        reach=reach,
        checks_names=False,
    )


class CarriedBank:
    """What files and typing by hand have in common; the port ``Bank`` says what each call does.

    Args:
        profile: See ``carried_profile``.
        laid_out: Notes of what was laid out.
        carrier: Lays payments out.
        recalls: Writes requests to call payments off; None where payments are no files.
    """

    def __init__(
        self, profile: BankProfile, laid_out: LaidOut, carrier: Carrier, recalls: Recalls | None = None
    ) -> None:
        self._profile, self._laid_out, self._carrier, self._recalls = profile, laid_out, carrier, recalls
        self._closed = False

    @property
    def reach(self) -> Reach:
        """By file or by hand."""
        return self._profile.reach

    def profile(self) -> BankProfile:
        """Return what was said at set-up: there is nobody to ask."""
        return self._profile

    def not_carried(self, payment: PaymentFields) -> str:
        """Name a field that can't be carried as agreed."""
        if payment.product not in self._profile.products:
            return "product"
        return self._carrier.not_carried(payment)

    def in_its_letters(self, payment: PaymentFields) -> PaymentFields:
        """Spell a payment's texts in the letters that are carried."""
        return self._carrier.in_its_letters(payment)

    def initiate(self, payment: PaymentFields, request_id: str) -> Initiation:
        """Lay the payment out to be carried, once: prepared, noted, and only then to be seen.

        Raises:
            ConnectorError: RETRYABLE ``bank.file_not_written``, ``bank.file_differs``: nothing can be seen yet.
        """
        del request_id  # no call is made that could carry it
        self._require_open()
        if self._laid_out.find(payment.end_to_end_id, payment) is None:
            self._prepare(payment)
        return self._shown(payment)

    def _prepare(self, payment: PaymentFields) -> None:
        try:
            self._laid_out.note(payment, self._carrier.prepare(payment))
        except OSError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.file_not_written") from error
        except BindingError as error:  # a mistake of ours, found before anything could be seen
            raise ConnectorError(FailureKind.RETRYABLE, "bank.file_differs") from error

    def _shown(self, payment: PaymentFields) -> Initiation:
        """Show what was prepared, and hold the file to its note: nobody may have changed it meanwhile."""
        try:
            handover = self._carrier.show(payment)
        except OSError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.file_not_written") from error
        note = self._laid_out.find(payment.end_to_end_id, payment)
        taken = self.reach is Reach.FILES and handover.path is None
        if note is None or not (taken or self._laid_out.is_of(note, handover.sha256)):
            raise BindingError("binding.message", field="file", count=1)
        return Initiation(payment.end_to_end_id, None, None, "", "", None, handover)

    def recall_initiation(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        """Find again what was laid out, and let it be seen if it never was."""
        del product
        self._require_open()
        known = self._laid_out.find(payment_id, payment)
        if payment_id != payment.end_to_end_id:
            self._nothing_known()
        if known is None:
            if self._carrier.is_seen(payment):  # its note was lost: somebody may have carried it
                raise ConnectorError(FailureKind.UNKNOWN, "bank.already_laid_out")
            raise ConnectorError(FailureKind.RETRYABLE, "bank.nothing_handed_over")
        return self._shown(payment)

    def withdraw(self, payment: PaymentFields) -> None:
        """Take back what was laid out.

        Raises:
            ConnectorError: TERMINAL ``bank.perhaps_handed_over``: it is gone from where it was laid.
        """
        try:
            withdrawn = self._carrier.withdraw(payment)
        except OSError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.file_not_written") from error
        noted = self._laid_out.find(payment.end_to_end_id, payment) is not None
        if noted and not withdrawn:
            raise ConnectorError(FailureKind.TERMINAL, "bank.perhaps_handed_over")

    def write_recall(self, payment: PaymentFields, reason: str, note: str = "") -> Handover:
        """Write a request to call the payment off, from the very file that was laid out.

        Raises:
            ConnectorError: As the port says.
            BindingError: ``binding.message``: the file was changed since.
        """
        self._require_open()
        if self._recalls is None:
            self._no_door()
        try:
            known, sent = self._laid_out.find(payment.end_to_end_id, payment), self._recalls.sent(payment)
            if known is None or sent is None:
                raise ConnectorError(FailureKind.TERMINAL, "bank.recall_needs_file")
            if not self._laid_out.is_of(known, hashlib.sha256(sent).hexdigest()):
                raise BindingError("binding.message", field="file", count=1)
            return self._recalls.recall(payment, sent, reason, note)
        except OSError as error:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.recall_not_written") from error

    def report(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> PaymentReport:
        """Say that only the bank's own statements tell: this connector has nobody to ask."""
        del product
        self._require_open()
        self._laid_out.find(payment_id, payment)
        self._nothing_known()

    def close(self) -> None:
        """Lay nothing out any more."""
        self._closed = True

    # — what nobody can be asked —

    def start_consent(self) -> Consent:
        """Refuse: this bank lists nothing to programs."""
        self._no_door()

    def consent(self, consent_id: str) -> Consent:
        """Refuse, as ``start_consent``."""
        del consent_id
        self._no_door()

    def use_consent(self, consent_id: str) -> None:
        """Take note of nothing: there are no permissions here."""

    def accounts(self) -> Sequence[BankAccount]:
        """List nothing: accounts are added by hand, and statements are read from files."""
        self._require_open()
        return ()

    def entries(self, resource: str, since_ms: int) -> Sequence[BankEntry]:
        """Refuse, as ``start_consent``."""
        del resource, since_ms
        self._no_door()

    def verify_payee(self, name: str, iban: str) -> NameCheck:
        """Refuse: the bank's own page or status report says it later."""
        del name, iban
        raise ConnectorError(FailureKind.TERMINAL, "bank.no_name_check")

    @property
    def baskets(self) -> None:
        """None: several payments are authorised together in the bank's portal, by one file."""

    def start_authorisation(self, handle: str, person: str = "") -> Authorisation:
        """Refuse: the person authorises in the bank's portal."""
        del handle, person
        self._no_door()

    def authenticate(self, handle: str, password: str) -> Authorisation:
        """Refuse, as ``start_authorisation``."""
        del handle, password
        self._no_door()

    def choose_method(self, handle: str, method: str) -> Authorisation:
        """Refuse, as ``start_authorisation``."""
        del handle, method
        self._no_door()

    def answer(self, handle: str, code: str, request_id: str) -> Authorisation:
        """Refuse, as ``start_authorisation``."""
        del handle, code, request_id
        self._no_door()

    def authorisation(
        self, payment_id: str, product: PaymentProduct, authorisation_id: str, *, cancels: bool = False
    ) -> Authorisation:
        """Say that nothing is known."""
        del payment_id, product, authorisation_id, cancels
        self._require_open()
        self._nothing_known()

    def authorisations(self, payment_id: str, product: PaymentProduct, *, cancels: bool = False) -> Sequence[str]:
        """Say that nothing is known."""
        del payment_id, product, cancels
        self._require_open()
        self._nothing_known()

    def cancel(self, payment_id: str, product: PaymentProduct, request_id: str) -> CancellationStart:
        """Refuse: the person asks the bank."""
        del payment_id, product, request_id
        raise ConnectorError(FailureKind.TERMINAL, "bank.cancel_at_the_bank")

    def _require_open(self) -> None:
        if self._closed:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.closed")

    @staticmethod
    def _no_door() -> NoReturn:
        raise ConnectorError(FailureKind.TERMINAL, "bank.no_door")

    @staticmethod
    def _nothing_known() -> NoReturn:
        raise ConnectorError(FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
