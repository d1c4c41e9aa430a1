"""The page on which several payments are signed at the bank by one code: choose them, sign, see what became of each."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from countersign.application.flows.progress import Phase
from countersign.application.flows.script import Script, on_read, run_script
from countersign.application.ports.bank import Reach
from countersign.application.ports.vault import InFlight
from countersign.application.session import Session
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.order_baskets import MOST_TIED, may_be_untied
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.order_signing import signing_obstacle
from countersign.domain.ledger.rules import Rules
from countersign.domain.order_state import OrderState
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import iban_text, isolate, money_text
from countersign.presentation.inbox_batch import totals_of
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.navigation import Navigate
from countersign.presentation.signature_words import missing_steps, words_of
from countersign.presentation.together_panel import TogetherPanel
from countersign.presentation.together_state import OfferView, TiedGroup, TogetherRow, TogetherState, TogetherView
from countersign.presentation.transfer_confirm import ScaState
from countersign.presentation.transfer_desk import Problem

FEWEST: Final = 2
_STEPS = frozenset({Phase.PASSWORD, Phase.METHOD, Phase.CODE})
_HELD = frozenset({OrderState.INITIATED, OrderState.AUTHORISING})
_OWN = frozenset({OrderState.APPROVED, *_HELD, OrderState.ANSWERING, OrderState.UNKNOWN})
_LISTED = 50  # of the newest: each is folded


def read_signable(session: Session) -> Script[tuple[tuple[OrderRecord, ...], Rules]]:
    """Read what may be signed with others here: orders of this device, and tied ones that want another signature."""
    reader, device = session.reader, session.vault.identity.device
    own = yield from on_read(partial(reader.orders_in_flight, InFlight(states=_OWN, device=device, limit=_LISTED)))
    accepted = InFlight(states=frozenset({OrderState.ACCEPTED}), limit=_LISTED)
    others = yield from on_read(partial(reader.orders_in_flight, accepted))
    rules = yield from on_read(reader.rules)
    found = (
        *(record for record in own if record.sender == device and (record.basket or _is_candidate(session, record))),
        *(record for record in others if record.basket and record.awaits_signature),
    )
    return found, rules


def _is_candidate(session: Session, record: OrderRecord) -> bool:
    if record.basket or record.tying or record.by_hand or record.state not in {OrderState.APPROVED, *_HELD}:
        return False
    try:
        _name, bank = session.bank_of(record)
    except CountersignError:
        return False
    return bank.reach is Reach.XS2A and bank.baskets is not None


def candidates_of(records: Iterable[OrderRecord]) -> tuple[OrderRecord, ...]:
    """Return those that can be chosen: nothing ties them yet."""
    return tuple(record for record in records if not record.basket)


class TogetherOffer:
    """Says on another page that payments can be signed together, and leads there."""

    def __init__(self, session: Session, view: OfferView, opened: Callable[[str], None]) -> None:
        """``opened``: shows the page, with an order that it is about, or none."""
        self._session, self._view, self._opened = session, view, opened
        self._order = ""
        self._closed = False

    def start(self, order: str = "") -> None:
        """Look what there is; ``order``: only what concerns this one."""
        self._order = order
        run_script(self._session.tasks, read_signable(self._session), self._found, lambda _error: None)

    def close(self) -> None:
        """Say nothing any more."""
        self._closed = True

    def open(self) -> None:
        """Go there."""
        self._opened(self._order)

    def _found(self, found: tuple[tuple[OrderRecord, ...], Rules]) -> None:
        records, _rules = found
        about = next((record for record in records if record.content.order == self._order), None)
        tied = [record for record in records if record.basket]
        free = candidates_of(records)
        text = ""
        if about is not None and about.basket:
            text = _("The bank ties this payment with others: one code signs them all.")
        elif not self._order and tied:
            text = _("Payments that the bank ties together wait for a signature.")
        elif len(free) >= FEWEST and (not self._order or about in free):
            text = ngettext(
                "{count} payment can be signed at the bank by one code.",
                "{count} payments can be signed at the bank by one code.",
                len(free),
            ).format(count=len(free))
        if not self._closed:
            self._view.show_offer(text)


class TogetherPresenter:
    """Leads through it."""

    def __init__(self, session: Session, navigate: Navigate, view: TogetherView) -> None:
        """Make it."""
        self._session, self._navigate, self._view = session, navigate, view
        self.panel = TogetherPanel(session, self._panel_changed, lambda: None)
        self._found: tuple[OrderRecord, ...] = ()
        self._group: tuple[str, ...] = ()  # what is signed, once that is settled
        self._records: tuple[OrderRecord, ...] = ()  # the same, as last read
        self._rules: Rules | None = None
        self._marked: set[str] = set()
        self._further = False
        self._loaded = False
        self._problem = Problem()
        self._closed = False

    def start(self, order: str = "") -> None:
        """Show what can be signed together; with an order, its basket, or that one marked."""
        self._load(partial(self._opened, order))

    def close(self) -> None:
        """Leave; what is under way goes on."""
        self._closed = True
        self.panel.close()

    # — what a person does —

    def mark(self, order: str, *, on: bool) -> None:
        """Choose a payment, or not."""
        (self._marked.add if on else self._marked.discard)(order)
        self._render()

    def open_group(self, order: str) -> None:
        """Show what the bank ties together with an order."""
        self._opened(order)

    def sign(self) -> None:
        """Hand in what is marked, tie it, and open one authorisation; or go on with that."""
        if self._blocked():
            return
        if not self._group:
            chosen = tuple(record.content.order for record in self._found if record.content.order in self._marked)
            self._settle(chosen, further=False)
        self.panel.begin()

    def sign_as(self, person: str) -> None:
        """Give a further signature in somebody's name, on all that still waits."""
        waiting = [record for record in self._records if record.awaits_signature]
        if waiting and not self._further and person.strip():  # the sender's own signature was given on this page
            self._group, self._further = waiting[0].together, True
            self.panel.lead(self._group, further=True)
            self._show_to_panel()
        self.panel.sign(person)

    def untie(self) -> None:
        """Dissolve the basket; the payments stay."""
        self.panel.untie()

    def check_again(self) -> None:
        """Ask the bank. Nothing is sent again."""
        self.panel.check_again()

    def look(self) -> None:
        """Ask quietly whether the bank's own app has decided."""
        self.panel.look()

    def open_order(self, order: str) -> None:
        """Show one of them."""
        self._navigate.open_order(order)

    def leave(self) -> None:
        """Go home."""
        self._navigate.open_home()

    # — work —

    def _load(self, then: Callable[[], None]) -> None:
        def loaded(found: tuple[tuple[OrderRecord, ...], Rules]) -> None:
            self._found, self._rules = found
            self._loaded = True
            if not self._closed:
                then()

        run_script(self._session.tasks, read_signable(self._session), loaded, self._failed)

    def _opened(self, order: str) -> None:
        about = next((record for record in self._found if record.content.order == order), None)
        if about is not None and about.basket:
            self._settle(about.together, further=about.awaits_signature)
            self._read()
            return
        if about is not None:
            self._marked.add(order)
        self._render()

    def _settle(self, orders: Sequence[str], *, further: bool) -> None:
        self._group, self._further = tuple(orders), further
        known = {record.content.order: record for record in self._found}
        self._records = tuple(known[order] for order in orders if order in known)
        self.panel.lead(self._group, further=further)
        self._show_to_panel()

    def _read(self) -> None:
        def read(records: tuple[OrderRecord, ...]) -> None:
            self._records = records
            self._show_to_panel()
            if not self._closed:
                self._render()

        run_script(self._session.tasks, self._read_group(), read, self._failed)

    def _read_group(self) -> Script[tuple[OrderRecord, ...]]:
        found = []
        for order in self._group:
            record = yield from on_read(partial(self._session.reader.order, order))
            if record is not None:
                found.append(record)
        return tuple(found)

    def _show_to_panel(self) -> None:
        """Have the code asked for what is signed: all that the run signs, or what still waits for another signature."""
        self.panel.show(self._signed_now(self._records))

    def _panel_changed(self) -> None:
        if self._closed:
            return
        if self.panel.phase is Phase.WORKING:
            self._render()
        else:
            self._read()

    def _failed(self, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        self._problem = Problem.of(error)
        if not self._closed:
            self._render()

    # — showing —

    def _render(self) -> None:
        if not self._closed:
            self._view.show_state(self.state())

    def state(self) -> TogetherState:
        """Say what is to be shown."""
        return self._settled() if self._group else self._choosing()

    def _choosing(self) -> TogetherState:
        free = candidates_of(self._found)
        marked = [record for record in free if record.content.order in self._marked]
        action = ngettext("Sign {count} payment together", "Sign {count} payments together", len(marked))
        if len(marked) < FEWEST:
            action = _("Sign together")
        return TogetherState(
            loaded=self._loaded,
            rows=tuple(self._row(record, choosable=True) for record in free),
            groups=self._groups(),
            totals=totals_of(record.content.payment for record in marked),
            sentence=_("The bank takes each payment first and then ties them together. One code of yours signs all."),
            action=action.format(count=len(marked)) if free else "",
            blocked=self._blocked(),
            problem=self._problem,
        )

    def _groups(self) -> tuple[TiedGroup, ...]:
        found: dict[str, list[OrderRecord]] = {}
        for record in self._found:
            if record.basket:
                found.setdefault(record.basket, []).append(record)
        return tuple(TiedGroup(records[0].content.order, _group_text(records)) for records in found.values())

    def _blocked(self) -> str:
        if self._group:
            return ""
        marked = [record for record in candidates_of(self._found) if record.content.order in self._marked]
        if len(marked) < FEWEST:
            return _("Choose at least two payments. One alone is signed on its own page.")
        if len(marked) > MOST_TIED:
            return sentence("basket.too_many", {"count": MOST_TIED})
        banks = {self._session.bank_of(record)[0] for record in marked}
        return sentence("basket.several_banks") if len(banks) > 1 else ""

    def _settled(self) -> TogetherState:
        sca, records = self.panel.state(), self._records
        asking, working = sca.phase in _STEPS, sca.phase is Phase.WORKING
        idle = not asking and not working
        unknown = sca.phase is Phase.UNKNOWN or any(self._is_unknown(record) for record in records)
        waiting = [record for record in records if record.awaits_signature]
        goes_on = idle and not unknown and not self._further and any(r.state in _HELD for r in records)
        not_sent = idle and sca.phase is Phase.NOT_SENT
        signed = self._signed_now(records)
        beside = records if idle or not signed else signed  # what a code doesn't count for isn't listed beside it
        return TogetherState(
            loaded=self._loaded,
            rows=tuple(self._row(record, choosable=False) for record in beside),
            totals=totals_of(record.content.payment for record in waiting or signed or records),
            sentence=self._sentence(sca, unknown=unknown, waiting=bool(waiting), goes_on=goes_on),
            steps=self._steps(waiting),
            action=(_("Try again") if not_sent else _("Go on")) if goes_on or not_sent else "",
            asks_person=idle and not unknown and bool(waiting) and self._may_sign(waiting),
            may_untie=(goes_on or (asking and not self._further))
            and any(record.basket and may_be_untied(record) for record in records),
            may_check=idle and (unknown or bool(waiting)),
            sca=sca if asking else None,
            look_ms=sca.look_ms if sca.elsewhere and not asking else 0,
            busy=_("Still waiting for the bank. Nothing is sent twice.") if working else "",
            problem=self._problem if self._problem != Problem() or asking else sca.problem,
        )

    def _signed_now(self, records: Sequence[OrderRecord]) -> list[OrderRecord]:
        if self._further:
            return [record for record in records if record.awaits_signature]
        orders = set(self.panel.orders)
        return [record for record in records if record.content.order in orders]

    def _is_unknown(self, record: OrderRecord) -> bool:
        own = record.signing_of(self._session.vault.identity.device)
        answered = record.state in {OrderState.ANSWERING, OrderState.UNKNOWN}
        return own is not None and own.under_way if self._further else answered

    def _may_sign(self, waiting: Sequence[OrderRecord]) -> bool:
        rules, device, now = self._rules, self._session.vault.identity.device, self._session.clock.now_ms()
        return rules is not None and not any(signing_obstacle(record, rules, device, now) for record in waiting)

    def _steps(self, waiting: Sequence[OrderRecord]) -> tuple[str, ...]:
        """Say who signed and how the rest is signed; what the bank says of each stands beside it."""
        notes = {_note(record) for record in waiting}
        steps = [step for record in waiting for step in missing_steps(record, self._rules) if step not in notes]
        return tuple(dict.fromkeys(steps))

    def _sentence(self, sca: ScaState, *, unknown: bool, waiting: bool, goes_on: bool) -> str:
        if sca.phase in _STEPS and self._further:
            return _("One code signs all that still wait for a signature here. It counts for nothing else.")
        if sca.phase in _STEPS:
            return _("One code signs all of these. It counts for nothing else.")
        if sca.elsewhere and unknown:
            return sca.lead
        if unknown:
            return _("Nobody knows yet whether the bank has your signature. Nothing is sent again; checking only asks.")
        if waiting:
            return _("The bank wants another signature. What still waits is signed by one code of that person.")
        if goes_on:
            return _("The bank holds these payments. Nobody has signed them, so no money moves.")
        return _("This is where each payment stands.")

    def _row(self, record: OrderRecord, *, choosable: bool) -> TogetherRow:
        payment, words = record.content.payment, words_of(record)
        return TogetherRow(
            order=record.content.order,
            payee=payment.creditor_name,
            account=iban_text(payment.creditor_account),
            amount=money_text(payment.instructed_amount, language()),
            chip=words.word,
            tone=words.tone,
            note=_note(record),
            marked=record.content.order in self._marked,
            choosable=choosable,
        )


def _note(record: OrderRecord) -> str:
    """Return what the bank says of whose signature is missing; empty where none is, or it says nothing."""
    if not record.awaits_signature or not record.missing:
        return ""
    return _("The bank says: “{text}”").format(text=isolate(record.missing))


def _group_text(records: Sequence[OrderRecord]) -> str:
    count = len(records[0].together)
    totals = _(", ").join(isolate(fact.text) for fact in totals_of(record.content.payment for record in records))
    text = ngettext("{count} payment tied at the bank: {totals}", "{count} payments tied at the bank: {totals}", count)
    return text.format(count=count, totals=totals)
