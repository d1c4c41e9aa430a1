"""All of a batch, approved together: gathered in pieces, shown with what is left out, and signed in pieces.

Both can be stopped. What was gathered is held as short as it can be: a batch may have tens of thousands of payments.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_read, on_vault, run_script
from countersign.application.ports.vault import AccountRow, Projections
from countersign.application.ports.vault_door import VaultDoor
from countersign.application.session import Session
from countersign.application.use_cases.approve_batch import ShownOrder
from countersign.application.use_cases.approve_whole import Signed, approve_whole
from countersign.application.use_cases.confirm_person import confirm_person
from countersign.application.use_cases.look_at_order import look_at_list, looks_at
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import CountersignError
from countersign.domain.ledger import kinds
from countersign.domain.order import fingerprint_phrase
from countersign.domain.secret import SecretText
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate, time_text
from countersign.presentation.inbox_batch import charts_of, item_of, may_go_along, totals_of
from countersign.presentation.inbox_deeds import PASSPHRASE_ERRORS, Deed
from countersign.presentation.inbox_detail import left_in_accounts
from countersign.presentation.inbox_facts import BATCH
from countersign.presentation.inbox_ground import Ground, read_ground
from countersign.presentation.inbox_rows import scan
from countersign.presentation.inbox_state import Batch, Fact, Faults, Filter
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.transfer_desk import Problem, zone_name

_BETWEEN_MS: Final = 150  # of two looks at how far it is


@dataclass(slots=True)
class _Gathered:
    """The orders of a batch that wait: those that go along, those that need opening first, and how many others."""

    going: list[ShownOrder] = field(default_factory=list)
    flagged: list[ShownOrder] = field(default_factory=list)
    others: int = 0

    @property
    def count(self) -> int:
        """How many were looked at."""
        return len(self.going) + len(self.flagged) + self.others


class WholeBatch:
    """Gathers a batch, and has it signed: one thing at a time.

    Attributes:
        batch: What was gathered, in words; None before.
        busy: What is being done, in words; empty when nothing is.
        progress: How much of it is done, and of how much.
        problem: What went wrong last.
        faults: What is wrong with what was typed.
    """

    def __init__(
        self,
        session: Session,
        door: VaultDoor,
        words: Sequence[str],
        changed: Callable[[], None],
        gathered: Callable[[], None],
        done: Callable[[Deed, str], None],
    ) -> None:
        """Make it.

        Args:
            session: The session.
            door: Makes sure who signs.
            words: The list that fingerprint phrases are made from.
            changed: Told when something else is to be shown.
            gathered: Told when there is a batch to be shown.
            done: Told in words what was signed.
        """
        self._session, self._door, self._words = session, door, words
        self._changed, self._ready, self._done = changed, gathered, done
        self._orders: tuple[ShownOrder, ...] = ()
        self._of = ""
        self._cancelled = False
        self._shown_at = 0
        self._signed = Signed()
        self.batch: Batch | None = None
        self.busy = ""
        self.progress = (0, 0)
        self.problem, self.faults = Problem(), Faults()

    def forget(self) -> None:
        """Forget what went wrong."""
        self.problem, self.faults = Problem(), Faults()

    def stop(self) -> None:
        """Stop after the piece that is under way."""
        self._cancelled = True

    def gather(self, batch: str) -> None:
        """Gather all of a batch that waits; what was gathered before is shown again."""
        if self.busy:
            return
        self.forget()
        if self.batch is not None and self._of == batch:
            self._ready()
            return
        self._of, self.batch, self._orders = batch, None, ()
        self._begin(_("Gathering all payments of this batch"))
        run_script(self._session.tasks, self._gather(batch), self._gathered, self._failed)

    def sign(self, passphrase: str) -> None:
        """Sign all that was gathered and can be signed together."""
        batch = self.batch
        if self.busy or batch is None:
            return
        self.problem = Problem()
        self.faults = Faults(passphrase="" if passphrase else _("Type the passphrase of your vault."))
        if self.faults != Faults():
            self._changed()
            return
        self._signed = Signed()
        self._begin(_("Signing each payment"))
        run_script(self._session.tasks, self._sign(batch.digest, passphrase), self._ended, self._failed)

    # — inside —

    def _begin(self, busy: str) -> None:
        self.busy, self.progress, self._cancelled = busy, (0, 0), False
        self._changed()

    def _rest(self) -> None:
        self.busy, self.progress = "", (0, 0)

    def _tell(self, done: int, total: int) -> None:
        self.progress = (done, total)
        now = self._session.clock.monotonic_ms()
        if now - self._shown_at >= _BETWEEN_MS:
            self._shown_at = now
            self._changed()

    def _gather(self, batch: str) -> Script[tuple[_Gathered, Batch] | None]:
        session, found = self._session, _Gathered()
        ground = yield from read_ground(session)
        open_batches = yield from on_read(session.reader.open_batches)
        total = next((item.waiting for item in open_batches if item.batch == batch), 0)
        after: tuple[int, str] | None = None
        while True:
            after = yield from on_read(partial(_take_some, session.reader, ground, batch, after, found))
            self._tell(found.count, max(total, found.count))
            if self._cancelled:
                return None
            if after is None:
                break
        accounts = yield from on_read(session.reader.accounts)
        worded = yield from on_read(partial(_worded, found, ground, accounts, self._words))
        orders = [item.order for item in found.going]
        looked = yield from on_vault(partial(_look, session, ground, batch, worded.digest, orders))
        return found, replace(worded, looked=looked)

    def _gathered(self, found: tuple[_Gathered, Batch] | None) -> None:
        self._rest()
        if found is None:
            self._changed()
            return
        gathered, self.batch = found
        self._orders = tuple(gathered.going)
        self._ready()

    def _sign(self, digest: str, passphrase: str) -> Script[Signed]:
        yield from on_vault(partial(confirm_person, self._door, SecretText(passphrase)))
        return (
            yield from approve_whole(self._session, self._orders, digest, self._some_signed, lambda: self._cancelled)
        )

    def _some_signed(self, signed: Signed) -> None:
        self._signed = signed
        self._tell(signed.signed + signed.passed, len(self._orders))

    def _ended(self, signed: Signed) -> None:
        self._rest()
        total = len(self._orders)
        said = ngettext("You approved {count} payment.", "You approved {count} payments.", signed.signed)
        words = [said.format(count=signed.signed)]
        left = total - signed.signed - signed.passed
        if signed.passed:
            passed = ngettext("{count} is not open any more.", "{count} are not open any more.", signed.passed)
            words.append(passed.format(count=signed.passed))
        if left:
            words.append(ngettext("{count} still waits.", "{count} still wait.", left).format(count=left))
        self.let_go()
        self._tell_others()
        self._done(Deed.BATCH, " ".join(words))

    def let_go(self) -> None:
        """Let go of what was gathered: it is not what waits any more."""
        self.batch, self._orders, self._of = None, (), ""

    def _tell_others(self) -> None:
        if self._session.shared is not None:
            self._session.shared.tell_others()

    def _failed(self, error: Exception) -> None:
        self._rest()
        if not isinstance(error, CountersignError):
            self._changed()
            raise error
        if error.code in PASSPHRASE_ERRORS:
            self.faults = Faults(passphrase=sentence(error.code, error.params))
        else:
            self.problem = Problem.of(error)
        if self._signed.signed:  # what was signed stands; the rest is gathered anew
            self.let_go()
            self._tell_others()
        self._changed()


def _take_some(
    reader: Projections, ground: Ground, batch: str, after: tuple[int, str] | None, found: _Gathered
) -> tuple[int, str] | None:
    """Look at the next orders of a batch, and return where to go on. READ lane; short."""
    piece = scan(reader, ground, "", Filter.ALL, after, batch)
    for item in piece.found:
        record = item.facts.record
        order = ShownOrder(record.content.order, record.content.payment, record.digest)
        if may_go_along(item.row):
            found.going.append(order)
        elif item.row.mine:
            found.flagged.append(order)
        else:
            found.others += 1
    return piece.after


def _look(session: Session, ground: Ground, batch: str, digest: str, orders: Sequence[str]) -> tuple[Fact, ...]:
    """Put on record that all of this was shown, and say who else was shown the batch so, and when. VAULT lane."""
    vault = session.vault
    look_at_list(vault, batch, digest, orders)
    looks: dict[str, Fact] = {}
    for event in vault.events_of(looks_at(batch)):
        member = ground.rules.governance.member_of(event.header.device)
        if event.kind == kinds.BATCH_OPENED and member is not None and member.member != vault.identity.member:
            when = isolate(time_text(event.header.at, zone_name(session.zone), language()))
            looks.setdefault(member.member, Fact(member.name, when))
    return tuple(looks.values())


def _worded(found: _Gathered, ground: Ground, accounts: Sequence[AccountRow], words: Sequence[str]) -> Batch:
    """Word what was gathered. Any worker: of ten thousand it takes a second."""
    going = [item.shown for item in found.going]
    digest = batch_digest(item.shown_digest for item in found.going) if going else ""
    blocked = "" if ground.may_sign else _("This copy of the vault can only be read. Sign on your newer one.")
    if not going:
        blocked = blocked or _("Nothing is left to sign together: open them one by one.")
    title = ngettext("Approve {count} payment", "Approve {count} payments", len(going)).format(count=len(going))
    held, count = len(found.flagged), found.count
    excluded = ngettext("{held} of {all} needs opening first.", "{held} of {all} need opening first.", held)
    return Batch(
        heading=title,
        lead=_("One signature for each. If you stop on the way, what was signed by then stays signed."),
        totals=totals_of(going),
        excluded=excluded.format(held=held, all=count) if held else "",
        flagged=tuple(item_of(item.order, item.shown) for item in found.flagged),
        items=tuple(item_of(item.order, item.shown) for item in found.going),
        charts=charts_of(going),
        liquidity=left_in_accounts(going, [item.shown for item in found.flagged], accounts) if going else (),
        phrase=fingerprint_phrase(digest, words) if digest else (),
        digest=digest,
        primary=title,
        blocked=blocked,
    )


def whole_text(entry: str, within: str, *, gathered: bool) -> str:
    """Return the words of the button that leads here; empty where no batch is chosen or open."""
    if not (entry.removeprefix(BATCH) or within):
        return ""
    return _("Back to all of this batch") if gathered else _("Approve all of this batch…")
