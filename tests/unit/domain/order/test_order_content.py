"""What is frozen: canonical bytes, one digest, one comparison; and the payee that it names."""

from __future__ import annotations

import hashlib
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.domain.canonical import Json, NotCanonicalError, canonical_bytes
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Event
from countersign.domain.money import Money
from countersign.domain.order import (
    Attachment,
    BindingError,
    OrderContent,
    OrderContentError,
    differences,
    fingerprint_phrase,
    last_digits,
    money_object,
    require_same,
)
from countersign.domain.payee import (
    DetailsSource,
    NameCheck,
    PayeeDetails,
    PayeeKind,
    VopOutcome,
    fold_payee,
)
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields
from countersign.domain.policy import Policy
from countersign.domain.secret import SecretText
from tests.unit.domain.ledger.world import Pen, alone, identifier, payment


def _content(**changes: object) -> OrderContent:
    workspace, desk = alone()
    del workspace
    desk.add_payee()
    return desk.content(attachments=(Attachment("contract.pdf", "a" * 64, 10),), **changes)


def test_content_is_read_back_from_its_bytes_and_has_one_digest() -> None:
    content = _content()
    assert OrderContent.parse(content.content_bytes) == content
    assert content.digest == hashlib.sha256(b"countersign/order/1\x00" + content.content_bytes).hexdigest()
    assert money_object(content.payment.instructed_amount) == {"currency": "EUR", "exponent": 2, "minor": 25_000_000}
    flat = {item.name for item in fields(PaymentFields)} | {item.name for item in fields(OrderContent)} - {"payment"}
    assert set(content.canonical()) == flat - {"batch"}  # nothing is agreed that is not under the digest
    batched = replace(content, batch="0b" * 16)
    assert set(batched.canonical()) == flat
    assert batched.digest != content.digest
    assert OrderContent.parse(batched.content_bytes) == batched


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("workspace", "x"), ("order", "0A" * 16), ("nonce", "0" * 31), ("sender_device", "0a" * 16), ("requester", ""),
        ("payee", ""), ("payee_version", "x"), ("debtor_account", ""), ("creditor_account", ""),
        ("creditor_account", "DE89370400440532013000"), ("creditor_name", ""), ("creditor_name", "x" * 71),
        ("end_to_end_id", ""), ("end_to_end_id", "x" * 36), ("end_to_end_id", "a_b"), ("end_to_end_id", "/a"),
        ("end_to_end_id", "a/"), ("end_to_end_id", "a//b"), ("end_to_end_id", " a"), ("end_to_end_id", "a "),
        ("end_to_end_id", "a\n"), ("remittance", "x" * 141), ("requested_execution_date", "tomorrow"),
        ("requested_execution_date", "20261201"), ("requested_execution_date", "2026-02-30"),
        ("attachments", [{"name": "a", "sha256": "x", "size": 1}]),
        ("attachments", [{"name": "a", "sha256": "a" * 64, "size": -1}]),
        ("instructed_amount", {"currency": "EUR", "exponent": 2, "minor": 0}),
        ("instructed_amount", {"currency": "EUR", "exponent": 2, "minor": -1}),
        ("instructed_amount", {"currency": "EUR", "exponent": 3, "minor": 1}),
        ("instructed_amount", {"currency": "XXY", "exponent": 2, "minor": 1}),
        ("instructed_amount", {}), ("world", "game"), ("product", "pigeon"),
        ("creditor_account", "de89"), ("creditor_account", "1" * 35), ("debtor_account_scheme", "UPIC"),
        ("creditor_account_scheme", ""), ("debtor_agent", "NWBK"), ("debtor_agent_member", "CNAPS"),
        ("creditor_agent_member", "CNAPS:"), ("creditor_town", "x" * 36), ("creditor_country", "de"),
        ("charge_bearer", "OUR"), ("purpose", "supp"), ("uetr", "0" * 36), ("ultimate_debtor", "x" * 71),
        ("ultimate_creditor", "x" * 71), ("arrival", "soon"),
    ],
)  # fmt: skip
def test_a_field_that_no_order_may_have_is_named(field: str, value: Json) -> None:
    with pytest.raises(OrderContentError) as refused:
        OrderContent.parse(canonical_bytes({**_content().canonical(), field: value}))
    assert (refused.value.code, refused.value.params) == ("order.form", {"field": field})


FULL = {
    "debtor_account_scheme": AccountScheme.BBAN,
    "debtor_agent": "PRACDEFF",
    "debtor_agent_member": "CNAPS:102100099996",
    "creditor_account_scheme": AccountScheme.BBAN,
    "creditor_agent_member": "USABA:021000021",
    "creditor_town": "New York",
    "creditor_country": "US",
    "charge_bearer": ChargeBearer.SHARED,
    "purpose": "SUPP",
    "uetr": "8f14e45f-ceea-467f-a0e6-2f5a1c1c0d3e",
    "ultimate_debtor": "Alder Ltd",
    "ultimate_creditor": "Birch Ltd",
    "arrival": Arrival.NEXT_DAY,
}


