"""Signing several payments at the bank by one code, among the pages of the program; loaded when it is first wanted."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from countersign.presentation.shell import Page, ShellPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from countersign.ui.shell import MakePage, Making


def together_pages(shell: ShellPresenter) -> dict[Page, MakePage]:
    """Return what makes the page."""
    return {Page.TOGETHER: partial(_together, shell)}


def _together(shell: ShellPresenter, order: str) -> Making:
    from countersign.presentation.together import TogetherPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.together.page import TogetherPage  # noqa: PLC0415 - see above

    page = TogetherPage()
    yield page
    page.attach(TogetherPresenter(shell.session, shell, page), order)


def add_together(shell: ShellPresenter, add: Callable[[QWidget], None], order: str = "") -> None:
    """Add the card that leads there to another page, which hides it where nothing can be signed together."""
    from countersign.presentation.together import TogetherOffer  # noqa: PLC0415 - see above
    from countersign.ui.views.together.offer import TogetherCard  # noqa: PLC0415 - see above

    card = TogetherCard(slim=not order)
    add(card)
    card.attach(TogetherOffer(shell.session, card, partial(shell.open_page, Page.TOGETHER)), order)
