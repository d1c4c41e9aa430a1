"""The program in windows: puts presenters and pages together. Qt's part of the composition root."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QLocale, Qt, QTimer, QTimeZone
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from countersign.application.flows.script import Script
from countersign.application.ports.clock import Clock
from countersign.application.ports.preferences import LANGUAGES, Preferences, PreferencesStore
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import VaultDoor
from countersign.presentation.first_run import NewVaultPresenter
from countersign.presentation.messages import _, language, set_language
from countersign.presentation.shell import Opened, Page, ShellPresenter
from countersign.presentation.unlock import UnlockPresenter, frozen_text, no_keyring_text
from countersign.ui.code_pages import add_codes, code_pages
from countersign.ui.document_cards import documents_card
from countersign.ui.file_dialogs import (
    AskFolder,
    AskWhere,
    AskWhich,
    FileDialogs,
    ShowFile,
    ask_folder,
    ask_where,
    ask_which,
    show_file,
)
from countersign.ui.inbox_pages import inbox_pages
from countersign.ui.later import JOINING, LATER, LIBRARIES
from countersign.ui.own_bank_pages import own_bank_pages
from countersign.ui.picture_sources import ComputerSources
from countersign.ui.qt_words import QtWords
from countersign.ui.shell import MakePage, Making, Shell
from countersign.ui.team_pages import add_sending, team_pages
from countersign.ui.theme.icons import read_icons
from countersign.ui.theme.style import apply_theme
from countersign.ui.theme.tokens import Theme
from countersign.ui.together_pages import add_together, together_pages
from countersign.ui.views.appearance import AppearanceCard
from countersign.ui.views.new_vault import NewVaultPage
from countersign.ui.views.unlock import UnlockPage
from countersign.ui.widgets import announce
from countersign.ui.widgets.turns import in_turns

if TYPE_CHECKING:
    from countersign.presentation.check import Vetting
    from countersign.presentation.code_reading import PictureSources
    from countersign.presentation.home import Safety
    from countersign.presentation.join_state import JoiningParts
    from countersign.ui.receipt_pdf import ReceiptExporter

_WARM_UP_AFTER_MS: Final = 250


@dataclass(slots=True)
class Parts:
    """What the program in windows is made of."""

    door: VaultDoor
    tasks: Tasks
    clock: Clock
    preferences: PreferencesStore
    open_session: Callable[[Vault], Script[Opened]]
    words: Sequence[str]
    closed: Callable[[], None]
    vetting: Vetting
    later: Sequence[str] = ()
    prepare: Callable[[], None] = lambda: None
    settled: Callable[[], None] = lambda: None
    joining: Callable[[], JoiningParts] | None = None
    sources: Callable[[], PictureSources] = ComputerSources


class Program:
    """The running program: one window, made anew when the language changes."""

    def __init__(
        self,
        parts: Parts,
        ask: AskWhere = ask_where,
        ask_which: AskWhich = ask_which,
        ask_folder: AskFolder = ask_folder,
        viewer: ShowFile = show_file,
    ) -> None:
        """Make the program; ``show`` opens its window."""
        self._parts, self._ask = parts, ask
        self._hands = FileDialogs(lambda: self.shell, ask, ask_which, ask_folder, viewer)
        self._words = parts.words
        self._qt_words = QtWords()
        self.presenter = ShellPresenter(parts.door, parts.tasks, parts.clock, parts.preferences, parts.open_session)
        self._apply(parts.preferences.load())
        self.shell = self._make_shell()

    def show(self) -> None:
        """Open the window."""
        self.shell.resize(1240, 800)
        self.shell.show()
        self.presenter.attach(self.shell)
        names = (*LIBRARIES, *LATER, *self._parts.later)
        then = partial(self._warm_up, self._prepare)
        QTimer.singleShot(_WARM_UP_AFTER_MS, partial(self._load, map(_importing, names), then))

    # — looks —

    def _apply(self, preferences: Preferences) -> None:
        self.presenter.follow(preferences)
        chosen = preferences.language or system_language()
        set_language(chosen)
        self._qt_words.speak(chosen)
        instance = QApplication.instance()
        if isinstance(instance, QApplication):
            apply_theme(instance, chosen_theme(preferences.theme), chosen, preferences.text_percent)

    def changed(self, preferences: Preferences) -> None:
        """Have preferences take effect: a new language makes the window anew, where it was."""
        before = self._language
        self._apply(preferences)
        if (preferences.language or system_language()) != before:
            self._warm_up(lambda: None)
            geometry = self.shell.saveGeometry()
            old, self.shell = self.shell, self._make_shell()
            self.shell.restoreGeometry(geometry)
            self.shell.show()
            self.presenter.move_to(self.shell)
            old.retire()
            old.deleteLater()

    def _load(self, pieces: Iterator[Callable[[], object]], then: Callable[[], None]) -> None:
        """Load what is slow to load, while nobody waits for it: one at a time, so that other work comes between."""
        piece = next(pieces, None)
        if piece is None:
            then()
        else:
            more = partial(self._load, pieces, then)
            self._parts.tasks.run(Lane.READ, piece, lambda _loaded: more(), self.presenter.report)

    def _prepare(self) -> None:
        parts = self._parts
        parts.tasks.run(Lane.READ, parts.prepare, lambda _none: parts.settled(), self.presenter.report)

    def _warm_up(self, then: Callable[[], None]) -> None:
        """Use what is slow when it is used for the first time."""
        then_load = partial(self._load, then=then)
        self._parts.tasks.run(Lane.READ, partial(_use, language()), then_load, self.presenter.report)

    def _make_shell(self) -> Shell:
        preferences = self._parts.preferences.load()
        self._language = preferences.language or system_language()
        return Shell(self.presenter, self._pages(), self._parts.closed)

    # — pages —

    def _pages(self) -> dict[Page, MakePage]:
        return {
            Page.NEW_VAULT: self._new_vault,
            Page.UNLOCK: self._unlock,
            Page.SETUP: self._setup,
            Page.HOME: self._home,
            Page.TRANSFER: self._transfer,
            Page.ORDER: self._order,
            Page.HISTORY: self._history,
            Page.LEARN: self._learn,
            Page.SETTINGS: self._settings,
            Page.CHECK: self._check,
            **own_bank_pages(self.presenter, self._hands),
            **team_pages(self.presenter, self._hands, self._words, self._parts.door),
            **inbox_pages(self.presenter, self._parts.door, self._words, self._hands),
            **together_pages(self.presenter),
            **code_pages(self.presenter, self._hands, self._words, self._parts.sources),
        }

    def _new_vault(self, _about: str) -> Making:
        looks = partial(AppearanceCard, self._parts.preferences, self.changed)
        page = NewVaultPage(self._print_kit, self._save_kit, looks)
        parts, shell = self._parts, self.presenter
        page.check_button.activated.connect(shell.open_check)
        presenter = NewVaultPresenter(parts.door, parts.tasks, page, shell.vault_opened, keyring=shell.summary.keyring)
        if parts.joining is not None:  # most begin on their own: it comes a moment later, once the page is painted
            offer = partial(self._offer_to_join, page, presenter)
            then = partial(parts.tasks.run, Lane.READ, parts.joining, offer, shell.report)
            page.made.connect(lambda: self._load(map(_importing, JOINING), then))
        yield page
        page.attach(presenter)

    def _offer_to_join(self, page: QWidget, presenter: NewVaultPresenter, joining: JoiningParts) -> None:
        from countersign.presentation.join import InvitationReader  # noqa: PLC0415 - has been loaded

        if self.shell.page is page:  # nobody has gone on meanwhile
            presenter.offer_to_join(InvitationReader(joining, self._parts.tasks, self._parts.clock, self._hands))

    def _unlock(self, _about: str) -> Making:
        page = UnlockPage()
        yield page
        parts, shell = self._parts, self.presenter
        page.check_button.activated.connect(shell.open_check)
        page.attach(
            UnlockPresenter(
                parts.door,
                parts.tasks,
                parts.clock,
                page,
                shell.vault_opened,
                summary=shell.summary,
                problem=shell.problem,
            )
        )

    def _setup(self, _about: str) -> Making:
        from countersign.presentation.setup import SetupPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.setup import SetupPage  # noqa: PLC0415 - see LATER

        page = SetupPage()
        yield page
        presenter = SetupPresenter(self.presenter.session, page, self.presenter)
        page.destroyed.connect(presenter.close)
        page.attach(presenter)

    def _home(self, _about: str) -> Making:
        from countersign.presentation.home import HomePresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.home import HomePage  # noqa: PLC0415 - see LATER

        page = HomePage()
        yield page
        presenter = HomePresenter(self.presenter.session, page, self.presenter, self._safety)
        page.attach(presenter)

    def _safety(self) -> Safety:
        from countersign.presentation.home import Safety  # noqa: PLC0415 - see LATER

        return Safety(self.presenter.summary.keyring, self._parts.preferences.load().lock_minutes)

    def _transfer(self, draft: str) -> Making:
        from countersign.presentation.transfer import TransferPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.transfer.page import TransferPage  # noqa: PLC0415 - see LATER

        page = TransferPage()
        yield page
        page.attach(TransferPresenter(self.presenter.session, self.presenter, page, self._words, self._hands), draft)

    def _order(self, order: str) -> Making:
        from countersign.presentation.order import OrderPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.receipt_pdf import ReceiptExporter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.order.page import OrderPage  # noqa: PLC0415 - see LATER

        page = OrderPage()
        yield page
        session = self.presenter.session
        export = partial(self._save_receipt, ReceiptExporter(session, self._words))
        page.attach(OrderPresenter(session, self.presenter, page, self._words, export, self._hands), order)
        cards = (
            lambda: page.add(documents_card(self.presenter, self._hands, order)),
            partial(add_sending, self.presenter, page, order),
            partial(add_codes, self.presenter, page.add_aside, order),
            partial(add_together, self.presenter, page.add_aside, order),
        )
        in_turns(page, [partial(self._while_shown, page, add) for add in cards])  # all at once would be felt

    def _while_shown(self, page: QWidget, call: Callable[[], None]) -> None:
        """Do what a page wants done later, unless it was left meanwhile, or the vault was locked."""
        if self.shell.page is page:
            call()

    def _save_receipt(self, exporter: ReceiptExporter, order: str) -> None:
        def write(path: Path) -> None:
            exporter.export(order, path, self._receipt_saved, self.presenter.report)

        self._ask(self.shell, "receipt.pdf", _("PDF (*.pdf)"), write)

    def _receipt_saved(self, path: Path) -> None:
        announce(self.shell, _("The receipt was saved as {name}.").format(name=path.name))

    def _history(self, _about: str) -> Making:
        from countersign.presentation.history import HistoryPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.history.page import HistoryPage  # noqa: PLC0415 - see LATER

        page = HistoryPage()
        yield page
        page.attach(HistoryPresenter(self.presenter.session, page, self.presenter))

    def _learn(self, _about: str) -> Making:
        from countersign.presentation.learning import LearningPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.learning import LearningPage  # noqa: PLC0415 - see LATER

        page = LearningPage()
        yield page
        page.attach(LearningPresenter(self.presenter.session, page, self.presenter))

    def _check(self, _about: str) -> Making:
        from countersign.presentation.check import CheckPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.check.page import CheckPage  # noqa: PLC0415 - see LATER

        page = CheckPage(with_way_back=not self.presenter.unlocked)
        yield page
        parts, shell = self._parts, self.presenter
        page.attach(CheckPresenter(parts.tasks, page, parts.vetting, self._hands, shell.close_check))

    def _settings(self, _about: str) -> Making:
        from countersign.presentation.settings import SettingsPresenter  # noqa: PLC0415 - see LATER
        from countersign.ui.views.settings import SettingsPage  # noqa: PLC0415 - see LATER

        page = SettingsPage()
        yield page
        session, summary = self.presenter.session, self.presenter.summary
        presenter = SettingsPresenter(
            self._parts.preferences,
            page,
            self.changed,
            fingerprint=session.vault.identity.device,
            protection="" if summary.keyring else no_keyring_text(),
            frozen=frozen_text() if summary.frozen else "",
            open_setup=self.presenter.open_setup,
        )
        page.attach(presenter)

    # — the recovery kit —

    def _save_kit(self, words: Sequence[str]) -> None:
        write = partial(self._write_kit, tuple(words))
        self._ask(self.shell, "countersign-recovery-kit.pdf", _("PDF (*.pdf)"), write)

    def _write_kit(self, words: Sequence[str], path: Path) -> None:
        write = partial(_write_kit, path, words, self._kit_name())  # a disk may take its time
        self._parts.tasks.run(Lane.NETWORK, write, lambda _none: None, self.presenter.report)

    def _print_kit(self, words: Sequence[str]) -> None:
        from PySide6.QtPrintSupport import QPrintDialog, QPrinter  # noqa: PLC0415 - for one page, once

        from countersign.ui.kit_pdf import paint_kit  # noqa: PLC0415

        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintDialog(printer, self.shell)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.accepted.connect(lambda: paint_kit(printer, words, self._kit_name()))
        QDialog.open(dialog)

    def _kit_name(self) -> str:
        page = self.shell.page
        return page.name.text() if isinstance(page, NewVaultPage) else ""


def _write_kit(path: Path, words: Sequence[str], name: str) -> None:
    from countersign.ui.kit_pdf import write_kit  # noqa: PLC0415 - for one page, once

    write_kit(path, words, name)


def _importing(name: str) -> Callable[[], object]:
    return partial(import_module, name)


def _use(chosen: str) -> Iterator[Callable[[], object]]:
    from countersign.presentation.warm_up import warm_up  # noqa: PLC0415 - needs what the pages need

    read_icons()
    return warm_up(chosen)


def system_language() -> str:
    """Return the offered language that the system speaks; English where it speaks another."""
    for name in QLocale.system().uiLanguages():
        tag = name.replace("-", "_")
        if tag.startswith("zh"):
            return "zh_TW" if any(part in tag for part in ("Hant", "TW", "HK", "MO")) else "zh_CN"
        if tag.split("_")[0] in LANGUAGES:
            return tag.split("_")[0]
    return "en"


def chosen_theme(theme: str) -> Theme:
    """Return the theme to show; ``system`` asks the system for light or dark, and for high contrast."""
    if theme == "light":
        return Theme.LIGHT
    if theme == "dark":
        return Theme.DARK
    if theme == "high_contrast":
        return Theme.HIGH_CONTRAST
    hints = QGuiApplication.styleHints()
    return Theme.DARK if hints.colorScheme() == Qt.ColorScheme.Dark else Theme.LIGHT


def system_zone() -> ZoneInfo:
    """Return the system's time zone; UTC where it can't be told."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
