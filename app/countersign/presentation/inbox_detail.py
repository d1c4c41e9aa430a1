"""One order of the inbox in detail: what changed, the evidence, who signed, what is missing, and what can be done."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from countersign.application.ports.vault import AccountRow, LedgerEntry
from countersign.application.use_cases.look_at_order import CALL_BACK
from countersign.application.use_cases.reject_order import REJECTIONS, REPAIRS
from countersign.domain.accounts import masked
from countersign.domain.guidance import INTERVENTIONS
from countersign.domain.ledger import kinds
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.money import Money
from countersign.domain.payee import NameCheck, PayeeKind, VopOutcome
from countersign.domain.payment import PaymentFields
from countersign.presentation.amount_words import amount_in_words
from countersign.presentation.document_words import document_name, size_text
from countersign.presentation.error_texts import sentence
from countersign.presentation.formats import isolate, money_text
from countersign.presentation.inbox_changes import changes_of, chart_of
from countersign.presentation.inbox_facts import Facts, Whole
from countersign.presentation.inbox_ground import Ground
from countersign.presentation.inbox_rows import chips_of
from countersign.presentation.inbox_state import CONFIRM, Detail, Fact
from countersign.presentation.inbox_stops import read_only_text, stop_blocked
from countersign.presentation.inbox_words import call_back_text, check_text, source_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.order_approvals import Approvals, approvals_of, name_of
from countersign.presentation.read_back import ReadBack, read_back
from countersign.presentation.transfer_interventions import interruption
from countersign.presentation.transfer_risk_texts import reason_text, stop_text

_SECOND_MS: Final = 1000


@dataclass(frozen=True, slots=True)
class Words:
    """How times are written, and the list that fingerprint phrases are made from."""

    day: Callable[[int], str]
    moment: Callable[[int], str]
    list: Sequence[str]


def detail_of(found: Whole, ground: Ground, waiting: Iterable[OrderRecord], words: Words) -> Detail:
    """Put one order into words.

    Args:
        found: Everything about it.
        ground: Rules, time, and who looks.
        waiting: All orders that are listed, for what is left of the account.
        words: How times and fingerprints are written.
    """
    facts, record = found.facts, found.facts.record
    payment, tag = record.content.payment, language()
    state = approvals_of(record, ground.rules, ground.me, ground.now)
    amount = money_text(payment.instructed_amount, tag)
    blocked = _blocked(found, ground, state)
    confirms = state.may_confirm and not blocked
    calls = facts.wants_call_back and not blocked and not confirms
    back = _read_back(found, words)
    return Detail(
        order=record.content.order,
        payee=payment.creditor_name,
        amount=amount,
        words=amount_in_words(payment.instructed_amount, tag),
        chips=chips_of(facts),
        warning=_warning(found, ground),
        changes=changes_of(found, words.day),
        evidence=_evidence(found, words),
        reasons=_reasons(found),
        rules=state.rules,
        signed=_signed(found, ground, state, words),
        missing=state.missing,
        liquidity=liquidity_of([record], waiting, found.accounts),
        opened=_opened(found, ground, words),
        chart=chart_of(facts, words.day),
        hint="" if blocked else _hint(calls=calls, confirms=confirms),
        act="" if blocked else "call_back" if calls else CONFIRM if confirms else "approve",
        primary=_primary(isolate(amount), calls=calls, confirms=confirms),
        blocked=blocked,
        reject_blocked=stop_blocked(record, ground, REJECTIONS[0]),
        return_blocked=stop_blocked(record, ground, REPAIRS[0]),
        wait_ms=_wait_ms(record, ground),
        read_back=back,
        batch=record.content.batch,
        documents=bool(record.content.attachments),
    )


def _primary(amount: str, *, calls: bool, confirms: bool) -> str:
    if calls:
        return _("Record call-back first")
    return (_("Confirm {amount}") if confirms else _("Approve {amount}")).format(amount=amount)


def _hint(*, calls: bool, confirms: bool) -> str:
    if calls:
        return _("The account is in doubt: call the payee on a number you had before, then sign.")
    if confirms:
        return _("You asked for this on another device. Confirming asks for the last digits and for your passphrase.")
    return _("Approving asks for the last digits of the account and for your passphrase.")


def _blocked(found: Whole, ground: Ground, state: Approvals) -> str:
    if not ground.may_sign:
        return read_only_text()
    if state.blocked and not state.may_confirm:
        return state.blocked
    if ground.frozen:
        return sentence("intent.frozen")
    if found.facts.stale:
        return _("The payee was changed after this was written. Return it for repair.")
    if found.facts.lacking:
        who = name_of(ground.rules.governance, found.facts.record.content.requester)
        return _(
            "A document has not arrived here yet. Ask {name} to send it again: you sign what you can open."
        ).format(name=isolate(who))
    return ""


def _warning(found: Whole, ground: Ground) -> str:
    assessment = found.facts.assessment
    if assessment is not None and assessment.must_stop:
        return " ".join(stop_text(stop) for stop in assessment.stops)
    if found.facts.stale:
        return _("The payee's details were changed after this order was written.")
    return sentence("intent.frozen") if ground.frozen else ""


def _wait_ms(record: OrderRecord, ground: Ground) -> int:
    policy = ground.rules.governance.policy
    large = record.content.payment.instructed_amount.minor >= policy.wait_above_minor
    return policy.wait_seconds * _SECOND_MS if large else 0


# — evidence —


def _evidence(found: Whole, words: Words) -> tuple[Fact, ...]:
    facts, record = found.facts, found.facts.record
    check = facts.check
    asked = words.day(check.checked_at) if check is not None and check.checked_at else ""
    tone = {VopOutcome.MATCH: "ok", VopOutcome.CLOSE_MATCH: "warn", VopOutcome.NO_MATCH: "danger"}
    said = " · ".join(text for text in (check_text(check), asked) if text)
    lines = [Fact(_("Name check"), said, tone.get(check.outcome, "") if check is not None else "")]
    lines.append(Fact(_("Details from"), source_text(facts.details.source if facts.details else None)))
    lines += [
        _answered(code, answer, record.content.payment.creditor_name) for code, answer, _p in record.interventions
    ]
    for item in record.content.attachments:
        lacking = item.sha256 in facts.lacking
        said = _("not here yet") if lacking else size_text(item.size)
        lines.append(Fact(_("Document"), f"{document_name(item)} · {said}", "warn" if lacking else ""))
    if facts.assessment is not None and not facts.assessment.reasons:
        lines.append(Fact(_("Risk check"), _("No rule fired."), "ok"))
    return tuple(lines)


def _answered(code: str, answer: str, payee: str) -> Fact:
    if code == CALL_BACK:
        return Fact(_("Call-back"), call_back_text(answer), "ok")
    if code not in INTERVENTIONS:
        return Fact(code, answer)
    asked = interruption(code, answer, payee=payee, fault="")
    said = next((option.title for option in asked.answers if option.value == answer), answer)
    return Fact(asked.question, said)


def _reasons(found: Whole) -> tuple[str, ...]:
    assessment = found.facts.assessment
    if assessment is None:
        return (_("The risk check of this order can't be read here."),)
    currency = found.facts.record.content.payment.instructed_amount.currency
    return tuple(reason_text(reason, currency) for reason in assessment.reasons)


def _signed(found: Whole, ground: Ground, state: Approvals, words: Words) -> tuple[Fact, ...]:
    entries: Mapping[str, LedgerEntry] = {entry.event: entry for entry in found.timeline}
    governance = ground.rules.governance
    signed = [(item.event, name_of(governance, item.member)) for item in state.signed]
    asked = name_of(governance, found.facts.record.content.requester)
    signed += [(item.event, _("{name}, on another device").format(name=asked)) for item in state.confirmed]
    return tuple(Fact(name, _signed_when(entries.get(event), words), "ok") for event, name in signed)


def _signed_when(entry: LedgerEntry | None, words: Words) -> str:
    """Say when somebody signed, and that it was from a list where it was: fewer details are shown there."""
    if entry is None:
        return ""
    when = words.moment(entry.at)
    return _("{when}, from a list").format(when=when) if (entry.body or {}).get("batch") else when


def _opened(found: Whole, ground: Ground, words: Words) -> tuple[Fact, ...]:
    governance = ground.rules.governance
    seen: dict[str, Fact] = {}
    for entry in found.timeline:
        member = governance.member_of(entry.device)
        if entry.kind == kinds.ORDER_OPENED and member is not None:
            seen.setdefault(member.member, Fact(member.name, words.moment(entry.at)))
    return tuple(seen.values())


def _read_back(found: Whole, words: Words) -> ReadBack:
    facts = found.facts
    kind = facts.details.kind if facts.details else PayeeKind.COMPANY
    return read_back(facts.record.content, words.list, found.accounts, _name_chip(facts.check), kind)


def _name_chip(check: NameCheck | None) -> tuple[str, str]:
    outcome = check.outcome if check else VopOutcome.NOT_DONE
    return {
        VopOutcome.MATCH: (_("Name confirmed"), "ok"),
        VopOutcome.CLOSE_MATCH: (_("Close match"), "warn"),
        VopOutcome.NO_MATCH: (_("No match"), "danger"),
    }.get(outcome, (_("Name not checked"), "neutral"))


# — what is left —


def why_not(found: Facts, ground: Ground, words: Words) -> str:
    """Say why this person can't sign an order with others; empty where they can."""
    detail = detail_of(Whole(found, None, (), ()), ground, (), words)
    if detail.act == CONFIRM:
        return _("Open it: a confirmation is given for one payment at a time.")
    return detail.blocked


