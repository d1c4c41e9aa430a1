"""Fuzz of what outsiders are shown: evidence of one order, and the export of a whole workspace.

Each case is checked twice. With signatures, nothing but what was really made may hold: evidence of format 1 may leave
records out (it says so itself), and says nothing that nobody signed. As if every signature held, whatever lies behind
them has to bear it: for that some cases are put together anew, so that hostile content has the right hashes.
"""

from __future__ import annotations

import base64
import hashlib
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from random import Random  # noqa: TID251 - the same number makes the same case, and no key comes of it
from typing import Any, Final

import orjson
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from mnemonic import Mnemonic

from countersign.adapters.system.export_file import ExportOnDisk
from countersign.adapters.vault.cryptography_suite import verify_ed25519
from countersign.application.use_cases.check_receipt import ReceiptFile, Verdict, check_receipt
from countersign.application.use_cases.gather_evidence import gather_evidence
from countersign.application.use_cases.reject_order import reject_order
from countersign.domain.canonical import canonical_bytes
from countersign.domain.ledger.chains import Verify
from countersign.domain.ledger.checkpoint import Checkpoint, SignedCheckpoint
from countersign.domain.ledger.event import Body
from countersign.domain.proof import Evidence
from countersign.domain.workspace_export import Closing, Opening, is_export, read_event
from countersign.presentation import evidence_report
from countersign.presentation.export_report import report_on
from countersign.testing import fake_workspace, fakes
from countersign.testing.fake_workspace import FakeKeys
from tests.signed_orders import real_keys, settled_order
from tests.unit.application.workspace import several as workspaces
from tests.unit.application.workspace.exports import MemoryExport, exported
from tests.unit.domain.test_shared_proof import Office

DOORS: Final = ("evidence", "export")
_CODE: Final = re.compile(r"[a-z_]+(\.[a-z0-9_]+)+")
_HELD: Final = frozenset({Verdict.PROVEN, Verdict.CONSISTENT})
_WORDS: Final = tuple(Mnemonic("english").wordlist)
_verify: Verify = verify_ed25519


def believe_everything() -> None:
    """Plant a defect: take every signature for good."""
    globals()["_verify"] = lambda _key, _signature, _message: True


def overlook_the_seal() -> None:
    """Plant a defect: look at no signature over a whole file, as if those of its parts were enough."""
    seals = {Closing.parse(seed.splitlines(keepends=True)[-1]).signature for seed in seeds_of("export")}
    whole = [Evidence.parse(seed) for seed in seeds_of("evidence")]
    seals |= {item.shared.signature for item in whole if item.shared is not None}
    seals |= {item.shared.checkpoint.signature for item in whole if item.shared is not None}
    seals |= {Opening.parse(seed.splitlines(keepends=True)[0]).checkpoint.signature for seed in seeds_of("export")}

    def verify(key: bytes, signature: bytes, message: bytes) -> bool:
        return signature in seals or verify_ed25519(key, signature, message)

    globals()["_verify"] = verify


