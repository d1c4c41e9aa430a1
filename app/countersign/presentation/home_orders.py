"""The orders that the first page lists: the newest of those under way, and how many there are besides.

A list of payments is under way with thousands of orders; each of them would have to be folded, and drawn as a card.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_read
from countersign.application.flows.transfer import TransferDraft
from countersign.application.ports.vault import InFlight, Projections
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.order_state import BEGUN, OrderState
from countersign.presentation.messages import _, ngettext
from countersign.presentation.waiting_item import WaitingItem

SHOWN: Final = 25
"""Orders of each kind that are listed one by one."""

_KINDS: Final = (
    InFlight(states=frozenset({OrderState.UNKNOWN}), limit=SHOWN),
    InFlight(states=BEGUN - {OrderState.UNKNOWN}, limit=SHOWN),
    InFlight(states=frozenset({OrderState.APPROVED}), limit=SHOWN),
)
_WAITING: Final = InFlight(states=frozenset({OrderState.PREPARED}), limit=SHOWN)


@dataclass(frozen=True, slots=True)
class OrdersUnderWay:
    """Orders that are not final: the newest ones, and how many there are besides."""

    shown: tuple[OrderRecord, ...] = ()
    more: int = 0


NO_ORDERS: Final = OrdersUnderWay()


def orders_under_way(reader: Projections, drafts: Sequence[TransferDraft], device: str = "") -> Script[OrdersUnderWay]:
    """Read them; each kind is a short task of its own.

    Args:
        reader: The projections.
        drafts: What was begun; whether its order was sent is read, too.
        device: Those of this device only, where others belong to the workspace; empty for all.
    """
    found: dict[str, OrderRecord] = {}
    # Where others approve, those of a list wait for them together: the approvals have them as one entry.
    waiting = replace(_WAITING, batch="" if device else None)
    for kind in (*_KINDS, waiting):
        records = yield from on_read(partial(reader.orders_in_flight, replace(kind, device=device)))
        found |= {record.content.order: record for record in records}
    count = yield from on_read(partial(reader.count_in_flight, InFlight(device=device)))
    for draft in drafts:
        if draft.order and draft.order not in found:
            record = yield from on_read(partial(reader.order, draft.order))
            if record is not None and record.state in BEGUN:
                found[draft.order] = record
    newest = sorted(found.values(), key=lambda record: -record.created_at)
    return OrdersUnderWay(tuple(newest), max(count - len(newest), 0))


def more_item(more: int) -> tuple[WaitingItem, ...]:
    """Say that there are more than are listed."""
    if not more:
        return ()
    title = ngettext("{count} more payment is under way", "{count} more payments are under way", more)
    return (
        WaitingItem(
            kind="more",
            about="",
            icon="send",
            title=title.format(count=more),
            text=_("Payments of lists, and those that were made before these. History has them all."),
            chip="",
            tone="neutral",
            action=_("See all of them"),
            action_name=_("See all payments that are under way, in the history"),
        ),
    )
