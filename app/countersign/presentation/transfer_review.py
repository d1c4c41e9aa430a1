"""Step 5, the review: the frozen order read back from its canonical bytes, and the approval of exactly that.

What is shown, the fields it was made from and their digest travel together in one state. The approval takes them from
the state that is on screen, so that a screen which shows something else can't be approved (RTS 2018/389, Article 5).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from countersign.application.flows.script import Script, on_read, on_vault
from countersign.application.flows.transfer import Step
from countersign.application.ports.vault import AccountRow
from countersign.application.use_cases.approve_order import approve_order, stop_order
from countersign.application.use_cases.freeze_order import FrozenOrder, PaidFrom, freeze_order
from countersign.application.use_cases.hand_in_order import hand_in_order
from countersign.application.use_cases.keep_payee import keep_payee
from countersign.application.use_cases.save_draft import drop_draft
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger.event import Event
from countersign.domain.order import OrderContent
from countersign.domain.order_state import OrderState
from countersign.domain.payee import DetailsSource, PayeeDetails, VopOutcome
from countersign.domain.policy import Policy
from countersign.presentation.error_texts import sentence
from countersign.presentation.messages import _
from countersign.presentation.read_back import ReadBack, read_back
from countersign.presentation.recovery_words import RecoveryState
from countersign.presentation.transfer_amount import assess
from countersign.presentation.transfer_desk import TransferDesk
from countersign.presentation.transfer_risk import CHART_PAYMENTS, last_payments
from countersign.presentation.transfer_risk_texts import ChartState, top_reasons
from countersign.presentation.transfer_ways import open_book, recovery_of, today

_SECOND_MS = 1000


@dataclass(frozen=True, slots=True)
class ReviewState:
    """What the fifth step shows.

    Attributes:
        read_back: None until the order is frozen.
        wait_ms: How long the final button waits.
        recovery: What can be got back once it is sent, from whom and until when.
        set_aside: What to do after "Something is not right"; empty before.
    """

    read_back: ReadBack | None
    reasons: tuple[str, ...]
    chart: ChartState | None
    call_back: str
    wait_ms: int
    digits_fault: str
    recovery: RecoveryState | None
    set_aside: tuple[str, ...]


class ReviewStep:
    """Leads through the fifth step."""

    def __init__(self, desk: TransferDesk, words: Sequence[str]) -> None:
        """``words``: the list that fingerprint phrases are made from; its length is a power of two."""
        self._desk = desk
        self._words = words
        self._content: OrderContent | None = None
        self._policy = Policy()
        self._accounts: Sequence[AccountRow] = ()
        self._history: Sequence[tuple[int, int, str]] = ()
        self._digits_fault = ""
        self._set_aside = False
        self.approved_here = False
        self.handed_in = False
        self._alone = True

    def enter(self) -> None:
        """Freeze the draft: from here on there is one content and one digest."""
        self._content, self._digits_fault, self._set_aside = None, "", False
        self._desk.run(self._freeze(), self._take, busy=_("Writing the order down…"))

    def change(self, step: Step) -> None:
        """Change a detail: the order that is shown ends when the next one is made."""
        self._content = None
        self._desk.go(step)

    def something_is_wrong(self) -> None:
        """Stop this order for good and keep the draft."""
        content = self._content
        if content is None:
            return

        def stopped(_none: None) -> None:
            self._content, self._set_aside = None, True
            self._desk.change(replace(self._desk.draft, order="", step=Step.PAYEE))
            self._desk.save(self._desk.render)

        self._desk.run(on_vault(partial(stop_order, self._desk.session.vault, content.order, "not_right")), stopped)

    def approve(self, on_screen: ReadBack, digits: str) -> None:
        """Approve exactly what is on screen.

        Args:
            on_screen: The state that the view shows, as it shows it.
            digits: The last four of the account, typed from the person's own document.
        """
        if not digits.strip():
            self._digits_fault = _("Type the last four digits of the account from your contract or invoice.")
            self._desk.render()
            return
        self._digits_fault = ""
        vault, assessment = self._desk.session.vault, self._desk.assessment
        shown = (on_screen.order, on_screen.shown, on_screen.shown_digest, digits)
        work = partial(approve_order, vault, *shown)
        if not self._alone:
            if assessment is None:
                self.enter()  # what was found is not known any more: look again
                return
            work = partial(hand_in_order, vault, *shown, assessment, self._desk.draft.draft)
        self._desk.run(self._approved(work), self._confirmed)

    def back_to_payee(self) -> None:
        """Go on with the kept draft."""
        self._desk.go(Step.PAYEE)

    def _approved(self, work: partial[Event]) -> Script[str]:
        session, draft = self._desk.session, self._desk.draft
        try:
            yield from on_vault(work)
        except UserFacingError as error:
            if error.code != "review.digits_differ":
                raise
            return sentence(error.code, error.params)
        record = yield from on_vault(partial(session.vault.order, draft.order))
        if self._alone and record is not None and record.state is OrderState.PREPARED:
            self._alone = False  # another device of this person confirms it first
            yield from on_vault(partial(drop_draft, session.vault, draft.draft))
        return ""

    def _confirmed(self, fault: str) -> None:
        self._digits_fault = fault
        if fault:
            self._desk.render()
            return
        if not self._alone:
            self.handed_in = True
            if self._desk.session.shared is not None:
                self._desk.session.shared.tell_others()
            self._desk.end(Step.CONFIRM)
            return
        self.approved_here = True
        self._desk.go(Step.CONFIRM)

    def _freeze(self) -> Script[FrozenOrder]:
        session, draft = self._desk.session, self._desk.draft
        if draft.execution_date and draft.execution_date < today(session).isoformat():
            raise UserFacingError("transfer.date_passed")
        self._desk.book = yield from open_book(session)
        currency = draft.amount.currency if draft.amount else ""
        self._history = yield from on_read(partial(session.reader.outgoing_minor, currency, CHART_PAYMENTS))
        self._accounts = yield from on_read(session.reader.accounts)
        assessment = yield from assess(self._desk)
        self._desk.assessment = assessment
        details = PayeeDetails(
            draft.name,
            draft.account,
            draft.agent,
            draft.kind,
            draft.source or DetailsSource.MESSAGE,
            draft.scheme,
            draft.agent_member,
            draft.town,
            draft.country,
        )
        check = draft.check if draft.checked else None
        keep = partial(keep_payee, session.vault, session.entropy, details, draft.payee, check)
        payee, version = yield from on_vault(keep)
        kept = replace(draft, payee=payee)
        freeze = partial(freeze_order, session.vault, session.entropy, kept, version, assessment, self._paid_from())
        return (yield from on_vault(freeze))

    def _paid_from(self) -> PaidFrom | None:
        """Return the account that pays with its bank; None where either isn't known here: sending is refused then."""
        own = (self._desk.draft.debtor_account, self._desk.draft.debtor_member)
        row = next((row for row in self._accounts if (row.iban, row.agent_member) == own), None)
        bank = self._desk.session.bank_of_account(*own)
        return PaidFrom(row, bank) if row is not None and bank is not None else None

    def _take(self, frozen: FrozenOrder) -> None:
        # Only the bytes that were signed are shown: they are read back, not remembered.
        self._content = OrderContent.parse(frozen.content.content_bytes)
        self._policy, self._alone = frozen.policy, frozen.alone
        self._desk.draft = frozen.draft
        self._desk.render()

    # — showing —

    def state(self) -> ReviewState:
        """Say what is to be shown."""
        content, assessment, draft = self._content, self._desk.assessment, self._desk.draft
        typed = draft.name, draft.remittance
        reasons = top_reasons(assessment, content.payment.instructed_amount.currency) if content and assessment else ()
        return ReviewState(
            read_back=read_back(content, self._words, self._accounts, self._chip(), draft.kind, typed)
            if content
            else None,
            reasons=reasons,
            chart=last_payments(self._desk, self._history) if content else None,
            call_back=_("Use a number you already had, not one from the message."),
            wait_ms=self._wait_ms(content),
            digits_fault=self._digits_fault,
            recovery=recovery_of(self._desk, content.payment) if content else None,
            set_aside=_set_aside() if self._set_aside else (),
        )

    def _wait_ms(self, content: OrderContent | None) -> int:
        large = content is not None and content.payment.instructed_amount.minor >= self._policy.wait_above_minor
        return self._policy.wait_seconds * _SECOND_MS if large else 0

    def _chip(self) -> tuple[str, str]:
        draft = self._desk.draft
        outcome = draft.check.outcome if draft.check and draft.checked else VopOutcome.NOT_DONE
        return {
            VopOutcome.MATCH: (_("Name confirmed"), "ok"),
            VopOutcome.CLOSE_MATCH: (_("Close match"), "warn"),
            VopOutcome.NO_MATCH: (_("No match"), "danger"),
        }.get(outcome, (_("Name not checked"), "neutral"))


def _set_aside() -> tuple[str, ...]:
    return (
        _("You did the right thing by stopping. This order has ended: it can never be sent."),
        _("Everything you typed is kept as a draft."),
        _("If a detail was mistyped, change it and review again."),
        _("If the details seem strange, call the payee on a number you already had before you go on."),
    )