@dataclass(frozen=True)
class _RealKeys(FakeKeys):
    """Keys that really sign."""

    @property
    def _key(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(hashlib.sha256(self.name.encode()).digest())

    @property
    def signing(self) -> bytes:
        """The public key."""
        return self._key.public_key().public_bytes_raw()

    def sign(self, message: bytes) -> bytes:
        """Sign."""
        return self._key.sign(message)


@cache
def _made() -> dict[str, tuple[bytes, ...]]:
    """Return real evidence of both formats, and real exports."""
    patch = pytest.MonkeyPatch()
    real_keys(patch)
    patch.setattr(fake_workspace, "fake_verify", verify_ed25519)
    patch.setattr(workspaces, "FakeKeys", _RealKeys)
    try:
        world = fakes.make_world()
        evidence = [gather_evidence(world.vault, settled_order(world)).content()]
        office = Office()
        sent, rejected = office.sent(1), office.approved(2)
        reject_order(office.vault(2), rejected.order, rejected.digest, "rejected.twice", "Paid in May")
        office.share()
        evidence += [
            gather_evidence(office.vault(place), order.order).content() for place, order in ((0, sent), (1, rejected))
        ]
        exports = []
        alone = Office()
        alone.some = workspaces.several(1)
        alone.asked(3)
        for vault in (office.vault(1), alone.vault(0)):
            file = MemoryExport()
            exported(vault, file)
            exports.append(file.content)
    finally:
        patch.undo()
    return {"evidence": tuple(evidence), "export": tuple(exports)}


def seeds_of(door: str) -> tuple[bytes, ...]:
    """Return what the cases of a door are made from."""
    return _made()[door]


# — cases —


def proof_case(door: str, chance: Random, seed: bytes) -> bytes:
    """Change a file as a forger would: field by field, record by record, now and then with all hashes made anew."""
    return _evidence_case(chance, seed) if door == "evidence" else _export_case(chance, seed)


def _evidence_case(chance: Random, seed: bytes) -> bytes:
    value = orjson.loads(seed)
    if value.get("others") and chance.random() < 0.3:  # something that somebody else said is missing, and nothing else
        del value["others"][chance.randrange(len(value["others"]))]
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    for _ in range(chance.randint(0, 3)):
        lists = [key for key in ("events", "others", "between") if isinstance(value.get(key), list) and value[key]]
        way = chance.randrange(6)
        if way == 0:
            _edit(chance, value)
        elif way == 5:
            _forge(chance, value)
        elif way == 1 and lists:
            _shuffle(chance, value[chance.choice(lists)])
        elif way == 2 and lists:
            other = orjson.loads(chance.choice(seeds_of("evidence")))
            key = chance.choice(lists)
            value[key].insert(chance.randrange(len(value[key]) + 1), chance.choice(other.get(key) or value[key]))
        elif way == 3:
            other = orjson.loads(chance.choice(seeds_of("evidence")))
            key = chance.choice(sorted(value))
            value[key] = other.get(key, chance.choice(["", 0, [], {}, "x" * 3_000]))
        else:
            value[chance.choice(["more", *sorted(value)])] = chance.choice(["", 0, [], {}, -1, True])
    return _twice(chance, orjson.dumps(value, option=orjson.OPT_SORT_KEYS))


def _shorter(chance: Random, seed: bytes) -> bytes:
    """Leave out the last records, and make everything fit to that but the signatures over the whole."""
    first, *middle, last = seed.splitlines(keepends=True)
    kept = middle[: chance.randint(1, len(middle) - 1)]
    heads: dict[str, tuple[int, str]] = {}
    for line in kept:
        header = read_event(line).header
        heads[header.device] = (header.seq + 1, header.id)
    opening = Opening.parse(first)
    said = opening.checkpoint.checkpoint
    shorter = Checkpoint.of(said.workspace, said.device, said.at, heads)
    opened = Opening(opening.genesis, SignedCheckpoint(shorter, opening.checkpoint.signature)).line
    hashed = hashlib.sha256(opened + b"".join(kept)).hexdigest()
    return b"".join([opened, *kept, Closing(len(kept), hashed, Closing.parse(last).signature).line])


def _export_case(chance: Random, seed: bytes) -> bytes:
    if chance.random() < 0.1:
        return _shorter(chance, seed)
    lines = _relinked(chance, seed) if chance.random() < 0.4 else seed.splitlines()
    for _ in range(chance.randint(0, 2)):
        way, at = chance.randrange(5), chance.randrange(len(lines))
        if way == 0:
            value = _loaded(lines[at])
            _edit(chance, value)
            lines[at] = _twice(chance, orjson.dumps(value, option=orjson.OPT_SORT_KEYS))
        elif way == 1:
            _shuffle(chance, lines)
        elif way == 2:
            lines.insert(at, chance.choice(chance.choice(seeds_of("export")).splitlines()))
        elif way == 3:
            lines[at:] = lines[at : at + chance.choice([0, 1])]
        else:
            lines[at] = chance.choice([b"", b"{}", b"[]", b"null", b'{"events":1}', lines[at] * 2, b"[" * 3_000])
        lines = lines or [b""]
    if chance.random() < 0.5:  # as whoever knows how it is made would
        lines = _closed(lines)
    return b"".join(line + b"\n" for line in lines)


def _loaded(line: bytes) -> dict[str, object]:
    """Read a line as it was changed so far; nothing where it can't be."""
    try:
        value = orjson.loads(line)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _closed(lines: list[bytes]) -> list[bytes]:
    *before, last = lines
    hashed = hashlib.sha256(b"".join(line + b"\n" for line in before)).hexdigest()
    signature = _loaded(last).get("signature")
    made = {"events": len(before) - 1, "hash": hashed, "signature": signature if isinstance(signature, str) else ""}
    return [*before, orjson.dumps(made, option=orjson.OPT_SORT_KEYS)]


def _relinked(chance: Random, seed: bytes) -> list[bytes]:
    """Change what some records say, and make all hashes anew that follow from it; the signatures stay as they were."""
    first, *middle, _last = seed.splitlines(keepends=True)
    renamed: dict[bytes, bytes] = {}
    lines = []
    for line in middle:
        event = read_event(line)
        header, body = orjson.loads(_renamed(event.header.content, renamed)), event.body
        if body is not None:
            said = orjson.loads(_renamed(body.content, renamed))
            if chance.random() < 0.2:
                _edit(chance, said)
            body = Body(body.salt, orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
            header["body_hash"] = body.hash
        if chance.random() < 0.05:
            _edit(chance, header)
        for listed in ("seen", "refs"):
            if isinstance(header.get(listed), list) and all(isinstance(item, str) for item in header[listed]):
                header[listed] = sorted(header[listed])
        content = orjson.dumps(header, option=orjson.OPT_SORT_KEYS)
        new = hashlib.sha256(b"countersign/event/1\x00" + content).hexdigest()
        if new != event.id:
            renamed[event.id.encode()] = new.encode()
        said = {"header": content.decode(), "signature": event.signature.hex()}
        said |= {"body": body.content.decode(), "salt": body.salt.hex()} if body is not None else {}
        lines.append(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))
    return [_renamed(first, renamed).rstrip(b"\n"), *lines, b'{"events":0,"signature":""}']


def _renamed(content: bytes, renamed: dict[bytes, bytes]) -> bytes:
    for old, new in renamed.items():
        content = content.replace(old, new)
    return content


def _forge(chance: Random, value: dict[str, object]) -> None:
    """Put another signature under one thing: of the right form, and nobody's."""
    listed = [item for key in ("events", "others") for item in _listed(value.get(key))]
    chosen = chance.choice([value, *listed])
    for key in ("signature", "head_signature"):
        if isinstance(chosen.get(key), str):
            made = bytes(chance.randrange(256) for _ in range(64))
            chosen[key] = base64.b64encode(made).decode()
            return


def _listed(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


def _edit(chance: Random, value: object) -> None:
    """Change one leaf, or drop or add one, somewhere below."""
    while isinstance(value, dict | list) and value:
        key = chance.choice(sorted(value)) if isinstance(value, dict) else chance.randrange(len(value))
        inner = value[key]
        if isinstance(inner, dict | list) and inner and chance.random() < 0.9:
            value = inner
            continue
        if chance.random() < 0.15:
            del value[key]
        else:
            value[key] = _other(chance, inner)
        return


def _other(chance: Random, inner: object) -> object:
    if isinstance(inner, int) and chance.random() < 0.7:
        return chance.choice([inner + 1, -inner, 0, 2**53 - 1, 2**53, -1])
    if isinstance(inner, str) and inner and chance.random() < 0.7:
        at = chance.randrange(len(inner))
        letter = chance.choice("0a1fAz_=\u202e\u00e9")
        return chance.choice(
            [inner[:at] + letter + inner[at + 1 :], inner[:at], inner + letter, inner.upper(), inner[::-1]]
        )
    return chance.choice(["", "x", 0, -1, True, [], {}, ["x"], {"x": 1}, "0" * 64, "9" * 20_000, [[]] * 50])


def _shuffle(chance: Random, items: list[Any]) -> None:
    at, to = chance.randrange(len(items)), chance.randrange(len(items))
    way = chance.randrange(3)
    if way == 0:
        del items[at]
        if not items:
            items.append(b"")
    elif way == 1:
        items.insert(to, items[at])
    else:
        items[at], items[to] = items[to], items[at]


def _twice(chance: Random, content: bytes) -> bytes:
    """Now and then give a key twice, or put in a space that nobody needs."""
    if chance.random() < 0.9 or b":" not in content:
        return content
    keys = [found.group() for found in re.finditer(rb'"[a-z_]+":', content)]
    if not keys or chance.random() < 0.3:
        return content.replace(b":", b": ", 1)
    key = chance.choice(keys)
    return content.replace(key, key + b'"",' + key, 1)


# — the doors —


def feed(door: str, data: bytes) -> tuple[str, bool]:
    """Check a case; return what went wrong, and whether it could be read."""
    verdict = (_evidence if door == "evidence" else _export)(data, _verify)
    (_evidence if door == "evidence" else _export)(data, lambda _key, _signature, _message: True)
    if verdict in _HELD and data not in seeds_of(door) and not (door == "evidence" and _says_nothing_new(data)):
        return "let in", True
    return "", verdict is not Verdict.UNREADABLE


def _evidence(data: bytes, verify: Verify) -> Verdict:
    check = check_receipt(ReceiptFile(data, None), "", verify)
    _well_coded(check.faults)
    canonical_bytes(evidence_report.as_json(check))
    evidence_report.as_text(check)
    return check.verdict


def _export(data: bytes, verify: Verify) -> Verdict:
    if not is_export(data):
        return Verdict.UNREADABLE
    said, verdict = report_on(ExportOnDisk(io.BytesIO(data)), "", verify, _WORDS, as_json=True)
    _well_coded(orjson.loads(said)["faults"])
    report_on(ExportOnDisk(io.BytesIO(data)), "", verify, _WORDS, as_json=False)
    return verdict


def _well_coded(faults: Sequence[str]) -> None:
    odd = [code for code in faults if not _CODE.fullmatch(code)]
    if odd:
        raise ValueError(odd)


@cache
def _genuine() -> frozenset[tuple[str, bytes, bytes]]:
    return frozenset(said for seed in seeds_of("evidence") for said in _sayings(Evidence.parse(seed)))


def _sayings(evidence: Evidence) -> list[tuple[str, bytes, bytes]]:
    head = (evidence.order, canonical_bytes(evidence.head.head.canonical()), evidence.head.signature)
    return [
        head,
        *((event.id, event.signature, event.body.content if event.body else b"") for event in evidence.events),
    ]


def _says_nothing_new(data: bytes) -> bool:
    """Tell whether evidence of format 1 shows only what was signed, of an order whose evidence it is."""
    evidence = Evidence.parse(data)
    return evidence.shared is None and set(_sayings(evidence)) <= _genuine()
