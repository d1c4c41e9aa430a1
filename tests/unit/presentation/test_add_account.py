"""Adding an own account: what is read, what is missing, what is added, and trying it out without money."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from countersign.application.ports.bank import Reach
from countersign.application.ports.bank_files import (
    FileHead,
    FileKind,
    Party,
    PaymentStatus,
    StatementBalance,
    StatementEntry,
    StatementHead,
)
from countersign.application.ports.practice import PortalDownload
from countersign.domain.accounts import grouped
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.ledger.governance import World as WorldKind
from countersign.domain.money import Money
from countersign.domain.payment import AccountScheme, PaymentFields, PaymentProduct
from countersign.presentation.add_account import AddAccountPresenter
from countersign.presentation.add_account_state import AddAccountState, AddStep
from countersign.presentation.bank_file_words import kind_name
from countersign.presentation.formats import path_text
from countersign.presentation.sample_file import sample_payment
from countersign.presentation.setup import SetupPresenter, SetupState
from countersign.testing import fakes
from countersign.testing.fake_files import CarriedByHand, ListedFiles
from tests.unit.presentation.own_account import OWN, Dialogs, add_own
from tests.unit.presentation.recorded import Seen, Went

HEAD = FileHead(FileKind.CAMT_053, "camt.053.001.08", "M", "")


class Page:
    """The page without a window."""

    def __init__(self, world: fakes.World, folder: Path) -> None:
        self.world, self.went, self.hands = world, Went(), Dialogs(folder)
        self.seen = Seen[AddAccountState]()
        self.presenter = AddAccountPresenter(world.session, self.seen, self.went, self.hands)
        self.presenter.start()

    @property
    def now(self) -> AddAccountState:
        return self.seen.now

    def fill(self, number: str = OWN, reach: str = "files") -> None:
        self.presenter.type_number(number)
        self.presenter.type_name("Household")
        self.presenter.type_bank("Alder Bank")
        self.presenter.choose_reach(reach)


@pytest.fixture
def page(tmp_path: Path) -> Page:
    world = fakes.make_world()
    world.practice.documents.append((PortalDownload("S1", "camt.053.001.08", 0, "", OWN), b""))
    return Page(world, tmp_path)


def bank_of(page: Page) -> CarriedByHand:
    connection = page.world.session.accounts[OWN, ""]
    bank = page.world.session.banks[connection]
    assert isinstance(bank, CarriedByHand)
    return bank


def test_a_number_says_as_what_it_was_read_and_sets_what_follows_from_it(page: Page) -> None:
    page.presenter.type_number("CH93 0076 2011 6238 5295 7")
    assert "Switzerland" in page.now.understood
    assert (page.now.currency, page.now.usage) == ("CHF", "swiss")
    page.presenter.choose_country("GB")
    page.presenter.type_number("20-04-15 38290008")
    assert (page.now.currency, page.now.usage) == ("GBP", "sepa_epc")
    assert "United Kingdom" in page.now.understood


def test_what_was_chosen_stays_when_the_number_changes(page: Page) -> None:
    page.presenter.choose_currency("USD")
    page.presenter.choose_usage("generic")
    page.presenter.type_bank("My bank")
    page.presenter.choose_version("pain.001.001.03")
    page.presenter.type_number("CH93 0076 2011 6238 5295 7")
    now = page.now
    assert (now.currency, now.usage, now.bank_name, now.version) == ("USD", "generic", "My bank", "pain.001.001.03")


def test_what_is_missing_is_said_at_its_field(page: Page) -> None:
    page.presenter.add()
    assert [fault.field for fault in page.now.faults] == ["number", "name", "bank"]
    page.fill("12345678")
    assert "country" in page.now.faults[0].text
    page.presenter.type_name("a\u202eb")
    assert [fault.field for fault in page.now.faults] == ["number", "name"]
    page.presenter.choose_country("GB")
    assert "United Kingdom" in page.now.number_fault


def test_an_account_by_file_is_added_with_its_rules_and_reached_at_once(page: Page, tmp_path: Path) -> None:
    page.hands.folder = tmp_path / "payments"
    page.presenter.choose_folder()
    page.fill()
    page.presenter.add()
    assert page.now.step is AddStep.ADDED
    assert page.now.heading == "Household is added"
    assert ("Folder for payment files", path_text(str(tmp_path / "payments")), True) in page.now.added
    assert bank_of(page).how is Reach.FILES
    row = next(row for row in page.world.reader.accounts() if row.iban == OWN)
    assert (row.name, row.reach, row.as_of) == ("Household", "files", 0)


def test_an_account_by_hand_has_no_files(page: Page) -> None:
    page.fill(reach="manual")
    assert not page.now.by_file
    page.presenter.add()
    assert bank_of(page).how is Reach.MANUAL
    assert "Format" not in {label for label, _value, _ltr in page.now.added}
    page.presenter.write_test()
    assert page.now.tested == ()


def test_an_account_that_is_there_already_is_refused(page: Page) -> None:
    page.fill(fakes.MAIN)
    page.presenter.add()
    assert page.now.step is AddStep.FORM
    assert "added before" in page.now.problem


def test_who_knows_no_account_of_the_practice_bank_is_told_one(tmp_path: Path) -> None:
    world = fakes.make_world()
    offer = PortalDownload("S-1", "camt.053.001.08", 0, "", fakes.MAIN)
    world.practice.documents.extend([(replace(offer, kind="mt940", account=OWN), b""), (offer, b"")])
    assert grouped(fakes.MAIN) not in Page(world, tmp_path).now.lead  # it is connected: its accounts are known
    world.session.has_door = False
    assert grouped(fakes.MAIN) in Page(world, tmp_path).now.lead
    world.practice.documents.clear()
    assert Page(world, tmp_path).now.lead.endswith("by adding it.")


def test_a_practice_bank_that_can_not_be_asked_keeps_nobody_from_adding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = fakes.make_world()
    world.session.has_door = False

    def gone(_practice: object) -> tuple[PortalDownload, ...]:
        raise ConnectorError(FailureKind.RETRYABLE, "practice.not_running")

    monkeypatch.setattr(type(world.practice), "downloads", gone)
    page = Page(world, tmp_path)
    assert page.now.lead.endswith("by adding it.")
    assert page.now.problem == ""


def test_the_practice_bank_is_offered_in_practice_only(page: Page) -> None:
    assert [option.value for option in page.now.reaches] == ["files", "manual", "practice"]
    page.presenter.choose_reach("practice")
    page.presenter.add()
    assert page.went.to == [("setup", "")]
    page.world.session.practice = None
    page.presenter.choose_reach("files")
    assert [option.value for option in page.now.reaches] == ["files", "manual"]


def test_a_test_file_pays_a_cent_to_the_same_account_in_a_folder_of_its_own(page: Page, tmp_path: Path) -> None:
    made: list[tuple[str, CarriedByHand]] = []

    def connect(_name: str, settings: object) -> CarriedByHand:
        assert isinstance(settings, dict)
        bank = CarriedByHand(page.world.clock)
        made.append((str(settings["folder"]), bank))
        return bank

    page.fill()
    page.presenter.add()
    page.world.session.connector = connect
    page.presenter.write_test()
    folder, bank = made[0]
    assert folder == str(tmp_path / "test")
    (payment,) = bank.laid_out.values()
    assert payment.instructed_amount == Money(1, "EUR")
    assert payment.creditor_account == payment.debtor_account == OWN
    assert payment.remittance.startswith("TEST")
    assert "does nothing more" in page.now.tested[1]
    assert page.world.reader.orders_in_flight() == ()


def test_a_test_file_that_cannot_be_written_says_why(page: Page) -> None:
    class Unfit(CarriedByHand):
        @staticmethod
        def not_carried(_payment: PaymentFields) -> str:
            return "product"

    page.fill()
    page.presenter.add()
    page.world.session.connector = lambda _name, _settings: Unfit(page.world.clock)
    page.presenter.write_test()
    assert "how it travels" in page.now.tested[0]


@pytest.mark.parametrize(
    ("currency", "product"),
    [("EUR", PaymentProduct.SEPA), ("CHF", PaymentProduct.SWISS), ("JPY", PaymentProduct.CROSS_BORDER)],
)
def test_a_sample_travels_as_the_currency_does(page: Page, currency: str, product: PaymentProduct) -> None:
    page.fill()
    page.presenter.choose_currency(currency)
    page.presenter.add()
    new = page.presenter._added.account  # noqa: SLF001 - what would be tried out
    assert new is not None
    payment = sample_payment(new, "Mei Chen", "ab-12")
    assert (payment.product, payment.end_to_end_id) == (product, "TESTAB12")
    assert payment.debtor_account_scheme is AccountScheme.IBAN
    with pytest.raises(ValueError, match="manual"):
        sample_payment(replace(new, reach=Reach.MANUAL), "Mei Chen", "x")


def test_a_statement_is_read_and_nothing_is_kept(page: Page, tmp_path: Path) -> None:
    files = page.world.session.files
    assert isinstance(files, ListedFiles)
    entry = StatementEntry(
        "E1", "BOOK", Money(-100, "EUR"), reversal=False, booked_on="2026-11-20", value_on="", code="", text=""
    )
    files.files["statement.xml"] = (
        HEAD,
        StatementHead("S1", OWN, "IBAN", "EUR", "", "", "", "", "", ""),
        StatementBalance("OPBD", Money(1000, "EUR"), "2026-11-19"),
        entry,
        StatementBalance("CLBD", Money(900, "EUR"), "2026-11-20"),
    )
    page.fill()
    page.presenter.add()
    page.hands.file = tmp_path / "statement.xml"
    page.presenter.read_test()
    assert page.now.tested[0] == "Understood as: Statement, \u2066camt.053.001.08\u2069."
    assert "1 entry" in page.now.tested[1]
    assert "EUR 10.00" in page.now.tested[2]
    assert page.now.tested[-1].startswith("Nothing of it was kept")
    page.hands.file = tmp_path / "something.txt"
    page.presenter.read_test()
    assert page.now.test_problem
    files.files["statement.xml"] = (HEAD, StatementHead("S1", fakes.MAIN, "IBAN", "EUR", "", "", "", "", "", ""))
    page.hands.file = tmp_path / "statement.xml"
    page.presenter.read_test()
    assert "another account" in page.now.tested[-1]


def test_a_status_report_says_of_how_many_payments_it_tells(page: Page, tmp_path: Path) -> None:
    files = page.world.session.files
    assert isinstance(files, ListedFiles)
    status = PaymentStatus("M", "P", "I", "E", "ACSC", (), None, Party(), Party())
    files.files["report.xml"] = (FileHead(FileKind.PAIN_002, "pain.002.001.10", "M", ""), status)
    page.fill()
    page.presenter.add()
    page.hands.file = tmp_path / "report.xml"
    page.presenter.read_test()
    assert "It tells of 1 payment." in page.now.tested
    assert kind_name("something") == "something"


def test_after_adding_one_another_can_follow_or_a_statement(page: Page) -> None:
    page.fill()
    page.presenter.add()
    page.presenter.bring_in()
    page.presenter.leave()
    assert page.went.to == [("bring_in", ""), ("home", "")]
    page.presenter.another()
    assert (page.now.step, page.now.number) == (AddStep.FORM, "")
    page.presenter.close()
    before = len(page.seen.states)
    page.presenter.type_name("x")
    assert len(page.seen.states) == before


# — practice and real money —


@pytest.mark.parametrize("there", [True, False])
def test_in_practice_only_the_practice_bank_s_accounts_are_taken(page: Page, *, there: bool) -> None:
    if not there:
        page.world.session.practice = None
    before = page.world.reader.accounts()
    page.fill("CH93 0076 2011 6238 5295 7")
    page.presenter.add()
    assert page.now.step is AddStep.FORM
    assert "practice bank does not keep this account" in page.now.problem
    assert page.world.reader.accounts() == before


def test_with_real_money_every_account_is_taken(page: Page) -> None:
    page.world.vault.identity = replace(page.world.vault.identity, world=WorldKind.REAL)
    page.world.session.practice = None
    page.fill("CH93 0076 2011 6238 5295 7")
    page.presenter.add()
    assert page.now.step is AddStep.ADDED


# — the list of first tasks —


class SeenSetup(Seen[SetupState]):
    def show_authenticator(self, uri: str, secret: str) -> None:
        raise AssertionError((uri, secret))


def setup(world: fakes.World) -> tuple[SetupPresenter, SeenSetup, Went]:
    seen, went = SeenSetup(), Went()
    presenter = SetupPresenter(world.session, seen, went)
    presenter.start()
    return presenter, seen, went


def test_with_real_money_the_list_offers_an_account_and_no_practice_bank() -> None:
    world = fakes.make_world(populated=False)
    world.vault.identity = replace(world.vault.identity, world=WorldKind.REAL)
    world.session.practice = None
    presenter, seen, went = setup(world)
    assert [task.key for task in seen.now.tasks] == ["vault", "account"]
    assert not seen.now.may_finish
    assert "account" in seen.now.missing
    presenter.add_account()
    assert went.to == [("add_account", "")]
    add_own(world, Reach.MANUAL)
    _presenter, seen, _went = setup(world)
    assert seen.now.may_finish
    assert seen.now.tasks[1].done


def test_in_practice_an_own_account_is_one_task_more() -> None:
    world = fakes.make_world()
    _presenter, seen, _went = setup(world)
    assert [task.key for task in seen.now.tasks] == ["vault", "bank", "authenticator", "account"]
    assert not seen.now.tasks[-1].done
    add_own(world, Reach.FILES)
    add_own(world, Reach.MANUAL, "CH9300762011623852957", "CHF")
    _presenter, seen, _went = setup(world)
    assert seen.now.tasks[-1].text == "2 accounts are added."
