"""The first page: what waits, what is there, and what keeps it safe."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from countersign.application.flows.script import Script, on_network, on_read, on_vault, run_script
from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.bank import Reach
from countersign.application.ports.practice import Letter
from countersign.application.ports.vault import AccountRow, HistoryQuery
from countersign.application.session import Session
from countersign.application.use_cases.differences import Difference, open_differences
from countersign.application.use_cases.hand_in_order import one_device_signs
from countersign.application.use_cases.refresh_bank import refresh_bank
from countersign.application.use_cases.repair_order import dealt_with, dismiss_return, repair_order
from countersign.application.use_cases.save_draft import saved_drafts
from countersign.domain.accounts import masked
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.presentation.error_texts import sentence, words_of
from countersign.presentation.formats import date_text, isolate, money_text, time_text
from countersign.presentation.home_access import access_items
from countersign.presentation.home_incidents import incident_items
from countersign.presentation.home_orders import NO_ORDERS, OrdersUnderWay, more_item, orders_under_way
from countersign.presentation.home_team import TeamWaiting, count_waiting, returned_to, team_waiting
from countersign.presentation.home_waiting import WaitingItem, waiting_items
from countersign.presentation.inbox_ground import Ground, read_ground
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.navigation import Navigate


@dataclass(frozen=True, slots=True)
class DayBalance:
    """A point of the line: minor units, and how the table shows it."""

    minor: int
    day: str
    text: str


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An own account. The number is masked: ``••4471``; ``balance`` is empty where no statement has told it."""

    account: str
    name: str
    number: str
    balance: str
    available: str
    days: tuple[DayBalance, ...]
    sentence: str


@dataclass(frozen=True, slots=True)
class SafetyLine:
    """One line of the safety strip."""

    key: str
    icon: str
    text: str
    tone: str


@dataclass(frozen=True, slots=True)
class HomeState:
    """What the page shows. ``loading`` until the vault has answered once."""

    heading: str
    lead: str
    loading: bool
    waiting: tuple[WaitingItem, ...] = ()
    accounts: tuple[AccountCard, ...] = ()
    safety: tuple[SafetyLine, ...] = ()
    as_of: str = ""
    refreshing: bool = False
    refresh_error: str = ""
    first_time: bool = False  # no payment was ever made here: the empty state offers a practice transfer
    practice: bool = False
    refreshable: bool = False  # there is a bank that can be asked


class HomeView(Protocol):
    """The page."""

    def show_state(self, state: HomeState) -> None:
        """Show the state."""


@dataclass(frozen=True, slots=True)
class Safety:
    """What the safety strip is told by whoever knows the machine."""

    keyring: bool
    lock_minutes: int


@dataclass(frozen=True, slots=True)
class _Known:
    accounts: Sequence[AccountRow] = ()
    orders: OrdersUnderWay = NO_ORDERS
    drafts: Sequence[TransferDraft] = ()
    differences: Sequence[Difference] = ()
    frozen: bool = False
    paid_here: bool = False
    cards: tuple[AccountCard, ...] = ()
    team: TeamWaiting | None = None


