"""The verdict on one cell: the bank's own journal against what the ledger says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from countersign.application.flows.submission import Phase
from countersign.domain.order_state import MAY_HAVE_MOVED_MONEY, OrderState
from practicebank.dump import dump
from tests.security.kill_person import Visit
from tests.security.kill_world import PASSPHRASE, door_of, order_of

_GONE = frozenset({"ACTC", "ACSP", "ACSC", "ACCC"})
_NOTHING_HAPPENED = frozenset({OrderState.REJECTED, OrderState.CANCELLED, OrderState.ABANDONED, OrderState.STOPPED})
_NOTHING_SENT = frozenset({Phase.IDLE, Phase.NOT_SENT})
_STILL_OPEN = frozenset({Phase.CONTINUE, Phase.PASSWORD, Phase.METHOD, Phase.CODE})


@dataclass(frozen=True, slots=True)
class Books:
    """What the bank did for our order.

    Attributes:
        payments: How many payments it was asked for.
        executions: How many it executed, those that were taken back included.
        gone: How many of them stand.
    """

    payments: int
    executions: int
    gone: int

    @classmethod
    def of(cls, home: Path, end_to_end_id: str = "") -> Books:
        """Read the bank's own database, of one order; of the cell's one where none is named."""
        end_to_end_id = end_to_end_id or order_of(home)[1]
        found = dump(home / "world")
        payments = [one for one in _rows(found["payments"]) if one["end_to_end_id"] == end_to_end_id]
        executed = [one for one in _rows(found["journal"]) if one["end_to_end_id"] == end_to_end_id]
        return cls(len(payments), len(executed), sum(1 for one in executed if one["status"] in _GONE))


def _rows(found: object) -> list[dict[str, object]]:
    return [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []


@dataclass(slots=True)
class Verdict:
    """What became of one cell.

    Attributes:
        fired: Whether the worker died by its own hand at the named place.
        struck: Whether the bank's trouble struck.
        duplicates: More than one execution.
        lost: The ledger says that nothing happened, or that nothing was sent, or doesn't know of it, and the bank has
            it.
        silent_unknown: The ledger or the page claims to know what isn't so.
        sent_twice: The order was handed to the bank more than once, executed or not.
        order_broken: Something was sent between a commit and its anchor.
        rollback_unnoticed: An older copy of the vault could still sign.
        damaged: The full verification found a fault, or projections that differ.
        unresolved: The bank answers, and the order still isn't at its end.
    """

    cell: str
    fired: bool = False
    struck: bool = True
    duplicates: bool = False
    lost: bool = False
    silent_unknown: bool = False
    sent_twice: bool = False
    order_broken: bool = False
    rollback_unnoticed: bool = False
    damaged: bool = False
    unresolved: bool = False
    failed: str = ""
    executions: int = 0
    state: str = ""
    seconds: float = 0.0
    looks: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def red(self) -> bool:
        """Whether anything is wrong with the program."""
        wrong = self.duplicates or self.lost or self.silent_unknown or self.sent_twice or self.order_broken
        return wrong or self.rollback_unnoticed or self.damaged or self.unresolved or bool(self.failed)


def judge_found(verdict: Verdict, state: str, books: Books) -> None:
    """Judge what the ledger said before anybody asked: what the bank carried out is on record as sent (LEDGER 16)."""
    verdict.lost |= bool(books.gone) and OrderState(state) not in MAY_HAVE_MOVED_MONEY


def judge_look(verdict: Verdict, visit: Visit, before: Books, after: Books) -> None:
    """Judge what a restart showed first, against what the bank had done before and after the person looked.

    A request that is still on its way may come to its end meanwhile; what is held against the page is so on both sides.
    """
    phase, state, error = visit.looks[0]
    gone = min(before.gone, after.gone)
    if before.payments and Phase(phase) in _NOTHING_SENT:
        verdict.silent_unknown = True
    if gone and Phase(phase) in _STILL_OPEN and not error:
        verdict.silent_unknown = True
    if gone and OrderState(state) in _NOTHING_HAPPENED:
        verdict.lost = True
    if OrderState(state) is OrderState.SETTLED and after.gone != 1:
        verdict.silent_unknown = True
    verdict.looks.extend(visit.looks)


def judge_end(verdict: Verdict, visit: Visit, books: Books) -> None:
    """Judge where the order ended."""
    state = OrderState(visit.looks[-1][1])
    verdict.state, verdict.executions = state.value, books.executions
    verdict.duplicates |= books.executions > 1
    verdict.sent_twice |= books.payments > 1
    verdict.lost |= bool(books.payments) and not visit.intents
    verdict.lost |= bool(books.gone) and state in _NOTHING_HAPPENED
    verdict.lost |= not visit.may_sign
    verdict.silent_unknown |= state in {OrderState.SETTLED, OrderState.ACCEPTED} and books.gone != 1
    verdict.silent_unknown |= bool(books.gone) and Phase(visit.looks[-1][0]) in _STILL_OPEN | _NOTHING_SENT
    verdict.unresolved |= not visit.final
    verdict.damaged |= bool(visit.faults) or not visit.projections_equal


def order_kept(trace: Sequence[str]) -> bool:
    """Tell whether nothing was sent between a commit and its anchor (LEDGER 16)."""
    waits = False
    for name in trace:
        if name == "vault.commit.after":
            waits = True
        elif name == "vault.anchor.after":
            waits = False
        elif waits and name.endswith(".send.before"):
            return False
    return True


def rollback_noticed(home: Path, older: Path) -> bool:
    """Put an older copy of the vault beside the anchor of today, and tell whether it is kept from signing."""
    (home / "vault").rename(home / "vault.newest")
    (older / "vault").rename(home / "vault")
    door = door_of(home)
    try:
        return not door.unlock(PASSPHRASE).may_sign
    finally:
        door.lock()
