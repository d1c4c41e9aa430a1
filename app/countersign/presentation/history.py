"""Past transfers: search as you type, filters, months, and pages that are fetched as they are scrolled to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from typing import Protocol, runtime_checkable

from countersign.application.ports.tasks import Lane
from countersign.application.ports.vault import AccountRow, HistoryPage, HistoryQuery, TransferRow
from countersign.application.session import Session
from countersign.domain.errors import CountersignError
from countersign.domain.money import Money
from countersign.domain.order_state import OrderState
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import money_text, month_text
from countersign.presentation.history_state import (
    Detail,
    HistoryState,
    Line,
    Month,
    Option,
    account_name,
    detail_of,
    line_of,
    local_time,
)
from countersign.presentation.messages import _, language
from countersign.presentation.navigation import Navigate
from countersign.presentation.order_words import state_word

PAGE = 100
MONTHS = 12
_NEWEST_PAYMENTS = 4000  # what the month bars are made from; months before are left out, never shown too low

__all__ = ["Detail", "HistoryPresenter", "HistoryState", "HistoryView", "Line", "Month"]


class HistoryView(Protocol):
    """The page."""

    def show_state(self, state: HistoryState) -> None:
        """Show everything but the rows."""

    def show_rows(self, lines: Sequence[Line], *, more: bool) -> None:
        """Show the first page of a new answer."""

    def add_rows(self, lines: Sequence[Line], *, more: bool) -> None:
        """Show the page that follows."""


@runtime_checkable
class _Interruptible(Protocol):
    """A reader whose question under way can be stopped."""

    def interrupt(self) -> None:
        """Stop it."""


@dataclass(frozen=True, slots=True)
class _Ground:
    accounts: Sequence[AccountRow]
    sums: dict[str, int]
    currency: str


class HistoryPresenter:
    """Asks for rows; of several questions only the latest is answered."""

    def __init__(self, session: Session, view: HistoryView, go: Navigate) -> None:
        self._session, self._view, self._go = session, view, go
        self._query = HistoryQuery(limit=PAGE)
        self._period = ""
        self._rows: list[TransferRow] = []
        self._more = False
        self._ground = _Ground((), {}, "")
        self._number = 0  # of the latest question
        self._asking = False
        self._error = ""
        self._detail: Detail | None = None
        self._closed = False

    def start(self) -> None:
        """Show the page and its first rows."""
        self._render()
        self._ask_ground()
        self._ask()

    def close(self) -> None:
        """Show nothing any more."""
        self._closed = True

    # — what is asked for —

    def search(self, text: str) -> None:
        """Search names, accounts and references, in any script."""
        self._narrow(replace(self._query, text=text.strip()))

    def choose_account(self, account: str) -> None:
        """Narrow to one own account; empty for all. The bars change to its currency."""
        self._narrow(replace(self._query, account=account))
        self._ask_ground()

    def choose_state(self, state: str) -> None:
        """Narrow to one state; empty for all."""
        self._narrow(replace(self._query, state=state))

    def choose_period(self, period: str) -> None:
        """Narrow to the last days (``30``, ``90``, ``365``) or a month (``2026-11``); empty for all times."""
        self._period = period
        start, end = self._bounds(period)
        self._narrow(replace(self._query, at_from=start, at_to=end))

    def toggle_month(self, key: str) -> None:
        """Narrow to a month, or widen again where it is chosen already."""
        self.choose_period("" if self._period == key else key)

    def clear_filters(self) -> None:
        """Show everything again."""
        self._period = ""
        self._narrow(HistoryQuery(limit=PAGE))

    def fetch_more(self) -> None:
        """Fetch the page after the last row, unless something is being fetched."""
        if not self._more or self._asking or not self._rows:
            return
        last = self._rows[-1]
        self._ask(before=(last.at, last.row))

    def open_row(self, place: int) -> None:
        """Open an order's page, or show what is known of a bank entry."""
        if not 0 <= place < len(self._rows):
            return
        row = self._rows[place]
        if row.order:
            self._go.open_order(row.order)
            return
        self._detail = detail_of(row, self._ground.accounts, self._session.zone)
        self._render()

    def paid_elsewhere(self) -> None:
        """Write down a payment that was made elsewhere."""
        self._go.open_elsewhere()

    def close_detail(self) -> None:
        """Put the detail away."""
        self._detail = None
        self._render()

    # — asking —

    def _narrow(self, query: HistoryQuery) -> None:
        if query == self._query:
            self._render()
            return
        self._query, self._detail = query, None
        self._ask()

    def _ask(self, before: tuple[int, str] | None = None) -> None:
        reader = self._session.reader
        if self._asking and isinstance(reader, _Interruptible):
            reader.interrupt()  # nobody waits for the older answer any more
        self._number += 1
        self._asking, self._error = True, ""
        self._render()
        query = replace(self._query, before=before)
        self._session.tasks.run(
            Lane.READ,
            partial(reader.history, query),
            partial(self._answered, self._number, before is not None),
            partial(self._not_answered, self._number),
        )

    def _answered(self, number: int, following: bool, page: HistoryPage) -> None:  # noqa: FBT001 - bound by partial
        if number != self._number or self._closed:
            return
        self._asking, self._more = False, page.more
        lines = [line_of(row, self._session.zone) for row in page.rows]
        if following:
            self._rows.extend(page.rows)
            self._view.add_rows(lines, more=page.more)
        else:
            self._rows = list(page.rows)
            self._view.show_rows(lines, more=page.more)
        self._render()

    def _not_answered(self, number: int, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        if number != self._number or error.code == "vault.interrupted":
            return
        self._asking, self._error = False, sentence(error.code, error.params)
        self._render()

    # — accounts and months —

    def _ask_ground(self) -> None:
        if not self._closed:
            work = partial(self._read_ground, self._query.account)
            self._session.tasks.run(Lane.READ, work, self._ground_read, self._ground_failed)

    def _read_ground(self, account: str) -> _Ground:
        accounts = self._session.reader.accounts()
        chosen = next((row for row in accounts if row.account == account), None)
        first = chosen or next(iter(accounts), None)
        if first is None:
            return _Ground((), {}, "")
        currency = first.balance.currency
        payments = self._session.reader.outgoing_minor(currency, _NEWEST_PAYMENTS)
        sums: dict[str, int] = {}
        for at, minor, _account in payments:
            key = f"{self._local(at):%Y-%m}"
            sums[key] = sums.get(key, 0) + minor
        if len(payments) == _NEWEST_PAYMENTS and len(sums) > 1:
            del sums[min(sums)]  # cut through the middle
        return _Ground(accounts, sums, currency)

    def _ground_read(self, ground: _Ground) -> None:
        self._ground = ground
        self._render()

    def _ground_failed(self, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        if error.code == "vault.interrupted":  # a newer search stopped whatever the lane was doing
            self._ask_ground()
            return
        self._error = sentence(error.code, error.params)
        self._render()

    # — time —

    def _local(self, at_ms: int) -> datetime:
        return local_time(at_ms, self._session.zone)

    def _bounds(self, period: str) -> tuple[int, int]:
        if not period:
            return 0, 0
        if "-" in period:
            year, month = map(int, period.split("-"))
            start = datetime(year, month, 1, tzinfo=self._session.zone)
            end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=self._session.zone)
            return _milliseconds(start), _milliseconds(end)
        return self._session.clock.now_ms() - int(period) * 86_400_000, 0

    # — showing —

    def _render(self) -> None:
        if self._closed:
            return
        query = self._query
        filtered = bool(query.text or query.account or query.state or self._period)
        self._view.show_state(
            HistoryState(
                heading=_("History"),
                text=query.text,
                accounts=(
                    ("", _("All accounts")),
                    *((row.account, account_name(row)) for row in self._ground.accounts),
                ),
                states=(("", _("All states")), *((state, state_word(state)) for state in _states())),
                periods=self._periods(),
                account=query.account,
                state=query.state,
                period=self._period,
                filtered=filtered,
                summary=self._summary(),
                searching=self._asking,
                error=self._error,
                months_title=_("Paid out by month, {currency}").format(currency=self._ground.currency)
                if self._ground.sums
                else "",
                months=self._months(),
                detail=self._detail,
                empty_title=_("Nothing found") if filtered else _("No payment yet"),
                empty_text=_("Try fewer letters, or clear the filters.")
                if filtered
                else _("Payments appear here as soon as you make one or your bank reports one."),
            )
        )

    def _summary(self) -> str:
        count = len(self._rows)
        if self._asking and not count:
            return _("Searching …")
        if self._more:
            return _("{count}+ results").format(count=count)
        return _("1 result") if count == 1 else _("{count} results").format(count=count)

    def _periods(self) -> tuple[Option, ...]:
        fixed = (
            ("", _("Any time")),
            ("30", _("Last 30 days")),
            ("90", _("Last 90 days")),
            ("365", _("Last 365 days")),
        )
        if "-" not in self._period:
            return fixed
        return (*fixed, (self._period, self._month_name(self._period)))

    def _months(self) -> tuple[Month, ...]:
        ground = self._ground
        if not ground.sums:
            return ()
        now = self._local(self._session.clock.now_ms())
        keys = [_month_before(now.year, now.month, back) for back in range(MONTHS - 1, -1, -1)]
        shown = [key for key in keys if key >= min(ground.sums)]
        return tuple(self._month(key, ground.sums.get(key, 0)) for key in shown)

    def _month(self, key: str, minor: int) -> Month:
        year, month = map(int, key.split("-"))
        text = money_text(Money(minor, self._ground.currency), language())
        name = _("{month}: {amount} paid out").format(month=self._month_name(key), amount=text)
        label = month_text(date(year, month, 1), language(), short=True)
        return Month(key, label, minor, text, name, chosen=self._period == key)

    def _month_name(self, key: str) -> str:
        year, month = map(int, key.split("-"))
        return month_text(date(year, month, 1), language())


def _states() -> Sequence[str]:
    return ("booked", "elsewhere", "handed_over", "partly_signed", *(state.value for state in OrderState))


def _milliseconds(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _month_before(year: int, month: int, back: int) -> str:
    count = year * 12 + month - 1 - back
    return f"{count // 12}-{count % 12 + 1:02}"
