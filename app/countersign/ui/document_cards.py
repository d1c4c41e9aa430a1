"""The card with an order's documents, for the pages that show an order; loaded when one is first wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from countersign.presentation.file_hands import DocumentHands
    from countersign.presentation.shell import ShellPresenter


def documents_card(shell: ShellPresenter, hands: DocumentHands, order: str) -> QWidget:
    """Return the card for one order, hidden as long as nothing is attached to it."""
    from countersign.presentation.order_documents import OrderDocuments  # noqa: PLC0415 - see above
    from countersign.ui.widgets.order_documents_card import OrderDocumentsCard  # noqa: PLC0415 - see above

    card = OrderDocumentsCard()
    card.attach(OrderDocuments(shell.session, hands, card), order)
    return card
