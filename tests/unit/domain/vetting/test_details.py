"""The rules for an account and a name, and how findings come to a verdict."""

from __future__ import annotations

import pytest

from countersign.domain.national_accounts import read_account
from countersign.domain.vetting import AccountSeen, Finding, Level, Verdict
from countersign.domain.vetting.details import account_findings, is_readable, name_findings
from countersign.domain.vetting.findings import in_order, verdict_of


def rules(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(found.rule, found.level.value) for found in findings]


@pytest.mark.parametrize(
    ("account", "found"),
    [
        ("DE89370400440532013000", []),
        ("DE89370400440532013001", [("account.check_digits", "stop")]),
        ("DE70000000000000000000", [("account.check_digits", "stop")]),
        ("20-04-15 557799", [("account.uk.modulus.not_loaded", "note"), ("account.uk.padded", "note")]),
        ("DE36100000010532013000", [("account.bank_not_known", "note")]),
    ],
)
def test_accounts(account: str, found: list[tuple[str, str]]) -> None:
    assert rules(account_findings(AccountSeen(account, read_account(account)))) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [
        ("Hartwell & Stone LLP", []),
        ("王小明", []),
        ("Hartwe\u200bll", [("name.invisible", "stop")]),
        ("Hart\u202ewell", [("name.direction", "stop")]),
        ("Hart\ue000well", [("name.private_use", "look")]),
        ("x" * 141, [("name.too_long", "look")]),
        ("H\u0430rtwell", [("name.mixed_scripts", "stop")]),
        ("Hartwe11 Stone", [("name.digit_in_word", "look")]),
        ("G00gle Ltd", [("name.digit_in_word", "look")]),
        ("Studio 54", []),
        ("3M Company", []),
    ],
)
def test_names(name: str, found: list[tuple[str, str]]) -> None:
    assert rules(name_findings(name, 3)) == found
    assert all(one.line == 3 for one in name_findings(name, 3))


def test_what_is_no_account_is_not_vetted() -> None:
    assert is_readable(AccountSeen("", read_account("DE89370400440532013001")))
    assert is_readable(AccountSeen("", read_account("DE89370400440532013000")))
    assert not is_readable(AccountSeen("", read_account("")))


def test_the_gravest_finding_decides() -> None:
    note, look, stop = (Finding(level.value, level) for level in (Level.NOTE, Level.LOOK, Level.STOP))
    assert verdict_of([]) is Verdict.CLEAR
    assert verdict_of([note]) is Verdict.CLEAR
    assert verdict_of([note, look]) is Verdict.LOOK
    assert verdict_of([look, stop, note]) is Verdict.STOP
    assert in_order([note, look, stop, look]) == (stop, look, note)
