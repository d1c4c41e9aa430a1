"""XML from strangers, read part by part: no DTD, no entity, no network, and as much memory for 500 MiB as for one.

How to use it::

    document = open_xml(stream, total=path.stat().st_size)
    document.namespace, document.root, document.message  # known before anything else is read
    for part in document.parts({"BkToCstmrStmt/Stmt/Ntry": "entry", …}, progress):
        part.called, part.element, part.parent

A part is an element at a path that the caller names (``BkToCstmrStmt/Stmt/Ntry``, from below the root element). It is
handed over once its end was read, as an ``Element`` of its own, and forgotten by the parser; parts may lie within
parts, and an outer one then comes without the inner ones, which came before it. What is not named stays with the
element that holds it, so that nothing is lost: ``part.parent`` is that element as far as it was read (for an entry:
its statement with account and number).

Refused (``UserFacingError``): any document type declaration and with it every entity (``file.forbidden``); more than
``MAX_BYTES`` in all, or more in one part than a part may have (``file.too_large``); all that is no well-formed XML, is
nested deeper than ``MAX_DEPTH``, has a longer text than ``MAX_TEXT``, or is in an encoding other than UTF-8, UTF-16,
US-ASCII, ISO 8859 or Windows 125x (``file.unreadable``; ``line`` from 1, ``reason`` a code, see ``unreadable``).

Sources: XML 1.0 (fifth edition) section 4.3.3 and appendix F for encodings; OWASP, XML External Entity Prevention.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, cast

from countersign.adapters.banks.files.xml_element import Element, Part, unreadable
from countersign.adapters.banks.files.xml_gathering import MAX_PART_BYTES, Gathering, Tree
from countersign.application.ports.bank_files import Reading
from countersign.domain.errors import UserFacingError

if TYPE_CHECKING:
    from lxml import etree

MAX_BYTES: Final = 512 * 1024 * 1024
CHUNK: Final = 64 * 1024
_BITE: Final = 16 * 1024  # lxml holds the interpreter while it takes one in, and the window waits
_HEAD: Final = 64 * 1024
_DECLARED: Final = re.compile(r"""\s*<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._\-]{1,40})["']""")
_ENCODINGS: Final = re.compile(r"(?i)utf-?8|utf-?16|us-?ascii|iso-?8859-(?:[1-9]|1[0-6])|windows-125[0-8]")
_WIDE: Final = (
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\0", "utf-16-le"),
    (b"\0<", "utf-16-be"),
)


@dataclass(slots=True)
class Document:
    """A file whose first bytes were read and judged.

    Attributes:
        namespace: Of the root element; empty where it has none.
        root: Name of the root element, without namespace: ``Document``.
        attributes: Of the root element.
        message: Name of the first element within it: ``BkToCstmrStmt``.
        line: On which that begins.
        total: Bytes of the whole file, for ``progress``.
    """

    namespace: str
    root: str
    attributes: Mapping[str, str]
    message: str
    line: int
    total: int
    _stream: BinaryIO
    _head: bytes
    _decoder: codecs.IncrementalDecoder | None
    _read: int = field(default=0, init=False)

    def parts(self, paths: Mapping[str, str], progress: Reading | None = None) -> Iterator[Part]:
        """Read the file to its end.

        Args:
            paths: Paths of the parts, from below the root, to what the caller calls them.
            progress: Told of every chunk.
        """
        names = sorted({path.rpartition("/")[2] for path in paths})
        parser = _parser(("end",), [f"{{*}}{name}" for name in names])
        gathering = Gathering(self.namespace, self.root, paths)
        last = 0
        try:
            for chunk in self._chunks(progress):
                parser.feed(chunk)
                for _, element in parser.read_events():
                    if (part := gathering.part(cast("Tree", element), self._read)) is not None:
                        last = self._read
                        yield part
                if self._read - last > MAX_PART_BYTES:
                    raise UserFacingError("file.too_large", what="part")
            parser.close()
        except _syntax_error() as error:
            raise unreadable(_line_of(error), "xml") from None
        if self._decoder is not None:
            self._decode(b"", final=True)

    def _chunks(self, progress: Reading | None) -> Iterator[bytes]:
        chunk = self._head
        while chunk:
            self._read += len(chunk)
            if self._read > MAX_BYTES:
                raise UserFacingError("file.too_large", what="file")
            if progress is not None:
                progress(min(self._read, self.total), self.total)
            decoded = self._decode(chunk)
            yield from (decoded[start : start + _BITE] for start in range(0, len(decoded), _BITE))
            chunk = self._stream.read(CHUNK)

    def _decode(self, chunk: bytes, *, final: bool = False) -> bytes:
        if self._decoder is None:
            return chunk
        try:
            return self._decoder.decode(chunk, final).encode()
        except UnicodeError:
            raise unreadable(0, "encoding") from None


