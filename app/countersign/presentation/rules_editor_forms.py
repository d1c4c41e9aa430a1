"""What is written in a form of a rule, a limit or a delegation: read, and judged."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import Final

from countersign.application.ports.vault import AccountRow
from countersign.domain.amount_input import Choice, Exact, Offer, Unreadable, read_amount
from countersign.domain.approval.rule import (
    ApprovalRule,
    Delegation,
    Need,
    OrderKind,
    PayeeStanding,
    SignatoryLimit,
)
from countersign.domain.ledger.governance import Governance, Role
from countersign.domain.money import Money
from countersign.domain.policy import Policy
from countersign.presentation.add_account_words import currencies
from countersign.presentation.formats import decimal_mark, iban_text, isolate, money_text
from countersign.presentation.messages import _, language, ngettext
from countersign.presentation.rules_editor_state import DelegationForm, LimitForm, RuleForm
from countersign.presentation.team_words import Option
from countersign.presentation.transfer_desk import Fault
from countersign.presentation.transfer_fault_texts import amount_fault

COUNT_LIMIT: Final = 5
_BETWEEN: Final = "\n"  # no account has it
_PAYEES: Final[dict[str, tuple[PayeeStanding, ...]]] = {
    "any": (),
    "new": (PayeeStanding.NEW,),
    "changed": (PayeeStanding.CHANGED,),
    "fresh": (PayeeStanding.NEW, PayeeStanding.CHANGED),
    "standing": (PayeeStanding.STANDING,),
}
_KINDS: Final[dict[str, tuple[OrderKind, ...]]] = {
    "any": (),
    "batch": (OrderKind.BATCH,),
}


def payee_options() -> tuple[Option, ...]:
    """Return for which payees a rule can be."""
    return (
        ("any", _("All payees")),
        ("new", _("New payees")),
        ("changed", _("Payees with changed details")),
        ("fresh", _("New payees and changed details")),
        ("standing", _("Payees of long standing")),
    )


def kind_options() -> tuple[Option, ...]:
    """Return for what a rule can be; one for single payments holds for all, see ``requirement``."""
    return (("any", _("All payments")), ("batch", _("Payments of a batch")))


def count_options(least: int = 0) -> tuple[Option, ...]:
    """Return how many signatures can be asked for; 0 is none."""
    texts = [("0", _("Nobody else"))]
    for count in range(1, max(COUNT_LIMIT, least) + 1):
        text = ngettext("{count} person", "{count} people", count)
        texts.append((str(count), text.format(count=count)))
    return tuple(texts)


def currency_options() -> tuple[Option, ...]:
    """Return the currencies of a rule; the first is any."""
    return (("", _("Any currency")), *((item.value, item.title) for item in currencies()))


def group_options(state: Governance) -> tuple[Option, ...]:
    """Return whom a rule can ask: any approver, or a group with an approver in it."""
    groups = sorted({group for item in state.members if Role.APPROVER in item.roles for group in item.groups})
    return (("", _("All approvers")), *((group, isolate(group)) for group in groups))


def approver_options(state: Governance) -> tuple[Option, ...]:
    """Return the approvers, by name."""
    found = [(item.member, isolate(item.name)) for item in state.members if Role.APPROVER in item.roles]
    return tuple(sorted(found, key=lambda item: item[1]))


def account_options(own: Sequence[AccountRow], policy: Policy) -> tuple[Option, ...]:
    """Return from which account the money can go: any, an own one, or what a rule names already.

    A rule that names several stays as it is as long as they are chosen together.
    """
    found = {"": _("All accounts")}
    for row in own:
        name = _("{name}, {number}").format(name=isolate(row.name), number=isolate(iban_text(row.iban)))
        found.setdefault(row.iban, name)
    for rule in policy.rules:
        words = _(" or ").join(isolate(iban_text(item)) for item in rule.accounts)
        found.setdefault(_joined(rule.accounts), words)
    return tuple(found.items())


def _joined(accounts: Sequence[str]) -> str:
    return _BETWEEN.join(accounts)


def form_of(rule: ApprovalRule) -> RuleForm:
    """Return a rule as it is written in the form."""
    first, *rest = rule.needs
    second = rest[0] if rest else Need("", 1)
    payees = next((key for key, value in _PAYEES.items() if set(value) == set(rule.payees)), "any")
    kinds = next((key for key, value in _KINDS.items() if set(value) == set(rule.kinds)), "any")
    return RuleForm(
        rule=rule.rule,
        above=_plain(rule.above_minor, rule.currency),
        currency=rule.currency,
        payees=payees,
        kinds=kinds,
        account=_joined(rule.accounts),
        count=str(first.count),
        group=first.group,
        second_count=str(second.count) if rest else "0",
        second_group=second.group,
        ordered=rule.ordered,
        second_device=rule.second_device,
    )


def rule_of(form: RuleForm, name: str, state: Governance) -> ApprovalRule | tuple[Fault, ...]:
    """Read a rule; what is wrong with it otherwise."""
    faults: list[Fault] = []
    above = _amount(form.above, form.currency, "above", faults) if form.above.strip(" 0.,") else 0
    if above and not form.currency:
        faults.append(Fault("currency", _("Choose the currency that the amount is in.")))
    needs = [Need(form.group, int(form.count))]
    if form.second_count != "0":
        needs.append(Need(form.second_group, int(form.second_count)))
        if form.second_group == form.group:
            faults.append(Fault("second_group", _("Ask a different group, or ask for more people of the first.")))
    for need, key in zip(needs, ("count", "second_count"), strict=False):
        able = sum(
            Role.APPROVER in item.roles and (not need.group or need.group in item.groups) for item in state.members
        )
        if able < need.count:
            text = ngettext(
                "Only {able} approver could sign: no payment could ever be approved.",
                "Only {able} approvers could sign: no payment could ever be approved.",
                able,
            )
            faults.append(Fault(key, text.format(able=able)))
    if faults:
        return tuple(faults)
    return ApprovalRule(
        rule=name,
        currency=form.currency,
        above_minor=above,
        payees=_PAYEES[form.payees],
        accounts=tuple(form.account.split(_BETWEEN)) if form.account else (),
        kinds=_KINDS[form.kinds],
        needs=tuple(needs),
        ordered=form.ordered and len(needs) > 1,
        second_device=form.second_device,
    )


def limit_of(form: LimitForm) -> SignatoryLimit | tuple[Fault, ...]:
    """Read a limit; what is wrong with it otherwise."""
    faults: list[Fault] = []
    if not form.member:
        faults.append(Fault("member", _("There is no approver yet.")))
    order = _amount(form.order, form.currency, "order", faults) if form.order.strip() else 0
    day = _amount(form.day, form.currency, "day", faults) if form.day.strip() else 0
    if not faults and not order and not day:
        faults.append(Fault("order", _("Type at least one of the two amounts.")))
    if order and day and day < order:
        faults.append(Fault("day", _("A day's limit below that of one payment would never let it be reached.")))
    return tuple(faults) or SignatoryLimit(form.member, form.currency, order, day)


def delegation_of(form: DelegationForm, zone: tzinfo, now_ms: int) -> Delegation | tuple[Fault, ...]:
    """Read a delegation; what is wrong with it otherwise."""
    faults: list[Fault] = []
    if not form.giver or not form.taker:
        faults.append(Fault("taker", _("A delegation needs two approvers.")))
    elif form.giver == form.taker:
        faults.append(Fault("taker", _("Choose somebody else to hand over to.")))
    starts, ends = _start_of(form.start, zone), _start_of(form.end, zone, days=1)
    if ends <= starts:
        faults.append(Fault("end", _("It would end before it begins.")))
    elif ends <= now_ms:
        faults.append(Fault("end", _("That day is over.")))
    return tuple(faults) or Delegation(form.giver, form.taker, starts, ends)


def _amount(text: str, currency: str, field: str, faults: list[Fault]) -> int:
    """Read an amount in minor units; 0 where it can't be read, and a fault then."""
    found = read_amount(text, currency or "EUR", decimal_mark(language()))
    if isinstance(found, Exact):
        return found.money.minor
    faults.append(Fault(field, _reading(found)))
    return 0


def _reading(found: Choice | Offer | Unreadable) -> str:
    if isinstance(found, Unreadable):
        return amount_fault(found)
    readings = found.options if isinstance(found, Choice) else (found.money,)
    amounts = _(" or ").join(isolate(money_text(money, language())) for money in readings)
    return _("This could mean {amounts}. Type it so that it means one thing.").format(amounts=amounts)


def _plain(minor: int, currency: str) -> str:
    return Money(minor, currency).plain() if currency and minor else "0"


def _start_of(day: str, zone: tzinfo, days: int = 0) -> int:
    local = datetime.combine(date.fromisoformat(day) + timedelta(days=days), datetime.min.time(), zone)
    return int(local.astimezone(UTC).timestamp()) * 1000
