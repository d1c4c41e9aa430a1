"""Projects what is only listed: batches that were prepared, and templates that are kept.

Several events may describe one of them, and arrive in any order: of a template the one furthest in folding order
stands; the parts of a batch all say the same of it.
"""

from __future__ import annotations

from typing import Final

from countersign.adapters.vault.database import Connection
from countersign.domain.canonical import Fields
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event

LISTED: Final = frozenset({kinds.BATCH_PREPARED, kinds.TEMPLATE_KEPT, kinds.TEMPLATE_DROPPED})


def list_event(connection: Connection, event: Event, version: str) -> None:
    """Bring the lists up to date with one event.

    Args:
        connection: The projections'.
        event: Of a kind in ``LISTED``.
        version: Sorts as events do.

    Raises:
        SecurityError: Its body does not have its form.
    """
    fields, about = Fields(event.says(), event.kind), event.header.subject
    if event.kind == kinds.BATCH_PREPARED:
        connection.execute(
            "INSERT INTO p_batches VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = min(at, excluded.at)",
            (
                *(about, fields.text("name"), fields.text("sha256"), fields.integer("count"), fields.text("digest")),
                *(event.header.at, event.header.device),
            ),
        )
        return
    kept = event.kind == kinds.TEMPLATE_KEPT
    connection.execute(
        "INSERT INTO p_templates VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET name = excluded.name,"
        " from_order = excluded.from_order, dropped = excluded.dropped, at = excluded.at, version = excluded.version"
        " WHERE excluded.version > version",
        (
            *(about, fields.text("name") if kept else "", fields.text("order") if kept else ""),
            *(int(not kept), event.header.at, version),
        ),
    )
