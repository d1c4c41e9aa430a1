"""A part of a ledger that several devices wrote, as it is shown to an outsider: whole events, and headers between them.

Whoever checks has to know what the sender knew when it signed its intent (LEDGER rules 7, 13). So the headers that lead
from there back to where the order begins are shown too: each names those before it by their hashes, and none can be
left out or exchanged unnoticed. Whatever stands at or below a height, the ``floor``, is taken as known to all above it:
nothing at a smaller height than an order's beginning can speak of the order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from countersign.domain.approval.rule import PayeeStanding
from countersign.domain.errors import SecurityError
from countersign.domain.ledger import kinds
from countersign.domain.ledger.answers import Answers
from countersign.domain.ledger.chain_store import ChainKey, MemoryStore, Placed
from countersign.domain.ledger.chains import History, Verify
from countersign.domain.ledger.event import Chain, Event, Header
from countersign.domain.ledger.order_record import OrderRecord
from countersign.domain.ledger.rules import Rules
from countersign.domain.ledger.several_devices import RULE_KINDS, VERSION_KINDS, EventList, Ledger, keys_named_in


@dataclass(frozen=True, slots=True)
class Disclosure:
    """What is shown.

    Attributes:
        order: What it is about.
        events: With their bodies, in folding order.
        between: Headers that connect them, of events whose content is nobody's business; sorted like events.
        floor: See above: a ``lamport``.
    """

    order: str
    events: tuple[Event, ...]
    between: tuple[Header, ...]
    floor: int

    @property
    def headers(self) -> dict[str, Header]:
        """All headers, by identifier."""
        return {header.id: header for header in (*self.between, *(event.header for event in self.events))}

    @property
    def genesis(self) -> Event | None:
        """The event that the workspace began with."""
        return next((event for event in self.events if event.kind == kinds.WORKSPACE_CREATED), None)

    @property
    def frozen(self) -> Event | None:
        """Where the order begins."""
        return next((event for event in self._about if event.kind == kinds.ORDER_FROZEN), None)

    @property
    def shows_what_was_known(self) -> bool:
        """Whether nothing that the sender knew of this order can be missing."""
        return self.frozen is not None and self.floor < self.frozen.header.lamport

    @property
    def roots(self) -> tuple[str, ...]:
        """The events whose past is asked about: those of the order up to the intent."""
        found = list(self._about)
        intents = [at for at, event in enumerate(found) if event.kind == kinds.ORDER_SUBMISSION_INTENDED]
        return tuple(event.id for event in (found[: intents[-1] + 1] if intents else found))

    @property
    def _about(self) -> Iterable[Event]:
        return (event for event in self.events if event.header.subject == self.order)


@dataclass(frozen=True, slots=True)
class Judged:
    """What a disclosure amounts to.

    Attributes:
        rules: Governance and stops by all that is shown; None where there is no founding record.
        before_intent: The same by what the sender knew; the newest where nothing was sent.
        record: The order.
        faults: Codes of what does not hold.
    """

    rules: Rules | None = None
    before_intent: Rules | None = None
    record: OrderRecord | None = None
    faults: tuple[str, ...] = field(default=())


def judge(shown: Disclosure, verify: Verify) -> Judged:
    """Judge an order by what is shown of the ledger, by the same rules as its devices do."""
    genesis = shown.genesis
    if genesis is None:
        return Judged(faults=("governance.genesis",))
    try:
        faults = [*_signature_faults(shown, verify), *_forks(shown.headers.values())]
        if faults:  # nothing else is worth reading
            return Judged(faults=tuple(dict.fromkeys(faults)))
        ledger = Ledger(_history(shown, verify), EventList(shown.events), genesis.id, verify, whole=False)
        ledger, record = _as_sent(shown, ledger)
        rules = ledger.rules()
        known = ledger.rules(record.intent_event) if record is not None and record.intent_event else rules
        found = [*_withheld(shown), *(("evidence.contested",) if rules.contested else ())]
    except SecurityError as error:
        return Judged(faults=(error.code,))
    found += _sending_faults(shown, record) if record is not None else ["evidence.no_order"]
    return Judged(rules, known, record, tuple(dict.fromkeys(found)))


def _as_sent(shown: Disclosure, ledger: Ledger) -> tuple[Ledger, OrderRecord | None]:
    """Judge the order, where it was sent as the sender may have seen how long its payee's details had stood.

    By their own time they may have stood longer than anybody else is known to have seen them, which isn't shown. Then
    they were newer to the sender, and other rules may have held.
    """
    record = ledger.order(shown.order)
    if record is not None and _sending_faults(shown, record):
        for assumed in (PayeeStanding.CHANGED, PayeeStanding.NEW):
            other = replace(ledger, assumed=assumed, answers=Answers())
            found = other.order(shown.order)
            if found is not None and found.intent_event:
                return other, found
    return ledger, record


def headers_between(shown: Disclosure, find: Callable[[str], Header | None], limit: int) -> tuple[Header, ...] | None:
    """Collect the headers that a disclosure needs beside its events, or None where they are more than ``limit``.

    Raises:
        SecurityError: ``evidence.gap``: one of them is not here.
    """
    known = shown.headers
    found: dict[str, Header] = {}
    waiting, seen = list(shown.roots), set(shown.roots)
    while waiting:
        name = waiting.pop()
        header = known.get(name) or find(name)
        if header is None:
            raise SecurityError("evidence.gap")
        if name not in known:
            found[name] = header
            if len(found) > limit:
                return None
        if header.lamport > shown.floor:
            fresh = [parent for parent in header.parents if parent not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
    return tuple(sorted(found.values(), key=_place))


def _place(header: Header) -> tuple[int, str, str, int]:
    return (header.lamport, header.device, header.chain.value, header.seq)


def _history(shown: Disclosure, verify: Verify) -> History:
    """Build the history of what is shown, as far as it says what was known when.

    Raises:
        SecurityError: ``evidence.gap``: a header is missing; ``ledger.*``: one breaks a rule.
    """
    headers, store = shown.headers, MemoryStore()
    history = History(next(iter(headers.values())).workspace, {}, verify, store)
    above = _above(shown, headers)
    ordered = sorted(headers.values(), key=_place)
    low = (Placed.of(header) for header in ordered if header.lamport <= shown.floor)
    known: dict[ChainKey, tuple[str, ...]] = {placed.key: (placed.id,) for placed in low}  # the last of each chain
    for header in ordered:
        event = Event(header, b"", None)
        if header.id in above:
            history.place(event, partial=True)
        else:  # at the bottom, or after the intent: nothing is asked about the past of these
            store.keep(event, known)
    return history


def _above(shown: Disclosure, headers: Mapping[str, Header]) -> set[str]:
    """Return what stands above the floor in the past of what is asked about.

    Raises:
        SecurityError: ``evidence.gap``.
    """
    waiting = [name for name in shown.roots if headers[name].lamport > shown.floor]
    found = set(waiting)
    while waiting:
        for parent in headers[waiting.pop()].parents:
            header = headers.get(parent)
            if header is None:
                raise SecurityError("evidence.gap")
            if header.lamport > shown.floor and parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def _signature_faults(shown: Disclosure, verify: Verify) -> Iterable[str]:
    keys: dict[str, bytes] = {}
    for event in shown.events:
        keys |= keys_named_in(event)
    workspaces = {header.workspace for header in shown.headers.values()}
    chains = {header.chain for header in shown.headers.values()}
    if len(workspaces) > 1 or chains != {Chain.SHARED}:
        yield "evidence.other_workspace"
    if len(shown.headers) < len(shown.events) + len(shown.between):
        yield "evidence.order_of_events"
    for event in shown.events:
        key = keys.get(event.header.device)
        if key is None:
            yield "evidence.unknown_device"
        elif not verify(key, event.signature, bytes.fromhex(event.id)):
            yield "evidence.signature"
        if event.body is None or event.body.hash != event.header.body_hash:
            yield "evidence.body"


def _forks(headers: Iterable[Header]) -> Iterable[str]:
    places = [(header.device, header.seq) for header in headers]
    return ("evidence.two_faced",) if len(set(places)) < len(places) else ()


def _withheld(shown: Disclosure) -> Iterable[str]:
    """Nothing of the order, its payee or the rules may be shown without what it says."""
    frozen = shown.frozen
    content = frozen.says().get("content") if frozen else None
    payee = content.get("payee") if isinstance(content, dict) else None
    for header in shown.between:
        about = header.subject == shown.order or (header.subject == payee and header.kind in VERSION_KINDS)
        if about or header.kind in RULE_KINDS:
            yield "evidence.withheld"


def _sending_faults(shown: Disclosure, record: OrderRecord) -> Sequence[str]:
    """What others said without a say in it is left out, and no fault; what was sent against the rules is."""
    if record.intent_event:
        return ()
    sent = {event.id for event in shown.events if event.kind == kinds.ORDER_SUBMISSION_INTENDED}
    return [code for event, code in record.faults if event in sent]
