"""Put on record that somebody opened an order that another person asked for, on whatever page."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from countersign.application.flows.script import on_vault, run_script
from countersign.application.session import Session
from countersign.application.use_cases.look_at_order import look_at_order
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.order_record import OrderRecord


def note_look(
    session: Session, record: OrderRecord | None, then: Callable[[], None], failed: Callable[[Exception], None]
) -> None:
    """Record a look, once for each member and version; nothing happens where one asked for the order oneself.

    Args:
        session: The unlocked work.
        record: What is on screen; None where nothing is.
        then: Called where it is on record now and wasn't before.
        failed: Called with what went wrong.
    """
    if record is None or record.content.requester == session.vault.identity.member or not session.admitted:
        return

    def done(event: Event | None) -> None:
        if event is not None:
            if session.shared is not None:
                session.shared.tell_others()
            then()

    work = partial(look_at_order, session.vault, record.content.order, record.digest)
    run_script(session.tasks, on_vault(work), done, failed)
