"""*Check these details now*: an account and a name, a message, a list of payments; verdicts and what to ask."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from countersign.application.ports.bank_files import FileHead, FileKind, FilePart, FilePayment, StatementEnd
from countersign.application.use_cases import check_payments as module
from countersign.application.use_cases.check_details import MESSAGE_LIMIT, check_account, check_message
from countersign.application.use_cases.check_payments import MOST_FINDINGS, check_payments
from countersign.domain.money import MAX_MINOR, Money
from countersign.domain.national_accounts import ModulusTable
from countersign.domain.national_accounts.uk_modulus import Method, WeightRow
from countersign.domain.payment import AccountScheme, PaymentFields, PaymentProduct
from countersign.domain.vetting import DetailsCheck, Level, Subject, Verdict

IBAN, OTHER, THIRD = "DE89370400440532013000", "DE36100000010532013000", "GB29NWBK60161331926819"
NEAR = "DE62370400440532013001"
TABLE = ModulusTable((WeightRow("089000", "089999", Method.MOD10, (0, 0, 0, 0, 0, 0, 7, 1, 3, 7, 1, 3, 7, 1)),), {})


def rules(check: DetailsCheck, level: Level | None = None) -> list[str]:
    return [found.rule for found in check.findings if level in {None, found.level}]


# — an account and a name —


def test_nothing_speaks_against_a_sound_account() -> None:
    check = check_account("DE89 3704 0044 0532 0130 00", "Hartwell & Stone LLP")
    assert (check.subject, check.verdict, check.fault) == (Subject.DETAILS, Verdict.CLEAR, "")
    assert check.names == ("Hartwell & Stone LLP",)
    assert check.accounts[0].rails == (PaymentProduct.SEPA, PaymentProduct.SEPA_INSTANT)
    assert check.questions == ("call_known_number", "their_bank", "name_at_bank")


@pytest.mark.parametrize(
    ("account", "name", "verdict", "rule"),
    [
        ("DE89370400440532013001", "Mei", Verdict.STOP, "account.check_digits"),
        ("DE89 3704 0044 0532 \u041e130 00", "", Verdict.STOP, "account.mixed_scripts"),
        (IBAN, "P\u0430ypal", Verdict.STOP, "name.mixed_scripts"),
        (IBAN, "Hartwe11 Ltd", Verdict.LOOK, "name.digit_in_word"),
        ("08-99-99 66374958", "Mei", Verdict.CLEAR, "account.uk.modulus.not_loaded"),
    ],
)
def test_verdicts_on_details(account: str, name: str, verdict: Verdict, rule: str) -> None:
    check = check_account(account, name)
    assert check.verdict is verdict
    assert rule in rules(check)


def test_a_uk_table_is_used() -> None:
    assert check_account("08-99-99 66374958", "", uk_table=TABLE).findings == ()
    assert rules(check_account("08-99-99 66374959", "", uk_table=TABLE)) == ["account.modulus"]
    assert check_message("sort code 08-99-99 account 66374959", uk_table=TABLE).verdict is Verdict.STOP


@pytest.mark.parametrize(
    ("account", "fault"),
    [("", "empty"), ("1234", "unknown_format"), ("hello", "unknown_country"), ("x" * 200, "too_long")],
)
def test_what_is_no_account_is_unreadable(account: str, fault: str) -> None:
    check = check_account(account, "Mei")
    assert (check.verdict, check.fault) == (Verdict.UNREADABLE, f"account.{fault}")
    assert check.accounts == ()


def test_the_country_meant_decides() -> None:
    assert check_account("55779911", "", country="GB").fault == "account.bank_missing"
    assert check_account("20041555779911", "", country="GB").verdict is Verdict.CLEAR


# — a message —

LETTER = f"""Dear Mei,
our bank details have changed. Pay EUR 1.234 at once, urgently, to
Account name: Hartwell & Stone
{IBAN} or {THIRD}
"""


def test_a_letter_that_redirects_a_payment_is_stopped() -> None:
    check = check_message(LETTER)
    assert check.verdict is Verdict.STOP
    assert rules(check, Level.STOP) == ["words.changed_details"]
    assert rules(check, Level.LOOK) == ["message.several_accounts", "words.urgency", "amount.ambiguous"]
    assert check.names == ("Hartwell & Stone",)
    assert check.questions[:3] == ("call_known_number", "why_changed", "why_hurry")
    assert {"which_account", "how_much"} <= set(check.questions)


@pytest.mark.parametrize(
    ("text", "verdict", "rule"),
    [
        (f"pay to {IBAN}", Verdict.CLEAR, ""),
        (f"move it to a safe account: {IBAN}", Verdict.STOP, "words.safe_account"),
        (f"do not tell your bank. {IBAN}", Verdict.STOP, "words.secrecy"),
        (f"guaranteed return! {IBAN}", Verdict.LOOK, "words.investment"),
        (f"customs fee {IBAN}", Verdict.STOP, "words.fee_in_advance"),
        (f"pay \u202e{IBAN}", Verdict.STOP, "text.direction"),
        (f"P\u0430ypal {IBAN}", Verdict.STOP, "text.mixed_scripts"),
        (f"pay \u200b{IBAN}", Verdict.LOOK, "text.invisible"),
        ("tell no one", Verdict.STOP, "message.no_account"),
        (f"Payee: Hartwe11 Ltd\n{IBAN}", Verdict.LOOK, "name.digit_in_word"),
    ],
)
def test_verdicts_on_messages(text: str, verdict: Verdict, rule: str) -> None:
    check = check_message(text)
    assert check.verdict is verdict
    assert not rule or rule in rules(check)


@pytest.mark.parametrize(
    ("text", "fault"),
    [("", "nothing_found"), ("see you at noon", "nothing_found"), ("x" * (MESSAGE_LIMIT + 1), "too_long")],
)
def test_a_message_with_nothing_to_check_is_unreadable(text: str, fault: str) -> None:
    check = check_message(text)
    assert (check.verdict, check.fault) == (Verdict.UNREADABLE, f"message.{fault}")


def test_a_message_full_of_marks_ends_in_a_bounded_report() -> None:
    check = check_message("\u202e\u200b\n" * 30_000)
    assert check.verdict is Verdict.STOP
    assert len(check.findings) <= 200


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300), st.text(max_size=60))
def test_any_text_gets_a_verdict(text: str, name: str) -> None:
    assert isinstance(check_message(text).verdict, Verdict)
    assert isinstance(check_account(text, name).verdict, Verdict)


# — a list of payments —


def payment(**changed: object) -> PaymentFields:
    fields: dict[str, object] = {
        "instructed_amount": Money(1000, "EUR"),
        "debtor_account": "",
        "creditor_name": "Mei Chen",
        "creditor_account": IBAN,
        "creditor_agent": "",
        "end_to_end_id": "",
        "remittance": "rent",
        "requested_execution_date": "",
        "product": PaymentProduct.SEPA,
    }
    return PaymentFields(**{**fields, **changed})  # type: ignore[arg-type]


def listed(*payments: PaymentFields | None, count: int | None = None, total: str = "") -> Iterator[FilePart]:
    yield FileHead(FileKind.PAIN_001, "pain.001.001.09", "M-1", "", count, total)
    for line, one in enumerate(payments, 10):
        yield FilePayment(line, "", "", one, () if one else (("instructed_amount", "missing"),))


def checked(*payments: PaymentFields | None, count: int | None = None, total: str = "") -> DetailsCheck:
    return check_payments(listed(*payments, count=count, total=total))


def test_a_sound_list_is_clear() -> None:
    check = checked(
        payment(),
        payment(creditor_name="Tom", creditor_account=THIRD, instructed_amount=Money(500, "GBP")),
        count=2,
        total="15",
    )
    assert check.verdict is Verdict.CLEAR, check.findings
    assert check.file is not None
    assert (check.file.kind, check.file.version, check.file.payments) == ("pain.001", "pain.001.001.09", 2)
    assert check.file.totals == (Money(1000, "EUR"), Money(500, "GBP"))
    assert check.questions == ("call_known_number", "their_bank", "name_at_bank", "compare_totals")
    assert check.accounts[1].rails == (PaymentProduct.UK_FASTER, PaymentProduct.UK_CHAPS)


@pytest.mark.parametrize(
    ("payments", "rule", "level", "line"),
    [
        ((payment(), payment()), "payments.duplicate", Level.LOOK, 11),
        ((payment(), payment(remittance="x", end_to_end_id="")), "", Level.NOTE, 0),
        (
            (payment(end_to_end_id="E1"), payment(end_to_end_id="E1", remittance="x")),
            "payments.same_end_to_end",
            Level.LOOK,
            11,
        ),
        (
            (payment(end_to_end_id="NOTPROVIDED"), payment(end_to_end_id="NOTPROVIDED", remittance="x")),
            "",
            Level.NOTE,
            0,
        ),
        ((payment(), payment(creditor_name="Tom")), "payments.other_name", Level.LOOK, 11),
        ((payment(), payment(creditor_account=OTHER)), "payments.other_account", Level.LOOK, 11),
        ((payment(), payment(creditor_account=NEAR)), "payments.near_account", Level.LOOK, 11),
        ((payment(), payment(creditor_name="Mei Chcn", creditor_account=OTHER)), "", Level.NOTE, 0),
        (
            (payment(creditor_name="Hill"), payment(creditor_name="Hi11", creditor_account=OTHER)),
            "payments.look_alike",
            Level.STOP,
            11,
        ),
        ((payment(creditor_account=IBAN[:-1] + "1"),), "account.check_digits", Level.STOP, 10),
        ((payment(remittance="safe account"),), "words.safe_account", Level.LOOK, 10),
        ((payment(remittance="a\u202eb"),), "text.direction", Level.STOP, 10),
        ((payment(creditor_name="M\u0435i"),), "name.mixed_scripts", Level.STOP, 10),
        ((None,), "payments.fault", Level.STOP, 10),
    ],
)
def test_what_is_found_in_a_list(
    payments: tuple[PaymentFields | None, ...], rule: str, level: Level, line: int
) -> None:
    check = checked(*payments)
    found = [(one.rule, one.level, one.line) for one in check.findings if one.level is not Level.NOTE]
    assert (rule, level, line) in found or (not rule and not found)


def test_national_accounts_in_a_list() -> None:
    bban = {"creditor_account_scheme": AccountScheme.BBAN}
    right = payment(creditor_account="66374958", creditor_agent_member="GBDSC:089999", **bban)
    wrong = payment(creditor_account="66374959", creditor_agent_member="GBDSC:089999", **bban)
    reached_by_bic = payment(creditor_account="ANYTHING", creditor_agent="DEUTDEFF", **bban)
    nowhere = payment(creditor_account="", **bban)
    assert check_payments(listed(right, reached_by_bic, nowhere), uk_table=TABLE).verdict is Verdict.LOOK
    check = check_payments(listed(wrong), uk_table=TABLE)
    assert rules(check, Level.STOP) == ["account.modulus"]


@pytest.mark.parametrize(
    ("count", "total", "rule"),
    [
        (2, "", "payments.count"),
        (1, "10.01", "payments.sum"),
        (1, "ten", "payments.sum"),
        (1, "10.00", ""),
        (1, "10.00000", ""),
        (None, "", ""),
    ],
)
def test_what_a_file_says_of_itself_is_compared(count: int | None, total: str, rule: str) -> None:
    assert rules(checked(payment(), count=count, total=total)) == ([rule] if rule else [])


def test_a_fault_of_the_account_is_told_once() -> None:
    parts: list[FilePart] = [
        FileHead(FileKind.CSV, "CSV", "", ""),
        FilePayment(2, "", "", payment(creditor_account=IBAN[:-1] + "1"), (("creditor_account", "check_digits"),)),
        FilePayment(3, "", "", None, (("creditor_account", "check_digits"),)),
    ]
    check = check_payments(parts)
    assert rules(check, Level.STOP) == ["account.check_digits", "payments.fault"]


@pytest.mark.parametrize(
    ("parts", "fault"),
    [
        ([], "file.not_payments"),
        ([FileHead(FileKind.CAMT_053, "camt.053.001.08", "", ""), StatementEnd("", 0)], "file.not_payments"),
        ([FileHead(FileKind.CSV, "CSV", "", "")], "file.no_payments"),
    ],
)
def test_other_files_are_unreadable(parts: Iterable[FilePart], fault: str) -> None:
    check = check_payments(parts)
    assert (check.verdict, check.fault, check.subject) == (Verdict.UNREADABLE, fault, Subject.FILE)


def test_many_findings_are_counted_and_the_gravest_listed() -> None:
    looks = [payment() for _one in range(3 * MOST_FINDINGS)]
    check = checked(*looks, *[payment(creditor_name="M\u0435i")] * 3)
    assert check.verdict is Verdict.STOP
    assert len(check.findings) == MOST_FINDINGS
    assert check.findings[0].rule == "name.mixed_scripts"
    assert check.file is not None
    assert check.file.counts["payments.duplicate"] == 3 * MOST_FINDINGS - 1 + 2


def test_what_is_too_much_to_remember_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_REMEMBERED", 2)
    check = checked(*[payment(remittance=str(number)) for number in range(5)])
    assert "payments.partly_compared" in rules(check)


def test_a_sum_beyond_all_money_is_told() -> None:
    check = checked(*[payment(instructed_amount=Money(MAX_MINOR, "EUR"), remittance=word) for word in "ab"])
    assert "payments.total_too_large" in rules(check)
    assert check.file is not None
    assert check.file.totals == ()
