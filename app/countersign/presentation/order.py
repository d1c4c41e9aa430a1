"""The page of one order: where it stands, what happened, what comes next, and what the person can do."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_read, on_vault, run_script
from countersign.application.flows.submission import Phase
from countersign.application.ports.rails import RailBook
from countersign.application.ports.vault import LedgerEntry
from countersign.application.session import Session
from countersign.application.use_cases.approve_order import stop_order
from countersign.application.use_cases.repair_order import repair_order
from countersign.application.use_cases.templates import keep_template
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import OrderState
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.carry import CarryPanel
from countersign.presentation.error_texts import sentence
from countersign.presentation.file_hands import FileHands
from countersign.presentation.formats import iban_text, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.navigation import Navigate
from countersign.presentation.order_by_hand import carried, record_steps, record_words
from countersign.presentation.order_evidence import order_evidence
from countersign.presentation.order_late import contradicted_text, late_words
from countersign.presentation.order_look import note_look
from countersign.presentation.order_page import OrderPageState, OrderView, empty_page
from countersign.presentation.order_recall import OrderRecall
from countersign.presentation.order_recovery import order_recovery
from countersign.presentation.order_signing import with_signing
from countersign.presentation.order_team import TeamWords, team_words, who_of, with_team
from countersign.presentation.order_timeline import timeline, void_in
from countersign.presentation.order_words import doubt_sentence
from countersign.presentation.recovery_words import RecoveryState
from countersign.presentation.signing_panel import SigningPanel
from countersign.presentation.transfer_confirm import ScaPanel, ScaState
from countersign.presentation.transfer_desk import Problem, clock_text, day_text
from countersign.presentation.transfer_ways import open_book

__all__ = ["OrderPageState", "OrderPresenter", "OrderView"]

_FIRST_POLL_MS: Final = 1_500
_LAST_POLL_MS: Final = 60_000
_POLLED: Final = frozenset({OrderState.ACCEPTED, OrderState.UNKNOWN, OrderState.ANSWERING, OrderState.CANCELLING})
_ASKED: Final = frozenset({OrderState.INTENDED, OrderState.ANSWERING, OrderState.UNKNOWN, OrderState.CANCELLING})
_GONE_ON: Final = frozenset({OrderState.APPROVED, OrderState.INITIATED, OrderState.AUTHORISING})
_HELD: Final = frozenset({OrderState.INITIATED, OrderState.AUTHORISING})
_RECEIPTED: Final = frozenset(
    {OrderState.ACCEPTED, OrderState.SETTLED, OrderState.REJECTED, OrderState.CANCELLED, OrderState.CANCELLING}
)
_STEPS: Final = frozenset({Phase.PASSWORD, Phase.METHOD, Phase.CODE})


class OrderPresenter:
    """Shows one order for as long as its page is open.

    Attributes:
        payment: The bank's questions about paying.
        cancellation: The bank's questions about cancelling.
        signing: The bank's questions to a further signer.
        carry: Carrying the payment to the bank by hand.
        recall: Asking for the money back by file.
    """

    def __init__(
        self,
        session: Session,
        navigate: Navigate,
        view: OrderView,
        words: Sequence[str],
        export_receipt: Callable[[str], None],
        hands: FileHands | None = None,
    ) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            navigate: Where to go.
            view: The page.
            words: The list that fingerprint phrases are made from.
            export_receipt: Asks where to save the receipt of an order, and saves it.
            hands: For documents of the bank's; None where there are no dialogs.
        """
        self._session, self._navigate, self._view, self._words = session, navigate, view, words
        self._export_receipt = export_receipt
        self._order = ""
        self._record: OrderRecord | None = None
        self._book: RailBook | None = None
        self._entries: Sequence[LedgerEntry] = ()
        self._rules: Rules | None = None
        self._team: TeamWords | None = None
        self._leave: Callable[[], None] = lambda: None
        self._panel: ScaPanel | None = None
        self._asks_to_cancel = False
        self._quiet = False
        self._wait = _FIRST_POLL_MS
        self._problem = Problem()
        self._closed = False
        self.payment = ScaPanel(session, self._panel_changed, lambda: None)
        self.signing = SigningPanel(session, self._panel_changed, lambda: None)
        self.cancellation = ScaPanel(session, self._panel_changed, lambda: None, cancels=True)
        self.recall = OrderRecall(session.zone, self.payment, self._carry_changed)
        self.carry = CarryPanel(session, self.payment, self._carry_changed, hands, navigate.open_bring_in)

    def start(self, order: str) -> None:
        """Show an order; one whose outcome is not known is asked about at once."""
        self._order = order
        if self._session.shared is not None:
            self._leave = self._session.shared.listen(self._arrived)
        run_script(self._session.tasks, open_book(self._session), self._take_book, self._failed)
        self._load(self._opened)

    def close(self) -> None:
        """Leave; what is under way goes on."""
        self._closed = True
        self._leave()
        self.payment.close()
        self.cancellation.close()
        self.signing.close()

    # — what a person does —

    def check_again(self) -> None:
        """Ask the bank where it stands. Nothing is sent again."""
        self._quiet = False
        self._wait = _FIRST_POLL_MS
        self._ask()

    def poll(self) -> None:
        """Look again by itself; ever more rarely."""
        if self._closed or self._record is None or self._record.state not in _POLLED or self._busy_with_person():
            return
        self._quiet = True
        self._wait = min(self._wait * 3 // 2, _LAST_POLL_MS)
        self._ask()

    def go_on(self) -> None:
        """Take up an order that was left before it was confirmed."""
        self._panel, self._quiet = self.payment, False
        self.payment.open(self._order, self._go_on_from)

    def ask_to_cancel(self) -> None:
        """Show the question."""
        self._asks_to_cancel = True
        self._render()

    def keep_payment(self) -> None:
        """Leave the payment as it is."""
        self._asks_to_cancel = False
        self._render()

    def cancel(self) -> None:
        """Ask the bank to take it back, with an authorisation of its own."""
        self._asks_to_cancel, self._quiet = False, False
        self._panel = self.cancellation
        self.cancellation.open(self._order, lambda _phase: self.cancellation.cancel())

    def give_up(self) -> None:
        """End the order where nothing can have been executed."""
        self._panel, self._quiet = self.payment, False
        self.payment.open(self._order, lambda _phase: self.payment.give_up())

    def write_recall(self) -> None:
        """Write the request to call the payment off."""
        self._panel, self._quiet = self.payment, False
        self.recall.write(self._order)

    def stop(self) -> None:
        """End the order before anything was sent."""
        work = on_vault(partial(stop_order, self._session.vault, self._order, "not_right"))
        run_script(self._session.tasks, work, lambda _none: self._load(self._render), self._failed)

    def repair(self) -> None:
        """Make a new transfer from an order that was rejected or returned."""
        work = on_vault(partial(repair_order, self._session.vault, self._session.entropy, self._order))
        opened = self._navigate.open_transfer
        run_script(self._session.tasks, work, lambda draft: opened(draft.draft), self._failed)

    def use_again(self) -> None:
        """Keep the order as a template, and show those that are kept."""
        work = on_vault(partial(keep_template, self._session.vault, self._session.entropy, self._order))
        opened = self._navigate.open_templates
        run_script(self._session.tasks, work, lambda _template: opened(), self._failed)

    def sign_at_bank(self, person: str) -> None:
        """Give a further signature that the bank wants, in somebody's name."""
        self._panel, self._quiet = self.signing, False
        self.signing.open(self._order, lambda _phase: self.signing.sign(person))

    def open_inbox(self) -> None:
        """Go to where it is approved."""
        self._navigate.open_inbox(self._order)

    def receipt(self) -> None:
        """Save the receipt as PDF."""
        self._export_receipt(self._order)

    def go_home(self) -> None:
        """Leave for home."""
        self._navigate.open_home()

    def open_settings(self) -> None:
        """Go to where the emergency stop is lifted."""
        self._navigate.open_settings()

    @property
    def panel(self) -> ScaPanel | None:
        """The panel whose questions are shown."""
        return self._panel

    # — work —

    def _take_book(self, book: RailBook) -> None:
        self._book = book
        if self._record is not None and not self._closed:
            self._render()

    def _load(self, then: Callable[[], None]) -> None:
        def loaded(found: tuple[OrderRecord, Sequence[LedgerEntry], Rules]) -> None:
            self._record, self._entries, self._rules = found
            now = self._session.clock.now_ms()
            self._team = team_words(found[0], found[2], self._session.vault.identity, now, found[1])
            if not self._closed:
                then()

        run_script(self._session.tasks, self._read(), loaded, self._failed)

    def _read(self) -> Script[tuple[OrderRecord, Sequence[LedgerEntry], Rules]]:
        reader = self._session.reader
        record = yield from on_read(partial(reader.order, self._order))
        if record is None:
            raise UserFacingError("order.unknown")
        entries = yield from on_read(partial(reader.timeline, self._order))
        rules = yield from on_read(reader.rules)
        return record, entries, rules

    def _opened(self) -> None:
        record, others = self._record, self._team is not None and not self._team.sends
        note_look(self._session, record, partial(self._load, self._render), self._failed)
        if self._signs_here():
            self._ask()
        elif others:
            pass  # another device speaks with the bank about it
        elif record is not None and carried(record):
            self._panel = self.payment
            self.payment.open(self._order, lambda _phase: self.payment.check_again())
        elif record is not None and record.state in _ASKED | {OrderState.ACCEPTED}:
            self._quiet = record.state is OrderState.ACCEPTED
            self._ask()
        self._render()

    def _arrived(self) -> None:
        """Look again: others may have signed it, or the device that sends it has news."""
        if not self._closed and not self._busy_with_person():
            self._load(self._render)

    def _ask(self) -> None:
        self._problem = Problem()
        panel = self.signing if self._signs_here() else self._panel or self.payment
        self._panel = panel
        if panel.record is None:
            panel.open(self._order, lambda _phase: panel.check_again())
        else:
            panel.check_again()

    def _go_on_from(self, phase: Phase) -> None:
        if phase is Phase.CONTINUE:
            self.payment.go_on()
        elif phase in {Phase.IDLE, Phase.NOT_SENT}:
            self.payment.begin()
        elif phase is Phase.UNKNOWN:
            self.payment.check_again()

    def _carry_changed(self) -> None:
        if not self._closed:
            self._render()

    def _panel_changed(self) -> None:
        panel = self._panel
        if panel is None or self._closed:
            return
        if panel.phase is Phase.WORKING:
            if not self._quiet:
                self._render()
        else:
            self._load(self._render)

    def _failed(self, error: Exception) -> None:
        self._problem = Problem.of(error)
        if not self._closed:
            self._render()

    def _busy_with_person(self) -> bool:
        return self._asks_to_cancel or (self._panel is not None and self._panel.phase in _STEPS | {Phase.WORKING})

    # — showing —

    def _render(self) -> None:
        self._view.show_state(self.state())

    def state(self) -> OrderPageState:
        """Say what is to be shown."""
        record, panel = self._record, self._panel
        if record is None:
            return empty_page(self._order, self._problem)
        payment, state = record.content.payment, record.state
        words, by_hand = record_words(record, self._session.zone), carried(record)
        sca = panel.state() if panel is not None else None
        asking = sca is not None and sca.phase in _STEPS
        working = sca is not None and sca.phase is Phase.WORKING and not self._quiet
        idle, identity = not asking and not working, self._session.vault.identity
        found = OrderPageState(
            order=self._order,
            heading=_("Payment to {payee}").format(payee=payment.creditor_name),
            amount=money_text(payment.instructed_amount, language()),
            words=amount_in_words(payment.instructed_amount, language()),
            payee=payment.creditor_name,
            account=iban_text(payment.creditor_account),
            chip=words.word,
            tone=words.tone,
            sentence=sca.lead if sca and sca.elsewhere and sca.phase is Phase.UNKNOWN else words.sentence,
            next_steps=record_steps(record),
            warning=self._warning(record),
            timeline=timeline(
                self._entries,
                state,
                self._clock,
                self._day,
                who_of(self._rules, identity),
                void_in(record),
                several=self._team is not None,
            ),
            evidence=order_evidence(record, self._words),
            may_cancel=idle and state is OrderState.ACCEPTED and not record.by_hand and not self._asks_to_cancel,
            may_check=idle and state in _ASKED,
            may_go_on=idle and not by_hand and (state in _GONE_ON or (state is OrderState.INTENDED and _not_sent(sca))),
            may_give_up=idle and not by_hand and state in _HELD and record.abandonable,
            may_stop=idle and state in {OrderState.PREPARED, OrderState.APPROVED},
            may_receipt=state in _RECEIPTED,
            asks_to_cancel=self._asks_to_cancel and idle,
            sca=sca if asking else None,
            busy=_("Still waiting for the bank. Nothing is sent twice.") if working else "",
            problem=self._problem_shown(sca),
            poll_after_ms=self._wait if self._polls(record) and idle and not self._asks_to_cancel else 0,
            carry=self.carry.state() if record.by_hand and not working else None,
            recovery=self._recovery(record),
            recall=self.recall.state(record, idle=idle and not self._asks_to_cancel),
        )
        found = with_team(found, self._team, idle=idle)
        return with_signing(found, record, self._rules, identity, self._session.clock.now_ms(), idle=idle)

    def _signs_here(self) -> bool:
        """Tell whether a code of a further signer went out from this device, and nobody knows what became of it."""
        own = self._record.signing_of(self._session.vault.identity.device) if self._record else None
        return own is not None and own.under_way

    @staticmethod
    def _polls(record: OrderRecord) -> bool:
        """Tell whether asking by itself can bring anything: a bank that is reached by hand can't be asked."""
        return record.state in _POLLED and not record.by_hand

    def _recovery(self, record: OrderRecord) -> RecoveryState | None:
        if self._book is None:
            return None
        return order_recovery(self._book, record, self._entries, self._session.clock.now_ms(), self._session.zone)

    def _problem_shown(self, sca: ScaState | None) -> Problem:
        if self._problem != Problem() or sca is None or sca.phase in _STEPS or self._quiet:
            return self._problem
        if sca.problem == Problem() and self._entries and self._entries[-1].kind == kinds.ORDER_CANCELLATION_REFUSED:
            return Problem("", sentence("bank.cancellation_refused"))
        return sca.problem

    def _clock(self, at_ms: int) -> str:
        return clock_text(at_ms, self._session.zone)

    def _day(self, at_ms: int) -> str:
        return day_text(at_ms, self._session.zone)

    def _warning(self, record: OrderRecord) -> str:
        if record.contradictions:
            return contradicted_text()
        if record.doubted:
            return doubt_sentence()
        if self._rules is not None and record.sent_before_known:
            return late_words(record, self._rules, self._session.vault.identity, self._entries)
        if self._rules is not None and self._rules.frozen and record.state in {OrderState.PREPARED, *_GONE_ON}:
            return sentence("intent.frozen")
        return ""


def _not_sent(sca: ScaState | None) -> bool:
    return sca is not None and sca.phase is Phase.NOT_SENT
