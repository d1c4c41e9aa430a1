"""Evidence: what an outsider may believe, and what no change of a byte gets past."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.use_cases.gather_evidence import gather_evidence
from countersign.domain.canonical import canonical_bytes, parse_canonical
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Body, Event
from countersign.domain.ledger.heads import SignedHead
from countersign.domain.order_state import OrderState
from countersign.domain.proof import EVIDENCE_LIMIT, Disclosed, Evidence, EvidenceError, check_evidence
from countersign.testing import fake_vault, fakes
from tests.signed_orders import approved_order, real_keys, settled_order

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def fingerprint() -> Iterator[str]:
    patch = pytest.MonkeyPatch()
    yield real_keys(patch)
    patch.undo()


@pytest.fixture(scope="module")
def evidence(fingerprint: str) -> Evidence:
    world = fakes.make_world()
    return gather_evidence(world.vault, settled_order(world))


@pytest.fixture(scope="module")
def content(evidence: Evidence) -> bytes:
    return evidence.content()


def faults(changed: Evidence) -> tuple[str, ...]:
    return check_evidence(changed, verify_ed25519).faults


def test_what_was_signed_is_proven(evidence: Evidence, fingerprint: str) -> None:
    finding = check_evidence(Evidence.parse(evidence.content()), verify_ed25519)
    assert finding.faults == ()
    assert finding.record is not None
    assert finding.record.state is OrderState.SETTLED
    assert finding.signer == "Mei Hartmann"
    assert finding.trusted(fingerprint)
    grouped = "-".join(fingerprint[place : place + 4].upper() for place in range(0, 64, 4))
    assert finding.trusted(f" {grouped}\n")
    assert not finding.trusted(fingerprint[:-1])
    assert not finding.trusted("")


def holds_something_else(changed: bytes, original: bytes) -> bool:
    """Tell whether changed bytes are believed. They never say the same: there is one spelling of everything."""
    try:
        found = Evidence.parse(changed)
    except SecurityError:
        return False
    assert found.content() == changed != original
    return not check_evidence(found, verify_ed25519).faults


@given(data=st.data())
@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_changed_byte_is_believed(content: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(content) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
    assert not holds_something_else(changed, content)


@pytest.mark.nightly
@pytest.mark.timeout(3600)
def test_no_changed_byte_is_believed_wherever_it_stands(content: bytes) -> None:
    for place in range(len(content)):
        for flip in (1, 2, 4, 32):
            changed = content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :]
            assert not holds_something_else(changed, content), place


@given(data=st.data())
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_letter_exchanged_for_another_of_base64_is_not_believed(content: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(content) - 1))
    letter = data.draw(st.sampled_from(b"ABCDEFghijkl0123456789+/="))
    changed = content[:place] + bytes([letter]) + content[place + 1 :]
    assert changed == content or not holds_something_else(changed, content)


@pytest.mark.parametrize("cut", [0, 1, 100, -1])
def test_a_cut_file_is_not_evidence(content: bytes, cut: int) -> None:
    with pytest.raises(SecurityError):
        Evidence.parse(content[:cut])


def test_a_huge_file_is_not_read() -> None:
    with pytest.raises(EvidenceError, match="too_large"):
        Evidence.parse(b" " * (EVIDENCE_LIMIT + 1))


def test_two_spellings_of_the_same_bytes_are_refused(content: bytes) -> None:
    value = parse_canonical(content)
    text = value["head_signature"]
    assert isinstance(text, str)
    other = text[:-3] + chr(ord(text[-3]) + 1) + text[-2:]  # 64 bytes: the last letter carries four idle bits
    assert base64.b64decode(other) == base64.b64decode(text)
    with pytest.raises(EvidenceError, match="base64"):
        Evidence.parse(canonical_bytes({**value, "head_signature": other}))


def test_another_order_than_the_disclosed_one_is_not_there(evidence: Evidence) -> None:
    assert "evidence.no_order" in faults(replace(evidence, order="00" * 16))


def test_a_withheld_approval_breaks_the_intent(evidence: Evidence) -> None:
    kept = tuple(item for item in evidence.disclosed if item.event.kind != kinds.ORDER_APPROVED)
    assert any(code.startswith("intent.") for code in faults(replace(evidence, disclosed=kept)))


def test_a_withheld_payee_is_noticed(evidence: Evidence) -> None:
    kept = tuple(item for item in evidence.disclosed if not item.event.kind.startswith("payee."))
    assert faults(replace(evidence, disclosed=kept)) == ("evidence.no_payee",)


@pytest.mark.parametrize(
    ("agreed_name", "kept_account", "found"),
    [
        ("Juergen Gross", "", ()),  # as SEPA's letters have it
        ("Jürgen Groß", "", ()),
        ("Juergen Grass", "", ("evidence.other_payee",)),
        ("Jurgen Gross", "", ("evidence.other_payee",)),
        ("Juergen Gross", fakes.SUPPLIER[1], ("evidence.other_payee",)),
    ],
)
@pytest.mark.usefixtures("fingerprint")
def test_a_payee_is_named_as_it_was_kept_or_in_the_letters_of_a_way_to_pay(
    agreed_name: str, kept_account: str, found: tuple[str, ...]
) -> None:
    world = fakes.make_world()
    order = approved_order(world, agreed_name=agreed_name, kept_account=kept_account)
    assert faults(gather_evidence(world.vault, order)) == found


@pytest.mark.parametrize("places", [(1, 0), (0, 0), ()])
def test_the_genesis_comes_first_and_once(evidence: Evidence, places: tuple[int, ...]) -> None:
    events = tuple(evidence.disclosed[place] for place in places) + evidence.disclosed[2:]
    assert faults(replace(evidence, disclosed=events))


def test_no_events_prove_nothing(evidence: Evidence) -> None:
    assert faults(replace(evidence, disclosed=())) == ("governance.genesis",)


def test_a_body_that_was_signed_by_nobody_is_refused(evidence: Evidence) -> None:
    last = evidence.disclosed[-1]
    assert last.event.body is not None
    body = Body(last.event.body.salt, canonical_bytes({"made": "up"}))
    changed = Disclosed(Event(last.event.header, last.event.signature, body), last.path)
    assert "evidence.body" in faults(replace(evidence, disclosed=(*evidence.disclosed[:-1], changed)))


def test_a_head_over_a_shorter_chain_does_not_hold_what_came_later(evidence: Evidence) -> None:
    head = replace(evidence.head.head, size=evidence.head.head.size - 1)
    signed = SignedHead(head, fake_vault.fake_sign(head.message))
    assert "evidence.inclusion" in faults(replace(evidence, head=signed))


def test_a_forger_with_an_own_key_is_consistent_and_not_trusted(
    fingerprint: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = real_keys(monkeypatch, b"f" * 32)
    world = fakes.make_world()
    forged = gather_evidence(world.vault, settled_order(world))
    finding = check_evidence(forged, verify_ed25519)
    assert finding.faults == ()
    assert not finding.trusted(fingerprint)
    assert finding.trusted(other)


def test_events_of_one_device_do_not_stand_under_anothers_head(
    evidence: Evidence, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_keys(monkeypatch, b"f" * 32)
    world = fakes.make_world()
    forged = gather_evidence(world.vault, settled_order(world))
    assert faults(replace(forged, head=evidence.head))
    assert faults(replace(evidence, head=forged.head)) == ("evidence.unknown_device",)


def test_a_path_of_odd_pieces_is_malformed(content: bytes) -> None:
    value = parse_canonical(content)
    events = value["events"]
    assert isinstance(events, list)
    path = events[0]["path"]
    assert isinstance(path, list)
    path[0] = base64.b64encode(b"x" * 31).decode()
    with pytest.raises(EvidenceError, match="path"):
        Evidence.parse(canonical_bytes(value))
