"""The approvals inbox among the pages of the program; loaded when it is first wanted, or in a worker before that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from countersign.application.ports.vault_door import VaultDoor
from countersign.presentation.shell import Page, ShellPresenter
from countersign.ui.code_pages import add_code_ways
from countersign.ui.document_cards import documents_card
from countersign.ui.together_pages import add_together

if TYPE_CHECKING:
    from countersign.presentation.file_hands import DocumentHands
    from countersign.ui.shell import MakePage, Making


def inbox_pages(
    shell: ShellPresenter, door: VaultDoor, words: Sequence[str], hands: DocumentHands
) -> dict[Page, MakePage]:
    """Return what makes the page."""
    return {Page.INBOX: partial(_inbox, shell, door, words, hands)}


def _inbox(shell: ShellPresenter, door: VaultDoor, words: Sequence[str], hands: DocumentHands, order: str) -> Making:
    from countersign.presentation.inbox import InboxPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.inbox.page import InboxPage  # noqa: PLC0415 - see above

    page = InboxPage()
    yield page
    page.pane.documents = partial(documents_card, shell, hands)
    told = add_code_ways(shell, page)
    page.attach(InboxPresenter(shell.session, page, shell, words, door, told), order)
    add_together(shell, page.add_notice)
