"""What the page that invites somebody shows."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from countersign.presentation.transfer_desk import Fault


class InviteStep(StrEnum):
    """Where an invitation stands."""

    FORM = "form"
    OUT = "out"  # made: it is handed over, and the request is awaited
    COMPARE = "compare"  # the request came: the words are compared by voice
    WAITING = "waiting"  # proposed: other administrators sign still
    WELCOME = "welcome"  # admitted: the welcome is handed over


@dataclass(frozen=True, slots=True)
class InviteState:
    """The page.

    Attributes:
        roles: As (value, title, text); ``chosen`` are the values that are.
        frames: The parcel to hand over, as texts of QR codes to be shown one after the other; none before it is made.
        as_file: Why it goes as a file only; empty where codes do, too.
        parcel_name: What its file would be called.
        reading: How far a code in several pictures was read.
        phrase: The words to compare; ``asker`` names who asks.
        device: Whether it is about another device of a member.
        kit: Whether the recovery kit can add it without anybody else: it is one's own device.
        admit_blocked: Why this person can't propose it; empty where they can.
        notes: What another device means, where one is invited; no form is asked for then.
        lines: What admitting changes, sentence by sentence; ``effect`` when it takes effect.
    """

    step: InviteStep
    heading: str
    lead: str
    name: str = ""
    roles: tuple[tuple[str, str, str], ...] = ()
    chosen: tuple[str, ...] = ()
    groups: str = ""
    known_groups: str = ""
    notes: tuple[str, ...] = ()
    device: bool = False
    kit: bool = False
    admit_blocked: str = ""
    blocked: str = ""
    frames: tuple[str, ...] = ()
    as_file: str = ""
    saved: str = ""
    parcel_name: str = ""
    by_relay: str = ""
    reading: str = ""
    phrase: str = ""
    phrase_lead: str = ""
    tick: str = ""
    lines: tuple[str, ...] = ()
    effect: str = ""
    faults: tuple[Fault, ...] = ()
    busy: str = ""
    problem: str = ""
    said: str = ""


class InviteView(Protocol):
    """The page."""

    def show_state(self, state: InviteState) -> None:
        """Show the state."""