def test_format_2_says_everything_that_a_bank_acts_on() -> None:
    content = _content(payment=payment(**FULL))
    assert OrderContent.parse(content.content_bytes) == content
    assert content.canonical()["charge_bearer"] == "SHAR"


def test_format_1_is_read_for_ever_and_says_no_more_than_it_can() -> None:
    content = _content(v=1)
    assert OrderContent.parse(content.content_bytes) == content
    assert "uetr" not in content.canonical()
    with pytest.raises(NotCanonicalError):
        OrderContent.read({**content.canonical(), "uetr": ""})
    for name, value in FULL.items():
        with pytest.raises(OrderContentError) as refused:
            _content(v=1, payment=payment(**{name: value})).check_form()
        assert refused.value.params == {"field": name}


def test_the_same_number_at_two_banks_is_not_the_same_account() -> None:
    own = {"creditor_account": "12345678", "debtor_account": "12345678", "debtor_agent_member": "GBDSC:200415"}
    _content(payment=payment(**own, creditor_agent_member="GBDSC:200416")).check_form()
    with pytest.raises(OrderContentError):
        _content(payment=payment(**own, creditor_agent_member="GBDSC:200415")).check_form()


@pytest.mark.parametrize("value", ["", "2026-12-01"])
def test_dates_of_execution(value: str) -> None:
    content = _content(payment=payment(requested_execution_date=value, end_to_end_id="CS 1/2"))
    assert OrderContent.parse(content.content_bytes) == content


def test_another_version_and_unknown_or_missing_fields_are_refused() -> None:
    known = _content().canonical()
    with pytest.raises(OrderContentError, match=r"order\.version"):
        OrderContent.read({**known, "v": 3})
    for odd in ({**known, "more": 1}, {name: item for name, item in known.items() if name != "nonce"}):
        with pytest.raises(NotCanonicalError):
            OrderContent.read(odd)


def test_differences_are_named_in_order_and_absence_may_be_allowed() -> None:
    agreed = payment()
    assert differences(agreed, agreed) == ()
    claimed = replace(agreed, creditor_name="", remittance="x")
    assert differences(agreed, claimed) == ("creditor_name", "remittance")
    assert differences(agreed, claimed, unless_absent=("creditor_name", "remittance")) == ("remittance",)


@given(st.integers(0, 2**256 - 1))
def test_the_phrase_has_six_words_that_follow_from_the_digest(number: int) -> None:
    words = [f"w{at}" for at in range(2048)]
    digest = f"{number:064x}"
    phrase = fingerprint_phrase(digest, words)
    bits = (
        f"{int.from_bytes(hashlib.sha256(b'countersign/phrase/1' + bytes(1) + bytes.fromhex(digest)).digest()):0256b}"
    )
    assert phrase == tuple(words[int(bits[at : at + 11], 2)] for at in range(0, 66, 11))


@pytest.mark.parametrize("count", [0, 3, 2047])
def test_a_word_list_is_a_power_of_two(count: int) -> None:
    with pytest.raises(ValueError, match=str(count)):
        fingerprint_phrase("0" * 64, ["w"] * count)


def test_last_digits() -> None:
    assert (last_digits("FR1420041010050500013M02606"), last_digits("123456", 2)) == ("2606", "56")


def test_errors_show_their_code_and_nothing_else() -> None:
    error = ConnectorError(FailureKind.UNKNOWN, "bank.timeout", account="DE89")
    assert (str(error), error.kind, error.params) == ("bank.timeout", FailureKind.UNKNOWN, {"account": "DE89"})


def test_secret_text_hides() -> None:
    secret = SecretText("hunter2")
    assert (secret.reveal(), bool(secret), bool(SecretText(""))) == ("hunter2", True, False)
    assert "hunter2" not in f"{secret!r} {secret} {[secret]}"
    with pytest.raises(NotCanonicalError, match=r"canonical\.type"):
        canonical_bytes({"a": secret})  # type: ignore[dict-item]  # that is the point


def test_a_policy_is_read_back_and_newer_ones_are_named_as_such() -> None:
    assert Policy.read(Policy().canonical()) == Policy()
    with pytest.raises(SecurityError, match=r"policy\.version"):
        Policy.read({"v": 3})


DETAILS = PayeeDetails("Notariat Beispiel", "FR14", "", PayeeKind.ESCROW, DetailsSource.CONTRACT)
PAYEE = identifier("payee 1")


def _version(pen: Pen, kind: str, details: PayeeDetails = DETAILS, supersedes: tuple[str, ...] = ()) -> Event:
    return pen.write(kind, PAYEE, {**details.canonical(), "supersedes": list(supersedes)}, refs=supersedes)


def test_details_say_only_what_is_used_and_are_read_back() -> None:
    workspace, _ = alone()
    pen = workspace.pens[0]
    assert set(DETAILS.canonical()) == {"name", "account", "agent", "kind", "source"}
    full = replace(
        DETAILS, account="12345678", scheme=AccountScheme.BBAN, agent_member="GBDSC:200415", town="London", country="GB"
    )
    _version(pen, kinds.PAYEE_ADDED, full)
    record = fold_payee(pen.shared)
    assert record is not None
    assert record.version.details == full
    odd = pen.write(kinds.PAYEE_CHANGED, PAYEE, {**full.canonical(), "scheme": "UPIC", "supersedes": []})
    again = fold_payee(pen.shared)
    assert again is not None
    assert odd.id not in {item.event for item in again.versions}


