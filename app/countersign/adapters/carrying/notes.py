"""Durable notes of what was laid out for a person to carry, so that nothing is laid out twice.

A note is made before the payment can be seen, and never taken back. It is keyed: whoever reads the disk learns neither
account nor amount from it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import fields
from pathlib import Path

import orjson

from countersign.adapters.system.durable_file import make_folder, write_durably
from countersign.domain.order import BindingError, money_object
from countersign.domain.payment import PaymentFields

KEY_BYTES = 32

_TAG = b"countersign/laid-out/1\x00"


class LaidOut:
    """The notes of one connection.

    Args:
        folder: Where they are; made when the first is written.
        key: From the vault: 32 bytes.
    """

    def __init__(self, folder: Path, key: bytes) -> None:
        self._folder, self._key = folder, key

    def note(self, payment: PaymentFields) -> None:
        """Note a payment, and return once that is on disk.

        Raises:
            OSError: The disk is full or broken; nothing was noted.
        """
        make_folder(self._folder)
        said = {name: self._seal(name, value) for name, value in _values(payment).items()}
        write_durably(self._path(payment.end_to_end_id), orjson.dumps(said), point="carried.note")

    def knows(self, end_to_end_id: str, payment: PaymentFields) -> bool:
        """Tell whether a payment was noted under an identification.

        Raises:
            BindingError: ``binding.reply``: another one was.
        """
        try:
            said = orjson.loads(self._path(end_to_end_id).read_bytes())
        except FileNotFoundError:
            return False
        except orjson.JSONDecodeError:
            said = {}
        for name, value in _values(payment).items():
            kept = said.get(name) if isinstance(said, dict) else None
            if not isinstance(kept, str) or not hmac.compare_digest(kept, self._seal(name, value)):
                raise BindingError("binding.reply", field=name, count=1)
        return True

    def _path(self, end_to_end_id: str) -> Path:
        return self._folder / f"{self._seal('note', end_to_end_id)[:40]}.json"

    def _seal(self, name: str, value: str) -> str:
        return hmac.new(self._key, _TAG + name.encode() + b"\x00" + value.encode(), hashlib.sha256).hexdigest()


def _values(payment: PaymentFields) -> dict[str, str]:
    values = {item.name: str(getattr(payment, item.name)) for item in fields(PaymentFields)}
    return values | {"instructed_amount": orjson.dumps(money_object(payment.instructed_amount)).decode()}
