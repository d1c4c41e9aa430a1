"""Payees: a name and its account, in versions that never change, with where they came from and what was checked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum

from countersign.domain.canonical import Fields, Json
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.authors import acting_member
from countersign.domain.ledger.event import Event
from countersign.domain.ledger.members import Role
from countersign.domain.ledger.rules import Rules
from countersign.domain.payment import AccountScheme

_KINDS = frozenset({kinds.PAYEE_VERIFIED, kinds.PAYEE_ADDED, kinds.PAYEE_CHANGED})
_VERSIONS = frozenset({kinds.PAYEE_ADDED, kinds.PAYEE_CHANGED})
_ROLES = frozenset({Role.REQUESTER, Role.APPROVER})


class DetailsSource(StrEnum):
    """Where the payee's details came from. This one answer drives the risk step."""

    CONTRACT = "contract"  # a signed paper in hand
    IN_PERSON = "in_person"
    EMAIL = "email"
    PHONE_CALL = "phone_call"
    MESSAGE = "message"
    BANK_RECORDS = "bank_records"  # paid before from this account


class PayeeKind(StrEnum):
    """What sort of payee it is."""

    PERSON = "person"
    COMPANY = "company"
    ESCROW = "escrow"  # a notary's, solicitor's or supervised account
    OWN_ACCOUNT = "own_account"


class VopOutcome(StrEnum):
    """EPC Verification of Payee, scheme rulebook 1.0: the four answers, and that none was asked for."""

    MATCH = "MTCH"
    CLOSE_MATCH = "CMTC"
    NO_MATCH = "NMTC"
    NOT_POSSIBLE = "NOAP"
    NOT_DONE = "none"


@dataclass(frozen=True, slots=True)
class PayeeDetails:
    """One version's content. ``account`` has no spaces; ``agent`` is a BIC or empty; the rest as in a payment.

    What is not used is not written: a version from before these fields existed has the same bytes.
    """

    name: str
    account: str
    agent: str
    kind: PayeeKind
    source: DetailsSource
    scheme: AccountScheme = AccountScheme.IBAN
    agent_member: str = ""
    town: str = ""
    country: str = ""

    def canonical(self) -> dict[str, Json]:
        """Return the details as a canonical object."""
        optional = {"agent_member": self.agent_member, "town": self.town, "country": self.country}
        scheme: dict[str, Json] = {} if self.scheme is AccountScheme.IBAN else {"scheme": self.scheme.value}
        return {
            **scheme,
            **{name: value for name, value in optional.items() if value},
            "name": self.name,
            "account": self.account,
            "agent": self.agent,
            "kind": self.kind.value,
            "source": self.source.value,
        }

    @classmethod
    def take(cls, fields: Fields) -> PayeeDetails:
        """Take the details from a body."""
        kind, source = fields.text("kind"), fields.text("source")
        if kind not in PayeeKind._value2member_map_ or source not in DetailsSource._value2member_map_:
            raise SecurityError("payee.form")
        name, account, agent = fields.text("name"), fields.text("account"), fields.text("agent")
        scheme = fields.text_or_empty("scheme") or AccountScheme.IBAN
        if scheme not in AccountScheme._value2member_map_:
            raise SecurityError("payee.form")
        return cls(
            name,
            account,
            agent,
            PayeeKind(kind),
            DetailsSource(source),
            AccountScheme(scheme),
            fields.text_or_empty("agent_member"),
            fields.text_or_empty("town"),
            fields.text_or_empty("country"),
        )


