"""Reading XML that somebody handed in: no DTD, no entities, no network, bounded size and depth."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO

from lxml import etree

LARGEST_FILE = 20 << 20
DEEPEST = 40
NAMESPACE = "urn:iso:std:iso:20022:tech:xsd:"
_REPEATED = frozenset(("Authstn", "SvcLvl", "InstrForCdtrAgt", "RgltryRptg", "Ustrd", "Strd", "SplmtryData"))
FORMAT = "FF01"  # InvalidFileFormat (ISO 20022 external code set)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why the bank takes no file or no transaction.

    Attributes:
        code: ISO 20022 ExternalStatusReason1Code.
        text: It in words.
        line: Where in the file; 0 where no line is to blame.
    """

    code: str
    text: str
    line: int = 0

    def describe(self) -> dict[str, object]:
        """Return it for the portal's page."""
        return {"code": self.code, "text": self.text, "line": self.line}


class FileRefusedError(Exception):
    """Refuse a whole file.

    Args:
        reasons: Why, at least one.
        message: Which message it is (``pain.001.001.09``), where that could be told.
        message_id: Its own identification, where that could be read.
    """

    def __init__(self, reasons: Sequence[Reason], message: str = "", message_id: str = "") -> None:
        super().__init__(reasons[0].code)
        self.reasons = tuple(reasons)
        self.message = message
        self.message_id = message_id


def unfit(text: str, line: int = 0) -> FileRefusedError:
    """Make the refusal of a file that isn't what its schema says."""
    return FileRefusedError((Reason(FORMAT, text, line),))


@dataclass(frozen=True, slots=True)
class Step:
    """One element's beginning or end; ``path`` holds local names from below the root to the element itself."""

    is_end: bool
    path: tuple[str, ...]
    element: etree._Element


def message_of(content: bytes) -> str:
    """Return which message a file holds by its root's namespace: ``pain.001.001.09``.

    Raises:
        FileRefusedError: It is no XML, or of no message of ISO 20022.
    """
    for step in steps(content):
        return _message(step.element)
    raise unfit("The file is empty.")


def steps(content: bytes) -> Iterator[Step]:
    """Walk through a file element by element.

    Raises:
        FileRefusedError: Too large, not UTF-8, with a DTD, too deep, of several namespaces, or not well-formed.
    """
    _check_bytes(content)
    path: list[str] = []
    namespace = ""
    events = etree.iterparse(
        BytesIO(content),
        events=("start", "end"),
        resolve_entities=False,
        load_dtd=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        for event, element in events:
            if event == "start":
                name = etree.QName(element)
                if not path:
                    namespace = name.namespace or ""
                elif name.namespace != namespace and "SplmtryData" not in path:
                    raise unfit("Elements of more than one namespace.", line_of(element))
                path.append(name.localname)
                if len(path) > DEEPEST:
                    raise unfit("Elements are nested too deeply.", line_of(element))
                yield Step(is_end=False, path=tuple(path[1:]), element=element)
            else:
                yield Step(is_end=True, path=tuple(path[1:]), element=element)
                path.pop()
    except etree.XMLSyntaxError as error:
        raise unfit("The file is not well-formed XML.", (error.lineno or 0)) from error


def _check_bytes(content: bytes) -> None:
    if len(content) > LARGEST_FILE:
        raise unfit("The file is larger than 20 MB.")
    if not content.strip():
        raise unfit("The file is empty.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise unfit("The file is not in UTF-8.") from error
    head = text[:200].lstrip()
    if head.startswith("<?xml"):
        declared = head.partition("?>")[0].lower()
        if "encoding" in declared and not any(f"{quote}utf-8{quote}" in declared for quote in "'\""):
            raise unfit("The file declares another encoding than UTF-8.", 1)
    for forbidden in ("<!DOCTYPE", "<!ENTITY"):
        if forbidden in text:
            line = text[: text.index(forbidden)].count("\n") + 1
            raise unfit("The file holds a document type definition.", line)


def _message(root: etree._Element) -> str:
    name = etree.QName(root)
    if name.localname != "Document" or not (name.namespace or "").startswith(NAMESPACE):
        raise unfit("The file is no message of ISO 20022.", line_of(root))
    return (name.namespace or "").removeprefix(NAMESPACE)


def line_of(element: etree._Element) -> int:
    """Return the line an element begins on."""
    return int(getattr(element, "sourceline", None) or 0)


def children(element: etree._Element) -> list[etree._Element]:
    """Return the elements below one, in order."""
    return [child for child in element if isinstance(child.tag, str)]


def text_at(element: etree._Element | None, path: str) -> str:
    """Return the text of the first element at a path of local names below one, or nothing."""
    found = find(element, path)
    return "" if found is None else (found.text or "").strip()


def find(element: etree._Element | None, path: str) -> etree._Element | None:
    """Return the first element at a path of local names (``Id/IBAN``), if there is one."""
    here = element
    for wanted in path.split("/"):
        if here is None:
            return None
        here = next((child for child in children(here) if etree.QName(child).localname == wanted), None)
    return here


def check_sequence(element: etree._Element, sequences: Mapping[str, Sequence[str]]) -> None:
    """Refuse children that a level doesn't have, or that stand in another order than the schema's.

    Raises:
        FileRefusedError: With the line of the first that is out of place.
    """
    parent = etree.QName(element).localname
    sequence = sequences.get(parent)
    if sequence is None:
        return
    place = -1
    for child in children(element):
        name = etree.QName(child).localname
        if name not in sequence:
            raise unfit(f"{parent} has no {name}.", line_of(child))
        found = sequence.index(name)
        if found == place and name not in _REPEATED:
            raise unfit(f"{parent} has more than one {name}.", line_of(child))
        if found < place:
            raise unfit(f"{name} stands too late in {parent}.", line_of(child))
        place = found
        check_sequence(child, sequences)
