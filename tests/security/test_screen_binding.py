"""Any field on screen changed, at the approval or at the code: refused, with its reason; the control pays once.

The presenters hand the view a state that carries the fields it was made from; the view hands the same state back. So a
screen that shows something else can't be approved, and a code typed on it can't be sent (RTS 2018/389, Article 5).
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from countersign.application.flows.submission import Phase
from countersign.domain.ledger import kinds
from countersign.domain.money import Money
from countersign.domain.order import OrderContent
from countersign.domain.order_state import OrderState
from countersign.domain.payee import PayeeKind
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentFields, PaymentProduct
from countersign.presentation.carry_words import copy_fields
from countersign.presentation.read_back import ReadBack, read_back
from countersign.presentation.transfer_confirm import Bound, ScaState
from countersign.presentation.transfer_review import ReviewState
from countersign.testing import fakes
from tests.unit.presentation.transfer_pages import WORDS, TransferPage

FIELDS = tuple(item.name for item in fields(PaymentFields))
DIGITS = fakes.LANDLORD[1][-4:]

letters = st.text("ABCdef019", min_size=1, max_size=12)
other_values: dict[str, st.SearchStrategy[object]] = {
    **dict.fromkeys(FIELDS, letters),
    "debtor_account_scheme": st.sampled_from(AccountScheme),
    "creditor_account_scheme": st.sampled_from(AccountScheme),
    "charge_bearer": st.sampled_from(ChargeBearer),
    "arrival": st.sampled_from(Arrival),
    "instructed_amount": st.builds(Money, st.integers(1, 2**50), st.sampled_from(["EUR", "GBP", "CNY", "JPY"])),
    "product": st.sampled_from(PaymentProduct),
}
examples = settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])


def forge(shown: PaymentFields, field: str, data: st.DataObject) -> PaymentFields:
    """Change one field."""
    value = data.draw(other_values[field].filter(lambda found: found != getattr(shown, field)))
    return replace(shown, **{field: value})  # type: ignore[arg-type]  # every field in turn


@dataclass
class Review:
    page: TransferPage
    shown: ReadBack


@pytest.fixture(scope="module")
def review() -> Review:
    page = TransferPage(fakes.make_world())
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    return Review(page, shown)


@dataclass
class Code:
    page: TransferPage
    bound: Bound
    order: str


@pytest.fixture(scope="module")
def code() -> Code:
    page = TransferPage(fakes.make_world())
    page.to_code()
    bound = page.page(ScaState).bound
    assert bound is not None
    return Code(page, bound, page.world.reader.orders_in_flight()[0].content.order)


@pytest.mark.parametrize("field", FIELDS)
@examples
@given(data=st.data())
def test_a_screen_that_shows_something_else_is_not_approved(review: Review, field: str, data: st.DataObject) -> None:
    forged = replace(review.shown, shown=forge(review.shown.shown, field, data))
    review.page.presenter.review.approve(forged, DIGITS)
    assert review.page.state.problem.title == "The page and the order differ"
    record = review.page.world.reader.order(review.shown.order)
    assert record is not None
    assert (record.state, record.approvals) == (OrderState.PREPARED, ())


@pytest.mark.parametrize("field", FIELDS)
@examples
@given(data=st.data())
def test_a_code_typed_on_a_screen_that_shows_something_else_is_not_sent(
    code: Code, field: str, data: st.DataObject
) -> None:
    forged = replace(code.bound, shown=forge(code.bound.shown, field, data))
    code.page.presenter.confirm.send_code(forged, fakes.CODE)
    state = code.page.page(ScaState)
    assert state.phase is Phase.CODE
    assert "belongs to other details" in state.problem.text
    assert "answer" not in code.page.world.bank.calls
    assert kinds.ORDER_ANSWER_INTENDED not in code.page.world.vault.kinds_of(code.order)


@given(digest=st.text("0123456789abcdef", min_size=64, max_size=64))
@examples
def test_another_digest_is_refused_at_both(review: Review, code: Code, digest: str) -> None:
    review.page.presenter.review.approve(replace(review.shown, shown_digest=digest), DIGITS)
    assert review.page.state.problem.title == "The page and the order differ"
    code.page.presenter.confirm.send_code(replace(code.bound, shown_digest=digest), fakes.CODE)
    assert "belongs to other details" in code.page.page(ScaState).problem.text
    assert "answer" not in code.page.world.bank.calls


@pytest.mark.parametrize("field", FIELDS)
@examples
@given(data=st.data())
def test_what_is_read_back_shows_every_field(review: Review, field: str, data: st.DataObject) -> None:
    """A field that the words on screen did not depend on could change unseen.

    The own account is shown by its name and its last four digits, so here they change with it.
    """
    record = review.page.world.reader.order(review.shown.order)
    assert record is not None
    content = record.content
    payment = forge(content.payment, field, data)
    if field == "debtor_account":
        payment = replace(content.payment, debtor_account="LU00" + data.draw(st.text("0123456789", min_size=4)))
        if payment.debtor_account[-4:] == content.payment.debtor_account[-4:]:
            return
    assert words_of(replace(content, payment=payment)) != words_of(content)


def words_of(content: OrderContent) -> tuple[object, ...]:
    """Return only what a person sees."""
    shown = read_back(content, WORDS, (), ("", "ok"), PayeeKind.COMPANY)
    rows = [(row.key, row.value, row.detail) for row in shown.rows]
    return shown.amount, shown.words, shown.end_to_end_id, tuple(rows)


@pytest.mark.parametrize("field", FIELDS)
@examples
@given(data=st.data())
def test_what_is_typed_at_the_bank_shows_every_field(review: Review, field: str, data: st.DataObject) -> None:
    """What was signed and isn't on the page by hand would be typed otherwise, or left out, and nobody would see it."""
    payment = review.shown.shown
    forged = forge(payment, field, data)
    assert typed_words(forged) != typed_words(payment)


def typed_words(payment: PaymentFields) -> tuple[object, ...]:
    """Return only what a person sees on the page by hand."""
    return tuple((item.label, item.shown) for item in copy_fields(payment))


def test_the_unchanged_controls_pass_and_pay_once() -> None:
    page = TransferPage(fakes.make_world())
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    page.presenter.review.approve(replace(shown), DIGITS)
    page.presenter.confirm.give_password(fakes.PASSWORD)
    page.presenter.confirm.choose("sms-1")
    bound = page.page(ScaState).bound
    assert bound is not None
    page.presenter.confirm.send_code(replace(bound), fakes.CODE)
    assert page.world.bank.executions == [shown.end_to_end_id]
