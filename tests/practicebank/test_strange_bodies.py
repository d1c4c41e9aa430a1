"""Whatever a client writes: it is read, or refused with a code of the standard; nothing else happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from hypothesis import given, settings
from hypothesis import strategies as st

from practicebank.problems import Problem
from practicebank.products import PRODUCTS
from practicebank.xs2a.beside import read_question
from practicebank.xs2a.bodies import read_bulk, read_payment

Read = TypeVar("Read")
TODAY = date(2026, 11, 16)
OWN = "LU019900000000000000"
_PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=40)
_ANYTHING = st.recursive(
    _PLAIN, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
)
_IBAN = st.sampled_from([OWN, "DE89370400440532013000", "GB29NWBK60161331926819"])
_ACCOUNT = st.fixed_dictionaries(
    {}, optional={"iban": _IBAN | _ANYTHING, "bban": st.text("0123456789", max_size=31), "pan": _ANYTHING}
)
_AMOUNT = st.fixed_dictionaries(
    {
        "currency": st.sampled_from(["EUR", "CNY", "JPY", "KWD", "XXX"]),
        "amount": st.from_regex(r"[0-9]{1,15}(\.[0-9]{0,4})?", fullmatch=True),
    }
)
_BODY = st.fixed_dictionaries(
    {
        "debtorAccount": st.just({"iban": OWN}) | _ANYTHING,
        "instructedAmount": _AMOUNT | _ANYTHING,
        "creditorAccount": _ACCOUNT | _ANYTHING,
        "creditorName": st.text(min_size=1, max_size=80) | _ANYTHING,
    },
    optional={
        "arrivalMode": st.sampled_from(["real_time", "ordinary", "later"]) | _ANYTHING,
        "creditorAgentMemberId": st.just("999290000018") | _ANYTHING,
        "creditorAgent": st.just("TAMPUS33") | _ANYTHING,
        "creditorAddress": st.just({"country": "US"}) | _ANYTHING,
        "creditorAgentName": _ANYTHING,
        "chargeBearer": st.sampled_from(["DEBT", "SHAR", "CRED", "SLEV"]) | _ANYTHING,
        "purposeCode": _ANYTHING,
        "endToEndIdentification": _ANYTHING,
        "remittanceInformationUnstructured": _ANYTHING,
        "requestedExecutionDate": st.dates().map(date.isoformat) | _ANYTHING,
        "batchBookingPreferred": _ANYTHING,
        "scheme": st.sampled_from(["EPC-VOP", "CN-NAME", "TW-MASKED"]) | _ANYTHING,
    },
)


def owns(iban: str) -> str | None:
    return "CNY" if iban == OWN else None


def in_euro(iban: str) -> str | None:
    return "EUR" if iban == OWN else None


def outcome(reading: Callable[[], Read]) -> Read | Problem:
    """Return what was read, or the bank's refusal; let anything else be seen."""
    try:
        return reading()
    except Problem as problem:
        return problem


@settings(max_examples=200, deadline=None)
@given(body=_BODY, product=st.sampled_from(sorted(PRODUCTS)), owner=st.sampled_from([owns, in_euro]))
def test_a_payment_is_read_or_refused(
    body: dict[str, object], product: str, owner: Callable[[str], str | None]
) -> None:
    found = outcome(lambda: read_payment(body, product, TODAY, owner))
    if isinstance(found, Problem):
        assert (found.status, bool(found.code), bool(found.path)) == (400, True, True)
    else:
        assert found.amount_minor > 0
        assert found.fee_minor is not None
        assert found.debtor_iban == OWN


@settings(max_examples=60, deadline=None)
@given(shared=_BODY, parts=st.lists(_BODY, max_size=3) | _ANYTHING)
def test_a_bulk_is_read_or_refused(shared: dict[str, object], parts: object) -> None:
    body = {**shared, "payments": parts}
    found = outcome(lambda: read_bulk(body, "cross-border-credit-transfers", TODAY, in_euro))
    if isinstance(found, Problem):
        assert found.status == 400
    else:
        total, read = found
        assert total.amount_minor == sum(part.amount_minor for part in read)


@settings(max_examples=200, deadline=None)
@given(body=_BODY)
def test_a_question_about_a_name_is_read_or_refused(body: dict[str, object]) -> None:
    found = outcome(lambda: read_question(body))
    if isinstance(found, Problem):
        assert (found.status, found.code) == (400, "FORMAT_ERROR")
    else:
        assert found.account