@dataclass(frozen=True, slots=True)
class PayeeVersion:
    """An immutable version of a payee's details (LEDGER rule 10)."""

    event: str
    at: int
    details: PayeeDetails
    supersedes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class NameCheck:
    """What a bank answered about a name and an account: evidence, never our own estimate.

    ``matched_name`` is the bank's own spelling, given with a close match only.
    """

    outcome: VopOutcome
    asked_name: str
    asked_account: str
    matched_name: str
    checked_at: int
    reference: str

    def is_about(self, details: PayeeDetails) -> bool:
        """Tell whether the bank was asked about these details, or itself gave this name for this account."""
        names = {self.asked_name, self.matched_name or self.asked_name}
        return details.account == self.asked_account and details.name in names

    def canonical(self) -> dict[str, Json]:
        """Return the check as a canonical object."""
        return {
            "outcome": self.outcome.value,
            "asked_name": self.asked_name,
            "asked_account": self.asked_account,
            "matched_name": self.matched_name,
            "checked_at": self.checked_at,
            "reference": self.reference,
        }

    @classmethod
    def read(cls, value: Json) -> NameCheck:
        """Read a check from a canonical object."""
        fields = Fields(value, "name_check")
        outcome = fields.text("outcome")
        if outcome not in VopOutcome._value2member_map_:
            raise SecurityError("payee.name_check")
        found = cls(
            VopOutcome(outcome),
            fields.text("asked_name"),
            fields.text("asked_account"),
            fields.text("matched_name"),
            fields.integer("checked_at"),
            fields.text("reference"),
        )
        fields.end()
        return found


@dataclass(frozen=True, slots=True)
class PayeeRecord:
    """A payee as the ledger has it. More than one current version is a conflict, and not payable.

    ``faults`` names the events that were left out since their author may not write about payees, with the code;
    ``unread`` those versions that came without what they say: nothing is paid before they are read.
    """

    payee: str
    versions: tuple[PayeeVersion, ...]
    checks: tuple[tuple[str, NameCheck], ...] = ()
    faults: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def current(self) -> tuple[PayeeVersion, ...]:
        """The versions that no other supersedes."""
        superseded = {item for version in self.versions for item in version.supersedes}
        return tuple(version for version in self.versions if version.event not in superseded)

    @property
    def in_conflict(self) -> bool:
        """Whether several versions claim to be the current one."""
        return len(self.current) > 1

    @property
    def version(self) -> PayeeVersion:
        """The newest current version."""
        return self.current[-1]

    def check_of(self, version: str) -> NameCheck | None:
        """Return the newest name check of a version."""
        return next((check for event, check in reversed(self.checks) if event == version), None)


def fold_payee(events: Iterable[Event], rules: Rules | None = None) -> PayeeRecord | None:
    """Fold the events of one payee, in any order of arrival. None where none is readable.

    Args:
        events: The payee's.
        rules: Governance: only requesters and approvers write about payees. None takes every author.
    """
    record: PayeeRecord | None = None
    faults: list[tuple[str, str]] = []
    unread: list[str] = []
    for event in sorted(events, key=lambda each: each.order_key):
        try:
            _require_author(event, rules)
        except SecurityError as error:
            faults.append((event.id, error.code))
            continue
        if event.body is None:
            if event.kind in _VERSIONS:
                unread.append(event.id)
            continue
        try:
            record = _fold(record, event)
        except SecurityError:
            continue  # a malformed version is no version
    if record is None or not (faults or unread):
        return record
    return replace(record, faults=tuple(faults), unread=tuple(unread))


def _require_author(event: Event, rules: Rules | None) -> None:
    if rules is None or event.kind not in _KINDS:
        return
    author = acting_member(rules.governance_before(event.order_key), event.header.device, event.header.at)
    if _ROLES.isdisjoint(author.roles):
        raise SecurityError("author.no_role")


def _fold(record: PayeeRecord | None, event: Event) -> PayeeRecord | None:
    if event.kind not in _KINDS:
        return record
    fields = Fields(event.says(), event.kind)
    if event.kind == kinds.PAYEE_VERIFIED:
        version, check = fields.text("version"), NameCheck.read(fields.mapping("check"))
        fields.end()
        if record is None or not any(
            item.event == version and check.is_about(item.details) for item in record.versions
        ):
            raise SecurityError("payee.other_check")
        return replace(record, checks=(*record.checks, (version, check)))
    supersedes = fields.texts("supersedes")
    version_found = PayeeVersion(event.id, event.header.at, PayeeDetails.take(fields), supersedes)
    fields.end()
    if record is None:
        return PayeeRecord(event.header.subject, (version_found,))
    return replace(record, versions=(*record.versions, version_found))
