"""Request a checked list: each line that goes becomes an order, a few in each transaction.

What a transaction makes and how far it came are committed together, so that after a crash the next one begins where
the last one ended, and no line becomes two orders. Identifiers are known before anything is frozen (``BatchHead``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, cast

from countersign.application.batch_state import (
    LINES_IN_SLICE,
    BatchHead,
    BatchLine,
    BatchStage,
    head_key,
    made_key,
    slice_key,
)
from countersign.application.flows.script import Script, on_network, on_vault
from countersign.application.ports.vault import LocalSpace, Vault, VaultTransaction
from countersign.application.session import Session
from countersign.application.use_cases.require_requester import require_requester
from countersign.domain.batch_digest import batch_digest
from countersign.domain.canonical import Json, JsonObject
from countersign.domain.errors import UserFacingError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import EventDraft
from countersign.domain.names import same_name
from countersign.domain.order import OrderContent, money_object
from countersign.domain.payee import DetailsSource, PayeeDetails, PayeeKind
from countersign.domain.vetting import Finding, Level

ORDERS_IN_PART: Final = 5_000
"""Orders named by one ``batch.prepared``: some 175 KB of the 256 KiB that a body may have."""

_FIRST_LINES: Final = 4
_MOST_AT_ONCE: Final = 40
_WANTED_MS: Final = 50  # of the 100 ms that a task in the vault's lane may take


@dataclass(frozen=True, slots=True)
class BatchPart:
    """What a ``batch.prepared`` says: all parts of a batch say the same of it, each names some of its orders."""

    name: str
    sha256: str
    count: int
    totals: tuple[dict[str, Json], ...]
    digest: str
    orders: tuple[str, ...]
    part: int
    parts: int

    def body(self) -> dict[str, Json]:
        """Return the event's body."""
        return {
            "name": self.name,
            "sha256": self.sha256,
            "count": self.count,
            "totals": [dict(total) for total in self.totals],
            "digest": self.digest,
            "orders": list(self.orders),
            "part": self.part,
            "parts": self.parts,
        }


