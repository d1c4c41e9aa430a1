"""What the page shows that says how messages travel between the devices of a workspace."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from countersign.presentation.transfer_desk import Fault


@dataclass(frozen=True, slots=True)
class RelayForm:
    """How messages shall travel: what a person chose and typed."""

    kind: str = "none"
    folder: str = ""
    host: str = ""
    port: str = "5432"
    database: str = ""
    user: str = ""
    password: str = field(default="", repr=False)
    ca_file: str = ""


@dataclass(frozen=True, slots=True)
class HeardLine:
    """A device of the workspace, and when it was last heard of."""

    device: str
    name: str
    text: str
    chip: str = ""
    tone: str = "neutral"


@dataclass(frozen=True, slots=True)
class WarningCard:
    """Something that a store or a device did and that a person should know: what it means, and what to do."""

    title: str
    text: str
    todo: str
    tone: str


@dataclass(frozen=True, slots=True)
class RelayState:
    """The page.

    Attributes:
        kinds: As (value, title, text).
        password_hint: Whether a password is kept already.
        tested: What came of trying the connection, with ``tested_tone``.
        status: As (label, value).
        frames: A parcel that is ready to be handed over by hand; ``reading`` how far one was read.
        as_file: Why such a parcel goes as a file only; empty where codes do, too.
        exchange_blocked: Why nothing can be exchanged now; empty where it can.
    """

    heading: str
    lead: str
    form: RelayForm
    kinds: tuple[tuple[str, str, str], ...] = ()
    password_hint: str = ""
    tested: str = ""
    tested_tone: str = "neutral"
    status: tuple[tuple[str, str], ...] = ()
    heard: tuple[HeardLine, ...] = ()
    warnings: tuple[WarningCard, ...] = ()
    frames: tuple[str, ...] = ()
    as_file: str = ""
    saved: str = ""
    reading: str = ""
    exchange_blocked: str = ""
    parcel_blocked: str = ""
    reading_blocked: str = ""
    faults: tuple[Fault, ...] = ()
    busy: str = ""
    problem: str = ""
    said: str = ""


class RelayView(Protocol):
    """The page."""

    def show_state(self, state: RelayState) -> None:
        """Show the state."""
