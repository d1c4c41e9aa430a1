"""Writing messages of ISO 20022: elements by path, in the order they are asked for."""

from __future__ import annotations

from typing import cast

from lxml import etree

from practicebank.files.xml_in import NAMESPACE


class Node:
    """An element under construction.

    Args:
        element: The element itself.
    """

    def __init__(self, element: etree._Element) -> None:
        self._element = element

    def add(self, path: str, text: str | None = None, **attributes: str) -> Node:
        """Add one element for each name of a path (``Rsn/Cd``), the last with a text; return the last."""
        namespace = etree.QName(self._element).namespace
        element = self._element
        for name in path.split("/"):
            element = etree.SubElement(element, f"{{{namespace}}}{name}")
        for name, value in attributes.items():
            element.set(name, value)
        if text is not None:
            element.text = text
        return Node(element)

    def add_given(self, path: str, text: str | None) -> None:
        """Add an element where there is a text for it."""
        if text:
            self.add(path, text)


class Message:
    """A message under construction.

    Args:
        name: Such as ``pain.002.001.12``.
        root: The one element below ``Document``.
    """

    def __init__(self, name: str, root: str) -> None:
        namespace = f"{NAMESPACE}{name}"
        self._document = etree.Element(f"{{{namespace}}}Document", nsmap=cast("dict[str, str]", {None: namespace}))
        self.root = Node(self._document).add(root)

    def content(self) -> bytes:
        """Return the file: UTF-8, indented."""
        return etree.tostring(self._document, encoding="UTF-8", xml_declaration=True, pretty_print=True)


def spaced(text: str, longest: int) -> str:
    """Return what fits into a text element, never empty."""
    return text[:longest] or "-"