def request_batch(
    session: Session,
    batch: str,
    told: Callable[[BatchHead], None] = lambda _head: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Script[BatchHead]:
    """Make orders of what was not made yet, then put the batch itself on record.

    Args:
        session: The session.
        batch: A checked batch, or one that was being requested.
        told: How far it is, after each transaction; on the owner's thread.
        cancelled: Asked after each transaction: then it pauses there, and goes on when it is asked for again.

    Raises:
        UserFacingError: ``batch.unknown``; ``batch.held``: something about the whole file speaks against it;
            ``batch.empty``: nothing of it goes.
        SecurityError: ``author.*``: this person may not ask for payments.
    """
    head = yield from on_vault(partial(_begin, session.vault, batch))
    lines = _FIRST_LINES
    while head.stage is BatchStage.REQUESTING and head.made < head.tally.lines and not cancelled():
        before = session.clock.monotonic_ms()
        head = yield from on_vault(partial(make_some, session.vault, batch, lines))
        took = max(session.clock.monotonic_ms() - before, 1)
        lines = max(1, min(_MOST_AT_ONCE, lines * 2, lines * _WANTED_MS // took))
        told(head)
    if head.stage is not BatchStage.REQUESTING or head.made < head.tally.lines:
        return head
    made = yield from _all_made(session.vault, batch)
    if not made:
        raise UserFacingError("batch.empty")
    parts = yield from on_network(partial(_parts, head, made))
    for part in parts[head.announced :]:
        head = yield from on_vault(partial(_announce, session.vault, batch, part))
    return head


def _begin(vault: Vault, batch: str) -> BatchHead:
    with vault.transaction() as change:
        require_requester(change.rules, vault.identity.device, change.now_ms)
        head = _head(change, batch)
        if head.held:
            raise UserFacingError("batch.held")
        if head.stage is BatchStage.CHECKED:
            if not head.tally.goes:
                raise UserFacingError("batch.empty")
            head = replace(head, stage=BatchStage.REQUESTING)
            _put(change, head)
            if head.restricted:  # first, so that no order of it goes where it shouldn't
                said: dict[str, Json] = {"pay_lines": head.pay_lines} if head.pay_lines else {}  # the file itself
                change.append(EventDraft(kinds.BATCH_RESTRICTED, batch, {"why": "payroll", **said}))
    return head


def make_some(vault: Vault, batch: str, most: int) -> BatchHead:
    """Make orders of the next lines, all of one slice, in one transaction. VAULT lane."""
    with vault.transaction() as change:
        head = _head(change, batch)
        place, first = divmod(head.made, LINES_IN_SLICE)
        kept = change.get(LocalSpace.BATCH, slice_key(batch, place))
        lines = list(_items(kept))
        made: list[Json] = []
        looked = min(first + most, len(lines))
        for at in range(first, looked):
            line = BatchLine.read(lines[at])  # those before and after are not asked for
            if not line.goes:
                continue
            fault = _payee_fault(change, line)
            if fault is None:
                content = _freeze(vault, change, head, line)
                made.append([content.order, content.digest])
            else:
                held = replace(line, found=(fault, *line.found))
                head, lines[at] = head.decided(line, held), held.canonical()
                change.put(LocalSpace.BATCH, slice_key(batch, place), {"lines": lines})
        if made:
            change.put(LocalSpace.BATCH, made_key(batch, head.made), {"orders": made})
        head = replace(head, made=place * LINES_IN_SLICE + looked)
        _put(change, head)
    return head


def _payee_fault(change: VaultTransaction, line: BatchLine) -> Finding | None:
    """Tell whether the payee has become another one since the line was checked."""
    record = change.payee(line.payee)
    payment = line.payment
    if record is None or payment is None:
        return Finding("batch.payee_changed", Level.STOP) if line.version else None
    details = record.version.details
    if record.in_conflict or (line.version and record.version.event != line.version):
        return Finding("batch.payee_changed", Level.STOP)
    if not line.version and not same_name(details.name, payment.creditor_name):
        params = {"name": payment.creditor_name, "known": details.name}
        return Finding("batch.other_name", Level.STOP, params)
    return None


def _freeze(vault: Vault, change: VaultTransaction, head: BatchHead, line: BatchLine) -> OrderContent:
    payment, assessment, identity = line.payment, line.assessment, vault.identity
    if payment is None or assessment is None:
        raise UserFacingError("batch.unknown")
    version = _payee_version(change, head, line)
    content = OrderContent(
        workspace=identity.workspace,
        world=identity.world,
        order=head.identifier("order", str(line.number)),
        nonce=head.identifier("nonce", str(line.number)),
        sender_device=identity.device,
        requester=identity.member,
        payee=line.payee,
        payee_version=version,
        debtor_name=identity.member_name,
        payment=payment,
        batch=head.batch,
    )
    content.check_form()
    body: dict[str, Json] = {"content": content.canonical(), "digest": content.digest}
    frozen = change.append(EventDraft(kinds.ORDER_FROZEN, content.order, body, refs=(version,)))
    assessed: dict[str, Json] = {"digest": content.digest, "assessment": assessment.canonical()}
    change.append(EventDraft(kinds.ORDER_ASSESSED, content.order, assessed, refs=(frozen.id,)))
    return content


def _payee_version(change: VaultTransaction, head: BatchHead, line: BatchLine) -> str:
    """Return the event of the payee's details; who is new is kept first, with what the bank said."""
    record, payment, check = change.payee(line.payee), line.payment, line.check
    if payment is None:
        raise UserFacingError("batch.unknown")
    if record is None:
        details = PayeeDetails(
            name=payment.creditor_name,
            account=payment.creditor_account,
            agent=payment.creditor_agent,
            kind=PayeeKind.COMPANY,
            source=DetailsSource(head.source),
            scheme=payment.creditor_account_scheme,
            agent_member=payment.creditor_agent_member,
            town=payment.creditor_town,
            country=payment.creditor_country,
        )
        body: dict[str, Json] = {**details.canonical(), "supersedes": []}
        version = change.append(EventDraft(kinds.PAYEE_ADDED, line.payee, body)).id
    else:
        version, details = record.version.event, record.version.details
    known = {found for _event, found in record.checks} if record is not None else set()
    if check is not None and check not in known and check.is_about(details):
        verified: dict[str, Json] = {"version": version, "check": check.canonical()}
        change.append(EventDraft(kinds.PAYEE_VERIFIED, line.payee, verified, refs=(version,)))
    return version


# — the batch itself —


def _all_made(vault: Vault, batch: str) -> Script[list[tuple[str, str]]]:
    keys = yield from on_vault(partial(vault.local_keys, LocalSpace.BATCH, f"{batch}.made."))
    found: list[tuple[str, str]] = []
    for at in range(0, len(keys), _MOST_AT_ONCE):
        found += yield from on_vault(partial(_made, vault, keys[at : at + _MOST_AT_ONCE]))
    return found


def _made(vault: Vault, keys: Sequence[str]) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    for key in keys:
        value = vault.local_item(LocalSpace.BATCH, key)
        orders = cast("Sequence[Sequence[str]]", value["orders"]) if value else ()
        found += [(order, digest) for order, digest in orders]
    return found


def _parts(head: BatchHead, made: Sequence[tuple[str, str]]) -> tuple[BatchPart, ...]:
    digest = batch_digest(digest for _order, digest in made)
    orders = [order for order, _digest in made]
    count = -(-len(orders) // ORDERS_IN_PART)
    totals = tuple(money_object(total) for total in head.totals)

    def parts() -> Iterator[BatchPart]:
        for part in range(count):
            some = tuple(orders[part * ORDERS_IN_PART : (part + 1) * ORDERS_IN_PART])
            yield BatchPart(head.name, head.sha256, len(orders), totals, digest, some, part + 1, count)

    return tuple(parts())


def _announce(vault: Vault, batch: str, part: BatchPart) -> BatchHead:
    with vault.transaction() as change:
        head = _head(change, batch)
        change.append(EventDraft(kinds.BATCH_PREPARED, batch, part.body()))
        last = part.part == part.parts
        head = replace(head, announced=part.part, stage=BatchStage.REQUESTED if last else head.stage)
        _put(change, head)
    return head


def _head(change: VaultTransaction, batch: str) -> BatchHead:
    value = change.get(LocalSpace.BATCH, head_key(batch))
    if value is None:
        raise UserFacingError("batch.unknown")
    return BatchHead.read(value)


def _put(change: VaultTransaction, head: BatchHead) -> None:
    change.put(LocalSpace.BATCH, head_key(head.batch), head.canonical())


def _items(value: JsonObject | None) -> Sequence[Json]:
    items = value["lines"] if value else []
    return items if isinstance(items, list) else []
