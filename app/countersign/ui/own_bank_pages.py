"""The pages of one's own bank: adding an account, bringing in its files, writing down what was paid elsewhere."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from countersign.presentation.shell import Page, ShellPresenter

if TYPE_CHECKING:
    from countersign.presentation.file_hands import FileHands
    from countersign.ui.shell import MakePage, Making


def own_bank_pages(shell: ShellPresenter, hands: FileHands) -> dict[Page, MakePage]:
    """Return what makes each of them; they are loaded when they are first wanted, or in a worker before that."""
    return {
        Page.ADD_ACCOUNT: partial(_add_account, shell, hands),
        Page.BRING_IN: partial(_bring_in, shell, hands),
        Page.BATCH: partial(_batch, shell, hands),
        Page.TEMPLATES: partial(_templates, shell),
        Page.ELSEWHERE: partial(_elsewhere, shell),
    }


def _add_account(shell: ShellPresenter, hands: FileHands, number: str) -> Making:
    from countersign.presentation.add_account import AddAccountPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.add_account import AddAccountPage  # noqa: PLC0415 - see above

    page = AddAccountPage()
    yield page
    page.attach(AddAccountPresenter(shell.session, page, shell, hands), number)


def _bring_in(shell: ShellPresenter, hands: FileHands, _about: str) -> Making:
    from countersign.presentation.bring_in import BringInPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.bring_in import BringInPage  # noqa: PLC0415 - see above

    page = BringInPage()
    yield page
    page.attach(BringInPresenter(shell.session, page, shell, hands))


def _batch(shell: ShellPresenter, hands: FileHands, path: str) -> Making:
    from countersign.presentation.batch import BatchPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.batch.page import BatchPage  # noqa: PLC0415 - see above

    page = BatchPage()
    yield page
    page.attach(BatchPresenter(shell.session, page, shell, hands), path)


def _templates(shell: ShellPresenter, _about: str) -> Making:
    from countersign.presentation.templates import TemplatesPresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.templates import TemplatesPage  # noqa: PLC0415 - see above

    page = TemplatesPage()
    yield page
    page.attach(TemplatesPresenter(shell.session, page, shell))


def _elsewhere(shell: ShellPresenter, _about: str) -> Making:
    from countersign.presentation.elsewhere import ElsewherePresenter  # noqa: PLC0415 - see above
    from countersign.ui.views.elsewhere import ElsewherePage  # noqa: PLC0415 - see above

    page = ElsewherePage()
    yield page
    page.attach(ElsewherePresenter(shell.session, page, shell))
