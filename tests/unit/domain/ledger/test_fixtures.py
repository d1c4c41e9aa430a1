"""The ledger of format 1, written once: every version of this program must read it as it was meant, for ever."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TypedDict

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from mnemonic import Mnemonic

from countersign.domain.canonical import Json
from countersign.domain.ledger.chains import History
from countersign.domain.ledger.event import Body, Event, Header, device_identifier
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import MerkleTree, verify_consistency, verify_inclusion
from countersign.domain.ledger.order_fold import fold_order
from countersign.domain.ledger.several_devices import EventList, Ledger
from countersign.domain.order import OrderContent, fingerprint_phrase
from countersign.domain.order_state import OrderState
from tests.unit.domain.ledger.make_fixture import event_object
from tests.unit.domain.ledger.world import verify

PLACE = Path(__file__).parents[3] / "fixtures" / "ledger" / "v1"
DIGEST = "a7d10169b3902cd76e13a316863a2c73bd0605c8f078453a6ecae159365a2d9d"
GENESIS = "da88dfb45468b313af55275ade801370fe02602cc6ce54364817960c2611fec9"
ROOT = "2f0e6bfdf30abe53139af67d9699ad80b16e3e092fe99ab525e6d97e1a990142"
PHRASE = ("hat", "item", "laptop", "run", "shrimp", "ribbon")


class StoredEvent(TypedDict):
    id: str
    header: str
    signature: str
    salt: str
    body: str


class Stored(TypedDict):
    workspace: str
    genesis: str
    keys: dict[str, str]
    events: list[StoredEvent]
    order: str
    digest: str
    content: str
    head: dict[str, Json]
    head_signature: str
    inclusion: list[str]
    consistency: list[str]
    root_of_three: str


@pytest.fixture(scope="module")
def stored() -> Stored:
    found: Stored = orjson.loads((PLACE / "treasury.json").read_bytes())
    return found


def _event(item: StoredEvent) -> Event:
    body = Body(bytes.fromhex(item["salt"]), item["body"].encode())
    return Event(Header.parse(item["header"].encode()), bytes.fromhex(item["signature"]), body)


def test_identifiers_and_signatures_hold_without_any_of_our_code(stored: Stored) -> None:
    assert len(stored["events"]) == 13
    for item in stored["events"]:
        header = item["header"].encode()
        assert hashlib.sha256(b"countersign/event/1\x00" + header).hexdigest() == item["id"]
        said = orjson.loads(header)
        salted = bytes.fromhex(item["salt"]) + item["body"].encode()
        assert hashlib.sha256(b"countersign/body/1\x00" + salted).hexdigest() == said["body_hash"]
        key = bytes.fromhex(stored["keys"][said["device"]])
        assert hashlib.sha256(b"countersign/device/1\x00" + key).hexdigest() == said["device"]
        Ed25519PublicKey.from_public_bytes(key).verify(bytes.fromhex(item["signature"]), bytes.fromhex(item["id"]))
    content = stored["content"].encode()
    assert hashlib.sha256(b"countersign/order/1\x00" + content).hexdigest() == stored["digest"] == DIGEST


def test_the_events_are_read_and_written_byte_for_byte(stored: Stored) -> None:
    for item in stored["events"]:
        event = _event(item)
        assert event_object(event) == item
        assert Body.of(event.says(), bytes.fromhex(item["salt"])).content == item["body"].encode()


def test_the_history_is_accepted_and_the_order_is_settled(stored: Stored) -> None:
    keys = {device: bytes.fromhex(key) for device, key in stored["keys"].items()}
    assert all(device_identifier(key) == device for device, key in keys.items())
    history = History(stored["workspace"], keys, verify)
    events = [_event(item) for item in stored["events"]]
    history.extend(events)
    assert (history.waiting, history.refused, history.proofs) == (0, [], ())
    assert stored["genesis"] == GENESIS
    ledger = Ledger(history, EventList(events), GENESIS, verify)
    record = ledger.order(stored["order"])
    assert record is not None
    assert (record.state, record.faults, record.digest) == (OrderState.SETTLED, (), DIGEST)
    assert [item.member for item in record.counted] == ["ben"]
    assert ledger.rules().frozen
    about = [event for event in events if event.header.subject == stored["order"]]
    assert fold_order(about, ledger.rules()) == record


def test_the_content_its_phrase_and_the_signed_head(stored: Stored) -> None:
    content = OrderContent.parse(stored["content"].encode())
    assert content.digest == DIGEST
    assert fingerprint_phrase(DIGEST, Mnemonic("english").wordlist) == PHRASE
    head = Head.read(stored["head"])
    key = bytes.fromhex(stored["keys"][head.device])
    assert SignedHead(head, bytes.fromhex(stored["head_signature"])).holds(key, verify)
    mine = [_event(item) for item in stored["events"]]
    ids = [
        bytes.fromhex(event.id)
        for event in sorted(mine, key=lambda each: each.header.seq)
        if (event.header.device, event.header.chain) == (head.device, head.chain)
    ]
    assert MerkleTree(ids).root().hex() == head.root == ROOT
    root, path = bytes.fromhex(ROOT), [bytes.fromhex(item) for item in stored["inclusion"]]
    assert verify_inclusion(ids[2], 2, head.size, path, root)
    proof = [bytes.fromhex(item) for item in stored["consistency"]]
    assert verify_consistency(3, head.size, proof, bytes.fromhex(stored["root_of_three"]), root)
