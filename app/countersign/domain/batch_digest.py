"""One digest over several orders: what is shown and signed where many are approved at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from countersign.domain.canonical import canonical_bytes

_TAG = b"countersign/batch/1\x00"


def batch_digest(digests: Iterable[str]) -> str:
    """Return the digest over a set of orders, whatever their sequence: 64 hex digits.

    Args:
        digests: The orders' own digests; every one of them is bound by the result.

    Raises:
        ValueError: There is none, or one is named twice.
    """
    found = sorted(digests)
    if not found or len(set(found)) != len(found):
        raise ValueError(len(found))
    return hashlib.sha256(_TAG + canonical_bytes({"orders": list(found)})).hexdigest()
