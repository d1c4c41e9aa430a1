"""A scripted bank, in memory: what it answers is set by the test.

It counts executions, and by default it does not deduplicate: a client that sends twice pays twice.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from countersign.application.ports.bank import (
    Authorisation,
    AuthorisationState,
    BankAccount,
    BankEntry,
    BankProfile,
    CancellationStart,
    Challenge,
    CommitPoint,
    Consent,
    Handover,
    Initiation,
    PaymentReport,
    RawReply,
    Reach,
    ScaMethod,
)
from countersign.application.ports.clock import Clock
from countersign.application.ports.practice import PhoneMessage
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.money import Money
from countersign.domain.order import last_digits, require_same
from countersign.domain.order_state import TransactionStatus
from countersign.domain.payee import NameCheck, VopOutcome
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.testing.fake_baskets import FakeBaskets, HeldBasket

PASSWORD = "practice-password"  # noqa: S105 - of a bank that holds no money
CODE = "314159"
SMS = ScaMethod("sms-1", "SMS_OTP", "Text message to ••17")
CHIP = ScaMethod("chip-1", "CHIP_OTP", "Authenticator app")


@dataclass(slots=True)
class HeldPayment:
    """A payment that the bank holds."""

    payment: PaymentFields
    status: TransactionStatus = TransactionStatus.RCVD
    reason: str = ""


@dataclass(slots=True)
class _Opened:
    payment_id: str
    purpose: str
    person: str = ""
    authenticated: bool = False
    method: ScaMethod | None = None
    failures: int = 0
    state: AuthorisationState = AuthorisationState.OPEN


@dataclass(slots=True)
class ScriptedBank:
    """Implements the ``Bank`` port.

    Attributes:
        name_checks: IBAN to outcome and, for a close match, the bank's spelling. Others get a match.
        failures: Per call name, exceptions raised *instead of* doing the work, first one first.
        lost_replies: Call names whose work is done and whose reply is lost, once per entry.
        echo: Changes the payment that the bank claims to hold, as a faulty or hostile bank would.
        signatures: How many people must authorise a payment, each by an authorisation of their own.
        signed: Who has, by payment; empty text for whom the connection was made for.
        wants: How many must authorise a certain payment, where that is another number.
        refuses: Codes with which certain payments are turned down once they are signed.
        ties: Where payments are tied together; None at a bank that has no such thing.
        held_baskets: The baskets the bank knows.
        in_app: The kinds of method by which its own app decides; of the others a code is typed.
        settles_after: How many reports say "on its way" before one says "settled".
        held: The payments the bank knows.
        executions: End-to-end identification of each execution, in order.
        calls: The names of all calls, in order.
    """

    clock: Clock
    fee: Money = field(default_factory=lambda: Money(35, "EUR"))
    methods: tuple[ScaMethod, ...] = (SMS, CHIP)
    in_app: frozenset[str] = frozenset({"PUSH_OTP"})
    otp_format: str = "integer"
    otp_max_length: int = 6
    max_failures: int = 5
    needs_authorisation: bool = True
    never_executes_unauthorised: bool = True
    signatures: int = 1
    settles_after: int = 1
    rejects_with: str = ""
    cancellable: bool = True
    name_checks: dict[str, tuple[VopOutcome, str]] = field(default_factory=dict)
    failures: dict[str, deque[Exception]] = field(default_factory=dict)
    lost_replies: list[str] = field(default_factory=list)
    echo: Mapping[str, object] = field(default_factory=dict)
    own_accounts: list[BankAccount] = field(default_factory=list)
    own_entries: dict[str, list[BankEntry]] = field(default_factory=dict)
    held: dict[str, HeldPayment] = field(default_factory=dict)
    executions: list[str] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    signed: dict[str, list[str]] = field(default_factory=dict)
    granted: list[str] = field(default_factory=list)
    in_use: str = ""
    phone: list[PhoneMessage] = field(default_factory=list)
    opened: dict[str, _Opened] = field(default_factory=dict)
    wants: dict[str, int] = field(default_factory=dict)
    refuses: dict[str, str] = field(default_factory=dict)
    held_baskets: dict[str, HeldBasket] = field(default_factory=dict)
    ties: FakeBaskets | None = field(init=False)
    _reports: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Tie payments together, unless a test has another bank in mind."""
        self.ties = FakeBaskets(self)

    def fail(self, call: str, kind: FailureKind, code: str, **params: str | int) -> None:
        """Have the next ``call`` fail before anything is done."""
        self.failures.setdefault(call, deque()).append(ConnectorError(kind, code, **params))

    # — the port —

    @property
    def reach(self) -> Reach:
        """Through a door for programs."""
        return Reach.XS2A

    @staticmethod
    def not_carried(_payment: PaymentFields) -> str:
        """Carry everything."""
        return ""

    @staticmethod
    def in_its_letters(payment: PaymentFields) -> PaymentFields:
        """Carry every letter."""
        return payment

    def profile(self) -> BankProfile:
        """Declare."""
        self.called("profile")
        return BankProfile(
            name="Alder Practice Bank",
            bic="ALDPLU2L",
            practice=True,
            commit_point=CommitPoint.SCA_ANSWER,
            never_executes_unauthorised=self.never_executes_unauthorised,
            products=tuple(PaymentProduct),
        )

    def start_consent(self) -> Consent:
        """Ask for a permission that wants an authorisation."""
        self.called("start_consent")
        return Consent("consent-1", valid=False, handle="#consent", reply=self._reply("consent"))

    def consent(self, consent_id: str) -> Consent:
        """Say how a permission stands."""
        self.called("consent")
        return Consent(consent_id, valid=consent_id in self.granted, handle="", reply=self._reply("consent"))

    def use_consent(self, consent_id: str) -> None:
        """Read accounts under a permission."""
        self.in_use = consent_id

    def accounts(self) -> Sequence[BankAccount]:
        """List accounts."""
        self.called("accounts")
        return tuple(self.own_accounts)

    def entries(self, resource: str, since_ms: int) -> Sequence[BankEntry]:
        """List entries."""
        self.called("entries")
        return tuple(entry for entry in self.own_entries.get(resource, ()) if entry.booked_at >= since_ms)

    def verify_payee(self, name: str, iban: str) -> NameCheck:
        """Answer as ``name_checks`` says; a match for all others."""
        self.called("verify_payee")
        outcome, spelling = self.name_checks.get(iban, (VopOutcome.MATCH, ""))
        if outcome is VopOutcome.CLOSE_MATCH and name == spelling:
            outcome, spelling = VopOutcome.MATCH, ""
        return NameCheck(outcome, name, iban, spelling, self.clock.now_ms(), "vop-1")

    def initiate(self, payment: PaymentFields, request_id: str) -> Initiation:
        """Take a payment."""
        self.called("initiate")
        payment_id = f"pay-{len(self.held) + 1}"
        self.held[payment_id] = HeldPayment(payment)
        if not self.needs_authorisation:
            self._execute(payment_id)
        self.may_lose("initiate")
        return self._initiation(payment_id, payment, request_id)

    def recall_initiation(self, payment_id: str, product: PaymentProduct, payment: PaymentFields) -> Initiation:
        """Read a payment back."""
        self.called("recall_initiation")
        return self._initiation(payment_id, payment, f"recall-{product}")

    def withdraw(self, payment: PaymentFields) -> None:
        """Refuse: nothing is laid out here."""
        del payment
        raise ConnectorError(FailureKind.TERMINAL, "bank.no_door")

    def write_recall(self, payment: PaymentFields, reason: str, note: str = "") -> Handover:
        """Refuse: there are no files here."""
        del payment, reason, note
        raise ConnectorError(FailureKind.TERMINAL, "bank.no_door")

    @property
    def baskets(self) -> FakeBaskets | None:
        """Where payments are tied together."""
        return self.ties

    def start_authorisation(self, handle: str, person: str = "") -> Authorisation:
        """Open an authorisation, for one who has not signed yet."""
        self.called("start_authorisation")
        payment_id, _, purpose = handle.partition("#")
        covered = self.held_baskets[payment_id].payments if purpose == "basket" else (payment_id,)
        if purpose in {"", "basket"} and any(person in self.signed.get(one, ()) for one in covered):
            raise ConnectorError(FailureKind.TERMINAL, "bank.tpp.status_invalid", text="This person has signed.")
        if not purpose and any(held.open and payment_id in held.payments for held in self.held_baskets.values()):
            raise ConnectorError(FailureKind.TERMINAL, "bank.tpp.status_invalid", text="It waits in a basket.")
        name = f"auth-{len(self.opened) + 1}"
        self.opened[name] = _Opened(payment_id, purpose or "payment", person)
        return self.authorisation_now(name)

    def authenticate(self, handle: str, password: str) -> Authorisation:
        """Check the practice password."""
        self.called("authenticate")
        if password != PASSWORD:
            raise ConnectorError(FailureKind.TERMINAL, "bank.password_refused")
        self.opened[handle].authenticated = True
        return replace(self.authorisation_now(handle), methods=self.methods)

    def choose_method(self, handle: str, method: str) -> Authorisation:
        """Send a challenge."""
        self.called("choose_method")
        opened = self.opened[handle]
        opened.method = next(item for item in self.methods if item.method == method)
        about = self._about(opened)
        if opened.method == SMS:
            text = f"{CODE} is your code for {about}. Never tell it to anybody."
            message = PhoneMessage(len(self.phone) + 1, self.clock.now_ms(), "Alder Practice Bank", text)
            self.phone.append(message)
        if opened.method.kind in self.in_app:
            return replace(self.authorisation_now(handle), elsewhere=True)
        challenge = Challenge(opened.method, self.otp_format, self.otp_max_length, about)
        return replace(self.authorisation_now(handle), challenge=challenge)

    def answer(self, handle: str, code: str, request_id: str) -> Authorisation:
        """Execute, or refuse the code."""
        self.called("answer")
        opened = self.opened[handle]
        if code != CODE:
            opened.failures += 1
            if opened.failures < self.max_failures:
                left = self.max_failures - opened.failures
                raise ConnectorError(FailureKind.TERMINAL, "bank.code_refused", attempts_left=left)
            opened.state = AuthorisationState.FAILED
            return self.authorisation_now(handle)
        opened.state = AuthorisationState.FINALISED
        if opened.purpose == "consent":
            self.granted.append("consent-1")
        elif opened.purpose == "cancellation":
            self.held[opened.payment_id].status = TransactionStatus.CANC
        elif opened.purpose == "basket":
            FakeBaskets(self).sign(opened.payment_id, opened.person)
        else:
            self.sign(opened.payment_id, opened.person)
        self.may_lose("answer")
        return replace(self.authorisation_now(handle), reply=self._reply(request_id))

    def sign(self, payment_id: str, person: str) -> None:
        """Count a signature; the last one that is wanted executes."""
        signed = self.signed.setdefault(payment_id, [])
        signed.append(person)
        if len(signed) >= self.wants.get(payment_id, self.signatures):
            self._execute(payment_id)
        else:
            self.held[payment_id].status = TransactionStatus.PATC

    def authorisation(
        self,
        payment_id: str,  # noqa: ARG002 - the port's
        product: PaymentProduct,  # noqa: ARG002
        authorisation_id: str,
        *,
        cancels: bool = False,
    ) -> Authorisation:
        """Say where an authorisation stands."""
        self.called("authorisation")
        opened = self.opened.get(authorisation_id)
        if opened is None or opened.purpose != ("cancellation" if cancels else "payment"):
            raise ConnectorError(FailureKind.RETRYABLE, "bank.not_found_proves_nothing")
        return self.authorisation_now(authorisation_id)

    def authorisations(
        self,
        payment_id: str,
        product: PaymentProduct,  # noqa: ARG002 - the port's
        *,
        cancels: bool = False,
    ) -> Sequence[str]:
        """List the authorisations of a payment, or of its cancellation."""
        self.called("authorisations")
        return self.opened_for(payment_id, "cancellation" if cancels else "payment")

    def opened_for(self, subject: str, purpose: str) -> tuple[str, ...]:
        """Return the authorisations of something, oldest first."""
        found = self.opened.items()
        return tuple(name for name, one in found if (one.payment_id, one.purpose) == (subject, purpose))

    def report(
        self,
        payment_id: str,
        product: PaymentProduct,  # noqa: ARG002 - the port's
        payment: PaymentFields,
    ) -> PaymentReport:
        """Say where a payment stands."""
        self.called("report")
        held = self.held[payment_id]
        require_same(payment, self._echoed(held.payment), "reply")
        if held.status is TransactionStatus.ACSP:
            self._reports[payment_id] = self._reports.get(payment_id, 0) + 1
            if self._reports[payment_id] > self.settles_after:
                held.status = TransactionStatus.ACSC
        missing = "One more signature is needed." if held.status is TransactionStatus.PATC else ""
        reply = self._reply(f"report-{payment_id}")
        return PaymentReport(payment_id, held.status, held.reason or missing, True, reply)

    def cancel(
        self,
        payment_id: str,
        product: PaymentProduct,  # noqa: ARG002 - the port's
        request_id: str,
    ) -> CancellationStart:
        """Take a wish to cancel."""
        self.called("cancel")
        if not self.cancellable or self.held[payment_id].status is TransactionStatus.ACSC:
            raise ConnectorError(FailureKind.TERMINAL, "bank.cancellation_refused")
        return CancellationStart(False, f"{payment_id}#cancellation", self._reply(request_id))

    def close(self) -> None:
        """Let go."""
        self.called("close")

    # — inside —

    def _about(self, opened: _Opened) -> str:
        if opened.purpose == "consent":
            return "reading your accounts"
        if opened.purpose == "basket":
            held = [self.held[one].payment.instructed_amount for one in self.held_baskets[opened.payment_id].payments]
            total = Money(sum(amount.minor for amount in held), held[0].currency)
            return f"{total.currency} {total.plain()} in {len(held)} payments"
        payment = self.held[opened.payment_id].payment
        amount, tail = payment.instructed_amount, last_digits(payment.creditor_account)
        return f"{amount.currency} {amount.plain()} to {payment.creditor_name}, account ending {tail}"

    def called(self, call: str) -> None:
        """Count a call, and fail where the test wants it to."""
        self.calls.append(call)
        waiting = self.failures.get(call)
        if waiting:
            raise waiting.popleft()

    def may_lose(self, call: str) -> None:
        """Lose the reply to what was just done, where the test wants it to."""
        if call in self.lost_replies:
            self.lost_replies.remove(call)
            raise ConnectorError(FailureKind.UNKNOWN, "bank.no_reply")

    def _execute(self, payment_id: str) -> None:
        held = self.held[payment_id]
        if refusal := self.refuses.get(payment_id, self.rejects_with):
            held.status, held.reason = TransactionStatus.RJCT, refusal
            return
        held.status = TransactionStatus.ACSP
        self.executions.append(held.payment.end_to_end_id)

    def _echoed(self, payment: PaymentFields) -> PaymentFields:
        return replace(payment, **self.echo)  # type: ignore[arg-type]  # the test names fields of a payment

    def _initiation(self, payment_id: str, payment: PaymentFields, request_id: str) -> Initiation:
        held = self.held[payment_id]
        require_same(payment, self._echoed(held.payment), "reply")
        handle = payment_id if self.needs_authorisation else ""
        return Initiation(payment_id, held.status, self.fee, "", handle, self._reply(request_id))

    def authorisation_now(self, name: str) -> Authorisation:
        """Return where an authorisation stands."""
        return Authorisation(name, self.opened[name].state, (), None, "", name, self._reply(name))

    def _reply(self, request_id: str) -> RawReply:
        return RawReply(200, request_id, b"{}", self.clock.now_ms())
