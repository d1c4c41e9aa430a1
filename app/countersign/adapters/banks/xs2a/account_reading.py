"""Accounts, balances and statements (NextGenPSD2 1.3 §6), read under a consent."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode

from countersign.adapters.banks.xs2a.channel import Answer, Channel
from countersign.adapters.banks.xs2a.reading import Body, shown
from countersign.application.ports.bank import BankAccount, BankEntry
from countersign.domain.errors import ConnectorError, FailureKind
from countersign.domain.money import Money

MAX_PAGES = 400
TEXT_LIMIT = 140
_BOOKED = ("interimBooked", "closingBooked", "openingBooked", "expected")
_AVAILABLE = ("interimAvailable", "forwardAvailable", "authorised")


class AccountReader:
    """Reads accounts under a consent."""

    def __init__(self, channel: Channel, consent_id: str) -> None:
        self._channel = channel
        self.consent_id = consent_id
        self._statements: dict[str, str] = {}  # by resource: the link that the bank gave

    def accounts(self) -> Sequence[BankAccount]:
        """List accounts with balances."""
        listed = self._get("accounts", self._channel.entry("/v1/accounts?withBalance=true"))
        return tuple(self._account(item, listed) for item in listed.body.each("accounts"))

    def entries(self, resource: str, since_ms: int) -> Sequence[BankEntry]:
        """List booked and pending entries, oldest first."""
        if resource not in self._statements:
            self.accounts()
        if resource not in self._statements:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.account_unknown")
        since = datetime.fromtimestamp(since_ms // 1000, tz=UTC).date().isoformat()
        link = self._statements[resource]
        query = urlencode({"bookingStatus": "both", "dateFrom": since})
        found = [entry for page in self._pages(f"{link}{'&' if '?' in link else '?'}{query}") for entry in page]
        oldest_first = found[::-1]  # banks list the newest first; of one day, what came later stays later
        return tuple(sorted(oldest_first, key=lambda entry: (not entry.booked, entry.booked_at)))

    def _pages(self, target: str) -> Iterator[list[BankEntry]]:
        seen: set[str] = set()
        while target:
            if target in seen or len(seen) == MAX_PAGES:
                raise ConnectorError(FailureKind.RETRYABLE, "bank.statement_endless", limit=MAX_PAGES)
            seen.add(target)
            page = self._get("entries", target)
            report = page.body.within("transactions")
            booked = [_entry(item, page, booked=True) for item in report.each("booked")]
            yield [_entry(item, page, booked=False) for item in report.each("pending")] + booked
            target = self._link(report, "next", target)

    def _account(self, item: Body, listed: Answer) -> BankAccount:
        resource = item.text("resourceId")
        base = self._channel.entry("/v1/accounts")
        statements = self._link(item, "transactions", base)
        if statements:
            self._statements[resource] = statements
        balances = list(item.each("balances"))
        if not balances:
            link = self._link(item, "balances", base)
            if not link:
                raise listed.body.unreadable("balances")
            balances = list(self._get("accounts", link).body.each("balances"))
        booked = _balance(balances, _BOOKED)
        available = _balance(balances, _AVAILABLE) or booked
        if booked is None or available is None:
            raise listed.body.unreadable("balances")
        name = item.text_or_empty("name") or item.text_or_empty("product") or item.text_or_empty("ownerName")
        return BankAccount(resource, item.account(), shown(name, TEXT_LIMIT), booked, available)

    def _get(self, operation: str, target: str) -> Answer:
        if not self.consent_id:
            raise ConnectorError(FailureKind.RETRYABLE, "bank.consent_missing")
        consent = (("Consent-ID", self.consent_id),)
        return self._channel.call(operation, "GET", target, headers=consent, lookup=True)

    def _link(self, body: Body, name: str, base: str) -> str:
        href = body.within("_links").within(name).text_or_empty("href")
        return self._channel.origin.target(self._channel.url(base), href) if href else ""


def _balance(balances: list[Body], kinds: tuple[str, ...]) -> Money | None:
    by_kind = {item.text_or_empty("balanceType"): item for item in balances}
    found = next((by_kind[kind] for kind in kinds if kind in by_kind), None)
    return found.within("balanceAmount").money() if found else None


def _entry(item: Body, page: Answer, *, booked: bool) -> BankEntry:
    amount = item.within("transactionAmount").money()
    other = "creditor" if amount.minor < 0 else "debtor"
    reference = item.text_or_empty("entryReference") or item.text_or_empty("transactionId")
    if booked and not reference:
        raise page.body.unreadable("entryReference")
    return BankEntry(
        entry=reference,
        booked=booked,
        booked_at=_day(item, page.reply.received_at),
        amount=amount,
        counterparty=shown(item.text_or_empty(f"{other}Name"), TEXT_LIMIT),
        counterparty_account=item.within(f"{other}Account").account(),
        end_to_end_id=shown(item.text_or_empty("endToEndId"), TEXT_LIMIT),
        remittance=shown(item.text_or_empty("remittanceInformationUnstructured"), TEXT_LIMIT),
        code=shown(item.text_or_empty("bankTransactionCode"), TEXT_LIMIT),
    )


def _day(item: Body, otherwise: int) -> int:
    """Return the start of the booking day in UTC; an entry that is pending may have none yet."""
    for name in ("bookingDate", "valueDate"):
        written = item.text_or_empty(name)
        if written:
            try:
                return int(datetime.fromisoformat(written[:10]).replace(tzinfo=UTC).timestamp()) * 1000
            except ValueError as error:
                raise item.unreadable(name) from error
    return otherwise
