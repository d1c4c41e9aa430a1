"""What the writing side of an open vault holds between transactions, and how its next event is made."""

from __future__ import annotations

from dataclasses import dataclass, field

from countersign.adapters.vault.anchor import Reach
from countersign.adapters.vault.book import Book
from countersign.adapters.vault.chain_tables import ChainTables
from countersign.adapters.vault.cryptography_suite import VaultKeys, verify_ed25519
from countersign.adapters.vault.event_store import reach_of
from countersign.application.ports.clock import Clock, Entropy
from countersign.domain.ledger import kinds
from countersign.domain.ledger.chain_store import ChainTip, Placed
from countersign.domain.ledger.chains import LedgerError
from countersign.domain.ledger.event import SALT_BYTES, Body, Chain, Event, EventDraft, Header
from countersign.domain.ledger.rules import OrderKey, Rules


@dataclass(slots=True)
class LedgerPosition:
    """Where this device's chains end, and what governs. A transaction works on a copy and hands it back on commit.

    Attributes:
        tips: The end of each chain; None before its first event.
        shared_seen: The own shared head that the private chain last named.
        rules: Governance and stops; None before the genesis.
        news: Heads of other devices' shared chains that the next shared event names as seen.
        several: Whether any other device has written: then references are held to the past, branch by branch.
    """

    tips: dict[Chain, ChainTip | None] = field(default_factory=lambda: dict.fromkeys(Chain))
    shared_seen: str = ""
    rules: Rules | None = None
    news: tuple[Placed, ...] = ()
    several: bool = False

    @classmethod
    def read(cls, book: Book, device: str) -> LedgerPosition:
        """Read where the chains end, and check the signatures of what stands there.

        Raises:
            SecurityError: A tip isn't signed by this device.
        """
        rules, events = book.rules_or_none(), book.events
        own = rules.governance.device(device) if rules else None
        position = cls({chain: events.tip(device, chain) for chain in Chain}, rules=rules)
        position.follow(book, device)
        for tip in position.tips.values():
            event = events.find(tip.id) if tip else None
            if tip and (
                event is None
                or own is None
                or not verify_ed25519(bytes.fromhex(own.signing_public_key), event.signature, bytes.fromhex(tip.id))
            ):
                raise LedgerError("ledger.signature", seq=tip.seq)
        headers = events.newest_first(device, Chain.PRIVATE)
        position.shared_seen = next((header.seen[0] for header in headers if header.seen), "")
        return position

    def copy(self) -> LedgerPosition:
        """Return a copy for a transaction to work on."""
        return LedgerPosition(dict(self.tips), self.shared_seen, self.rules, self.news, self.several)

    def follow(self, book: Book, device: str) -> None:
        """Notice what other devices have written."""
        shared = [each for each, chain in book.history.tips if chain is Chain.SHARED]
        self.several = any(each != device for each in shared)
        self.news = book.history.news(device) if self.several else ()

    @property
    def reaches(self) -> dict[Chain, Reach]:
        """How far the chains reach, for the anchor."""
        return {chain: reach_of(tip) for chain, tip in self.tips.items()}

    @property
    def latest_at(self) -> int:
        """The latest time in either chain: the next event's is never earlier."""
        return max((tip.at for tip in self.tips.values() if tip), default=0)

    def required_rules(self) -> Rules:
        """Return the rules.

        Raises:
            LedgerError: There is no genesis.
        """
        if self.rules is None:
            raise LedgerError("governance.genesis")
        return self.rules

    def next_place(self, device: str) -> OrderKey:
        """Return where the next shared event will stand."""
        tip = self.tips[Chain.SHARED]
        parents = [item.lamport for item in (*self.news, *((tip,) if tip else ()))]
        return (1 + max(parents, default=0), device, Chain.SHARED.value, tip.seq + 1 if tip else 0)


class Signer:
    """Makes this device's events: place, salt, signature, and the rules that a single event can break."""

    def __init__(self, workspace: str, device: str, keys: VaultKeys, public_key: bytes, entropy: Entropy) -> None:
        self.workspace, self.device = workspace, device
        self._keys, self._public_key, self._entropy = keys, public_key, entropy

    def make(self, draft: EventDraft, position: LedgerPosition, tables: ChainTables, at: int) -> Event:
        """Make the next event of a chain.

        Raises:
            LedgerError: A kind of the shared chain is meant for the private one, or the draft refers to something
                outside its past.
            MalformedEventError: A field of the draft has a form that no event may have.
            NotCanonicalError: The body is not canonical.
        """
        chain = Chain.PRIVATE if draft.kind in kinds.PRIVATE_KINDS else draft.chain
        if chain is Chain.PRIVATE and draft.kind in kinds.SHARED_KINDS:
            raise LedgerError("ledger.wrong_chain", kind=draft.kind)
        tip, shared = position.tips[chain], position.tips[Chain.SHARED]
        advanced = chain is Chain.PRIVATE and shared is not None and shared.id != position.shared_seen
        named: tuple[ChainTip | Placed, ...] = position.news
        if chain is Chain.PRIVATE:
            named = (shared,) if shared and advanced else ()
        seen = tuple(sorted(item.id for item in named))
        parents = [item.lamport for item in (*named, *((tip,) if tip else ()))]
        body = Body.of(draft.body, self._entropy.token_bytes(SALT_BYTES))
        header = Header(
            workspace=self.workspace,
            device=self.device,
            chain=chain,
            seq=tip.seq + 1 if tip else 0,
            prev=tip.id if tip else "",
            seen=seen,
            lamport=1 + max(parents, default=0),
            at=at,
            kind=draft.kind,
            subject=draft.subject,
            refs=tuple(sorted(set(draft.refs))),
            body_hash=body.hash,
        )
        header.check_form()
        self._require_refs(header, tables)
        message = bytes.fromhex(header.id)
        event = Event(header, self._keys.sign(message), body)
        if not verify_ed25519(self._public_key, event.signature, message):
            raise LedgerError("ledger.signature", seq=header.seq)
        position.tips[chain] = ChainTip(header.seq, header.id, header.lamport, header.at)
        if chain is Chain.SHARED:
            position.news = ()
        elif seen:
            position.shared_seen = seen[0]
        return event

    def _require_refs(self, header: Header, tables: ChainTables) -> None:
        """Hold references to what is known. ``History.place`` holds them to the past where that is not the same."""
        for ref in header.refs:
            place = tables.find(ref)
            if place is None:
                raise LedgerError("ledger.ref_unknown", seq=header.seq)
            if header.chain is Chain.SHARED and place.chain is Chain.PRIVATE:
                raise LedgerError("ledger.shared_refers_to_private", seq=header.seq)


def system_now(clock: Clock, position: LedgerPosition) -> int:
    """Return the time that the next transaction's events carry: it never goes back along a chain (LEDGER rule 5)."""
    return max(clock.now_ms(), position.latest_at)
