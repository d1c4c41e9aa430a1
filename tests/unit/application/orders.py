"""An approved order, and a bank that can be made to misbehave at any call: for the tests of flows and use cases."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from countersign.application.flows.submission import Phase, Submission
from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.bank import (
    Authorisation,
    BankProfile,
    CancellationStart,
    CommitPoint,
    Initiation,
    Reach,
)
from countersign.application.session import Submissions
from countersign.application.use_cases.approve_order import approve_order
from countersign.application.use_cases.assess_transfer import assess_transfer
from countersign.application.use_cases.freeze_order import FrozenOrder, freeze_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.domain.canonical import Json
from countersign.domain.errors import FailureKind
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import BindingError, last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.payment import PaymentFields, PaymentProduct
from countersign.domain.secret import SecretText
from countersign.testing import fakes

SMS = "sms-1"


@dataclass(slots=True)
class OddBank(fakes.ScriptedBank):
    """A scripted bank whose replies a test may change before they are seen.

    Attributes:
        twist: By call name, what becomes of the reply.
    """

    twist: dict[str, Callable[[Authorisation], Authorisation]] = field(default_factory=dict)
    before_initiation: Callable[[], object] = lambda: None
    commit_point: CommitPoint = CommitPoint.SCA_ANSWER
    cancels_at_once: bool = False

    def profile(self) -> BankProfile:
        """Declare another commit point."""
        return replace(fakes.ScriptedBank.profile(self), commit_point=self.commit_point)

    def initiate(self, payment: PaymentFields, request_id: str) -> Initiation:
        """Have the test look on."""
        self.before_initiation()
        return fakes.ScriptedBank.initiate(self, payment, request_id)

    def start_authorisation(self, handle: str, person: str = "") -> Authorisation:
        """Twist the reply."""
        return self._twisted("start_authorisation", fakes.ScriptedBank.start_authorisation(self, handle, person))

    def authenticate(self, handle: str, password: str) -> Authorisation:
        """Twist the reply."""
        return self._twisted("authenticate", fakes.ScriptedBank.authenticate(self, handle, password))

    def answer(self, handle: str, code: str, request_id: str) -> Authorisation:
        """Twist the reply."""
        return self._twisted("answer", fakes.ScriptedBank.answer(self, handle, code, request_id))

    def authorisation(
        self, payment_id: str, product: PaymentProduct, authorisation_id: str, *, cancels: bool = False
    ) -> Authorisation:
        """Twist the reply."""
        found = fakes.ScriptedBank.authorisation(self, payment_id, product, authorisation_id, cancels=cancels)
        return self._twisted("authorisation", found)

    def cancel(self, payment_id: str, product: PaymentProduct, request_id: str) -> CancellationStart:
        """Cancel, at once where that was asked for; the reply may be lost."""
        found = fakes.ScriptedBank.cancel(self, payment_id, product, request_id)
        if self.cancels_at_once:
            self.execute_cancellation(payment_id)
            found = replace(found, done=True, handle="")
        self.may_lose("cancel")
        return found

    def execute_cancellation(self, payment_id: str) -> None:
        """Take a payment back."""
        held = self.held[payment_id]
        held.status = type(held.status).CANC

    def execute(self, payment_id: str = "pay-1") -> None:
        """Execute a payment: what a request that was still on its way does."""
        self._execute(payment_id)

    def _twisted(self, call: str, found: Authorisation) -> Authorisation:
        twist = self.twist.get(call)
        return twist(found) if twist else found


class Desk:
    """A world with one approved order, and the person's acts at it."""

    def __init__(self, tasks: fakes.InlineTasks | fakes.ManualTasks | None = None) -> None:
        self.world = fakes.make_world(tasks=tasks)
        self.bank = OddBank(self.world.clock)
        self.world.session.banks[self.world.session.bank_id] = self.bank
        self.world.practice.bank = self.bank
        self.frozen = freeze(self.world)
        content = self.frozen.content
        self.order, self.payment, self.digest = content.order, content.payment, content.digest
        digits = last_digits(self.payment.creditor_account)
        approve_order(self.world.vault, self.order, self.payment, self.digest, digits)
        self.submission: Submission = self.world.session.submission(self.order)

    # — looking —

    @property
    def record(self) -> OrderRecord:
        """The order as the ledger has it."""
        return self.world.session.read_order(self.order)

    @property
    def state(self) -> OrderState:
        """Where it stands."""
        return self.record.state

    @property
    def phase(self) -> Phase:
        """What the page shows."""
        return self.submission.progress.phase

    @property
    def error(self) -> str:
        """What went wrong last."""
        return self.submission.progress.error

    @property
    def sent(self) -> tuple[str, ...]:
        """The calls that may change something at the bank."""
        lookups = {"profile", "report", "authorisation", "authorisations", "recall_initiation", "accounts", "entries"}
        return tuple(call for call in self.bank.calls if call not in lookups)

    def kinds(self) -> tuple[str, ...]:
        """What is on record about the order."""
        return tuple(kind.removeprefix("order.") for kind in self.world.vault.kinds_of(self.order))

    # — acting —

    def restart(self) -> None:
        """Begin again, as a program that was killed."""
        session = self.world.session
        session.submissions = Submissions()
        self.submission = session.submission(self.order)

    def to_password(self) -> None:
        """Hand the order to the bank."""
        self.submission.begin()
        assert self.phase is Phase.PASSWORD

    def to_code(self) -> None:
        """Go as far as the code."""
        if self.phase is not Phase.PASSWORD:
            self.to_password()
        self.submission.authenticate(SecretText(fakes.PASSWORD))
        self.submission.choose(SMS)
        assert self.phase is Phase.CODE

    def answer(self, code: str = fakes.CODE) -> None:
        """Type a code."""
        self.submission.answer(SecretText(code), self.payment, self.digest)

    def to_accepted(self) -> None:
        """Pay; the bank doesn't settle by itself."""
        self.bank.settles_after = 99
        self.to_code()
        self.answer()
        assert self.phase is Phase.ACCEPTED

    def lose(self, call: str, code: str = "bank.timeout", **params: str | int) -> None:
        """Have the next call end without anybody knowing what became of it; nothing was done."""
        self.bank.fail(call, FailureKind.UNKNOWN, code, **params)

    def unreachable(self, call: str) -> None:
        """Have the next call not go out."""
        self.bank.fail(call, FailureKind.RETRYABLE, "bank.unreachable")

    def refuse(self, call: str, code: str = "bank.tpp.service_blocked") -> None:
        """Have the next call answered with a no."""
        self.bank.fail(call, FailureKind.TERMINAL, code)

    def lie(self, call: str, field_name: str = "amount") -> None:
        """Have the next reply depart from what was agreed."""
        error = BindingError("binding.reply", field=field_name, count=1)
        self.bank.failures.setdefault(call, deque()).append(error)


