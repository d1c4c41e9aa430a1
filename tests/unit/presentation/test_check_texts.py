"""Every rule, question and fault of vetting has words, and foreign text in them is harmless."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

from countersign.application.use_cases.check_details import check_account, check_message, questions_for
from countersign.domain.national_accounts import ReadAccount, read_account
from countersign.domain.payment import PaymentProduct
from countersign.domain.vetting import AccountSeen, DetailsCheck, FileSummary, Finding, Level, Subject, Verdict
from countersign.presentation import check_report
from countersign.presentation.check_texts import check_text, fault_text, finding_text, printable, question_text

APP: Final = Path(__file__).parents[3] / "app" / "countersign"
RULE: Final = re.compile(r"(words|text|name|message|amount|payments)\.[a-z_]+")
PARAMS: Final = dict.fromkeys(
    ("place", "found", "limit", "stated", "count", "other"), 2
) | dict.fromkeys(
    ("account", "word", "scripts", "part", "words", "written", "name", "known", "code_point", "reference"), "x\u202ey"
)  # fmt: skip
KINDS: Final = ("direction", "invisible", "control", "private_use", "not_text")


def rules() -> set[str]:
    """Return every rule that is named in the source, and those that are built from a kind of character or a topic."""
    found = set()
    for path in [*(APP / "domain" / "vetting").glob("*.py"), *(APP / "application" / "use_cases").glob("check_*.py")]:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and RULE.fullmatch(node.value):
                found.add(node.value)
    found |= {f"{room}.{kind}" for room in ("text", "name") for kind in KINDS}
    found |= {f"words.{topic}" for topic in ("safe_account", "secrecy", "new_details", "investment", "urgency")}
    return found - {"message.too_long", "message.nothing_found", "payments.fault"}


@pytest.mark.parametrize("rule", sorted(rules()))
def test_every_rule_has_words(rule: str) -> None:
    text = finding_text(Finding(rule, Level.LOOK, PARAMS))
    assert text.endswith(".")
    assert "\u202e" not in text


def test_every_note_on_an_account_has_words() -> None:
    doc = ReadAccount.__doc__ or ""
    codes = [code for code in re.findall(r"``([a-z.0-9_]+)``", doc) if ".not_" in code or code == "uk.padded"]
    assert len(codes) == 9
    for code in [*codes, "bank_not_known"]:
        assert "GB 1" in finding_text(Finding(f"account.{code}", Level.NOTE, {"account": "GB 1"}))


def test_every_question_has_words() -> None:
    findings = [Finding(rule, Level.STOP) for rule in rules()]
    account = read_account("DE89370400440532013000")
    asked = set(questions_for(findings, [AccountSeen("", account)], named=True))
    asked |= set(questions_for(findings, [AccountSeen("", account)], named=False))
    assert len(asked) == 13
    assert all(question_text(code)[-1] in ".?" for code in asked)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("formula", "formula"),
        ("formula", "paste the values"),
        ("rounded", "rounded"),
        ("ambiguous", "two amounts"),
        ("file.payment.missing", "does not say"),
        ("missing", "does not say"),
        ("anything", "anything"),
    ],
)
def test_faults_of_payments(code: str, words: str) -> None:
    text = finding_text(Finding("payments.fault", Level.STOP, {"field": "creditor_name", "code": code}))
    assert words in text
    assert "creditor_name" not in text


@pytest.mark.parametrize(
    ("check", "words"),
    [
        (check_account("", ""), "Type the number"),
        (check_account("55779911", "", country="GB"), "bank's own number is missing"),
        (check_message("x"), "No account was found"),
        (check_message("x" * 100_001), "100001 characters"),
        (DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault="file.no_payments"), "empty"),
        (DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault="file.unknown_kind"), "neither a list"),
        (DetailsCheck(Subject.FILE, Verdict.UNREADABLE, fault="file.absent"), "not there"),
    ],
)
def test_why_nothing_can_be_said(check: DetailsCheck, words: str) -> None:
    assert words in fault_text(check)
    assert words in check_report.as_text(check)


def test_how_far_an_account_was_checked() -> None:
    told = {
        "DE89370400440532013000": "check digits hold",
        "20-04-15 55779911": "form checked",
        "20-04-15 557799": "form checked",
        "021000021 12345": "form and some check digits hold",
    }
    for typed, words in told.items():
        account = read_account(typed)
        assert isinstance(account, ReadAccount)
        assert check_text(account) == words


def test_a_long_report_says_how_much_more_there_is() -> None:
    findings = tuple(Finding("words.urgency", Level.LOOK, {"words": "now"}, line) for line in range(1, 60))
    summary = FileSummary("CSV", "CSV", 59, 1, ())
    text = check_report.as_text(DetailsCheck(Subject.FILE, Verdict.LOOK, findings=findings, file=summary))
    assert "… and 19 more." in text
    assert "CSV: 59 payments" in text
    assert "1 of them is faulty" in text
    assert check_report.file_lines(DetailsCheck(Subject.FILE, Verdict.LOOK)) == ()


def test_an_account_that_is_wrong_is_shown_as_it_was_written() -> None:
    check = check_message("DE89 3704 0044 0532 0130 01 today")
    (seen,) = check.accounts
    assert check_report.account_lines(seen) == ("DE89 3704 0044 0532 0130 01",)
    report = check_report.as_json(check)
    assert report["accounts"] == [{"written": "DE89 3704 0044 0532 0130 01", "line": 1, "fault": "check_digits"}]


def test_what_cannot_be_printed_is_written_as_its_number() -> None:
    assert printable("a\u202eb\x1b") == "a[U+202E]b[U+001B]"


def test_rails_are_named() -> None:
    seen = AccountSeen("", read_account("20-04-15 55779911"), (PaymentProduct.UK_FASTER, PaymentProduct.UK_CHAPS))
    assert check_report.rails_text(seen) == "Would travel as: Faster Payment or CHAPS"