class HomePresenter:
    """Shows the page, brings accounts up to date, and leads on."""

    def __init__(self, session: Session, view: HomeView, go: Navigate, safety: Callable[[], Safety]) -> None:
        self._session, self._view, self._go, self._safety = session, view, go, safety
        self._known: _Known | None = None
        self._letters: Sequence[Letter] = ()
        self._refreshing = False
        self._refreshed_at = 0
        self._error = ""
        self._closed = False
        self._leave: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Show what is known, then ask the bank."""
        if self._session.shared is not None:
            self._leave = self._session.shared.listen(self._arrived)
        self._render()
        run_script(self._session.tasks, self._look(), self._looked, self._failed)

    def close(self) -> None:
        """Show nothing any more; what is under way still ends."""
        self._closed = True
        self._leave()

    def _arrived(self) -> None:
        """Look again: something came from others."""
        if self._known is not None and not self._refreshing:
            run_script(self._session.tasks, self._look(), self._seen, self._failed)

    def _seen(self, known: _Known) -> None:
        self._known = known
        self._render()

    def refresh(self) -> None:
        """Ask the bank for balances and entries; what is new is recorded."""
        if self._refreshing:
            return
        self._refreshing, self._error = True, ""
        self._render()
        run_script(self._session.tasks, self._ask_bank(), self._refreshed, self._refresh_failed)

    # — leading on —

    def new_transfer(self) -> None:
        """Begin a transfer."""
        self._go.open_transfer()

    def open_waiting(self, item: WaitingItem) -> None:
        """Open what waits."""
        if item.kind == "order":
            self._go.open_order(item.about)
        elif item.kind == "difference":
            self._go.open_bring_in()
        elif item.kind == "inbox":
            self._go.open_inbox()
        elif item.kind == "more":
            self._go.open_history()
        elif item.kind == "returned":
            self._take_up(item.about)
        elif item.kind in {"incident", "access"}:
            self._go.open_member(item.about)
        elif item.kind == "late":
            dismiss = on_vault(partial(dismiss_return, self._session.vault, item.about))
            run_script(self._session.tasks, dismiss, lambda _none: self._go.open_order(item.about), self._failed)
        else:
            self._go.open_transfer(item.about)

    def _take_up(self, order: str) -> None:
        """Make a new transfer from an order that was returned; show one that was rejected, which needs no more."""
        run_script(self._session.tasks, self._answer(order), self._go_where, self._failed)

    def _answer(self, order: str) -> Script[tuple[str, str]]:
        session = self._session
        record = yield from on_vault(partial(session.read_order, order))
        if record.reason.startswith("repair."):
            draft = yield from on_vault(partial(repair_order, session.vault, session.entropy, order))
            return draft.draft, ""
        yield from on_vault(partial(dismiss_return, session.vault, order))
        return "", order

    def _go_where(self, found: tuple[str, str]) -> None:
        draft, order = found
        if draft:
            self._go.open_transfer(draft)
        else:
            self._go.open_order(order)

    def open_history(self) -> None:
        """Show past transfers."""
        self._go.open_history()

    def bring_in(self) -> None:
        """Bring in a statement or a status file."""
        self._go.open_bring_in()

    def add_account(self) -> None:
        """Add an own account."""
        self._go.open_add_account()

    def paid_elsewhere(self) -> None:
        """Write down a payment that was made elsewhere."""
        self._go.open_elsewhere()

    # — work —

    def _look(self) -> Script[_Known]:
        session = self._session
        accounts, cards = yield from on_read(self._accounts)
        frozen = yield from on_read(session.reader.frozen)
        paid_here = yield from on_read(self._paid_here)
        drafts = yield from on_vault(partial(saved_drafts, session.vault))
        ground = yield from read_ground(session)
        device = "" if one_device_signs(ground.rules.governance) else ground.me.device
        orders = yield from orders_under_way(session.reader, drafts, device)
        differences = yield from on_vault(partial(open_differences, session.vault))
        team = yield from self._look_at_team(ground)
        return _Known(accounts, orders, drafts, differences, frozen, paid_here, cards, team)

    def _look_at_team(self, ground: Ground) -> Script[TeamWaiting | None]:
        """See what waits because others, or other devices, sign, too; nothing is asked where one device signs alone."""
        session = self._session
        if one_device_signs(ground.rules.governance):
            return None
        answered = yield from on_vault(partial(dealt_with, session.vault))
        returned = yield from on_read(partial(returned_to, session.reader, ground.me, ground.rules, answered))
        count = yield from count_waiting(session.reader, ground)
        incidents = yield from incident_items(session, ground, answered)
        items = (*incidents, *access_items(ground, session.zone))
        return team_waiting(ground.rules, ground.me, ground.now, count if ground.may_sign else 0, returned, items)

    def _accounts(self) -> tuple[Sequence[AccountRow], tuple[AccountCard, ...]]:
        """Read the accounts, and write their lines out here: ninety days each are too much for the window's thread."""
        rows, tag = self._session.reader.accounts(), language()
        return rows, tuple(_card(row, tag) for row in rows)

    def _paid_here(self) -> bool:
        """Tell whether an order was ever settled here: one page of the newest settled ones tells."""
        return bool(self._session.reader.history(HistoryQuery(state=OrderState.SETTLED.value, limit=1)).rows)

    def _looked(self, known: _Known) -> None:
        self._known = known
        self._render()
        if self._closed:
            return
        if self._session.bank is not None:
            self.refresh()
        elif _asked(known.accounts):
            self._error = sentence("bank.unreachable")
            self._render()

    def _ask_bank(self) -> Script[_Known]:
        session = self._session
        practice = session.practice
        if practice is not None:
            self._letters = yield from on_network(practice.mailbox)
        yield from refresh_bank(session)
        return (yield from self._look())

    def _refreshed(self, known: _Known) -> None:
        self._known, self._refreshing = known, False
        self._refreshed_at = self._session.clock.now_ms()
        self._render()

    def _refresh_failed(self, error: Exception) -> None:
        self._refreshing = False
        self._failed(error)

    def _failed(self, error: Exception) -> None:
        self._error = words_of(error)
        self._render()

    # — showing —

    def _render(self) -> None:
        if self._closed:
            return
        practice = self._session.practice is not None
        state = HomeState(
            heading=_("Hello, {name}").format(name=self._session.vault.identity.member_name),
            lead=_("What waits for you, and where your money stands."),
            loading=self._known is None,
            refreshing=self._refreshing,
            refresh_error=self._error,
            practice=practice,
        )
        known = self._known
        if known is not None:
            zone = self._session.zone
            shown, more = known.orders.shown, known.orders.more
            waiting = waiting_items(shown, known.drafts, known.differences, self._letters, zone, known.team)
            state = replace(
                state,
                waiting=(*waiting, *more_item(more)),
                accounts=known.cards,
                safety=self._safety_lines(known),
                as_of=self._as_of(known),
                refreshable=self._session.bank is not None or _asked(known.accounts),
                first_time=not known.paid_here and not shown and not known.drafts,
            )
        self._view.show_state(state)

    def _as_of(self, known: _Known) -> str:
        newest = self._newest(known)
        if not newest:
            return ""
        return _("As of {time}").format(time=isolate(time_text(newest, str(self._session.zone), language())))

    def _newest(self, known: _Known) -> int:
        return max(self._refreshed_at, *(row.as_of for row in known.accounts), 0)

    def _safety_lines(self, known: _Known) -> tuple[SafetyLine, ...]:
        safety = self._safety()
        count = safety.lock_minutes
        stop = (
            SafetyLine("frozen", "freeze", _("Payments are stopped by your emergency stop"), "warn")
            if known.frozen
            else SafetyLine("frozen", "shield-check", _("Payments are allowed; Freeze stops them at once"), "ok")
        )
        keyring = (
            SafetyLine("keyring", "key", _("Bound to this device by the system's keyring"), "ok")
            if safety.keyring
            else SafetyLine("keyring", "key", _("No keyring: the passphrase alone protects the vault"), "warn")
        )
        text = ngettext(
            "Locks after {count} minute without activity", "Locks after {count} minutes without activity", count
        )
        lines = [stop, keyring, SafetyLine("lock", "lock", text.format(count=count), "ok")]
        if newest := self._newest(known):
            when = isolate(time_text(newest, str(self._session.zone), language()))
            lines.append(SafetyLine("bank", "bank", _("Accounts last read {time}").format(time=when), "neutral"))
        return tuple(lines)