def draft_of(world: fakes.World, **changes: object) -> tuple[TransferDraft, str]:
    """Return a complete draft of a payment to the landlord, and the version of the payee."""
    name, account, agent = fakes.LANDLORD
    details = PayeeDetails(name, account, agent, PayeeKind.COMPANY, DetailsSource.CONTRACT)
    check = world.bank.verify_payee(name, account)
    payee, version = keep_payee(world.vault, world.entropy, details, world.payees[name], check)
    draft = TransferDraft("aa" * 16, payee=payee, name=name, account=account, check=check)
    draft = replace(draft, source=DetailsSource.CONTRACT, amount=Money(600_000, "EUR"), debtor_account=fakes.MAIN)
    return replace(draft, **changes), version  # type: ignore[arg-type]  # the test names fields of a draft


def reach_by_hand(world: fakes.World, number: str, how: Reach, connection: str = "own") -> None:
    """Put on record that an own account is reached by hand from now on."""
    row = next(row for row in world.reader.accounts() if row.iban == number)
    body: dict[str, Json] = {
        "account": row.account,
        "bank": connection,
        "number": row.iban,
        "scheme": row.scheme.value,
        "agent": row.agent,
        "agent_member": row.agent_member,
        "name": row.name,
        "currency": row.balance.currency,
        "reach": how.value,
    }
    with world.vault.transaction() as change:
        change.append(EventDraft(kinds.ACCOUNT_ADDED, world.entropy.token_bytes(16).hex(), body))


def freeze(world: fakes.World, draft: TransferDraft | None = None) -> FrozenOrder:
    """Freeze the landlord's payment."""
    complete, version = draft_of(world)
    used = draft or complete
    session = world.session
    assessment = assess_transfer(session.reader, used, session.clock.now_ms(), session.zone, "Mei Hartmann")
    return freeze_order(world.vault, world.entropy, used, version, assessment)


def freeze_workspace(desk: Desk) -> None:
    """Pull the emergency stop."""
    vault = desk.world.vault
    with vault.transaction() as change:
        change.append(EventDraft(kinds.WORKSPACE_FROZEN, vault.identity.workspace, {}))
