"""XML from strangers: parts come one by one, memory stays, and what may not be parsed is refused with its line."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import pytest

from countersign.adapters.banks.files import hardened_xml
from countersign.adapters.banks.files.hardened_xml import Element, Part, looks_like_xml, open_xml
from countersign.adapters.banks.files.xml_gathering import MAX_PART_BYTES, MAX_TEXT
from countersign.domain.errors import UserFacingError

PATHS: Final = {"Msg/Head": "head", "Msg/Block": "block", "Msg/Block/Item": "item", "Msg": "end"}


def document(body: str, declaration: str = "", attributes: str = ' xmlns="urn:x"') -> bytes:
    return f"{declaration}<Document{attributes}><Msg>{body}</Msg></Document>".encode()


def parts(data: bytes) -> list[Part]:
    return list(open_xml(io.BytesIO(data), len(data)).parts(PATHS))


def refusal(data: bytes) -> UserFacingError:
    with pytest.raises(UserFacingError) as refused:
        parts(data)
    return refused.value


def test_what_a_file_is_is_known_before_it_is_read() -> None:
    opened = open_xml(io.BytesIO(document("", '<?xml version="1.0"?>\n<!-- <!DOCTYPE a> -->\n<?pi?>')))
    assert (opened.namespace, opened.root, opened.message) == ("urn:x", "Document", "Msg")


def test_parts_come_in_order_and_hold_what_is_theirs() -> None:
    found = parts(
        document(
            "<Head><Id> a </Id></Head>"
            "<Block><Name>n</Name><Item><V>1</V></Item><Item><V>2</V><W x='y'/></Item><After>z</After></Block>"
            "<Block/>"
        )
    )
    assert [part.called for part in found] == ["head", "item", "item", "block", "block", "end"]
    head, first, second, block, empty, end = (part.element for part in found)
    assert head.value("Id") == "a"
    assert (first.value("V"), second.value("V")) == ("1", "2")
    assert second.needed("W").attributes == {"x": "y"}
    assert found[1].parent is block
    assert block.value("Name") == "n"
    assert block.value("After") == "z"
    assert block.all("Item") == []
    assert empty.children == {}
    assert end.children == {}


def test_an_enclosing_element_is_there_as_far_as_it_was_read() -> None:
    opened = open_xml(io.BytesIO(document("<Block><Name>n</Name><Item/><After>z</After><Item/></Block>")))
    seen = [sorted(part.parent.children) for part in opened.parts(PATHS) if part.called == "item"]
    assert seen == [["Name"], ["After", "Name"]]


def test_text_around_comments_is_whole() -> None:
    assert parts(document("<Head><Id>10<!-- x -->0<![CDATA[<5>]]></Id></Head>"))[0].element.value("Id") == "100<5>"


def test_names_of_another_namespace_are_told_apart() -> None:
    body = '<Head><Id>a</Id><o:Id xmlns:o="urn:o">b</o:Id></Head><o:Head xmlns:o="urn:o"><Id>c</Id></o:Head>'
    found = parts(document(body))
    assert [part.called for part in found] == ["head", "end"]
    assert found[0].element.value("Id") == "a"
    assert found[0].element.value("{urn:o}Id") == "b"


def test_a_message_may_have_no_namespace() -> None:
    assert [part.called for part in parts(document("<Head/>", attributes=""))] == ["head", "end"]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "iso-8859-15", "windows-1252"]
)
def test_encodings_of_banks_are_read(encoding: str) -> None:
    declared = encoding.removesuffix("-sig").removesuffix("-le").removesuffix("-be")
    text = f'<?xml version="1.0" encoding="{declared}"?><Document><Msg><Head><Id>Grün é</Id></Head></Msg></Document>'
    data = text.encode(encoding)
    assert looks_like_xml(data)
    assert parts(data)[0].element.value("Id") == "Grün é"


@pytest.mark.parametrize("encoding", ["utf-7", "EBCDIC-CP-US", "utf-32", "iso-8859-12", "utf-16"])
def test_other_encodings_are_refused(encoding: str) -> None:
    error = refusal(f'<?xml version="1.0" encoding="{encoding}"?><Document/>'.encode())
    assert error.code == "file.unreadable"
    assert error.params["reason"] == "encoding"


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0" encoding="iso-8859-6"?><Document><Msg>' + b"\xff" * 3 + b"</Msg></Document>",
        b"<Document><Msg>\xff\xfe</Msg></Document>",
        "<Document><Msg>".encode("utf-16") + b"\x00\xd8\x00\xd8",
        "<Document><Msg>x</Msg></Document>".encode("utf-16")[:-1],
    ],
)
def test_characters_that_are_none_are_refused(data: bytes) -> None:
    assert refusal(data).params["reason"] in {"encoding", "xml"}


@pytest.mark.parametrize(
    "prologue",
    [
        "<!DOCTYPE Document>",
        '<!DOCTYPE Document SYSTEM "http://127.0.0.1:9/x.dtd">',
        '<?xml version="1.0"?>\n<!-- a -->\n<!DOCTYPE Document [<!ENTITY x SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Document [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;">]>',
        '<!DOCTYPE Document [<!ENTITY % p SYSTEM "http://127.0.0.1:9/p"> %p;]>',
        "<!ELEMENT a ANY>",
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_a_document_type_is_refused_in_every_encoding(prologue: str, encoding: str) -> None:
    error = refusal((prologue + "<Document><Msg><Head><Id>&a;</Id></Head></Msg></Document>").encode(encoding))
    assert error.code == "file.forbidden"
    assert error.params["what"] == "DOCTYPE"
    assert error.params["line"] == prologue.count("\n") + 1


def test_an_entity_without_a_declaration_is_refused() -> None:
    assert refusal(document("<Head>\n<Id>&xxe;</Id></Head>")).params == {"line": 2, "reason": "xml", "element": ""}


@pytest.mark.parametrize("data", [b"", b"   ", b"<", b"<!-- ", b"<?xml", b"text", b"<a", b"<a>", b"<Document><Msg>"])
def test_what_ends_too_early_is_refused(data: bytes) -> None:
    assert refusal(data).code == "file.unreadable"


def test_the_line_is_right_far_down() -> None:
    assert refusal(document("\n" * 80_000 + "<Head></Tail>")).params["line"] == 80_001
    far = parts(document("<Head><V>1</V></Head>\n" * 80_001))[80_000]
    assert far.element.needed("V").line == 80_001


def test_depth_is_limited() -> None:
    assert parts(document("<Head>" + "<a>" * 61 + "</a>" * 61 + "</Head>"))
    assert refusal(document("<Head>" + "<a>" * 62 + "</a>" * 62 + "</Head>")).params["reason"] == "depth"
    assert refusal(document("<Tail>" + "<a>" * 62 + "</a>" * 62 + "</Tail>")).params["reason"] == "depth"
    assert refusal(document("<a>" * 100_000)).code == "file.unreadable"


@pytest.mark.parametrize("piece", ["<Id>{}</Id>", "<Id a='{}'/>", "<Id><![CDATA[{}]]></Id>"])
def test_texts_are_limited(piece: str) -> None:
    assert parts(document("<Head>" + piece.format("x" * MAX_TEXT) + "</Head>"))
    assert refusal(document("<Head>" + piece.format("x" * (MAX_TEXT + 1)) + "</Head>")).params["reason"] == "long_text"


def test_names_are_limited() -> None:
    elements = "".join(f"<a{number}/>" for number in range(5_000))
    attributes = "".join(f"<a a{number}=''/>" for number in range(5_000))
    assert refusal(document(f"<Head>{elements}</Head>")).params["reason"] == "names"
    assert refusal(document(f"<Head>{attributes}</Head>")).params["reason"] == "names"


def test_a_part_is_limited_by_bytes_and_by_elements() -> None:
    wide = "<a>" + "x" * 1_000 + "</a>"
    assert refusal(document(wide * (MAX_PART_BYTES // 1_000 + 200))).code == "file.too_large"
    assert refusal(document("<Head>" + "<a/>" * 60_000 + "</Head>")).code == "file.too_large"
    piled = "<Item/>" + "<a/>" * 1_000
    assert refusal(document("<Block>" + piled * 60 + "</Block>")).code == "file.too_large"


def test_a_file_is_limited(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardened_xml, "MAX_BYTES", 200_000)
    data = document("<Head/>" * 40_000)
    assert refusal(data).code == "file.too_large"
    with pytest.raises(UserFacingError):
        list(open_xml(io.BytesIO(data)).parts(PATHS))  # nobody said how long it is


def test_progress_is_told_and_can_stop() -> None:
    class StoppedError(Exception):
        """Somebody pressed Cancel."""

    told: list[tuple[int, int]] = []

    def progress(done: int, total: int) -> None:
        told.append((done, total))
        if done > 100_000:
            raise StoppedError

    data = document("<Head>x</Head>" * 20_000)
    with pytest.raises(StoppedError):
        list(open_xml(io.BytesIO(data), len(data)).parts(PATHS, progress))
    assert told == [(65_536, len(data)), (131_072, len(data))]


def test_parts_may_end_anywhere_in_a_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    body = "<Block>\n <Name>n</Name>\n <Item> <V>ä1</V> </Item>\n <Item>\n <V>2</V></Item> <After/>\n</Block>\n" * 30
    data = document(body)
    whole = [(part.called, part.element.value("V")) for part in parts(data) if part.called == "item"]
    for size in (1, 2, 3, 7, 64):
        monkeypatch.setattr(hardened_xml, "CHUNK", size)
        opened = open_xml(io.BytesIO(data))
        opened._head, rest = data[: 100 + size], data[100 + size :]  # noqa: SLF001 - as if the file were longer
        opened._stream = io.BytesIO(rest)  # noqa: SLF001
        assert [(p.called, p.element.value("V")) for p in opened.parts(PATHS) if p.called == "item"] == whole


def test_elements_say_what_is_wrong_with_them() -> None:
    found = parts(document("<Head><A>1</A><A>2</A><B><C/>x</B></Head>"))[0].element
    for ask, reason in (
        (lambda: found.one("A"), "twice"),
        (lambda: found.needed("Z"), "missing"),
        (lambda: found.value("B"), "structure"),
    ):
        with pytest.raises(UserFacingError) as refused:
            ask()
        assert refused.value.params["reason"] == reason
    assert found.at("Z/Y") is None
    assert found.value("Z/Y") == ""
    assert found.first("Z", "B/C") == ""
    assert isinstance(found.at("B/C"), Element)


def test_json_and_lists_do_not_look_like_xml(tmp_path: Path) -> None:
    assert not looks_like_xml(b'{"a": 1}')
    assert not looks_like_xml(b"name;iban")
    assert looks_like_xml(b"\xef\xbb\xbf \n<a/>")
