"""*Check these details now*: vet an account and a name, or a message, without a vault, and keep nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from countersign.domain.accounts import AccountFault
from countersign.domain.national_accounts import ModulusTable, ReadAccount, rails_for, read_account
from countersign.domain.risk.pressure_words import pressure_words
from countersign.domain.risk.remittance_words import script_words
from countersign.domain.vetting import (
    AccountSeen,
    AmountSeen,
    DetailsCheck,
    Finding,
    Level,
    Subject,
    Verdict,
)
from countersign.domain.vetting.details import account_findings, is_readable, name_findings
from countersign.domain.vetting.findings import in_order, verdict_of
from countersign.domain.vetting.message_parts import accounts_in, amounts_in, names_in
from countersign.domain.vetting.text_marks import disguised_words, hidden_marks

MESSAGE_LIMIT: Final = 100_000
"""Characters of a message; a long correspondence has fewer."""

_MOST_FINDINGS: Final = 200
_MOST_LINES: Final = 5_000
_TOPICS: Final = {
    "safe_account": Level.STOP,
    "secrecy": Level.STOP,
    "changed_details": Level.STOP,
    "new_details": Level.STOP,
    "fee_in_advance": Level.STOP,
    "investment": Level.LOOK,
    "urgency": Level.LOOK,
}


def check_account(account: str, name: str, *, country: str = "", uk_table: ModulusTable | None = None) -> DetailsCheck:
    """Vet an account and a name as somebody typed them.

    Args:
        account: Untrusted.
        name: Untrusted; may be empty.
        country: ISO 3166 code, where the account alone could be several countries'.
        uk_table: Pay.UK's tables, if the user has them.
    """
    read = read_account(account, country, uk_table=uk_table)
    seen = AccountSeen(account.strip(), read, rails_for(read) if isinstance(read, ReadAccount) else ())
    findings = name_findings(name) if name.strip() else []
    names = (name.strip(),) if name.strip() else ()
    if isinstance(read, AccountFault) and not is_readable(seen):
        return DetailsCheck(
            Subject.DETAILS,
            Verdict.UNREADABLE,
            names=names,
            findings=in_order(findings),
            fault=f"account.{read.code}",
            fault_params=read.params,
        )
    findings += account_findings(seen)
    return DetailsCheck(
        Subject.DETAILS,
        verdict_of(findings),
        accounts=(seen,),
        names=names,
        findings=in_order(findings),
        questions=questions_for(findings, [seen], named=bool(names)),
    )


def check_message(text: str, *, uk_table: ModulusTable | None = None) -> DetailsCheck:
    """Vet a message as somebody pasted it: accounts, names, amounts, hidden characters, words that press.

    Args:
        text: Untrusted; any text at all.
        uk_table: Pay.UK's tables, if the user has them.
    """
    if len(text) > MESSAGE_LIMIT:
        params = {"found": len(text), "limit": MESSAGE_LIMIT}
        return DetailsCheck(Subject.MESSAGE, Verdict.UNREADABLE, fault="message.too_long", fault_params=params)
    accounts = [seen for seen in accounts_in(text, uk_table) if is_readable(seen)]
    names, amounts = names_in(text), amounts_in(text)
    findings = [finding for seen in accounts for finding in account_findings(seen)]
    findings += [finding for name, line in names for finding in name_findings(name, line)]
    findings += _line_findings(text)
    findings += _about_the_whole(accounts, amounts)
    if not accounts and verdict_of(findings) is Verdict.CLEAR:
        return DetailsCheck(Subject.MESSAGE, Verdict.UNREADABLE, fault="message.nothing_found")
    if not accounts:
        findings.append(Finding("message.no_account", Level.NOTE))
    told = in_order(findings)[:_MOST_FINDINGS]
    return DetailsCheck(
        Subject.MESSAGE,
        verdict_of(told),
        accounts=tuple(accounts),
        names=tuple(name for name, _line in names),
        amounts=amounts,
        findings=told,
        questions=questions_for(told, accounts, named=bool(names)),
    )


def _line_findings(text: str) -> list[Finding]:
    """Look at each line for characters that hide something and for words that press."""
    found: list[Finding] = []
    told: set[tuple[str, str]] = set()
    for number, line in enumerate(text.splitlines()[:_MOST_LINES], 1):
        found += hidden_marks(line, number)
        found += disguised_words(line, number)
        for topic, words in (*script_words(line), *pressure_words(line)):
            if (topic, words) not in told:
                told.add((topic, words))
                found.append(Finding(f"words.{topic}", _TOPICS[topic], {"words": words}, number))
        if len(found) >= 2 * _MOST_FINDINGS:
            break
    return found


def _about_the_whole(accounts: Sequence[AccountSeen], amounts: Sequence[AmountSeen]) -> list[Finding]:
    found = []
    distinct = {seen.read.account for seen in accounts if isinstance(seen.read, ReadAccount)}
    if len(distinct) > 1:
        found.append(Finding("message.several_accounts", Level.LOOK, {"count": len(distinct)}))
    found += [
        Finding("amount.ambiguous", Level.LOOK, {"written": seen.written}, seen.line)
        for seen in amounts
        if len(seen.options) > 1
    ]
    return found


def questions_for(findings: Iterable[Finding], accounts: Sequence[AccountSeen], *, named: bool) -> tuple[str, ...]:
    """Say what to ask before paying, as codes: the most important first."""
    rules = {finding.rule for finding in findings}
    stopped = {finding.rule for finding in findings if finding.level is Level.STOP}
    asked = {
        "hang_up": bool(rules & {"words.safe_account", "words.secrecy"}),
        "call_known_number": True,
        "why_changed": bool(rules & {"words.changed_details", "words.new_details"}),
        "get_again": any(rule.startswith(("account.", "name.", "text.")) for rule in stopped),
        "what_for": bool(rules & {"words.investment", "words.fee_in_advance"}),
        "why_hurry": "words.urgency" in rules,
        "which_account": "message.several_accounts" in rules,
        "how_much": "amount.ambiguous" in rules,
        "their_bank": any(isinstance(seen.read, ReadAccount) for seen in accounts),
        "name_at_bank": named and bool(accounts),
        "whose_name": not named and bool(accounts),
        "duplicates": bool(rules & {"payments.duplicate", "payments.same_end_to_end"}),
        "compare_totals": "payments.totals" in rules,
    }
    return tuple(code for code, wanted in asked.items() if wanted)
