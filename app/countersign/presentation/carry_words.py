"""What to copy, what the bank's own page should show, and what to do where it shows something else."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from countersign.domain.accounts import grouped
from countersign.domain.payment import AccountScheme, PaymentFields
from countersign.presentation.formats import decimal_mark, isolate, money_text
from countersign.presentation.messages import _, language
from countersign.presentation.read_back import ReadBackRow, bank_text, way_rows
from countersign.presentation.transfer_desk import Option

_GROUPS: Mapping[str, tuple[int, ...]] = {"GBDSC": (2, 2, 2), "CNAPS": (3, 4, 4, 1), "TWNCC": (3, 4)}

_COPIED_TOO = frozenset({"ultimate_debtor", "ultimate_creditor", "uetr"})


@dataclass(frozen=True, slots=True)
class CopyField:
    """A field that is copied into the bank's page.

    Attributes:
        shown: As it is shown: an account in groups.
        copied: As it goes to the clipboard; empty where it is read and chosen there.
        ltr: An amount, account or code.
    """

    key: str
    label: str
    shown: str
    copied: str
    ltr: bool = True


@dataclass(frozen=True, slots=True)
class Question:
    """Something that commonly differs; ``chosen`` is empty until it is answered."""

    key: str
    text: str
    answers: tuple[Option, ...]
    chosen: str = ""


@dataclass(frozen=True, slots=True)
class Advice:
    """What follows from an answer; with tone ``danger`` the payment should not be confirmed."""

    tone: str
    title: str
    text: str


def copy_fields(payment: PaymentFields) -> tuple[CopyField, ...]:
    """List what is typed into the bank's page, in the order in which banks ask for it, and all else that was signed."""
    amount = payment.instructed_amount
    plain = amount.plain().replace(".", decimal_mark(language()))
    found = [
        CopyField("debtor_account", _("Pay from"), _own_account(payment), ""),
        CopyField("name", _("Payee"), payment.creditor_name, payment.creditor_name, ltr=False),
    ]
    if payment.creditor_agent_member:
        found.append(_member(payment.creditor_agent_member))
    found.append(_account(payment))
    if payment.creditor_agent:
        bic = payment.creditor_agent
        found.append(CopyField("bic", _("Code of the payee's bank (BIC)"), bic, bic))
    found.append(CopyField("amount", _("Amount"), money_text(amount, language()), plain))
    if payment.remittance:
        found.append(CopyField("reference", _("Reference"), payment.remittance, payment.remittance, ltr=False))
    found.append(_date(payment))
    found += [_from_review(row) for row in way_rows(payment)]
    found.append(CopyField("end_to_end", _("End-to-end number"), payment.end_to_end_id, ""))
    return tuple(found)


def _own_account(payment: PaymentFields) -> str:
    bank = bank_text(payment.debtor_agent, payment.debtor_agent_member, payment.debtor_account_scheme)
    return " · ".join(text for text in (grouped(payment.debtor_account), bank) if text)


def _account(payment: PaymentFields) -> CopyField:
    national = payment.creditor_account_scheme is AccountScheme.BBAN
    label = _("National account number") if national else _("Account")
    return CopyField("account", label, grouped(payment.creditor_account), payment.creditor_account)


def _from_review(row: ReadBackRow) -> CopyField:
    """Show a row of the review here too; what is a name or a number can be copied."""
    shown = " · ".join(text for text in (row.value, row.detail) if text)
    return CopyField(row.key, row.label, shown, row.value if row.key in _COPIED_TOO else "", ltr=row.key == "uetr")


def _member(member: str) -> CopyField:
    system, _colon, code = member.partition(":")
    labels = {
        "GBDSC": _("Sort code"),
        "USABA": _("Routing number"),
        "CNAPS": _("Code of the payee's bank (CNAPS)"),
        "TWNCC": _("Code of the payee's bank"),
    }
    mark = "-" if system == "GBDSC" else " "
    groups, at = [], 0
    for size in _GROUPS.get(system, (len(code),)):
        groups.append(code[at : at + size])
        at += size
    shown = mark.join(group for group in (*groups, code[at:]) if group)
    return CopyField("agent", labels.get(system, _("Code of the payee's bank")), shown, code)


def _date(payment: PaymentFields) -> CopyField:
    day = payment.requested_execution_date
    return CopyField("date", _("Date"), day or _("As soon as possible"), day, ltr=bool(day))