def open_xml(stream: BinaryIO, total: int = 0) -> Document:
    """Read as much as tells what a file is, and refuse what may not be parsed at all.

    Args:
        stream: At its beginning; stays the caller's.
        total: Bytes in all, where known.

    Raises:
        UserFacingError: ``file.forbidden``, ``file.unreadable``, ``file.too_large``.
    """
    if total > MAX_BYTES:
        raise UserFacingError("file.too_large", what="file")
    head = stream.read(_HEAD)
    encoding = _encoding(head)
    decoder = None if encoding == "utf-8" else codecs.getincrementaldecoder(encoding)("strict")
    try:
        text = codecs.getincrementaldecoder(encoding)("strict").decode(head)
    except UnicodeError:
        raise unreadable(0, "encoding") from None
    _judge_prologue(text)
    parser = _parser(("start",))
    try:
        parser.feed(text.encode())
        begun = [cast("Tree", element) for _, element in islice(parser.read_events(), 2)]
    except _syntax_error() as error:
        raise unreadable(_line_of(error), "xml") from None
    if not begun:
        raise unreadable(1, "xml")
    namespace, root = _split(begun[0].tag)
    return Document(
        namespace=namespace,
        root=root,
        attributes=dict(begun[0].items()),
        message=_split(begun[1].tag)[1] if len(begun) > 1 else "",
        line=begun[-1].sourceline,
        total=total,
        _stream=stream,
        _head=head,
        _decoder=decoder,
    )


def looks_like_xml(head: bytes) -> bool:
    """Tell whether a file begins as XML does, in any encoding that ``open_xml`` knows."""
    for mark in (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        head = head.removeprefix(mark)
    return head.replace(b"\0", b"").lstrip(b" \t\r\n").startswith(b"<")


def _encoding(head: bytes) -> str:
    """Find the encoding: by the byte order mark, by the first characters, as declared, or UTF-8."""
    for mark, wide in _WIDE:
        if head.startswith(mark):
            return wide
    start = head.removeprefix(codecs.BOM_UTF8)
    declared = _DECLARED.match(start[:400].decode("latin-1"))
    if declared is None or len(start) < len(head):  # a byte order mark knows better than the declaration
        return "utf-8"
    name = declared[1]
    if _ENCODINGS.fullmatch(name) is None or name.lower().startswith(("utf16", "utf-16")):
        raise unreadable(1, "encoding", name)
    try:
        return "utf-8" if codecs.lookup(name).name in {"utf-8", "ascii"} else codecs.lookup(name).name
    except LookupError:  # ISO 8859-12 was never made
        raise unreadable(1, "encoding", name) from None


def _judge_prologue(text: str) -> None:
    """Walk over comments and instructions before the root element, and refuse a document type declaration."""
    here = 0
    while True:
        here = text.find("<", here)
        if here < 0:
            raise unreadable(1, "xml")
        if text.startswith("<!--", here):
            here = text.find("-->", here)
        elif text.startswith("<?", here):
            here = text.find("?>", here)
        elif text.startswith("<!", here):
            raise UserFacingError("file.forbidden", what="DOCTYPE", line=text.count("\n", 0, here) + 1)
        else:
            return
        if here < 0:
            raise unreadable(1, "xml")


def _parser(events: tuple[Literal["start", "end"], ...], tag: list[str] | None = None) -> etree.XMLPullParser:
    from lxml import etree  # noqa: PLC0415 - not before a file is read

    return etree.XMLPullParser(
        events=events,
        tag=tag,
        encoding="utf-8",
        resolve_entities=False,
        load_dtd=False,
        dtd_validation=False,
        no_network=True,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=False,
    )


def _syntax_error() -> type[etree.XMLSyntaxError]:
    from lxml import etree  # noqa: PLC0415 - not before a file is read

    return etree.XMLSyntaxError


def _line_of(error: etree.XMLSyntaxError) -> int:
    """Return the line of the first mistake; an unknown entity is only in the log."""
    if error.lineno:
        return int(error.lineno)
    last = getattr(error.error_log, "last_error", None)
    return int(last.line) if last is not None else 0


def _split(tag: str) -> tuple[str, str]:
    return (tag[1:].partition("}")[0], tag.partition("}")[2]) if tag.startswith("{") else ("", tag)


__all__ = ["Document", "Element", "Part", "looks_like_xml", "open_xml", "unreadable"]
