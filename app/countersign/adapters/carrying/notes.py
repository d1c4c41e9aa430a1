"""Durable notes of what was laid out for a person to carry, so that nothing is laid out twice.

A note is made before the payment can be seen, and never taken back. It is keyed: whoever reads the disk learns neither
account nor amount from it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass, fields
from pathlib import Path

import orjson

from countersign.adapters.system.durable_file import make_folder, write_durably
from countersign.domain.order import BindingError, money_object
from countersign.domain.payment import PaymentFields

KEY_BYTES = 32

_TAG = b"countersign/laid-out/1\x00"
_FILE = "laid_out_file"


@dataclass(frozen=True, slots=True)
class Note:
    """A note that was found. ``sealed_file`` is keyed: only ``LaidOut.is_of`` can compare it."""

    sealed_file: str


class LaidOut:
    """The notes of one connection.

    Args:
        folder: Where they are; made when the first is written.
        key: From the vault: 32 bytes.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key

    def note(self, payment: PaymentFields, sha256: str) -> None:
        """Note a payment and the file that says it, and return once that is on disk.

        Args:
            payment: What was agreed.
            sha256: Of the file, hex; empty where the payment is typed.

        Raises:
            OSError: The disk is full or broken; nothing was noted.
        """
        make_folder(self._folder)
        said = {name: self._seal(name, value) for name, value in _values(payment).items()}
        said[_FILE] = self._seal(_FILE, sha256)
        write_durably(self._path(payment.end_to_end_id), orjson.dumps(said), point="carried.note")

    def find(self, end_to_end_id: str, payment: PaymentFields) -> Note | None:
        """Find the note of a payment under an identification; None where nothing was noted.

        Raises:
            BindingError: ``binding.reply``: another payment was noted, or the note was damaged.
        """
        try:
            said = orjson.loads(self._path(end_to_end_id).read_bytes())
        except FileNotFoundError:
            return None
        except orjson.JSONDecodeError:
            said = {}
        for name, value in _values(payment).items():
            kept = said.get(name) if isinstance(said, dict) else None
            if not isinstance(kept, str) or not hmac.compare_digest(kept, self._seal(name, value)):
                raise BindingError("binding.reply", field=name, count=1)
        return Note(str(said.get(_FILE, "")))

    def is_of(self, note: Note, sha256: str) -> bool:
        """Tell whether a note was made of this file."""
        return hmac.compare_digest(note.sealed_file, self._seal(_FILE, sha256))

    def _path(self, end_to_end_id: str) -> Path:
        return self._folder / f"{self._seal('note', end_to_end_id)[:40]}.json"

    def _seal(self, name: str, value: str) -> str:
        return hmac.new(self._key, _TAG + name.encode() + b"\x00" + value.encode(), hashlib.sha256).hexdigest()


def _values(payment: PaymentFields) -> dict[str, str]:
    values = {item.name: str(getattr(payment, item.name)) for item in fields(PaymentFields)}
    return values | {"instructed_amount": orjson.dumps(money_object(payment.instructed_amount)).decode()}
