"""The outcome of *Check these details now*: as text for people, and as JSON for programs (``docs/check.md``)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.canonical import Json
from countersign.domain.money import Money
from countersign.domain.national_accounts import ReadAccount
from countersign.domain.vetting import AccountSeen, DetailsCheck, Finding, Level, Verdict
from countersign.presentation.check_texts import (
    check_text,
    fault_text,
    finding_text,
    heading,
    lead,
    place_text,
    printable,
    question_text,
)
from countersign.presentation.formats import money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.product_words import product_name

EXIT_CODES: Final = {Verdict.CLEAR: 0, Verdict.LOOK: 1, Verdict.STOP: 2, Verdict.UNREADABLE: 3}

_REPORT_FORMAT: Final = 1
_MOST_SHOWN: Final = 40
# The marks that keep accounts and amounts left to right in windows would be printed as such on a terminal.
_ISOLATES: Final = str.maketrans("", "", "\u2066\u2067\u2068\u2069")


def as_json(check: DetailsCheck) -> dict[str, Json]:
    """Return the outcome for programs."""
    report: dict[str, Json] = {
        "v": _REPORT_FORMAT,
        "verdict": check.verdict.value,
        "exit_code": EXIT_CODES[check.verdict],
        "subject": check.subject.value,
        "fault": check.fault,
        "accounts": [_account_object(seen) for seen in check.accounts],
        "names": [_safe(name) for name in check.names],
        "amounts": [
            {
                "written": _safe(seen.written),
                "line": seen.line,
                "options": [_money_object(money) for money in seen.options],
            }
            for seen in check.amounts
        ],
        "findings": [_finding_object(finding) for finding in check.findings],
        "questions": list(check.questions),
    }
    if check.file is not None:
        report["file"] = {
            "kind": check.file.kind,
            "version": _safe(check.file.version),
            "payments": check.file.payments,
            "faulty": check.file.faulty,
            "totals": [_money_object(total) for total in check.file.totals],
            "counts": dict(check.file.counts),
        }
    return report


def as_text(check: DetailsCheck, typed: str = "") -> str:
    """Return the outcome for people, as lines of plain text.

    Foreign text in it is cleaned: a character that could move the cursor or hide something is written as its number.

    Args:
        check: What was found.
        typed: What was typed as an account, for saying what is wrong with it.
    """
    lines = [heading(check.verdict).upper(), lead(check.verdict)]
    if check.fault:
        lines += ["", fault_text(check, typed)]
    if check.file is not None:
        lines += ["", *file_lines(check)]
    if check.accounts:
        lines += ["", _("Accounts"), *(f"  {line}" for seen in check.accounts for line in account_lines(seen))]
    if check.names:
        lines += ["", _("Names"), *(f"  {name}" for name in check.names)]
    if check.amounts:
        amounts = (" / ".join(money_text(money, language()) for money in seen.options) for seen in check.amounts)
        lines += ["", _("Amounts"), *(f"  {amount}" for amount in amounts)]
    if check.findings:
        lines += ["", _("What was found"), *(f"  {finding_line(found)}" for found in check.findings[:_MOST_SHOWN])]
        if len(check.findings) > _MOST_SHOWN:
            lines.append("  " + more_text(len(check.findings) - _MOST_SHOWN))
    if check.questions:
        lines += ["", _("What to ask before you pay"), *(f"  - {question_text(code)}" for code in check.questions)]
    return "\n".join(printable(line.translate(_ISOLATES)) for line in lines) + "\n"


def file_lines(check: DetailsCheck) -> Sequence[str]:
    """Describe a list of payments: what it is, how many, how much of each currency."""
    file = check.file
    if file is None:
        return ()
    count = ngettext("{count} payment", "{count} payments", file.payments).format(count=file.payments)
    lines = [_("{kind}: {payments}").format(kind=file.version or file.kind, payments=count)]
    lines += [_("Total: {amount}").format(amount=money_text(total, language())) for total in file.totals]
    if file.faulty:
        text = ngettext("{count} of them is faulty", "{count} of them are faulty", file.faulty)
        lines.append(text.format(count=file.faulty))
    return lines


def account_lines(seen: AccountSeen) -> Sequence[str]:
    """Describe an account: its number in groups, its bank, what was checked, what would carry the money."""
    if isinstance(seen.read, AccountFault):
        return (seen.written[:_MOST_SHOWN],)
    lines = [seen.read.shown, f"  {place_text(seen.read)}", f"  {check_text(seen.read)}"]
    if seen.rails:
        lines.append(f"  {rails_text(seen)}")
    return lines


def rails_text(seen: AccountSeen) -> str:
    """Say what would carry money to an account."""
    names = _(" or ").join(product_name(rail) for rail in seen.rails)
    return _("Would travel as: {rails}").format(rails=names)


def finding_line(finding: Finding) -> str:
    """Say what was noticed, with its weight as a word and the line it is about."""
    words = {Level.STOP: _("Stop"), Level.LOOK: _("Look"), Level.NOTE: _("Note")}
    text = finding_text(finding)
    if finding.line:
        return _("{level}, line {line}: {text}").format(level=words[finding.level], line=finding.line, text=text)
    return _("{level}: {text}").format(level=words[finding.level], text=text)


def more_text(count: int) -> str:
    """Say that more was found than is shown."""
    return ngettext("… and {count} more.", "… and {count} more.", count).format(count=count)


def _account_object(seen: AccountSeen) -> dict[str, Json]:
    found: dict[str, Json] = {"written": _safe(seen.written), "line": seen.line}
    if isinstance(seen.read, ReadAccount):
        return found | {
            "scheme": seen.read.scheme.value,
            "account": seen.read.account,
            "shown": seen.read.shown,
            "country": seen.read.country,
            "agent": seen.read.agent,
            "agent_member": seen.read.agent_member,
            "bank_name": seen.read.bank_name,
            "checks": list(seen.read.checks),
            "rails": [rail.value for rail in seen.rails],
            "fault": "",
        }
    return found | {"fault": seen.read.code}


def _money_object(money: Money) -> dict[str, Json]:
    return {"currency": money.currency, "exponent": money.exponent, "minor": money.minor}


def _finding_object(finding: Finding) -> dict[str, Json]:
    params: dict[str, Json] = {
        key: value if isinstance(value, int) else _safe(value) for key, value in finding.params.items()
    }
    return {"rule": finding.rule, "level": finding.level.value, "line": finding.line, "params": params}


def _safe(text: str) -> str:
    """Replace lone surrogates, which no JSON can hold; everything else stays as it was written."""
    return text.encode("utf-8", "replace").decode()