def questions(payment: PaymentFields, answers: Mapping[str, str]) -> tuple[Question, ...]:
    """Ask for each thing that commonly differs on the bank's page."""
    amount = isolate(money_text(payment.instructed_amount, language()))
    asked = (
        (
            "name",
            _("What does your bank say of the payee's name?"),
            (
                Option("same", _("It matches: {payee}").format(payee=payment.creditor_name)),
                Option("close", _("A similar name, or “close match”")),
                Option("other", _("Another name, or “no match”")),
                Option("none", _("It says nothing, or that it can't be checked")),
            ),
        ),
        (
            "from",
            _("From which account does your bank pay?"),
            (
                Option("same", _("From {account}").format(account=isolate(grouped(payment.debtor_account)))),
                Option("other", _("From another account")),
            ),
        ),
        (
            "amount",
            _("What will leave your account?"),
            (
                Option("same", _("{amount}, and nothing on top").format(amount=amount)),
                Option("fee", _("{amount} and a fee").format(amount=amount)),
                Option("other", _("Another amount or another currency")),
            ),
        ),
        (
            "date",
            _("When does your bank send it?"),
            (Option("same", _("On the date above")), Option("other", _("On another day"))),
        ),
        (
            "warning",
            _("Does your bank warn you?"),
            (
                Option("none", _("No")),
                Option("new", _("It says that this payee is new")),
                Option("fraud", _("It warns of fraud, or asks who told you to pay")),
            ),
        ),
    )
    return tuple(Question(key, text, options, answers.get(key, "")) for key, text, options in asked)


def advice(answers: Mapping[str, str]) -> tuple[Advice, ...]:
    """Say what follows from the answers, the gravest first."""
    texts = _advice()
    found = [texts[key, answer] for key, answer in answers.items() if (key, answer) in texts]
    return tuple(sorted(found, key=lambda item: item.tone != "danger"))


def _advice() -> Mapping[tuple[str, str], Advice]:
    return {
        ("name", "close"): Advice(
            "danger",
            _("A similar name is another name until you know better"),
            _(
                "Don't confirm at your bank yet. Compare the name with the contract. If it is the same payee, choose "
                "“I did not do it” here and begin anew with the name that the bank has."
            ),
        ),
        ("name", "other"): Advice(
            "danger",
            _("Stop: the account belongs to somebody else"),
            _(
                "Leave your bank's page without confirming. Call the payee on a number you already had, not one from "
                "the message that brought the account."
            ),
        ),
        ("name", "none"): Advice(
            "warn",
            _("Nobody has checked the name"),
            _("Call the payee on a number you already had and have them read the account to you, before you confirm."),
        ),
        ("from", "other"): Advice(
            "danger",
            _("Stop: your bank would pay from another account"),
            _(
                "Leave your bank's page without confirming, and choose there the account that you approved. If your "
                "bank does not offer it, choose “I did not do it” here and begin anew with the account that it has."
            ),
        ),
        ("amount", "fee"): Advice(
            "warn",
            _("A fee is your bank's own"),
            _("Make sure that the payee still gets the whole amount: the sender pays the fees, not the payee."),
        ),
        ("amount", "other"): Advice(
            "danger",
            _("Stop: this is not the payment you approved"),
            _("Leave your bank's page without confirming, and type or copy the amount again."),
        ),
        ("date", "other"): Advice(
            "warn",
            _("It may arrive too late, or too early"),
            _("A weekend, a holiday or the late hour can be the reason. Set the date there if your bank lets you."),
        ),
        ("warning", "new"): Advice(
            "info",
            _("That is as it should be for a first payment"),
            _("Your bank may hold it for some hours. That time protects you: use it to call the payee."),
        ),
        ("warning", "fraud"): Advice(
            "danger",
            _("Stop, and believe your bank"),
            _(
                "If anybody is on the phone with you, hang up. Don't confirm. Call your bank on the number on your "
                "card. No bank and no police ever asks you to move money to keep it safe."
            ),
        ),
    }


def file_steps(name: str) -> tuple[str, ...]:
    """Say what to do at the bank's portal, step by step."""
    return (
        _("Open your bank's portal as you always do: from your own bookmark, never from a link in a message."),
        _("Upload {name} where your bank takes payment files.").format(name=isolate(name)),
        _("Compare what the portal shows with the rows on this page: count, sum, payee, account."),
        _("Look at the bank's answer on the name. Release nothing where it says no match."),
        _("Release it there with your bank's own means. Then come back and say so here."),
    )


def file_expectations(payment: PaymentFields) -> tuple[CopyField, ...]:
    """List what the portal should show of the file."""
    amount = money_text(payment.instructed_amount, language())
    return (
        CopyField("count", _("Payments in the file"), "1", ""),
        CopyField("sum", _("Sum"), amount, ""),
        CopyField("name", _("Payee"), payment.creditor_name, "", ltr=False),
        CopyField("account", _("Account"), grouped(payment.creditor_account), ""),
        CopyField("end_to_end", _("End-to-end number"), payment.end_to_end_id, ""),
    )