def _check(**changes: object) -> NameCheck:
    found = NameCheck(VopOutcome.MATCH, DETAILS.name, DETAILS.account, "", 1, "ref")
    return replace(found, **changes)  # type: ignore[arg-type]  # tests name the fields


def test_rule_10_versions_supersede_and_several_current_ones_are_a_conflict() -> None:
    workspace, _ = alone()
    pen = workspace.pens[0]
    first = _version(pen, kinds.PAYEE_ADDED)
    left = _version(pen, kinds.PAYEE_CHANGED, replace(DETAILS, account="FR15"), (first.id,))
    right = _version(pen, kinds.PAYEE_CHANGED, replace(DETAILS, account="FR16"), (first.id,))
    conflicting = fold_payee(reversed(pen.shared))
    assert conflicting is not None
    assert (conflicting.in_conflict, [item.event for item in conflicting.current]) == (True, [left.id, right.id])
    both = (min(left.id, right.id), max(left.id, right.id))
    settled = _version(pen, kinds.PAYEE_CHANGED, supersedes=both)
    record = fold_payee(pen.shared)
    assert record is not None
    assert (record.payee, record.in_conflict, record.version.event) == (PAYEE, False, settled.id)
    assert record.version.details == DETAILS


def test_a_banks_answer_counts_for_the_name_and_account_it_was_asked_about() -> None:
    workspace, _ = alone()
    pen = workspace.pens[0]
    early = pen.write(kinds.PAYEE_VERIFIED, PAYEE, {"version": "a" * 64, "check": _check().canonical()})
    version = _version(pen, kinds.PAYEE_ADDED)
    answers = [
        _check(),
        _check(outcome=VopOutcome.CLOSE_MATCH, asked_name="Notar", matched_name=DETAILS.name),
        _check(asked_account="FR15"),
        _check(asked_name="Somebody"),
    ]
    for answer in answers:
        pen.write(kinds.PAYEE_VERIFIED, PAYEE, {"version": version.id, "check": answer.canonical()})
    pen.write(kinds.PAYEE_VERIFIED, PAYEE, {"version": early.id, "check": _check().canonical()})
    record = fold_payee(pen.shared)
    assert record is not None
    assert [check for _, check in record.checks] == answers[:2]
    assert record.check_of(version.id) == answers[1]
    assert record.check_of("b" * 64) is None


def test_malformed_erased_and_foreign_events_are_no_versions() -> None:
    workspace, _ = alone()
    pen = workspace.pens[0]
    pen.write(kinds.PAYEE_ADDED, PAYEE, {**DETAILS.canonical(), "kind": "ghost", "supersedes": []})
    pen.write(kinds.PAYEE_ADDED, PAYEE, {**DETAILS.canonical(), "source": "ghost", "supersedes": []})
    pen.write(kinds.PAYEE_ADDED, PAYEE, {**DETAILS.canonical(), "supersedes": [1]})
    pen.write(kinds.INCIDENT_RAISED, PAYEE, {**DETAILS.canonical(), "supersedes": []})
    erased = _version(pen, kinds.PAYEE_ADDED)
    events = [*pen.shared[:-1], Event(erased.header, erased.signature, None)]
    assert fold_payee(events) is None
    version = _version(pen, kinds.PAYEE_ADDED)
    odd = {**_check().canonical(), "outcome": "GREAT"}
    pen.write(kinds.PAYEE_VERIFIED, PAYEE, {"version": version.id, "check": odd})
    record = fold_payee([*events, *pen.shared[-2:]])
    assert record is not None
    assert (len(record.versions), record.checks) == (1, ())


@given(
    st.sampled_from([kinds.PAYEE_ADDED, kinds.PAYEE_CHANGED, kinds.PAYEE_VERIFIED]),
    st.dictionaries(
        st.sampled_from([*DETAILS.canonical(), "supersedes", "version", "check"]),
        st.text(max_size=5) | st.integers(0, 9) | st.booleans() | st.lists(st.text(max_size=3), max_size=2),
    ),
)
def test_no_body_makes_folding_a_payee_fail(kind: str, body: dict[str, Json]) -> None:
    workspace, _ = alone()
    pen = workspace.pens[0]
    _version(pen, kinds.PAYEE_ADDED)
    pen.write(kind, PAYEE, body)
    record = fold_payee(pen.shared)
    assert record is not None


def test_what_departs_is_refused_by_its_first_field() -> None:
    require_same(payment(), payment(), "screen")
    with pytest.raises(BindingError) as refused:
        require_same(payment(), payment(remittance="x", creditor_name="y"), "reply")
    assert (refused.value.code, refused.value.params) == ("binding.reply", {"field": "creditor_name", "count": 2})


def test_money_is_compared_whole() -> None:
    assert differences(payment(), payment(instructed_amount=Money(25_000_000, "GBP"))) == ("instructed_amount",)
