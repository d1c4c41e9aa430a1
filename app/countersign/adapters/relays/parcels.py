"""What every relay does alike: names of parcels, and the one check that stands before their bytes."""

from __future__ import annotations

import hashlib
import re
from typing import Final

from countersign.application.ports.relay import PARCEL_LIMIT
from countersign.domain.errors import SecurityError

NAME: Final = re.compile(r"[0-9a-f]{64}")
_TAG: Final = b"countersign/relay/1\x00"


def parcel_name(content: bytes) -> str:
    """Return the name of a parcel: the SHA-256 of its bytes, in hex."""
    return hashlib.sha256(content).hexdigest()


def workspace_tag(workspace: str) -> str:
    """Return what a store keeps a workspace's parcels under: 32 hex digits that tell nobody which workspace it is."""
    return hashlib.sha256(_TAG + workspace.encode()).hexdigest()[:32]


def fitting(content: bytes) -> bytes:
    """Return a parcel that is small enough to be left.

    Raises:
        SecurityError: ``relay.too_large``.
    """
    if len(content) > PARCEL_LIMIT:
        raise SecurityError("relay.too_large", size=len(content))
    return content


def genuine(name: str, content: bytes) -> bytes:
    """Return the bytes that a store gave for a name.

    Raises:
        SecurityError: ``relay.too_large``; ``relay.altered``: they are not what the name says.
    """
    if parcel_name(fitting(content)) != name:
        raise SecurityError("relay.altered", name=name)
    return content
