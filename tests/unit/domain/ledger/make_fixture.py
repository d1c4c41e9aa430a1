"""Write the ledger of format 1 that every later version must read: run once, by hand, and never again.

    python -m tests.unit.domain.ledger.make_fixture

It refuses to overwrite what is there: a released format doesn't change.
"""

from __future__ import annotations

from pathlib import Path

import orjson

from countersign.domain.canonical import Json
from countersign.domain.ledger import kinds
from countersign.domain.ledger.event import Chain, Event
from countersign.domain.ledger.heads import Head, SignedHead
from countersign.domain.ledger.merkle import MerkleTree
from tests.unit.domain.ledger.world import START, WORKSPACE, identifier, public, treasury

TARGET = Path(__file__).parents[3] / "fixtures" / "ledger" / "v1" / "treasury.json"


def event_object(event: Event) -> dict[str, Json]:
    """Return an event as text: header, body and salt as they are hashed."""
    body = event.body
    return {
        "id": event.id,
        "header": event.header.content.decode(),
        "signature": event.signature.hex(),
        "salt": body.salt.hex() if body else "",
        "body": body.content.decode() if body else "",
    }


def write() -> None:
    """Write the fixture.

    Raises:
        FileExistsError: It was written before.
    """
    workspace, desk = treasury()
    ben, cho = workspace.pens[1], workspace.pens[3]
    private = desk.sender.write(kinds.VAULT_UNLOCKED, identifier("unlock"), {}, chain=Chain.PRIVATE)
    desk.add_payee()
    desk.freeze()
    desk.assess()
    approval = desk.approve(ben)
    desk.intend([approval], seen=(approval,))
    desk.say(kinds.ORDER_INITIATED, payment_id="P1")
    desk.say(kinds.ORDER_AUTHORISATION_STARTED, purpose="payment", authorisation_id="A1")
    desk.say(kinds.ORDER_ANSWER_INTENDED, authorisation_id="A1", digest=desk.digest, attempt=1)
    desk.say(kinds.ORDER_AUTHORISED, authorisation_id="A1")
    desk.report("ACSC")
    cho.write(kinds.WORKSPACE_FROZEN, identifier("stop"), {}, seen=(desk.sender.shared[-1],))
    shared = desk.sender.shared
    tree = MerkleTree([bytes.fromhex(event.id) for event in shared])
    head = Head(WORKSPACE, desk.sender.device, Chain.SHARED, tree.size, tree.root().hex(), START + 100_000)
    signed = SignedHead(head, desk.sender.key.sign(head.message))
    found = {
        "workspace": WORKSPACE,
        "genesis": workspace.genesis.id,
        "keys": {pen.device: public(pen.key).hex() for pen in workspace.pens},
        "events": [event_object(event) for event in [*workspace.events, private]],
        "order": desk.order,
        "digest": desk.digest,
        "content": desk.frozen_content.content_bytes.decode(),
        "head": head.canonical(),
        "head_signature": signed.signature.hex(),
        "inclusion": [item.hex() for item in tree.inclusion_proof(2)],
        "consistency": [item.hex() for item in tree.consistency_proof(3)],
        "root_of_three": tree.root(3).hex(),
    }
    with TARGET.open("xb") as file:
        file.write(orjson.dumps(found, option=orjson.OPT_INDENT_2) + b"\n")


if __name__ == "__main__":
    write()
