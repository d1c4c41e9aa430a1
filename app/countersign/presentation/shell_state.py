"""What the frame around all pages shows, and which pages there are."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from countersign.application.session import Session


class Page(StrEnum):
    """What the shell can show."""

    NEW_VAULT = "new_vault"
    UNLOCK = "unlock"
    SETUP = "setup"
    HOME = "home"
    TRANSFER = "transfer"
    ORDER = "order"
    HISTORY = "history"
    LEARN = "learn"
    SETTINGS = "settings"
    CHECK = "check"
    ADD_ACCOUNT = "add_account"
    BRING_IN = "bring_in"
    ELSEWHERE = "elsewhere"
    BATCH = "batch"
    TEMPLATES = "templates"
    INBOX = "inbox"
    TOGETHER = "together"  # several payments signed at the bank by one code
    TEAM = "team"
    MEMBER = "member"
    INVITE = "invite"
    RULES = "rules"
    RELAY = "relay"
    EXPORT = "export"  # of the whole workspace, for an audit
    SHOW_CODE = "show_code"  # one order for another device, without a network
    READ_CODE = "read_code"  # what another device shows
    JOIN = "join"  # this device waits to be admitted to a workspace


@dataclass(frozen=True, slots=True)
class ShellState:
    """What the frame shows.

    Attributes:
        about: A draft's or an order's identifier.
        visit: Grows whenever a page is opened, also the same one again: *New transfer* begins anew.
    """

    page: Page
    about: str
    visit: int
    unlocked: bool
    closing: bool
    ribbon: str
    ribbon_detail: str
    frozen: str
    read_only: str = ""
    error: str = ""
    approvals: str = ""  # how many payments wait for this person's approval
    approvals_name: str = ""  # the same for screen readers
    waiting: bool = False  # this device waits to be admitted to its workspace


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that has begun, the orders that were left half-way, and whether a bank is ready."""

    session: Session
    in_flight: tuple[str, ...]
    ready: bool


class ShellView(Protocol):
    """The window."""

    def show_state(self, state: ShellState) -> None:
        """Show the state; a new page is made only where ``visit`` has grown."""

    def blank(self) -> None:
        """Take everything off the screen, at once."""

    def ask_freeze(self) -> None:
        """Ask whether payments shall be stopped, or allowed again."""

    def tell(self, text: str) -> None:
        """Tell of something outside the window, too; ``text`` says nothing that others may not read."""
