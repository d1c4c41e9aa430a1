"""The guided transfer: six steps, what each needs, and which comes next (PRODUCT row 2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from countersign.domain.canonical import Fields, Json
from countersign.domain.guidance import path_after, path_after_all
from countersign.domain.money import Money
from countersign.domain.order import Attachment, money_object
from countersign.domain.payee import DetailsSource, NameCheck, PayeeKind, VopOutcome
from countersign.domain.payment import AccountScheme, Arrival, ChargeBearer, PaymentProduct
from countersign.domain.risk import Assessment

DRAFT_FORMAT = 3

_HOUR_MS = 3_600_000


class Step(StrEnum):
    """The steps, in their order."""

    PAYEE = "payee"
    NAME_CHECK = "name_check"
    AMOUNT = "amount"
    RISK = "risk"
    REVIEW = "review"
    CONFIRM = "confirm"


STEPS = tuple(Step)


@dataclass(frozen=True, slots=True)
class TransferDraft:
    """A transfer on its way to becoming an order. Working state: saved at every step, never part of the ledger.

    Attributes:
        draft: Identifier, 32 hex digits.
        payee: The payee's identifier; empty for one that is not kept yet.
        account: IBAN as it was typed and accepted, without spaces.
        check: The bank's answer for exactly this name and account, if it was asked.
        call_back: Whether the person says that they called the payee on a number they already had; needed where the
            bank could not check the name.
        answers: Intervention to answer.
        order: The frozen order, once the review was reached.
        execution_date: ISO 8601, or empty for as soon as possible.
        charge_bearer: NONE where the way to pay leaves no choice.
        purpose: A code of ISO 20022 ExternalPurpose1Code, or empty.
        arrival: When a Chinese domestic payment is to arrive; NONE elsewhere.
        scheme: How the payee's account is numbered.
        agent_member: The payee's bank within a national clearing, see ``domain.payment``; or empty.
        town: The payee's, where the way to pay wants an address; or empty.
        country: ISO 3166 code, as ``town``.
        debtor_member: As ``agent_member``, of the account that pays.
        documents: What is attached; the bytes are kept in the vault, for this draft.
    """

    draft: str
    step: Step = Step.PAYEE
    payee: str = ""
    name: str = ""
    account: str = ""
    agent: str = ""
    kind: PayeeKind = PayeeKind.COMPANY
    source: DetailsSource | None = None
    check: NameCheck | None = None
    call_back: bool = False
    amount: Money | None = None
    product: PaymentProduct = PaymentProduct.SEPA
    remittance: str = ""
    debtor_account: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    order: str = ""
    saved_at: int = 0
    execution_date: str = ""
    charge_bearer: ChargeBearer = ChargeBearer.NONE
    purpose: str = ""
    arrival: Arrival = Arrival.NONE
    scheme: AccountScheme = AccountScheme.IBAN
    agent_member: str = ""
    town: str = ""
    country: str = ""
    debtor_member: str = ""
    documents: tuple[Attachment, ...] = ()

    @property
    def checked(self) -> bool:
        """Whether the bank was asked about exactly this name and this account."""
        check = self.check
        return check is not None and (check.asked_name, check.asked_account) == (self.name, self.account)

    def canonical(self) -> dict[str, Json]:
        """Return the draft as a canonical object."""
        return {
            "v": DRAFT_FORMAT,
            "draft": self.draft,
            "step": self.step.value,
            "payee": self.payee,
            "name": self.name,
            "account": self.account,
            "agent": self.agent,
            "kind": self.kind.value,
            "source": self.source.value if self.source else "",
            "check": [self.check.canonical()] if self.check else [],
            "call_back": self.call_back,
            "amount": [money_object(self.amount)] if self.amount else [],
            "product": self.product.value,
            "remittance": self.remittance,
            "debtor_account": self.debtor_account,
            "answers": [[intervention, answer] for intervention, answer in sorted(self.answers.items())],
            "order": self.order,
            "saved_at": self.saved_at,
            "execution_date": self.execution_date,
            "charge_bearer": self.charge_bearer.value,
            "purpose": self.purpose,
            "arrival": self.arrival.value,
            "scheme": self.scheme.value,
            "agent_member": self.agent_member,
            "town": self.town,
            "country": self.country,
            "debtor_member": self.debtor_member,
            "documents": [item.canonical() for item in self.documents],
        }

    @classmethod
    def read(cls, value: Json) -> TransferDraft:
        """Read a draft back.

        Raises:
            NotCanonicalError: It was not written by this format.
        """
        taken = Fields(value, "draft")
        taken.integer("v")
        source = taken.text("source")
        checks, amounts = taken.items("check"), taken.items("amount")
        documents = taken.items("documents") if taken.has("documents") else ()
        draft = cls(
            draft=taken.text("draft"),
            step=Step(taken.text("step")),
            payee=taken.text("payee"),
            name=taken.text("name"),
            account=taken.text("account"),
            agent=taken.text("agent"),
            kind=PayeeKind(taken.text("kind")),
            source=DetailsSource(source) if source else None,
            check=NameCheck.read(checks[0]) if checks else None,
            call_back=taken.flag("call_back"),
            amount=_money(amounts[0]) if amounts else None,
            product=PaymentProduct(taken.text("product")),
            remittance=taken.text("remittance"),
            debtor_account=taken.text("debtor_account"),
            answers=dict(_pair(item) for item in taken.items("answers")),
            order=taken.text("order"),
            saved_at=taken.integer("saved_at"),
            # format 2; a draft of format 1 says nothing of these
            execution_date=taken.text_or_empty("execution_date"),
            charge_bearer=ChargeBearer(taken.text_or_empty("charge_bearer")),
            purpose=taken.text_or_empty("purpose"),
            arrival=Arrival(taken.text_or_empty("arrival")),
            scheme=AccountScheme(taken.text_or_empty("scheme") or AccountScheme.IBAN),
            agent_member=taken.text_or_empty("agent_member"),
            town=taken.text_or_empty("town"),
            country=taken.text_or_empty("country"),
            debtor_member=taken.text_or_empty("debtor_member"),
            # format 3
            documents=tuple(Attachment.read(item) for item in documents),
        )
        taken.end()
        return draft


def _money(value: Json) -> Money:
    taken = Fields(value, "amount")
    money = Money(taken.integer("minor"), taken.text("currency"))
    taken.integer("exponent")
    taken.end()
    return money


def _pair(value: Json) -> tuple[str, str]:
    pair = Fields({"pair": value}, "answer").texts("pair")
    return pair[0], pair[1]


def with_payee(draft: TransferDraft, **changes: object) -> TransferDraft:
    """Change who is paid: what was checked and answered for somebody else no longer counts.

    A frozen order stays named, so that the next review can end it.
    """
    changed = replace(draft, **changes)  # type: ignore[arg-type]  # names are the draft's own
    same = (changed.name, changed.account) == (draft.name, draft.account)
    return changed if same else replace(changed, check=None, answers={}, call_back=False)


def missing(draft: TransferDraft, step: Step) -> tuple[str, ...]:
    """Name what ``step`` still needs before the next one may be shown."""
    needs: dict[Step, dict[str, bool]] = {
        Step.PAYEE: {"name": not draft.name, "account": not draft.account, "source": draft.source is None},
        Step.NAME_CHECK: {
            "check": not draft.checked,
            "no_match": _has(draft, VopOutcome.NO_MATCH),
            "call_back": _unanswered(draft) and not draft.call_back,
        },
        Step.AMOUNT: {"amount": draft.amount is None, "debtor_account": not draft.debtor_account},
        Step.RISK: {},
        Step.REVIEW: {"order": not draft.order},
        Step.CONFIRM: {},
    }
    return tuple(name for name, lacking in needs[step].items() if lacking)


def _unanswered(draft: TransferDraft) -> bool:
    return _has(draft, VopOutcome.NOT_POSSIBLE) or _has(draft, VopOutcome.NOT_DONE)


def _has(draft: TransferDraft, outcome: VopOutcome) -> bool:
    return draft.checked and draft.check is not None and draft.check.outcome is outcome


def open_interventions(draft: TransferDraft, assessment: Assessment) -> tuple[str, ...]:
    """List the interventions whose question has not been answered in a way that lets the transfer go on."""
    return tuple(
        item
        for item in assessment.interventions
        if item not in draft.answers or not path_after(item, draft.answers[item]).may_continue
    )


def held_until(draft: TransferDraft) -> int:
    """Return until when an answer holds the draft (milliseconds since the epoch); 0 where none does."""
    hours = path_after_all(draft.answers).hold_hours
    return draft.saved_at + hours * _HOUR_MS if hours else 0


def next_step(draft: TransferDraft, step: Step, assessment: Assessment | None) -> Step:
    """Return the step after ``step``, or ``step`` itself while something is missing.

    Args:
        draft: The draft as it stands.
        step: The step that is done.
        assessment: The assessment of the draft; needed from the amount on.
    """
    if missing(draft, step):
        return step
    if step is Step.AMOUNT:
        fired = assessment is None or bool(assessment.reasons or assessment.stops)
        return Step.RISK if fired else Step.REVIEW
    if step is Step.RISK:
        blocked = assessment is None or assessment.must_stop or bool(open_interventions(draft, assessment))
        return Step.RISK if blocked else Step.REVIEW
    place = STEPS.index(step)
    return STEPS[min(place + 1, len(STEPS) - 1)]


def previous_step(step: Step, assessment: Assessment | None) -> Step:
    """Return the step before ``step``, leaving out a risk check that had nothing to say."""
    place = STEPS.index(step)
    before = STEPS[max(place - 1, 0)]
    if before is Step.RISK and assessment is not None and not (assessment.reasons or assessment.stops):
        return Step.AMOUNT
    return before