def liquidity_of(
    chosen: Sequence[OrderRecord], waiting: Iterable[OrderRecord], accounts: Sequence[AccountRow]
) -> tuple[Fact, ...]:
    """Say what is in each account that pays, what is left after what was chosen, and after all that waits."""
    named = {record.content.order for record in chosen}
    others = [record.content.payment for record in waiting if record.content.order not in named]
    return left_in_accounts([record.content.payment for record in chosen], others, accounts)


def left_in_accounts(
    chosen: Iterable[PaymentFields], others: Iterable[PaymentFields], accounts: Sequence[AccountRow]
) -> tuple[Fact, ...]:
    """Say the same of payments."""
    sums = {row.account: [0, 0, 0] for row in accounts}
    rows = {(row.iban, row.agent_member, row.balance.currency): row for row in accounts}
    for place, payments in enumerate((chosen, others)):
        for payment in payments:
            currency = payment.instructed_amount.currency
            row = rows.get((payment.debtor_account, payment.debtor_agent_member, currency))
            if row is not None:
                sums[row.account][place] += payment.instructed_amount.minor
                sums[row.account][2] += place
    paying = [row for row in accounts if sums[row.account][0]]
    if not paying:
        return (Fact(_("Account that pays"), _("Its balance is not known here.")),)
    return tuple(fact for row in paying for fact in _left(row, *sums[row.account]))


def _left(row: AccountRow, taken: int, others: int, count: int) -> tuple[Fact, ...]:
    name = f"{row.name} {masked(row.iban)}"
    if not row.as_of:
        return (Fact(name, _("Balance not known yet")),)
    after = row.available.minor - taken
    found = [Fact(name, _amount(row, row.available.minor), ltr=True)]
    found.append(Fact(_("After this"), _amount(row, after), "danger" if after < 0 else "", ltr=True))
    if count:
        label = ngettext("After {count} other that waits", "After {count} others that wait", count).format(count=count)
        left = after - others
        found.append(Fact(label, _amount(row, left), "danger" if left < 0 else "", ltr=True))
    return tuple(found)


def _amount(row: AccountRow, minor: int) -> str:
    return money_text(Money(minor, row.available.currency), language())
