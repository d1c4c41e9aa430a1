"""Tolerant reading: unknown things pass by, missing things are named, deceiving characters are left out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from countersign.adapters.banks.xs2a import authorising
from countersign.adapters.banks.xs2a.credentials import Credentials
from countersign.adapters.banks.xs2a.handles import Handle
from countersign.adapters.banks.xs2a.reading import Body, shown
from countersign.application.ports.bank import AuthorisationState, ScaMethod
from countersign.domain.canonical import NotCanonicalError
from countersign.domain.errors import ConnectorError, FailureKind, SecurityError
from countersign.domain.money import Money
from countersign.domain.secret import SecretText
from countersign.domain.unicode_safety import CleanText, clean_text

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
NO_MATTER = Handle("payment", "pay-1")
METHOD = ScaMethod("sms-1", "SMS_OTP", "Phone")


def body(value: object) -> Body:
    return Body(value, FailureKind.UNKNOWN)


@given(JSON)
def test_nothing_that_a_bank_sends_breaks_the_reading(value: object) -> None:
    found = body(value)
    assert isinstance(found.text_or_empty("x"), str)
    assert isinstance(found.within("x").account(), str)
    for read in (found.money, found.transaction_status, lambda: found.text("scaStatus")):
        with pytest.raises(ConnectorError) as failed:
            read()
        assert failed.value.kind is FailureKind.UNKNOWN


@given(st.dictionaries(st.sampled_from(["scaMethods", "challengeData", "chosenScaMethod", "scaStatus"]), JSON))
def test_no_answer_to_a_step_breaks_the_reading(value: dict[str, object]) -> None:
    methods = authorising.read_methods(body(value), NO_MATTER)
    authorising.read_challenge(body(value), methods)


@given(st.text(max_size=300))
def test_what_is_shown_hides_nothing(text: str) -> None:
    line = shown(text, 100)
    assert len(line) <= 100
    found = clean_text(line, 400)
    assert isinstance(found, CleanText) or found.code == "stacked_marks"  # marks are drawn, if not prettily


def test_lines_become_one_and_controls_go() -> None:
    assert shown("Pay\r\n\tnow\u202e \u200bplease\u202c\x00") == "Pay now please"


@pytest.mark.parametrize(
    ("written", "minor"), [("1", 100), ("1.5", 150), ("1.50", 150), ("-0.01", -1), ("123456789.10", 12345678910)]
)
def test_amounts_are_exact(written: str, minor: int) -> None:
    assert body({"currency": "EUR", "amount": written}).money() == Money(minor, "EUR")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("finalised", AuthorisationState.FINALISED),
        ("failed", AuthorisationState.FAILED),
        ("exempted", AuthorisationState.EXEMPTED),
        ("scaMethodSelected", AuthorisationState.OPEN),
        ("unconfirmed", AuthorisationState.OPEN),
        ("somethingNew", AuthorisationState.OPEN),
        ("Finalised", AuthorisationState.OPEN),
    ],
)
def test_only_the_standards_final_words_are_final(status: str, state: AuthorisationState) -> None:
    assert authorising.read_state(body({"scaStatus": status})) is state


def test_methods_of_any_kind_are_offered_and_remembered() -> None:
    offered = {
        "scaMethods": [
            {"authenticationType": "EMAIL", "authenticationMethodId": "m1"},
            {"authenticationType": "SMS_OTP", "name": "no identifier"},
            None,
            {"authenticationMethodId": "m2", "name": "Card\u202e reader", "new": 1},
        ]
    }
    expected = (ScaMethod("m1", "EMAIL", "m1"), ScaMethod("m2", "", "Card reader"))
    assert authorising.read_methods(body(offered), NO_MATTER) == expected
    remembering = Handle("payment", "pay-1", methods=(("sms-1", "SMS_OTP", "Phone"),))
    assert authorising.read_methods(body({}), remembering) == (METHOD,)


@pytest.mark.parametrize(("data", "lines"), [([None], ()), (None, ()), ("one", ("one",)), (["a", 1, "b"], ("a", "b"))])
def test_challenge_data_of_every_shape(data: object, lines: tuple[str, ...]) -> None:
    challenge = authorising.read_challenge(body({"challengeData": {"data": data}}), (METHOD,), "sms-1")
    assert challenge is not None
    assert challenge.data == lines
    assert challenge.method == METHOD
    assert (challenge.otp_format, challenge.otp_max_length) == ("characters", 0)


@pytest.mark.parametrize(("given_length", "length"), [(6, 6), (0, 0), (-1, 0), ("6", 0), (True, 0), (101, 0)])
def test_the_length_of_a_code_is_believed_within_reason(given_length: object, length: int) -> None:
    challenge = authorising.read_challenge(body({"challengeData": {"otpMaxLength": given_length}}), ())
    assert challenge is not None
    assert challenge.otp_max_length == length


def test_no_challenge_where_none_is_given() -> None:
    assert authorising.read_challenge(body({"scaStatus": "psuAuthenticated"}), (METHOD,)) is None


@pytest.mark.parametrize("identifier", ["..", ".", "a/b", "a%2fb", "a?b", "a#b", "ä", " a", "", "a" * 71])
def test_identifiers_mean_nothing_in_a_path(identifier: str) -> None:
    assert not authorising.is_identifier(identifier)


# — handles —


def test_a_handle_reads_back() -> None:
    handle = Handle("payment", "p", "sepa", "a", {"self": "/v1/p"}, (("m", "SMS_OTP", "电话"),))
    assert Handle.read(handle.write()) == handle


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        '{"v":1}',
        NO_MATTER.write().replace('"v":1', '"v":2'),
        NO_MATTER.write().replace('"methods":[]', '"methods":[["one"]]'),
        NO_MATTER.write() + " ",
        NO_MATTER.write().replace("{", '{"extra":1,', 1),
    ],
)
def test_a_handle_of_any_other_form_is_refused(text: str) -> None:
    with pytest.raises(SecurityError) as refused:
        Handle.read(text)
    assert refused.value.code == "bank.handle"


def test_a_link_that_was_not_given_is_not_invented() -> None:
    with pytest.raises(SecurityError) as refused:
        NO_MATTER.link("authoriseTransaction")
    assert refused.value.code == "bank.step_not_offered"
    assert NO_MATTER.start == ""


# — credentials —

CREDENTIALS = Credentials("https://localhost:1", "CERTIFICATE", SecretText("PRIVATE-KEY"), "CA", "somebody")


def test_credentials_read_back_and_hide() -> None:
    kept = CREDENTIALS.with_consent("c-1").to_canonical()
    found = Credentials.from_canonical(kept)
    assert found.to_canonical() == kept
    assert found.consent_id == "c-1"
    assert "PRIVATE-KEY" not in f"{found!r} {found} {[found]}"
    with pytest.raises(NotCanonicalError):
        Credentials.from_canonical({**kept, "more": ""})
