"""Orders that travel as codes, among the pages of the program; loaded when first wanted, or in a worker before that."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from countersign.presentation.shell import Page, ShellPresenter

if TYPE_CHECKING:
    from collections.abc import Callable

    from countersign.presentation.code_reading import PictureSources
    from countersign.presentation.parcels import PictureHands
    from countersign.ui.shell import MakePage, Making
    from countersign.ui.views.inbox.page import InboxPage


def code_pages(
    shell: ShellPresenter, hands: PictureHands, words: Sequence[str], sources: Callable[[], PictureSources]
) -> dict[Page, MakePage]:
    """Return what makes each of them."""
    return {
        Page.SHOW_CODE: partial(_show, shell, hands, words),
        Page.READ_CODE: partial(_read, shell, hands, sources),
    }


def _show(shell: ShellPresenter, hands: PictureHands, words: Sequence[str], order: str) -> Making:
    from countersign.presentation.code_showing import ShowCodePresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.codes.show import ShowCodePage  # noqa: PLC0415 - see above

    page = ShowCodePage()
    yield page
    page.attach(ShowCodePresenter(shell.session, page, shell, words, hands), order)


def _read(shell: ShellPresenter, hands: PictureHands, sources: Callable[[], PictureSources], order: str) -> Making:
    from countersign.presentation.code_reading import ReadCodePresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.codes.read import ReadCodePage  # noqa: PLC0415 - see above

    page = ReadCodePage()
    yield page
    page.attach(ReadCodePresenter(shell.session, page, shell, hands, sources()), order)


def add_codes(shell: ShellPresenter, add: Callable[[QWidget], None], order: str) -> None:
    """Add to an order's page what leads to its code and to the answer; nothing where nobody else is there."""
    if shell.session.shared is None:
        return
    from countersign.presentation.code_offer import CodeOffer  # noqa: PLC0415 - see above
    from countersign.ui.views.codes.offer import CodeCard  # noqa: PLC0415 - see above

    card = CodeCard()
    add(card)
    card.attach(CodeOffer(shell.session, card, shell), order)


def add_code_ways(shell: ShellPresenter, page: InboxPage) -> Callable[[], None]:
    """Add to the inbox what reads a code and what shows one; return what is to be called once something was signed."""
    if shell.session.shared is None:
        return shell.count_approvals
    from countersign.presentation.code_offer import CodeOffer  # noqa: PLC0415 - see above
    from countersign.ui.views.codes.offer import CodeCard  # noqa: PLC0415 - see above

    page.pane.show_code = partial(shell.open_page, Page.SHOW_CODE)
    card = CodeCard(slim=True)
    for tool in card.tools:
        page.add_tool(tool)
    page.add_notice(card)
    card.attach(CodeOffer(shell.session, card, shell))

    def told() -> None:
        shell.count_approvals()
        card.answered()

    return told
