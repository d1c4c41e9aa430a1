"""Carrying a payment by hand: what is shown, what the answers lead to, and that a person's word stays their word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.ports.bank import Reach
from countersign.domain.order_state import OrderState
from countersign.domain.payment import AccountScheme, ChargeBearer
from countersign.presentation.carry import CarryState
from countersign.presentation.carry_words import copy_fields
from countersign.presentation.order import OrderPageState, OrderPresenter
from countersign.presentation.order_by_hand import record_steps, record_words
from countersign.presentation.transfer_review import ReviewState
from countersign.testing import fakes
from tests.unit.presentation.own_account import OWN, Dialogs, carried, to_carrying
from tests.unit.presentation.transfer_pages import WORDS, Sent, TransferPage

RIGHT = {"name": "same", "from": "same", "amount": "same", "date": "same", "warning": "none"}


class OrderPage:
    """Drives the page of an order as a view would."""

    def __init__(self, world: fakes.World, order: str, hands: Dialogs | None = None) -> None:
        self.states: list[OrderPageState] = []
        self.sent = Sent()
        self.presenter = OrderPresenter(world.session, self.sent, self, WORDS, lambda _order: None, hands)
        self.presenter.start(order)

    def show_state(self, state: OrderPageState) -> None:
        self.states.append(state)

    @property
    def state(self) -> OrderPageState:
        return self.states[-1]

    @property
    def carry(self) -> CarryState:
        assert self.state.carry is not None, self.state
        return self.state.carry


@pytest.fixture
def world() -> fakes.World:
    return fakes.make_world()


def order_of(world: fakes.World) -> str:
    return world.reader.orders_in_flight()[0].content.order


def test_each_field_is_shown_for_people_and_copied_for_the_banks_page(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    fields = {field.key: field for field in carried(page).fields}
    assert fields["name"].copied == fakes.LANDLORD[0]
    assert (fields["account"].shown, fields["account"].copied) == ("DE28 9997 0020 0532 0130 00", fakes.LANDLORD[1])
    assert (fields["amount"].shown, fields["amount"].copied) == ("EUR 6,000.00", "6000.00")
    assert fields["reference"].copied == "Rent December"
    assert fields["date"].copied in {"", fields["date"].shown}
    assert page.state.heading == "Confirm it in your bank's own app"


@pytest.mark.parametrize(
    ("member", "label", "shown"),
    [
        ("GBDSC:200415", "Sort code", "20-04-15"),
        ("USABA:021000021", "Routing number", "021000021"),
        ("CNAPS:102100099996", "Code of the payee's bank (CNAPS)", "102 1000 9999 6"),
        ("TWNCC:0040037", "Code of the payee's bank", "004 0037"),
    ],
)
def test_a_national_bank_code_is_a_field_of_its_own(world: fakes.World, member: str, label: str, shown: str) -> None:
    to_carrying(world, Reach.MANUAL)
    record = world.vault.order(order_of(world))
    assert record is not None
    payment = replace(record.content.payment, creditor_agent_member=member)
    field = next(field for field in copy_fields(payment) if field.key == "agent")
    assert (field.label, field.shown, field.copied) == (label, shown, member.partition(":")[2])


def test_everything_that_was_signed_is_on_the_page_and_names_can_be_copied(world: fakes.World) -> None:
    to_carrying(world, Reach.MANUAL)
    record = world.vault.order(order_of(world))
    assert record is not None
    payment = replace(
        record.content.payment,
        debtor_account="12345678",
        debtor_account_scheme=AccountScheme.BBAN,
        debtor_agent_member="GBDSC:200415",
        creditor_agent="BARCGB22",
        creditor_agent_member="GBDSC:400500",
        creditor_account_scheme=AccountScheme.BBAN,
        creditor_town="Leeds",
        creditor_country="GB",
        charge_bearer=ChargeBearer.SHARED,
        purpose="RENT",
        ultimate_debtor="Estate of Jo",
        uetr="8a562c67-ca16-48ba-b074-65581be6f001",
    )
    fields = {field.key: field for field in copy_fields(payment)}
    assert fields["debtor_account"].shown == "1234 5678 · Bank code GBDSC:200415 · National account number"
    assert (fields["agent"].copied, fields["bic"].copied) == ("400500", "BARCGB22")
    assert fields["account"].label == "National account number"
    assert (fields["place"].shown, fields["charge_bearer"].shown) == ("Leeds, GB", "Each pays their own bank (SHA)")
    assert [key for key in fields if fields[key].copied] == [
        *("name", "agent", "account", "bic", "amount", "reference", "ultimate_debtor", "uetr"),
    ]
    assert {"product", "purpose", "date", "end_to_end"} <= fields.keys()


def test_nothing_can_be_said_done_before_the_questions_are_answered(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    assert carried(page).unanswered
    for key, value in RIGHT.items():
        assert carried(page).unanswered
        page.presenter.carry.answer(key, value)
    state = carried(page)
    assert (state.unanswered, state.stopped, state.advice) == ("", False, ())


@pytest.mark.parametrize(
    ("question", "answer", "stops"),
    [
        ("name", "close", True),
        ("name", "other", True),
        ("name", "none", False),
        ("from", "other", True),
        ("amount", "fee", False),
        ("amount", "other", True),
        ("date", "other", False),
        ("warning", "new", False),
        ("warning", "fraud", True),
    ],
)
def test_a_wrong_answer_gives_the_safe_action(world: fakes.World, question: str, answer: str, stops: bool) -> None:
    page = to_carrying(world, Reach.MANUAL)
    page.presenter.carry.answer(question, answer)
    state = carried(page)
    assert state.stopped is stops
    assert state.advice[0].title
    assert state.advice[0].text


def test_the_gravest_advice_comes_first(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    page.presenter.carry.answer("date", "other")
    page.presenter.carry.answer("warning", "fraud")
    assert [item.tone for item in carried(page).advice] == ["danger", "warn"]


def test_a_changed_clipboard_is_named_until_the_person_says_that_it_was_them(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    page.presenter.carry.clipboard_changed("account")
    assert carried(page).tampered == "Account"
    page.presenter.carry.copy_again()
    assert carried(page).tampered == ""


def test_a_persons_word_is_shown_as_their_word(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    order = order_of(world)
    page.presenter.carry.handed_over("  ALD-77 ")
    record = world.vault.order(order)
    assert record is not None
    assert (record.state, record.bank_reference) == (OrderState.INITIATED, "ALD-77")
    assert page.sent.to[-1] == f"order {order}"
    shown = OrderPage(world, order)
    assert shown.state.chip == "Handed over"
    assert "Your bank has not said anything yet." in shown.state.sentence
    assert shown.carry.said == shown.state.sentence
    assert (shown.state.may_go_on, shown.state.may_give_up, shown.state.may_cancel) == (False, False, False)
    assert "ALD-77" in {item.value for item in shown.state.evidence}
    titles = [line.title for line in shown.state.timeline]
    assert "You said that you gave it to your bank" in titles
    assert "The bank holds the order" not in titles
    shown.presenter.carry.bring_in()
    assert shown.sent.to == ["bring_in"]


def test_a_reference_that_cannot_be_kept_is_said_so(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    page.presenter.carry.handed_over("x" * 71)
    assert "70" in carried(page).problem
    page.presenter.carry.handed_over("a\u202eb")
    assert carried(page).problem
    record = world.vault.order(order_of(world))
    assert record is not None
    assert record.handed_over_at == 0


def test_saying_that_nothing_was_done_is_asked_twice_and_ends_the_order(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    order = order_of(world)
    page.presenter.carry.ask_not_done()
    assert carried(page).asks_not_done
    page.presenter.carry.keep_open()
    assert not carried(page).asks_not_done
    page.presenter.carry.not_done()
    record = world.vault.order(order)
    assert record is not None
    assert record.state is OrderState.ABANDONED
    assert "You said that you did not give it to your bank" in [
        line.title for line in OrderPage(world, order).state.timeline
    ]


def test_an_order_left_to_be_carried_is_found_again_after_a_restart(world: fakes.World) -> None:
    to_carrying(world, Reach.FILES)
    world.session.submissions._open.clear()  # noqa: SLF001 - as after a restart
    shown = OrderPage(world, order_of(world))
    assert shown.state.chip == "To be carried"
    assert shown.carry.by_file
    assert shown.state.timeline[-2].title == "You take it to your bank"


def test_a_file_is_named_with_its_place_and_fingerprint(world: fakes.World, tmp_path: Path) -> None:
    to_carrying(world, Reach.FILES)
    hands = Dialogs(tmp_path)
    shown = OrderPage(world, order_of(world), hands)
    file = shown.carry.file
    assert file is not None
    assert file.name.endswith(".xml")
    assert file.path == f"/payments/{file.name}"
    assert file.digest.replace(" ", "") == file.sha256
    assert shown.carry.questions == ()
    assert {field.key for field in shown.carry.fields} == {"count", "sum", "name", "account", "end_to_end"}
    shown.presenter.carry.open_folder()
    assert hands.opened == [Path("/payments")]


def test_a_document_of_the_bank_is_kept_with_its_hash(world: fakes.World, tmp_path: Path) -> None:
    to_carrying(world, Reach.MANUAL)
    hands = Dialogs(tmp_path)
    shown = OrderPage(world, order_of(world), hands)
    shown.presenter.carry.handed_over("")
    hands.file = tmp_path / "confirmation.pdf"
    shown.presenter.carry.add_proof()
    assert "could not be read" in shown.carry.problem
    hands.file.write_bytes(b"")
    shown.presenter.carry.add_proof()
    assert "empty" in shown.carry.problem
    hands.file.write_bytes(b"%PDF-1.7 paid")
    shown.presenter.carry.add_proof()
    assert [proof.name for proof in shown.carry.proofs] == ["confirmation.pdf"]
    record = world.vault.order(order_of(world))
    assert record is not None
    name, digest, size = record.proofs[0]
    assert (name, size, world.vault.blob(digest)) == ("confirmation.pdf", 13, b"%PDF-1.7 paid")
    assert digest in {item.copied for item in shown.state.evidence}


def test_a_dialog_that_is_closed_changes_nothing(world: fakes.World, tmp_path: Path) -> None:
    to_carrying(world, Reach.MANUAL)
    shown = OrderPage(world, order_of(world), Dialogs(tmp_path))
    before = shown.carry
    shown.presenter.carry.add_proof()
    assert shown.carry == before


# — the practice bank's hands —


def test_the_practice_app_is_typed_into_and_confirmed(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    panel = page.presenter.carry
    practice = carried(page).practice
    assert practice is not None
    assert practice.buttons == ("type",)
    panel.type_in_app()
    practice = carried(page).practice
    assert practice is not None
    assert practice.buttons == ("confirm",)
    assert "Name check: it matches." in practice.lines
    panel.practice.confirm_in_app()
    practice = carried(page).practice
    assert practice is not None
    assert (practice.reference, practice.buttons) == ("ALDREFERENCE1", ("statement",))
    wish = world.practice.app_payments[0]
    assert (wish.debtor_account, wish.amount, wish.currency) == (OWN, "6000.00", "EUR")


def test_there_is_no_practice_bank_beside_real_money(world: fakes.World) -> None:
    page = to_carrying(world, Reach.MANUAL)
    world.session.practice = None
    page.presenter.carry.copy_again()
    assert carried(page).practice is None


def test_money_that_came_back_is_said_first(world: fakes.World) -> None:
    page = TransferPage(world)
    page.to_review()
    shown = page.page(ReviewState).read_back
    assert shown is not None
    page.presenter.review.approve(shown, fakes.LANDLORD[1][-4:])
    order = order_of(world)
    record = world.vault.order(order)
    assert record is not None
    came_back = replace(record, state=OrderState.SETTLED, returned="AC04", returned_at=fakes.START_MS)
    words = record_words(came_back, fakes.ZONE)
    assert words.word == "Came back"
    assert "closed" in words.sentence
    assert record_steps(came_back)[0].startswith("Look whether")
