"""Something that waits for the person, on the first page."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """Something that waits for the person.

    Attributes:
        kind: ``draft``, ``order``, ``difference``, ``letter``, ``inbox``, ``returned``, ``incident``, ``late``,
            ``access`` or ``more``.
        about: The draft's, the order's, the difference's or the member's identifier; empty for the others.
        icon: Name of an icon.
        chip: The state in a word, with ``tone``; empty for none.
        action: The verb of its button; ``action_name`` says which one, for screen readers.
    """

    kind: str
    about: str
    icon: str
    title: str
    text: str
    chip: str
    tone: str
    action: str
    action_name: str
