"""Unlocking: one passphrase, or the recovery kit; and the emergency stop, which needs neither."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from countersign.application.ports.clock import Clock
from countersign.application.ports.tasks import Lane, Tasks
from countersign.application.ports.vault import Vault
from countersign.application.ports.vault_door import VaultDoor, VaultSummary
from countersign.domain.errors import CountersignError, UserFacingError
from countersign.domain.secret import SecretText
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate
from countersign.presentation.messages import _, ngettext


@dataclass(frozen=True, slots=True)
class UnlockState:
    """What the page shows.

    Attributes:
        wait: A sentence that counts down; empty when an attempt may be made.
        frozen: A sentence that says that payments are stopped; empty when they are not.
    """

    heading: str
    lead: str
    busy: bool
    error: str = ""
    wait: str = ""
    protection: str = ""
    frozen: str = ""
    with_kit: bool = False


class UnlockView(Protocol):
    """The page."""

    def show_state(self, state: UnlockState) -> None:
        """Show the state."""


class UnlockPresenter:
    """Leads through unlocking. Secrets come in and are passed on; no state holds them."""

    def __init__(
        self,
        door: VaultDoor,
        tasks: Tasks,
        clock: Clock,
        view: UnlockView,
        opened: Callable[[Vault], None],
        *,
        summary: VaultSummary,
        problem: str = "",
    ) -> None:
        self._door, self._tasks, self._clock, self._view, self._opened = door, tasks, clock, view, opened
        self._busy = False
        self._error = problem
        self._with_kit = False
        self._summary = summary
        self._may_try_at = clock.monotonic_ms() + self._summary.wait_ms

    def start(self) -> None:
        """Show the page."""
        self._render()

    def tick(self) -> bool:
        """Count down; tell whether there is more to count."""
        self._render()
        return self._left_ms() > 0

    def use_kit(self, *, with_kit: bool) -> None:
        """Switch between the passphrase and the recovery kit."""
        self._with_kit, self._error = with_kit, ""
        self._render()

    def unlock(self, typed: str) -> None:
        """Try to open the vault with a passphrase, or with the words of the kit."""
        secret = SecretText(typed)
        if self._busy or self._left_ms() > 0:
            return
        if not secret.reveal().strip():
            self._fail(UserFacingError("unlock.empty_kit" if self._with_kit else "unlock.empty"))
            return
        work: Callable[[], Vault] = partial(self._door.unlock, secret)
        if self._with_kit:
            work = partial(self._door.unlock_with_kit, secret.reveal().lower().split())
        self._busy, self._error = True, ""
        self._render()
        self._tasks.run(Lane.VAULT, work, self._succeed, self._fail)

    def freeze(self) -> None:
        """Stop all new payments, without a key."""
        self._tasks.run(Lane.VAULT, self._door.freeze, lambda _none: self._refresh(), self._fail)

    def _succeed(self, vault: Vault) -> None:
        self._busy = False
        self._opened(vault)

    def _fail(self, error: Exception) -> None:
        if not isinstance(error, CountersignError):
            raise error
        self._busy = False
        self._error = sentence(error.code, error.params)
        self._refresh()

    def _refresh(self) -> None:
        self._tasks.run(Lane.VAULT, self._door.summary, self._know, lambda _error: self._render())

    def _know(self, summary: VaultSummary) -> None:
        self._summary = summary
        self._may_try_at = self._clock.monotonic_ms() + self._summary.wait_ms
        self._render()

    def _left_ms(self) -> int:
        return max(self._may_try_at - self._clock.monotonic_ms(), 0)

    def _render(self) -> None:
        seconds = (self._left_ms() + 999) // 1000
        wait = ngettext(
            "You can try again in {seconds} second.", "You can try again in {seconds} seconds.", seconds
        ).format(seconds=seconds)
        lead = _("Type your passphrase to open your vault.")
        if self._with_kit:
            lead = _(
                "Type the twelve words of your recovery kit, with spaces between them. You will be able to read "
                "everything, and to send nothing."
            )
        self._view.show_state(
            UnlockState(
                heading=_("Welcome back, {name}").format(name=self._summary.name)
                if self._summary.name
                else _("Welcome back"),
                lead=lead,
                busy=self._busy,
                error=self._error,
                wait=wait if seconds else "",
                protection="" if self._summary.keyring else no_keyring_text(),
                frozen=frozen_text() if self._summary.frozen else "",
                with_kit=self._with_kit,
            )
        )


def no_keyring_text() -> str:
    """Say what it means that this computer offers no keyring."""
    return _(
        "This computer offers no keyring. Your vault rests on its passphrase alone, and an older copy of it would "
        "not be noticed."
    )


def frozen_text(by: Sequence[str] = ()) -> str:
    """Say what our own stop does, and what it does not; ``by`` names the members who made it, where that is known."""
    text = _(
        "New payments are stopped on this computer. Your bank knows nothing of this stop: to block cards or "
        "accounts, call your bank."
    )
    if not by:
        return text
    names = _(", ").join(isolate(name) for name in by)
    return _("Stopped by {names}.").format(names=names) + f" {text}"
