"""The frame around all pages: what is open, when it locks, and the emergency stop.

Locking blanks at once. An exchange with the bank that has begun is still heard out and put on record; then the keys
are wiped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from countersign.application.flows.script import Script, run_script
from countersign.application.ports.clock import Clock
from countersign.application.ports.practice import PracticeWorld
from countersign.application.ports.preferences import Preferences, PreferencesStore
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import VaultDoor, VaultSummary
from countersign.application.session import Session
from countersign.domain.errors import CountersignError
from countersign.domain.ledger.governance import World
from countersign.presentation.error_texts import sentence, words_of
from countersign.presentation.messages import _
from countersign.presentation.shell_state import Opened, Page, ShellState, ShellView
from countersign.presentation.unlock import frozen_text

if TYPE_CHECKING:
    from countersign.presentation.inbox_watch import InboxWatch


__all__ = ["Opened", "Page", "ShellPresenter", "ShellState", "ShellView"]

_BEFORE_ADMITTED = frozenset({Page.NEW_VAULT, Page.UNLOCK, Page.CHECK, Page.LEARN})
_NOTHING_KNOWN = VaultSummary(
    exists=False,
    name="",
    world=World.PRACTICE,
    keyring=False,
    wait_ms=0,
    failed_attempts=0,
    frozen=False,
    kit_proved=False,
)


class ShellPresenter:
    """Opens pages, locks, freezes."""

    def __init__(
        self,
        door: VaultDoor,
        tasks: Tasks,
        clock: Clock,
        preferences: PreferencesStore,
        open_session: Callable[[Vault], Script[Opened]],
    ) -> None:
        self._door, self._tasks, self._clock = door, tasks, clock
        self._open_session = open_session
        self._view: ShellView | None = None
        self._session: Session | None = None
        self._page = Page.UNLOCK
        self._about = ""
        self._visit = 0
        self._closing = False
        self._summary = _NOTHING_KNOWN
        self._watch: InboxWatch | None = None
        self._approvals = 0
        self._problem = ""
        self._error = ""
        self._stopped_by: tuple[str, ...] = ()
        self._last_activity = clock.monotonic_ms()
        self.follow(preferences.load())

    def attach(self, view: ShellView) -> None:
        """Take the window, and show the first page once it is known what there is."""
        self._view = view
        self._look(self._open_door)

    def _look(self, then: Callable[[], None]) -> None:
        """Ask what can be said of the vault, off the window's thread: the system's keyring may take its time."""

        def known(summary: VaultSummary) -> None:
            self._summary = summary
            then()

        def unknown(error: Exception) -> None:
            if not isinstance(error, CountersignError):
                raise error
            self._summary = replace(self._summary, exists=True)
            self._problem = sentence(error.code, error.params)
            then()

        self._tasks.run(Lane.VAULT, self._door.summary, known, unknown)

    def _open_door(self) -> None:
        self._open(Page.UNLOCK if self._summary.exists else Page.NEW_VAULT)

    @property
    def summary(self) -> VaultSummary:
        """What is known of the vault."""
        return self._summary

    @property
    def problem(self) -> str:
        """Why the vault was closed, or can't be read, in words; empty where all is well."""
        return self._problem

    def move_to(self, view: ShellView) -> None:
        """Go on in another window: the page that was shown is made anew there."""
        self._view = view
        self._render()

    @property
    def session(self) -> Session:
        """The session of the unlocked program; an error in the program where there is none."""
        if self._session is None:
            raise RuntimeError("locked")
        return self._session

    @property
    def practice(self) -> PracticeWorld | None:
        """The practice world of the session, if there is one."""
        return self._session.practice if self._session else None

    @property
    def unlocked(self) -> bool:
        """Whether a session is open and not closing."""
        return self._session is not None and not self._closing

    # — pages —

    def open_home(self) -> None:
        """Show what waits, accounts and safety."""
        self._open(Page.HOME)

    def open_transfer(self, draft: str = "") -> None:
        """Begin a guided transfer, or go on with a saved draft."""
        self._open(Page.TRANSFER, draft)

    def open_order(self, order: str) -> None:
        """Show one order."""
        self._open(Page.ORDER, order)

    def open_inbox(self, order: str = "") -> None:
        """Show what waits for approvals; ``order`` in detail if one is named."""
        self._open(Page.INBOX, order)

    def open_member(self, member: str) -> None:
        """Show one member of the workspace, with their devices."""
        self._open(Page.MEMBER, member)

    def open_history(self) -> None:
        """Show past transfers."""
        self._open(Page.HISTORY)

    def open_learning(self) -> None:
        """Show lessons."""
        self._open(Page.LEARN)

    def open_settings(self) -> None:
        """Show settings."""
        self._open(Page.SETTINGS)

    def open_setup(self) -> None:
        """Show the list of first tasks."""
        self._open(Page.SETUP)

    def open_add_account(self, number: str = "") -> None:
        """Show where an own account is added; ``number`` where it is known already."""
        self._open(Page.ADD_ACCOUNT, number)

    def open_bring_in(self) -> None:
        """Show where statements and status files of a bank are brought in."""
        self._open(Page.BRING_IN)

    def open_batch(self, path: str = "") -> None:
        """Show where many payments are made from a list."""
        self._open(Page.BATCH, path)

    def open_templates(self) -> None:
        """Show payments that are kept to be repeated."""
        self._open(Page.TEMPLATES)

    def open_elsewhere(self) -> None:
        """Show where a payment that was made elsewhere is written down."""
        self._open(Page.ELSEWHERE)

    def open_check(self) -> None:
        """Show *Check these details now*, with or without a vault."""
        self._open(Page.CHECK)

    def close_check(self) -> None:
        """Go back from it: home, or to the door of the vault."""
        if self.unlocked:
            self._open(Page.HOME)
        else:
            self._look(self._open_door)

    def open_page(self, key: str, about: str = "") -> None:
        """Show a page by its name, such as the side bar has it."""
        self._open(Page(key), about)

    def admitted(self) -> None:
        """Show who belongs to the workspace, now that this device does."""
        self._open(Page.TEAM)

    # — the vault —

    def vault_opened(self, vault: Vault) -> None:
        """Begin a session, then ask about every order that was left half-way."""
        self._problem = ""
        run_script(self._tasks, self._open_session(vault), self._session_opened, self._opening_failed)

    def _opening_failed(self, error: Exception) -> None:
        """Close the vault again: a session that could not begin must not leave it open."""
        known = isinstance(error, CountersignError)
        self._problem = sentence(error.code, error.params) if isinstance(error, CountersignError) else ""
        self._tasks.run(Lane.VAULT, self._door.lock, lambda _none: self._locked(), self._failed)
        if not known:
            raise error

    def _session_opened(self, opened: Opened) -> None:
        session = self._session = opened.session
        if session.shared is not None:
            session.shared.listen(self._heard)
        self._last_activity = self._clock.monotonic_ms()
        self._stopped_by = session.shared.stopped_by if session.shared is not None else ()
        self._look(self._render)
        self._open(Page.HOME if opened.ready else Page.SETUP)
        if session.bank is not None:
            for order in opened.in_flight:
                session.submission(order).resume()
        from countersign.presentation.inbox_watch import InboxWatch  # noqa: PLC0415 - needs what no unlock page needs

        self._watch = InboxWatch(session, self._approvals_wait)
        self._watch.start()

    def count_approvals(self) -> None:
        """Count anew what waits for this person's approval."""
        if self._watch is not None:
            self._watch.look()

    def _approvals_wait(self, count: int, new: bool) -> None:  # noqa: FBT001 - as the watch tells it
        self._approvals = count
        self._render()
        if new and self._view is not None and self.unlocked:
            from countersign.presentation.inbox_watch import news_text  # noqa: PLC0415 - it is there already

            self._view.tell(news_text())

    def lock(self) -> None:
        """Blank at once; then hear out what is under way, wipe the keys, and show the unlock page."""
        if self._session is None or self._closing:
            return
        self._closing, self._approvals = True, 0
        if self._watch is not None:
            self._watch.close()
            self._watch = None
        if self._view is not None:
            self._view.blank()
        self._session.when_quiet(self._wipe)

    def activity(self) -> None:
        """Note that the person did something."""
        self._last_activity = self._clock.monotonic_ms()

    def follow(self, preferences: Preferences) -> None:
        """Lock after the time that is chosen there, from now on."""
        self._lock_after_ms = preferences.lock_minutes * 60_000

    def tick(self) -> None:
        """Lock where nobody did anything for the time that was chosen; else see whether an exchange is due."""
        if self.unlocked and self._clock.monotonic_ms() - self._last_activity >= self._lock_after_ms:
            self.lock()
        elif self._session is not None and self._session.shared is not None:
            self._session.shared.tick()

    def _wipe(self) -> None:
        session = self._session
        if session is None:
            return
        session.close()
        self._tasks.run(Lane.VAULT, self._door.lock, lambda _none: self._locked(), self._failed)

    def _locked(self) -> None:
        self._session, self._closing = None, False
        self._look(self._open_door)

    # — the emergency stop —

    def ask_freeze(self) -> None:
        """Have the window ask; the answer comes as ``freeze`` or ``unfreeze``."""
        if self._view is not None:
            self._view.ask_freeze()

    def freeze(self) -> None:
        """Block every new payment."""
        self._tasks.run(Lane.VAULT, self._door.freeze, lambda _none: self._refresh_frozen(), self._failed)

    def unfreeze(self) -> None:
        """Allow payments again."""
        self._tasks.run(Lane.VAULT, self._door.unfreeze, lambda _none: self._refresh_frozen(), self._failed)

    @property
    def frozen(self) -> bool:
        """Whether new payments are blocked, as far as the window knows."""
        return self._summary.frozen

    def _heard(self) -> None:
        """Follow a stop that another member made, or lifted."""
        names = self._session.shared.stopped_by if self._session is not None and self._session.shared else ()
        if names != self._stopped_by:
            self._stopped_by = names
            self._look(self._render)

    def _refresh_frozen(self) -> None:
        self._error = ""
        if self._session is not None and self._session.shared is not None:
            self._session.shared.look_who_stopped()
        self._look(self._render)

    # — showing —

    def _open(self, page: Page, about: str = "") -> None:
        if self._session is not None and page not in _BEFORE_ADMITTED and not self._session.admitted:
            page = Page.JOIN  # nothing else is there before somebody has admitted this device
        self._page, self._about, self._error = page, about, ""
        self._visit += 1
        self._render()
        self.count_approvals()

    def report(self, error: Exception) -> None:
        """Say on whatever page is shown that something did not work."""
        self._failed(error)

    def surprised(self, code: str) -> None:
        """Say that something happened which nobody foresaw.

        Args:
            code: What it was and where, for a report.
        """
        self._error = sentence(code)
        self._render()

    def _failed(self, error: Exception) -> None:
        self._error = words_of(error)
        self._render()

    def _render(self) -> None:
        if self._view is None:
            return
        world = self._session.vault.identity.world if self._session else self._summary.world
        approvals = self._badge()
        # While a vault is being made, nobody has said yet what it is for; and details are checked for any money.
        practice = world is World.PRACTICE and self._page not in {Page.NEW_VAULT, Page.CHECK}
        self._view.show_state(
            ShellState(
                page=self._page,
                about=self._about,
                visit=self._visit,
                unlocked=self.unlocked,
                closing=self._closing,
                ribbon=_("Practice money") if practice else "",
                ribbon_detail=_("Nothing you do here moves real money.") if practice else "",
                frozen=frozen_text(self._stopped_by if self._session else ()) if self._summary.frozen else "",
                read_only=self._read_only(),
                error=self._error,
                approvals=approvals[0],
                approvals_name=approvals[1],
                waiting=self._session is not None and not self._session.admitted,
            )
        )

    def _badge(self) -> tuple[str, str]:
        if not self._approvals:
            return "", ""
        from countersign.presentation.inbox_watch import badge_of  # noqa: PLC0415 - it is there already

        return badge_of(self._approvals)

    def _read_only(self) -> str:
        """Say why this copy of the vault sends nothing (LEDGER rule 17)."""
        session = self._session
        if session is None or session.vault.may_sign or not session.admitted:
            return ""
        return _(
            "This is an older or a recovered copy of your vault. You can read everything in it. It sends nothing and "
            "records nothing, because a newer one may have sent payments that this copy doesn't know of."
        )
