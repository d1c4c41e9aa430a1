"""Approve a list of thousands: one approval for each order, a few in each transaction, each naming one digest.

Unlike ``approve_batch``, which signs all or none, this may be stopped on the way, by the person or by a crash: what was
signed until then stands, each approval for its own order. The others wait as before.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.vault import Vault
from countersign.application.session import Session
from countersign.application.use_cases.approve_batch import ShownOrder
from countersign.application.use_cases.approve_order import as_shown, sign_approval
from countersign.application.use_cases.rules_read import require_rules_read
from countersign.domain.approval.progress import obstacle
from countersign.domain.batch_digest import batch_digest
from countersign.domain.errors import SecurityError, UserFacingError

_FIRST: Final = 4
_MOST_AT_ONCE: Final = 40
_WANTED_MS: Final = 40  # of the 100 ms that a task in the vault's lane may take


@dataclass(frozen=True, slots=True)
class Signed:
    """How far it came.

    Attributes:
        signed: Orders that were approved.
        passed: Orders that this person can't approve any more: somebody stopped them, or they were approved meanwhile.
    """

    signed: int = 0
    passed: int = 0


def approve_whole(
    session: Session,
    orders: Sequence[ShownOrder],
    shown_batch: str,
    told: Callable[[Signed], None] = lambda _signed: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Script[Signed]:
    """Sign an approval of every order that was shown.

    Args:
        session: The session.
        orders: What was on screen.
        shown_batch: The digest over them whose phrase was on screen; every approval names it.
        told: How far it is, after each transaction; on the owner's thread.
        cancelled: Asked before each transaction.

    Raises:
        UserFacingError: ``batch.empty``, ``rules.newer_version``.
        SecurityError: ``binding.screen``; ``approval.*``: one would not count. What was told of stands.
    """
    yield from on_network(partial(_require_shown, orders, shown_batch))
    done, at, at_once = Signed(), 0, _FIRST
    while at < len(orders) and not cancelled():
        before = session.clock.monotonic_ms()
        signed = yield from on_vault(partial(_approve_some, session.vault, orders[at : at + at_once], shown_batch))
        took = max(session.clock.monotonic_ms() - before, 1)
        passed = len(orders[at : at + at_once]) - signed
        done, at = Signed(done.signed + signed, done.passed + passed), at + at_once
        at_once = max(1, min(_MOST_AT_ONCE, at_once * 2, at_once * _WANTED_MS // took))
        told(done)
    return done


def _require_shown(orders: Sequence[ShownOrder], shown_batch: str) -> None:
    if not orders:
        raise UserFacingError("batch.empty")
    if batch_digest(item.shown_digest for item in orders) != shown_batch:
        raise SecurityError("binding.screen", field="digest")


def _approve_some(vault: Vault, orders: Sequence[ShownOrder], shown_batch: str) -> int:
    """Sign some, and return how many. VAULT lane."""
    signed = 0
    with vault.transaction() as change:
        require_rules_read(vault, change)
        for item in orders:
            try:
                record = as_shown(change, item.order, item.shown, item.shown_digest)
            except UserFacingError:  # not open any more
                continue
            if obstacle(record, change.rules.governance, vault.identity.member, change.now_ms):
                continue  # signed meanwhile, one by one
            sign_approval(change, record, shown_batch)
            signed += 1
    return signed
