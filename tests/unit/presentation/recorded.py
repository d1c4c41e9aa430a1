"""Stand-ins for views and for the shell: they keep what they are told."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

State = TypeVar("State")


class Seen(Generic[State]):
    """A view that keeps its states."""

    def __init__(self) -> None:
        self.states: list[State] = []

    def show_state(self, state: State) -> None:
        self.states.append(state)

    @property
    def now(self) -> State:
        return self.states[-1]


@dataclass
class Went:
    """A shell that keeps where it was sent."""

    to: list[tuple[str, str]] = field(default_factory=list)

    def open_home(self) -> None:
        self.to.append(("home", ""))

    def open_transfer(self, draft: str = "") -> None:
        self.to.append(("transfer", draft))

    def open_order(self, order: str) -> None:
        self.to.append(("order", order))

    def open_inbox(self, order: str = "") -> None:
        self.to.append(("inbox", order))

    def open_history(self) -> None:
        self.to.append(("history", ""))

    def open_learning(self) -> None:
        self.to.append(("learning", ""))

    def open_settings(self) -> None:
        self.to.append(("settings", ""))

    def open_setup(self) -> None:
        self.to.append(("setup", ""))

    def open_add_account(self, number: str = "") -> None:
        self.to.append(("add_account", number))

    def open_bring_in(self) -> None:
        self.to.append(("bring_in", ""))

    def open_batch(self, path: str = "") -> None:
        self.to.append(("batch", path))

    def open_templates(self) -> None:
        self.to.append(("templates", ""))

    def open_elsewhere(self) -> None:
        self.to.append(("elsewhere", ""))

    def open_member(self, member: str) -> None:
        self.to.append(("member", member))

    def ask_freeze(self) -> None:
        self.to.append(("freeze", ""))
