"""Elements detached from the parser, and the refusal of what can't be read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.domain.errors import UserFacingError


def unreadable(line: int, reason: str, element: str = "") -> UserFacingError:
    """Return the refusal of a file.

    Args:
        line: From 1; 0 where a line says nothing.
        reason: A code: ``xml``, ``encoding``, ``depth``, ``long_text``, ``names``, ``missing``, ``twice``,
            ``structure``, ``amount``, ``decimals``, ``currency``, ``direction``, ``date``, ``form``.
        element: Name of the element or field it is about, or empty. Untrusted.
    """
    return UserFacingError("file.unreadable", line=line, reason=reason, element=element)


class Element:
    """An element, detached from the parser. Texts are untrusted, with the blanks around them taken off.

    Attributes:
        name: Without its namespace, unless that is another than the document's (``{urn:…}Name``).
        line: On which it begins, from 1; beyond line 65,535 that of an element without text may be the next one's.
        attributes: By name; empty for most.
        children: By name, in order.
    """

    __slots__ = ("_text", "attributes", "children", "line", "name")

    def __init__(
        self,
        name: str,
        text: str,
        line: int,
        attributes: Mapping[str, str],
        children: dict[str, list[Element]],
    ) -> None:
        self.name = name
        self._text = text
        self.line = line
        self.attributes = attributes
        self.children = children

    @property
    def text(self) -> str:
        """Return its text.

        Raises:
            UserFacingError: ``file.unreadable``, ``structure``, where it holds elements instead.
        """
        if self.children:
            raise unreadable(self.line, "structure", self.name)
        return self._text

    def all(self, name: str) -> list[Element]:
        """Return the children of a name, in order."""
        return self.children.get(name, [])

    def one(self, name: str) -> Element | None:
        """Return the only child of a name, or None.

        Raises:
            UserFacingError: ``file.unreadable``, ``twice``: which one would count?
        """
        found = self.children.get(name)
        if found is None:
            return None
        if len(found) > 1:
            raise unreadable(found[1].line, "twice", name)
        return found[0]

    def at(self, path: str) -> Element | None:
        """Walk down a path such as ``Acct/Id/IBAN``, or return None."""
        here: Element | None = self
        for name in path.split("/"):
            if here is None:
                return None
            here = here.one(name)
        return here

    def value(self, path: str) -> str:
        """Return the text at a path, or nothing."""
        here = self
        for name in path.split("/"):  # as ``at``, written out: this is asked some twenty times for each payment
            found = here.children.get(name)
            if found is None:
                return ""
            if len(found) > 1:
                raise unreadable(found[1].line, "twice", name)
            here = found[0]
        return here.text

    def first(self, *paths: str) -> str:
        """Return the first text that is not empty, of several paths."""
        for path in paths:
            if text := self.value(path):
                return text
        return ""

    def needed(self, name: str) -> Element:
        """Return the only child of a name.

        Raises:
            UserFacingError: ``file.unreadable``, ``missing`` or ``twice``.
        """
        found = self.one(name)
        if found is None:
            raise unreadable(self.line, "missing", name)
        return found


@dataclass(frozen=True, slots=True)
class Part:
    """An element that was asked for.

    Attributes:
        called: What the caller calls its path.
        element: All of it but inner parts.
        parent: What encloses it, as far as it was read and without parts; it grows while more is read.
    """

    called: str
    element: Element
    parent: Element
