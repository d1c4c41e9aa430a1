"""Where a presenter can send the person. The shell knows how."""

from __future__ import annotations

from typing import Protocol


class Navigate(Protocol):
    """The pages of the unlocked program."""

    def open_home(self) -> None:
        """Show what waits, accounts and safety."""

    def open_transfer(self, draft: str = "") -> None:
        """Begin a guided transfer, or go on with a saved draft."""

    def open_order(self, order: str) -> None:
        """Show one order: where it stands and what can be done."""

    def open_inbox(self, order: str = "") -> None:
        """Show what waits for approvals; ``order`` in detail if one is named."""

    def open_history(self) -> None:
        """Show past transfers."""

    def open_learning(self) -> None:
        """Show lessons."""

    def open_settings(self) -> None:
        """Show settings."""

    def open_setup(self) -> None:
        """Show the list of first tasks."""

    def open_add_account(self, number: str = "") -> None:
        """Show where an own account is added; ``number`` where it is known already."""

    def open_bring_in(self) -> None:
        """Show where statements and status files of a bank are brought in."""

    def open_batch(self, path: str = "") -> None:
        """Show where many payments are made from a list; look at the file at ``path`` if one is named."""

    def open_templates(self) -> None:
        """Show payments that are kept to be repeated."""

    def open_elsewhere(self) -> None:
        """Show where a payment that was made elsewhere is written down."""

    def open_member(self, member: str) -> None:
        """Show one member of the workspace, with their devices."""

    def ask_freeze(self) -> None:
        """Ask whether all new payments shall be stopped."""
