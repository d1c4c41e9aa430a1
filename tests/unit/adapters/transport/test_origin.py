"""Links never lead away from the bank."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.transport.origin import LinkError, Origin
from countersign.domain.errors import SecurityError

BASE = "https://bank.example:8443/psd2/v1/payments"
BANK = Origin.of(BASE)


@pytest.mark.parametrize(
    ("link", "target"),
    [
        ("https://bank.example:8443/v1/a", "/v1/a"),
        ("HTTPS://BANK.EXAMPLE:8443/v1/a?b=c", "/v1/a?b=c"),
        ("/v1/a", "/v1/a"),
        ("a/b", "/psd2/v1/a/b"),
        ("?page=2", "/psd2/v1/payments?page=2"),
        ("//bank.example:8443/x", "/x"),
        ("https://bank.example:8443", "/"),
        ("/v1/a#part", "/v1/a"),
    ],
)
def test_links_of_this_bank(link: str, target: str) -> None:
    assert BANK.target(BASE, link) == target


@pytest.mark.parametrize(
    "link",
    [
        "https://bank.example/v1",
        "http://bank.example:8443/v1",
        "https://bank.example.evil.example:8443/v1",
        "https://evil.example:8443/v1",
        "https://bank.example:8443@evil.example/v1",
        "https://user@bank.example:8443/v1",
        "https://user:word@bank.example:8443/v1",
        "//evil.example/v1",
        "/\\evil.example/v1",
        "https://bank.example:8443\\@evil.example/",
        "ftp://bank.example:8443/v1",
        "data:text/html,hello",
        "https://bank.example:99999/v1",
        "https://[::1/v1",
        "/v1/a\nb",
        "/v1/a b",
        "/v1/ä",
        "",
        "/" + "a" * 3000,
    ],
)
def test_links_that_lead_away(link: str) -> None:
    with pytest.raises(LinkError) as refused:
        BANK.target(BASE, link)
    assert refused.value.params == {"field": "link"}


@given(st.text(max_size=60) | st.from_regex(r"(https?:)?//?[a-z@:\\./\[\]0-9]{0,30}", fullmatch=True))
def test_no_text_leads_away(link: str) -> None:
    try:
        target = BANK.target(BASE, link)
    except SecurityError:
        return
    assert target.startswith("/")
    assert target.isascii()


@pytest.mark.parametrize(
    "url", ["bank.example", "https://", "https:///v1", "https://a@b/", "mailto:a@b", "https://b:x/"]
)
def test_no_origin_without_a_place(url: str) -> None:
    with pytest.raises(LinkError):
        Origin.of(url)


def test_default_ports() -> None:
    assert Origin.of("https://Bank.Example/v1") == Origin("https", "bank.example", 443)
    assert Origin.of("http://127.0.0.1") == Origin("http", "127.0.0.1", 80)
