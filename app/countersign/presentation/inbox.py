"""The approvals inbox: what waits for whom, one order in detail, and signing, rejecting or returning it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_read, on_vault, run_script
from countersign.application.ports.vault import AccountRow
from countersign.application.ports.vault_door import VaultDoor
from countersign.application.ports.workspace import ChainHead
from countersign.application.session import Session
from countersign.application.use_cases.look_at_order import look_at_order
from countersign.domain.ledger.order_record import OrderRecord
from countersign.presentation.error_texts import words_of
from countersign.presentation.formats import isolate, time_text
from countersign.presentation.inbox_batch import batch_of, look_at_marked, may_go_along, selection_text
from countersign.presentation.inbox_deeds import Deed, Deeds
from countersign.presentation.inbox_detail import Words, detail_of, why_not
from countersign.presentation.inbox_facts import BATCH, Whole, whole
from countersign.presentation.inbox_ground import Ground, read_ground, read_heads
from countersign.presentation.inbox_rows import Answer, Asked, Listed, batch_rows, scan
from countersign.presentation.inbox_state import (
    CONFIRM,
    Batch,
    Detail,
    Faults,
    Filter,
    InboxRow,
    InboxState,
    InboxView,
    Stage,
)
from countersign.presentation.inbox_whole import WholeBatch, whole_text
from countersign.presentation.inbox_words import filter_words, form, nothing_text, nothing_title, summary_text
from countersign.presentation.messages import _, language
from countersign.presentation.navigation import Navigate
from countersign.presentation.read_back import ReadBack
from countersign.presentation.transfer_desk import Problem, day_text, zone_name

__all__ = ["PAGE", "InboxPresenter", "InboxView"]

PAGE: Final = 50
"""Rows that are fetched before the list is scrolled on."""


class InboxPresenter:
    """Lists what waits, shows one order, and has it signed, rejected or returned.

    Of several questions only the latest is answered. A result that arrives after the page is gone is dropped.
    """

    def __init__(
        self,
        session: Session,
        view: InboxView,
        go: Navigate,
        words: Sequence[str],
        door: VaultDoor,
        told: Callable[[], None] = lambda: None,
    ) -> None:
        """Make the presenter.

        Args:
            session: The unlocked work.
            view: The page.
            go: Where to go.
            words: The list that fingerprint phrases are made from.
            door: Makes sure who signs.
            told: Called once something was signed or ended: another number waits.
        """
        self._session, self._view, self._go, self._told = session, view, go, told
        self._words = Words(partial(day_text, zone=session.zone), partial(_moment, session), words)
        self._ground: Ground | None = None
        self._heads: Mapping[str, ChainHead] | None = None
        self._filter, self._text = Filter.MINE, ""
        self._rows: list[InboxRow] = []
        self._listed: dict[str, Listed] = {}
        self._after: tuple[int, str] | None = None
        self._asked = Asked(0, PAGE, fresh=True)
        self._asking = False
        self._error = self._said = ""
        self._chosen = self._within = self._entry = ""
        self._whole: Whole | None = None
        self._detail: Detail | None = None
        self._selected: dict[str, None] = {}
        self._accounts: Sequence[AccountRow] = ()
        self._stage = Stage.DETAIL
        self._closed = self._signs_whole = False
        self._deeds = Deeds(session, door, self._render, self._done)
        self.whole = WholeBatch(session, door, words, self._render, self._show_whole, self._done)
        self._leave: Callable[[], None] = lambda: None

    def start(self, order: str = "") -> None:
        """Show what waits; open ``order`` if one is named, or the batch after ``BATCH``."""
        self._filter = Filter.ALL if order else self._filter
        if self._session.shared is not None:
            self._leave = self._session.shared.listen(self.refresh)
        self._render()
        self._ask(PAGE, fresh=True)
        if order:
            self.choose(order)
        if self._entry:
            self.open_batch()

    def close(self) -> None:
        """Show nothing any more; what is under way still ends."""
        self._closed = True
        self.whole.stop()
        self._leave()

    # — the list —

    def set_filter(self, wanted: Filter) -> None:
        """List other orders."""
        if wanted is not self._filter:
            self._filter = wanted
            self._ask(PAGE, fresh=True)

    def search(self, text: str) -> None:
        """Search payees, amounts and references."""
        if text.strip() != self._text:
            self._text = text.strip()
            self._ask(PAGE, fresh=True)

    def fetch_more(self) -> None:
        """Read the rows that follow, unless some are being read."""
        if self._after is not None and not self._asking:
            self._ask(PAGE, fresh=False)

    def refresh(self) -> None:
        """Look again at what waits; what is shown and marked stays."""
        if not self._asking and not self._deeds.busy and not self.whole.busy:
            self._ask(max(PAGE, len(self._rows)), fresh=True, again=True)
            if self._chosen and self._stage is Stage.DETAIL:
                self._read_chosen()

    def choose(self, order: str) -> None:
        """Show one order; what others saw when is put on record."""
        self._entry, order = (order, "") if order.startswith(BATCH) else ("", order)
        if order == self._chosen and self._whole is not None:
            return
        self._chosen, self._whole, self._detail, self._stage = order, None, None, Stage.DETAIL
        self._deeds.forget()
        self._render()
        if order:
            self._read_chosen()

    def open_batch(self) -> None:
        """List the payments of the batch that is shown, or of the order that is; else, all that waits again."""
        shown = self._entry.removeprefix(BATCH) or (self._detail.batch if self._detail else "")
        self._within, self._text = "" if shown == self._within else shown, ""
        self._selected.clear()
        self.choose("")
        self._ask(PAGE, fresh=True)

    def leave_detail(self) -> None:
        """Go back to the list, where there is room for one of them only."""
        self.choose("")

    def toggle(self, order: str) -> str:
        """Mark an order, or take its mark away; return why it can't be marked, empty where it can."""
        row = next((row for row in self._rows if row.order == order), None)
        if row is None or self._ground is None or order.startswith(BATCH):
            return ""
        if order in self._selected:
            del self._selected[order]
        elif row.mine and not row.confirms:
            self._selected[order] = None
        else:
            return why_not(self._listed[order].facts, self._ground, self._words)
        self._after_marking()
        return ""

    def select_all(self) -> None:
        """Mark every listed order that can be signed with others."""
        self._selected |= {row.order: None for row in self._rows if may_go_along(row)}
        self._after_marking()

    def clear_selection(self) -> None:
        """Take all marks away."""
        self._selected.clear()
        self._after_marking()

    def _after_marking(self) -> None:
        if self._stage is Stage.BATCH and not self._selected and not self._signs_whole:
            self._stage = Stage.DETAIL
        self._render()

    # — one order —

    def open_stage(self, stage: Stage) -> None:
        """Go to signing, rejecting, returning or recording a call-back; ``DETAIL`` goes back."""
        if stage is Stage.BATCH and not self._selected:
            return
        self._stage, self._signs_whole = stage, False
        self._deeds.forget()
        if stage is Stage.BATCH:
            looking = look_at_marked(self._session, self._marked())
            run_script(self._session.tasks, looking, self._take_accounts, self._failed)
        self._render()

    def open_order(self) -> None:
        """Show the order's own page."""
        if self._chosen:
            self._go.open_order(self._chosen)

    def approve(self, on_screen: ReadBack, digits: str, passphrase: str) -> None:
        """Sign exactly what is on screen: an approval, or the confirmation of the requester's other device."""
        confirms = self._detail is not None and self._detail.act == CONFIRM
        self._deeds.sign(on_screen, digits, passphrase, confirms=confirms)

    def stop(self, reason: str | None, note: str) -> None:
        """Reject or return the order that is shown, as the stage says."""
        found = self._whole
        if found is not None and self._stage in {Stage.REJECT, Stage.REPAIR}:
            record = found.facts.record
            self._deeds.stop(self._stage, record.content.order, record.digest, reason, note)

    def record_call_back(self, answer: str | None) -> None:
        """Put on record that the payee read the account back."""
        if self._whole is not None:
            record = self._whole.facts.record
            self._deeds.call_back(record.content.order, record.digest, answer)

    def approve_batch(self, on_screen: Batch, passphrase: str) -> None:
        """Sign all that was listed on screen."""
        if on_screen is self.whole.batch:
            self.whole.sign(passphrase)
            return
        orders = [self._listed[item.order].facts.record for item in on_screen.items if item.order in self._listed]
        self._deeds.approve_batch(orders, on_screen.digest, passphrase)

    def approve_whole(self) -> None:
        """Gather all of the batch that is chosen or open, to sign it together."""
        self.whole.gather(self._within or self._entry.removeprefix(BATCH))

    def _show_whole(self) -> None:
        self._stage, self._signs_whole = Stage.BATCH, True
        self._render()

    # — reading —

    def _ask(self, wanted: int, *, fresh: bool, again: bool = False) -> None:
        self._asked = Asked(self._asked.number + 1, wanted, fresh, again)
        self._asking, self._error = True, ""
        self._render()
        script = self._scan(self._asked, None if fresh else self._after)
        run_script(self._session.tasks, script, partial(self._answered, self._asked), self._not_answered)

    def _scan(self, asked: Asked, after: tuple[int, str] | None) -> Script[Answer | None]:
        """Read pieces until enough rows pass the filter; each piece is a short task of its own."""
        session, wanted, text, within = self._session, self._filter, self._text, self._within
        heads = yield from read_heads(session)
        if asked.again and heads is not None and heads == self._heads:
            return None  # nothing came since the last look
        ground = yield from read_ground(self._session)
        found: list[Listed] = []
        batches: tuple[InboxRow, ...] = ()
        if after is None and not text and not within:
            batches = yield from on_read(partial(batch_rows, session.reader, ground, wanted))
        while len(found) < asked.wanted and asked.number == self._asked.number and not self._closed:
            piece = yield from on_read(partial(scan, session.reader, ground, text, wanted, after, within))
            found += piece.found
            after = piece.after
            if after is None:
                break
        return Answer(ground, found, after, batches, heads)

    def _answered(self, asked: Asked, answer: Answer | None) -> None:
        if asked.number != self._asked.number or self._closed:
            return
        self._asking = False
        if answer is None:
            self._render()
            return
        self._ground, self._heads, found = answer.ground, answer.heads, answer.found
        self._after, rows = answer.after, [item.row for item in found]
        more = self._after is not None
        if asked.fresh:
            rows = [*answer.batches, *rows]
            self._listed = {item.row.order: item for item in found}
            self._selected = {order: None for order in self._selected if order in self._listed}
            if self._rows != rows or not rows:
                self._rows = rows
                self._view.show_rows(rows, more=more)
        else:
            self._listed |= {item.row.order: item for item in found}
            self._rows += rows
            self._view.add_rows(rows, more=more)
        self._render()

    def _not_answered(self, error: Exception) -> None:
        self._asking = False
        self._failed(error)

    def _read_chosen(self) -> None:
        wanted = self._chosen
        script = self._look(wanted)
        run_script(self._session.tasks, script, partial(self._take_whole, wanted), self._failed)

    def _look(self, order: str) -> Script[tuple[Whole, Detail] | None]:
        """Read one order and word it, in the lane that reads; that it was looked at is put on record before."""
        session = self._session
        found = yield from on_read(partial(whole, session.reader, order))
        if found is None:
            return None
        record = found.facts.record
        looked = yield from on_vault(partial(look_at_order, session.vault, order, record.digest))
        if looked is not None:
            found = (yield from on_read(partial(whole, session.reader, order))) or found
        ground = yield from read_ground(self._session)
        detail = yield from on_read(partial(detail_of, found, ground, self._waiting(), self._words))
        return found, detail

    def _take_whole(self, wanted: str, found: tuple[Whole, Detail] | None) -> None:
        if wanted == self._chosen and not self._closed:
            self._whole, self._detail = found or (None, None)
            self._render()

    def _take_accounts(self, accounts: Sequence[AccountRow]) -> None:
        self._accounts = accounts
        self._render()

    def _done(self, deed: Deed, said: str) -> None:
        """Go back to the list after something was done, with what it was in words."""
        if self._closed:
            return
        self._said, self._stage = said, Stage.DETAIL
        self.whole.let_go()
        if deed is Deed.CALL_BACK:
            self._read_chosen()
        else:
            if deed is Deed.BATCH:
                self._selected.clear()
            self._selected.pop(self._chosen, None)
            self._chosen, self._whole, self._detail = "", None, None
        self._ask(max(PAGE, len(self._rows)), fresh=True)
        self._told()

    def _failed(self, error: Exception) -> None:
        self._error = words_of(error)
        self._render()

    # — showing —

    def _render(self) -> None:
        if not self._closed:
            state, self._said = self.state(), ""  # what was done is said once
            self._view.show_state(state)

    def state(self) -> InboxState:
        """Say what is to be shown."""
        ground, detail = self._ground, self._detail
        faults = self.whole.faults if self._signs_whole else self._deeds.faults
        return InboxState(
            heading=_("Approvals"),
            filters=tuple((key.value, words, key is self._filter) for key, words in filter_words()),
            text=self._text,
            summary=summary_text(len(self._rows), asking=self._asking, more=self._after is not None),
            searching=self._asking,
            error=self._error,
            empty_title=_("Nothing found") if self._text else nothing_title(self._filter),
            empty_text=nothing_text(self._filter, alone=bool(ground and ground.alone), searched=bool(self._text)),
            chosen=self._chosen,
            within=self._within,
            entry=self._entry,
            selected=frozenset(self._selected),
            selection=selection_text([item.facts for item in self._marked()]),
            stage=self._stage,
            detail=detail,
            form=form(self._stage, detail) if detail else None,
            batch=self._batch(),
            faults=faults if self._stage is not Stage.DETAIL else Faults(),
            busy=self._deeds.busy or self.whole.busy,
            problem=self._deeds.problem if self._deeds.problem != Problem() else self.whole.problem,
            said=self._said,
            whole=whole_text(self._entry, self._within, gathered=self.whole.batch is not None),
            progress=self.whole.progress,
            stoppable=bool(self.whole.busy),
        )

    def _marked(self) -> list[Listed]:
        return [self._listed[order] for order in self._selected if order in self._listed]

    def _waiting(self) -> list[OrderRecord]:
        return [item.facts.record for item in self._listed.values()]

    def _batch(self) -> Batch | None:
        if self._stage is not Stage.BATCH or self._ground is None:
            return None
        if self._signs_whole:
            return self.whole.batch
        return batch_of(self._marked(), self._ground, self._waiting(), self._accounts, self._words.list)


def _moment(session: Session, at_ms: int) -> str:
    return isolate(time_text(at_ms, zone_name(session.zone), language()))
