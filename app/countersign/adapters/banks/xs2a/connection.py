"""A bank that speaks NextGenPSD2 1.3: explicit start of the authorisation, EMBEDDED approach.

Links that the bank sends are followed. Built are only the fixed entry points (``/v1/payments/{product}``,
``/v1/consents``, ``/v1/accounts``), the two beside the standard (``/v1/bank-profile``, ``/v1/payee-verifications``),
and the lookups by identifier that reconciliation lives on (``/v1/payments/{product}/{id}``, ``…/status``,
``…/authorisations``, ``…/authorisations/{id}``, the same of ``…/cancellation-authorisations``, ``/v1/consents/{id}``):
links don't survive a lost reply, identifiers do.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import orjson

from countersign.adapters.banks.xs2a import authorising
from countersign.adapters.banks.xs2a.account_reading import AccountReader
from countersign.adapters.banks.xs2a.channel import Answer, Channel, proves_nothing, require_id, require_same
from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.banks.xs2a.handles import CANCELLATION, CONSENT, PAYMENT, Handle, read_links
from countersign.adapters.banks.xs2a.payment_bodies import not_carried, payment_body, require_echo
from countersign.adapters.banks.xs2a.reading import shown
from countersign.adapters.banks.xs2a.signing_baskets import BasketDesk
from countersign.adapters.transport.exchange import Limits
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
from countersign.application.ports.clock import Clock, Entropy
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.order import BindingError
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payee import NameCheck, VopOutcome
from countersign.domain.payment import PaymentFields, PaymentProduct

CONSENT_DAYS = 180  # Commission Delegated Regulation (EU) 2018/389, Article 10(2), as amended by 2022/2360
READS_A_DAY = 4  # the same, Article 36(5)(b): reads without the person
_EMBEDDED = (("TPP-Redirect-Preferred", "false"), ("TPP-Explicit-Authorisation-Preferred", "true"))
_PERSON = re.compile(r"[!-~](?:[ -~]{0,98}[!-~])?")
_UNAUTHORISED = frozenset({TransactionStatus.RCVD, TransactionStatus.PATC, TransactionStatus.PDNG})


class Xs2aBank:
    """A connected bank; the port ``Bank`` says what each call does and raises.

    Args:
        credentials: From the vault.
        clock: Time.
        entropy: For request identifiers.
        limits: What one exchange may take.

    Raises:
        SecurityError: ``bank.credentials``: they can't be used.
    """

    def __init__(self, credentials: Credentials, clock: Clock, entropy: Entropy, limits: Limits | None = None) -> None:
        self._channel = Channel(credentials, clock, entropy, limits)
        self._clock = clock
        self._accounts = AccountReader(self._channel, credentials.consent_id)
        self.baskets = BasketDesk(self._channel)

    @property
    def reach(self) -> Reach:
        """Through its door for programs."""
        return Reach.XS2A

    @staticmethod
    def not_carried(payment: PaymentFields) -> str:
        """Name a field that the message has no place for."""
        return not_carried(payment)

    @staticmethod
    def in_its_letters(payment: PaymentFields) -> PaymentFields:
        """Carry every letter: the message is JSON."""
        return payment

    def profile(self) -> BankProfile:
        """Ask the bank what it declares of itself, afresh."""
        body = self._channel.call("profile", "GET", self._entry("bank-profile"), lookup=True).body
        offered = body.get("products")
        names = offered if isinstance(offered, list) else []
        at_answer = body.text("commit_point") == CommitPoint.SCA_ANSWER
        return BankProfile(
            name=shown(body.text("name")),
            bic=shown(body.text("bic")),
            practice=body.get("practice") is True,
            commit_point=CommitPoint.SCA_ANSWER if at_answer else CommitPoint.INITIATION,
            never_executes_unauthorised=body.get("never_executes_unauthorised") is True
            and body.get("sca_exempt_possible") is False,
            products=tuple(product for product in PaymentProduct if product.value in names),
        )

    # — reading accounts —

    def start_consent(self) -> Consent:
        """Ask for the permission to read accounts."""
        last_day = datetime.fromtimestamp(self._clock.now_ms() // 1000, tz=UTC).date() + timedelta(days=CONSENT_DAYS)
        wanted = {
            "access": {"allPsd2": "allAccounts"},
            "recurringIndicator": True,
            "validUntil": last_day.isoformat(),
            "frequencyPerDay": READS_A_DAY,
            "combinedServiceIndicator": False,
        }
        target = self._entry("consents")
        answer = self._channel.call("consent", "POST", target, body=orjson.dumps(wanted), headers=_EMBEDDED, person="")
        consent_id = authorising.read_identifier(answer.body, "consentId")
        return self._consent(answer, target, consent_id)

    def consent(self, consent_id: str) -> Consent:
        """Ask how a permission stands."""
        target = self._entry("consents", consent_id)
        try:
            answer = self._channel.call("consent_status", "GET", target, lookup=True)
        except ConnectorError as error:
            raise proves_nothing(error) from error
        return self._consent(answer, target, consent_id)

    def use_consent(self, consent_id: str) -> None:
        """Read accounts under this permission from now on."""
        self._accounts.consent_id = consent_id

    def accounts(self) -> Sequence[BankAccount]:
        """List accounts with balances."""
        return self._accounts.accounts()

    def entries(self, resource: str, since_ms: int) -> Sequence[BankEntry]:
        """List booked and pending entries of an account, oldest first."""
        return self._accounts.entries(resource, since_ms)

    # — who is paid —

    def verify_payee(self, name: str, iban: str) -> NameCheck:
        """Ask whether the name belongs to the account (EPC Verification of Payee)."""
        question = orjson.dumps({"creditorName": name, "creditorAccount": {"iban": iban}})
        answer = self._channel.call(
            "verify_payee", "POST", self._entry("payee-verifications"), body=question, lookup=True
        )
        body = answer.body
        require_same("request_id", body.text("requestId"), answer.request_id)
        require_same("creditor_account", body.within("creditorAccount").account(), iban)
        require_same("creditor_account", body.text("accountHash").lower(), hashlib.sha256(iban.encode()).hexdigest())
        require_same("creditor_name", body.text("creditorName"), name)
        said = body.text("outcome")
        if said not in set(VopOutcome) - {VopOutcome.NOT_DONE}:
            raise body.unreadable("outcome")
        outcome = VopOutcome(said)
        # A name comes with a close match only; a bank that tells more than it may isn't listened to.
        matched = shown(body.text_or_empty("matchedName"), 140) if outcome is VopOutcome.CLOSE_MATCH else ""
        return NameCheck(outcome, name, iban, matched, answer.reply.received_at, answer.request_id)

    # — a payment —

    def initiate(self, payment: PaymentFields, request_id: str) -> Initiation:
        """Hand the payment to the bank, and read it back.

        Raises:
            ConnectorError: As the port says; ``bank.read_back_failed`` (UNKNOWN) with ``payment_id`` and ``cause``
                where the bank took the payment and wouldn't show it. Call ``recall_initiation`` then.
            BindingError: ``binding.reply``, with ``payment_id`` where the bank gave one.
        """
        target = self._entry("payments", payment.product.value)
        body = payment_body(payment)
        answer = self._channel.call(
            "initiate", "POST", target, body=body, headers=_EMBEDDED, request_id=request_id, person=""
        )
        payment_id = authorising.read_identifier(answer.body, "paymentId")
        try:
            links = read_links(answer.body, self._channel.origin, self._channel.url(target), payment_id)
            echo = self._echo(links.get("self") or self._payment(payment_id, payment.product), payment_id, payment)
        except BindingError as error:
            raise type(error)(error.code, **(error.params | {"payment_id": payment_id})) from error
        except ConnectorError as error:
            unread = ConnectorError(
                FailureKind.UNKNOWN, "bank.read_back_failed", payment_id=payment_id, cause=error.code
            )
            raise unread from error
        return self._initiation(answer, echo, payment, payment_id, links)

    def recall_initiation(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        """Read back a payment the bank already holds."""
        target = self._payment(payment_id, product)
        echo = self._echo(target, payment_id, payment)
        links = read_links(echo.body, self._channel.origin, self._channel.url(target), payment_id)
        if echo.body.transaction_status() in _UNAUTHORISED:
            links.setdefault("startAuthorisation", f"{target}/authorisations")
        return self._initiation(echo, echo, payment, payment_id, links)

    def report(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> PaymentReport:
        """Ask where a payment stands, and hold its echo to what was agreed."""
        target = self._payment(payment_id, product)
        self._echo(target, payment_id, payment)
        answer = self._look_up("report", f"{target}/status")
        require_id(answer, "paymentId", "payment_id", payment_id)
        body, funds = answer.body, answer.body.get("fundsAvailable")
        return PaymentReport(
            payment_id=payment_id,
            status=body.transaction_status(),
            reason=shown(body.text_or_empty("reasonCode") or body.text_or_empty("psuMessage")),
            funds_available=funds if isinstance(funds, bool) else None,
            reply=answer.raw,
        )

    def cancel(self, payment_id: str, product: PaymentProduct, request_id: str) -> CancellationStart:
        """Ask for a cancellation."""
        target = self._payment(payment_id, product)
        answer = self._channel.call("cancel", "DELETE", target, headers=_EMBEDDED, request_id=request_id)
        if answer.reply.status == HTTPStatus.NO_CONTENT:
            return CancellationStart(done=True, handle="", reply=answer.raw)
        require_id(answer, "paymentId", "payment_id", payment_id)
        if answer.body.transaction_status() is TransactionStatus.CANC:
            return CancellationStart(done=True, handle="", reply=answer.raw)
        links = read_links(answer.body, self._channel.origin, self._channel.url(target), payment_id)
        handle = Handle(CANCELLATION, payment_id, product.value, links=links)
        if not handle.start:
            raise answer.body.unreadable("startAuthorisation")
        return CancellationStart(done=False, handle=handle.write(), reply=answer.raw)

    # — authorisation, of whatever the handle is about —

    @staticmethod
    def withdraw(_payment: PaymentFields) -> None:
        """Refuse: nothing is laid out here."""
        raise ConnectorError(FailureKind.TERMINAL, "bank.no_door")

    @staticmethod
    def write_recall(_payment: PaymentFields, _reason: str, _note: str = "") -> Handover:
        """Refuse: this bank is asked by ``cancel``."""
        raise ConnectorError(FailureKind.TERMINAL, "bank.no_door")

    def start_authorisation(self, handle: str, person: str = "") -> Authorisation:
        """Open an authorisation."""
        matter = replace(Handle.read(handle), person=_header(person))
        target = matter.start or matter.link("startAuthorisation")
        answer = self._channel.call("authorise", "POST", target, body=b"{}", person=person)
        authorisation = authorising.read_identifier(answer.body, "authorisationId")
        return authorising.read_step(self._channel, answer, target, replace(matter, authorisation=authorisation))

    def authenticate(self, handle: str, password: str) -> Authorisation:
        """Say who is there."""
        matter = Handle.read(handle)
        if "updatePsuAuthentication" not in matter.links and "updatePsuIdentification" in matter.links:
            target = matter.links["updatePsuIdentification"]
            who = matter.person
            answer = self._channel.call("authenticate", "PUT", target, body=b"{}", person=who)
            matter = Handle.read(authorising.read_step(self._channel, answer, target, matter).handle)
        target = matter.link("updatePsuAuthentication")
        body = orjson.dumps({"psuData": {"password": password}})
        try:
            answer = self._channel.call("authenticate", "PUT", target, body=body)
        except ConnectorError as error:
            raise _renamed(error, "bank.tpp.psu_credentials_invalid", "bank.password_refused") from error
        return authorising.read_step(self._channel, answer, target, matter)

    def choose_method(self, handle: str, method: str) -> Authorisation:
        """Choose how to authorise."""
        matter = Handle.read(handle)
        target = matter.link("selectAuthenticationMethod")
        answer = self._channel.call("method", "PUT", target, body=orjson.dumps({"authenticationMethodId": method}))
        chosen = answer.body.within("chosenScaMethod").text_or_empty("authenticationMethodId")
        require_same("method", chosen or method, method)
        return authorising.read_step(self._channel, answer, target, matter, method)

    def answer(self, handle: str, code: str, request_id: str) -> Authorisation:
        """Send the code. For a payment this is the commit point."""
        matter = Handle.read(handle)
        target = matter.link("authoriseTransaction")
        body = orjson.dumps({"scaAuthenticationData": code})
        try:
            answer = self._channel.call("answer", "PUT", target, body=body, request_id=request_id)
        except ConnectorError as error:
            raise _renamed(error, "bank.tpp.sca_invalid", "bank.code_refused") from error
        return authorising.read_step(self._channel, answer, target, matter)

    def authorisation(
        self, payment_id: str, product: PaymentProduct, authorisation_id: str, *, cancels: bool = False
    ) -> Authorisation:
        """Ask where an authorisation stands."""
        target = f"{self._authorisations(payment_id, product, cancels=cancels)}/{_part(authorisation_id)}"
        answer = self._look_up("authorisation", target)
        matter = Handle(CANCELLATION if cancels else PAYMENT, payment_id, product.value, authorisation_id)
        return authorising.found_again(self._channel, answer, target, matter)

    def authorisations(self, payment_id: str, product: PaymentProduct, *, cancels: bool = False) -> Sequence[str]:
        """List the authorisations of a payment, or of its cancellation."""
        target = self._authorisations(payment_id, product, cancels=cancels)
        return authorising.read_list(self._look_up("authorisations", target).body)

    def close(self) -> None:
        """Let go of connections and keys."""
        self._channel.close()

    # — inside —

    def _entry(self, *parts: str) -> str:
        return self._channel.entry("/v1/" + "/".join(_part(part) for part in parts))

    def _payment(self, payment_id: str, product: PaymentProduct) -> str:
        return self._entry("payments", product.value, payment_id)

    def _authorisations(self, payment_id: str, product: PaymentProduct, *, cancels: bool) -> str:
        return f"{self._payment(payment_id, product)}/{'cancellation-authorisations' if cancels else 'authorisations'}"

    def _look_up(self, operation: str, target: str) -> Answer:
        try:
            return self._channel.call(operation, "GET", target, lookup=True)
        except ConnectorError as error:
            raise proves_nothing(error) from error

    def _echo(self, target: str, payment_id: str, payment: PaymentFields) -> Answer:
        """Have the bank show the payment, and hold it to what was agreed. Asked twice where once isn't enough."""
        try:
            answer = self._look_up("read_back", target)
        except ConnectorError:
            answer = self._look_up("read_back", target)
        require_id(answer, "paymentId", "payment_id", payment_id)
        require_echo(payment, answer.reply.value)
        return answer

    def _initiation(
        self, answer: Answer, echo: Answer, payment: PaymentFields, payment_id: str, links: dict[str, str]
    ) -> Initiation:
        fees = answer.body.within("transactionFees")
        newest = echo if echo.body.get("transactionStatus") is not None else answer
        handle = Handle(PAYMENT, payment_id, payment.product.value, links=links)
        begun = authorising.begun_by_itself(answer.body, links)
        return Initiation(
            payment_id=payment_id,
            status=newest.body.transaction_status(),
            fee=fees.money() if isinstance(fees.value, dict) else None,
            message=shown(newest.body.text_or_empty("psuMessage")),
            handle=handle.write() if handle.start else "",
            reply=answer.raw,
            authorisation_id=begun,
            asked=bool(begun) and authorising.asks_at_once(answer, links),
        )

    def _consent(self, answer: Answer, target: str, consent_id: str) -> Consent:
        require_id(answer, "consentId", "consent_id", consent_id)
        links = read_links(answer.body, self._channel.origin, self._channel.url(target), consent_id)
        valid = answer.body.text("consentStatus") == "valid"
        handle = Handle(CONSENT, consent_id, links=links)
        return Consent(consent_id, valid, handle.write() if handle.start and not valid else "", answer.raw)


def _part(text: str) -> str:
    """Refuse what would mean something in a path.

    Raises:
        SecurityError: ``bank.identifier``.
    """
    if not authorising.is_identifier(text):
        raise SecurityError("bank.identifier")
    return text


def _header(text: str) -> str:
    """Refuse a name at the bank that can't stand in a header.

    Raises:
        ConnectorError: TERMINAL with ``bank.person_form``.
    """
    if text and not _PERSON.fullmatch(text):
        raise ConnectorError(FailureKind.TERMINAL, "bank.person_form")
    return text


def _renamed(error: ConnectorError, code: str, name: str) -> ConnectorError:
    """Give a refusal that every bank knows the same name with every connector."""
    return ConnectorError(error.kind, name if error.code == code else error.code, **error.params)
