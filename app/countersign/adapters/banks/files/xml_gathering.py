"""Detaches elements from the parser's tree as they end, frees what was read, and counts what waits."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final, Protocol

from countersign.adapters.banks.files.xml_element import Element, Part, unreadable
from countersign.domain.errors import UserFacingError

MAX_DEPTH: Final = 64
MAX_TEXT: Final = 64 * 1024
"""Characters in one text or attribute."""
MAX_PART_BYTES: Final = 1024 * 1024
"""Bytes between the ends of two parts; the parser's tree takes up to thirty times as much."""
MAX_PART_ELEMENTS: Final = 50_000
"""Elements that wait for the end of the parts they belong to."""
MAX_NAMES: Final = 4_096
"""Different names of elements and attributes in one file; ISO 20022 has some hundreds a message."""


class Tree(Protocol):
    """What is used of ``lxml.etree._Element``; comments and instructions are never in the tree."""

    tag: str
    text: str | None
    sourceline: int

    def __iter__(self) -> Iterator[Tree]:
        """Walk over its children."""

    def getparent(self) -> Tree | None:
        """Return what encloses it."""

    def getprevious(self) -> Tree | None:
        """Return the sibling before it."""

    def itersiblings(self, *, preceding: bool) -> Iterator[Tree]:
        """Walk over its siblings, away from it."""

    def items(self) -> list[tuple[str, str]]:
        """Return its attributes."""

    def remove(self, element: Tree) -> None:
        """Take a child out."""

    def clear(self, *, keep_tail: bool) -> None:
        """Empty it."""


_FREE_EVERY: Final = 128 * 1024
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


class Gathering:
    """Detaches what the parser built, and counts what waits."""

    def __init__(self, namespace: str, root: str, paths: Mapping[str, str]) -> None:
        prefix = f"{{{namespace}}}" if namespace else ""
        self._prefix = prefix
        self._root = prefix + root
        # The end of a path first: from an element upwards.
        self._paths = {
            tuple(prefix + name for name in reversed(path.split("/"))): called for path, called in paths.items()
        }
        self._names: dict[str, str] = {}
        self._attribute_names: set[str] = set()
        self._open: dict[Tree, Element] = {}  # enclosing elements, as far as they were read
        self._delivered: dict[Tree, Tree] = {}  # the last part within each of them
        self._held: dict[Tree, int] = {}  # how many elements wait within each of them
        self._made = 0
        self._freed_at = 0

    def part(self, element: Tree, position: int) -> Part | None:
        """Detach an element that ended, if its path was asked for.

        Args:
            element: In the parser's tree.
            position: Bytes read so far.
        """
        chain = [element]
        names = [element.tag]
        while (above := chain[-1].getparent()) is not None:
            chain.append(above)
            names.append(above.tag)
        called = self._paths.get(tuple(names[:-1])) if names[-1] == self._root else None
        if called is None:
            return None
        # What lies around the parent waits for its own end, unless that is far away.
        levels = 1 if position - self._freed_at < _FREE_EVERY else len(chain) - 1
        for depth, inner in enumerate(chain[:levels]):
            if inner.getprevious() is not None:
                self._take_before(inner, chain[depth + 1], len(chain) - depth)
        if levels > 1:
            self._freed_at = position
        self._made = 0
        detached = self._detach(element, len(chain))
        holder = self._holder(chain[1], len(chain) - 1)
        # The parser may still be writing what follows this element, so it is emptied and not taken out.
        element.clear(keep_tail=True)
        self._delivered[chain[1]] = element
        return Part(called, detached, holder)

    def _take_before(self, inner: Tree, outer: Tree, depth: int) -> None:
        """Move what was completed before an element from the parser's tree to what is held of its parent."""
        holder = self._holder(outer, depth - 1)
        delivered = self._delivered.pop(outer, None)
        self._made = 0
        for element in list(inner.itersiblings(preceding=True))[::-1]:
            if element is not delivered:
                child = self._detach(element, depth)
                holder.children.setdefault(child.name, []).append(child)
            outer.remove(element)
        self._held[outer] = self._held.get(outer, 0) + self._made
        if sum(self._held.values()) > MAX_PART_ELEMENTS:
            raise UserFacingError("file.too_large", what="part")

    def _holder(self, outer: Tree, depth: int) -> Element:
        holder = self._open.get(outer)
        if holder is None:
            if depth > MAX_DEPTH:
                raise unreadable(outer.sourceline, "depth")
            attributes = self._attributes(outer, outer.items())
            holder = Element(self._name(outer.tag), "", outer.sourceline, attributes, {})
            self._open[outer] = holder
        return holder

    def _detach(self, element: Tree, depth: int) -> Element:
        """Copy an element with all below it, joining what was held of it."""
        if depth > MAX_DEPTH:
            raise unreadable(element.sourceline, "depth")
        self._made += 1
        if self._made > MAX_PART_ELEMENTS:
            raise UserFacingError("file.too_large", what="part")
        tag = element.tag
        name = self._names.get(tag) or self._name(tag)
        items = element.items()
        attributes = self._attributes(element, items) if items else _NOTHING
        detached: Element | None = None
        delivered: Tree | None = None
        for child in element:
            if detached is None:
                # What encloses a part was begun before; only an element that encloses others can be one.
                detached = self._open.pop(element, None) or Element(name, "", element.sourceline, attributes, {})
                delivered = self._delivered.pop(element, None)
                self._made += self._held.pop(element, 0)
            if child is not delivered:
                copy = self._detach(child, depth + 1)
                known = detached.children.get(copy.name)
                if known is None:
                    detached.children[copy.name] = [copy]
                else:
                    known.append(copy)
        if detached is not None:
            return detached
        text = element.text or ""
        if len(text) > MAX_TEXT:
            raise unreadable(element.sourceline, "long_text", name)
        return Element(name, text.strip(" \t\r\n"), element.sourceline, attributes, {})

    def _attributes(self, element: Tree, items: list[tuple[str, str]]) -> Mapping[str, str]:
        for name, value in items:
            if len(value) > MAX_TEXT:
                raise unreadable(element.sourceline, "long_text", name)
            self._attribute_names.add(name)
        if len(self._attribute_names) > MAX_NAMES:
            raise unreadable(element.sourceline, "names")
        return dict(items)

    def _name(self, tag: str) -> str:
        if len(self._names) >= MAX_NAMES:
            raise unreadable(0, "names")
        name = tag.removeprefix(self._prefix) if self._prefix else tag
        self._names[tag] = name
        return name
