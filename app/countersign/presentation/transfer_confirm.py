"""Step 6, the confirmation: what the bank asks, with amount and payee beside it. A cancellation uses the same panel.

A code is sent by one act only, the panel's own button, and only for what the panel shows.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

from countersign.application.flows.progress import PHASE_OF
from countersign.application.flows.script import on_network, on_vault, run_script
from countersign.application.flows.submission import Phase, Progress, Submission
from countersign.application.ports.practice import PhoneMessage
from countersign.application.session import Session
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.order import last_digits
from countersign.domain.order_state import OrderState
from countersign.domain.payment import PaymentFields
from countersign.domain.secret import SecretText
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.transfer_confirm_texts import asked_in_app, method_text, or_in_app, phase_words
from countersign.presentation.transfer_desk import Option, Problem, clock_text

__all__ = ["Bound", "Phase", "PhoneText", "ScaPanel", "ScaState", "bound", "code_in"]

_CODE = re.compile(r"(?<![\w.,])[0-9]{4,8}(?!\w|[.,][0-9])")
_PHONE_LIMIT = 4


@dataclass(frozen=True, slots=True)
class PhoneText:
    """A message on the practice phone; ``code`` is what a person may copy from it."""

    sender: str
    text: str
    when: str
    code: str


@dataclass(frozen=True, slots=True)
class Bound:
    """What the panel shows of the order, and what that was made from: a code counts for this and nothing else."""

    amount: str
    payee: str
    tail: str
    fee: str
    shown: PaymentFields
    shown_digest: str


@dataclass(frozen=True, slots=True)
class ScaState:
    """What the panel shows.

    Attributes:
        phase: Which part of it.
        digits_only: The bank says that the code has digits only.
        max_length: The code's greatest length; 0 where the bank says none.
        information: What the bank wants to be shown with the challenge.
        attempts_left: How many wrong codes are left, as a sentence.
        problem: What went wrong last.
        elsewhere: Whether the bank's own app may decide: ``ScaPanel.look`` is called from time to time then.
        look_ms: After how many milliseconds it is called.
        practice_password: The practice bank's password, which protects nothing; empty at a real bank.
    """

    phase: Phase
    heading: str
    lead: str
    bound: Bound | None
    methods: tuple[Option, ...] = ()
    method_name: str = ""
    digits_only: bool = True
    max_length: int = 0
    information: str = ""
    attempts_left: str = ""
    bank_message: str = ""
    elsewhere: bool = False
    look_ms: int = 0
    practice_password: str = ""
    problem: Problem = field(default_factory=Problem)
    phone: tuple[PhoneText, ...] | None = None


class ScaPanel:
    """Leads one order through the bank's authorisation: of its payment, or of its cancellation."""

    def __init__(
        self, session: Session, changed: Callable[[], None], finished: Callable[[], None], *, cancels: bool = False
    ) -> None:
        """``finished``: called when the order needs nothing more from the person here."""
        self._session = session
        self._changed = changed
        self._finished = finished
        self._cancels = cancels
        self._order = ""
        self._record: OrderRecord | None = None
        self._submission: Submission | None = None
        self._progress = Progress()
        self._forget: Callable[[], None] = lambda: None
        self._messages: Sequence[PhoneMessage] = ()
        self._asking_phone = False
        self._problem = Problem()
        self._password = ""
        self._person = ""  # whose questions these are; empty: the one whom the connection was made for
        self._closed = False

    # — what a person does —

    def open(self, order: str, then: Callable[[Phase], None]) -> None:
        """Show an order; ``then`` is told where it stands."""
        self._order = order
        try:
            submission = self._session.submission(order)
        except CountersignError as error:
            self._problem = Problem.of(error)
            self._changed()
            return
        self._forget()
        self._forget = self._session.submissions.listen(order, self._heard)
        self._submission, self._progress = submission, submission.progress

        def known(record: OrderRecord) -> None:
            self._record = record
            if self._closed:
                return
            then(self.phase)
            self._changed()

        run_script(self._session.tasks, on_vault(partial(self._session.read_order, order)), known, self._failed)
        self._read_password()

    def close(self) -> None:
        """Listen no more; what is under way goes on."""
        self._closed = True
        self._forget()

    def begin(self) -> None:
        """Hand the order to the bank, or try that again where nothing went out."""
        self._act(lambda submission: submission.begin())

    def go_on(self) -> None:
        """Open a new authorisation of what the bank already holds."""
        self._act(lambda submission: submission.go_on())

    def resume(self) -> None:
        """Ask the bank what became of it."""
        self._act(lambda submission: submission.resume())

    def cancel(self) -> None:
        """Ask the bank to take the payment back."""
        self._act(lambda submission: submission.cancel())

    def check_again(self) -> None:
        """Ask where the order stands. Nothing is sent again."""
        if self._progress.phase is Phase.IDLE:
            self.resume()  # the program was started anew since
        else:
            self._act(lambda submission: submission.reconcile())

    def look(self) -> None:
        """Ask quietly whether the bank's own app has decided; does nothing where it isn't asked."""
        if self._submission is not None and not self._closed:
            self._submission.look()

    def give_up(self) -> None:
        """End the order where nothing can have been executed."""
        self._act(lambda submission: submission.abandon("given_up"))

    def give_password(self, typed: str) -> None:
        """Say who is there."""
        password = SecretText(typed)
        if not password:
            self._complain(_("Type the password of your bank."))
            return
        self._act(lambda submission: submission.authenticate(password))

    def choose(self, method: str) -> None:
        """Choose how to confirm."""
        if not method:
            self._complain(_("Choose how you want to confirm."))
            return
        shown = (self._record.content.payment, self._record.digest) if self._record else (None, "")
        self._act(lambda submission: submission.choose(method, *shown))

    def send_code(self, on_screen: Bound, typed: str) -> None:
        """Send the code for what is on screen.

        Args:
            on_screen: The part of the state that the view shows, as it shows it.
            typed: The code.
        """
        code = SecretText(typed)
        if not code:
            self._complain(_("Type the code that your bank sent you."))
            return
        self._act(lambda submission: submission.answer(code, on_screen.shown, on_screen.shown_digest))

    def poll_phone(self) -> None:
        """Look for messages on the practice phone."""
        practice = self._session.practice
        if practice is None or self._asking_phone or self._closed or self._progress.phase is not Phase.CODE:
            return
        self._asking_phone = True
        after = self._messages[-1].seq if self._messages else 0

        def heard(messages: Sequence[PhoneMessage]) -> None:
            self._asking_phone = False
            if messages and not self._closed:
                self._messages = (*self._messages, *messages)[-_PHONE_LIMIT:]
                self._changed()

        def not_heard(_error: Exception) -> None:
            self._asking_phone = False  # the phone is an aid: the next look may find it

        whose = self._person or self._session.customer
        run_script(self._session.tasks, on_network(partial(practice.phone, after, whose)), heard, not_heard)

    def handed_over(self, reference: str) -> None:
        """Say that the payment was carried to the bank."""
        self._act(lambda submission: submission.handed_over(reference))

    def not_handed_over(self) -> None:
        """Say that it was not: the order ends."""
        self._act(lambda submission: submission.not_handed_over())

    def recall(self, reason: str) -> None:
        """Write a request to call the payment off, for the person to carry."""
        self._act(lambda submission: submission.recall(reason))

    def prove(self, name: str, data: bytes) -> None:
        """Keep a document of the bank's with the order."""
        self._act(lambda submission: submission.prove(name, data))

    # — listening —

    @property
    def progress(self) -> Progress:
        """Where the submission stands, as last heard."""
        return self._progress

    @property
    def phase(self) -> Phase:
        """Where the order stands, also when this program was started only now."""
        found = self._progress.phase
        if found is Phase.IDLE and self._record is not None and not self._cancels:
            if self._record.by_hand and self._record.state is OrderState.INITIATED:
                return Phase.CARRYING
            return Phase.ENDED if self._record.state is OrderState.PREPARED else PHASE_OF[self._record.state]
        return found

    @property
    def record(self) -> OrderRecord | None:
        """The order, as last read."""
        return self._record

    def _act(self, act: Callable[[Submission], None]) -> None:
        self._problem = Problem()
        if self._submission is not None:
            act(self._submission)

    def _complain(self, text: str) -> None:
        self._problem = Problem("", text)
        self._changed()

    def _heard(self, progress: Progress) -> None:
        self._progress = progress
        if self._closed:
            return
        self._changed()
        if progress.phase in {Phase.ACCEPTED, Phase.ENDED}:
            self._finished()
        elif progress.phase in {Phase.PASSWORD, Phase.CONTINUE, Phase.CARRYING, Phase.UNKNOWN, Phase.NOT_SENT}:
            self._read_again()
        elif progress.phase is Phase.CODE:
            self.poll_phone()

    def _read_again(self) -> None:
        def read(record: OrderRecord) -> None:
            self._record = record
            if self._closed:
                return
            self._changed()
            if record.by_hand and record.handed_over_at:
                self._finished()

        work = partial(self._session.read_order, self._order)
        run_script(self._session.tasks, on_vault(work), read, self._failed)

    def _read_password(self) -> None:
        practice = self._session.practice
        if practice is None:
            return

        def read(password: str) -> None:
            self._password = password
            if not self._closed:
                self._changed()

        asked = on_network(partial(practice.practice_password, self._person or self._session.customer))
        run_script(self._session.tasks, asked, read, lambda _error: None)

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        self._problem = Problem.of(error)
        if not self._closed:
            self._changed()

    # — showing —

    def state(self) -> ScaState:
        """Say what is to be shown."""
        return self._state(bound(self._record) if self._record else None)

    def _state(self, shown: Bound | None) -> ScaState:
        progress, phase = self._progress, self.phase
        heading, lead = phase_words(phase, cancels=self._cancels)
        if progress.elsewhere and phase is Phase.UNKNOWN:
            heading, lead = asked_in_app(progress.message, still=progress.still)
        challenge = progress.challenge
        information = challenge.information if challenge else ""
        return ScaState(
            phase=phase,
            heading=heading,
            lead=lead,
            bound=shown,
            methods=tuple(Option(item.method, item.name, method_text(item.kind)) for item in progress.methods),
            method_name=challenge.method.name if challenge else "",
            digits_only=challenge is None or challenge.otp_format != "characters",
            max_length=challenge.otp_max_length if challenge else 0,
            information=or_in_app(information) if progress.elsewhere else information,
            attempts_left=self._attempts_left(),
            bank_message=progress.message,
            elsewhere=progress.elsewhere,
            look_ms=progress.look_ms,
            practice_password=self._password,
            problem=self._problem_shown(),
            phone=self._phone() if self._session.practice is not None else None,
        )

    def _problem_shown(self) -> Problem:
        error = self._progress.error
        if self._problem != Problem() or not error:
            return self._problem
        if self.phase is Phase.UNKNOWN and error in {"bank.unreachable", "bank.closed"}:
            return Problem(
                _("The bank could not be asked"),
                _("It can't be reached at the moment, so what it did is not known yet. Check again in a while."),
            )
        return Problem("", sentence(self._progress.error, self._progress.error_params))

    def _attempts_left(self) -> str:
        left = self._progress.error_params.get("attempts_left")
        if not isinstance(left, int):
            return ""
        return ngettext(
            "{count} more wrong code and the bank ends this confirmation.",
            "{count} more wrong codes and the bank ends this confirmation.",
            left,
        ).format(count=left)

    def _phone(self) -> tuple[PhoneText, ...]:
        return tuple(
            PhoneText(item.sender, item.text, clock_text(item.at, self._session.zone), code_in(item.text))
            for item in self._messages
        )


def bound(record: OrderRecord) -> Bound:
    """Show what a code is asked for: made from the order's own content."""
    payment = record.content.payment
    fee = record.fee
    fee_text = ""
    if fee is not None:
        minor = fee["minor"]
        money = Money(minor if isinstance(minor, int) else 0, str(fee["currency"]))
        fee_text = isolate(money_text(money, language()))
    return Bound(
        amount=money_text(payment.instructed_amount, language()),
        payee=payment.creditor_name,
        tail=last_digits(payment.creditor_account),
        fee=fee_text,
        shown=payment,
        shown_digest=record.digest,
    )


def code_in(text: str) -> str:
    """Find the code in a text message; empty where none stands alone."""
    found = _CODE.search(text)
    return found[0] if found else ""
