"""Orders that travel without a network: gathering what another device lacks to judge one, as codes or a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from countersign.application.flows.script import Script, on_vault
from countersign.application.ports.workspace import WorkspaceVault
from countersign.application.sharing import NO_KEY, Sharing
from countersign.application.use_cases.carry_order import (
    OrderParcel,
    begin_order_parcel,
    causes_known,
    seal_order_parcel,
    walk_causes,
)
from countersign.application.use_cases.relay_notes import read_notes
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.governance import Device

ANSWERS: Final = frozenset({kinds.ORDER_APPROVED, kinds.ORDER_CONFIRMED, kinds.ORDER_STOPPED})
"""What a person signs where others wait for it."""
_LOOKED_BACK: Final = 8


def gather_order(
    sharing: Sharing,
    order: str,
    to: Sequence[str] = (),
    go_on: Callable[[int, int], bool] = lambda _done, _total: True,
) -> Script[OrderParcel]:
    """Seal what others lack to judge an order, a piece at a time.

    Args:
        sharing: How this device shares its workspace.
        order: The order.
        to: Devices; all others, if not given.
        go_on: Called on the owner's thread with how many events are sealed, of how many; where it says no, it ends
            early, and what there is is no good.

    Raises:
        SecurityError: ``relay.no_key``, ``vault.read_only``: nothing can be sealed here.
    """
    if not sharing.hears:
        raise SecurityError(NO_KEY)
    vault, tools = sharing.vault, sharing.tools
    notes = yield from on_vault(partial(read_notes, vault))
    parcel = yield from on_vault(partial(begin_order_parcel, vault, tools, notes, order, to))
    while not causes_known(parcel) and go_on(0, parcel.total):
        parcel = yield from on_vault(partial(walk_causes, vault, parcel))
    while not parcel.ended and go_on(parcel.events, parcel.total):
        parcel = yield from on_vault(partial(seal_order_parcel, vault, tools, notes, parcel))
    return parcel


def other_devices(vault: WorkspaceVault, now_ms: int) -> tuple[Device, ...]:
    """Return the open devices that an order can be shown to; none where there are no others. VAULT lane."""
    if not vault.admitted:
        return ()
    there = (item for item in vault.rules.governance.devices if item.device != vault.identity.device)
    return tuple(item for item in there if not item.closed and not 0 < item.expires_at <= now_ms)


def last_answer(vault: WorkspaceVault) -> str:
    """Return the order about which this device signed an answer last; empty where that is some time ago. VAULT lane."""
    own = vault.identity.device
    head = vault.heads().get(own)
    if head is None:
        return ""
    start = max(0, head.size - _LOOKED_BACK)
    events = vault.shared_events(own, start, head.size - start)
    return next((item.header.subject for item in reversed(events) if item.kind in ANSWERS), "")
