"""XML written by hand: elements as values, so that nothing but this module ever escapes a text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True, slots=True)
class Element:
    """An element with either a text or elements inside. One that holds neither is not written."""

    tag: str
    content: Content
    attribute: tuple[str, str] | None = None


Content: TypeAlias = str | tuple[Element, ...]


def element(tag: str, *inside: Element) -> Element:
    """Return an element of elements."""
    return Element(tag, tuple(item for item in inside if item.content))


def text(tag: str, content: str) -> Element:
    """Return an element of text."""
    return Element(tag, content)


def document(root: Element, namespace: str) -> bytes:
    """Write a document in UTF-8, one element a line, so that a line names an element.

    Args:
        root: What stands within ``Document``.
        namespace: The default namespace.
    """
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<Document xmlns="{namespace}">',
        *_lines(root, "  "),
        "</Document>",
        "",
    ]
    return "\n".join(lines).encode()


def _lines(item: Element, indent: str) -> Iterator[str]:
    name, value = item.attribute or ("", "")
    opening = f'{item.tag} {name}="{_escaped(value)}"' if name else item.tag
    if isinstance(item.content, str):
        yield f"{indent}<{opening}>{_escaped(item.content)}</{item.tag}>"
        return
    yield f"{indent}<{opening}>"
    for inside in item.content:
        yield from _lines(inside, indent + "  ")
    yield f"{indent}</{item.tag}>"


def _escaped(content: str) -> str:
    return content.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&quot;")