def _asked(rows: Sequence[AccountRow]) -> bool:
    """Tell whether there is an account that a bank can be asked about."""
    return any(row.reach == Reach.XS2A.value for row in rows)


def _card(row: AccountRow, tag: str) -> AccountCard:
    if not row.as_of:
        return AccountCard(row.account, row.name, masked(row.iban), "", _("Bring in a statement to see it."), (), "")
    currency = row.balance.currency
    last = datetime.fromtimestamp(row.as_of / 1000, UTC).date()
    count = len(row.daily_balances)
    days = tuple(
        DayBalance(
            minor,
            date_text(last - timedelta(days=count - 1 - place), tag, "medium"),
            money_text(Money(minor, currency), tag),
        )
        for place, minor in enumerate(row.daily_balances)
    )
    available = ""
    if row.available != row.balance:
        available = _("{amount} available").format(amount=isolate(money_text(row.available, tag)))
    return AccountCard(
        account=row.account,
        name=row.name,
        number=masked(row.iban),
        balance=money_text(row.balance, tag),
        available=available,
        days=days,
        sentence=_sentence(row, days),
    )


def _sentence(row: AccountRow, days: Sequence[DayBalance]) -> str:
    if not days:
        return ""
    lowest, highest = min(days, key=lambda day: day.minor), max(days, key=lambda day: day.minor)
    return _("{name}, last {count} days: {now} now, {low} at the lowest, {high} at the highest.").format(
        name=row.name, count=len(days), now=days[-1].text, low=lowest.text, high=highest.text
    )
